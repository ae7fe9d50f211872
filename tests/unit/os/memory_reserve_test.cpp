// Memory that runs out, in a child process with a limit of its own.
#include "os/memory/reserve.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <new>
#include <vector>

#include "support/catch.hpp"

namespace {

constexpr std::size_t kMiB = 1 << 20;

/// 0 when the reserve does what it is for; else the step that went wrong. Not called with sanitizers.
[[maybe_unused]] int use_up_memory() {
  rlimit limit{256 * kMiB, 256 * kMiB};
  // With what the test program maps already.
  std::size_t pages = 0;
  if (FILE* file = fopen("/proc/self/statm", "r"); file != nullptr) {
    if (fscanf(file, "%zu", &pages) != 1) return 1;
    fclose(file);
  }
  limit.rlim_cur = limit.rlim_max = pages * static_cast<std::size_t>(getpagesize()) + 64 * kMiB;
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
  sess::os::keep_memory_reserve(16 * kMiB);
  if (!sess::os::memory_left()) return 3;
  std::vector<std::unique_ptr<char[]>> taken;
  taken.reserve(1000);
  while (sess::os::memory_left()) {
    if (taken.size() == taken.capacity()) return 4;
    taken.emplace_back(new char[kMiB]);  // the one that finds nothing gets it from the reserve
  }
  if (taken.size() < 30) return 5;
  for (int i = 0; i < 8; ++i) taken.emplace_back(new char[kMiB]);  // what is under way
  if (sess::os::memory_left()) return 6;
  taken.clear();
  return sess::os::memory_left() ? 0 : 7;
}

}  // namespace

#ifndef SESS_SANITIZED
TEST_CASE("when memory is used up what is under way still gets some, and it is known", "[os]") {
  const pid_t child = fork();
  if (child == 0) _exit(use_up_memory());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

TEST_CASE("without a reserve memory counts as left", "[os]") {
  CHECK(sess::os::memory_left());
}
