#include "modes/copy/selection.hpp"

#include <algorithm>

namespace sess::modes {
namespace {

/// A row's columns [from, to), and a newline where the row ends a line.
void append_row(const Lines& lines, std::string& out, int number, int from, int to) {
  if (from > to) return;
  const Row& row = lines.row(number);
  // Of a row that wraps the spaces at the end are text, too.
  const int end = row.wrapped ? row.columns() : row.length;
  const int stop = std::min(to, end);
  for (int col = std::min(from, end); col < stop; ++col) out += row.at(col);
  if (!row.wrapped || stop != end) out += '\n';
}

}  // namespace

Place word_end_from(const Lines& lines, Place place, std::string_view separators, bool vi) {
  Walker walker(lines, place);
  if (vi) {
    if (!walker.in(kWhitespace)) walker.right(false, false);
    walker.next_word_end(separators);
    walker.left(true);
  } else {
    walker.next_word_end(separators);
  }
  return walker.at();
}

void Selection::begin(Place cursor) {
  start = end = cursor;
  drag = Drag::end;
  present = true;
}

void Selection::follow(const Lines& lines, Place cursor, bool vi, bool keep_end) {
  if (none()) return;
  present = true;
  if (drag == Drag::none) return;
  bool at_start = drag == Drag::start;
  Place place = cursor;
  if (unit == Unit::words && !keep_end) {
    if (from > place) {
      Walker walker(lines, place);
      walker.previous_word(separators, false, !vi);
      place = walker.at();
      at_start = true;
      end = first_end;
    } else {
      if (place.col >= lines.length(place.row) ||
          !Walker(lines, place).in({place.row, place.col + 1}, kWhitespace)) {
        place = word_end_from(lines, place, separators, vi);
      }
      at_start = false;
      start = first_start;
    }
  } else if (unit == Unit::lines && !keep_end) {
    if (from.row > place.row) {
      place.col = 0;
      at_start = true;
      end = first_end;
    } else {
      place.col = lines.length(std::max(place.row, first_end.row));
      place.row = std::max(place.row, first_end.row);
      at_start = false;
      start = first_start;
    }
  }
  (at_start ? start : end) = place;
}

void Selection::clear() {
  present = false;
  drag = Drag::none;
  line = Line::none;
  unit = Unit::characters;
}

Place Selection::turn() {
  if (line == Line::left_right) {
    line = Line::right_left;
  } else if (line == Line::right_left) {
    line = Line::left_right;
  }
  drag = drag == Drag::end ? Drag::start : Drag::end;
  return drag == Drag::start ? start : end;
}

void Selection::rows_gone(int rows) {
  for (Place* place : {&start, &end, &first_start, &first_end, &from})
    place->row = std::max(0, place->row - rows);
}

std::string Selection::text(const Lines& lines, Place cursor, bool vi) const {
  const Place first = std::min(start, end);
  Place last = std::max(start, end);
  const int last_length = lines.length(last.row);
  last.col = std::min(last.col, last_length);

  // From which column, and to which, in the first row, in the last, and in those between.
  int first_from = first.col;
  int last_to = vi ? last.col + 1 : last.col;
  int left = 0;
  int right = lines.cols();
  if (rectangle) {
    // The cursor's own column is left out in emacs keys, when it is on the right.
    const int fixed = drag == Drag::end ? start.col : end.col;
    if (fixed < cursor.col) {
      right = last_to = vi ? cursor.col + 1 : cursor.col;
      left = first_from = fixed;
    } else {
      right = last_to = fixed + 1;
      left = first_from = cursor.col;
    }
  }
  std::string out;
  for (int row = first.row; row <= last.row; ++row) {
    append_row(lines, out, row, row == first.row ? first_from : left, row == last.row ? last_to : right);
  }
  if (out.empty()) return out;
  if (!vi || last_to <= last_length) {
    if (!lines.wrapped(last.row) || last_to != last_length) out.pop_back();
  }
  return out;
}

}  // namespace sess::modes
