// The daemon's own life: when it ends by itself, how it is ended, and what commands ask of it as a whole.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/daemon.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/shell_commands.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::display {
class PaneLimits;
}
namespace sess::panes {
class WindowNames;
}
namespace sess::peers {
class Alerts;
class SessionWatch;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
class SavedSessions;
}  // namespace sess::store

namespace sess::server {

using panes::WindowNames;
using peers::Alerts;
using peers::RemoteClients;
using peers::SessionWatch;
using store::Checkpoint;
using store::SavedSessions;

class Clients;
class Connections;
class Programs;

class Daemon final : public command::DaemonPort {
 public:
  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    command::Queue& queue;
    keeper::ServerLink& link;
    RemoteClients& remote;
    panes::Terminals& terminals;
    panes::ShellCommands& shells;
    Checkpoint& checkpoint;
    Clients& clients;
    Programs& programs;
    display::PaneLimits& limits;
    Connections& connections;
    Alerts& alerts;
    WindowNames& names;
    SessionWatch& session_watch;
    jobs::JobControl& jobs;
    SavedSessions& saved_sessions;
  };
  explicit Daemon(const Parts& parts);
  ~Daemon();

  /// From here on nobody who connects is waited for longer than a starter may take.
  void begin();
  /// Somebody connected: who started the daemon has some time from now on to say what for.
  void expect_starter();
  /// At the end of a turn: nothing is left, and nothing is to come.
  void leave_if_empty();
  /// The keeper ends the programs.
  void stop();
  /// The daemon is ending, by whatever way.
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// The keeper was told that nothing is left, and nothing was started since.
  [[nodiscard]] bool left() const { return left_; }

  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return clock_.wall(); }
  void after(std::chrono::milliseconds delay, std::function<void()> done) override;
  void end_server(std::function<void()> done) override;
  void upgrade(std::function<void(const std::string& why)> refused) override;
  /// The keeper's answer, when there is one.
  void on_not_upgraded(const std::string& why);
  [[nodiscard]] std::uint64_t room() const override;
  void option_changed(std::string_view name) override;

 private:
  struct After;

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  command::Queue& queue_;
  keeper::ServerLink& link_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  panes::ShellCommands& shells_;
  Checkpoint& checkpoint_;
  Clients& clients_;
  Programs& programs_;
  display::PaneLimits& limits_;
  Connections& connections_;
  Alerts& alerts_;
  WindowNames& names_;
  SessionWatch& session_watch_;
  jobs::JobControl& jobs_;
  SavedSessions& saved_sessions_;
  os::Timer first_client_timer_;
  std::set<std::shared_ptr<After>> timers_;
  std::vector<std::function<void(const std::string&)>> upgrading_;  ///< who waits for a refusal
  bool had_client_ = false;
  bool may_leave_ = false;  ///< there was a session, or the time for the first one is over
  bool stopping_ = false;
  bool left_ = false;
};

}  // namespace sess::server
