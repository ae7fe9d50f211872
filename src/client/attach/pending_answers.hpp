// Whether the terminal still owes answers to what it was asked, so that a client that ends does not leave
// them to the shell's input. Pure; the clock is a parameter.
#pragma once

#include <chrono>
#include <string_view>

namespace sess::client {

class PendingAnswers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A terminal that has not answered after this will not.
  static constexpr std::chrono::milliseconds kLimit{1000};

  void asked(Time now) {
    since_ = now;
    asked_ = true;
    state_ = State::text;
  }
  /// What the terminal sent. The answer that comes last is DA1's: CSI ? digits and semicolons c.
  void typed(std::string_view bytes) {
    for (const char c : bytes) {
      if (!asked_) return;
      step(c);
    }
  }
  [[nodiscard]] bool awaited(Time now) const { return asked_ && now - since_ < kLimit; }

 private:
  enum class State { text, escape, bracket, parameters };
  void step(char c) {
    if (c == '\033') {
      state_ = State::escape;
    } else if (state_ == State::escape && c == '[') {
      state_ = State::bracket;
    } else if (state_ == State::bracket && c == '?') {
      state_ = State::parameters;
    } else if (state_ == State::parameters && ((c >= '0' && c <= '9') || c == ';')) {
      // more of them
    } else {
      if (state_ == State::parameters && c == 'c') asked_ = false;
      state_ = State::text;
    }
  }

  Time since_{};
  bool asked_ = false;
  State state_ = State::text;
};

}  // namespace sess::client
