// Erasing, inserting and deleting cells and lines.
#include <algorithm>

#include "terminal/act/core.hpp"

namespace sess::terminal {

/// Columns [from, to) of a row.
void Core::erase(int r, int from, int to, Guard guard) {
  if (from >= to) return;
  moved();
  if (to == cols()) grid().row(r).wrapped = false;
  const Cell blank = erased_cell();
  Row& row = touch(r);
  if (row.used <= from && blank.style == 0) return;
  if (guard == Guard::selective) {
    Cell* cells = grid().writable(row);
    for (int c = from; c < std::min<int>(to, row.used); ++c) {
      if ((styles_.get(cells[c].style).attrs & protected_) != 0) continue;
      split_wide(row, c);
      split_wide(row, c + 1);
      // DECSED and DECSEL leave the rendition alone, which is what a blank in the old style shows.
      cells[c] = Cell{0, cells[c].style, 1, 0};
    }
    return;
  }
  if (from == 0 && to == cols()) {
    const bool wrapped = row.wrapped;
    blank_row(r, blank);
    row.wrapped = wrapped;
    return;
  }
  split_wide(row, from);
  split_wide(row, to);
  if (blank.style == 0) {
    const int stop = std::min<int>(to, row.used);
    if (stop <= from) return;
    std::fill(row.cells + from, row.cells + stop, kBlank);
    if (to >= row.used) row.used = static_cast<std::uint16_t>(from);
    return;
  }
  Cell* cells = grid().writable(row);
  std::fill(cells + from, cells + to, blank);
  row.used = std::max(row.used, static_cast<std::uint16_t>(to));
}

/// Whole rows [from, to): what they continued ends, too.
void Core::erase_rows(int from, int to, Guard guard) {
  if (from >= to) return;
  if (guard == Guard::none) cut_wrap_above(from);
  for (int r = from; r < to; ++r) erase(r, 0, cols(), guard);
}

void Core::erase_display(int kind, Guard guard) {
  switch (kind) {
    case 0:
      if (at_.col == 0) {
        if (at_.row == 0 && guard == Guard::none) keep_screen();
        erase_rows(at_.row, rows(), guard);
      } else {
        erase(at_.row, at_.col, cols(), guard);
        erase_rows(at_.row + 1, rows(), guard);
      }
      break;
    case 1:
      erase_rows(0, at_.row, guard);
      erase(at_.row, 0, at_.col + 1, guard);
      break;
    case 2:
      if (guard == Guard::none) keep_screen();
      erase_rows(0, rows(), guard);
      break;
    case 3:
      if (guard == Guard::none && !modes_.alternate_screen) clear_history();
      break;
    default:
      return;
  }
  if (kind != 3) at_.pending = false;
}

void Core::erase_line(int kind, Guard guard) {
  switch (kind) {
    case 0:
      // A cursor that waits to wrap stands behind the last character, as in all terminals but xterm: coloured output
      // that ends its lines in EL keeps that character.
      if (at_.pending) return;
      erase(at_.row, at_.col, cols(), guard);
      break;
    case 1:
      erase(at_.row, 0, at_.col + 1, guard);
      break;
    case 2:
      erase_rows(at_.row, at_.row + 1, guard);
      break;
    default:
      return;
  }
  at_.pending = false;
}

/// ICH: within the margins, what passes the right one is lost.
void Core::insert_chars(int n) {
  if (at_.col < left_ || at_.col > right_ || at_.row < 0) return;
  at_.pending = false;
  shift_columns(at_.row, at_.row, at_.col, n);
  moved();
}

void Core::delete_chars(int n) {
  if (at_.col < left_ || at_.col > right_) return;
  at_.pending = false;
  shift_columns(at_.row, at_.row, at_.col, -n);
  moved();
}

void Core::insert_lines(int n) {
  if (!inside_margins()) return;
  scroll_down(at_.row, bottom_, n);
  carriage_return();
}

void Core::delete_lines(int n) {
  if (!inside_margins()) return;
  scroll_up(at_.row, bottom_, n, Keep::drop);
  carriage_return();
}

void Core::clear_history() {
  ++generation_;
  history_.clear();
}

}  // namespace sess::terminal
