// Motions of copy mode's cursor by what the text is: words, paragraphs, characters, brackets.
#include "modes/copy/cursor.hpp"

#include <algorithm>

namespace sess::modes {
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

void Cursor::next_word(std::string_view separators) {
  Walker walker(lines_, at());
  walker.next_word(separators);
  go_down_to(walker.at());
}

void Cursor::next_word_end(std::string_view separators, bool keep_end) {
  go_down_to(word_end_from(lines_, at(), separators, settings_.vi), keep_end);
}

void Cursor::previous_word(std::string_view separators, bool already) {
  Walker walker(lines_, at());
  walker.previous_word(separators, already, !settings_.vi);
  go_up_to(walker.at());
}

void Cursor::paragraph(int direction) {
  int row = at().row;
  const int edge = direction < 0 ? 0 : lines_.last_row();
  while (row != edge && lines_.length(row) == 0) row += direction;
  while (row != edge && lines_.length(row) > 0) row += direction;
  go_to({row, direction < 0 ? 0 : lines_.length(row)});
}

void Cursor::prompt(int direction, bool output) {
  const auto row =
      lines_.marked_row(at().row, direction < 0, output ? terminal::kOutputMark : terminal::kPromptMark);
  if (!row) return;
  x = 0;
  y = std::clamp(*row - lines_.history(), 0, height() - 1);
  scroll = std::max(lines_.history() - *row, 0);
  update_selection();
}

void Cursor::jump(Jump how) {
  if (jump_character.empty()) return;
  Place from = at();
  Walker walker(lines_, from);
  switch (how) {
    case Jump::none:
      return;
    case Jump::forward:
    case Jump::to_forward: {
      from.col += how == Jump::forward ? 1 : 2;
      Walker ahead(lines_, from);
      if (!ahead.jump(jump_character)) return;
      if (how == Jump::to_forward) ahead.left(true);
      return go_down_to(ahead.at());
    }
    case Jump::backward:
    case Jump::to_backward:
      walker.left(false);
      if (how == Jump::to_backward) walker.left(false);
      if (!walker.jump_back(jump_character)) return;
      if (how == Jump::to_backward) walker.right(true, false);
      return go_up_to(walker.at());
  }
}

void Cursor::previous_bracket() {
  Place place = at();
  if (lines_.length(place.row) == 0) return;
  std::size_t kind = bracket_at(lines_, place, kClose);
  if (kind == std::string_view::npos && !settings_.vi && place.col > 0) {
    --place.col;
    kind = bracket_at(lines_, place, kClose);
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
      while (place.row > 0 && length == 0) length = lines_.length(--place.row);
      if (length == 0) return;
      place.col = length - 1;
    }
    if (bracket_at(lines_, place, closes) == 0) ++depth;
    if (bracket_at(lines_, place, opens) == 0) --depth;
  }
  go_to(place);
}

void Cursor::next_bracket() {
  Place place = at();
  int length = lines_.length(place.row);
  if (length == 0) return;
  std::size_t kind = std::string_view::npos;
  bool tried = false;
  while (true) {
    if (settings_.vi && bracket_at(lines_, place, kClose) != std::string_view::npos) {
      const Place before = at();
      go_to(place);
      previous_bracket();
      if (bracket_at(lines_, at(), kClose) != std::string_view::npos) go_to(before);
      return;
    }
    kind = bracket_at(lines_, place, kOpen);
    if (kind != std::string_view::npos) break;
    if (!settings_.vi) {
      if (tried || place.col > length) return next_word_end("{[()]}");
      ++place.col;
      tried = true;
    } else if (place.col > length) {
      if (place.row == lines_.last_row() || !lines_.wrapped(place.row)) return;
      place = {place.row + 1, 0};
      length = lines_.length(place.row);
    } else {
      ++place.col;
    }
  }
  const auto opens = kOpen.substr(kind, 1);
  const auto closes = kClose.substr(kind, 1);
  for (int depth = 1; depth != 0;) {
    if (place.col > length) {
      if (place.row == lines_.last_row()) return;
      place = {place.row + 1, 0};
      length = lines_.length(place.row);
    } else {
      ++place.col;
    }
    if (bracket_at(lines_, place, opens) == 0) ++depth;
    if (bracket_at(lines_, place, closes) == 0) --depth;
  }
  go_to(place);
}

}  // namespace sess::modes
