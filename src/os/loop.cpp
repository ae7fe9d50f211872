#include "os/loop.hpp"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"

namespace sess::os {

namespace detail {

/// One or two libevent events with a callback. Owned by its FdWatch, Timer or SignalWatch; a callback that is
/// running holds it too, so the owner may vanish meanwhile.
struct Registration {
  enum class Kind { fd, timer, signal };

  Registration(Loop& of, Kind what, int number, std::function<void(bool, bool)> callback)
      : loop(&of), kind(what), fd(number), on_ready(std::move(callback)) {
    next = of.first_;
    if (next != nullptr) next->previous = this;
    of.first_ = this;
  }

  /// Takes the events out of the loop; idempotent.
  void detach() {
    if (loop == nullptr) return;
    if (event_initialized(&first) != 0) event_del(&first);
    if (event_initialized(&second) != 0) event_del(&second);
    if (always_ready && (want_read || want_write)) --loop->always_ready_;
    if (previous != nullptr) {
      previous->next = next;
    } else {
      loop->first_ = next;
    }
    if (next != nullptr) next->previous = previous;
    next = nullptr;
    previous = nullptr;
    loop = nullptr;
  }

  /// A timer after which `on_ready` is called, counted from now.
  void arm(std::chrono::nanoseconds after) {
    due = std::chrono::steady_clock::now() + after;
    wait_until_due(after);
  }

  void wait_until_due(std::chrono::nanoseconds rest) {
    const auto us = std::chrono::ceil<std::chrono::microseconds>(rest).count();
    const timeval span{static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)};
    event_add(&first, &span);
  }

  /// libevent counts by the kernel's coarse clock, up to a tick behind the one that everybody else reads:
  /// where other work keeps the loop from sleeping until then, it calls before the time. Then the rest is
  /// waited for.
  [[nodiscard]] bool early() {
    if (kind != Kind::timer) return false;
    const auto rest = due - std::chrono::steady_clock::now();
    if (rest <= std::chrono::nanoseconds(0)) return false;
    wait_until_due(rest);
    return true;
  }

  void call(bool readable, bool writable) noexcept {
    ++users;
    on_ready(readable, writable);
    let_go();
  }

  /// Not inlined: g++ 12 cannot see that the count decides and warns about a use after free.
  [[gnu::noinline]] void let_go() {
    if (--users == 0) delete this;
  }

  Loop* loop;
  Kind kind;
  int fd;
  std::function<void(bool, bool)> on_ready;
  event first{};   // reading, the timer or the signal
  event second{};  // writing
  bool want_read = false;
  bool want_write = false;
  bool always_ready = false;
  std::chrono::steady_clock::time_point due{};  // of a timer
  int users = 1;
  Registration* next = nullptr;
  Registration* previous = nullptr;
};

}  // namespace detail

