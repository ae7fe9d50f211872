// When a client is told that what it typed is safe, so that it need not send it again: once it stands in a
// pane's journal or is written down with the model.
//
// A client that draws echoes of its own (it lists kEcho) is told behind the output that the input led to; any
// other together with output, so that it is woken once for a key, or a moment later. Keyboard accepts input
// and counts its frames in the client; this one only looks at that and owns nothing.
#pragma once

#include <chrono>

#include "os/clock.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::dispatch {

class Acknowledgements {
 public:
  /// All outlive it.
  Acknowledgements(os::Clock& clock, peers::RemoteClients& remote, panes::Terminals& terminals)
      : clock_(clock), remote_(remote), terminals_(terminals) {}

  /// At the end of the turn: what keys changed is written down, the display is updated, nothing is sent yet.
  void send();

 private:
  using Time = std::chrono::steady_clock::time_point;

  [[nodiscard]] bool is_due(peers::RemoteClient& client, Time now);
  [[nodiscard]] bool echo_is_shown(peers::RemoteClient& client, Time now);
  static bool goes_with_output(peers::RemoteClient& client, Time now);

  os::Clock& clock_;
  peers::RemoteClients& remote_;
  panes::Terminals& terminals_;
};

}  // namespace sess::dispatch
