// Decides what is shown of keys that the far side has not answered yet. Pure: keys, screens, acknowledgements
// and times in, the guess to show out.
//
// A key that is understood gives a guess of what it will make of the screen (guess.hpp); the screen holds it
// when the answer comes, and then it was right. Guesses are shown only where this program is known to echo:
// after the first that was right since the last key that was not understood (an epoch), or at a prompt where
// that was so before. Before, they are made and compared all the same: a password is never confirmed, so it
// is never shown. A guess that was shown and turned out wrong ends the trust, and it takes more than one to
// come back.
//
// After a key that is not understood (Enter, an arrow up, a paste) nothing is known of where the next ones
// will stand, until it is acknowledged: they wait.
//
// The idea of epochs is of "Mosh: An Interactive Remote Shell for Mobile Clients" (USENIX ATC 2012),
// section 3.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "client/prediction/guess.hpp"

namespace sess::client::prediction {

/// --predict: on links that are slow, on all, on none.
enum class Policy : std::uint8_t { automatic, always, never };

class Predictor {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// A link is slow from here on, and no more below the other.
  static constexpr Duration kSlow = std::chrono::milliseconds(60);
  static constexpr Duration kQuick = std::chrono::milliseconds(52);
  /// How long after its acknowledgement an answer may still be under way: where nothing has come, and where
  /// something else has.
  static constexpr Duration kGrace = std::chrono::milliseconds(100);
  static constexpr Duration kGraceOfOther = std::chrono::milliseconds(20);
  static constexpr int kTrustAgain = 3;  ///< right guesses that it takes after a wrong one
  static constexpr std::size_t kMostKeys = 256;
  static constexpr std::size_t kMostPrompts = 16;

  explicit Predictor(Policy policy) : policy_(policy) {}

  /// A key that was sent in this input frame, on a screen that look() has seen.
  void typed(std::uint64_t sequence, const Typed& key, const terminal::Screen& screen, Time now);
  /// The far side has shown what it made of everything up to this frame, or made nothing of it.
  void acknowledged(std::uint64_t sequence, Time now);
  /// After output or an acknowledgement: what was right, what was wrong.
  void look(const terminal::Screen& screen, Time now);
  /// When look() is to be called even if nothing happens.
  [[nodiscard]] std::optional<Time> deadline() const;
  /// How long a question and its answer take, measured otherwise.
  void round_trip(Duration time);
  /// What was typed is for another link or another screen: nothing is guessed of it any more.
  void forget();

  /// What the screen will be, as far as it is shown; nothing when there is nothing to show.
  [[nodiscard]] const Guess* shown() const;
  struct Statistics {
    std::uint64_t right = 0;  ///< characters that were shown before they came
    std::uint64_t wrong = 0;  ///< keys of which something else was shown than what came
  };
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }
  [[nodiscard]] bool active() const;

 private:
  struct Key {
    std::uint64_t sequence = 0;
    Typed typed;
    std::optional<Guess> guess;  ///< nothing: not understood, or behind such a one
    unsigned epoch = 0;
    Time at{};
    std::optional<Time> acknowledged;
  };
  struct Prompt {
    std::string text;
    int col = 0;
    bool operator==(const Prompt&) const = default;
  };

  [[nodiscard]] bool trusted(unsigned epoch) const { return epoch <= trusted_; }
  [[nodiscard]] bool is_shown(const Key& key) const { return key.guess && trusted(key.epoch); }
  [[nodiscard]] std::size_t count_acknowledged() const;
  [[nodiscard]] Duration grace() const { return other_ ? kGraceOfOther : kGrace; }
  bool confirm(const terminal::Screen& screen, Time now);
  void credit(std::size_t count, const terminal::Screen& screen, Time now);
  void drop(std::size_t count);
  void begin_epoch();
  void guess_anew(const terminal::Screen& screen);
  void begin_line(const terminal::Screen& screen);
  void look_for_prompt(const terminal::Screen& screen);

  Policy policy_;
  std::deque<Key> keys_;  ///< sent, and not settled
  Guess before_;          ///< what the screen was before the first of them
  LineStart start_;
  Prompt prompt_;  ///< where this epoch's line began
  unsigned epoch_ = 1;
  unsigned trusted_ = 0;  ///< epochs up to this one
  int needed_ = 1;        ///< right guesses until this epoch is trusted
  bool after_enter_ = true;
  std::string ahead_;    ///< typed since that Enter, and answered
  std::string settled_;  ///< the text before the cursor when the last guess was right
  bool other_ = false;   ///< the screen shows neither what was nor what was guessed
  std::deque<Prompt> prompts_;
  std::optional<Duration> round_trip_;
  bool slow_ = false;
  Statistics statistics_;
};

}  // namespace sess::client::prediction
