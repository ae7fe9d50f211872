// What commands need of panes' terminals: what they show, and what is written on them by somebody else than
// the program.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::PaneId;

/// What the emulator knows about a pane.
struct PaneFacts {
  int cursor_x = 0, cursor_y = 0;
  bool cursor_visible = true, cursor_blinking = false;
  std::string cursor_shape = "block", cursor_character, cursor_colour;
  std::function<std::uint64_t()> history_rows;  ///< counted when asked for: O(history)
  std::uint64_t history_bytes = 0;
  std::uint64_t history_limit = 0;
  bool alternate_on = false;
  int alternate_saved_x = 0, alternate_saved_y = 0;
  bool insert = false, keypad = false, keypad_cursor = false, origin = false, wrap = true;
  bool mouse_any = false, mouse_all = false, mouse_button = false, mouse_standard = false, mouse_sgr = false,
       mouse_utf8 = false, bracket_paste = false, focus = false, synchronized_output = false;
  int scroll_region_upper = 0, scroll_region_lower = 0;
  std::string tabs;   ///< "8,16,24"
  std::string title;  ///< OSC 0/2
  std::string path;   ///< OSC 7
  std::string search_string;
  std::string mode;  ///< innermost mode: "copy-mode", "" when none
  int modes = 0;     ///< how many are stacked
  std::vector<std::pair<std::string, std::string>> mode_formats;  ///< scroll_position, selection_present, ...
  std::string fg, bg;                                             ///< colours of the pane's terminal
};

/// capture-pane, already resolved to lines: negative lines are history, INT64_MIN is its beginning.
struct CaptureRequest {
  std::int64_t start = 0;
  std::optional<std::int64_t> end;  ///< inclusive; none: the last line of the screen
  bool escapes = false;             ///< -e
  bool octal = false;               ///< -C
  bool join_wrapped = false;        ///< -J
  bool keep_trailing = false;       ///< -N
  bool alternate = false;           ///< -a: the screen that is not shown; not_found when there is none
  bool pending = false;             ///< -P: the unfinished escape sequence instead
  bool last_used_only = false;      ///< -T: cells that hold a character only
};

class ScreenPort {
 public:
  /// Bytes as if the pane's program had written them (display-message -I, split-window -I).
  virtual void feed_pane(PaneId, std::string_view bytes) = 0;
  virtual void reset_terminal(PaneId) = 0;  ///< send-keys -R
  virtual void clear_history(PaneId) = 0;
  /// Moves so many lines from below the cursor away: the screen moves down, history fills it (resize-pane
  /// -T).
  virtual void trim_below_cursor(PaneId, int lines) = 0;
  /// One line per row, each ended by a newline.
  virtual Result<std::string> capture(PaneId, const CaptureRequest&) = 0;
  [[nodiscard]] virtual PaneFacts pane_facts(PaneId) const = 0;
  /// Row (1-based) of the visible screen that matches, 0 for none. Formats' C modifier and find-window.
  [[nodiscard]] virtual int search_pane(PaneId, std::string_view pattern, bool regex,
                                        bool ignore_case) const = 0;

 protected:
  ~ScreenPort() = default;
};

}  // namespace sess::command
