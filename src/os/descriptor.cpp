#include "os/descriptor.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <optional>
#include <vector>

namespace sess::os {
namespace {

constexpr unsigned kCloseRangeCloexec = 1U << 2U;  // CLOSE_RANGE_CLOEXEC, Linux 5.11

std::optional<rlimit>& remembered_limit() {
  static std::optional<rlimit> limit;
  return limit;
}

/// Numbers in /proc/self/fd, without the one that reads it.
}  // namespace

std::vector<int> open_descriptors() {
  std::vector<int> found;
  DIR* listing = opendir("/proc/self/fd");
  if (listing == nullptr) return found;
  while (const dirent* entry = readdir(listing)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const int fd = static_cast<int>(std::strtol(entry->d_name, nullptr, 10));
    if (fd != dirfd(listing)) found.push_back(fd);
  }
  closedir(listing);
  return found;
}

Result<> set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
    return fail_errno(errno, "cannot make descriptor {} non-blocking", fd);
  }
  return {};
}

Result<> set_close_on_exec(int fd, bool on) {
  const int flags = fcntl(fd, F_GETFD);
  if (flags < 0 || fcntl(fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC) < 0) {
    return fail_errno(errno, "cannot change close-on-exec of descriptor {}", fd);
  }
  return {};
}

Result<Pipe> open_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) < 0) return fail_errno(errno, "cannot open a pipe");
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<UniqueFd> duplicate(int fd) {
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) return fail_errno(errno, "cannot duplicate descriptor {}", fd);
  return copy;
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd wait{fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return fail_errno(errno, "cannot write to descriptor {}", fd);
    }
  }
  return {};
}

Result<std::string> read_all(int fd, std::size_t max) {
  std::string out;
  char block[4096];
  while (out.size() < max) {
    const ssize_t n = ::read(fd, block, std::min(sizeof block, max - out.size()));
    if (n == 0) break;
    if (n > 0) {
      out.append(block, static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      (void)wait_readable(fd, std::chrono::milliseconds(-1));
    } else if (errno != EINTR) {
      return fail_errno(errno, "cannot read from descriptor {}", fd);
    }
  }
  return out;
}

bool wait_readable(int fd, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    pollfd wait{fd, POLLIN, 0};
    int left = -1;
    if (timeout.count() >= 0) {
      const auto rest =
          std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
      left = static_cast<int>(std::clamp<long long>(rest, 0, INT_MAX));
    }
    const int n = poll(&wait, 1, left);
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) return false;
  }
}

void close_all_on_exec() noexcept {
  if (syscall(SYS_close_range, 3U, ~0U, kCloseRangeCloexec) == 0) return;
  // Kernels before 5.11. /proc would need opendir(), which allocates: not allowed between fork and exec.
  rlimit limit{};
  int last = 65536;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536)
    last = static_cast<int>(limit.rlim_cur);
  for (int fd = 3; fd < last; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
  }
}

void close_other_descriptors(std::span<const int> keep) {
  for (const int fd : open_descriptors()) {
    if (fd >= 3 && std::find(keep.begin(), keep.end(), fd) == keep.end()) ::close(fd);
  }
}

Result<> std_descriptors_to_null() {
  ensure_std_descriptors();
  UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail_errno(errno, "cannot open /dev/null");
  for (int fd = 0; fd < 3; ++fd) {
    if (dup2(null.get(), fd) < 0) return fail_errno(errno, "cannot redirect descriptor {}", fd);
  }
  return {};
}

void ensure_std_descriptors() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR);
    if (fd < 0) return;
    if (fd > 2) {
      ::close(fd);
      return;
    }
  }
}

bool descriptors_free(std::size_t count) {
  std::vector<UniqueFd> opened;
  opened.reserve(count);
  while (opened.size() < count) {
    UniqueFd fd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!fd) return errno != EMFILE;
    opened.push_back(std::move(fd));
  }
  return true;
}

void SpareDescriptor::refill() {
  if (!fd_) fd_ = UniqueFd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (!remembered_limit()) remembered_limit() = limit;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

rlimit original_descriptor_limit() {
  if (remembered_limit()) return *remembered_limit();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

void set_original_descriptor_limit(rlimit limit) {
  remembered_limit() = limit;
}

}  // namespace sess::os
