// The facts about this process and its terminal that the server is told first.
//
// Gathered once, at the start of `sess`, from the environment, descriptors 0 and 1 and the working directory;
// run.cpp sends them, and an attachment says them again to each new server with what it wants resumed.
#pragma once

#include "client/options.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// Everything a hello says except resume. The environment is cut to what fits. Never fails: facts that cannot
/// be had (no terminal, a working directory that is gone) stay empty.
[[nodiscard]] protocol::Hello make_hello(const Options& options);

/// Whether the locale's character set is UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides.
[[nodiscard]] bool utf8_locale(const std::vector<std::string>& environment);

}  // namespace sess::client
