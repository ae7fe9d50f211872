// The model's events followed: terminals are resized, programs of closed panes told, clients without a
// session detached, hooks queued, and programs told whether they have the focus.
#pragma once

#include "command/language/queue.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "panes/focus.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::display {
class Display;
class PaneModes;
}  // namespace sess::display
namespace sess::panes {
class WindowNames;
}
namespace sess::peers {
class ControlClients;
class Identities;
class SessionWatch;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
class SavedSessions;
}  // namespace sess::store

namespace sess::server {

using display::Display;
using display::PaneModes;
using panes::WindowNames;
using peers::ControlClients;
using peers::Identities;
using peers::RemoteClients;
using peers::SessionWatch;
using store::Checkpoint;
using store::SavedSessions;

class Clients;
class Daemon;
class PaneReports;
class Programs;

class ModelEvents {
 public:
  struct Parts {
    model::Model& model;
    command::Queue& queue;
    keeper::ServerLink& link;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Clients& clients;
    Display& display;
    Identities& identities;
    Programs& programs;
    PaneReports& reports;
    Daemon& daemon;
    WindowNames& names;
    PaneModes& pane_modes;
    ControlClients& control_clients;
    SessionWatch& session_watch;
    jobs::JobControl& jobs;
    SavedSessions& saved_sessions;
  };
  explicit ModelEvents(const Parts& parts);

  /// Everything that happened since the last call, and what follows from it.
  void follow_model();
  /// Who has gained and lost the focus; `of_hook`: by a hook's command, which runs no hooks.
  void tell_focus(bool of_hook);

 private:
  void follow(const model::Event& event);

  model::Model& model_;
  command::Queue& queue_;
  keeper::ServerLink& link_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  Checkpoint& checkpoint_;
  Clients& clients_;
  Display& display_;
  Identities& identities_;
  Programs& programs_;
  PaneReports& reports_;
  Daemon& daemon_;
  WindowNames& names_;
  PaneModes& pane_modes_;
  ControlClients& control_clients_;
  SessionWatch& session_watch_;
  jobs::JobControl& jobs_;
  SavedSessions& saved_sessions_;
  panes::PaneFocus pane_focus_;
};

}  // namespace sess::server
