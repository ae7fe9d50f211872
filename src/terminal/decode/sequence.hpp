// Parsing of whole control sequences: parameters of a CSI, the header of a DCS. Pure functions of bytes.
//
// Shared by the decoder, the handlers of OSC and DCS and the relay; clean_text() also by whoever stores text
// that a program gave or reads it back. Where a sequence begins and what it does is not known here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "terminal/decode/tokens.hpp"

namespace sess::terminal {

/// Parses what stands behind ESC [ up to the final byte. Returns one behind the final byte, or null when the
/// bytes end before it or a control or a byte from 0x7F on is met. A malformed sequence (a marker in the
/// middle, a parameter behind an intermediate) yields final 0. Does not set token.raw.
[[nodiscard]] const char* parse_csi(const char* p, const char* end, Csi& token);
/// The same for `count` bytes of digits and semicolons and the final byte behind them, at most 15; false,
/// with `token` half written, when it is not that.
[[nodiscard]] bool parse_numbers(const char* p, unsigned count, Csi& token);

/// Of "ESC P marker parameters intermediates final"; zeros for what is not there. Parameters are skipped; of
/// several intermediates the last one counts.
[[nodiscard]] DcsHeader parse_dcs_header(std::string_view raw);

/// The decimal number at the start of `text`, taken off; -1 when there is none, clamped to 1 000 000.
[[nodiscard]] int take_number(std::string_view& text);

/// The part of `rest` before the next ';', taken off together with it.
[[nodiscard]] std::string_view take_field(std::string_view& rest);

/// Its value; -1 when it is none.
[[nodiscard]] int hex_digit(char c);

/// `text` without C0, DEL and C1 controls, with U+FFFD for malformed UTF-8, cut to `limit` bytes at a code
/// point.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t limit);

/// Whether clean_text() would change nothing but the length.
[[nodiscard]] bool is_clean_text(std::string_view text);

}  // namespace sess::terminal
