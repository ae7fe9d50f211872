// Erasing, inserting and deleting cells and lines.
#include <algorithm>

#include "terminal/act/page.hpp"

namespace sess::terminal {

void Page::erase(int r, int from, int to, Guard guard) {
  if (from >= to) return;
  position_.moved();
  if (to == screens_.cols()) screens_.grid().row(r).wrapped = false;
  const Cell blank = pen_.erased(pools_);
  Row& row = screens_.row(r);
  if (from == 0 && to == screens_.cols()) row.marks = 0;
  if (row.used <= from && blank.style == 0) return;
  if (guard == Guard::selective) {
    Cell* cells = screens_.grid().writable(row);
    for (int c = from; c < std::min<int>(to, row.used); ++c) {
      if ((pools_.style(cells[c].style).attrs & protected_) != 0) continue;
      screens_.split_wide(row, c);
      screens_.split_wide(row, c + 1);
      // DECSED and DECSEL leave the rendition alone, which is what a blank in the old style shows.
      cells[c] = Cell{0, cells[c].style, 1, 0};
    }
    return;
  }
  if (from == 0 && to == screens_.cols()) {
    const bool wrapped = row.wrapped;
    screens_.blank_row(r, blank);
    row.wrapped = wrapped;
    return;
  }
  screens_.split_wide(row, from);
  screens_.split_wide(row, to);
  if (blank.style == 0) {
    const int stop = std::min<int>(to, row.used);
    if (stop <= from) return;
    Cell* cells = screens_.grid().writable(row);
    std::fill(cells + from, cells + stop, kBlank);
    if (to >= row.used) row.used = static_cast<std::uint16_t>(from);
    return;
  }
  screens_.fill(row, from, to, blank);
}

void Page::erase_rows(int from, int to, Guard guard) {
  if (from >= to) return;
  if (guard == Guard::none) cut_wrap_above(from);
  for (int r = from; r < to; ++r) erase(r, 0, screens_.cols(), guard);
}

void Page::erase_display(int kind, Guard guard, bool keep) {
  // A shell may clear what it is about to draw its prompt on, behind the mark.
  Row& here = screens_.grid().row(position_.at().row);
  const auto prompt = static_cast<std::uint8_t>(here.marks & kPromptMark);
  switch (kind) {
    case 0:
      if (position_.at().col == 0) {
        if (position_.at().row == 0 && guard == Guard::none && keep) keep_screen();
        erase_rows(position_.at().row, screens_.rows(), guard);
      } else {
        erase(position_.at().row, position_.at().col, screens_.cols(), guard);
        erase_rows(position_.at().row + 1, screens_.rows(), guard);
      }
      here.marks = static_cast<std::uint8_t>(here.marks | prompt);
      break;
    case 1:
      erase_rows(0, position_.at().row, guard);
      erase(position_.at().row, 0, position_.at().col + 1, guard);
      break;
    case 2:
      if (guard == Guard::none && keep) keep_screen();
      erase_rows(0, screens_.rows(), guard);
      break;
    case 3:
      if (guard == Guard::none && !screens_.alternate_shown()) clear_history();
      break;
    default:
      return;
  }
  if (kind != 3) position_.at().pending = false;
}

void Page::erase_line(int kind, Guard guard) {
  Row& here = screens_.grid().row(position_.at().row);
  const std::uint8_t marks = here.marks;  // the row stays where it is
  switch (kind) {
    case 0:
      // A cursor that waits to wrap stands behind the last character, as in all terminals but xterm: coloured
      // output that ends its lines in EL keeps that character.
      if (position_.at().pending) return;
      erase(position_.at().row, position_.at().col, screens_.cols(), guard);
      break;
    case 1:
      erase(position_.at().row, 0, position_.at().col + 1, guard);
      break;
    case 2:
      erase_rows(position_.at().row, position_.at().row + 1, guard);
      break;
    default:
      return;
  }
  here.marks = marks;
  position_.at().pending = false;
}

void Page::insert_chars(int n) {
  if (!position_.between_sides()) return;
  position_.at().pending = false;
  shift_columns(position_.at().row, position_.at().row, position_.at().col, n);
  position_.moved();
}

void Page::delete_chars(int n) {
  if (!position_.between_sides()) return;
  position_.at().pending = false;
  shift_columns(position_.at().row, position_.at().row, position_.at().col, -n);
  position_.moved();
}

void Page::insert_lines(int n) {
  if (!position_.inside_margins()) return;
  scroll_down(position_.at().row, n);
  position_.carriage_return();
}

void Page::delete_lines(int n) {
  if (!position_.inside_margins()) return;
  scroll_up(position_.at().row, n, Keep::drop);
  position_.carriage_return();
}

void Page::clear_history() {
  history_.clear();
}

void Page::mark_row(PromptMark mark) {
  if (screens_.alternate_shown()) return;
  Row& row = screens_.grid().row(position_.at().row);
  row.marks = static_cast<std::uint8_t>(row.marks | mark);
}

void Page::align_test() {
  for (int r = 0; r < screens_.rows(); ++r) {
    Row& row = screens_.row(r);
    screens_.fill(row, 0, screens_.cols(), Cell{'E', 0, 1, 0});
    row.wrapped = false;
    row.wide = false;
  }
  if (!screens_.alternate_shown()) history_.close_line();
}

}  // namespace sess::terminal
