// The programs in panes, from the request to the keeper until the pane is told that its program ended.
//
// A pane is written down before its program is asked for, and the keeper is not waited for when it is slow:
// other panes go on, and what is typed meanwhile is kept. What a job's program does when it ends is decided
// by the jobs first.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/panes.hpp"
#include "dispatch/popups.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/history_budget.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::jobs {
class JobControl;
}

namespace sess::display {
class PaneModes;
}
namespace sess::panes {
class AgentLink;
class WindowNames;
}  // namespace sess::panes
namespace sess::peers {
class Identities;
}
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using display::PaneModes;
using panes::AgentLink;
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
    AgentLink& agent;
    WindowNames& names;
    PaneModes& pane_modes;
    Identities& identities;
  };
  explicit Programs(const Parts& parts);

  /// Starts a program in a pane of the model. The keeper answers within milliseconds; when it does not, the
  /// server goes on, and `done` is told when the answer comes. `done` is never called from inside.
  void start_program(model::PaneId pane, command::ProgramStart start,
                     std::function<void(Result<>)> done) override;
  [[nodiscard]] std::string current_command(model::PaneId pane) const override;
  [[nodiscard]] std::string current_path(model::PaneId pane) const override;

  /// What runs when a program was started: its holder, if it has one.
  using Started = std::function<void(Result<std::int32_t>)>;
  /// The same for who goes on at once when it can: the holder, or nothing when the keeper takes its time;
  /// then, and only then, `later` is told.
  Result<std::optional<std::int32_t>> start_program_soon(model::PaneId pane,
                                                         const command::ProgramStart& start, Started later);
  /// A program on a terminal that is no pane of the model's (a popup's): `take` makes the terminal of what
  /// the keeper started, `done` is told as with start_program(). end_terminal() before the number is used
  /// again.
  using Take = std::function<Result<>(keeper::Spawned)>;
  void start_terminal(model::PaneId id, Size size, command::ProgramStart start, Take take,
                      std::function<void(Result<>)> done);
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
  /// Whether a pane's program is still being started, and what commands type into it meanwhile.
  [[nodiscard]] bool is_starting(model::PaneId pane) const;
  void type_ahead(model::PaneId pane, std::string_view bytes);
  Result<> signal_pane(model::PaneId pane, int signo, keeper::Signal::Whom whom);
  /// As a terminal's hard reset, but the title stays: it names the pane, not what was drawn in it.
  void reset_terminal(model::PaneId pane);
  void apply_history_limits();
  /// At the end of a turn: all histories together stay within history-total-bytes.
  void keep_history_budget();
  [[nodiscard]] panes::PaneIo::Limits history_limits(const model::Pane& pane);

  // What the keeper says.
  void on_keeper_speaks() { keeper_deaf_ = false; }
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
  Result<std::uint64_t> ask_for_program(model::PaneId pane, Size size, const command::ProgramStart& start);
  Result<std::optional<std::int32_t>> start_soon(model::PaneId id, Size size,
                                                 const command::ProgramStart& start, Take take,
                                                 Started later);
  void start(model::PaneId id, Size size, command::ProgramStart start, Take take,
             std::function<void(Result<>)> done);
  Result<> take_program(model::PaneId pane, bool replace, Size asked, keeper::Spawned spawned);
  void give_up_start(model::PaneId pane);
  void write_death(const model::Pane& pane, panes::PaneIo& io);

  /// Programs that the keeper was asked for and has not answered about, by the request's number.
  struct Starting {
    model::PaneId pane;
    Take take;
    Started done;
    std::string typed;
  };

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  keeper::ServerLink& link_;
  command::Queue& queue_;
  panes::Terminals& terminals_;
  panes::PaneObserver& observer_;
  Checkpoint& checkpoint_;
  RemoteClients& remote_;
  AgentLink& agent_;
  WindowNames& names_;
  PaneModes& pane_modes_;
  Identities& identities_;
  std::map<std::uint64_t, Starting> starting_;
  panes::HistoryBudget history_;
  std::function<bool(const keeper::Exited&)> terminal_ended_;
  std::vector<keeper::Exited> ended_;
  std::vector<keeper::Emptied> emptied_;
  bool keeper_deaf_ = false;  ///< an answer did not come in time, and nothing has come since
  bool stopping_ = false;
};

}  // namespace sess::server
