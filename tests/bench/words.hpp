// Lists on the benchmarks' command lines.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace sess::bench {

/// "a,b" as a and b; what is empty is left out.
[[nodiscard]] inline std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(',', from), text.size());
    if (to > from) words.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return words;
}

}  // namespace sess::bench
