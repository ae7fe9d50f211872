// `sess proxy`: the far side of a link. Copies bytes between its standard streams and the daemon's socket.
//
// Started by ssh or by exec:'s command. The first bytes that it writes are a mark, so that what a login's
// start files printed before is told from the stream. Of the stream it changes the first frame only: the
// facts that a hello states of its process (pid, directory, environment, umask) are this process's, on this
// machine. It rings the keeper of a server that gives no sign of life, as a client on this machine would, and
// ends when its client has been silent for longer than any client waits, when either stream ends, or when the
// server ends the connection.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/link.hpp"
#include "protocol/message.hpp"

namespace sess::client::remote {

/// A client sends something at least every few seconds (heartbeat.hpp); one that was silent for this long
/// dials anew.
inline constexpr std::chrono::seconds kClientSilence{60};

/// A ping as any other but for its serial: where the stream begins.
[[nodiscard]] std::string stream_mark();

struct ProxyWords {
  bool alone =
      false;  ///< the sshd above serves nobody but this proxy: it ends with it when the client is silent
  bool wait = false;  ///< something is to be resumed: a daemon that is away for a moment is waited for
};
/// What stands behind `proxy`. An unknown word is an error with the usage.
[[nodiscard]] Result<ProxyWords> parse_proxy_words(const std::vector<std::string>& words);

/// Relays until the end; the exit status. `start` may be empty: no daemon is started. What failed is told to
/// the client as the protocol's error.
[[nodiscard]] int run_proxy(const ProxyWords& words, const Connector& connector,
                            const std::function<Result<>()>& start);

/// The hello as this process would say it, for a client elsewhere: what it says of its terminal stays.
[[nodiscard]] protocol::Hello hello_from_here(protocol::Hello hello,
                                              const std::vector<std::string>& environment);

}  // namespace sess::client::remote
