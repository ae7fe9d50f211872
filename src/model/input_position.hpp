// How far what a client typed is applied: a number of whole frames, a count of bytes of the next one, and
// what was known there that the bytes behind it do not tell again. A frame may end in the middle of a key,
// and what it holds may be for more than one program.
#pragma once

#include <cstdint>

namespace sess::model {

struct InputPosition {
  enum State : std::uint32_t {
    in_prefix = 1,  ///< the prefix was pressed: the next key is looked up in its table
    in_paste = 2,   ///< a bracketed paste has begun and not ended
    in_string = 4,  ///< a terminal's answer that is too long to keep whole goes on
    copied =
        8,  ///< these bytes went to this pane beside the one that they were typed into (synchronize-panes)
  };
  std::uint64_t frame = 0;  ///< whole frames up to this number
  std::uint32_t bytes = 0;  ///< and so much of the next one
  std::uint32_t state = 0;

  friend bool operator==(const InputPosition&, const InputPosition&) = default;
  /// Which of two is further; what is known there is no part of it.
  [[nodiscard]] bool before(const InputPosition& other) const {
    return frame != other.frame ? frame < other.frame : bytes < other.bytes;
  }
};

}  // namespace sess::model
