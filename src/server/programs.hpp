// The programs in panes, from the request until the pane is told that its program ended.
//
// How the keeper is asked, and what happens until it answers, is panes/program_starts; what a job's program
// does when it ends is decided by the jobs first.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/panes.hpp"
#include "dispatch/popups.hpp"
#include "display/pane_limits.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/program_starts.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::display {
class PaneModes;
}
namespace sess::panes {
class WindowNames;
}
namespace sess::peers {
class Identities;
}
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using display::PaneModes;
using panes::WindowNames;
using peers::Identities;
using peers::RemoteClients;
using store::Checkpoint;

class Programs final : public command::ProgramPort {
 public:
  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    keeper::ServerLink& link;
    command::Queue& queue;
    panes::Terminals& terminals;
    panes::PaneObserver& observer;
    Checkpoint& checkpoint;
    RemoteClients& remote;
    panes::ProgramStarts& starts;
    display::PaneLimits& limits;
    WindowNames& names;
    PaneModes& pane_modes;
    Identities& identities;
  };
  explicit Programs(const Parts& parts);

  /// Starts a program in a pane of the model. `done` is never called from inside.
  void start_program(model::PaneId pane, command::ProgramStart start,
                     std::function<void(Result<>)> done) override;
  [[nodiscard]] std::string current_command(model::PaneId pane) const override;
  [[nodiscard]] std::string current_path(model::PaneId pane) const override;

  /// The same for who goes on at once when it can (ProgramStarts::start_soon).
  Result<std::optional<std::int32_t>> start_program_soon(model::PaneId pane,
                                                         const command::ProgramStart& start,
                                                         panes::ProgramStarts::Started later);
  /// A terminal that is no pane of the model's (a popup's), before its number is used again.
  void end_terminal(model::PaneId id);
  /// Its program goes on in a pane of the model, which has the terminal's number.
  Result<> make_pane(const dispatch::Popups::NewPane& pane);
  /// Told of programs that ended; true: it was one of those.
  void on_terminal_ended(std::function<bool(const keeper::Exited&)> ended) {
    terminal_ended_ = std::move(ended);
  }
  /// A program that the keeper handed over gets its pane's terminal; false when its journal is lost, which is
  /// said.
  bool take_up(model::PaneId pane, keeper::Program& program, panes::PaneIo::Recovery how);
  Result<> signal_pane(model::PaneId pane, int signo, keeper::Signal::Whom whom);

  // What the keeper says.
  /// The answer to a request that was not waited for.
  void on_started(std::uint64_t request, Result<keeper::Spawned> answer);
  void note_exited(keeper::Exited exited) { ended_.push_back(std::move(exited)); }
  void note_emptied(keeper::Emptied emptied) { emptied_.push_back(emptied); }

  /// Everything that ended since the last call.
  void deal_with_ended_programs(jobs::JobControl& jobs);
  [[nodiscard]] bool has_ended() const { return !ended_.empty(); }
  /// A pane whose program ended: goes, or stays as remain-on-exit says.
  void end_pane(model::PaneId id, int wait_status, model::Time ended);
  /// A pane whose program ended and will be started again.
  void pane_waits(model::PaneId id, int wait_status, model::Time ended);
  /// A pane is gone from the model: its program is told.
  void pane_closed(model::PaneId id);
  /// The daemon ends: no pane stays for its dead program.
  void daemon_ends() { stopping_ = true; }

 private:
  Result<> take_program(model::PaneId pane, bool replace, Size asked, keeper::Spawned spawned);
  void write_death(const model::Pane& pane, panes::PaneIo& io);

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  keeper::ServerLink& link_;
  command::Queue& queue_;
  panes::Terminals& terminals_;
  panes::PaneObserver& observer_;
  Checkpoint& checkpoint_;
  RemoteClients& remote_;
  panes::ProgramStarts& starts_;
  display::PaneLimits& limits_;
  WindowNames& names_;
  PaneModes& pane_modes_;
  Identities& identities_;
  std::function<bool(const keeper::Exited&)> terminal_ended_;
  std::vector<keeper::Exited> ended_;
  std::vector<keeper::Emptied> emptied_;
  bool stopping_ = false;
};

}  // namespace sess::server
