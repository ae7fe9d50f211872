#include "command/language/run_words.hpp"

#include <cstdlib>
#include <string>

namespace sess::command {
namespace {

bool is_number(const std::string& text) {
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

}  // namespace

bool is_run_shell(std::span<const Value> words) {
  if (words.empty() || !words[0].is_string() || words[0].string() != "run") return false;
  bool own = false;  // one of the flags that no job has
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].string();  // empty for commands in braces
    if (word.size() < 2 || word[0] != '-' || word == "--") break;
    for (std::size_t at = 1; at < word.size(); ++at) {
      const char flag = word[at];
      if (flag == 'b' || flag == 'C') {
        own = true;
        continue;
      }
      if (flag != 't' && flag != 'd') return false;
      own = own || flag == 't';
      std::string value = word.substr(at + 1);
      if (value.empty() && ++i < words.size()) value = words[i].string();
      // A job's -d has no value. After -b it is clear whose it is, and a wrong delay is named.
      if (flag == 'd' && !own && !is_number(value)) return false;
      break;
    }
  }
  return own;
}

}  // namespace sess::command
