// How long to wait before the next server, decided from how long the last one lived. Pure.
#pragma once

#include <chrono>

namespace sess::keeper {

class RestartPolicy {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// A server that lived less than `early` died early; the n-th early death in a row is followed by a pause
  /// of first × 2^(n-1), at most `longest`.
  RestartPolicy(Milliseconds early, Milliseconds first, Milliseconds longest)
      : early_(early), first_(first), longest_(longest) {}

  /// The pause before the next start; zero after a server that lived long enough.
  [[nodiscard]] Milliseconds after_death(std::chrono::nanoseconds lived) {
    if (lived >= early_) {
      deaths_ = 0;
      return Milliseconds(0);
    }
    ++deaths_;
    Milliseconds pause = first_;
    for (int i = 1; i < deaths_ && pause < longest_; ++i) pause *= 2;
    return pause < longest_ ? pause : longest_;
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
