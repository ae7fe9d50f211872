// Programs that a test runs: exit statuses, and run(), which feeds a program, collects what it says and waits
// for its end. Programs that need a terminal are Pty's business.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/wait.hpp"

namespace sess::test {

/// What waitpid(2) said.
struct ExitStatus {
  int raw = 0;
  [[nodiscard]] bool exited() const;
  /// The exit code, or -1 when a signal ended the program.
  [[nodiscard]] int code() const;
  /// The signal that ended the program, or 0.
  [[nodiscard]] int signal() const;
  [[nodiscard]] bool success() const { return code() == 0; }
};

struct Outcome {
  ExitStatus status;
  std::string out;
  std::string err;
  bool timed_out = false;  ///< the deadline passed and the program was killed
};

/// Runs argv (argv[0] is searched in the environment's PATH) with exactly this environment ("K=V"), gives it
/// the input and then end of file, and waits for its end. Throws when it cannot be started. A program that
/// leaves a daemon behind which keeps stdout open does not hold run() up: it returns when the program ends.
Outcome run(const std::vector<std::string>& argv, const std::vector<std::string>& env,
            std::string_view input = {}, Milliseconds patience = kPatience);

/// In a child between fork and exec: default signals, empty mask, no descriptor beyond stderr, then exec.
/// Writes errno to report_fd and ends when that fails. report_fd must be close-on-exec.
[[noreturn]] void exec_child(char* const* argv, char* const* env, const char* program, int report_fd);

/// The file that execution of `name` with this environment would run; `name` itself when it has a slash.
/// Throws when there is none.
std::string find_program(const std::string& name, const std::vector<std::string>& env);

/// Pointers into the strings, null at the end, as execve(2) wants them.
std::vector<char*> c_strings(const std::vector<std::string>& strings);

/// Waits for a child of this process to end and reaps it; false when the deadline passes first.
bool reap(pid_t child, ExitStatus& status, Milliseconds patience);

}  // namespace sess::test
