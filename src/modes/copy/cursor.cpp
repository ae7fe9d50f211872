#include "modes/copy/cursor.hpp"

#include <algorithm>

#include "model/number.hpp"

namespace sess::modes {

Cursor::Cursor(Lines& lines, Place begin, const CopySettings& settings)
    : x(begin.col), lines_(lines), settings_(settings) {
  y = std::clamp(begin.row, 0, height() - 1);
  mark = at();
}

int Cursor::follow() {
  const int gone = lines_.follow();
  scroll = std::min(scroll, lines_.history());
  if (gone == 0) return 0;
  selection.rows_gone(gone);
  mark.row = std::max(0, mark.row - gone);
  return gone;
}

/// The column that going up and down keeps to, over shorter rows; at a row's end it is the end.
void Cursor::keep_column() {
  const int length = lines_.length(at().row);
  if (x == length) return;
  kept_column_ = x;
  kept_length_ = length;
}

void Cursor::settle_column() {
  if (!selection.is_rectangle()) {
    const int length = lines_.length(at().row);
    if ((x >= kept_length_ && x != length) || x > length) {
      x = length;
      update_selection();
    }
  }
  if (selection.line == Selection::Line::left_right) {
    x = selection.rectangle ? lines_.cols() : lines_.length(at().row);
    update_selection();
  } else if (selection.line == Selection::Line::right_left) {
    x = 0;
    update_selection();
  }
}

void Cursor::cursor_up(bool scroll_only) {
  const bool free = !selection.is_rectangle();
  if (free) keep_column();
  if (selection.line == Selection::Line::left_right && at().row == selection.start.row) other_end();
  if (free) x = kept_column_;
  if (scroll_only || y == 0) {
    scroll_down(1);
  } else {
    --y;
    update_selection();
  }
  settle_column();
}

void Cursor::cursor_down(bool scroll_only) {
  const bool free = !selection.is_rectangle();
  if (free) keep_column();
  if (selection.line == Selection::Line::right_left && at().row == selection.end.row) other_end();
  if (free) x = kept_column_;
  if (scroll_only || y == height() - 1) {
    scroll_up(1);
  } else {
    ++y;
    update_selection();
  }
  settle_column();
}

void Cursor::scroll_down(int rows) {
  if (rows > lines_.history()) return;
  scroll = std::min(scroll + rows, lines_.history());
  update_selection();
}

void Cursor::scroll_up(int rows) {
  rows = std::min(rows, scroll);
  if (rows == 0) return;
  scroll -= rows;
  update_selection();
}

void Cursor::go_up_to(Place place) {
  const int first = top();
  for (int rows = first - place.row; rows > 0; --rows) cursor_up(true);
  x = place.col;
  y = std::max(place.row - first, 0);
  update_selection();
}

void Cursor::go_down_to(Place place, bool keep_end) {
  const int first = top();
  const int last = height() - 1;
  for (int rows = place.row - first - last; rows > 0; --rows) cursor_down(true);
  x = place.col;
  y = std::min(place.row - first, last);
  update_selection(keep_end);
}

void Cursor::go_to(Place place) {
  show(place);
  update_selection();
}

void Cursor::show(Place place) {
  x = place.col;
  if (place.row >= top() && place.row < top() + height()) {
    y = place.row - top();
    return;
  }
  const int gap = height() / 4;
  int first = 0;
  if (place.row < height()) {
    first = 0;
  } else if (place.row > lines_.rows() - gap) {
    first = lines_.history();
  } else {
    first = place.row + gap - height();
  }
  first = std::clamp(first, 0, lines_.history());
  y = std::clamp(place.row - first, 0, height() - 1);
  scroll = lines_.history() - first;
}

void Cursor::put(Place place) {
  y += place.row - at().row;
  const int below = std::max(y - (height() - 1), 0);
  scroll = std::max(scroll - below, 0);
  y -= below;
  x = place.col;
}

bool Cursor::page(int direction, bool half, bool exit_at_bottom) {
  keep_column();
  x = kept_column_;
  int rows = 1;
  if (height() > 2) rows = half ? height() / 2 : height() - 2;
  if (direction < 0) {
    if (scroll + rows > lines_.history()) {
      scroll = lines_.history();
      y = y < rows ? 0 : y - rows;
    } else {
      scroll += rows;
    }
  } else if (scroll < rows) {
    scroll = 0;
    y = std::min(y + rows, height() - 1);
  } else {
    scroll -= rows;
  }
  if (!selection.is_rectangle()) {
    const int length = lines_.length(at().row);
    if ((x >= kept_length_ && x != length) || x > length) end_of_line();
  }
  if (direction > 0 && exit_at_bottom && scroll == 0) return true;
  update_selection();
  return false;
}

void Cursor::cursor_left() {
  Walker walker(lines_, at());
  walker.left(true);
  go_up_to(walker.at());
}

void Cursor::cursor_right() {
  Walker walker(lines_, at());
  walker.right(true, selection.is_rectangle());
  go_down_to(walker.at());
}

void Cursor::start_of_line() {
  Walker walker(lines_, at());
  walker.start_of_line(true);
  go_up_to(walker.at());
}

void Cursor::end_of_line() {
  Walker walker(lines_, at());
  walker.end_of_line(true, selection.is_rectangle());
  go_down_to(walker.at());
}

void Cursor::history_top() {
  if (selection.line == Selection::Line::left_right && at().row == selection.start.row) other_end();
  x = y = 0;
  scroll = lines_.history();
  update_selection();
}

void Cursor::history_bottom() {
  if (selection.line == Selection::Line::right_left && at().row == selection.end.row) other_end();
  scroll = 0;
  y = height() - 1;
  x = lines_.length(at().row);
  update_selection();
}

void Cursor::jump_to_mark() {
  const Place here = at();
  x = mark.col;
  if (mark.row < lines_.history()) {
    y = 0;
    scroll = lines_.history() - mark.row;
  } else {
    y = std::min(mark.row - lines_.history(), height() - 1);
    scroll = 0;
  }
  mark = here;
  mark_shown = true;
  update_selection();
}

void Cursor::goto_line(std::string_view text) {
  const auto number = model::parse_number(text, -1, INT32_MAX);
  if (!number) return;
  scroll = *number < 0 || *number > lines_.history() ? lines_.history() : static_cast<int>(*number);
  update_selection();
}

void Cursor::scroll_to_row(int row) {
  if (y > row) {
    const int rows = std::min(y - row, scroll);
    scroll_up(rows);
    y -= rows;
  } else {
    const int rows = std::min(row - y, lines_.history() - scroll);
    scroll_down(rows);
    y += rows;
  }
  update_selection();
}

// --- with what is selected -----------------------------------------------------------------------------

void Cursor::start_selection() {
  selection.begin(at());
  update_selection();
}

void Cursor::update_selection(bool keep_end) {
  selection.follow(lines_, at(), settings_.vi, keep_end);
}

void Cursor::clear_selection() {
  selection.clear();
  x = std::min(x, lines_.length(at().row));
}

void Cursor::other_end() {
  if (selection.none()) return;
  const Place to = selection.turn();
  x = to.col;
  if (to.row < top()) {
    scroll = lines_.history() - to.row;
    y = 0;
  } else if (to.row >= top() + height()) {
    scroll = lines_.history() - to.row + height() - 1;
    y = height() - 1;
  } else {
    y = to.row - top();
  }
  update_selection(true);
}

void Cursor::set_rectangle(bool on) {
  selection.line = Selection::Line::none;
  selection.rectangle = on;
  x = std::min(x, lines_.length(at().row));
  update_selection();
}

void Cursor::select_word() {
  selection.line = Selection::Line::left_right;
  selection.rectangle = false;
  selection.unit = Selection::Unit::words;
  selection.from = at();
  selection.separators = settings_.word_separators;
  previous_word(selection.separators, false);
  selection.first_start = at();
  start_selection();
  // A word of one character has its end here.
  Place next{selection.first_start.row, selection.first_start.col + 1};
  if (lines_.wrapped(next.row) && next.col > lines_.cols() - 1) next = {next.row + 1, 0};
  if (selection.first_start.col >= lines_.length(selection.first_start.row) ||
      !Walker(lines_, next).in(kWhitespace)) {
    next_word_end(selection.separators, true);
  } else {
    update_selection(true);
  }
  selection.first_end = at();
  selection.from = std::min(selection.from, selection.first_end);
}

void Cursor::select_line(int lines) {
  selection.line = Selection::Line::left_right;
  selection.rectangle = false;
  selection.unit = Selection::Unit::lines;
  selection.from = at();
  start_of_line();
  selection.first_start = selection.first_end = at();
  start_selection();
  end_of_line();
  selection.first_end = {at().row, lines_.length(at().row)};
  for (; lines > 1; --lines) {
    cursor_down(false);
    end_of_line();
  }
}

void Cursor::begin_drag(MouseAt at) {
  at.row = std::clamp(at.row, 0, height() - 1);
  at.col = std::clamp(at.col, 0, lines_.cols() - 1);
  const int row = top() + at.row;
  if (at.col < selection.first_start.col || at.col > selection.first_end.col ||
      row != selection.first_start.row)
    selection.unit = Selection::Unit::characters;
  y = at.row;
  if (selection.unit == Selection::Unit::words) {
    Walker walker(lines_, {row, at.col});
    walker.previous_word(selection.separators, false, !settings_.vi);
    x = walker.at().col;
    y = std::clamp(walker.at().row - top(), 0, height() - 1);
  } else if (selection.unit == Selection::Unit::lines) {
    x = 0;
  } else {
    x = at.col;
    start_selection();
  }
}

Outcome Cursor::drag(MouseAt to) {
  if (selection.drag == Selection::Drag::none) return Outcome::nothing;
  const Place before = at();
  x = std::clamp(to.col, 0, lines_.cols() - 1);
  y = std::clamp(to.row, 0, height() - 1);
  // At the edge what is beyond it comes into view.
  if (before.row == at().row && y == 0 && to.row <= 0) cursor_up(true);
  if (before.row == at().row && y == height() - 1 && to.row >= height() - 1) cursor_down(true);
  update_selection();
  return Outcome::redraw;
}

void Cursor::renew(Size size) {
  const auto spot = lines_.renew(size, {at().row, x});
  x = spot.col;
  if (spot.row < lines_.history()) {
    y = 0;
    scroll = lines_.history() - spot.row;
  } else {
    y = std::clamp(spot.row - lines_.history(), 0, height() - 1);
    scroll = 0;
  }
  clear_selection();
  mark.row = std::min(mark.row, lines_.last_row());
}

void Cursor::refresh() {
  static_cast<void>(lines_.renew(lines_.size(), {at().row, x}));
  scroll = std::min(scroll, lines_.history());
  clear_selection();
}

}  // namespace sess::modes
