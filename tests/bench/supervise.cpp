#include "bench/supervise.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "bench/proc.hpp"

namespace sess::bench {

namespace {

std::string& prefix() {
  static std::string instance;
  return instance;
}

/// SIGCHLD of the worker, or one of the signals that end it.
int wait_for_end(pid_t worker, const sigset_t& signals, int& status) {
  for (;;) {
    int signo = 0;
    if (::sigwait(&signals, &signo) != 0) continue;
    if (signo != SIGCHLD) return signo;
    if (::waitpid(worker, &status, WNOHANG) == worker) return 0;
  }
}

}  // namespace

const std::string& directory_prefix() {
  return prefix();
}

int supervise(std::chrono::seconds limit, const std::function<int()>& work) {
  // Short: the path of a socket below it has at most 107 bytes.
  std::string root = "/tmp/sess-bench-XXXXXX";
  if (::mkdtemp(root.data()) == nullptr) {
    std::perror("mkdtemp");
    return 1;
  }
  prefix() = root + "/";
  sigset_t signals;
  sigset_t before;
  ::sigemptyset(&signals);
  for (const int signo : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD}) ::sigaddset(&signals, signo);
  ::sigprocmask(SIG_BLOCK, &signals, &before);
  become_subreaper();

  const pid_t worker = ::fork();
  if (worker == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ::setpgid(0, 0);  // Ctrl-C is the parent's
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    become_subreaper();
    const int status = work();
    end_descendants();
    std::fflush(nullptr);
    ::_exit(status);
  }
  int status = 1 << 8;
  int ended_by = 0;
  if (worker > 0) {
    ::alarm(static_cast<unsigned>(limit.count()));
    ended_by = wait_for_end(worker, signals, status);
    if (ended_by != 0) ::kill(worker, SIGKILL);
  }
  end_descendants();
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
  if (ended_by != 0) return 128 + ended_by;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sess::bench
