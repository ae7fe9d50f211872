// Walker moves a place over Lines as tmux's copy mode moves its cursor: by characters, lines, words, jumps,
// brackets.
//
// A place is a row of the text and a column; the column may be one behind the last character. Rows that wrap
// are one line wherever a motion is said to wrap. Pure: it reads Lines and changes only its place.
#pragma once

#include <string_view>

#include "modes/text/lines.hpp"

namespace sess::modes {

struct Place {
  int row = 0;
  int col = 0;
  bool operator==(const Place&) const = default;
  auto operator<=>(const Place&) const = default;
};

/// What ends a word besides what word-separators says.
inline constexpr std::string_view kWhitespace = " ";

class Walker {
 public:
  Walker(const Lines& lines, Place at) : lines_(lines), at_(at) {}

  [[nodiscard]] Place at() const { return at_; }
  /// Whether the character here is one of a set.
  [[nodiscard]] bool in(std::string_view set) const;
  [[nodiscard]] bool in(Place place, std::string_view set) const;

  /// One column; to the row above only when that wraps, or with `wrap`.
  void left(bool wrap);
  /// `all`: to the last column, not only behind the last character (rectangles).
  void right(bool wrap, bool all);
  void up();
  void down();
  void start_of_line(bool wrap);
  void end_of_line(bool wrap, bool all);
  void back_to_indentation();

  /// Words end at whitespace and at separators; a run of separators is a word. With none words end at spaces
  /// alone.
  void next_word(std::string_view separators);
  void next_word_end(std::string_view separators);
  /// `already`: from the beginning of a word to the one before. `stop_at_end`: a line that ends in whitespace
  /// counts as a word.
  void previous_word(std::string_view separators, bool already, bool stop_at_end);

  /// To the next (last) such character from here on, this one included, in this line. False: nowhere.
  bool jump(std::string_view character);
  bool jump_back(std::string_view character);

 private:
  [[nodiscard]] int word_end(int row) const;
  bool step_over_end(int& end);

  const Lines& lines_;
  Place at_;
};

}  // namespace sess::modes
