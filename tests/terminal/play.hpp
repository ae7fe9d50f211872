// Acts a behaviour out: on the product's emulator, in several ways of feeding it, and on the oracle.
//
// Every function returns what was not as the behaviour says, one sentence each; nothing when all was.
#pragma once

#include <string>
#include <vector>

#include "behaviour.hpp"

namespace sess::test {

enum class Feeding {
  whole,              ///< each `in` at once
  bytes,              ///< one byte at a time
  token_checkpoints,  ///< saved and restored at each token boundary
  byte_checkpoints,   ///< saved and restored after each byte
};

std::vector<std::string> play_on_sess(const Behaviour& behaviour, Feeding feeding);

/// What the oracle cannot know (history's line ends, modes, events, some attributes) is passed over.
std::vector<std::string> play_on_oracle(const Behaviour& behaviour);

/// Plays it whole, then paints the screen for a terminal that attaches: another emulator must show exactly
/// the same, also after the program leaves the alternate screen, and be left in its initial modes by
/// undo_modes().
std::vector<std::string> play_painted(const Behaviour& behaviour);

/// The same with an oracle for the terminal, which must show the same text.
std::vector<std::string> play_painted_on_oracle(const Behaviour& behaviour);

}  // namespace sess::test
