// Finding what somebody means by a few letters: the letters stand in the text in their order, and where they
// begin words or follow each other, it is meant the more.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace sess::modes {

struct Fit {
  int score = 0;
  std::vector<std::size_t> at;  ///< bytes of the text that were meant, ascending
};

/// The best fit of every word of `pattern` in `text`; none where one of them does not fit. A word with a
/// capital letter tells capitals and small letters apart. Of a text of more than 512 bytes the rest is not
/// looked at.
[[nodiscard]] std::optional<Fit> fuzzy_fit(std::string_view pattern, std::string_view text);

}  // namespace sess::modes
