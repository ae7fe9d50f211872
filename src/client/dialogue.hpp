// A command without a terminal: what it prints, what it reads, how it ends.
//
// A plain poll loop, because most runs of `sess` last two milliseconds. An attachment takes the channel over
// when the server says `attached`.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "client/channel.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// The command is done.
struct Finished {
  int status = 0;
};
/// The connection was lost, or the server said something that cannot be understood.
struct Broken {
  std::string reason;
  /// What to ask for instead on a new connection, when the server said so and the connection was lost.
  std::vector<std::string> retry = {};
};
/// What the server wants instead: to be shown on the terminal, a shell in our place, or our end with a
/// message.
using DialogueEnd = std::variant<Finished, Broken, protocol::Attached, protocol::Exec, protocol::Detached>;

/// The descriptors of the command.
struct Streams {
  int in = 0;
  int out = 1;
  int err = 2;
};

/// Runs until the command ends. Everything printed is written (blocking: a reader that stops reading stops
/// the command's output, as in any pipe) before this returns.
[[nodiscard]] DialogueEnd hold_dialogue(Channel& channel, const Streams& streams);

}  // namespace sess::client
