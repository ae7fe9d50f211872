#include "keeper/probation.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "keeper/upgrade.hpp"
#include "os/descriptor.hpp"

extern char** environ;

namespace sess::keeper {
namespace {

constexpr unsigned kLimitSeconds = 60;
constexpr const char* kFailure = "SESS_UPGRADE_FAILED";
constexpr int kFatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGALRM};

/// What a handler needs, made ready before anything can go wrong.
struct State {
  pid_t pid = 0;
  int code = -1;
  char** argv = nullptr;
  std::vector<int> open;           ///< descriptors that were open across exec
  std::vector<char*> environment;  ///< ends with the failure and null
  char failure[256] = {};
  char stack[1 << 16] = {};
  std::vector<UniqueFd> held;
};
State* state = nullptr;

const char* name_of(int signo) {
  switch (signo) {
    case SIGABRT:
      return "it aborted";
    case SIGALRM:
      return "it stood still";
    default:
      return "it crashed";
  }
}

void on_fatal(int signo) {
  Probation::fall_back(name_of(signo));
  signal(signo, SIG_DFL);
  raise(signo);
}

void set_dispositions(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (const int signo : kFatal) sigaction(signo, &action, nullptr);
}

}  // namespace

void Probation::begin(char** argv) {
  const char* number = std::getenv(kCodeBefore);
  if (number == nullptr || state != nullptr) return;
  const int code = std::atoi(number);
  unsetenv(kCodeBefore);
  if (code < 3 || fcntl(code, F_GETFD) < 0) return;
  (void)os::set_close_on_exec(code, true);
  auto made = std::make_unique<State>();
  made->pid = getpid();
  made->code = code;
  made->argv = argv;
  for (const int fd : os::open_descriptors()) {
    if (fd >= 3 && fd != code && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) made->open.push_back(fd);
  }
  std::strcpy(made->failure, kFailure);
  for (char** one = environ; *one != nullptr; ++one) made->environment.push_back(*one);
  made->environment.push_back(made->failure);
  made->environment.push_back(nullptr);
  state = made.release();
  stack_t stack{};
  stack.ss_sp = state->stack;
  stack.ss_size = sizeof state->stack;
  sigaltstack(&stack, nullptr);
  set_dispositions(&on_fatal);
  // All are blocked across exec; a fault whose signal is blocked has no handler.
  sigset_t fatal;
  sigemptyset(&fatal);
  for (const int signo : kFatal) sigaddset(&fatal, signo);
  sigprocmask(SIG_UNBLOCK, &fatal, nullptr);
  std::atexit([] { fall_back("it ended"); });
  alarm(kLimitSeconds);
}

bool Probation::lasts() noexcept {
  return state != nullptr && state->pid == getpid();
}

int Probation::descriptor() noexcept {
  return state != nullptr ? state->code : -1;
}

void Probation::hold(UniqueFd descriptor) {
  if (lasts()) state->held.push_back(std::move(descriptor));
}

void Probation::end() {
  if (state == nullptr) return;
  if (lasts()) alarm(0);
  set_dispositions(SIG_DFL);
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
  close(state->code);
  delete std::exchange(state, nullptr);
}

void Probation::fall_back(const char* why) noexcept {
  if (!lasts()) return;
  std::size_t at = std::strlen(kFailure);
  state->failure[at++] = '=';
  while (*why != '\0' && at + 1 < sizeof state->failure) state->failure[at++] = *why++;
  state->failure[at] = '\0';
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);  // until that code has its handlers
  alarm(0);
  for (const int fd : state->open) (void)fcntl(fd, F_SETFD, 0);
  (void)syscall(SYS_execveat, state->code, "", state->argv, state->environment.data(), AT_EMPTY_PATH);
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

std::string Probation::take_failure() {
  const char* why = std::getenv(kFailure);
  std::string out = why != nullptr ? why : "";
  unsetenv(kFailure);
  return out;
}

}  // namespace sess::keeper
