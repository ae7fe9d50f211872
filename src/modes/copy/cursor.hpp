// The cursor of copy mode: how it moves through a text, what is shown follows it, and what is selected.
//
// Owns its place, the selection and the mark. The text and the settings are the mode's, which calls this;
// searches are Searching's. Its functions are tmux's motions, which commands.cpp has by their names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "modes/copy/ports.hpp"
#include "modes/copy/selection.hpp"
#include "modes/mode.hpp"
#include "modes/text/lines.hpp"
#include "modes/text/walker.hpp"

namespace sess::modes {

class Cursor {
 public:
  enum class Jump : std::uint8_t { none, forward, backward, to_forward, to_backward };

  /// `begin`: a row and a column of the screen. Both references outlive it.
  Cursor(Lines& lines, Place begin, const CopySettings& settings);

  [[nodiscard]] int top() const { return lines_.history() - scroll; }
  [[nodiscard]] int height() const { return lines_.size().rows; }
  [[nodiscard]] Place at() const { return {top() + y, x}; }
  /// Lines that the history dropped are no rows any more; how many rows went.
  int follow();

  void cursor_up(bool scroll_only);
  void cursor_down(bool scroll_only);
  void go_up_to(Place place);
  void go_down_to(Place place, bool keep_end = false);
  /// The same in either direction; when it is not shown, a quarter of the height from the edge.
  void go_to(Place place);
  /// Without what is selected.
  void show(Place place);
  /// To a place at or below the cursor's row; what is shown moves on by as many rows as it takes. What is
  /// selected stays.
  void put(Place place);
  void scroll_up(int rows);
  /// What is shown moves into the history.
  void scroll_down(int rows);
  /// True when copy mode is to be left at the bottom.
  bool page(int direction, bool half, bool exit_at_bottom);
  void cursor_left();
  void cursor_right();
  void start_of_line();
  void end_of_line();
  void next_word(std::string_view separators);
  void next_word_end(std::string_view separators, bool keep_end = false);
  void previous_word(std::string_view separators, bool already);
  void history_top();
  void history_bottom();
  void paragraph(int direction);
  /// To the row where the next prompt, or a command's output, begins. In the history it is the first one
  /// shown.
  void prompt(int direction, bool output);
  void jump(Jump how);
  void jump_to_mark();
  void goto_line(std::string_view text);
  void next_bracket();
  void previous_bracket();
  /// The row that the cursor is on is scrolled to this one of what is shown, as far as there is text.
  void scroll_to_row(int row);

  void start_selection();
  /// The end of the selection that follows the cursor does so.
  void update_selection(bool keep_end = false);
  void clear_selection();
  void other_end();
  void set_rectangle(bool on);
  void select_word();
  void select_line(int lines);
  void begin_drag(MouseAt at);
  Outcome drag(MouseAt to);

  /// The text in another size, as it is now.
  void renew(Size size);
  /// The text as it is now.
  void refresh();

  int x = 0;  ///< column of row `y` of what is shown
  int y = 0;
  int scroll = 0;  ///< rows of the text below what is shown
  Selection selection;
  Place mark;
  bool mark_shown = false;
  Jump jump_kind = Jump::none;
  std::string jump_character;

 private:
  void keep_column();
  void settle_column();

  Lines& lines_;
  const CopySettings& settings_;
  int kept_column_ = 0;  ///< where going up and down wants to be
  int kept_length_ = 0;  ///< of the row where that was so
};

}  // namespace sess::modes
