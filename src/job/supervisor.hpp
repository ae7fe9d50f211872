// The life of jobs: what starts when, what a stop does, what follows from an end. systemd's behaviour as a
// state machine without clock, processes or files: time is a parameter, effects are calls of
// SupervisorActions.
//
//   inactive ──start──► waiting ──dependencies up──► running ──ended──► exited | failed | restarting ──►
//   running
//                                                       └──stop, timeout──► stopping ──all ended──► inactive
//                                                       | ...
//
// A run has ended, with its status, when its first process has; a stop has when all have. What a first
// process that ended by itself left behind is stopped as well (unless spec.leave_children), and before the
// next run in any case.
//
// Owns the table of jobs. The owner calls start(), stop() and the on_... functions, and on_timer() at
// next_due().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/order.hpp"
#include "job/record.hpp"
#include "job/spec.hpp"

namespace sess::job {

/// Both clocks at one moment: the first decides, the second is shown.
struct Now {
  Time time{};
  WallTime wall{};
};

/// What a job takes over from the client that runs it, below the spec's own.
struct Caller {
  std::vector<std::string> environment;  ///< "K=V"
  unsigned umask = 022;
};

struct Job {
  std::string name;
  Spec spec;
  bool from_file = false;         ///< jobs/NAME.toml exists: kept when it has ended
  std::optional<Caller> caller;   ///< who ran or started it; none: the daemon did
  std::optional<Spec> next_spec;  ///< what its file says now: for the next run
  std::string request = {};       ///< which command line began it; "" when none did

  State state = State::inactive;
  WallTime since{};  ///< of this state
  RestartTracker tracker;
  std::string reason;  ///< why it failed or waits, a sentence's part

  // The present or last run.
  std::optional<int> pid;  ///< while its program lives
  WallTime started{};
  WallTime ended{};
  std::optional<Exit> exit;           ///< how the last run ended
  std::chrono::microseconds took{0};  ///< the last run, by a clock that nobody sets; 0: not known

  /// What a person asked for while the program still lives.
  enum class Asked : std::uint8_t { nothing, stop, restart } asked = Asked::nothing;
  bool timed_out = false;
  bool left_behind = false;   ///< the first process has ended, others of its run have not
  bool stop_pending = false;  ///< it is stopped when those that need it have ended
  bool told = false;          ///< the end of the last run was told: settled() was called
  bool starting =
      false;  ///< waiting: its program was asked for, and is not there yet; known to one server only
  /// When something is due: running: the timeout; restarting: the start.
  std::optional<Time> due;
  /// Of a run that is being stopped: when SIGKILL is due; after that, when it is not waited for any longer.
  std::optional<Time> kill_due;
  bool killed = false;

  /// Whether more is to come without anybody doing anything: it is worth waiting for.
  [[nodiscard]] bool active() const {
    return state == State::waiting || state == State::running || state == State::stopping ||
           state == State::restarting;
  }
};

class SupervisorActions {
 public:
  virtual ~SupervisorActions() = default;
  /// Starts the job's program; its pid, or nothing when it takes longer: on_started() is called then. The
  /// error is shown to people.
  virtual Result<std::optional<int>> start(const Job& job) = 0;
  /// A signal to every process of the job, of what was left behind, too.
  virtual void signal(const Job& job, int signo) = 0;
  /// The state changed.
  virtual void changed(const Job& job) = 0;
  /// It is over until somebody starts it: state is inactive, exited or failed. Again, with job.told set, when
  /// what it had left behind was stopped after that.
  virtual void settled(const Job& job) = 0;
};

class Supervisor {
 public:
  /// `actions` outlives this; its functions call nothing of it back.
  explicit Supervisor(SupervisorActions& actions) : actions_(actions) {}

  [[nodiscard]] const std::map<std::string, Job>& jobs() const { return jobs_; }
  [[nodiscard]] const Job* find(const std::string& name) const;
  [[nodiscard]] bool any_active() const;

  /// Adds a job or gives one that is not active a new spec. Refused: an active one, a dependency cycle.
  Result<> add(Job job);
  /// Only a job that is not active.
  Result<> remove(const std::string& name);
  /// As an earlier server saved it, timers included.
  void adopt(Job job);
  /// Its file was written.
  void set_enabled(const std::string& name, bool enabled);
  void set_caller(const std::string& name, Caller caller);
  /// What a job is from its next run on. Refused: a dependency cycle.
  Result<> change(const std::string& name, Spec spec);

  /// Starts these and what they require, as far as they are not active. A job whose program cannot be started
  /// has failed; the error of a named one is returned, unless that is not known yet (job.starting).
  Result<> start(const std::vector<std::string>& names, Now now);
  /// Stops it and what requires it: what comes after it or requires it first. All of them, or an error for an
  /// unknown one. Not an error when it is not active.
  Result<std::vector<std::string>> stop(const std::string& name, Now now);
  /// The daemon ends: everything stops, in that order, and nothing starts any more. How long it may take.
  Milliseconds stop_all(Now now);
  Result<> restart(const std::string& name, Now now);

  /// What start() had no answer to: the pid, or why there is none.
  void on_started(const std::string& name, Result<int> pid, Now now);

  enum class Left : std::uint8_t { nothing, processes };
  /// The first process ended; its record is written.
  void on_ended(const std::string& name, const Exit& exit, WallTime end, Now now, Left left = Left::nothing);
  /// What it had left behind has ended, too.
  void on_emptied(const std::string& name, Now now);
  void on_timer(Now now);
  [[nodiscard]] std::optional<Time> next_due() const;

 private:
  void enter(Job& job, State state, Now now, std::string reason = {});
  void settle(Job& job, State state, Now now, std::string reason);
  void ask_to_stop(Job& job, Now now);
  void begin_stop(Job& job, Now now);
  /// Stop signal now, SIGKILL after the stop time.
  void send_stop(Job& job, Now now);
  /// Begins the stops that wait for nobody any more.
  void stop_ready(Now now);
  /// What follows from the end of a run of which nothing is left.
  void conclude(Job& job, Now now);
  /// Starts every waiting job that may start, again and again until nothing changes.
  void start_ready(Now now);
  void start_now(Job& job, Now now);
  void take_start(Job& job, const Result<int>& pid, Now now);
  void take_next_spec(Job& job);
  void follow_verdict(Job& job, const Verdict& verdict, Now now);
  [[nodiscard]] Result<Job*> require(const std::string& name);

  SupervisorActions& actions_;
  std::map<std::string, Error> start_errors_;  ///< of the start() under way
  std::map<std::string, Job> jobs_;
  Graph graph_;
  bool ending_ = false;
};

}  // namespace sess::job
