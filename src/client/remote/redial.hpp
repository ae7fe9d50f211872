// When a replacement for a silent or lost link is dialled, and when an attempt is given up. Pure: times in,
// verdicts out.
//
// Silence is the network's: an attempt that got no answer at all is made anew every kPace, because a
// connection that was begun during an outage sleeps longer than the outage. An attempt that was answered is a
// log-in under way and is left alone as long as it gets on. Only failures of the machine that answered make
// the next attempt wait; a refused log-in waits for a person.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace sess::client::remote {

class Redial {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration kPace = std::chrono::milliseconds(1200);
  /// An answered attempt that gets no further: on its way to the log-in, and in it, where a person may be
  /// awaited without a question (a key to be touched, a telephone).
  static constexpr Duration kStuck = std::chrono::seconds(5);
  static constexpr Duration kPerson = std::chrono::seconds(60);
  static constexpr Duration kFirstDelay = std::chrono::milliseconds(500);
  static constexpr Duration kLongestDelay = std::chrono::seconds(10);
  /// Keys do not end an attempt that had no time for an answer yet.
  static constexpr Duration kLeastTry = std::chrono::milliseconds(600);

  enum class Failure {
    unanswered,  ///< nobody was reached
    answered,    ///< somebody was, and it came to nothing
    refused,     ///< the log-in, or the host's key: the same would happen again
  };
  enum class Action { none, dial };  ///< dial: instead of the attempt under way, if there is one
  enum class Poke { network, person };
  enum class Waits { for_network, for_person };

  /// A link is wanted from now on.
  void begin(Time now) {
    if (wanted_) return;
    wanted_ = true;
    next_ = std::max(now, hold_until_);
  }
  /// There is one that works: what failed before is forgotten.
  void over() { *this = Redial(); }
  /// The old link spoke after all, or the replacement is through: no attempt is needed for now.
  void pause() {
    wanted_ = blocked_ = answered_ = asking_ = false;
    dialled_.reset();
  }

  void dialled(Time now) {
    dialled_ = progress_ = now;
    answered_ = asking_ = false;
    ++attempts_;
  }
  /// The attempt got an answer, or got further.
  void progress(Time now, Waits waits) {
    answered_ = true;
    progress_ = now;
    patience_ = waits == Waits::for_person ? kPerson : kStuck;
  }
  /// It waits for a person.
  void asking(bool asks) { asking_ = asks; }
  /// `jitter` is between 0 and 1.
  void failed(Time now, Failure how, double jitter) {
    const Time began = dialled_.value_or(now);
    dialled_.reset();
    asking_ = false;
    blocked_ = how == Failure::refused;
    if (how != Failure::answered) {
      next_ = std::max(now, began + kPace);
      return;
    }
    delay_ = delay_ == Duration::zero() ? kFirstDelay : std::min(delay_ * 2, kLongestDelay);
    next_ = hold_until_ = now + std::chrono::duration_cast<Duration>(delay_ * (0.75 + jitter / 2));
  }
  /// A key was pressed, the network changed, or the machine woke: worth an attempt at once.
  void poke(Time now, Poke why) {
    if (why == Poke::person) blocked_ = false;
    if (!wanted_ || blocked_) return;
    if (!dialled_) {
      if (now >= hold_until_ || why == Poke::network) next_ = now;
    } else if (!answered_ && !asking_ && now - *dialled_ >= kLeastTry) {
      next_at_once_ = true;
    } else if (answered_ && !asking_ && why == Poke::network && now - progress_ >= kStuck) {
      next_at_once_ = true;  // it hangs on the network that was
    }
  }

  [[nodiscard]] Action due(Time now) {
    const auto at = deadline();
    if (!at || now < *at) return Action::none;
    next_at_once_ = false;
    return Action::dial;
  }
  /// When due() will want something by itself; nothing while a person is awaited.
  [[nodiscard]] std::optional<Time> deadline() const {
    if (!wanted_ || blocked_ || asking_) return std::nullopt;
    if (!dialled_) return next_;
    if (next_at_once_) return *dialled_;
    return answered_ ? progress_ + patience_ : *dialled_ + kPace;
  }
  [[nodiscard]] bool wanted() const { return wanted_; }
  [[nodiscard]] bool blocked() const { return blocked_; }
  /// Since the last link that worked.
  [[nodiscard]] int attempts() const { return attempts_; }

 private:
  bool wanted_ = false;
  bool blocked_ = false;
  bool answered_ = false;
  bool asking_ = false;
  bool next_at_once_ = false;
  int attempts_ = 0;
  Time next_{};
  Time hold_until_{};
  std::optional<Time> dialled_;  // the attempt under way
  Time progress_{};
  Duration patience_ = kStuck;
  Duration delay_ = Duration::zero();
};

}  // namespace sess::client::remote
