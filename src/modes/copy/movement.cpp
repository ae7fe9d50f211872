// How the cursor of copy mode moves and what is shown follows it.
#include <algorithm>

#include "model/number.hpp"
#include "modes/copy/mode.hpp"

namespace sess::modes {

/// Lines that the history dropped are no rows any more.
void CopyMode::follow() {
  const int gone = lines_->follow();
  scroll_ = std::min(scroll_, lines_->history());
  if (gone == 0) return;
  for (Place* place : {&start_, &end_, &first_start_, &first_end_, &drag_from_, &mark_})
    place->row = std::max(0, place->row - gone);
  if (matches_) matches_->rows_gone(gone);
}

/// The column that going up and down keeps to, over shorter rows; at a row's end it is the end.
void CopyMode::keep_column() {
  const int length = lines_->length(at().row);
  if (x_ == length) return;
  kept_column_ = x_;
  kept_length_ = length;
}

void CopyMode::settle_column() {
  if (!selected_ || !rectangle_) {
    const int length = lines_->length(at().row);
    if ((x_ >= kept_length_ && x_ != length) || x_ > length) {
      x_ = length;
      update_selection();
    }
  }
  if (line_select_ == LineSelect::left_right) {
    x_ = rectangle_ ? lines_->cols() : lines_->length(at().row);
    update_selection();
  } else if (line_select_ == LineSelect::right_left) {
    x_ = 0;
    update_selection();
  }
}

void CopyMode::cursor_up(bool scroll_only) {
  const bool free = !selected_ || !rectangle_;
  if (free) keep_column();
  if (line_select_ == LineSelect::left_right && at().row == start_.row) other_end();
  if (free) x_ = kept_column_;
  if (scroll_only || y_ == 0) {
    scroll_down(1);
  } else {
    --y_;
    update_selection();
  }
  settle_column();
}

void CopyMode::cursor_down(bool scroll_only) {
  const bool free = !selected_ || !rectangle_;
  if (free) keep_column();
  if (line_select_ == LineSelect::right_left && at().row == end_.row) other_end();
  if (free) x_ = kept_column_;
  if (scroll_only || y_ == height() - 1) {
    scroll_up(1);
  } else {
    ++y_;
    update_selection();
  }
  settle_column();
}

/// What is shown moves into the history.
void CopyMode::scroll_down(int rows) {
  if (rows > lines_->history()) return;
  scroll_ = std::min(scroll_ + rows, lines_->history());
  update_selection();
}

void CopyMode::scroll_up(int rows) {
  rows = std::min(rows, scroll_);
  if (rows == 0) return;
  scroll_ -= rows;
  update_selection();
}

void CopyMode::go_up_to(Place place) {
  const int first = top();
  for (int rows = first - place.row; rows > 0; --rows) cursor_up(true);
  x_ = place.col;
  y_ = std::max(place.row - first, 0);
  update_selection();
}

void CopyMode::go_down_to(Place place, bool keep_end) {
  const int first = top();
  const int last = height() - 1;
  for (int rows = place.row - first - last; rows > 0; --rows) cursor_down(true);
  x_ = place.col;
  y_ = std::min(place.row - first, last);
  update_selection(keep_end);
}

/// The cursor to a place; when that is not shown, a quarter of the height from the edge.
void CopyMode::go_to(Place place) {
  show(place);
  update_selection();
}

void CopyMode::show(Place place) {
  x_ = place.col;
  if (place.row >= top() && place.row < top() + height()) {
    y_ = place.row - top();
    return;
  }
  const int gap = height() / 4;
  int first = 0;
  if (place.row < height()) {
    first = 0;
  } else if (place.row > lines_->rows() - gap) {
    first = lines_->history();
  } else {
    first = place.row + gap - height();
  }
  first = std::clamp(first, 0, lines_->history());
  y_ = std::clamp(place.row - first, 0, height() - 1);
  scroll_ = lines_->history() - first;
}

/// True when copy mode is to be left at the bottom.
bool CopyMode::page(int direction, bool half, bool exit_at_bottom) {
  keep_column();
  x_ = kept_column_;
  int rows = 1;
  if (height() > 2) rows = half ? height() / 2 : height() - 2;
  if (direction < 0) {
    if (scroll_ + rows > lines_->history()) {
      scroll_ = lines_->history();
      y_ = y_ < rows ? 0 : y_ - rows;
    } else {
      scroll_ += rows;
    }
  } else if (scroll_ < rows) {
    scroll_ = 0;
    y_ = std::min(y_ + rows, height() - 1);
  } else {
    scroll_ -= rows;
  }
  if (!selected_ || !rectangle_) {
    const int length = lines_->length(at().row);
    if ((x_ >= kept_length_ && x_ != length) || x_ > length) end_of_line();
  }
  if (direction > 0 && exit_at_bottom && scroll_ == 0) return true;
  update_selection();
  return false;
}

void CopyMode::cursor_left() {
  Walker walker(*lines_, at());
  walker.left(true);
  go_up_to(walker.at());
}

void CopyMode::cursor_right() {
  Walker walker(*lines_, at());
  walker.right(true, selected_ && rectangle_);
  go_down_to(walker.at());
}

void CopyMode::start_of_line() {
  Walker walker(*lines_, at());
  walker.start_of_line(true);
  go_up_to(walker.at());
}

void CopyMode::end_of_line() {
  Walker walker(*lines_, at());
  walker.end_of_line(true, selected_ && rectangle_);
  go_down_to(walker.at());
}

void CopyMode::next_word(std::string_view separators) {
  Walker walker(*lines_, at());
  walker.next_word(separators);
  go_down_to(walker.at());
}

Place CopyMode::word_end_from(Place place, std::string_view separators) const {
  Walker walker(*lines_, place);
  if (settings_.vi) {
    if (!walker.in(kWhitespace)) walker.right(false, false);
    walker.next_word_end(separators);
    walker.left(true);
  } else {
    walker.next_word_end(separators);
  }
  return walker.at();
}

void CopyMode::next_word_end(std::string_view separators, bool keep_end) {
  go_down_to(word_end_from(at(), separators), keep_end);
}

void CopyMode::previous_word(std::string_view separators, bool already) {
  Walker walker(*lines_, at());
  walker.previous_word(separators, already, !settings_.vi);
  go_up_to(walker.at());
}

void CopyMode::history_top() {
  if (line_select_ == LineSelect::left_right && at().row == start_.row) other_end();
  x_ = y_ = 0;
  scroll_ = lines_->history();
  update_selection();
}

void CopyMode::history_bottom() {
  if (line_select_ == LineSelect::right_left && at().row == end_.row) other_end();
  scroll_ = 0;
  y_ = height() - 1;
  x_ = lines_->length(at().row);
  update_selection();
}

void CopyMode::paragraph(int direction) {
  int row = at().row;
  const int edge = direction < 0 ? 0 : lines_->last_row();
  while (row != edge && lines_->length(row) == 0) row += direction;
  while (row != edge && lines_->length(row) > 0) row += direction;
  go_to({row, direction < 0 ? 0 : lines_->length(row)});
}

/// To the row where the next prompt, or a command's output, begins. In the history it is the first one shown.
void CopyMode::prompt(int direction, bool output) {
  const auto row =
      lines_->marked_row(at().row, direction < 0, output ? terminal::kOutputMark : terminal::kPromptMark);
  if (!row) return;
  x_ = 0;
  y_ = std::clamp(*row - lines_->history(), 0, height() - 1);
  scroll_ = std::max(lines_->history() - *row, 0);
  update_selection();
}

void CopyMode::jump(Jump how) {
  if (jump_character_.empty()) return;
  Place from = at();
  Walker walker(*lines_, from);
  switch (how) {
    case Jump::none:
      return;
    case Jump::forward:
    case Jump::to_forward: {
      from.col += how == Jump::forward ? 1 : 2;
      Walker ahead(*lines_, from);
      if (!ahead.jump(jump_character_)) return;
      if (how == Jump::to_forward) ahead.left(true);
      return go_down_to(ahead.at());
    }
    case Jump::backward:
    case Jump::to_backward:
      walker.left(false);
      if (how == Jump::to_backward) walker.left(false);
      if (!walker.jump_back(jump_character_)) return;
      if (how == Jump::to_backward) walker.right(true, false);
      return go_up_to(walker.at());
  }
}

void CopyMode::jump_to_mark() {
  const Place here = at();
  x_ = mark_.col;
  if (mark_.row < lines_->history()) {
    y_ = 0;
    scroll_ = lines_->history() - mark_.row;
  } else {
    y_ = std::min(mark_.row - lines_->history(), height() - 1);
    scroll_ = 0;
  }
  mark_ = here;
  mark_shown_ = true;
  update_selection();
}

void CopyMode::goto_line(std::string_view text) {
  const auto number = model::parse_number(text, -1, INT32_MAX);
  if (!number) return;
  scroll_ = *number < 0 || *number > lines_->history() ? lines_->history() : static_cast<int>(*number);
  update_selection();
}

namespace {

constexpr std::string_view kOpen = "{[(";
constexpr std::string_view kClose = "}])";

/// Which of a set of brackets a place has; none when it has another character.
std::size_t bracket_at(const Lines& lines, Place place, std::string_view set) {
  const Row& row = lines.row(place.row);
  const auto character = row.shown_at(place.col);
  return character.size() == 1 ? set.find(character.front()) : std::string_view::npos;
}

}  // namespace

void CopyMode::previous_bracket() {
  Place place = at();
  if (lines_->length(place.row) == 0) return;
  std::size_t kind = bracket_at(*lines_, place, kClose);
  if (kind == std::string_view::npos && !settings_.vi && place.col > 0) {
    --place.col;
    kind = bracket_at(*lines_, place, kClose);
  }
  if (kind == std::string_view::npos) {
    if (!settings_.vi) previous_word(kClose, true);
    return;
  }
  const auto closes = kClose.substr(kind, 1);
  const auto opens = kOpen.substr(kind, 1);
  for (int depth = 1; depth != 0;) {
    if (place.col > 0) {
      --place.col;
    } else {
      int length = 0;
      while (place.row > 0 && length == 0) length = lines_->length(--place.row);
      if (length == 0) return;
      place.col = length - 1;
    }
    if (bracket_at(*lines_, place, closes) == 0) ++depth;
    if (bracket_at(*lines_, place, opens) == 0) --depth;
  }
  go_to(place);
}

void CopyMode::next_bracket() {
  Place place = at();
  int length = lines_->length(place.row);
  if (length == 0) return;
  std::size_t kind = std::string_view::npos;
  bool tried = false;
  while (true) {
    if (settings_.vi && bracket_at(*lines_, place, kClose) != std::string_view::npos) {
      const Place before = at();
      go_to(place);
      previous_bracket();
      if (bracket_at(*lines_, at(), kClose) != std::string_view::npos) go_to(before);
      return;
    }
    kind = bracket_at(*lines_, place, kOpen);
    if (kind != std::string_view::npos) break;
    if (!settings_.vi) {
      if (tried || place.col > length) return next_word_end("{[()]}");
      ++place.col;
      tried = true;
    } else if (place.col > length) {
      if (place.row == lines_->last_row() || !lines_->wrapped(place.row)) return;
      place = {place.row + 1, 0};
      length = lines_->length(place.row);
    } else {
      ++place.col;
    }
  }
  const auto opens = kOpen.substr(kind, 1);
  const auto closes = kClose.substr(kind, 1);
  for (int depth = 1; depth != 0;) {
    if (place.col > length) {
      if (place.row == lines_->last_row()) return;
      place = {place.row + 1, 0};
      length = lines_->length(place.row);
    } else {
      ++place.col;
    }
    if (bracket_at(*lines_, place, opens) == 0) ++depth;
    if (bracket_at(*lines_, place, closes) == 0) --depth;
  }
  go_to(place);
}

/// The row that the cursor is on is scrolled to this one of what is shown, as far as there is text.
void CopyMode::scroll_cursor_to(int row) {
  if (y_ > row) {
    const int rows = std::min(y_ - row, scroll_);
    scroll_up(rows);
    y_ -= rows;
  } else {
    const int rows = std::min(row - y_, lines_->history() - scroll_);
    scroll_down(rows);
    y_ += rows;
  }
  update_selection();
}

}  // namespace sess::modes
