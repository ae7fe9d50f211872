#include "os/programs/child_slots.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.hpp"

namespace sess::os {
namespace {

constexpr unsigned kCloseRangeUnshare = 1U << 1U;  // CLOSE_RANGE_UNSHARE, Linux 5.9

// A table that cannot grow beyond this is copied in no time, and its numbers are needed for panes.
constexpr rlim_t kSmallTable = 256;

// How many children may share the table at once: a child does for as long as it takes to be scheduled.
constexpr std::size_t kSlots = 3;

struct Slots {
  int null = -1;
  std::array<std::array<int, ChildSlot::kNumbers>, kSlots> numbers{};
  std::array<bool, kSlots> used{};
};

Slots& slots() {
  static Slots all;
  return all;
}

void close_numbers(int first, int last) noexcept {
  if (first > last) return;
  if (syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(last), 0U) == 0) return;
  for (int fd = first; fd <= last; ++fd) ::close(fd);
}

}  // namespace

void reserve_child_slots() {
  Slots& all = slots();
  if (all.null >= 0) return;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < kSmallTable) return;
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  for (auto& slot : all.numbers) {
    for (auto& number : slot) number = fcntl(null, F_DUPFD_CLOEXEC, 3);
    if (std::count(slot.begin(), slot.end(), -1) == 0) continue;
    for (auto& taken : all.numbers) {
      for (auto& number : taken) {
        if (number > 0) ::close(std::exchange(number, 0));
      }
    }
    ::close(null);
    return;
  }
  all.null = null;
}

ChildSlot::ChildSlot(ChildSlot&& other) noexcept
    : taken_(std::exchange(other.taken_, false)), index_(other.index_), numbers_(other.numbers_) {}

ChildSlot& ChildSlot::operator=(ChildSlot&& other) noexcept {
  if (this == &other) return *this;
  release();
  taken_ = std::exchange(other.taken_, false);
  index_ = other.index_;
  numbers_ = other.numbers_;
  return *this;
}

ChildSlot ChildSlot::take(std::span<const int> fds) {
  Slots& all = slots();
  ChildSlot out;
  if (all.null < 0) return out;
  SESS_CHECK(fds.size() <= kNumbers);
  const auto free = std::find(all.used.begin(), all.used.end(), false);
  out.taken_ = true;
  if (free != all.used.end()) {
    *free = true;
    out.index_ = static_cast<int>(free - all.used.begin());
    out.numbers_ = all.numbers.at(static_cast<std::size_t>(out.index_));
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (dup3(fds[i], out.numbers_.at(i), O_CLOEXEC) < 0) return {};
    }
    return out;
  }
  out.numbers_.fill(-1);
  for (std::size_t i = 0; i < fds.size(); ++i) {
    if ((out.numbers_.at(i) = fcntl(fds[i], F_DUPFD_CLOEXEC, 3)) < 0) return {};
  }
  return out;
}

void ChildSlot::release() noexcept {
  if (!std::exchange(taken_, false)) return;
  Slots& all = slots();
  for (const int number : numbers_) {
    if (index_ >= 0) {
      (void)dup3(all.null, number, O_CLOEXEC);
    } else if (number >= 0) {
      ::close(number);
    }
  }
  if (index_ >= 0) all.used.at(static_cast<std::size_t>(index_)) = false;
}

int leave_shared_descriptors(std::span<const int> keep) noexcept {
  const int highest = *std::max_element(keep.begin(), keep.end());
  if (syscall(SYS_close_range, static_cast<unsigned>(highest) + 1, ~0U, kCloseRangeUnshare) != 0 &&
      unshare(CLONE_FILES) != 0) {
    return errno;
  }
  int first = 3;
  while (first < highest) {
    int next = highest;
    for (const int fd : keep) {
      if (fd >= first && fd < next) next = fd;
    }
    close_numbers(first, next - 1);
    first = next + 1;
  }
  return 0;
}

}  // namespace sess::os
