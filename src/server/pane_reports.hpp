// What panes report while they print, and who is told: titles, bells, output for pipes and
// logs. Notes; what follows is decided at the end of the turn.
#pragma once

#include <set>

#include "command/language/queue.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "panes/shell_commands.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::panes {
class WindowNames;
}
namespace sess::peers {
class Alerts;
class Messages;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
class SavedSessions;
}  // namespace sess::store

namespace sess::server {

using panes::WindowNames;
using peers::Alerts;
using peers::Messages;
using peers::RemoteClients;
using store::Checkpoint;
using store::SavedSessions;

class Clients;

class PaneReports final : public panes::PaneObserver {
 public:
  struct Parts {
    model::Model& model;
    command::Queue& queue;
    RemoteClients& remote;
    panes::Terminals& terminals;
    panes::ShellCommands& shells;
    Checkpoint& checkpoint;
    Messages& messages;
    Alerts& alerts;
    Clients& clients;
    WindowNames& names;
    jobs::JobControl& jobs;
    SavedSessions& saved_sessions;
    const keeper::Start& start;
  };
  explicit PaneReports(const Parts& parts);

  /// At the end of a turn in which panes printed: alerts, and whose history has no memory to grow.
  void tell();
  void pane_closed(model::PaneId pane) { starved_.erase(pane); }

  [[nodiscard]] std::size_t read_budget() const override { return terminals_.read_budget(); }
  void on_pane_output(panes::PaneIo& pane) override;
  void on_pane_bell(panes::PaneIo& pane) override;
  void on_pane_title(panes::PaneIo& pane) override;
  void on_pane_clipboard(panes::PaneIo& pane, std::string_view selection, std::string_view base64) override;
  void on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title,
                            std::string_view body) override;
  void on_pane_window_name(panes::PaneIo& pane, std::string_view name) override;
  bool on_pane_passthrough(panes::PaneIo& pane, std::string_view bytes) override;
  void on_pane_eof(panes::PaneIo& pane) override;
  void on_pane_bytes(panes::PaneIo& pane, std::string_view bytes) override;
  [[nodiscard]] std::string keep_harmful(panes::PaneIo& pane, std::uint64_t offset,
                                         std::string_view bytes) override;

 private:
  void tell_starved();

  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  panes::ShellCommands& shells_;
  Checkpoint& checkpoint_;
  Messages& messages_;
  Alerts& alerts_;
  Clients& clients_;
  WindowNames& names_;
  jobs::JobControl& jobs_;
  SavedSessions& saved_sessions_;
  const keeper::Start& start_;
  std::set<model::PaneId> starved_;  ///< whose history does not grow for lack of memory: it was said
};

}  // namespace sess::server
