// The clock as a parameter: monotonic time for decisions, wall time for what people read.
//
// Owners of timers take a `const Clock&` that outlives them. Pure parts take a time point instead and know no
// clock; timers themselves are the loop's.
#pragma once

#include <chrono>

namespace sess::os {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back; only differences mean something.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  /// May jump in either direction when the system's time is set.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;
  /// The system's clock; lives as long as the process.
  [[nodiscard]] static Clock& real();
};

/// A clock that tests move by hand. Starts at an arbitrary fixed time.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return wall_; }
  void advance(std::chrono::nanoseconds by) {
    now_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
    wall_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
  }

 private:
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  std::chrono::system_clock::time_point wall_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace sess::os
