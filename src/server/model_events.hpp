// The model's events followed: terminals are resized, programs of closed panes told, clients without a session detached,
// hooks queued, and programs told whether they have the focus.
#pragma once

#include "command/language/queue.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "panes/focus.hpp"
#include "panes/terminals.hpp"
#include "server/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::server {

class Checkpoint;
class Clients;
class ControlClients;
class Daemon;
class Display;
class PaneModes;
class PaneReports;
class Programs;
class SavedSessions;
class SessionWatch;
class WindowNames;

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
