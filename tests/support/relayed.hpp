// An emulator and a relay fed as a pane and its direct clients are: decoded once where the output is plain.
#pragma once

#include <string_view>

#include "terminal/act/emulator.hpp"
#include "terminal/show/relay.hpp"

namespace sess::test {

/// `bytes` to both. Both have been given the same from the start or from a token boundary on. What they hold
/// of an unfinished token differs after a reset of the emulator, which forgets it: its tokens are not the
/// relay's then until that one has ended. A pane's marks say the same with the boundary they begin at.
inline void feed_both(terminal::Emulator& emulator, terminal::Relay& relay, std::string_view bytes) {
  const bool together = relay.pending() == emulator.pending();
  emulator.feed(bytes);
  if (together && emulator.plain()) {
    relay.feed_plain(bytes, emulator.pending());
  } else {
    relay.feed(bytes);
  }
}

}  // namespace sess::test
