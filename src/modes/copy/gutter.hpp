// The line numbers at the left of copy mode's text.
//
// A pure reckoning that CopyMode makes when it draws and when the mouse says where it is. The text is not
// wrapped anew: its columns move to the right, and what has no room there is not shown, as in tmux.
#pragma once

#include "modes/copy/cursor.hpp"
#include "modes/copy/ports.hpp"
#include "modes/mode.hpp"
#include "modes/text/lines.hpp"

namespace sess::modes {

struct Gutter {
  LineNumbers numbers = LineNumbers::off;
  int width = 0;  ///< columns, with the blank behind the number; 0: there is none

  /// As wide as the largest number that the text may have needs, four columns at least. There is none where
  /// it would leave the text no column.
  [[nodiscard]] static Gutter of(LineNumbers wanted, const Lines& lines);
  /// Whether rows are counted from the history's first one, 1.
  [[nodiscard]] bool absolute() const { return numbers > LineNumbers::screen; }
  /// The number that stands before row `y` of what is shown.
  [[nodiscard]] int number(const Cursor& cursor, int y) const;
  /// What stands there, in `width` columns.
  [[nodiscard]] std::string text(const Cursor& cursor, int y) const;
  /// A place in the pane as one in the text; the gutter is its first column.
  [[nodiscard]] MouseAt in_text(MouseAt at) const;
};

}  // namespace sess::modes
