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
  /// Watches only the named entries of the directory, by inode, and the directory's own move: nothing that
  /// happens to other entries wakes the loop. on_changed() runs when one of them was unlinked, replaced or
  /// moved (or had its mode changed), or the directory was, or the kernel dropped events: look what is there.
  /// The directory is named by descriptor; missing entries are skipped.
  [[nodiscard]] static Result<std::unique_ptr<PathWatch>> open_entries(Loop& loop, int dirfd,
                                                                       const std::vector<std::string>& names,
                                                                       std::function<void()> on_changed);
  ~PathWatch();
  PathWatch(const PathWatch&) = delete;
  PathWatch& operator=(const PathWatch&) = delete;

 private:
  PathWatch(Loop& loop, UniqueFd fd, std::function<void()> on_changed);
  void on_readable();
  UniqueFd fd_;
  std::function<void()> on_changed_;
  FdWatch watch_;
};

}  // namespace sess::os
