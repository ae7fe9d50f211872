// Encodes keys, mouse reports and pastes for a program, by the modes that the program has set.
//
// Pure functions. Keys follow xterm's legacy forms, modifyOtherKeys and kitty's keyboard protocol; see
// xterm's ctlseqs and https://sw.kovidgoyal.net/kitty/keyboard-protocol. The owner maps a screen's modes to
// KeyModes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "input/event.hpp"

namespace sess::input {

/// Modes of a program that change what keys send.
struct KeyModes {
  bool application_cursor = false;     ///< DECCKM
  bool application_keypad = false;     ///< DECKPAM
  bool newline = false;                ///< LNM: Enter sends CR LF
  bool backspace_sends_8 = false;      ///< DECBKM: 0x08 instead of 0x7f
  std::uint8_t modify_other_keys = 0;  ///< 0, 1 or 2
  std::uint8_t kitty_flags = 0;        ///< 1 disambiguate, 2 event types, 4 alternates, 8 all keys, 16 text
};

/// The bytes for one key; empty when the key has none (a mouse key, a release nobody asked for, a User key).
[[nodiscard]] std::string encode_key(const KeyPress& press, const KeyModes& modes);
/// A press without anything known but the key.
[[nodiscard]] std::string encode_key(Key key, const KeyModes& modes);

enum class MouseTracking : std::uint8_t {
  none,
  x10,     ///< mode 9: presses only, without modifiers
  normal,  ///< 1000: presses and releases
  button,  ///< 1002: and motion with a button held
  any,     ///< 1003: and all motion
};
enum class MouseEncoding : std::uint8_t { legacy, utf8, sgr, urxvt, sgr_pixels };

/// The report that the program asked for, or empty when it did not ask for this one or the position cannot be
/// encoded. `mouse` is relative to the program's screen; for sgr_pixels in pixels (the owner scales).
[[nodiscard]] std::string encode_mouse(const Mouse& mouse, MouseTracking tracking, MouseEncoding encoding);

/// One piece of a paste; begin and end say whether this piece has the brackets.
struct PastePiece {
  bool begin = true;
  bool end = true;
};
/// Bracketed: the text between ESC[200~ and ESC[201~. Either way without control characters that could end
/// the bracket or act as keys: ESC and the other C0 (but tab, LF, CR), DEL and C1 are removed. LF becomes CR
/// when not bracketed, as if typed.
[[nodiscard]] std::string encode_paste(std::string_view text, bool bracketed, PastePiece piece = {});

}  // namespace sess::input
