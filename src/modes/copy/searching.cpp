#include "modes/copy/searching.hpp"

#include <algorithm>

namespace sess::modes {
namespace {

/// One column on, and to the next row.
void step_right(const Lines& lines, Place& place, bool wrap) {
  if (place.col < lines.cols() - 1) {
    ++place.col;
  } else if (place.row < lines.last_row()) {
    place = {place.row + 1, 0};
  } else if (wrap) {
    place = {0, 0};
  }
}

void step_left(const Lines& lines, Place& place, bool wrap) {
  if (place.col > 0) {
    --place.col;
  } else if (place.row > 0) {
    place = {place.row - 1, lines.cols() - 1};
  } else if (wrap) {
    place = {lines.last_row(), lines.cols() - 1};
  }
}

}  // namespace

void Searching::look_for(std::string text, bool regex, bool down) {
  text_ = std::move(text);
  regex_ = regex;
  direction_ = down ? Direction::down : Direction::up;
}

std::optional<Match> Searching::find(const Lines& lines, Place cursor, bool down,
                                     const CopySettings& settings) {
  if (text_.empty()) return std::nullopt;
  // What was found before stays marked when this is nowhere.
  std::unique_ptr<Matches> other;
  if (!matches_ || matches_->pattern() != text_ || again_.regex != regex_) {
    other = std::make_unique<Matches>(text_, regex_);
  }
  const Matches& wanted = other ? *other : *matches_;
  again_ = {text_, regex_};

  const bool wrap = settings.wrap_search;
  Place from = cursor;
  if (down && settings.vi) {
    // The cursor stays on what was found: the next search begins behind it.
    if (marks_) {
      from = behind(lines, from, wrap);
    } else {
      step_right(lines, from, wrap);
    }
  } else if (!down) {
    step_left(lines, from, wrap);
  }
  const auto found = down ? wanted.next(lines, from, wrap) : wanted.previous(lines, from, wrap);
  if (!found) return std::nullopt;
  if (other) matches_ = std::move(other);
  marks_ = true;
  return found;
}

Place Searching::behind(const Lines& lines, Place place, bool wrap) const {
  const auto match = matches_ ? matches_->at(lines, place) : std::nullopt;
  if (!match) return place;
  Place end = match->end;
  if (end.col >= lines.cols()) {
    --end.col;
    step_right(lines, end, wrap);
  }
  return end;
}

std::string Searching::match_at(const Lines& lines, Place cursor, int top) const {
  if (marked() == nullptr) return {};
  auto match = matches_->at(lines, cursor);
  if (!match) {  // one behind it counts, too
    if (cursor.col == 0 && cursor.row == top) return {};
    step_left(lines, cursor, false);
    match = matches_->at(lines, cursor);
  }
  if (!match) return {};
  std::string out;
  for (int number = match->begin.row; number <= match->end.row; ++number) {
    const Row& row = lines.row(number);
    const int to = number == match->end.row ? match->end.col : row.columns();
    for (int col = number == match->begin.row ? match->begin.col : 0; col < std::min(to, row.columns());
         ++col)
      out += row.at(col);
  }
  return out;
}

bool Searching::count_more(const Lines& lines, int most) {
  return marked() != nullptr && !matches_->done() && matches_->count_more(lines, most);
}

void Searching::rows_gone(int rows) {
  if (matches_) matches_->rows_gone(rows);
}

void Searching::text_changed() {
  if (matches_) matches_->count_anew();
}

}  // namespace sess::modes
