// Alerts: windows that rang, printed or fell silent, as the monitor-*, *-action and visual-* options want
// them told.
//
// Sets the flags of links that nobody looks at, queues the alert-* hooks, and rings or writes a message at
// the clients of a session. Owns the timers of monitor-silence. The server says what panes did; no decision
// is taken before the end of its turn.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string_view>

#include "command/language/queue.hpp"
#include "model/ids.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {

class Messages;

class Alerts {
 public:
  Alerts(os::Loop& loop, os::Clock& clock, model::Model& model, command::Queue& queue, RemoteClients& remote,
         Messages& messages)
      : loop_(loop), clock_(clock), model_(model), queue_(queue), remote_(remote), messages_(messages) {}

  /// A pane rang its bell.
  void on_bell(model::PaneId pane);
  /// Panes printed in this turn: activity, and silence counts anew.
  void on_output(const std::set<model::PaneId>& panes);
  /// monitor-silence may have changed: windows that say nothing at all need their timers.
  void watch_silence();

 private:
  enum class Kind { bell, activity, silence };
  void alert(model::WindowId window, Kind kind, model::PaneId source);
  void tell(model::Session& session, int index, Kind kind, model::PaneId source);
  void start_silence(const model::Window& window);

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  Messages& messages_;
  std::map<model::WindowId, std::unique_ptr<os::Timer>> silence_;
};

}  // namespace sess::peers
