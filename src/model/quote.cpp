#include "model/quote.hpp"

#include <cctype>

#include "model/visible.hpp"

namespace sess::model {

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

}  // namespace sess::model
