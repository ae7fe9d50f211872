#include "os/path_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <utility>

namespace sess::os {
namespace {

constexpr std::size_t kBuffer = 8192;

}  // namespace

Result<std::unique_ptr<PathWatch>> PathWatch::open_entries(Loop& loop, int dirfd,
                                                           const std::vector<std::string>& names,
                                                           std::function<void()> on_changed) {
  UniqueFd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd) return fail_errno(errno, "cannot watch for files (inotify)");
  const std::string directory = fmt::format("/proc/self/fd/{}", dirfd);
  // A bound socket keeps its inode, so unlinking shows as a changed link count (IN_ATTRIB), not as
  // IN_DELETE_SELF.
  const std::uint32_t events = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW;
  for (const auto& name : names) {
    if (inotify_add_watch(fd.get(), (directory + "/" + name).c_str(), events) < 0 && errno != ENOENT) {
      return fail_errno(errno, "cannot watch {} (inotify)", name);
    }
  }
  (void)inotify_add_watch(fd.get(), directory.c_str(), IN_MOVE_SELF | IN_ONLYDIR);
  return std::unique_ptr<PathWatch>(new PathWatch(loop, std::move(fd), std::move(on_changed)));
}

PathWatch::PathWatch(Loop& loop, UniqueFd fd, std::function<void()> on_changed)
    : fd_(std::move(fd)),
      on_changed_(std::move(on_changed)),
      watch_(loop, fd_.get(), [this](bool, bool) { on_readable(); }) {
  watch_.want(true, false);
}

PathWatch::~PathWatch() = default;

void PathWatch::on_readable() {
  alignas(inotify_event) char buffer[kBuffer];
  if (::read(fd_.get(), buffer, sizeof buffer) <= 0) return;
  // Whatever it was: the owner looks. It may destroy this object from its callback.
  const auto call = on_changed_;
  call();
}

}  // namespace sess::os
