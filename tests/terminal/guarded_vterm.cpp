#include "guarded_vterm.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "support/process.hpp"

namespace sess::test {

namespace {

constexpr std::size_t kPage = 4096;

/// [header page with the mapping's size][block, its end at a page's end][page without access]
void* guarded_allocate(std::size_t size, void*) {
  const std::size_t rounded = (size + 15) / 16 * 16;
  const std::size_t body = (rounded + kPage - 1) / kPage * kPage;
  const std::size_t total = kPage + body + kPage;
  void* mapping = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) ::_exit(3);
  auto* base = static_cast<char*>(mapping);
  ::mprotect(base + kPage + body, kPage, PROT_NONE);
  return base + kPage + body - rounded;
}

/// Blocks are not given back: the child is short-lived, and a use after free would need more than this.
void guarded_free(void*, void*) {}

void limit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

}  // namespace

ChildEnd in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    for (const int signo : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU}) ::signal(signo, SIG_DFL);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_CPU, 1, 5);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, 1);
    ::dup2(null, 2);
    work();
    ::_exit(0);
  }
  ExitStatus status;
  if (!reap(child, status, kPatience)) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return ChildEnd::out_of_time;
  }
  if (status.signal() == SIGXCPU) return ChildEnd::out_of_time;
  return status.success() ? ChildEnd::normal : ChildEnd::crashed;
}

GuardedVterm::GuardedVterm(Size size) {
  static VTermAllocatorFunctions functions{guarded_allocate, guarded_free};
  vt = vterm_new_with_allocator(size.rows, size.cols, &functions, nullptr);
  vterm_set_utf8(vt, 1);
  screen = vterm_obtain_screen(vt);
  static const VTermScreenCallbacks none{};
  vterm_screen_set_callbacks(screen, &none, nullptr);
  vterm_screen_enable_altscreen(screen, 1);
  vterm_screen_reset(screen, 1);
}

void GuardedVterm::feed(const char* bytes, std::size_t length) {
  vterm_input_write(vt, bytes, length);
}

}  // namespace sess::test
