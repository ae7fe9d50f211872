// In which order jobs start and which others a start or a stop takes along: After= and Requires= of
// systemd.unit(5).
//
// `requires` pulls the other job in; without `after` both start at the same time. `after` alone pulls nothing
// in: it only orders two jobs that start anyway. A job of type oneshot counts as started when it has ended
// well, any other when its program runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::job {

struct Dependencies {
  std::vector<std::string> after;
  std::vector<std::string> requires_;
  bool oneshot = false;
};

enum class State : std::uint8_t {
  inactive,  ///< never started, or stopped
  waiting,   ///< to be started once others have
  running,
  stopping,    ///< the stop signal has been sent
  restarting,  ///< ended, to be started again after a delay
  exited,      ///< ended well
  failed,
};

/// systemd's words: "inactive", "activating", "running", "deactivating", "auto-restart", "exited", "failed".
[[nodiscard]] std::string_view state_name(State state);

class Graph {
 public:
  /// Adds or replaces a job.
  void set(const std::string& name, Dependencies dependencies);
  void remove(const std::string& name);
  [[nodiscard]] bool contains(const std::string& name) const { return jobs_.count(name) != 0; }

  /// Nothing, or an error that names a cycle of `after` or of `requires` edges as its path: "dependency
  /// cycle: a -> b -> a".
  [[nodiscard]] Result<> check() const;

  /// All that a start of these jobs starts, them included, in an order that may be followed one by one.
  /// Refused for a cycle and for a required job that does not exist ("job a requires b, which does not
  /// exist").
  [[nodiscard]] Result<std::vector<std::string>> start_order(const std::vector<std::string>& names) const;

  /// Jobs that a stop (or restart) of this one takes along, because they require it; in the order to stop:
  /// dependents first.
  [[nodiscard]] std::vector<std::string> stopped_with(const std::string& name) const;

  /// The first job for which `busy` is true and that has to have stopped before this one does: it comes after
  /// this one, or requires it. Empty when there is none.
  [[nodiscard]] std::string stops_before(const std::string& name,
                                         const std::function<bool(const std::string&)>& busy) const;
  /// For every job the time that it and all that have to stop before it take, one after the other.
  [[nodiscard]] std::map<std::string, std::chrono::milliseconds> chain(
      const std::function<std::chrono::milliseconds(const std::string&)>& time) const;

  enum class Ready : std::uint8_t { yes, wait, refused };
  struct Answer {
    Ready ready = Ready::yes;
    std::string because;  ///< the job that is waited for or that failed
  };
  /// Whether a waiting job may start now: every `after` that is itself on its way up has come up; a job that
  /// is required and ordered before has not failed.
  [[nodiscard]] Answer may_start(const std::string& name,
                                 const std::function<State(const std::string&)>& state) const;

 private:
  using Edges = std::vector<std::string> Dependencies::*;
  [[nodiscard]] std::vector<std::string> find_cycle(Edges edges) const;
  /// Whether `later` has to have stopped before `name` does.
  [[nodiscard]] static bool stops_before(const Dependencies& later, const std::string& later_name,
                                         const Dependencies& one, const std::string& name);
  std::map<std::string, Dependencies> jobs_;
};

}  // namespace sess::job
