// Bytes that bring a user's own terminal to what a Screen shows, for direct attach. Pure functions.
//
// History goes in so that it scrolls into the terminal's own scrollback; nothing here is a difference of
// frames, that is render's work.
#pragma once

#include <cstdint>
#include <string>

#include "base/size.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::terminal {

struct PaintOptions {
  std::uint64_t history_lines = 1000;  ///< newest lines to replay
  Size client{};                       ///< size of the client's terminal
};

/// A terminal that shows something else (a shell's prompt) is given: that something scrolled into its
/// scrollback, history lines, the screen, titles, margins, modes and the cursor. If the program is on the
/// alternate screen, the main one is painted first and then left for the alternate one.
[[nodiscard]] std::string paint_for_attach(const Screen& screen, const PaintOptions& options);

/// The current screen again, on a terminal that already shows this pane: scrollback untouched.
[[nodiscard]] std::string repaint(const Screen& screen);

/// History lines from absolute number `from_line` on (the newest `max_lines` of them) as bytes that scroll
/// into native scrollback; the terminal's screen is overwritten, so repaint() must follow. Empty when there
/// are none or the alternate screen is shown.
[[nodiscard]] std::string history_text(const Screen& screen, std::uint64_t from_line,
                                       std::uint64_t max_lines);

/// undo_modes() and what only the screen knows: colours that the program changed, an open hyperlink. What a
/// direct client writes when it leaves.
[[nodiscard]] std::string undo_for_detach(const Screen& screen);

}  // namespace sess::terminal
