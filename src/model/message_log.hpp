// What show-messages prints: the newest sentences that clients were shown and that the server reported. Each
// has a number, growing, so that whoever writes them down writes each once. Bounded by message-limit, and
// each by its length.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace sess::model {

class MessageLog {
 public:
  static constexpr std::size_t kLongest = 4096;

  /// Keeps the newest `limit` (none: 0).
  void add(std::string text, std::size_t limit) {
    if (text.size() > kLongest) text.resize(kLongest);
    lines_.push_back(std::move(text));
    trim(limit);
  }
  void trim(std::size_t limit) {
    while (lines_.size() > limit) {
      lines_.pop_front();
      ++first_;
    }
  }
  /// Oldest first; the number of the first of them.
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }
  [[nodiscard]] std::uint64_t first() const { return first_; }

  void restore(std::vector<std::string> lines, std::uint64_t first) {
    lines_.assign(std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
    first_ = first;
  }

 private:
  std::deque<std::string> lines_;
  std::uint64_t first_ = 0;
};

}  // namespace sess::model
