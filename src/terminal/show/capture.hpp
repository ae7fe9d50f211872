// Text of a screen and its history, as capture-pane prints it. A pure function of a Screen.
//
// For capture-pane, saved sessions and the last lines of a job. The result is as long as what is asked for,
// all of the history included; it has no control characters but newlines and the escapes that were asked for.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "terminal/screen/screen.hpp"

namespace sess::terminal {

struct CaptureOptions {
  /// Rows as in capture-pane -S and -E: 0 is the first row of the screen, negative ones lie in the history.
  /// kHistoryStart is "-S -", kScreenEnd "-E -". History lines are wrapped to the screen's width to be
  /// counted.
  static constexpr std::int64_t kHistoryStart = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kScreenEnd = std::numeric_limits<std::int64_t>::max();
  std::int64_t start = 0;
  std::int64_t end = kScreenEnd;
  bool escapes = false;          ///< -e: SGR and hyperlinks
  bool octal = false;            ///< -C: ESC as \033, backslashes doubled
  bool join = false;             ///< -J: wrapped rows joined; implies keeping trailing spaces
  bool trailing_spaces = false;  ///< -N: spaces that were written at a line's end are kept
  bool hidden = false;           ///< -a: the screen that is not shown
};

/// One \n per line. `start` and `end` may be in any order and beyond what exists.
[[nodiscard]] std::string capture(const Screen& screen, const CaptureOptions& options = {});

/// How many rows the history takes when it is wrapped to the screen's width, the open line included.
/// O(history).
[[nodiscard]] std::uint64_t history_rows(const Screen& screen);

}  // namespace sess::terminal
