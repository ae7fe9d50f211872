// What is known of jobs beside the supervisor's own table: where each of them runs, and the programs that run
// for them.
//
// One Place a job, one Run a program. All parts of the jobs read it; Runs and JobControl change it. Decides
// nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;

/// A program that runs for a job, or that ran and whose exit is being recorded.
struct Run {
  std::string job;
  int pid = 0;
  job::WallTime started{};
  int restart = 0;
  bool recording = false;
  int holder = -1;
  bool ended = false;    ///< recorded; what it left behind lives
  job::Time began{};     ///< by the clock that nobody sets
  bool emptied = false;  ///< nothing was left any more when it was still being recorded
};

/// What is kept of a job while it is in the table.
struct Place {
  std::optional<model::PaneId> pane;           ///< where it ran last, while that exists
  std::optional<Size> size;                    ///< that its caller's terminal had
  std::shared_ptr<const std::string> encoded;  ///< as it was saved; none: it changed since
};

class Table {
 public:
  /// All of them outlive this.
  Table(const Parts& parts, job::Supervisor& supervisor, History& history)
      : parts_(parts), supervisor_(supervisor), history_(history) {}

  [[nodiscard]] job::Now now() const { return {parts_.clock.now(), parts_.clock.wall()}; }
  /// The job of this name, or null.
  [[nodiscard]] const job::Job* find(const std::string& name) const { return supervisor_.find(name); }
  [[nodiscard]] const std::map<std::string, job::Job>& jobs() const { return supervisor_.jobs(); }
  [[nodiscard]] Place& place(const std::string& name) { return places_[name]; }
  [[nodiscard]] const std::map<std::string, Place>& places() const { return places_; }
  /// Where it ran last, while that exists.
  [[nodiscard]] std::optional<model::PaneId> pane_of(const std::string& name) const;
  [[nodiscard]] std::optional<Size> size_of(const std::string& name) const;
  /// The pane of none from here on; whose it was, or "".
  std::string take_pane(model::PaneId pane);
  void changed(const std::string& name);
  void forget(const std::string& name) { places_.erase(name); }

  [[nodiscard]] std::map<model::PaneId, Run>& runs() { return runs_; }
  [[nodiscard]] const std::map<model::PaneId, Run>& runs() const { return runs_; }
  /// Whether the pane's present program is a job's.
  [[nodiscard]] bool owns(model::PaneId pane) const { return runs_.count(pane) > 0; }

  /// Why a name is of no job, with the nearest that is one.
  [[nodiscard]] Error unknown(const std::string& name) const;
  /// Exit status of its newest end, or why there is none.
  [[nodiscard]] Result<int> status_of(const std::string& name);
  [[nodiscard]] command::JobUse use(const std::string& name) const;

  /// As encoding.hpp writes jobs, for the next server.
  void restore(const std::vector<std::shared_ptr<const std::string>>& saved);
  [[nodiscard]] std::vector<std::shared_ptr<const std::string>> save();

 private:
  Parts parts_;
  job::Supervisor& supervisor_;
  History& history_;
  std::map<std::string, Place> places_;
  std::map<model::PaneId, Run> runs_;
};

}  // namespace sess::jobs
