// Bytes that bring a user's own terminal to what a Screen shows, for direct attach. Pure functions.
//
// History goes in so that it scrolls into the terminal's own scrollback; nothing here is a difference of
// frames, that is render's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/scrolled.hpp"
#include "base/size.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::terminal {

struct PaintOptions {
  std::uint64_t history_lines = 1000;  ///< newest lines to replay
  Size client{};                       ///< size of the client's terminal
  std::optional<Scrolled> from = {};   ///< what its scrollback has of this pane already
  bool titles = true;                  ///< the program's; false: the terminal's title is somebody else's
};

/// A terminal that shows something else (a shell's prompt) is given: that something scrolled into its
/// scrollback, history lines, the screen, titles, margins, modes and the cursor. If the program is on the
/// alternate screen, the main one is painted first and then left for the alternate one.
[[nodiscard]] std::string paint_for_attach(const Screen& screen, const PaintOptions& options);

/// The current screen again, on a terminal that already shows this pane and whose scrollback has `from` of
/// it: what it misses goes there before. Without `from` the scrollback is untouched.
[[nodiscard]] std::string repaint(const Screen& screen, std::optional<Scrolled> from = std::nullopt,
                                  bool titles = true);

/// For a terminal that misses much: the first whole lines behind `from`, about `budget` bytes of them, as
/// bytes that scroll into its scrollback; `from` is then behind them. The terminal's screen is overwritten,
/// so repaint() must follow. Empty when what is missing is no more than that: repaint() does it in one go.
[[nodiscard]] std::string missed_lines(const Screen& screen, Scrolled& from, std::size_t budget);

/// One row for a terminal's scrollback that says how many lines are missing there. It ends the line that goes
/// on behind what it has. The terminal's screen is overwritten.
[[nodiscard]] std::string left_out(const Screen& screen, std::uint64_t lines);

/// `from`, or what is left to begin with when a terminal is sent no more than the newest `max_lines` lines.
[[nodiscard]] Scrolled newest_lines(const Screen& screen, const Scrolled& from, std::uint64_t max_lines);

/// undo_modes() and what only the screen knows: colours that the program changed, an open hyperlink. What a
/// direct client writes when it leaves.
[[nodiscard]] std::string undo_for_detach(const Screen& screen);

}  // namespace sess::terminal
