// Whether the server still answers: pure decisions about pings and rings, without any timer of its own.
//
// Nothing is watched unless an answer is due. Then any frame from the server is a sign of life; a quarter of
// a second of silence is a reason to ping (where a ping makes sense), half a second is a reason to ring the
// keeper, again every half second. Ringing early harms nobody: the keeper judges by what the server does with
// the time that it gets (keeper/hang_watch.hpp), and a person waits for this.
#pragma once

#include <chrono>
#include <optional>

namespace sess::client {

class Liveness {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration kPingAfter = std::chrono::milliseconds(250);
  static constexpr Duration kRingAfter = std::chrono::milliseconds(500);

  enum class Ping { yes, no };  ///< before welcome there is nobody to ping
  enum class Action { none, ping, ring };

  /// An answer is due from now on (or was already).
  void expect(Time now, Ping ping = Ping::yes) {
    if (silent_since_) return;
    silent_since_ = now;
    pinged_ = ping == Ping::no;
  }
  /// No answer is due any more.
  void settle() { silent_since_.reset(); }
  /// Something arrived.
  void heard(Time now) {
    if (!silent_since_) return;
    silent_since_ = now;
    pinged_ = false;
  }

  [[nodiscard]] bool expecting() const { return silent_since_.has_value(); }
  /// When due() will want something; nothing while no answer is due.
  [[nodiscard]] std::optional<Time> deadline() const {
    if (!silent_since_) return std::nullopt;
    return *silent_since_ + (pinged_ ? kRingAfter : kPingAfter);
  }
  /// What to do now. Each action is named once; ring again after another kRingAfter.
  [[nodiscard]] Action due(Time now) {
    const auto at = deadline();
    if (!at || now < *at) return Action::none;
    if (!pinged_) {
      pinged_ = true;
      return Action::ping;
    }
    silent_since_ = now;
    return Action::ring;
  }

 private:
  std::optional<Time> silent_since_;
  bool pinged_ = false;
};

}  // namespace sess::client
