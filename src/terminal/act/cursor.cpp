// Where the cursor goes: moves, tab stops, margins, saving and restoring.
#include <algorithm>

#include "terminal/act/core.hpp"

namespace sess::terminal {

/// Absolute, clamped to the screen. Every move ends the last-column flag.
void Core::move_to(int row, int col) {
  at_.row = std::clamp(row, 0, rows() - 1);
  at_.col = std::clamp(col, 0, cols() - 1);
  at_.pending = false;
  moved();
}

/// As CUP addresses it: with DECOM relative to the margins and clamped into them.
void Core::move_to_origin(int row, int col) {
  if (!modes_.origin) return move_to(row, col);
  move_to(std::min(row + top_, bottom_), std::min(col + left_, right_));
}

void Core::cursor_up(int n) {
  const int limit = at_.row >= top_ ? top_ : 0;
  move_to(std::max(at_.row - n, limit), at_.col);
}

void Core::cursor_down(int n) {
  const int limit = at_.row <= bottom_ ? bottom_ : rows() - 1;
  move_to(std::min(at_.row + n, limit), at_.col);
}

/// CUB and BS. With reverse wrap the waiting wrap is one step, and the beginning of a row leads to the end of the one
/// above: mode 45 where that one's text goes on here, mode 1045 everywhere, from the top to the bottom (xterm 383).
void Core::cursor_left(int n) {
  const int limit = at_.col >= left_ ? left_ : 0;
  const bool anywhere = modes_.reverse_wrap_anywhere && modes_.autowrap;
  if (!anywhere && !(modes_.reverse_wrap && modes_.autowrap)) {
    return move_to(at_.row, std::max(at_.col - n, limit));
  }
  int row = at_.row;
  int col = at_.col;
  if (at_.pending) --n;
  n = std::min(n, rows() * cols());
  for (; n > 0; --n) {
    if (col > limit) {
      --col;
      continue;
    }
    const bool at_top = row == top_ || row == 0;
    if (at_top && !anywhere) break;
    const int above = at_top ? (row == top_ ? bottom_ : rows() - 1) : row - 1;
    if (!anywhere && !grid().row(above).wrapped) break;
    row = above;
    col = right_;
  }
  move_to(row, col);
}

void Core::cursor_right(int n) {
  const int limit = at_.col <= right_ ? right_ : cols() - 1;
  move_to(at_.row, std::min(at_.col + n, limit));
}

void Core::carriage_return() {
  at_.col = at_.col >= left_ ? left_ : 0;
  at_.pending = false;
  moved();
}

/// The margins are asked where the cursor comes from: the return to the left one is behind that, as in xterm.
void Core::line_feed() {
  index();
  if (modes_.newline) carriage_return();
}

/// IND: down, scrolling at the bottom margin.
void Core::index() {
  at_.pending = false;
  moved();
  if (at_.row == bottom_) {
    if (at_.col < left_ || at_.col > right_) return;
    scroll_up(top_, bottom_, 1, Keep::history);
  } else if (at_.row < rows() - 1) {
    ++at_.row;
  }
}

void Core::reverse_index() {
  at_.pending = false;
  moved();
  if (at_.row == top_) {
    if (at_.col < left_ || at_.col > right_) return;
    scroll_down(top_, bottom_, 1);
  } else if (at_.row > 0) {
    --at_.row;
  }
}

void Core::tab(int n) {
  const int limit = at_.col <= right_ ? right_ : cols() - 1;
  int col = at_.col;
  for (n = std::min(n, cols()); n > 0 && col < limit; --n) {
    ++col;
    while (col < limit && !tabs_.test(static_cast<std::size_t>(col))) ++col;
  }
  if (col == at_.col) return;  // At the edge a tab does nothing, not even to the last-column flag (as xterm).
  move_to(at_.row, col);
}

void Core::back_tab(int n) {
  int col = at_.col;
  const int limit = modes_.origin ? left_ : 0;
  for (n = std::min(n, cols()); n > 0 && col > limit; --n) {
    --col;
    while (col > limit && !tabs_.test(static_cast<std::size_t>(col))) --col;
  }
  move_to(at_.row, col);
}

void Core::clear_tabs(int kind) {
  if (kind == 0) tabs_.reset(static_cast<std::size_t>(at_.col));
  if (kind == 3) tabs_.reset();
}

void Core::default_tabs(int from) {
  for (std::size_t col = 0; col < kMaxSide; col += 8) {
    if (col >= static_cast<std::size_t>(from)) tabs_.set(col);
  }
}

void Core::save_cursor() {
  SavedCursor& to = saved();
  to.place = at_;
  to.pen = pen_;
  to.pen.link = 0;
  to.charsets = charsets_;
  to.origin = modes_.origin;
}

void Core::restore_cursor() {
  const SavedCursor& from = saved();
  modes_.origin = from.origin;
  if (modes_.origin) {  // the margins may have changed since: it does not stand outside them (xterm)
    move_to(std::clamp(from.place.row, top_, bottom_), std::clamp(from.place.col, left_, right_));
  } else {
    move_to(from.place.row, from.place.col);
  }
  at_.pending = from.place.pending && at_.col == from.place.col;
  const std::uint16_t link = pen_.link;
  pen_ = from.pen;
  pen_.link = link;
  pen_changed_ = true;
  charsets_ = from.charsets;
}

/// DECSTBM. A region needs two rows; anything less is ignored, as by a VT510.
void Core::set_margins(const Csi& token) {
  const int top = token.positive(0, 1) - 1;
  const int bottom = std::min(token.positive(1, rows()), rows()) - 1;
  if (top >= bottom) return;
  top_ = top;
  bottom_ = bottom;
  move_to_origin(0, 0);
}

void Core::set_side_margins(const Csi& token) {
  const int left = token.positive(0, 1) - 1;
  const int right = std::min(token.positive(1, cols()), cols()) - 1;
  if (left >= right) return;
  left_ = left;
  right_ = right;
  move_to_origin(0, 0);
}

void Core::reset_margins() {
  top_ = 0;
  bottom_ = rows() - 1;
  left_ = 0;
  right_ = cols() - 1;
}

/// DECALN.
void Core::align_test() {
  reset_margins();
  modes_.origin = false;
  for (int r = 0; r < rows(); ++r) {
    Row& row = touch(r);
    Cell* cells = grid().writable(row);
    std::fill_n(cells, cols(), Cell{'E', 0, 1, 0});
    row.used = size_.cols;
    row.wrapped = false;
    row.wide = false;
  }
  if (!modes_.alternate_screen) history_.close_line();
  move_to(0, 0);
}

}  // namespace sess::terminal
