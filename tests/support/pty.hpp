// A program on a real pseudo-terminal, seen from the terminal's side: what a user's terminal emulator does,
// without the emulator. Deliberately does not use src/os, which it helps to test.
//
// A Pty owns the master side and its child. Its destructor kills and reaps that child and nobody else.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/size.hpp"
#include "support/process.hpp"

namespace sess::test {

class Pty {
 public:
  /// Starts argv as leader of a new session with the PTY as its controlling terminal and exactly this
  /// environment. An empty directory means the current one. Throws when the program cannot be started.
  Pty(const std::vector<std::string>& argv, const std::vector<std::string>& env, Size size = {},
      const std::string& directory = {});
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  /// Output that has arrived and was not returned yet; does not wait.
  std::string read_available();
  /// Waits until there is something to read or the program has closed the terminal.
  bool wait_output(Milliseconds patience = kPatience);
  /// Collects output until it contains the text; returns all that was read, with or without it.
  std::string read_until(std::string_view text, Milliseconds patience = kPatience);
  /// Writes all bytes; output that arrives meanwhile is kept for read_available(). Throws at the deadline.
  void write(std::string_view bytes, Milliseconds patience = kPatience);

  /// Sets the terminal's size; the kernel sends SIGWINCH.
  void resize(Size size);
  /// To the child alone. Nothing happens once it has been reaped.
  void signal(int signo);
  /// Waits for the child's end, reading on meanwhile; nothing when the deadline passes first.
  std::optional<ExitStatus> wait_exit(Milliseconds patience = kPatience);

  [[nodiscard]] bool closed() const { return closed_; }  ///< nobody has the terminal's other side open
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int fd() const { return master_.get(); }
  [[nodiscard]] const std::string& tty() const { return tty_; }

 private:
  void collect();

  UniqueFd master_;
  std::string tty_;
  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
  std::string output_;
  bool closed_ = false;
};

}  // namespace sess::test