namespace {

using detail::Registration;

void on_event(evutil_socket_t /*fd*/, short what, void* self) {
  auto& registration = *static_cast<Registration*>(self);
  if (!registration.early()) registration.call((what & EV_WRITE) == 0, (what & EV_WRITE) != 0);
}

void on_libevent_message(int severity, const char* text) {
  if (severity >= EVENT_LOG_WARN) {
    log::warn("libevent: {}", text);
  } else {
    log::debug("libevent: {}", text);
  }
}

/// Takes a registration away from its owner.
void drop(Registration*& self) {
  if (self == nullptr) return;
  self->detach();
  std::exchange(self, nullptr)->let_go();
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::open() {
  event_set_log_callback(&on_libevent_message);
  event_config* config = event_config_new();
  if (config == nullptr) return fail(ErrorCode::internal, "cannot create an event loop: out of memory");
  // Timers count from when they are set, not from when the turn began; the clock is a vDSO call.
  event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  if (base == nullptr) return fail(ErrorCode::internal, "cannot create an event loop (epoll)");
  event_base_priority_init(base, 2);  // signals, and the rest, which get 1 without a word (event.h)
  return std::unique_ptr<Loop>(new Loop(base));
}

Loop::~Loop() {
  release();
}

void Loop::release() {
  while (first_ != nullptr) first_->detach();
  if (base_ != nullptr) event_base_free(std::exchange(base_, nullptr));
}

void Loop::run() {
  stopping_ = false;
  while (!stopping_) run_once();
}

void Loop::stop() {
  stopping_ = true;
}

void Loop::defer(std::function<void()> work) {
  deferred_.push_back(std::move(work));
}

void Loop::at_turn_end(std::function<void()> hook) {
  hooks_.push_back(std::move(hook));
}

void Loop::run_once() {
  SESS_CHECK(base_ != nullptr);
  const bool no_wait = !deferred_.empty() || always_ready_ > 0;
  // Once in both cases: EVLOOP_NONBLOCK alone goes on as long as anything is ready, which a descriptor at its
  // end always is, and stop() would never be looked at.
  event_base_loop(base_, EVLOOP_ONCE | (no_wait ? EVLOOP_NONBLOCK : 0) | EVLOOP_NO_EXIT_ON_EMPTY);
  if (always_ready_ > 0) run_always_ready();
  std::deque<std::function<void()>> work;
  work.swap(deferred_);
  for (auto& one : work) one();
  for (std::size_t i = 0; i < hooks_.size(); ++i) hooks_[i]();
}

void Loop::run_always_ready() {
  std::vector<Registration*> ready;
  for (auto* at = first_; at != nullptr; at = at->next) {
    if (!at->always_ready || (!at->want_read && !at->want_write)) continue;
    ++at->users;
    ready.push_back(at);
  }
  for (auto* one : ready) {
    if (one->loop != nullptr && one->want_read) one->call(true, false);
    if (one->loop != nullptr && one->want_write) one->call(false, true);
    one->let_go();
  }
}

void Loop::abandon_after_fork() {
  if (base_ == nullptr) return;
  // Gives this process an epoll set of its own, so that what follows does not touch the parent's.
  SESS_CHECK(event_reinit(base_) == 0);
  deferred_.clear();
  hooks_.clear();
  release();
}

FdWatch::FdWatch(Loop& loop, int fd, std::function<void(bool, bool)> on_ready)
    : self_(new Registration(loop, Registration::Kind::fd, fd, std::move(on_ready))) {
  event_assign(&self_->first, loop.base_, fd, EV_READ | EV_PERSIST, &on_event, self_);
  event_assign(&self_->second, loop.base_, fd, EV_WRITE | EV_PERSIST, &on_event, self_);
  struct stat facts {};
  self_->always_ready = fstat(fd, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode));
}

FdWatch::~FdWatch() {
  drop(self_);
}

void FdWatch::want(bool read, bool write) {
  if (self_ == nullptr || self_->loop == nullptr) return;
  const auto apply = [](event& what, bool wanted, bool& now) {
    if (wanted == now) return;
    if (wanted ? event_add(&what, nullptr) != 0 : event_del(&what) != 0) {
      log::warn("event loop: cannot change the watch on descriptor {}", event_get_fd(&what));
    }
    now = wanted;
  };
  if (self_->always_ready) {
    const bool before = self_->want_read || self_->want_write;
    self_->want_read = read;
    self_->want_write = write;
    self_->loop->always_ready_ += static_cast<int>(read || write) - static_cast<int>(before);
    return;
  }
  apply(self_->first, read, self_->want_read);
  apply(self_->second, write, self_->want_write);
}

Timer::Timer(Loop& loop, std::function<void()> on_expired)
    : self_(new Registration(loop, Registration::Kind::timer, -1,
                             [call = std::move(on_expired)](bool, bool) { call(); })) {
  event_assign(&self_->first, loop.base_, -1, 0, &on_event, self_);
}

Timer::~Timer() {
  drop(self_);
}

void Timer::start(std::chrono::nanoseconds after) {
  if (self_->loop == nullptr) return;
  self_->arm(std::max(after, std::chrono::nanoseconds(0)));
}

void Timer::stop() {
  if (self_->loop != nullptr) event_del(&self_->first);
}

bool Timer::armed() const {
  return self_->loop != nullptr && event_pending(&self_->first, EV_TIMEOUT, nullptr) != 0;
}

SignalWatch::SignalWatch(Loop& loop, int signo, std::function<void()> on_signal)
    : self_(new Registration(loop, Registration::Kind::signal, signo,
                             [call = std::move(on_signal)](bool, bool) { call(); })) {
  event_assign(&self_->first, loop.base_, signo, EV_SIGNAL | EV_PERSIST, &on_event, self_);
  event_priority_set(&self_->first, 0);
  event_add(&self_->first, nullptr);
}

SignalWatch::~SignalWatch() {
  drop(self_);
}

}  // namespace sess::os
