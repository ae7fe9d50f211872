#include "os/programs/holder.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace sess::os {
namespace {

void close_all_but(int keep) {
  if (keep > 0) (void)close_range(0, static_cast<unsigned>(keep - 1), 0);
  (void)close_range(static_cast<unsigned>(keep) + 1, ~0U, 0);
}

/// What ps(1) and top(1) show. No more than what stands there already: the words are the keeper's own.
void rename_process() {
  prctl(PR_SET_NAME, "sess: holder");
  const std::size_t room = std::strlen(program_invocation_name);
  std::memset(program_invocation_name, 0, room);
  std::memcpy(program_invocation_name, "sess: holder", std::min(room, sizeof "sess: holder" - 1));
}

/// Until nothing is left. Every signal is blocked; only two are looked at.
[[noreturn]] void hold(pid_t program, int report, const sigset_t& awaited) {
  enum class First { lives, ended, told } first = First::lives;
  HeldEnd end;
  while (true) {
    int status = 0;
    rusage usage{};
    const pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED, &usage);
    if (pid == program && first == First::lives && WIFSTOPPED(status)) {
      // Nobody here could continue it: the program of a terminal without a shell is not suspended by a key.
      if (WSTOPSIG(status) == SIGTSTP) ::kill(-program, SIGCONT);
    } else if (pid == program && first == First::lives) {
      first = First::ended;
      end.wait_status = status;
      end.usage = usage;
    }
    if (pid > 0 || (pid < 0 && errno == EINTR)) continue;
    if (first == First::ended) {
      first = First::told;
      end.left = pid == 0;
      (void)!::write(report, &end, sizeof end);
    }
    if (pid < 0) _exit(0);
    siginfo_t info{};
    if (sigwaitinfo(&awaited, &info) == SIGHUP && first == First::lives) {
      // The terminal is gone: the kernel tells the session's leader alone.
      ::kill(-program, SIGHUP);
      ::kill(-program, SIGCONT);
    }
  }
}

}  // namespace

void become_held(int terminal, int report) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGHUP);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t program = fork();
  if (program < 0) _exit(127);
  if (program == 0) {
    setpgid(0, 0);
    // SIGTTOU is blocked, as every signal is: allowed (POSIX, tcsetpgrp).
    tcsetpgrp(terminal, getpid());
    return;
  }
  rename_process();
  (void)!chdir("/");
  close_all_but(report);
  hold(program, report, awaited);
}

std::optional<HeldEnd> read_held_end(int report) {
  HeldEnd end;
  ssize_t n = 0;
  while ((n = ::read(report, &end, sizeof end)) < 0 && errno == EINTR) {
  }
  if (n != static_cast<ssize_t>(sizeof end)) return std::nullopt;
  return end;
}

}  // namespace sess::os
