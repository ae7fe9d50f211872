#include "dispatch/acknowledgements.hpp"

#include <algorithm>

#include "protocol/message.hpp"

namespace sess::dispatch {

using peers::RemoteClient;

namespace {

/// An acknowledgement waits no longer for a terminal that is behind.
constexpr std::chrono::seconds kLongestEcho{1};
/// Nor longer than this for output that it can go with.
constexpr std::chrono::milliseconds kAckWait{10};

}  // namespace

void Acknowledgements::send() {
  const auto now = clock_.now();
  for (auto& [id, client] : remote_) {
    if (client->phase != RemoteClient::Phase::attached) continue;
    client->unsaved = false;
    if (!is_due(*client, now)) continue;
    client->ack_due = false;
    client->acknowledged = client->accepted.frame;
    client->connection->send(protocol::encode(protocol::InputAck{client->acknowledged}));
  }
}

bool Acknowledgements::is_due(RemoteClient& client, Time now) {
  if (client.ack_due) return true;
  if (client.acknowledged == client.accepted.frame) return false;
  const bool draws_echoes = protocol::has_feature(client.hello.features, protocol::kEcho);
  return draws_echoes ? echo_is_shown(client, now) : goes_with_output(client, now);
}

/// Whether what the program made of the input is on its way to the terminal, or none is to be waited for.
bool Acknowledgements::echo_is_shown(RemoteClient& client, Time now) {
  const panes::PaneIo* io = terminals_.find(client.held_for);
  auto& echo = client.echo;
  if (echo.frame != client.accepted.frame) {
    echo = {client.accepted.frame, client.held_for, io != nullptr ? io->parsed() : 0, now};
  }
  const bool answered = io != nullptr && echo.pane == io->id() && io->parsed() != echo.parsed;
  const bool shown =
      client.direct ? client.direct->is_current() : !client.composed || client.composed->shows_echo();
  const auto waited = now - echo.since;
  if ((answered || waited >= protocol::kEchoWait) && (shown || waited >= kLongestEcho)) {
    client.echo_timer.stop();
    return true;
  }
  const auto next =
      waited < protocol::kEchoWait ? echo.since + protocol::kEchoWait : echo.since + kLongestEcho;
  client.echo_timer.start(std::max<std::chrono::nanoseconds>(next - now, std::chrono::milliseconds(1)));
  return false;
}

/// The first frame that waits counts, or whoever types on would never be told.
bool Acknowledgements::goes_with_output(RemoteClient& client, Time now) {
  auto& echo = client.echo;
  if (echo.frame <= client.acknowledged) echo = {client.accepted.frame, client.held_for, 0, now};
  const auto waited = now - echo.since;
  if (client.connection->queued() > 0 || waited >= kAckWait) {
    client.echo_timer.stop();
    return true;
  }
  if (!client.echo_timer.armed()) client.echo_timer.start(kAckWait - waited);
  return false;
}

}  // namespace sess::dispatch
