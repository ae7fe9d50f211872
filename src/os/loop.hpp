// The event loop: one epoll set through libevent, with watches, timers, signals and work at a turn's end.
//
// A turn is: wait, run the callbacks of everything that is ready, run deferred work, run the turn-end hooks.
// Nothing wakes an idle loop. A watch or timer may be destroyed anywhere, also inside its own callback. One
// thread. libevent's headers stay inside loop.cpp. Callbacks must not throw (an exception ends the process).
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"

struct event_base;

namespace sess::os {

namespace detail {
struct Registration;  // an event that the loop knows; lives until its owner and its running callback let go
}

class Loop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Loop>> open();
  ~Loop();  // watches that outlive their loop become inert
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Turns until stop() is called in one of them.
  void run();
  /// Ends run() after the turn that is under way; the rest of that turn still happens.
  void stop();
  /// One turn; waits until there is something to do. For tests and for owners that interleave other work.
  void run_once();
  /// Runs `work` once at the end of this turn; work deferred by deferred work runs in the next turn, at once.
  void defer(std::function<void()> work);
  /// Runs `hook` at the end of every turn, after callbacks and deferred work. Hooks stay for the loop's life.
  void at_turn_end(std::function<void()> hook);

  /// In a forked child, outside of run(): leaves the parent's epoll set alone, gives signal dispositions back
  /// and makes every watch inert. After it the loop can only be destroyed. The child should have all signals
  /// blocked from before the fork until after this call.
  void abandon_after_fork();

 private:
  friend class FdWatch;
  friend class Timer;
  friend class SignalWatch;
  friend struct detail::Registration;
  explicit Loop(event_base* base) : base_(base) {}
  void run_always_ready();
  void release();

  event_base* base_;
  detail::Registration* first_ = nullptr;
  std::deque<std::function<void()>> deferred_;
  std::vector<std::function<void()>> hooks_;
  int always_ready_ = 0;  // watches on regular files, which epoll refuses: ready in every turn
  bool stopping_ = false;
};

/// Calls back while a descriptor is readable or writable (level-triggered), once per direction and turn:
/// (true, false) or (false, true). Hang-up and errors show as both, in the directions that are wanted. Does
/// not own the descriptor: destroy the watch before closing it.
class FdWatch {
 public:
  /// Wants nothing until want() says so.
  FdWatch(Loop& loop, int fd, std::function<void(bool readable, bool writable)> on_ready);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  void want(bool read, bool write);

 private:
  detail::Registration* self_;
};

/// A one-shot timer; starting it again moves it. Resolution one millisecond, never early.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_expired);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(std::chrono::nanoseconds after);
  void stop();
  [[nodiscard]] bool armed() const;

 private:
  detail::Registration* self_;
};

/// Calls back in the loop after a signal was delivered to the process, before any descriptor or timer of that
/// turn: who is continued learns that it was stopped before it reads what came meanwhile. One loop per
/// process may hold these.
class SignalWatch {
 public:
  SignalWatch(Loop& loop, int signo, std::function<void()> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  detail::Registration* self_;
};

}  // namespace sess::os
