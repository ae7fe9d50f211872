// What control sequences of a terminal mean: CSI and SS3 into keys, mouse reports, focus and replies.
//
// The Decoder finds where a sequence ends; these functions only interpret it. Private to the input layer.
#pragma once

#include <string_view>

#include "input/event.hpp"

namespace sess::input {

/// A whole CSI sequence: CSI [marker] parameters intermediates final.
struct Csi {
  char marker = 0;              ///< one of < = > ? or 0
  std::string_view parameters;  ///< digits, ; and :
  std::string_view intermediates;
  char final = 0;
  std::string_view body;  ///< everything between CSI and the final, without marker
};

/// The event that a CSI sequence is; kind unknown when it is none. Bracketed paste is Kind::paste.
[[nodiscard]] Event interpret_csi(const Csi& csi);
/// SS3 with the modifier that some terminals put before its final byte (0: none).
[[nodiscard]] Event interpret_ss3(int modifier, char final);
/// A mouse button byte as X10 encoding has it, without the offset of 32.
[[nodiscard]] Mouse decode_mouse(unsigned button, int col, int row);
/// The reply that a string sequence is: introducer is one of P ] _.
[[nodiscard]] Reply interpret_string(char introducer, std::string_view body);
/// A byte 0x00 to 0x1f or 0x7f as a key.
[[nodiscard]] Key key_of_control(unsigned char byte, bool backspace_is_8);

[[nodiscard]] Event key_event(Key key);

}  // namespace sess::input
