// How much of a pane has scrolled off a screen: into the pane's history, or into the scrollback of a terminal
// that shows the pane directly. The same number says what such a terminal has, and what it misses.
#pragma once

#include <compare>
#include <cstdint>

namespace sess {

/// Every line before `line` (numbered as in the history), and the first `bytes` bytes of the text of that
/// one: the part above the screen of a line that goes on in the screen's first row.
struct Scrolled {
  std::uint64_t line = 0;
  std::uint32_t bytes = 0;
  auto operator<=>(const Scrolled&) const = default;
};

}  // namespace sess
