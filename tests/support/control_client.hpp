// A program that drives sess in control mode: a child on two pipes, its lines sent, its answers read and
// checked.
//
// Every line that comes is held against the protocol's rules (tmux(1), CONTROL MODE); what breaks one is kept
// in broken(). Owns the child, which ends with it.
#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "support/process.hpp"

namespace sess::test {

class ControlClient {
 public:
  struct Block {
    long number = 0;
    bool typed = false;  ///< flag 1: the answer to a line of ours
    bool error = false;
    std::vector<std::string> lines;
  };

  /// Throws when it cannot be started.
  ControlClient(const std::vector<std::string>& argv, const std::vector<std::string>& env);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  void send(std::string_view line);
  /// Sends the line and waits for its block; nothing at the deadline.
  std::optional<Block> ask(std::string_view line, Milliseconds patience = kPatience);
  void end_input() { in_.reset(); }

  /// Reads what there is, at most `budget` bytes; false when nothing came within the time.
  bool read(Milliseconds patience, std::size_t budget = 1 << 20);
  /// Reads on until the condition holds; false at the deadline.
  template <class Condition>
  bool wait_until(Condition condition, Milliseconds patience = kPatience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (ended_ || std::chrono::steady_clock::now() >= end) return condition();
      read(Milliseconds(20));
    }
    return true;
  }
  std::optional<ExitStatus> wait_exit();

  [[nodiscard]] const std::vector<std::string>& notifications() const { return notifications_; }
  /// Whether one of them begins with this.
  [[nodiscard]] bool was_told(std::string_view begin) const;
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }
  /// What a pane printed, in %output and %extended-output.
  [[nodiscard]] const std::string& output(const std::string& pane) { return outputs_[pane]; }
  /// The first few breaches of the rules; "" when there was none.
  [[nodiscard]] const std::string& broken() const { return broken_; }
  /// What came before the first line and behind the last: -CC's frame.
  [[nodiscard]] const std::string& raw() const { return raw_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void take(std::string_view line);
  void breach(const std::string& text);

  UniqueFd in_, out_;
  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
  bool ended_ = false;
  bool exited_ = false;  ///< %exit came
  std::string raw_, rest_, broken_;
  std::optional<Block> open_;
  std::string open_words_;
  long last_number_ = -1;
  std::size_t answered_ = 0, asked_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::string> notifications_;
  std::map<std::string, std::string> outputs_;
};

}  // namespace sess::test
