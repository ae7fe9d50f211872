// Whether a server that owes an answer hangs, decided from samples of what the kernel did with it. Pure.
//
// Time counts only when the server could have run: not while the machine slept (the monotonic clock stands
// still), not while the keeper itself did not run (a sample counts kMostPerSample at the most), not while the
// server waited for a processor. A server that stands still (stopped, or asleep in a call that does not come
// back) hangs sooner than one that is at work: the work may be long and good, and ends some day.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "os/programs/process.hpp"

namespace sess::keeper {

class HangWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::nanoseconds;

  /// `still`: for a server that does nothing at all; `busy`: for any other.
  struct Limits {
    Span still;
    Span busy;
  };

  /// A gap between samples that is longer was the keeper's own, or everybody's.
  static constexpr Span kMostPerSample = std::chrono::milliseconds(200);

  /// An answer is due from now on.
  void begin(Time now, const std::optional<os::ProcessProgress>& seen) {
    at_ = now;
    seen_ = seen;
    still_ = busy_ = Span(0);
  }

  /// True when the server hangs. `seen` is empty when /proc does not tell: then all time counts as busy.
  [[nodiscard]] bool look(Time now, const std::optional<os::ProcessProgress>& seen, Limits limits) {
    const Span passed = std::min<Span>(now - at_, kMostPerSample);
    const bool comparable = seen && seen_;
    const Span used = comparable ? seen->cpu - seen_->cpu : Span(0);
    const Span waited = comparable ? seen->waited - seen_->waited : Span(0);
    at_ = now;
    seen_ = seen;
    if (!comparable) {
      busy_ += passed;
    } else if (seen->state == 'R') {
      still_ = Span(0);
      busy_ += std::min(used, passed);
    } else if (seen->state == 'D') {
      // SIGKILL does not reach it either, and a disk that comes back is better than a server that starts
      // anew.
      busy_ += passed;
    } else if (used > Span(0)) {
      still_ = Span(0);
      busy_ += std::max(Span(0), passed - waited);
    } else {
      still_ += passed;
    }
    return still_ >= limits.still || busy_ >= limits.busy;
  }

 private:
  Time at_{};
  std::optional<os::ProcessProgress> seen_;
  Span still_{0};
  Span busy_{0};
};

}  // namespace sess::keeper
