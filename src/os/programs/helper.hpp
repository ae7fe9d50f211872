// A program that works for this one: it speaks on a socket pair, complains on a pipe, and ends with its
// owner.
//
// For transports (ssh, `kubectl exec`): unlike what spawn.hpp starts it may share this program's session and
// terminal, so that it can ask its user questions; or it gets a terminal of its own, on which its owner
// answers them. Owns the child and reaps it. Knows nothing of what is said on the stream.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

class Helper {
 public:
  enum class Terminal {
    shared,  ///< this program's session and process group
    own,     ///< a session and a pseudo-terminal of its own
  };
  struct Started;

  /// Runs argv (argv[0] is searched in PATH) with this environment; standard input and output are one end of
  /// a socket pair. An error when it cannot be executed.
  [[nodiscard]] static Result<Started> start(const std::vector<std::string>& argv, Terminal terminal);
  /// Ends the program, with what it started where it has a session of its own, and reaps it.
  ~Helper();
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it says on standard error; non-blocking.
  [[nodiscard]] int errors() const { return errors_.get(); }
  /// The master of its own terminal, non-blocking; -1 where it shares this program's.
  [[nodiscard]] int terminal() const { return master_.get(); }
  /// Its wait status once it has ended by itself; waits for that at most so long.
  [[nodiscard]] std::optional<int> wait_status(std::chrono::milliseconds patience);

 private:
  Helper(pid_t pid, UniqueFd errors, UniqueFd master, UniqueFd slave)
      : pid_(pid), errors_(std::move(errors)), master_(std::move(master)), slave_(std::move(slave)) {}

  pid_t pid_;
  UniqueFd errors_;
  UniqueFd master_;
  UniqueFd slave_;  // open here, so that the terminal is not at its end before the program opens it
  std::optional<int> status_;
};

struct Helper::Started {
  UniqueFd stream;
  std::unique_ptr<Helper> helper;
};

}  // namespace sess::os
