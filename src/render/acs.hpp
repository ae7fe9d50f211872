// The DEC special graphics set, which tmux calls acs: what a letter of it shows.
//
// For text under `#[acs]` in formats (format_draw.cpp), which becomes Unicode in the frame. Programs' own use
// of the set is the emulator's business; terminals without UTF-8 are the painter's.
#pragma once

#include <string_view>

namespace sess::render {

/// The character that a byte of the line-drawing set stands for; other bytes stand for themselves (VT100
/// manual, and terminfo's acsc for arrows and blocks).
[[nodiscard]] constexpr char32_t acs_character(char c) {
  constexpr std::u32string_view kFromBacktick = U"◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
  if (c >= '`' && c <= '~') return kFromBacktick[static_cast<std::size_t>(c - '`')];
  switch (c) {
    case '+':
      return U'→';
    case ',':
      return U'←';
    case '-':
      return U'↑';
    case '.':
      return U'↓';
    case '0':
      return U'▮';
    default:
      return static_cast<char32_t>(static_cast<unsigned char>(c));
  }
}

}  // namespace sess::render
