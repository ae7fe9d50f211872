// The daemon's socket in the file system: made, watched, put back when it vanishes, removed at the end.
//
// Owns the claim (directory and lock) and the listener. The socket, the lock file and even the directory may
// be deleted or moved by anybody with the user's rights (rm, a cleaner of /tmp) while programs live.
#pragma once

#include <functional>
#include <memory>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "keeper/claim.hpp"
#include "os/loop.hpp"
#include "os/path_watch.hpp"
#include "os/runtime_paths.hpp"

namespace sess::keeper {

/// Which inode has the socket's name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

class SocketFile {
 public:
  /// on_replaced runs after a new listener took the place of the old one.
  SocketFile(os::Loop& loop, os::RuntimePaths paths, Claim claim, std::function<void()> on_replaced);

  /// Binds and listens. Lets go of the starting lock.
  Result<> bind();
  /// Uses a listener that a supervisor or the code before made; `identity` is its file when it is ours to
  /// remove and restore. Lets go of the starting lock.
  void adopt(UniqueFd listener, std::optional<FileIdentity> identity);

  /// Puts back whatever is missing; tries again by itself for a while when that fails.
  void check();
  /// Removes socket and lock file, under both locks. The listener stays open until destruction.
  void remove();

  [[nodiscard]] int listener() const { return listener_.get(); }
  [[nodiscard]] UniqueFd take_listener() { return std::move(listener_); }
  [[nodiscard]] const std::optional<FileIdentity>& identity() const { return identity_; }
  [[nodiscard]] const Claim& claim() const { return claim_; }

 private:
  Result<> listen();
  Result<bool> restore();
  Result<> restore_claim();
  [[nodiscard]] bool directory_in_place() const;
  [[nodiscard]] std::optional<FileIdentity> named_socket() const;
  void watch();

  os::Loop& loop_;
  os::RuntimePaths paths_;
  Claim claim_;
  std::function<void()> on_replaced_;
  UniqueFd listener_;
  std::optional<FileIdentity> identity_;  // none: a supervisor's socket, not ours
  std::unique_ptr<os::PathWatch> watch_;
  os::Timer retry_;
  int failures_ = 0;
};

}  // namespace sess::keeper
