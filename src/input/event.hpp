// What the user's terminal sent, one event at a time: keys, mouse, pastes, focus, and the terminal's own
// replies.
//
// Every byte that was received is in exactly one event's `raw`, in order, so that an owner may forward any
// event untouched. Views point into the Decoder: valid until its next feed(), next() or flush().
#pragma once

#include <cstdint>
#include <string_view>

#include "input/key.hpp"

namespace sess::input {

enum class KeyAction : std::uint8_t { press, repeat, release };

/// A key as it was pressed. For legacy protocols only `key` is known and the rest follows from it.
struct KeyPress {
  Key key;  ///< canonical, what bindings are looked up by
  KeyAction action = KeyAction::press;
  std::uint8_t mods = 0;       ///< all modifiers as sent, Shift included
  std::uint8_t locks = 0;      ///< 1 Caps Lock, 2 Num Lock
  char32_t unshifted = 0;      ///< code of the key without Shift, 0 when unknown
  char32_t shifted = 0;        ///< with Shift, 0 when unknown
  char32_t layout = 0;         ///< the same key on a PC-101 layout, 0 when unknown
  std::string_view text = {};  ///< kitty's associated text as sent: decimal code points between colons
};

enum class MouseAction : std::uint8_t { press, release, motion };

/// One report of the mouse. Positions count from 0. `button`: 0 none (plain motion, or a release that does
/// not say which), 1 to 3, 4 and 5 wheel up and down, 6 and 7 wheel left and right, 8 to 11 further buttons.
struct Mouse {
  MouseAction action = MouseAction::press;
  std::uint8_t button = 0;
  std::uint8_t mods = 0;
  int row = 0;
  int col = 0;
  bool pixels = false;  ///< row and col are pixels (SGR-pixels); only told apart by what the owner asked for
  [[nodiscard]] bool is_wheel() const { return button >= 4 && button <= 7; }
};

/// Answers of a terminal to questions that it was asked; never typed by anyone.
enum class ReplyKind : std::uint8_t {
  primary_attributes,    ///< CSI ? ... c
  secondary_attributes,  ///< CSI > ... c
  tertiary_attributes,   ///< DCS ! | ... ST
  version,               ///< DCS > | text ST (XTVERSION)
  status,                ///< CSI 0 n and other DSR without position
  cursor_position,       ///< CSI row ; col R, also with ?
  theme,                 ///< CSI ? 997 ; n n: 1 dark, 2 light (also sent unasked in mode 2031)
  mode,                  ///< CSI ? mode ; value $ y (DECRPM)
  kitty_flags,           ///< CSI ? flags u
  colour,                ///< OSC 4, 10 to 19 ; ... ; body is what follows "OSC "
  clipboard,             ///< OSC 52
  terminfo,              ///< DCS 0/1 + r ... (XTGETTCAP)
  setting,               ///< DCS 0/1 $ r ... (DECRQSS)
  window,                ///< CSI 4/6/8/... t and in-band size 48
  graphics,              ///< APC G ... ST
  other,                 ///< a string sequence (OSC, DCS, APC, PM) that terminals send and keyboards do not
};

struct Reply {
  ReplyKind kind = ReplyKind::other;
  std::string_view body =
      {};  ///< without introducer, private marker and terminator: "65;4;22" of CSI ? 65;4;22 c
};

struct Event {
  enum class Kind : std::uint8_t {
    key,
    mouse,
    paste,  ///< a piece of a bracketed paste in `text`
    focus_in,
    focus_out,
    reply,
    unknown,  ///< a control sequence without meaning here, malformed UTF-8, ...: forward or drop
  };
  Kind kind = Kind::unknown;
  std::string_view raw;
  KeyPress key;
  Mouse mouse;
  Reply reply;
  std::string_view text;     ///< of a paste, without the brackets
  bool paste_begin = false;  ///< this piece has the opening bracket
  bool paste_end = false;    ///< this piece has the closing bracket
};

}  // namespace sess::input
