// Small pieces of TOML and shell text for job files. Included by .cpp files only: toml++'s header is heavy.
#pragma once

#include <optional>
#include <string>
#include <toml++/toml.h>
#include <vector>

#include "job/restart.hpp"

namespace sess::job {

/// A TOML basic string.
[[nodiscard]] std::string quote(const std::string& text);
/// A word for sh(1).
[[nodiscard]] std::string shell_quote(const std::string& word);
/// Text, or a list of texts; nothing for anything else.
[[nodiscard]] std::optional<std::vector<std::string>> read_words(const toml::node& node);
[[nodiscard]] std::string write_words(const std::vector<std::string>& words);
/// "5/90s": what parse_restart_limit() reads as the same limit.
[[nodiscard]] std::string exact_limit_text(const RestartLimit& limit);

}  // namespace sess::job
