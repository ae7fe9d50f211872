// Waiting for facts: the one place of the tests that passes time, and always towards a deadline.
//
// A test says what must become true; it never says how long that takes. kPatience is what a loaded machine
// with sanitizers is given before the fact counts as absent; a test that passes never comes near it.
#pragma once

#include <poll.h>

#include <chrono>
#include <ctime>
#include <functional>

namespace sess::test {

using Milliseconds = std::chrono::milliseconds;

inline constexpr Milliseconds kPatience{20'000};

/// A point in time after which waiting ends.
class Deadline {
 public:
  explicit Deadline(Milliseconds after) : end_(std::chrono::steady_clock::now() + after) {}
  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  /// What is left, rounded up, never negative: fit for poll(2).
  [[nodiscard]] int milliseconds_left() const {
    const auto left = std::chrono::ceil<Milliseconds>(end_ - std::chrono::steady_clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Asks for the fact until it holds or the deadline passes; the answer says which. Between two questions the
/// process rests for a millisecond at first and at most twenty later.
inline bool wait_until(const std::function<bool()>& fact, Milliseconds patience = kPatience) {
  const Deadline deadline(patience);
  for (long rest = 1'000'000;; rest = rest < 20'000'000 ? rest * 2 : rest) {
    if (fact()) return true;
    if (deadline.passed()) return fact();
    const timespec pause{0, rest};
    ::nanosleep(&pause, nullptr);
  }
}

/// Whether the descriptor becomes readable, or is at its end, before the deadline.
inline bool wait_readable(int fd, Milliseconds patience = kPatience) {
  const Deadline deadline(patience);
  for (;;) {
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, deadline.milliseconds_left());
    if (ready > 0) return true;
    if (ready == 0 || deadline.passed()) return false;
  }
}

}  // namespace sess::test
