// What the programs in panes are told about their terminal: abilities that all terminals have that show the
// pane, colours and sizes of the one that was used last. With nobody there only what was lacking comes back.
//
// Whoever changes who looks at what notes it; follow() decides once a turn.
#pragma once

#include <utility>
#include <vector>

#include "model/model.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {

class Identities {
 public:
  Identities(const model::Model& model, RemoteClients& remote, panes::Terminals& terminals)
      : model_(model), remote_(remote), terminals_(terminals) {}

  /// Who looks at which window, or what is known of a terminal, changed.
  void changed() { stale_ = true; }
  void follow();

 private:
  void see_with(const model::Pane& pane, const std::vector<const RemoteClient*>& viewers,
                terminal::Identity& identity) const;

  const model::Model& model_;  ///< to look at: a lookup for writing would count as a change of every pane
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  bool stale_ = false;
  bool looked_at_ = true;  ///< a window, by somebody, the last time; or not known, behind a recovery
};

}  // namespace sess::peers
