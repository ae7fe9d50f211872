#include "os/signals.hpp"

namespace sess::os {

SignalBlock::SignalBlock() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before_);
}

SignalBlock::~SignalBlock() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void reset_signal_dispositions() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signo = 1; signo < NSIG; ++signo) {
    if (signo != SIGKILL && signo != SIGSTOP) sigaction(signo, &standard, nullptr);
  }
}

void unblock_all_signals() noexcept {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void ignore_signal(int signo) noexcept {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  sigaction(signo, &ignored, nullptr);
}

}  // namespace sess::os
