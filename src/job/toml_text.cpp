#include "job/toml_text.hpp"

#include <fmt/format.h>

namespace sess::job {

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::optional<std::vector<std::string>> read_words(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return std::vector{*text};
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> words;
  for (const auto& element : *array) {
    const auto word = element.value_exact<std::string>();
    if (!word) return std::nullopt;
    words.push_back(*word);
  }
  return words;
}

std::string write_words(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const auto& word : words) out += (out.size() == 1 ? "" : ", ") + quote(word);
  return out + "]";
}

std::string exact_limit_text(const RestartLimit& limit) {
  const auto ms = limit.window.count();
  return std::to_string(limit.count) + "/" +
         (ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms");
}

}  // namespace sess::job
