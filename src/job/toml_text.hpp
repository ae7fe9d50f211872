// Small pieces of TOML and shell text for job files. Included by .cpp files only: toml++'s header is heavy.
//
// Reading a node and writing the text that reads as the same value stand side by side here; which keys there
// are is job_file.cpp's and job_file_layout.cpp's business.
#pragma once

#include <optional>
#include <string>
#include "base/toml.hpp"
#include <vector>

#include "job/restart.hpp"

namespace sess::job {

/// What is wrong with a value; nothing when the text is empty.
struct Fault {
  Fault() = default;
  Fault(std::string what) : text(std::move(what)) {}
  Fault(const char* what) : text(what) {}
  Fault(std::string what, std::uint32_t where) : text(std::move(what)), line(where) {}
  std::string text;
  std::uint32_t line = 0;  ///< 0: the line of its key
};

/// Where a value begins.
[[nodiscard]] inline std::uint32_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

/// A TOML basic string.
[[nodiscard]] std::string quote(const std::string& text);
/// Text, or a list of texts; nothing for anything else.
[[nodiscard]] std::optional<std::vector<std::string>> read_words(const toml::node& node);
/// A TOML array of basic strings, on one line.
[[nodiscard]] std::string write_words(const std::vector<std::string>& words);
/// "5/90s": what parse_restart_limit() reads as the same limit.
[[nodiscard]] std::string exact_limit_text(const RestartLimit& limit);

}  // namespace sess::job
