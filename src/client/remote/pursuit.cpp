#include "client/remote/pursuit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "client/remote/proxy.hpp"

namespace sess::client::remote {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A timer that comes later than this: the process or the machine stood still, and the link may be as alive as
// before.
constexpr milliseconds kLate{1000};

}  // namespace

Pursuit::Pursuit(os::Loop& loop, Route route, Owner owner)
    : loop_(loop),
      route_(std::move(route)),
      owner_(std::move(owner)),
      timer_(loop, [this] { tick(); }),
      heartbeat_(Clock::now()) {
  // Where the kernel does not tell, the pace of the attempts has to do.
  auto watch = os::NetworkWatch::open(loop, [this] { doubt(Clock::now()); });
  if (watch) network_ = std::move(*watch);
}

void Pursuit::use(Channel& channel) {
  far_ = channel.far();
  far_->hush();
  errors_watch_.emplace(loop_, far_->helper().errors(), [this](bool, bool) {
    far_->listen();
    if (far_->errors() < 0) errors_watch_->want(false, false);
  });
  errors_watch_->want(far_->errors() >= 0, false);
  up_ = true;
  heartbeat_ = Heartbeat(Clock::now());
  arm(Clock::now());
}

void Pursuit::leave() {
  up_ = false;
  far_ = nullptr;
  errors_watch_.reset();
}

void Pursuit::heard() {
  const auto now = Clock::now();
  const bool was_silent = heartbeat_.silent(now);
  heartbeat_.heard(now);
  if (!was_silent && !dial_) return;
  // The old link first.
  end_dial();
  redial_.pause();
  if (!resuming_ && said_at_) {
    said_at_.reset();
    owner_.changed();
  }
  arm(now);
}

void Pursuit::lost(std::string reason) {
  const auto now = Clock::now();
  reason_ = std::move(reason);
  redial_.begin(now);
  if (resuming_)
    redial_.failed(now, Redial::Failure::answered, std::uniform_real_distribution<>(0, 1)(random_));
  resuming_ = false;
  look(now);
}

void Pursuit::resumed() {
  if (resuming_) ++reconnects_;
  resuming_ = false;
  redial_.over();
  said_at_.reset();
  reason_.clear();
}

void Pursuit::key_pressed() {
  const auto now = Clock::now();
  if (!redial_.wanted()) return;
  redial_.poke(now, Redial::Poke::person);
  look(now);
}

void Pursuit::answer(std::string_view typed) {
  dial_->answer(typed);
  on_dial();
}

/// The network changed, or this process stood still: the link has to show that it is alive.
void Pursuit::doubt(Clock::time_point now) {
  if (redial_.wanted()) redial_.poke(now, Redial::Poke::network);
  if (up_ && !heartbeat_.silent(now)) {
    heartbeat_.doubt(now);
    owner_.ping();
  }
  look(now);
}

void Pursuit::tick() {
  const auto now = Clock::now();
  if (up_ && !redial_.wanted() && now - planned_ >= kLate) {
    heartbeat_.doubt(now);
    owner_.ping();
  }
  look(now);
}

void Pursuit::look(Clock::time_point now) {
  if (up_ && heartbeat_.beat_due(now)) owner_.ping();
  if (up_ && heartbeat_.silent(now)) redial_.begin(now);
  if (up_ && heartbeat_.silence(now) >= kClientSilence) return owner_.give_up_link();
  if (redial_.due(now) == Redial::Action::dial) dial(now);
  if (out() && (!said_at_ || now - *said_at_ >= seconds(1))) {
    said_at_ = now;
    owner_.changed();
  }
  arm(now);
}

void Pursuit::arm(Clock::time_point now) {
  auto at = now + kClientSilence;
  const auto until = [&at](std::optional<Clock::time_point> other) { at = std::min(at, other.value_or(at)); };
  if (up_ && !heartbeat_.silent(now)) until(heartbeat_.deadline());
  if (up_ && heartbeat_.silent(now)) until(heartbeat_.last_heard() + kClientSilence);
  until(redial_.deadline());
  if ((redial_.wanted() || resuming_) && (!said_at_ || heartbeat_.silent(now)))
    until(said_at_ ? *said_at_ + seconds(1) : heartbeat_.last_heard() + Heartbeat::kSilence);
  planned_ = std::max(at, now);
  timer_.start(planned_ - now);
}

void Pursuit::dial(Clock::time_point now) {
  end_dial();
  redial_.dialled(now);
  ++attempts_;
  auto started = Dial::start(loop_, route_.destination, route_.words, [this] { on_dial(); });
  if (!started) {
    reason_ = started.error().text;
    return redial_.failed(now, Redial::Failure::answered, 0.5);
  }
  dial_ = std::move(*started);
  if (dial_->stage() == Dial::Stage::answered) redial_.progress(now, dial_->waits());
}

void Pursuit::on_dial() {
  const auto now = Clock::now();
  switch (dial_->stage()) {
    case Dial::Stage::calling:
      break;
    case Dial::Stage::answered:
      redial_.progress(now, dial_->waits());
      break;
    case Dial::Stage::failed:
      reason_ = dial_->reason();
      redial_.failed(now, dial_->failure(), std::uniform_real_distribution<>(0, 1)(random_));
      end_dial();
      break;
    case Dial::Stage::through: {
      redial_.pause();
      resuming_ = true;
      Channel channel = dial_->take();
      end_dial();
      return owner_.take_link(std::move(channel));
    }
  }
  redial_.asking(asks());
  if (asks()) {
    said_at_ = now;
    owner_.changed();
  }
  look(now);
}

/// It may be its own callback that this is called from.
void Pursuit::end_dial() {
  if (!dial_) return;
  dial_->stop();
  loop_.defer([over = std::shared_ptr<Dial>(std::move(dial_))] {});
}

bool Pursuit::out() const {
  return asks() || ((redial_.wanted() || resuming_) && heartbeat_.silent(Clock::now()));
}

std::string Pursuit::notice(std::size_t kept_bytes) const {
  const std::string host = route_.destination.shown();
  if (asks()) return fmt::format("[{}] {}", host, dial_->question());
  const auto now = Clock::now();
  const auto time = std::chrono::duration_cast<seconds>(heartbeat_.silence(now)).count();
  // The row may be narrow: what can be done stands in front of what went wrong.
  if (redial_.blocked()) return fmt::format("[sess: a key tries again, Enter ~ . leaves; {}]", reason_);
  std::string text = fmt::format("[sess: no answer from {} for {} s", host, time);
  if (dial_) text += dial_->stage() == Dial::Stage::calling ? "; dialling" : "; logging in";
  if (kept_bytes > 0) text += fmt::format("; {} typed bytes kept", kept_bytes);
  text += "; Enter ~ . leaves";
  if (!dial_ && !reason_.empty()) text += "; " + reason_;
  return text + "]";
}

Pursuit::Statistics Pursuit::statistics() const {
  return {heartbeat_.round_trip(), reconnects_, attempts_};
}

}  // namespace sess::client::remote
