#include "keeper/server_process.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/log.hpp"

namespace sess::keeper {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLingering{2000};  // between the link's end and the process's
constexpr milliseconds kThrottle{10};
constexpr HangWatch::Span kLongestBusyLimit = std::chrono::seconds(60);
constexpr HangWatch::Span kLongestSample = milliseconds(100);
constexpr std::size_t kMostUnsent = 8U << 20U;

}  // namespace

ServerProcess::ServerProcess(os::Loop& loop, Owner& owner, const os::Clock& clock, HangWatch::Limits limits)
    : loop_(loop),
      owner_(owner),
      clock_(clock),
      limits_(limits),
      busy_limit_(limits.busy),
      sample_timer_(loop, [this] { look_at_it(); }),
      kill_timer_(loop,
                  [this] {
                    if (pid_ > 0) ::kill(pid_, SIGKILL);
                  }),
      throttle_timer_(loop, [this] { flush(); }) {}

void ServerProcess::started(pid_t pid, UniqueFd socket) {
  pid_ = pid;
  reason_ = Death::Kind::none;
  asked_ = false;
  started_ = clock_.now();
  link_ = std::make_unique<KeeperLink>(std::move(socket));
  watch_ =
      std::make_unique<os::FdWatch>(loop_, link_->fd(), [this](bool, bool writable) { on_ready(writable); });
  watch_->want(true, false);
}

void ServerProcess::send(const ToServer& message) {
  if (!link_) return;
  log::debug("to the server: {}", trace(message));
  if (auto queued = link_->send(message); !queued) return cannot_tell(queued.error());
  if (link_->unsent_bytes() > kMostUnsent) {
    log::error("the server does not read: {} bytes wait", link_->unsent_bytes());
    return kill(Death::Kind::hung);
  }
  flush();
}

/// Without what it was to be told its picture would be wrong for good; the next server gets a whole one.
void ServerProcess::cannot_tell(const Error& why) {
  log::error("cannot send to the server: {}", why.text);
  kill(Death::Kind::none);
}

void ServerProcess::flush() {
  if (!link_) return;
  if (auto flushed = link_->flush(); !flushed) {
    // Its end of the link is closed: what it sent before is still to be read, end of file follows.
    log::debug("the server's link is closed: {}", flushed.error().text);
    watch_->want(true, false);
    return;
  }
  const bool throttled = link_->throttled();
  if (throttled) throttle_timer_.start(kThrottle);
  watch_->want(true, link_->unsent() && !throttled);
}

void ServerProcess::on_ready(bool writable) {
  if (writable) {
    flush();
  } else {
    read_messages();
  }
}

/// Reads once and hands out what is whole; false when there was nothing to read.
bool ServerProcess::read_messages() {
  if (!link_) return false;
  const auto fed = link_->feed();
  if (!fed || fed->eof) {
    drop_link();
    if (!kill_timer_.armed()) kill_timer_.start(kLingering);
    return false;
  }
  while (link_) {
    auto message = link_->next();
    if (!message) {
      log::error("the server sends nonsense: {}", message.error().text);
      kill(Death::Kind::none);  // before it sees that the link is gone, and ends as if all were well
      drop_link();
      return false;
    }
    if (!message->has_value()) break;
    log::debug("from the server: {}", trace(**message));
    if (const auto* pong = std::get_if<Pong>(&**message)) {
      if (pong->serial == ping_serial_) {
        sample_timer_.stop();
        busy_limit_ = limits_.busy;
      }
      continue;
    }
    asked_ = asked_ || std::holds_alternative<Spawn>(**message);
    owner_.on_message(std::move(**message));
  }
  return fed->more;
}

void ServerProcess::drop_link() {
  watch_.reset();
  throttle_timer_.stop();
  link_.reset();
}

void ServerProcess::ping() {
  if (!running() || sample_timer_.armed()) return;
  hang_watch_.begin(clock_.now(), os::process_progress(pid_));
  sample_timer_.start(std::min(limits_.still / 8, kLongestSample));
  send(Ping{++ping_serial_});
}

/// While a pong is due: a sample of what the server does.
void ServerProcess::look_at_it() {
  if (!running()) return;
  if (hang_watch_.look(clock_.now(), os::process_progress(pid_), {limits_.still, busy_limit_})) {
    return kill(Death::Kind::hung);
  }
  sample_timer_.start(std::min(limits_.still / 8, kLongestSample));
}

bool ServerProcess::prove() {
  ping();
  const UniqueFd process(running() ? static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) : -1);
  while (running() && sample_timer_.armed() && !asked_) {
    pollfd ready[] = {{link_ ? link_->fd() : -1, POLLIN, 0}, {process.get(), POLLIN, 0}};
    ::poll(ready, 2, static_cast<int>(kThrottle.count()));
    flush();
    read_messages();
    if (!link_) ::kill(pid_, SIGKILL);  // it can neither be asked nor answer
    if (sample_timer_.armed()) look_at_it();
    int status = 0;
    if (pid_t ended = 0; (ended = ::waitpid(pid_, &status, WNOHANG)) == pid_) reaped(ended, status);
  }
  return running();
}

void ServerProcess::kill(Death::Kind reason) {
  if (!running()) return;
  if (reason_ == Death::Kind::none) reason_ = reason;
  if (reason == Death::Kind::hung) {
    log::error("the server (pid {}) does not answer: killing it", pid_);
    // A recovery that takes longer than the limit must end some day.
    busy_limit_ = std::min(busy_limit_ * 2, std::max(kLongestBusyLimit, limits_.busy));
  }
  ::kill(pid_, SIGKILL);
}

void ServerProcess::end_for_upgrade(milliseconds limit) {
  if (!running()) return;
  reason_ = Death::Kind::upgraded;
  ::kill(pid_, SIGTERM);
  kill_timer_.start(limit);
}

void ServerProcess::close_link(milliseconds limit) {
  drop_link();
  if (running()) kill_timer_.start(limit);
}

bool ServerProcess::reaped(pid_t pid, int status) {
  if (pid != pid_) return false;
  sample_timer_.stop();
  kill_timer_.stop();
  // What it sent before it died counts: a Spawn, a Forget. Not until end of file: a child that the server was
  // just forking may hold its end of the link a moment longer.
  while (read_messages()) {
  }
  drop_link();
  kill_timer_.stop();
  Death death;
  if (reason_ != Death::Kind::none) {
    death.kind = reason_;
  } else if (WIFSIGNALED(status)) {
    death = {Death::Kind::signaled, WTERMSIG(status)};
  } else {
    death = {Death::Kind::exited, WEXITSTATUS(status)};
  }
  pid_ = -1;
  owner_.on_server_died(death, clock_.now() - started_);
  return true;
}

}  // namespace sess::keeper
