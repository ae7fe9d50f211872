// The lock file beside a socket: who may start, and who is running.
//
// Two locks in one file. `running` is held by a daemon for its life. `starting` is held by whoever decides
// whether there is a daemon: until the new one listens, and again while it removes its socket. So fifty
// starters get one daemon, and only a holder of both may replace or remove a socket. Locks belong to the
// open file (F_OFD_SETLK): a forked child that keeps the descriptor keeps them.
#pragma once

#include <chrono>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

class LockFile {
 public:
  enum class Part { starting, running };

  /// Opens or creates the file (0600); links, foreign and non-regular files are refused.
  [[nodiscard]] static Result<LockFile> open(int dirfd, const std::string& name);

  /// False when another process holds it.
  [[nodiscard]] Result<bool> try_lock(Part part);
  /// Waits up to `limit`; unavailable after that.
  Result<> lock(Part part, std::chrono::milliseconds limit);
  void unlock(Part part);
  /// Whether the directory still has this file under its name: after waiting, a lock on a removed file means
  /// nothing and the caller opens anew.
  [[nodiscard]] bool is_current() const;
  /// Removes the file. Only with both locks held.
  void remove();

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// For a process that received the descriptor (and its locks) from before an exec.
  [[nodiscard]] static LockFile adopt(UniqueFd fd, int dirfd, std::string name);

 private:
  LockFile(UniqueFd fd, int dirfd, std::string name)
      : fd_(std::move(fd)), dirfd_(dirfd), name_(std::move(name)) {}
  UniqueFd fd_;
  int dirfd_;  // not owned: the caller's socket directory
  std::string name_;
};

}  // namespace sess::os
