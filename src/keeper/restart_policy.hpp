// How long to wait before the next server, decided from how long the last one lived. Pure.
//
// The keeper owns one, asks it at each death and keeps the timer; it also decides when to give up, from
// early_deaths(). Restarting jobs is another matter: job/restart.hpp.
#pragma once

#include <algorithm>
#include <chrono>

namespace sess::keeper {

class RestartPolicy {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// outside: by a SIGKILL that the keeper did not send; own: everything else, a hang included.
  enum class Cause { own, outside };

  /// Killed from outside (SIGKILL), a server says nothing about the next one, and programs wait for it: this
  /// much at the most, which also bounds what an out-of-memory killer can set going.
  static constexpr Milliseconds kLongestAfterKill{100};

  /// A server that lived less than `early` died early; the n-th early death in a row is followed by a pause
  /// of first × 2^(n-1), at most `longest`.
  RestartPolicy(Milliseconds early, Milliseconds first, Milliseconds longest)
      : early_(early), first_(first), longest_(longest) {}

  /// Counts a death and says the pause before the next start; zero, and counting begins anew, after a server
  /// that lived long enough.
  [[nodiscard]] Milliseconds after_death(std::chrono::nanoseconds lived, Cause cause = Cause::own) {
    if (lived >= early_) {
      deaths_ = 0;
      return Milliseconds(0);
    }
    ++deaths_;
    const Milliseconds most = cause == Cause::own ? longest_ : std::min(longest_, kLongestAfterKill);
    Milliseconds pause = first_;
    for (int i = 1; i < deaths_ && pause < most; ++i) pause *= 2;
    return std::min(pause, most);
  }

  /// Early deaths in a row.
  [[nodiscard]] int early_deaths() const { return deaths_; }

 private:
  Milliseconds early_;
  Milliseconds first_;
  Milliseconds longest_;
  int deaths_ = 0;
};

}  // namespace sess::keeper
