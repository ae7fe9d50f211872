// Selections of copy mode: characters, words, lines and rectangles, and the text that they mean.
#include <algorithm>

#include "modes/copy/mode.hpp"

namespace sess::modes {

void CopyMode::start_selection() {
  start_ = end_ = at();
  drag_ = Drag::end;
  selected_ = true;
  update_selection();
}

/// The end that follows the cursor is where that is now; words and lines are selected whole unless
/// `keep_end`.
void CopyMode::update_selection(bool keep_end) {
  if (!selected_ && line_select_ == LineSelect::none) return;
  selected_ = true;
  if (drag_ != Drag::none) synchronize_end(drag_ == Drag::start, keep_end);
}

void CopyMode::synchronize_end(bool begin, bool keep_end) {
  Place place = at();
  if (select_ == Select::words && !keep_end) {
    if (drag_from_ > place) {
      Walker walker(*lines_, place);
      walker.previous_word(drag_separators_, false, !settings_.vi);
      place = walker.at();
      begin = true;
      end_ = first_end_;
    } else {
      if (place.col >= lines_->length(place.row) ||
          !Walker(*lines_, place).in({place.row, place.col + 1}, kWhitespace)) {
        place = word_end_from(place, drag_separators_);
      }
      begin = false;
      start_ = first_start_;
    }
  } else if (select_ == Select::lines && !keep_end) {
    if (drag_from_.row > place.row) {
      place.col = 0;
      begin = true;
      end_ = first_end_;
    } else {
      place.col = lines_->length(std::max(place.row, first_end_.row));
      place.row = std::max(place.row, first_end_.row);
      begin = false;
      start_ = first_start_;
    }
  }
  (begin ? start_ : end_) = place;
}

void CopyMode::clear_selection() {
  selected_ = false;
  drag_ = Drag::none;
  line_select_ = LineSelect::none;
  select_ = Select::characters;
  x_ = std::min(x_, lines_->length(at().row));
}

void CopyMode::other_end() {
  if (!selected_ && line_select_ == LineSelect::none) return;
  if (line_select_ == LineSelect::left_right) {
    line_select_ = LineSelect::right_left;
  } else if (line_select_ == LineSelect::right_left) {
    line_select_ = LineSelect::left_right;
  }
  drag_ = drag_ == Drag::end ? Drag::start : Drag::end;
  const Place to = drag_ == Drag::start ? start_ : end_;
  x_ = to.col;
  if (to.row < top()) {
    scroll_ = lines_->history() - to.row;
    y_ = 0;
  } else if (to.row >= top() + height()) {
    scroll_ = lines_->history() - to.row + height() - 1;
    y_ = height() - 1;
  } else {
    y_ = to.row - top();
  }
  update_selection(true);
}

void CopyMode::set_rectangle(bool on) {
  line_select_ = LineSelect::none;
  rectangle_ = on;
  x_ = std::min(x_, lines_->length(at().row));
  update_selection();
}

void CopyMode::select_word() {
  line_select_ = LineSelect::left_right;
  rectangle_ = false;
  select_ = Select::words;
  drag_from_ = at();
  drag_separators_ = settings_.word_separators;
  previous_word(drag_separators_, false);
  first_start_ = at();
  start_selection();
  // A word of one character has its end here.
  Place next{first_start_.row, first_start_.col + 1};
  if (lines_->wrapped(next.row) && next.col > lines_->cols() - 1) next = {next.row + 1, 0};
  if (first_start_.col >= lines_->length(first_start_.row) || !Walker(*lines_, next).in(kWhitespace)) {
    next_word_end(drag_separators_, true);
  } else {
    update_selection(true);
  }
  first_end_ = at();
  drag_from_ = std::min(drag_from_, first_end_);
}

void CopyMode::select_line(int lines) {
  line_select_ = LineSelect::left_right;
  rectangle_ = false;
  select_ = Select::lines;
  drag_from_ = at();
  start_of_line();
  first_start_ = first_end_ = at();
  start_selection();
  end_of_line();
  first_end_ = {at().row, lines_->length(at().row)};
  for (; lines > 1; --lines) {
    cursor_down(false);
    end_of_line();
  }
}

void CopyMode::begin_drag(MouseAt at) {
  at.row = std::clamp(at.row, 0, height() - 1);
  at.col = std::clamp(at.col, 0, lines_->cols() - 1);
  follow();
  const int row = top() + at.row;
  if (at.col < first_start_.col || at.col > first_end_.col || row != first_start_.row)
    select_ = Select::characters;
  y_ = at.row;
  if (select_ == Select::words) {
    Walker walker(*lines_, {row, at.col});
    walker.previous_word(drag_separators_, false, !settings_.vi);
    x_ = walker.at().col;
    y_ = std::clamp(walker.at().row - top(), 0, height() - 1);
  } else if (select_ == Select::lines) {
    x_ = 0;
  } else {
    x_ = at.col;
    start_selection();
  }
}

Outcome CopyMode::drag(MouseAt to) {
  if (drag_ == Drag::none) return Outcome::nothing;
  follow();
  const Place before = at();
  x_ = std::clamp(to.col, 0, lines_->cols() - 1);
  y_ = std::clamp(to.row, 0, height() - 1);
  // At the edge what is beyond it comes into view.
  if (before.row == at().row && y_ == 0 && to.row <= 0) cursor_up(true);
  if (before.row == at().row && y_ == height() - 1 && to.row >= height() - 1) cursor_down(true);
  update_selection();
  return Outcome::redraw;
}

/// A row's columns [from, to), and a newline where the row ends a line.
void CopyMode::append_row(std::string& out, int number, int from, int to) const {
  if (from > to) return;
  const Row& row = lines_->row(number);
  // Of a row that wraps the spaces at the end are text, too.
  const int end = row.wrapped ? row.columns() : row.length;
  const int stop = std::min(to, end);
  for (int col = std::min(from, end); col < stop; ++col) out += row.at(col);
  if (!row.wrapped || stop != end) out += '\n';
}

std::string CopyMode::selected_text() {
  if (!selected_ && line_select_ == LineSelect::none) return match_at_cursor();
  const Place first = std::min(start_, end_);
  Place last = std::max(start_, end_);
  const int last_length = lines_->length(last.row);
  last.col = std::min(last.col, last_length);

  // From which column, and to which, in the first row, in the last, and in those between.
  int first_from = first.col;
  int last_to = settings_.vi ? last.col + 1 : last.col;
  int from = 0;
  int to = lines_->cols();
  if (rectangle_) {
    // The cursor's own column is left out in emacs keys, when it is on the right.
    const int fixed = drag_ == Drag::end ? start_.col : end_.col;
    if (fixed < x_) {
      to = last_to = settings_.vi ? x_ + 1 : x_;
      from = first_from = fixed;
    } else {
      to = last_to = fixed + 1;
      from = first_from = x_;
    }
  }
  std::string out;
  for (int row = first.row; row <= last.row; ++row) {
    append_row(out, row, row == first.row ? first_from : from, row == last.row ? last_to : to);
  }
  if (out.empty()) return out;
  if (!settings_.vi || last_to <= last_length) {
    if (!lines_->wrapped(last.row) || last_to != last_length) out.pop_back();
  }
  return out;
}

}  // namespace sess::modes
