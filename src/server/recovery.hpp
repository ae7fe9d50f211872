// From the keeper's hand-over to a running model: the start-up path of every server. A first start is the
// same with nothing to recover.
#pragma once

#include <vector>

#include "command/language/queue.hpp"
#include "input/key_tables.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "panes/terminals.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::peers {
class Messages;
class SessionWatch;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
class SavedSessions;
}  // namespace sess::store

namespace sess::dispatch {
class PaneCommands;
class Popups;
}  // namespace sess::dispatch

namespace sess::server {

using dispatch::PaneCommands;
using dispatch::Popups;
using peers::Messages;
using peers::SessionWatch;
using store::Checkpoint;
using store::SavedSessions;

class Clients;
class Configuration;
class Programs;

class Recovery {
 public:
  struct Parts {
    os::Clock& clock;
    model::Model& model;
    input::KeyTables& keys;
    command::Queue& queue;
    keeper::ServerLink& link;
    const keeper::Start& start;
    command::ServerFacts& facts;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Messages& messages;
    Clients& clients;
    Programs& programs;
    Popups& popups;
    PaneCommands& pane_commands;
    Configuration& configuration;
    SessionWatch& session_watch;
    jobs::JobControl& jobs;
    SavedSessions& saved_sessions;
  };
  explicit Recovery(const Parts& parts);

  void recover(std::vector<keeper::Program> programs);
  /// A program that nobody knows gets a session of its own: the last server died between the program's start
  /// and writing the pane down.
  void adopt_orphan(keeper::Program& program);
  /// Whether there was such a program.
  [[nodiscard]] bool adopted_orphans() const { return adopted_orphans_; }

 private:
  void reopen_pipe(const model::Pane& pane);

  os::Clock& clock_;
  model::Model& model_;
  input::KeyTables& keys_;
  command::Queue& queue_;
  keeper::ServerLink& link_;
  const keeper::Start& start_;
  command::ServerFacts& facts_;
  panes::Terminals& terminals_;
  Checkpoint& checkpoint_;
  Messages& messages_;
  Clients& clients_;
  Programs& programs_;
  Popups& popups_;
  PaneCommands& pane_commands_;
  Configuration& configuration_;
  SessionWatch& session_watch_;
  jobs::JobControl& jobs_;
  SavedSessions& saved_sessions_;
  bool adopted_orphans_ = false;
};

}  // namespace sess::server
