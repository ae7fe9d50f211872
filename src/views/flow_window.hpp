// How many bytes may be under way to one client's terminal: a window that grows while acknowledgements come
// back quickly and shrinks when they take long, so that a flood on a slow link is never more than a moment
// ahead.
//
// Pure: owns numbers and times, no socket. The same idea as LEDBAT (RFC 6817): what the link itself takes
// (the least that was seen) is no reason to send less, what queues up behind it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace sess::views {

class FlowWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMin = 4 * 1024;
  static constexpr std::size_t kStart = 64 * 1024;
  static constexpr std::size_t kMax = 1 << 20;
  /// What is sent should be on the user's screen within this time and the link's own. Half of the 0.2 s in
  /// which Ctrl-C in a flood must be seen to act; the repaint takes the other half.
  static constexpr std::chrono::milliseconds kTarget{50};

  void on_sent(std::size_t bytes, Time now);
  /// Bytes that the terminal was not sent, because it was too slow for them.
  void on_discarded(std::uint64_t bytes) { discarded_ += bytes; }
  /// What an acknowledgement was worth. After an impossible one the two ends do not agree, and nothing but a
  /// new connection makes them: both count from its `attached`.
  enum class Verdict { taken, impossible };
  /// `total`: bytes that the client wrote to its terminal since it attached. Impossible: more than was sent,
  /// or fewer than before.
  [[nodiscard]] Verdict on_ack(std::uint64_t total, Time now);
  /// Once, when the client takes bytes again of which it took none for long: its link stood still, or it did.
  [[nodiscard]] bool woke() { return std::exchange(woke_, false); }
  /// The client paused (suspended, locked): what was measured before says nothing about its terminal now.
  /// What is under way stays so, and both ends go on counting.
  void measure_anew(Time now);

  /// All bytes so far: sent, and left out.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t discarded() const { return discarded_; }
  /// Bytes that may be sent now.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::uint64_t in_flight() const { return sent_ - acked_; }
  /// Whether the terminal has taken what it was sent. A client does not acknowledge less than a kilobyte by
  /// itself.
  [[nodiscard]] bool drained() const { return in_flight() < 1024; }
  [[nodiscard]] std::size_t size() const { return window_; }
  /// The terminal is so far away that waiting for each acknowledgement would leave the link idle.
  [[nodiscard]] bool is_far() const { return base_ >= kFar; }
  /// Bytes a second that the terminal took lately; 0 when not measured yet.
  [[nodiscard]] double rate() const { return rate_; }

 private:
  struct Mark {
    std::uint64_t begin, end;  // sent_ before and after this portion
    Time when;
    bool limited;  // the window was (nearly) full: the sample says something about the link
  };
  static constexpr std::chrono::milliseconds kFar{20};
  /// After so long without anything on its way the link may be another one.
  static constexpr std::chrono::seconds kIdle{5};
  /// Longer than a slow link leaves between two acknowledgements; a client that tells its user of a silent
  /// link does so after the same time.
  static constexpr std::chrono::seconds kStill{3};

  std::uint64_t sent_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t discarded_ = 0;
  std::size_t window_ = kStart;
  double rate_ = 0;
  bool woke_ = false;
  std::chrono::nanoseconds base_{0};  ///< the least time to an acknowledgement; 0 when not measured yet
  Time last_ack_{};
  Time waiting_since_{};  ///< for the client to take something of what it acknowledges by itself
  std::deque<Mark> marks_;
};

}  // namespace sess::views
