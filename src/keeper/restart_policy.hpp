// How long to wait before the next server, decided from how the last ones ended. Pure.
//
// The keeper owns one, asks it at each death and keeps the timer; it also decides when to give up, from
// failed_starts(). Restarting jobs is another matter: job/restart.hpp.
#pragma once

#include <algorithm>
#include <chrono>

#include "keeper/message.hpp"

namespace sess::keeper {

class RestartPolicy {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// outside: by a signal that no fault of the program raises; own: everything else that a server does to
  /// itself; hung: it did not answer and was killed for it.
  enum class Cause { own, hung, outside };
  [[nodiscard]] static Cause cause_of(const Death& death) {
    if (death.kind == Death::Kind::hung) return Cause::hung;
    return death.kind == Death::Kind::signaled && !is_own_fault(death) ? Cause::outside : Cause::own;
  }

  /// Deaths in a row that are followed by a start at once: programs and people wait for it, and one fault
  /// that a new server does not meet again is the common case.
  static constexpr int kAtOnce = 2;
  /// Killed from outside, a server says nothing about the next one: this much at the most, which also bounds
  /// what an out-of-memory killer can set going.
  static constexpr Milliseconds kLongestAfterKill{100};
  /// A hang is noticed late, so its server lived long: it counts like an early death, unless the server had
  /// been well for this long.
  static constexpr std::chrono::seconds kHangForgotten{60};

  /// A server that lived less than `early` died early. From the third early death in a row on there is a
  /// pause: `first`, then twice as long each time, at most `longest`.
  RestartPolicy(Milliseconds early, Milliseconds first, Milliseconds longest)
      : early_(early), first_(first), longest_(longest) {}

  /// Counts a death and says the pause before the next start; counting begins anew after a server that lived
  /// long enough.
  [[nodiscard]] Milliseconds after_death(std::chrono::nanoseconds lived, Cause cause = Cause::own) {
    const bool hung = cause == Cause::hung;
    if (lived >= (hung ? std::chrono::nanoseconds(kHangForgotten) : std::chrono::nanoseconds(early_))) {
      deaths_ = failed_ = 0;
      if (!hung) return Milliseconds(0);
    }
    ++deaths_;
    if (cause != Cause::outside) ++failed_;
    const int count = cause == Cause::outside ? deaths_ : failed_;
    if (count <= kAtOnce) return Milliseconds(0);
    const Milliseconds most = cause == Cause::outside ? std::min(longest_, kLongestAfterKill) : longest_;
    Milliseconds pause = first_;
    for (int i = kAtOnce + 1; i < count && pause < most; ++i) pause *= 2;
    return std::min(pause, most);
  }

  /// Early deaths and hangs in a row that were the servers' own doing.
  [[nodiscard]] int failed_starts() const { return failed_; }

 private:
  Milliseconds early_;
  Milliseconds first_;
  Milliseconds longest_;
  int deaths_ = 0;
  int failed_ = 0;
};

}  // namespace sess::keeper
