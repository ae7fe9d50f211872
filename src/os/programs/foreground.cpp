#include "os/programs/foreground.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/programs/spawn.hpp"
#include "os/signals.hpp"

namespace sess::os {
namespace {

/// Ignores SIGINT while it lives.
class InterruptIgnored {
 public:
  InterruptIgnored() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &before_);
  }
  ~InterruptIgnored() { ::sigaction(SIGINT, &before_, nullptr); }
  InterruptIgnored(const InterruptIgnored&) = delete;
  InterruptIgnored& operator=(const InterruptIgnored&) = delete;

 private:
  struct sigaction before_ {};
};

}  // namespace

Result<int> run_in_foreground(const std::vector<std::string>& argv) {
  const auto words = exec_pointers(argv);
  const InterruptIgnored ignored;
  pid_t pid = -1;
  {
    const SignalBlock block;
    pid = ::fork();
    if (pid == 0) {
      reset_signal_dispositions();
      unblock_all_signals();
      ::execv(words[0], words.data());
      ::_exit(127);
    }
  }
  if (pid < 0) return fail_errno(errno, "fork");
  for (;;) {
    int status = 0;
    if (::waitpid(pid, &status, WUNTRACED) < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, "waitpid");
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    ::raise(SIGSTOP);
    ::kill(pid, SIGCONT);
  }
}

}  // namespace sess::os
