// A lost connection: when to try again, when to say so, and when to give up. Pure: times in, verdicts out.
//
// As long as somebody holds the socket there is a keeper that starts servers, so the client tries for ever.
// Only when nobody has listened for kAbsenceLimit is the server taken for dead.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace sess::client {

class Outage {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  static constexpr Duration kFirstDelay = std::chrono::milliseconds(10);
  static constexpr Duration kLongestDelay = std::chrono::seconds(1);
  static constexpr Duration kNoticeAfter = std::chrono::seconds(2);  ///< until then nothing is shown
  static constexpr Duration kAbortAfter = std::chrono::seconds(1);   ///< from then on Ctrl-C gives up
  static constexpr Duration kAbsenceLimit = std::chrono::seconds(10);
  static constexpr Duration kStable = std::chrono::seconds(1);  ///< a connection this old resets the back-off

  /// The connection ended, or an attempt to make one did. Returns how long to wait before the next attempt:
  /// not at all at first, then twice as long each time.
  Duration lost(Time now) {
    if (!since_) since_ = now;
    if (connected_ && now - *connected_ >= kStable) delay_ = Duration::zero();
    connected_.reset();
    const Duration wait = delay_;
    delay_ = std::clamp(delay_ * 2, kFirstDelay, kLongestDelay);
    return wait;
  }
  /// An attempt found nobody listening.
  void absent(Time now) {
    if (!absent_since_) absent_since_ = now;
  }
  /// An attempt found a listener; it may not have answered yet.
  void present() { absent_since_.reset(); }
  /// The server answered and the attachment goes on.
  void over(Time now) {
    since_.reset();
    absent_since_.reset();
    connected_ = now;
  }

  [[nodiscard]] bool active() const { return since_.has_value(); }
  [[nodiscard]] bool give_up(Time now) const {
    return absent_since_ && now - *absent_since_ >= kAbsenceLimit;
  }
  [[nodiscard]] bool may_abort(Time now) const { return since_ && now - *since_ >= kAbortAfter; }

 private:
  std::optional<Time> since_;         // start of this outage
  std::optional<Time> absent_since_;  // nobody has listened since then
  std::optional<Time> connected_;     // start of the connection that is up
  Duration delay_ = Duration::zero();
};

}  // namespace sess::client
