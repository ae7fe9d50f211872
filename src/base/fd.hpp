// UniqueFd owns one file descriptor and closes it: whatever keeps a descriptor keeps one of these.
//
// Move-only; a negative number is none. Functions that only use a descriptor take a plain int. What close(2)
// reports is lost: data that must be on the disk is synced before.
#pragma once

#include <unistd.h>

#include <utility>

namespace sess {

class UniqueFd {
 public:
  UniqueFd() = default;
  /// Takes ownership; a system call's -1 may be given as it is and is tested with operator bool.
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  /// Still owned here; -1 when there is none.
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  /// Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  /// Closes what is owned and owns `fd` from now on. May change errno.
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace sess
