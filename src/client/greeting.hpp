// The beginning of every conversation: connect, say hello, wait for welcome.
//
// Until welcome nothing but hello was said, so a connection that is lost before it is simply made again: the
// server may just be on its way to being replaced.
#pragma once

#include <chrono>
#include <functional>

#include "client/channel.hpp"
#include "client/link.hpp"
#include "protocol/message.hpp"

namespace sess::client {

struct Greeting {
  Channel channel;
  protocol::Welcome welcome;
};

/// How long the whole greeting may take before the user is told that nobody answers.
inline constexpr std::chrono::seconds kGreetingLimit{30};

/// `start` is called when nobody listens, and again while nobody does afterwards: a daemon that has nothing
/// to do may end while this client is on its way to it, and one that is ending is waited for. Empty when no
/// server may be started. The error's text is for the user. A server that does not answer is reported to its
/// keeper (ring).
[[nodiscard]] Result<Greeting> greet(const Connector& connector, const protocol::Hello& hello,
                                     const std::function<Result<>()>& start);

/// What a first frame says: the welcome, or why there is none.
[[nodiscard]] Result<protocol::Welcome> read_welcome(const protocol::Frame& frame);

}  // namespace sess::client
