#include "client/greeting.hpp"

#include <poll.h>

#include <algorithm>
#include <optional>

#include "client/liveness.hpp"
#include "client/outage.hpp"

namespace sess::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBudget = 16 * 1024;
// A socket that somebody removed is put back by its keeper well within this time.
constexpr milliseconds kAbsentPatience{1000};

// Each was there for a moment and left, because another client's question was all that it had to do.
constexpr int kMostStarts = 5;

void rest(Clock::duration time) {
  ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<milliseconds>(time).count()));
}

/// Waits for the welcome. Nothing: the connection was lost, or time is up.
Result<std::optional<protocol::Welcome>> await_welcome(Channel& channel, Clock::time_point end) {
  Liveness liveness;
  liveness.expect(Clock::now(), Liveness::Ping::no);
  for (;;) {
    const auto frame = channel.next();
    if (frame.is_malformed()) return fail(ErrorCode::protocol, "{}", frame.reason());
    if (frame) {
      auto welcome = read_welcome(*frame);
      if (!welcome) return pass(welcome.error());
      return std::optional(std::move(*welcome));
    }
    if (channel.lost()) return std::nullopt;
    const auto now = Clock::now();
    if (now >= end) return std::nullopt;
    if (liveness.due(now) == Liveness::Action::ring) ring_keeper(channel.link());
    const auto wake = std::min(end, liveness.deadline().value_or(end));
    const short events = channel.unsent() > 0 ? POLLIN | POLLOUT : POLLIN;
    pollfd entry{channel.fd(), events, 0};
    if (::poll(&entry, 1, static_cast<int>(std::chrono::ceil<milliseconds>(wake - now).count())) <= 0)
      continue;
    channel.flush();
    if ((entry.revents & ~POLLOUT) != 0) channel.receive(kReadBudget);
  }
}

}  // namespace

Result<protocol::Welcome> read_welcome(const protocol::Frame& frame) {
  if (frame.type == protocol::FrameType::error) {
    const auto refusal = protocol::Refusal::parse(frame.payload);
    if (!refusal) return pass(refusal.error());
    return fail(ErrorCode::unavailable, "{}", refusal->text);
  }
  if (frame.type != protocol::FrameType::welcome) {
    return fail(ErrorCode::protocol, "the server answered {} instead of welcome",
                protocol::name_of(frame.type));
  }
  auto welcome = protocol::Welcome::parse(frame.payload);
  if (!welcome) return pass(welcome.error());
  if (const auto text = protocol::version_mismatch(welcome->version, "server")) {
    return fail(ErrorCode::protocol, "{}", *text);
  }
  return std::move(*welcome);
}

Result<Greeting> greet(const Connector& connector, const protocol::Hello& hello,
                       const std::function<Result<>()>& start) {
  const auto end = Clock::now() + kGreetingLimit;
  Outage outage;
  std::optional<Clock::time_point> absent_since;
  int starts = 0;
  for (;;) {
    auto link = connector();
    if (link) {
      absent_since.reset();
      Channel channel(std::move(*link));
      channel.send(hello);
      auto welcome = await_welcome(channel, end);
      if (!welcome) return pass(welcome.error());
      if (*welcome) return Greeting{std::move(channel), std::move(**welcome)};
    } else {
      const ErrorCode code = link.error().code;
      if (code != ErrorCode::not_found && code != ErrorCode::unavailable) return pass(link.error());
      if (start && starts < kMostStarts) {
        ++starts;
        if (auto listening = start(); !listening) return pass(listening.error());
        continue;
      }
      // Nobody listens, and nobody did since the first attempt: there is no server to wait for.
      if (!outage.active()) return pass(link.error());
      const auto now = Clock::now();
      if (!absent_since) absent_since = now;
      if (now - *absent_since >= kAbsentPatience) return pass(link.error());
    }
    if (Clock::now() >= end) return fail(ErrorCode::unavailable, "the server does not answer");
    rest(outage.lost(Clock::now()));
  }
}

}  // namespace sess::client
