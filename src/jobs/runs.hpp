// Runs of jobs, from the supervisor's decision to start one until its end is recorded and nothing of it is
// left.
//
// The end of a job's program goes this way: the keeper says Exited → what is left of the output is read → the
// exit record is written (History, durable) → the supervisor decides → waiters are told → the pane goes, or
// stays for the next run. Whatever kills this process in between, the keeper hands the exit over again, and
// the record gets the same name, so nothing is lost and nothing is counted twice.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "job/supervisor.hpp"
#include "jobs/outside.hpp"
#include "jobs/table.hpp"
#include "os/loop.hpp"

namespace sess::jobs {

class Followers;
class History;
class Inputs;
class JobNotices;
class JobPanes;
class JobScopes;
class Logs;
class Waiters;

class Runs final : public job::SupervisorActions {
 public:
  struct Others {
    job::Supervisor& supervisor;
    Table& table;
    History& history;
    Logs& logs;
    JobPanes& panes;
    JobScopes& scopes;
    Inputs& inputs;
    Followers& followers;
    Waiters& waiters;
    JobNotices& notices;
  };
  Runs(const Parts& parts, const Others& others);

  /// A program that the keeper handed over. True: a job's, which waits for its exit even without a pane.
  bool on_program(const keeper::Program& program);
  /// After the panes: what happened to jobs whose program or pane is not there any more. `first` is the
  /// daemon's first server.
  void recovered(bool first);
  /// A program ended. True: it is a job's, and its pane is dealt with here, later.
  bool on_exited(const keeper::Exited& exited);
  /// The last process of a job's run has ended, some time after the first.
  void on_emptied(const keeper::Emptied& emptied);
  /// A pane is gone from the model. True: its program is a job's and has been told to stop; the keeper is to
  /// remember it until its exit was recorded.
  bool on_pane_closed(model::PaneId pane);
  /// Told when a job whose program was asked for runs, or cannot.
  void when_started(const std::string& name, std::function<void(Result<>)> done) {
    start_waiters_.emplace(name, std::move(done));
  }
  /// What is due is done: after the configuration was read, or another start.
  void on_time();
  /// After anything that may have changed what is due.
  void after_change();
  /// The daemon ends: jobs are stopped, each in its own way and in order; the keeper is told how long that
  /// may take.
  void stop_all();
  [[nodiscard]] bool stopping_all() const { return stopping_all_; }
  /// This process ends: nothing starts any more, and nothing is told.
  void close();
  /// Whether jobs are still to start, or exits to be written.
  [[nodiscard]] bool busy() const;

  // job::SupervisorActions
  Result<std::optional<int>> start(const job::Job& job) override;
  void signal(const job::Job& job, int signo) override;
  void changed(const job::Job& job) override;
  void settled(const job::Job& job) override;

 private:
  /// A program that was asked for.
  struct Begun {
    model::PaneId pane;
    bool fresh = false;  ///< the pane was made for it
    job::WallTime wall{};
  };

  void lose(model::PaneId pane);
  void on_recorded(model::PaneId pane, const keeper::Exited& exited, const job::Record& record,
                   const Result<>& written);
  /// What becomes of a pane when nothing is left of the run in it.
  void release_pane(model::PaneId pane, const std::string& name, int wait_status, job::WallTime ended);
  void dismiss_clients(const job::Job& job);
  void give_up_start(const std::string& name, model::PaneId pane, bool fresh);
  void on_started_later(const std::string& name, Begun begun, const Result<std::int32_t>& holder);
  [[nodiscard]] int take_program(const job::Job& job, Begun begun, std::int32_t holder);
  void arm_timer();
  void forget_old();

  Parts parts_;
  job::Supervisor& supervisor_;
  Table& table_;
  History& history_;
  Logs& logs_;
  JobPanes& panes_;
  JobScopes& scopes_;
  Inputs& inputs_;
  Followers& followers_;
  Waiters& waiters_;
  JobNotices& notices_;
  std::multimap<std::string, std::function<void(Result<>)>> start_waiters_;  ///< by job
  std::set<model::PaneId> handed_over_;  ///< programs of jobs, while recovering
  int recording_ = 0;
  bool settled_some_ = false;
  bool ending_ = false;
  bool stopping_all_ = false;
  job::Time stopped_all_{};  ///< when that began
  os::Timer timer_;
};

}  // namespace sess::jobs
