// Shell commands outside any pane, which commands start and formats show the output of.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sess::command {

/// A shell command outside any pane, its output collected (run-shell, if-shell, #()).
struct ShellRequest {
  std::string command;
  std::string cwd;
  std::vector<std::string> env;
  std::optional<std::string> input;  ///< its stdin; none: /dev/null
  unsigned umask = 022;
  bool errors = true;  ///< what it writes to stderr is output, too; false: it goes nowhere
  std::chrono::milliseconds limit{
      0};  ///< it is killed, with all that it started, when it takes longer; 0: never
};

struct ShellResult {
  int exit_status = 0;  ///< 128+n when a signal ended it, as shells say
  std::string output;   ///< stdout and stderr, at most 1 MiB
  bool timed_out = false;
};

/// One that has not ended, for show-messages -J.
struct RunningShell {
  std::string command;
  int fd = -1;  ///< that its output is read from; -1: it has closed it
  long pid = 0;
};

class ShellPort {
 public:
  virtual void run_shell(ShellRequest, std::function<void(ShellResult)> done) = 0;
  /// The newest output line of #(command): runs in the background, at most once a second, and has the
  /// statuses redrawn when it changes. Nothing until it ended; `<'command' not ready>` after a second.
  /// Each umask has a run of its own: what a command leaves in files is its user's.
  virtual std::string shell_output(std::string_view command, std::string_view cwd, unsigned umask) = 0;
  /// In the order of their process numbers.
  [[nodiscard]] virtual std::vector<RunningShell> running_shells() const = 0;

 protected:
  ~ShellPort() = default;
};

}  // namespace sess::command
