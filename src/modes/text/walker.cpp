#include "modes/text/walker.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace sess::modes {

bool Walker::in(Place place, std::string_view set) const {
  const Row& row = lines_.row(place.row);
  if (row.padding_at(place.col)) return false;
  const auto character = row.shown_at(place.col);
  if (set.empty()) return false;
  for (std::size_t at = 0; at < set.size();) {
    const auto one = decode_utf8(set.substr(at));
    if (set.substr(at, one.length) == character) return true;
    at += one.length;
  }
  return false;
}

bool Walker::in(std::string_view set) const {
  return in(at_, set);
}

void Walker::up() {
  if (at_.row == 0) return;
  --at_.row;
  while (at_.col > 0 && lines_.row(at_.row).padding_at(at_.col)) --at_.col;
}

void Walker::down() {
  if (at_.row >= lines_.last_row()) return;
  ++at_.row;
  while (at_.col > 0 && lines_.row(at_.row).padding_at(at_.col)) --at_.col;
}

void Walker::left(bool wrap) {
  if (at_.col == 0) {
    if (at_.row > 0 && (wrap || lines_.wrapped(at_.row - 1))) {
      up();
      end_of_line(false, false);
    }
    return;
  }
  --at_.col;
  while (at_.col > 0 && lines_.row(at_.row).padding_at(at_.col)) --at_.col;
}

void Walker::right(bool wrap, bool all) {
  const int end = all ? lines_.cols() : lines_.length(at_.row);
  if (wrap && at_.col >= end && at_.row < lines_.last_row()) {
    start_of_line(false);
    down();
  } else if (at_.col < end) {
    ++at_.col;
    while (at_.col < end && lines_.row(at_.row).padding_at(at_.col)) ++at_.col;
  }
}

void Walker::start_of_line(bool wrap) {
  if (wrap) {
    while (at_.row > 0 && lines_.wrapped(at_.row - 1)) --at_.row;
  }
  at_.col = 0;
}

void Walker::end_of_line(bool wrap, bool all) {
  if (wrap) {
    while (at_.row < lines_.last_row() && lines_.wrapped(at_.row)) ++at_.row;
  }
  at_.col = all ? lines_.cols() : lines_.length(at_.row);
}

void Walker::back_to_indentation() {
  const Place before = at_;
  start_of_line(true);
  for (int row = at_.row; row <= lines_.last_row(); ++row) {
    const Row& line = lines_.row(row);
    for (int col = 0; col < line.length; ++col) {
      if (line.at(col) == " ") continue;
      at_ = {row, col};
      return;
    }
    if (!line.wrapped) break;
  }
  at_ = before;
}

/// The last column that belongs to words: a row that wraps breaks none.
int Walker::word_end(int row) const {
  return lines_.wrapped(row) ? lines_.cols() - 1 : lines_.length(row);
}

/// From behind a row's end to the next row; false behind the text.
bool Walker::step_over_end(int& end) {
  while (at_.col > end) {
    if (at_.row >= lines_.last_row()) return false;
    start_of_line(false);
    down();
    end = word_end(at_.row);
  }
  return true;
}

void Walker::next_word(std::string_view separators) {
  int end = word_end(at_.row);
  if (!step_over_end(end)) return;
  if (!in(kWhitespace)) {
    const bool separator = in(separators);
    do {
      ++at_.col;
    } while (step_over_end(end) && !in(kWhitespace) && in(separators) == separator);
  }
  while (step_over_end(end) && in(kWhitespace)) ++at_.col;
}

void Walker::next_word_end(std::string_view separators) {
  int end = word_end(at_.row);
  while (step_over_end(end)) {
    if (in(kWhitespace)) {
      ++at_.col;
      continue;
    }
    const bool separator = in(separators);
    do {
      ++at_.col;
    } while (step_over_end(end) && !in(kWhitespace) && in(separators) == separator);
    return;
  }
}

void Walker::previous_word(std::string_view separators, bool already, bool stop_at_end) {
  bool letters = false;
  if (already || in(kWhitespace)) {
    while (true) {
      if (at_.col > 0) {
        --at_.col;
        if (in(kWhitespace)) continue;
        letters = !in(separators);
        break;
      }
      if (at_.row == 0) return;
      up();
      end_of_line(false, false);
      if (stop_at_end && at_.col > 0 && in({at_.row, at_.col - 1}, kWhitespace)) {
        letters = false;
        break;
      }
    }
  } else {
    letters = !in(separators);
  }
  Place before = at_;
  do {
    before = at_;
    if (at_.col == 0) {
      if (at_.row == 0 || !lines_.wrapped(at_.row - 1)) break;
      up();
      end_of_line(false, true);
    }
    if (at_.col > 0) --at_.col;
  } while (!in(kWhitespace) && letters != in(separators));
  at_ = before;
}

bool Walker::jump(std::string_view character) {
  int col = at_.col;
  for (int row = at_.row; row <= lines_.last_row(); ++row, col = 0) {
    const Row& line = lines_.row(row);
    for (; col < line.length; ++col) {
      if (line.at(col) != character) continue;
      at_ = {row, col};
      return true;
    }
    if (!line.wrapped) return false;
  }
  return false;
}

bool Walker::jump_back(std::string_view character) {
  int col = at_.col;
  for (int row = at_.row; row >= 0; --row) {
    const Row& line = lines_.row(row);
    for (col = std::min(col, line.columns() - 1); col >= 0; --col) {
      if (line.at(col) != character) continue;
      at_ = {row, col};
      return true;
    }
    if (row == 0 || !lines_.wrapped(row - 1)) return false;
    col = lines_.length(row - 1) - 1;
  }
  return false;
}

}  // namespace sess::modes
