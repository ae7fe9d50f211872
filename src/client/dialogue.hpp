// A command without a terminal: what it prints, what it reads, how it ends.
//
// A plain poll loop, because most runs of `sess` last two milliseconds. An attachment takes the channel over
// when the server says `attached`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/channel.hpp"
#include "client/control_text.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// What was printed so far, in order: enough to know it again when the same command is asked once more.
struct Printed {
  std::uint64_t bytes = 0;
  std::uint64_t hash = 14695981039346656037U;  ///< FNV-1a
  void add(std::string_view text) {
    bytes += text.size();
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
};

/// The command is done.
struct Finished {
  int status = 0;
};
/// The connection was lost, or the server said something that cannot be understood.
struct Broken {
  std::string reason;
  /// What to ask for instead on a new connection, when the server said so and the connection was lost.
  std::vector<std::string> retry = {};
  bool lost = false;       ///< the connection, or what it was about: nobody knows what became of the command
  bool repeatable = true;  ///< false: standard input was read, or what was printed cannot be gone on with
  Printed printed = {};
};
/// What the server wants instead: to be shown on the terminal, a shell in our place, or our end with a
/// message.
using DialogueEnd = std::variant<Finished, Broken, protocol::Attached, protocol::Exec, protocol::Detached>;

/// The descriptors of the command.
struct Streams {
  int in = 0;
  int out = 1;
  int err = 2;
  bool colours = false;            ///< errors are coloured
  ControlText* control = nullptr;  ///< the output is control mode's, and goes through this
};

/// Runs until the command ends. Everything printed is written (blocking: a reader that stops reading stops
/// the command's output, as in any pipe) before this returns. `already` was printed when the same was asked
/// before: as much of the output is left out, and it must be the same.
[[nodiscard]] DialogueEnd hold_dialogue(Channel& channel, const Streams& streams,
                                        const Printed& already = {});

}  // namespace sess::client
