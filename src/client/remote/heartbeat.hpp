// Whether a link to a far server still carries anything: pure decisions, as Liveness makes them about a
// server.
//
// While a link is in use each end hears something of the other at least every kBeat and a round trip: the
// client pings when it heard nothing, the server answers. What that costs is 40 small packets a minute; a
// link that has been silent for kSilence is taken for dead, and a replacement is dialled.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace sess::client::remote {

class Heartbeat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration kBeat = std::chrono::milliseconds(1600);
  static constexpr Duration kSilence = std::chrono::milliseconds(3000);
  static constexpr Duration kDoubt = std::chrono::milliseconds(1200);
  static constexpr Duration kLeastDoubt = std::chrono::milliseconds(500);  ///< machines are busy, too

  explicit Heartbeat(Time now) : heard_(now) {}

  /// Something arrived.
  void heard(Time now) {
    if (pinged_ && !silent(now)) round_trip_ = now - *pinged_;
    heard_ = now;
    pinged_.reset();
  }
  /// Whether a ping is to be sent now; each is named once.
  [[nodiscard]] bool beat_due(Time now) {
    if (pinged_ || now - heard_ < kBeat) return false;
    pinged_ = now;
    return true;
  }
  /// Nothing is known of the link any more, and the owner pings: it is silent when it says nothing within a
  /// few of its round trips, or within kDoubt where they are not known.
  void doubt(Time now) {
    const Duration patience =
        round_trip_ ? std::clamp<Duration>(3 * *round_trip_ + kLeastDoubt / 2, kLeastDoubt, kDoubt) : kDoubt;
    heard_ = now - kSilence + patience;
    pinged_ = now;
  }
  [[nodiscard]] bool silent(Time now) const { return now - heard_ >= kSilence; }
  [[nodiscard]] Duration silence(Time now) const { return now - heard_; }
  /// Nothing while a ping is under way.
  [[nodiscard]] std::optional<Time> next_beat() const {
    return pinged_ ? std::nullopt : std::optional<Time>(heard_ + kBeat);
  }
  [[nodiscard]] Time last_heard() const { return heard_; }
  /// When beat_due() or silent() change.
  [[nodiscard]] Time deadline() const { return heard_ + (pinged_ ? kSilence : kBeat); }
  /// Between a ping and the next sign of life, the last time.
  [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }

 private:
  Time heard_;
  std::optional<Time> pinged_;
  std::optional<Duration> round_trip_;
};

}  // namespace sess::client::remote
