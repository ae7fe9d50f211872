// What a shell says of the rows that it prints (OSC 133): here begins a prompt, here a command's output. Kept
// with the row on the screen and, as a place in the line's text, in the history; copy mode goes from one to
// the next.
//
// Plain data: what is read of the sequence, and when a row loses its marks, is act/'s; how a command ended
// (OSC 133 D) is not kept here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sess::terminal {

/// Bits: a row may have both.
enum PromptMark : std::uint8_t { kPromptMark = 1, kOutputMark = 2 };
inline constexpr std::uint8_t kAllMarks = kPromptMark | kOutputMark;

/// The row of a logical line that begins at `offset` in its text has these marks.
struct LineMark {
  std::size_t offset = 0;
  std::uint8_t marks = 0;
  bool operator==(const LineMark&) const = default;
};

}  // namespace sess::terminal
