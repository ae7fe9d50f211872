// Text of wide characters into cells and back, four characters a step: Hangul, Han, Kana and their signs,
// with single ASCII characters (the spaces between words) among them.
//
// The steps need shuffles of bytes (SSE4.1), which is asked of the machine once; elsewhere nothing is taken
// here and the caller's way of one character at a time does all. Both give the same cells and the same text.
#pragma once

#include <cstddef>
#include <cstdint>

#include "terminal/screen/cell.hpp"

namespace sess::terminal {

/// Begins a cluster, joins nothing, and takes two columns, whatever stands before or behind it: what is taken
/// here and may be printed without a look at its class.
[[nodiscard]] constexpr bool surely_wide(char32_t c) {
  return c - 0xAC00 < 11172 || c - 0x4E00 < 0x51A6 || c - 0x3041 < 0x56 || c - 0x30A1 < 0x5F ||
         c - 0x3001 < 0x29 || c - 0xFF01 < 0x60;
}

/// What became of text.
struct WideTaken {
  std::size_t bytes = 0;
  std::size_t cells = 0;
  std::size_t last = 0;  ///< the cell of the last character, where there is one
};

/// Puts surely wide characters from [p, end) into `out`, at most `room` cells of them, and with `ascii` also
/// each ASCII character that something else follows. Takes what it can take fast: less than there is.
[[nodiscard]] WideTaken put_wide_text(Cell* out, std::size_t room, const char* p, const char* end,
                                      std::uint16_t style, bool ascii);

/// How much of [p, end) a row takes as text: surely wide characters, with `ascii` also all ASCII (printable).
/// With or without SSE4.1 it stops at the same place: where something begins that is neither, or no room is
/// left for it. `last` is not said: the last byte tells it.
[[nodiscard]] WideTaken measure_wide_text(std::size_t room, const char* p, const char* end, bool ascii);

/// The text of the cells from i on behind `to`, as long as they are wide characters of three bytes or single
/// narrow ASCII (blanks as spaces); returns the first cell that was not taken. Four bytes for each cell of
/// [i, stop) must have room.
[[nodiscard]] std::size_t get_wide_text(const Cell* cells, std::size_t i, std::size_t stop, char*& to);

}  // namespace sess::terminal
