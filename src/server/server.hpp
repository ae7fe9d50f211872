// The server: everything that may die. One object per process, built by run() from what the keeper handed
// over.
//
// It makes the parts, tells each which of the others it works with, and takes the turn: callbacks only note
// what happened; decisions are taken once, in end_of_turn(), whose passes are in the order in which one
// follows from another. What a part needs of another is a reference to that part; parts further down are only
// used once all of them are made.
#pragma once

#include <memory>
#include <vector>

#include "command/language/queue.hpp"
#include "dispatch/acknowledgements.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/mouse.hpp"
#include "dispatch/overlays.hpp"
#include "dispatch/pane_commands.hpp"
#include "dispatch/popups.hpp"
#include "dispatch/prompts.hpp"
#include "display/display.hpp"
#include "display/pane_limits.hpp"
#include "display/pane_modes.hpp"
#include "input/key_tables.hpp"
#include "jobs/boot.hpp"
#include "jobs/control.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/agent.hpp"
#include "panes/program_starts.hpp"
#include "panes/shell_commands.hpp"
#include "panes/status_commands.hpp"
#include "panes/terminals.hpp"
#include "panes/window_names.hpp"
#include "peers/alerts.hpp"
#include "peers/client_files.hpp"
#include "peers/control_clients.hpp"
#include "peers/debug.hpp"
#include "peers/identities.hpp"
#include "peers/messages.hpp"
#include "peers/session_watch.hpp"
#include "peers/tmux_link.hpp"
#include "server/clients.hpp"
#include "server/configuration.hpp"
#include "server/connections.hpp"
#include "server/daemon.hpp"
#include "server/job_outside.hpp"
#include "server/model_events.hpp"
#include "server/pane_reports.hpp"
#include "server/programs.hpp"
#include "server/recovery.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"

namespace sess::server {

using dispatch::Keyboard;
using dispatch::Mouse;
using dispatch::Prompts;
using display::Display;
using display::PaneModes;
using panes::AgentLink;
using panes::StatusCommands;
using panes::WindowNames;
using peers::Alerts;
using peers::ClientFiles;
using peers::ControlClients;
using peers::Identities;
using peers::Messages;
using peers::RemoteClient;
using peers::RemoteClients;
using peers::SessionWatch;
using store::Checkpoint;
using store::SavedSessions;

class Server {
 public:
  /// Takes Start, Programs and Ready from the link and recovers from them. Errors end the process; the keeper
  /// starts the next.
  static Result<std::unique_ptr<Server>> open(keeper::ServerLink link);
  ~Server();

  /// Until the keeper says that it is over; the exit status.
  int run();

 private:
  /// What the keeper hands over, and what is opened with it.
  struct Given {
    keeper::ServerLink link;
    keeper::Start start;
    std::vector<keeper::Program> programs;
    std::unique_ptr<os::Loop> loop;
    store::ModelStore store;
  };
  explicit Server(Given given);

  void end_of_turn();
  void run_commands();
  [[nodiscard]] bool has_job_or_start(const model::Session& session) const;
  void on_keeper() noexcept;
  void on_keeper_message(keeper::ToServer message);

  keeper::ServerLink link_;
  keeper::Start start_;
  std::unique_ptr<os::Loop> loop_;
  os::Clock& clock_;
  command::ServerFacts facts_;
  peers::TmuxLink tmux_link_;
  model::Model model_;
  input::KeyTables keys_;
  model::MessageLog message_log_;
  command::Queue queue_;
  panes::ShellCommands shells_;
  panes::Terminals terminals_;
  RemoteClients remote_;
  ControlClients control_clients_;
  SessionWatch session_watch_;
  Checkpoint checkpoint_;
  AgentLink agent_;
  panes::ProgramStarts starts_;
  display::PaneLimits limits_;
  PaneModes pane_modes_;
  Messages messages_;
  Alerts alerts_;
  WindowNames names_;
  Programs programs_;
  PaneReports reports_;
  dispatch::PaneCommands pane_commands_;
  StatusCommands status_commands_;
  ClientFiles files_;
  Identities identities_;
  Clients clients_;
  Display display_;
  Mouse mouse_;
  Prompts prompts_;
  Overlays overlays_;
  Popups popups_;
  Keyboard keyboard_;
  dispatch::Acknowledgements acknowledgements_;
  JobOutside job_outside_;
  jobs::JobControl jobs_;
  jobs::BootControl boot_;
  SavedSessions saved_sessions_;
  Configuration configuration_;
  Recovery recovery_;
  Daemon daemon_;
  ModelEvents events_;
  peers::Debug debug_;
  Connections connections_;
  command::Ports ports_;
  os::FdWatch keeper_watch_;
};

}  // namespace sess::server
