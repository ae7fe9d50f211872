// Searches of copy mode.
#include <algorithm>

#include "base/utf8.hpp"
#include "modes/copy/mode.hpp"

namespace sess::modes {

void CopyMode::clear_marks() {
  marks_ = false;
}

/// One column on, and to the next row.
void CopyMode::step_right(Place& place, bool wrap) const {
  if (place.col < lines_->cols() - 1) {
    ++place.col;
  } else if (place.row < lines_->last_row()) {
    place = {place.row + 1, 0};
  } else if (wrap) {
    place = {0, 0};
  }
}

void CopyMode::step_left(Place& place, bool wrap) const {
  if (place.col > 0) {
    --place.col;
  } else if (place.row > 0) {
    place = {place.row - 1, lines_->cols() - 1};
  } else if (wrap) {
    place = {lines_->last_row(), lines_->cols() - 1};
  }
}

void CopyMode::move_behind_match(Place& place, bool wrap) const {
  const auto match = matches_ ? matches_->at(*lines_, place) : std::nullopt;
  if (!match) return;
  place = match->end;
  if (place.col >= lines_->cols()) {
    --place.col;
    step_right(place, wrap);
  }
}

bool CopyMode::search(bool down, bool regex) {
  if (search_text_.empty()) return false;
  // What was found before stays marked when this is nowhere.
  std::unique_ptr<Matches> other;
  if (!matches_ || matches_->pattern() != search_text_ || again_.regex != regex) {
    other = std::make_unique<Matches>(search_text_, regex);
  }
  const Matches& wanted = other ? *other : *matches_;
  again_ = {search_text_, regex};
  last_down_ = down;

  Place from = at();
  if (down && settings_.vi) {
    // The cursor stays on what was found: the next search begins behind it.
    if (marks_) {
      move_behind_match(from, settings_.wrap_search);
    } else {
      step_right(from, settings_.wrap_search);
    }
  } else if (!down) {
    step_left(from, settings_.wrap_search);
  }
  const auto found = down ? wanted.next(*lines_, from, settings_.wrap_search)
                          : wanted.previous(*lines_, from, settings_.wrap_search);
  if (!found) return false;
  if (other) matches_ = std::move(other);
  marks_ = true;
  show(found->begin);
  update_selection();  // as in tmux it reaches to the match, which the cursor may be behind
  if (down && !settings_.vi) {
    Place behind = found->begin;
    move_behind_match(behind, settings_.wrap_search);
    // Behind one that goes on below what is shown: from its beginning the next search would find it again.
    y_ += behind.row - at().row;
    const int below = std::max(y_ - (height() - 1), 0);
    scroll_ = std::max(scroll_ - below, 0);
    y_ -= below;
    x_ = behind.col;
  }
  static_cast<void>(matches_->count_more(*lines_));
  return true;
}

void CopyMode::search_times(bool down, bool regex, int times) {
  for (; times > 0; --times) {
    if (!search(down, regex)) return;
  }
}

/// '=' begins anew from where the prompt was opened; '+' and '-' go to the next one.
Outcome CopyMode::search_incrementally(bool down, std::string_view argument) {
  if (argument.empty()) return Outcome::nothing;
  const char how = argument.front();
  const std::string text(argument.substr(1));
  if (!incremental_from_) {
    incremental_from_ = SearchFrom{x_, y_, scroll_};
  } else if (!search_text_.empty() && text != search_text_) {
    x_ = incremental_from_->x;
    y_ = incremental_from_->y;
    scroll_ = std::min(incremental_from_->scroll, lines_->history());
  }
  if (text.empty()) {
    clear_marks();
    return Outcome::redraw;
  }
  if (how != '=' && how != '+' && how != '-') return Outcome::redraw;
  const bool to_down = how == '=' ? down : how == '+';
  search_text_ = text;
  search_regex_ = false;
  search_direction_ = to_down ? Direction::down : Direction::up;
  if (!search(to_down, false)) clear_marks();
  return Outcome::redraw;
}

std::string CopyMode::match_at_cursor() const {
  if (!marks_ || !matches_) return {};
  auto match = matches_->at(*lines_, at());
  if (!match) {  // one behind it counts, too
    Place before = at();
    if (before.col == 0 && before.row == top()) return {};
    step_left(before, false);
    match = matches_->at(*lines_, before);
  }
  if (!match) return {};
  std::string out;
  for (int number = match->begin.row; number <= match->end.row; ++number) {
    const Row& row = lines_->row(number);
    const int to = number == match->end.row ? match->end.col : row.columns();
    for (int col = number == match->begin.row ? match->begin.col : 0; col < std::min(to, row.columns());
         ++col)
      out += row.at(col);
  }
  return out;
}

std::string CopyMode::word_at_cursor() const {
  const std::string ends = settings_.word_separators + " ";
  const Walker walker(*lines_, at());
  Place place = at();
  if (walker.in(ends)) {
    ++place.col;  // the one that begins behind it
  } else {
    while (place.col > 0 || (place.row > 0 && lines_->wrapped(place.row - 1))) {
      const Place before = place.col > 0
                               ? Place{place.row, place.col - 1}
                               : Place{place.row - 1, std::max(lines_->row(place.row - 1).columns() - 1, 0)};
      if (walker.in(before, ends)) break;
      place = before;
    }
  }
  std::string out;
  while (true) {
    const Row& row = lines_->row(place.row);
    if (place.col >= row.columns()) {
      if (!row.wrapped) break;
      place = {place.row + 1, 0};
      continue;
    }
    if (walker.in(place, ends)) break;
    out += lines_->row(place.row).at(place.col++);
  }
  return out;
}

std::string CopyMode::line_at_cursor() const {
  const Row& row = lines_->row(at().row);
  std::string out;
  for (int col = 0; col < row.length; ++col) out += row.at(col);
  return out;
}

}  // namespace sess::modes
