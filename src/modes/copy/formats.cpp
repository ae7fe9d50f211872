// What formats say about copy mode.
#include <algorithm>

#include "modes/copy/mode.hpp"

namespace sess::modes {
namespace {

/// The word at a place, or the one that begins behind it.
std::string word_at(const Lines& lines, Place place, const std::string& separators) {
  const std::string ends = separators + " ";
  const Walker walker(lines, place);
  if (walker.in(ends)) {
    ++place.col;  // the one that begins behind it
  } else {
    while (place.col > 0 || (place.row > 0 && lines.wrapped(place.row - 1))) {
      const Place before = place.col > 0
                               ? Place{place.row, place.col - 1}
                               : Place{place.row - 1, std::max(lines.row(place.row - 1).columns() - 1, 0)};
      if (walker.in(before, ends)) break;
      place = before;
    }
  }
  std::string out;
  while (true) {
    const Row& row = lines.row(place.row);
    if (place.col >= row.columns()) {
      if (!row.wrapped) break;
      place = {place.row + 1, 0};
      continue;
    }
    if (walker.in(place, ends)) break;
    out += lines.row(place.row).at(place.col++);
  }
  return out;
}

std::string line_at(const Lines& lines, int number) {
  const Row& row = lines.row(number);
  std::string out;
  for (int col = 0; col < row.length; ++col) out += row.at(col);
  return out;
}

}  // namespace

void CopyMode::formats(Formats& out) {
  follow();
  settings_ = ports_.settings();
  const Selection& selection = cursor_.selection;
  const auto number = [&](std::string_view name, int value) {
    out.emplace_back(name, std::to_string(value));
  };
  number("scroll_position", cursor_.scroll);
  number("rectangle_toggle", selection.rectangle ? 1 : 0);
  number("copy_cursor_x", cursor_.x);
  number("copy_cursor_y", cursor_.y);
  number("selection_present", selection.present ? 1 : 0);
  number("selection_active", selection.present && selection.drag != Selection::Drag::none ? 1 : 0);
  if (selection.present) {
    number("selection_start_x", selection.start.col);
    number("selection_start_y", selection.start.row);
    number("selection_end_x", selection.end.col);
    number("selection_end_y", selection.end.row);
  }
  const Gutter numbers = gutter();
  number("copy_position", numbers.absolute() ? cursor_.top() + 1 : cursor_.scroll);
  number("copy_position_limit", numbers.absolute() ? lines_->rows() : lines_->history());
  if (const Matches* matches = searching_.marked()) {
    number("search_count", matches->counted());
    number("search_count_partial", matches->done() ? 0 : 1);
  }
  number("search_present", searching_.marks() ? 1 : 0);
  out.emplace_back("search_match", searching_.match_at(*lines_, cursor_.at(), cursor_.top()));
  out.emplace_back("copy_cursor_word", word_at(*lines_, cursor_.at(), settings_.word_separators));
  out.emplace_back("copy_cursor_line", line_at(*lines_, cursor_.at().row));
}

}  // namespace sess::modes
