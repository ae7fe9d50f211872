#include "cli/replay.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>

#include "base/fault.hpp"
#include "cli/child_limits.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/act/sink.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::cli {
namespace {

/// Fed so many bytes at a time; `at` says where it stands.
void feed(Size size, std::string_view bytes, std::size_t step, std::atomic<std::size_t>& at) {
  terminal::HeapSegmentStore lines;
  terminal::NullSink sink;
  terminal::Emulator emulator(size, lines, sink);
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    at.store(i, std::memory_order_relaxed);
    const auto portion = bytes.substr(i, step);
    SESS_FAULT_IN(portion, "pane-bytes");
    emulator.feed(portion);
  }
}

}  // namespace

Result<std::optional<Harm>> replay(Size size, std::string_view bytes) {
  void* shared = ::mmap(nullptr, sizeof(std::atomic<std::size_t>), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return fail_errno(errno, "cannot map memory");
  auto* at = new (shared) std::atomic<std::size_t>(0);
  std::optional<Harm> harm;
  for (const std::size_t step : {std::size_t{1}, std::max<std::size_t>(bytes.size(), 1)}) {
    const pid_t child = ::fork();
    if (child < 0) return fail_errno(errno, "cannot fork");
    if (child == 0) {
      limit_child(STDERR_FILENO);
      feed(size, bytes, step, *at);
      ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status == 0) continue;
    harm = Harm{status, at->load(std::memory_order_relaxed), step > 1};
    break;
  }
  ::munmap(shared, sizeof(std::atomic<std::size_t>));
  return harm;
}

}  // namespace sess::cli
