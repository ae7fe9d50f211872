// CopyMode looks through a text with a cursor: motions, selections, searches, marks, and copying. tmux's copy
// mode (3.3a), which commands, defaults and oddities that hands know are taken from, key by key; over a text
// of sess's own it is view mode.
//
// Owns its Lines and its state; copies and pipes through CopyPorts. The code: commands.cpp (the table of
// commands), movement.cpp, selection.cpp, search.cpp, draw.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "modes/copy/matches.hpp"
#include "modes/copy/ports.hpp"
#include "modes/mode.hpp"
#include "modes/text/lines.hpp"
#include "modes/text/walker.hpp"

namespace sess::modes {

/// copy-mode's flags.
struct CopyOptions {
  bool exit_at_bottom = false;  ///< -e
  bool hide_position = false;   ///< -H
  bool view = false;            ///< view mode: a text of sess's own
};

/// What the last search in a pane was: it is there again when copy mode is entered anew.
struct LastSearch {
  std::string text;
  bool regex = false;
};

class CopyMode final : public Mode {
 public:
  /// `cursor`: where it begins, as a row and a column of the screen; `again` is kept by the caller and
  /// outlives it.
  CopyMode(std::unique_ptr<Lines> lines, Place cursor, CopyOptions options, CopyPorts& ports,
           LastSearch& again);
  ~CopyMode() override;

  [[nodiscard]] std::string_view name() const override { return options_.view ? "view-mode" : "copy-mode"; }
  [[nodiscard]] std::string_view key_table() const override;
  Result<Outcome> command(const Request& request) override;
  Outcome drag(MouseAt at) override;
  void resize(Size size) override;
  bool work() override;
  void draw(render::Frame& frame, render::Rect area, const View& view) override;
  void formats(Formats& out) override;
  [[nodiscard]] std::string search_string() const override { return again_.text; }

  // copy-mode's own flags, also when it is on already.
  void page_up() { page(-1, false, false); }
  void page_down() { page(1, false, false); }
  /// The text grew by so many rows below: what is shown stays.
  void stay(int rows) { scroll_ += rows; }
  void begin_drag(MouseAt at);

 private:
  struct Call;
  struct Command;
  friend struct CommandTable;
  enum class Drag : std::uint8_t { none, end, start };
  enum class Select : std::uint8_t { characters, words, lines };
  enum class LineSelect : std::uint8_t { none, left_right, right_left };
  enum class Jump : std::uint8_t { none, forward, backward, to_forward, to_backward };

  // The cursor is at column x_ of row y_ of what is shown; scroll_ rows of the text are below what is shown.
  [[nodiscard]] int top() const { return lines_->history() - scroll_; }
  [[nodiscard]] int height() const { return lines_->size().rows; }
  [[nodiscard]] Place at() const { return {top() + y_, x_}; }
  void follow();

  // movement.cpp
  void cursor_up(bool scroll_only);
  void cursor_down(bool scroll_only);
  void keep_column();
  void settle_column();
  void go_up_to(Place place);
  void go_down_to(Place place, bool keep_end = false);
  void go_to(Place place);
  void show(Place place);
  void scroll_down(int rows);
  void scroll_up(int rows);
  bool page(int direction, bool half, bool exit_at_bottom);
  void cursor_left();
  void cursor_right();
  void start_of_line();
  void end_of_line();
  void next_word(std::string_view separators);
  void next_word_end(std::string_view separators, bool keep_end = false);
  void previous_word(std::string_view separators, bool already);
  [[nodiscard]] Place word_end_from(Place place, std::string_view separators) const;
  void history_top();
  void history_bottom();
  void paragraph(int direction);
  void prompt(int direction, bool output);
  void jump(Jump how);
  void jump_to_mark();
  void goto_line(std::string_view text);
  void refresh_text();
  void next_bracket();
  void previous_bracket();
  void scroll_cursor_to(int row);

  // selection.cpp
  void start_selection();
  void update_selection(bool keep_end = false);
  void synchronize_end(bool begin, bool keep_end);
  void clear_selection();
  void other_end();
  void set_rectangle(bool on);
  void select_word();
  void select_line(int lines);
  [[nodiscard]] std::string selected_text();
  void append_row(std::string& out, int row, int from, int to) const;

  // search.cpp
  bool search(bool down, bool regex);
  void clear_marks();
  Outcome search_incrementally(bool down, std::string_view argument);
  void search_times(bool down, bool regex, int times);
  [[nodiscard]] std::string match_at_cursor() const;
  [[nodiscard]] std::string word_at_cursor() const;
  [[nodiscard]] std::string line_at_cursor() const;
  void move_behind_match(Place& place, bool wrap) const;
  void step_right(Place& place, bool wrap) const;
  void step_left(Place& place, bool wrap) const;

  // draw.cpp
  void draw_row(render::Frame& frame, render::Rect area, const View& view, int row) const;
  [[nodiscard]] std::string position() const;

  std::unique_ptr<Lines> lines_;
  CopyOptions options_;
  CopyPorts& ports_;
  LastSearch& again_;
  CopySettings settings_;
  int x_ = 0;
  int y_ = 0;
  int scroll_ = 0;
  int repeat_ = 1;
  int kept_column_ = 0;  ///< where going up and down wants to be
  int kept_length_ = 0;  ///< of the row where that was so

  bool selected_ = false;  ///< there is a selection, shown or not
  Place start_, end_;
  Drag drag_ = Drag::none;
  Select select_ = Select::characters;
  LineSelect line_select_ = LineSelect::none;
  bool rectangle_ = false;
  Place first_start_, first_end_;  ///< the word or the line that a selection began with
  Place drag_from_;                ///< where the cursor was then
  std::string drag_separators_;

  Place mark_;
  bool mark_shown_ = false;

  Jump jump_ = Jump::none;
  std::string jump_character_;

  std::string search_text_;
  bool search_regex_ = false;
  enum class Direction : std::uint8_t { none, down, up } search_direction_ = Direction::none;
  bool last_down_ = false;  ///< the last search, whichever command did it
  std::unique_ptr<Matches> matches_;
  bool marks_ = false;  ///< matches are shown
  struct SearchFrom {
    int x, y, scroll;
  };
  std::optional<SearchFrom> incremental_from_;
};

}  // namespace sess::modes
