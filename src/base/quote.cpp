#include "base/quote.hpp"

#include <cctype>

#include "base/visible.hpp"

namespace sess {

std::string escape_argument(std::string_view text) {
  if (text.empty()) return "''";
  char quotes = '\0';
  if (text.find_first_of(" #';${}%") != std::string_view::npos) {
    quotes = '"';
  } else if (text.find_first_of(" \"") != std::string_view::npos) {
    quotes = '\'';
  }
  if (text.size() == 1 && text.front() != ' ' && (quotes != '\0' || text.front() == '~')) {
    return std::string("\\") + text.front();
  }
  const std::string escaped = visible(text, quotes == '"' ? Quoted::in_double : Quoted::no);
  if (quotes != '\0') return quotes + escaped + quotes;
  return escaped.front() == '~' ? "\\" + escaped : escaped;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace sess
