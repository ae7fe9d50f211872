// The life of jobs: what starts when, what a stop does, what follows from an end. systemd's behaviour as a state
// machine without clock, processes or files: time is a parameter, effects are calls of SupervisorActions.
//
//   inactive ──start──► waiting ──dependencies up──► running ──ended──► exited | failed | restarting ──► running
//                                                       └──stop, timeout──► stopping ──ended──► inactive | ...
//
// Owns the table of jobs. The owner calls start(), stop() and the on_... functions, and on_timer() at next_due().
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

struct Job {
  std::string name;
  Spec spec;
  bool from_file = false;                ///< jobs/NAME.toml exists: kept when it has ended
  std::vector<std::string> environment;  ///< "K=V" of whoever ran it, below the spec's own

  State state = State::inactive;
  WallTime since{};  ///< of this state
  RestartTracker tracker;
  std::string reason;  ///< why it failed or waits, a sentence's part

  // The present or last run.
  std::optional<int> pid;      ///< while its program lives
  WallTime started{};
  WallTime ended{};
  std::optional<Exit> exit;    ///< how the last run ended

  /// What a person asked for while the program still lives.
  enum class Asked : std::uint8_t { nothing, stop, restart } asked = Asked::nothing;
  bool timed_out = false;
  /// When something is due: running: the timeout; stopping: SIGKILL; restarting: the start.
  std::optional<Time> due;

  /// Whether more is to come without anybody doing anything: it is worth waiting for.
  [[nodiscard]] bool active() const {
    return state == State::waiting || state == State::running || state == State::stopping ||
           state == State::restarting;
  }
};

class SupervisorActions {
 public:
  virtual ~SupervisorActions() = default;
  /// Starts the job's program; its pid. The error is shown to people.
  virtual Result<int> start(const Job& job) = 0;
  /// A signal to every process of the job.
  virtual void signal(const Job& job, int signo) = 0;
  /// The state changed.
  virtual void changed(const Job& job) = 0;
  /// It is over until somebody starts it: state is inactive, exited or failed.
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
  void set_enabled(const std::string& name, bool enabled);

  /// Starts these and what they require, as far as they are not active. A job whose program cannot be started has
  /// failed; the error of a named one is returned.
  Result<> start(const std::vector<std::string>& names, Now now);
  /// Stops it and what requires it. Not an error when it is not active.
  Result<> stop(const std::string& name, Now now);
  Result<> restart(const std::string& name, Now now);

  /// The program ended; its record is written.
  void on_ended(const std::string& name, const Exit& exit, WallTime end, Now now);
  void on_timer(Now now);
  [[nodiscard]] std::optional<Time> next_due() const;

 private:
  void enter(Job& job, State state, Now now, std::string reason = {});
  void settle(Job& job, State state, Now now, std::string reason);
  void begin_stop(Job& job, Now now);
  /// Starts every waiting job that may start, again and again until nothing changes.
  void start_ready(Now now);
  void start_now(Job& job, Now now);
  void follow_verdict(Job& job, const Verdict& verdict, Now now);
  [[nodiscard]] Result<Job*> require(const std::string& name);

  SupervisorActions& actions_;
  std::map<std::string, Error> start_errors_;  ///< of the start() under way
  std::map<std::string, Job> jobs_;
  Graph graph_;
};

}  // namespace sess::job
