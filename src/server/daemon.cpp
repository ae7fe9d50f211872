#include "server/daemon.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "display/pane_limits.hpp"
#include "jobs/control.hpp"
#include "panes/window_names.hpp"
#include "peers/alerts.hpp"
#include "peers/session_watch.hpp"
#include "server/clients.hpp"
#include "server/connections.hpp"
#include "server/programs.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"

namespace sess::server {
namespace {

/// A daemon that nobody connects to (its starter died) does not stay for ever.
constexpr std::chrono::seconds kFirstClientLimit{30};
/// From the first connection on, the client that started the daemon has this long to say what for: another
/// one's question that is answered before must not make the daemon leave.
constexpr std::chrono::seconds kStarterLimit{1};
/// What the keeper takes to act on Leave, generously.
constexpr std::chrono::milliseconds kLeaving{500};
/// A disk that takes longer to write what comes back with `restore` is not waited for.
constexpr std::chrono::seconds kDiskLimit{10};

}  // namespace

struct Daemon::After {
  After(os::Loop& loop, std::function<void()> expired) : timer(loop, std::move(expired)) {}
  os::Timer timer;
};

Daemon::Daemon(const Parts& parts)
    : loop_(parts.loop),
      clock_(parts.clock),
      model_(parts.model),
      queue_(parts.queue),
      link_(parts.link),
      remote_(parts.remote),
      terminals_(parts.terminals),
      shells_(parts.shells),
      checkpoint_(parts.checkpoint),
      clients_(parts.clients),
      programs_(parts.programs),
      limits_(parts.limits),
      connections_(parts.connections),
      alerts_(parts.alerts),
      names_(parts.names),
      session_watch_(parts.session_watch),
      jobs_(parts.jobs),
      saved_sessions_(parts.saved_sessions),
      first_client_timer_(parts.loop, [this] { may_leave_ = true; }) {}

Daemon::~Daemon() = default;

void Daemon::begin() {
  if (model_.sessions().empty()) return first_client_timer_.start(kFirstClientLimit);
  may_leave_ = true;
}

void Daemon::expect_starter() {
  if (!std::exchange(had_client_, true) && !may_leave_) first_client_timer_.start(kStarterLimit);
}

void Daemon::leave_if_empty() {
  if (!model_.sessions().empty()) {
    left_ = false;
    may_leave_ = true;
    first_client_timer_.stop();
  }
  if (stopping_ || left_ || !may_leave_ || !remote_.empty()) return;
  const bool unattached = model_.globals().server.flag("exit-unattached");
  if (!unattached && (!model_.sessions().empty() || !model_.globals().server.flag("exit-empty"))) return;
  if (!queue_.idle() || queue_.configuring() || shells_.busy() || jobs_.runs().busy()) return;
  if (unattached && !model_.sessions().empty()) return end_server([] {});
  left_ = true;
  log::info("nothing is left: the daemon ends");
  // Who connects now finds the next daemon, instead of this one in its last moments. (The keeper stays when a
  // program is still dying: then connections are taken again.)
  connections_.pause(kLeaving);
  if (auto sent = link_.send(keeper::Leave{}); !sent) loop_.stop();
}

void Daemon::stop() {
  saved_sessions_.freeze(SavedSessions::Programs::ending, [] {});
  stopping_ = true;
  programs_.daemon_ends();
  jobs_.runs().stop_all();
  for (auto& [id, pane] : terminals_) pane->checkpoint();
  clients_.end_all("[server exited]");
}

void Daemon::end_server(std::function<void()> done) {
  stopping_ = true;
  programs_.daemon_ends();
  clients_.end_all("[server exited]");
  // By whichever of the two comes first.
  auto told = std::make_shared<std::function<void()>>(std::move(done));
  const auto end = [this, told] {
    const auto tell = std::exchange(*told, nullptr);
    if (!tell) return;
    tell();
    // The answers go out first, at the end of this turn: the keeper may end this process as soon as the last
    // job is gone.
    loop_.defer([this] {
      loop_.defer([this] {
        if (auto sent = link_.send(keeper::End{}); !sent) log::error("{}", sent.error().text);
      });
    });
  };
  saved_sessions_.freeze(SavedSessions::Programs::live, end);
  after(kDiskLimit, [end, told] {
    if (*told) log::error("the disk does not take the saved sessions: the daemon ends without them");
    end();
  });
}

void Daemon::upgrade(std::function<void(const std::string& why)> refused) {
  upgrading_.push_back(std::move(refused));
  if (auto sent = link_.send(keeper::Upgrade{}); !sent) {
    loop_.defer([this, why = sent.error().text] { on_not_upgraded(why); });
  }
}

void Daemon::on_not_upgraded(const std::string& why) {
  for (const auto& refused : std::exchange(upgrading_, {})) refused(why);
}

void Daemon::after(std::chrono::milliseconds delay, std::function<void()> done) {
  auto cell = std::make_shared<std::weak_ptr<After>>();
  auto entry = std::make_shared<After>(loop_, [this, cell, done = std::move(done)] {
    const auto self = cell->lock();
    if (self) timers_.erase(self);
    done();
  });
  *cell = entry;
  entry->timer.start(delay);
  timers_.insert(std::move(entry));
}

std::uint64_t Daemon::room() const {
  return checkpoint_.room();
}

void Daemon::option_changed(std::string_view name) {
  constexpr std::string_view kOfTerminals[] = {"history-limit",    "history-bytes",       "scroll-on-clear",
                                               "alternate-screen", "rectangle-checksums", "pane-colours",
                                               "tmux-defaults"};
  if (std::find(std::begin(kOfTerminals), std::end(kOfTerminals), name) != std::end(kOfTerminals)) {
    limits_.apply();
  }
  if (name.starts_with("automatic-rename")) names_.look_at_all();
  if (name == "lock-after-time") session_watch_.on_lock_time_changed();
  if (name == "monitor-silence") alerts_.watch_silence();
  remote_.redraw_all();
}

}  // namespace sess::server
