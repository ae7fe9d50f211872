// Acknowledgements of the terminal itself: CSI 5 n is asked behind every few kilobytes, and CSI 0 n, which
// the terminal answers in order, says that it has come so far. Pure: positions, typed bytes and times in.
//
// For a terminal at the other end of an ssh: what its descriptor takes waits in ssh's window, up to a
// megabyte of it. The answers come with what is typed and are counted: as many as were asked are taken out,
// wherever they are split, and none more. While little is shown nothing is asked.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sess::client {

class StatusReports {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::string_view kQuestion = "\033[5n";
  static constexpr std::string_view kAnswer = "\033[0n";
  static constexpr std::uint64_t kEvery = 4096;
  static constexpr std::size_t kMostAsked = 512;
  /// A terminal that does not answer for so long does not know the question; or its link is dead, and slow is
  /// what it is to be taken for until then.
  static constexpr std::chrono::seconds kLimit{10};
  /// How long what may be the beginning of an answer is held back.
  static constexpr std::chrono::milliseconds kPartLimit{50};

  /// Whether to ask behind what has been written up to `position`.
  [[nodiscard]] bool due(std::uint64_t position, Time now) const {
    if (!asked_.empty() && now - asked_.front().when >= kLimit) return false;
    return !mute_ && position - last_ >= kEvery && asked_.size() < kMostAsked;
  }
  void asked(std::uint64_t position, Time now) {
    asked_.push_back({position, now});
    last_ = position;
  }
  /// As much of `written` as the terminal has surely come to.
  [[nodiscard]] std::uint64_t reached(std::uint64_t written, Time now) {
    if (!asked_.empty() && now - asked_.front().when >= kLimit) {
      mute_ = true;
      ignored_ += asked_.size();
      asked_.clear();
    }
    if (!asked_.empty()) written = std::min(written, reached_);
    return reached_ = std::max(reached_, written);
  }
  /// What was typed, without the answers.
  [[nodiscard]] std::string filter(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
      if (c != kAnswer[part_]) out += take_part();
      if (!awaited() || c != kAnswer[part_]) {
        out += c;
      } else if (++part_ == kAnswer.size()) {
        part_ = 0;
        answered();
      }
    }
    return out;
  }
  /// Something is held back; take_part() gives it up when no more came within kPartLimit.
  [[nodiscard]] bool holds_part() const { return part_ > 0; }
  [[nodiscard]] std::string take_part() {
    std::string out(kAnswer.substr(0, part_));
    part_ = 0;
    return out;
  }
  /// Answers are under way: who leaves the terminal now leaves them to the next reader.
  [[nodiscard]] bool awaited() const { return !asked_.empty() || ignored_ > 0; }
  [[nodiscard]] bool awaited(Time now) const { return !asked_.empty() && now - asked_.back().when < kLimit; }

 private:
  struct Asked {
    std::uint64_t position;
    Time when;
  };
  void answered() {
    if (ignored_ > 0) {
      --ignored_;
      if (ignored_ == 0) mute_ = false;
      return;
    }
    reached_ = asked_.front().position;
    asked_.pop_front();
  }

  std::deque<Asked> asked_;
  std::uint64_t last_ = 0;     ///< the position of the last question
  std::uint64_t reached_ = 0;  ///< the terminal has come to here
  std::size_t ignored_ = 0;    ///< answers that are not waited for any more
  std::size_t part_ = 0;       ///< bytes of an answer that has begun
  bool mute_ = false;          ///< it does not answer
};

}  // namespace sess::client
