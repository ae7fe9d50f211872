#include "os/path_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace sess::os {
namespace {

constexpr std::uint32_t kSelfGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_ATTRIB;
constexpr std::size_t kBuffer = 8192;

}  // namespace

Result<std::unique_ptr<PathWatch>> PathWatch::open(Loop& loop, int dirfd,
                                                   std::function<void(const std::string&)> on_removed) {
  UniqueFd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd) return fail_errno(errno, "cannot watch for files (inotify)");
  const std::string path = fmt::format("/proc/self/fd/{}", dirfd);
  const std::uint32_t events = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (inotify_add_watch(fd.get(), path.c_str(), events) < 0) {
    return fail_errno(errno, "cannot watch a directory (inotify)");
  }
  return std::unique_ptr<PathWatch>(new PathWatch(loop, std::move(fd), std::move(on_removed)));
}

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
  return std::unique_ptr<PathWatch>(
      new PathWatch(loop, std::move(fd), [call = std::move(on_changed)](const std::string&) { call(); }));
}

PathWatch::PathWatch(Loop& loop, UniqueFd fd, std::function<void(const std::string&)> on_removed)
    : fd_(std::move(fd)),
      on_removed_(std::move(on_removed)),
      watch_(loop, fd_.get(), [this](bool, bool) { on_readable(); }) {
  watch_.want(true, false);
}

PathWatch::~PathWatch() {
  *alive_ = false;
}

void PathWatch::on_readable() {
  alignas(inotify_event) char buffer[kBuffer];
  const ssize_t n = ::read(fd_.get(), buffer, sizeof buffer);
  if (n <= 0) return;
  std::vector<std::string> removed;
  for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
    inotify_event event{};
    std::memcpy(&event, buffer + at, sizeof event);
    const char* name = buffer + at + sizeof event;
    if ((event.mask & kSelfGone) != 0 || (event.mask & IN_Q_OVERFLOW) != 0) {
      removed.emplace_back();
    } else if (event.len > 0) {
      removed.emplace_back(name, strnlen(name, event.len));
    }
    at += sizeof event + event.len;
  }
  // The owner may destroy this object from its callback.
  const auto alive = alive_;
  const auto call = on_removed_;
  for (const auto& name : removed) {
    if (!*alive) return;
    call(name);
  }
}

}  // namespace sess::os
