// Tells when entries of a directory disappear (inotify), so that a deleted socket can be put back.
//
// Owns its inotify descriptor and its place in the loop, which outlives it. Says that something happened,
// never what is there now: the callback looks. It may destroy the watch. Used by keeper/socket_file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/loop.hpp"

namespace sess::os {

class PathWatch {
 public:
  /// Calls on_removed(name) for every entry that was deleted or moved away, and with "" when the directory
  /// itself was removed, moved or unmounted. The directory is named by descriptor. A directory that somebody
  /// holds open reports its own removal only through its entries' removal: check it then. "" also when the
  /// kernel dropped events.
  [[nodiscard]] static Result<std::unique_ptr<PathWatch>> open(
      Loop& loop, int dirfd, std::function<void(const std::string& name)> on_removed);
  /// Watches only the named entries of the directory, by inode, and the directory's own move: nothing that
  /// happens to other entries wakes the loop. on_changed() runs when one of them was unlinked, replaced or
  /// moved (or had its mode changed): look what is there. Missing entries are skipped.
  [[nodiscard]] static Result<std::unique_ptr<PathWatch>> open_entries(Loop& loop, int dirfd,
                                                                       const std::vector<std::string>& names,
                                                                       std::function<void()> on_changed);
  ~PathWatch();
  PathWatch(const PathWatch&) = delete;
  PathWatch& operator=(const PathWatch&) = delete;

 private:
  PathWatch(Loop& loop, UniqueFd fd, std::function<void(const std::string&)> on_removed);
  void on_readable();
  UniqueFd fd_;
  std::function<void(const std::string&)> on_removed_;
  FdWatch watch_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sess::os
