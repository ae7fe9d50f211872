// diff: the bytes that turn what a terminal shows from one frame into another. A pure function.
//
// Between diffs the terminal is in a fixed state: attributes reset, no hyperlink open, autowrap on, full
// margins, cursor where the frame has it. Every diff starts from there and leaves it so.
#pragma once

#include <string>

#include "render/features.hpp"
#include "render/frame.hpp"

namespace sess::render {

/// `before` null or of another size: the screen is cleared and drawn whole. Empty when the frames are equal.
/// Scrolls whole rows where that is shorter (DECSTBM, SU, SD), erases blanks (EL, ECH), skips what is
/// unchanged.
[[nodiscard]] std::string diff(const Frame* before, const Frame& after, const TerminalFeatures& features);

/// A row's text with its styles as SGR, without blanks at its end, attributes reset at the end: to write a
/// drawn line into a terminal that is no frame.
[[nodiscard]] std::string row_text(const Frame& frame, int row);

/// What a composed client's terminal is put into before its first frame.
struct TerminalModes {
  enum class Mouse : std::uint8_t { off, buttons, all };  ///< 1002 (clicks and drags), 1003 (all motion)
  Mouse mouse = Mouse::off;
  bool focus = true;
  bool bracketed_paste = true;
  bool extended_keys = true;  ///< kitty's disambiguation or modifyOtherKeys, whichever there is
  bool operator==(const TerminalModes&) const = default;
};
/// Alternate screen, modes, cleared. Follow with diff(nullptr, ...).
[[nodiscard]] std::string enter_terminal(const TerminalModes& modes, const TerminalFeatures& features);
/// From one set of modes to another while attached.
[[nodiscard]] std::string change_modes(const TerminalModes& from, const TerminalModes& to,
                                       const TerminalFeatures& features);
/// Everything back, main screen again, cursor shown: also what the client keeps as its undo bytes.
[[nodiscard]] std::string leave_terminal(const TerminalModes& modes, const TerminalFeatures& features);

}  // namespace sess::render
