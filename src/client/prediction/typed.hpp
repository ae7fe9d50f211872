// What the user typed as far as a prediction understands it: a character, an erasure, a step, Enter, or
// something else.
//
// Reads the terminal's bytes by input::Decoder. What comes in pieces is not waited for: half a sequence is
// something else. Answers of the terminal and reports of focus are nobody's typing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input/decoder.hpp"

namespace sess::client::prediction {

struct Typed {
  enum class Kind : std::uint8_t {
    insert,  ///< `text` in `width` columns
    erase,   ///< Backspace
    left,
    right,
    enter,  ///< or another key after which a shell stands at its prompt (Ctrl-C, Ctrl-U, Ctrl-L)
    other,  ///< what it does is not known
  };
  Kind kind = Kind::other;
  std::string text = {};
  int width = 0;
};

class TypedReader {
 public:
  [[nodiscard]] std::vector<Typed> read(std::string_view bytes);

 private:
  input::Decoder decoder_;
};

}  // namespace sess::client::prediction
