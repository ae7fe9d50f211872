// The name under which tmux's own clients and libraries look for a server:
// ${TMUX_TMPDIR:-/tmp}/tmux-UID/NAME, a link to this daemon's socket as soon as a client that was called
// `tmux` has been here. $TMUX of panes names it.
//
// A tmux server's own socket of that name stays what it is. The link stays when the daemon ends, as tmux's
// socket does: who looks there is told that no server runs.
#pragma once

#include <optional>
#include <string>

#include "command/ports/daemon.hpp"
#include "keeper/message.hpp"

namespace sess::peers {

class TmuxLink {
 public:
  /// Takes up a link that an earlier server of this daemon made.
  TmuxLink(const keeper::Start& start, command::ServerFacts& facts);

  /// A client that speaks tmux is here, with this TMUX_TMPDIR. The link is made, if it can be.
  void make(const std::optional<std::string>& directory);

 private:
  const keeper::Start& start_;
  command::ServerFacts& facts_;
  std::string refused_;  ///< what stood in the way last: said once
};

}  // namespace sess::peers
