// Whether and when a job that ended is started again: systemd's words, with a back-off that systemd's default
// lacks.
//
// The delay grows from `delay` by the factor 2 up to `max_delay`; a run of `healthy_after` resets it. More
// than `limit` starts by this policy within `window` and the job stays failed until a person starts it. Time
// is a parameter: the caller's clock, which must not jump (CLOCK_MONOTONIC; it goes on across a restart of
// the server).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "job/exit.hpp"

namespace sess::job {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

enum class Restart : std::uint8_t { no, on_failure, always };

/// "no", "on-failure", "always".
[[nodiscard]] std::optional<Restart> parse_restart(std::string_view text);
[[nodiscard]] std::string_view restart_name(Restart restart);

/// At most `count` restarts within `window`; a count of 0 is no limit.
struct RestartLimit {
  int count = 0;
  Milliseconds window{0};
  bool operator==(const RestartLimit&) const = default;
};

/// "5/10min"; "0" or "none" for no limit.
[[nodiscard]] Result<RestartLimit> parse_restart_limit(std::string_view text);
[[nodiscard]] std::string restart_limit_text(const RestartLimit& limit);

struct RestartPolicy {
  Restart when = Restart::no;
  Milliseconds delay{1000};
  Milliseconds max_delay{60'000};
  Milliseconds healthy_after{60'000};
  RestartLimit limit{};
  SuccessExits success{};
  bool operator==(const RestartPolicy&) const = default;
};

struct Verdict {
  enum class Action : std::uint8_t {
    finish,   ///< ended well, stays ended
    fail,     ///< ended badly, stays ended
    restart,  ///< start it again at `at`
    give_up,  ///< would be restarted, but the limit is reached: failed
  };
  Action action = Action::finish;
  Time at{};  ///< for restart
  Milliseconds delay{0};
  std::string
      reason;  ///< for fail and give_up: a sentence's part, "exited with 1", "restarted 5 times within 10min"
};

/// The history of one job that the verdict depends on. Small, saved with the model.
class RestartTracker {
 public:
  /// The program has been started, by a person or by a verdict.
  void on_started(Time now);
  /// The program ended on its own (not by a stop that was asked for).
  [[nodiscard]] Verdict on_ended(const Exit& exit, const RestartPolicy& policy, Time now);
  /// A person started or stopped the job: delays and limits begin anew, as after systemctl reset-failed.
  void reset();

  /// Restarts since the last reset(), for status and records.
  [[nodiscard]] int restarts() const { return restarts_; }

  void save(ByteWriter& out) const;
  /// Total on any input; a malformed one leaves the reader not ok().
  [[nodiscard]] static RestartTracker restore(ByteReader& in);

 private:
  Time started_{};
  int restarts_ = 0;
  int step_ = 0;             ///< how often the delay has doubled since the last healthy run
  std::deque<Time> recent_;  ///< restarts inside the window, oldest first
};

}  // namespace sess::job
