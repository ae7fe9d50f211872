// Becoming a daemon: two forks, a new session, nothing inherited, and a starter that waits for "ready".
//
// Called by cli/sessd.cpp once the right to be the daemon is decided and before anything runs in a second
// thread; what a client starts is a daemon from its first instruction on (programs/apart.hpp). The report
// goes up the pipe from the keeper (socket listens, or why not) to whoever ran sessd.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

/// The daemon's end of the pipe on which its starter waits.
class ReadyPipe {
 public:
  ReadyPipe() = default;
  explicit ReadyPipe(UniqueFd fd) : fd_(std::move(fd)) {}
  /// Tells the starter its exit status and a line for standard error (may be empty). Once; later calls do
  /// nothing. A daemon that dies without reporting shows as failed.
  void report(int status, std::string_view text = {});
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

/// What the starting process learns: it prints text and exits with status.
struct StarterVerdict {
  int status = 1;
  std::string text;
};

/// Exactly one of the two means something: which one says in which process the caller is.
struct Daemonized {
  std::optional<StarterVerdict> starter;  ///< set in the original process, after the daemon reported
  ReadyPipe ready;                        ///< in the daemon (PPID 1)
};

/// Forks twice. The daemon has its own session without a terminal, cwd /, umask 077, /dev/null on 0, 1 and 2
/// and no descriptors from before except `keep`. The original process returns once the daemon has reported.
/// An error is returned before the fork or in the daemon, which then ends: its starter sees it as failed.
[[nodiscard]] Result<Daemonized> become_daemon(std::span<const int> keep);

}  // namespace sess::os
