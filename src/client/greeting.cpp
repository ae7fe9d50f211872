#include "client/greeting.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "client/attach/liveness.hpp"
#include "client/attach/outage.hpp"
#include "os/files.hpp"

namespace sess::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBudget = 16 * 1024;
// A socket that somebody removed is put back by its keeper well within this time, and a daemon that was just
// killed has given its lock back.
constexpr milliseconds kAbsentPatience{1000};
/// What a daemon that has nothing left to stop takes to go.
constexpr milliseconds kEndingPatience{2000};

void rest(Clock::duration time) {
  ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<milliseconds>(time).count()));
}

/// What came instead of a welcome, where another attempt may do better.
enum class Instead {
  nothing,  ///< the connection was lost, or time is up
  ending,   ///< the daemon is about to end
};

bool is_ending(const protocol::Frame& frame) {
  if (frame.type != protocol::FrameType::error) return false;
  const auto refusal = protocol::Refusal::parse(frame.payload);
  return refusal && refusal->code == protocol::RefusalCode::ending;
}

Result<std::variant<protocol::Welcome, Instead>> await_welcome(Channel& channel, Clock::time_point end) {
  Liveness liveness;
  liveness.expect(Clock::now(), Liveness::Ping::no);
  for (;;) {
    const auto frame = channel.next();
    if (frame.is_malformed()) return fail(ErrorCode::protocol, "{}", frame.reason());
    if (frame && frame->type == protocol::FrameType::ping) continue;  // a proxy's first word
    if (frame && is_ending(*frame)) return Instead::ending;
    if (frame) {
      auto welcome = read_welcome(*frame);
      if (!welcome) return pass(welcome.error());
      return std::move(*welcome);
    }
    if (channel.lost()) return Instead::nothing;
    const auto now = Clock::now();
    // Whoever logs in on another machine is given the time that this takes: questions, second factors.
    remote::FarEnd* far = channel.far();
    if (now >= end && far == nullptr) return Instead::nothing;
    if (liveness.due(now) == Liveness::Action::ring) ring_keeper(channel.link());
    const auto wake = std::min(end, liveness.deadline().value_or(end));
    const short events = channel.unsent() > 0 ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> entries{
        {{channel.fd(), events, 0}, {far != nullptr ? far->errors() : -1, POLLIN, 0}}};
    const int timeout =
        far != nullptr ? -1 : static_cast<int>(std::chrono::ceil<milliseconds>(wake - now).count());
    if (::poll(entries.data(), entries.size(), timeout) <= 0) continue;
    if (entries[1].revents != 0) far->listen();
    channel.flush();
    if ((entries[0].revents & ~POLLOUT) != 0) channel.receive(kReadBudget);
  }
}

/// Until the daemon behind this connection has ended, where the kernel can tell.
void await_end(const Link& link, Clock::time_point end) {
  if (!link.keeper_handle) return;
  pollfd entry{link.keeper_handle.get(), POLLIN, 0};
  const auto left = std::max(Clock::duration::zero(), end - Clock::now());
  ::poll(&entry, 1, static_cast<int>(std::chrono::ceil<milliseconds>(left).count()));
}

/// tmux's server names its process so; it closes the connection of a client that it does not understand.
bool is_tmux_server(pid_t pid) {
  return os::read_file_or_empty(fmt::format("/proc/{}/comm", pid)).rfind("tmux: server", 0) == 0;
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
  bool saw_end = false;
  for (;;) {
    auto link = connector();
    if (link) {
      absent_since.reset();
      Channel channel(std::move(*link));
      channel.send(hello);
      auto answer = await_welcome(channel, end);
      if (!answer) return pass(answer.error());
      if (auto* welcome = std::get_if<protocol::Welcome>(&*answer)) {
        if (channel.far() != nullptr) channel.far()->release();
        return Greeting{std::move(channel), std::move(*welcome)};
      }
      // Another log-in would ask the user again; what went wrong is theirs to judge.
      if (channel.far() != nullptr && std::get<Instead>(*answer) == Instead::nothing) {
        return fail(ErrorCode::unavailable, "{}", channel.why_lost());
      }
      if (std::get<Instead>(*answer) == Instead::nothing && is_tmux_server(channel.link().keeper)) {
        return fail(ErrorCode::protocol,
                    "a tmux server listens there, which sess cannot speak to: use tmux's own client, or "
                    "another name (-L)");
      }
      if (std::get<Instead>(*answer) == Instead::ending) {
        // Mostly it has gone in a moment, and then there is no server: one answer, whenever this came.
        if (!start && std::exchange(saw_end, true))
          return fail(ErrorCode::unavailable, "the daemon is ending");
        await_end(channel.link(), start ? end : std::min(end, Clock::now() + kEndingPatience));
      }
    } else {
      const ErrorCode code = link.error().code;
      if (code != ErrorCode::not_found && code != ErrorCode::unavailable) return pass(link.error());
      // Nobody listens, and nobody did since the first attempt, or the daemon was seen to end: there is no
      // server to wait for.
      if (!start && (saw_end || !outage.active())) return pass(link.error());
      const auto now = Clock::now();
      const bool first = !absent_since;
      const auto since = absent_since.value_or(now);
      absent_since = since;
      if (now - since >= kAbsentPatience) return pass(link.error());
      if (start) {
        if (auto listening = start(); !listening) return pass(listening.error());
        if (first) continue;
      }
    }
    if (Clock::now() >= end) return fail(ErrorCode::unavailable, "the server does not answer");
    rest(outage.lost(Clock::now()));
  }
}

}  // namespace sess::client
