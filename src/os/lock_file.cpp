#include "os/lock_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/directory.hpp"

namespace sess::os {
namespace {

constexpr int kRetryMs = 3;

struct flock range_of(LockFile::Part part, short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = part == LockFile::Part::starting ? 0 : 1;
  range.l_len = 1;
  return range;
}

}  // namespace

Result<LockFile> LockFile::open(int dirfd, const std::string& name) {
  auto fd = open_private_file(dirfd, name);
  if (!fd) return pass(fd.error());
  return LockFile(std::move(*fd), dirfd, name);
}

LockFile LockFile::adopt(UniqueFd fd, int dirfd, std::string name) {
  return LockFile(std::move(fd), dirfd, std::move(name));
}

Result<bool> LockFile::try_lock(Part part) {
  struct flock range = range_of(part, F_WRLCK);
  if (fcntl(fd_.get(), F_OFD_SETLK, &range) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return fail_errno(errno, "cannot lock {}", name_);
}

Result<> LockFile::lock(Part part, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    auto got = try_lock(part);
    if (!got) return pass(got.error());
    if (*got) return {};
    if (std::chrono::steady_clock::now() >= end) {
      return fail(ErrorCode::unavailable, "another process has held the lock {} for too long", name_);
    }
    poll(nullptr, 0, kRetryMs);  // F_OFD_SETLKW has no time limit, and holders hold it for milliseconds
  }
}

void LockFile::unlock(Part part) {
  struct flock range = range_of(part, F_UNLCK);
  fcntl(fd_.get(), F_OFD_SETLK, &range);
}

bool LockFile::is_current() const {
  struct stat own {};
  struct stat named {};
  return fstat(fd_.get(), &own) == 0 && fstatat(dirfd_, name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void LockFile::remove() {
  if (is_current()) unlinkat(dirfd_, name_.c_str(), 0);
}

}  // namespace sess::os
