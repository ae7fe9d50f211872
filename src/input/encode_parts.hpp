// Pieces that the encoder's protocols share: function keys, the keypad, and kitty's protocol. Private to
// input.
#pragma once

#include <cstdint>
#include <string>

#include "input/encode.hpp"

namespace sess::input {

/// Which forms function keys have: xterm's, or kitty's (F3 is a number, F13 and up have codes of their own).
enum class FunctionStyle { xterm, kitty };

/// Cursor and function keys; empty for what is none. `event` is kitty's kind: 1 press, 2 repeat, 3 release.
[[nodiscard]] std::string function_key(Key key, bool application_cursor, FunctionStyle style, int event);

/// CSI letter, SS3 letter in application mode without modifiers, CSI 1 ; m letter with.
[[nodiscard]] std::string csi_letter(char letter, int mods, bool application, int event);

struct KeypadKey {
  char character = 0;            ///< what it types
  char application = 0;          ///< SS3 final in application mode
  std::uint32_t functional = 0;  ///< kitty's code; 0: no key of the keypad
};
[[nodiscard]] KeypadKey keypad_key(std::uint32_t code);

[[nodiscard]] std::string encode_kitty(const KeyPress& press, const KeyModes& modes);

}  // namespace sess::input
