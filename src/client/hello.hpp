// The facts about this process and its terminal that the server is told first.
#pragma once

#include "client/options.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// Everything a hello says except resume. The environment is cut to what fits.
[[nodiscard]] protocol::Hello make_hello(const Options& options);

/// Whether the locale's character set is UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides.
[[nodiscard]] bool utf8_locale(const std::vector<std::string>& environment);

}  // namespace sess::client
