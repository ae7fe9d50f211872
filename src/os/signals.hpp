// Signal masks and dispositions around fork.
//
// Whoever forks blocks every signal first: a signal that reaches the child while it still has the parent's
// handlers would be reported to the parent's loop as the parent's own.
#pragma once

#include <csignal>

namespace sess::os {

/// Blocks all signals of this thread while it lives; then restores the former mask.
class SignalBlock {
 public:
  SignalBlock();
  ~SignalBlock();
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  sigset_t before_;
};

/// Every disposition to its default. Async-signal-safe.
void reset_signal_dispositions() noexcept;
/// An empty mask. Async-signal-safe.
void unblock_all_signals() noexcept;
void ignore_signal(int signo) noexcept;

}  // namespace sess::os
