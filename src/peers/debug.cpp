#include "peers/debug.hpp"

#include <fmt/format.h>

#include "base/time_text.hpp"
#include "protocol/trace.hpp"

namespace sess::peers {
namespace {

std::string_view name_of(RemoteClient::Phase phase) {
  switch (phase) {
    case RemoteClient::Phase::greeting:
      return "greeting";
    case RemoteClient::Phase::idle:
      return "idle";
    case RemoteClient::Phase::command:
      return "command";
    case RemoteClient::Phase::attached:
      return "attached";
    case RemoteClient::Phase::ending:
      return "ending";
  }
  return "?";
}

std::string name_of(const model::Model& model, model::ClientId id) {
  const model::Client* client = model.client(id);
  return client == nullptr ? fmt::format("client {}", id.value) : client->name;
}

std::string state_of(const RemoteClient& client, const model::Client& known) {
  std::string out = fmt::format("client {} {}", known.name, name_of(client.phase));
  if (client.phase == RemoteClient::Phase::attached) {
    out += known.control ? " control" : client.direct ? " direct" : client.composed ? " composed" : "";
    out +=
        fmt::format(" {}x{} sent={} in_flight={} window={} left_out={}", known.size.cols, known.size.rows,
                    client.flow.sent(), client.flow.in_flight(), client.flow.size(), client.flow.discarded());
  }
  if (client.suspended) out += " suspended";
  if (client.stalled) out += " stalled";
  if (client.covered()) out += " covered";
  return out + fmt::format(" queued={}", client.connection->queued());
}

std::string state_of(const panes::PaneIo& pane) {
  const auto& screen = pane.screen();
  const auto& journal = pane.journal();
  std::string out =
      fmt::format("pane %{} {}x{} written={} parsed={} boundary={} checkpoint={} oldest={}", pane.id().value,
                  screen.size().cols, screen.size().rows, journal.written(), pane.parsed(), pane.boundary(),
                  journal.checkpoint_offset(), journal.oldest());
  if (pane.master() < 0) out += " closed";
  if (pane.aside()) out += " aside";
  if (pane.input().waits()) out += " input_waits";
  return out + fmt::format(" typed={}", journal.pending_input().size());
}

}  // namespace

void Debug::trace(model::ClientId to, std::optional<model::ClientId> of, std::function<void()> done) {
  tracers_[to] = Tracer{of, std::move(done), {}, 0};
}

std::string Debug::state() const {
  std::string out = fmt::format("server pid={} keeper={} start={} version={} sessions={} panes={} clients={}",
                                facts_.server_pid, facts_.pid, facts_.start_count, facts_.version,
                                model_.sessions().size(), terminals_.size(), remote_.size());
  for (const auto& [id, client] : remote_) {
    if (const model::Client* known = model_.client(id)) out += '\n' + state_of(*client, *known);
  }
  for (const auto& [id, pane] : terminals_) out += '\n' + state_of(*pane);
  for (const auto& fault : model_.validate()) out += "\nfault " + fault;
  return out;
}

void Debug::on_received(model::ClientId from, const protocol::Frame& frame) {
  if (!tracers_.empty()) note(from, '<', frame);
}

void Debug::on_sending(model::ClientId to, std::string_view frames) {
  if (tracers_.empty() || tracers_.count(to) != 0) return;
  protocol::FrameReader reader;
  reader.feed(frames);
  for (auto frame = reader.next(); frame; frame = reader.next()) note(to, '>', *frame);
}

void Debug::note(model::ClientId client, char direction, const protocol::Frame& frame) {
  if (tracers_.count(client) != 0) return;
  std::string line;
  for (auto& [to, tracer] : tracers_) {
    if (tracer.of && *tracer.of != client) continue;
    const RemoteClient* reader = remote_.find(to);
    if (reader == nullptr || reader->connection->queued() + tracer.lines.size() > kMostWaiting) {
      ++tracer.left_out;
      continue;
    }
    if (line.empty()) {
      const auto now = clock_.wall();
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
      line = fmt::format("{}.{:03} {} {} {}\n", format_time("%H:%M:%S", now), ms % 1000,
                         name_of(model_, client), direction, protocol::trace(frame));
    }
    tracer.lines += line;
  }
}

void Debug::tell() {
  for (auto it = tracers_.begin(); it != tracers_.end();) {
    auto& [to, tracer] = *it;
    RemoteClient* reader = remote_.find(to);
    if (reader == nullptr || reader->connection->closed()) {
      it = tracers_.erase(it);
      continue;
    }
    if (tracer.left_out > 0 && reader->connection->queued() < kMostWaiting / 2) {
      tracer.lines += fmt::format("{} messages are not shown: they came faster than they were read\n",
                                  std::exchange(tracer.left_out, 0));
    }
    if (!tracer.lines.empty()) {
      reader->print(1, std::exchange(tracer.lines, {}));
      reader->connection->flush();
    }
    if (tracer.of && remote_.find(*tracer.of) == nullptr) {
      loop_.defer(std::move(tracer.done));
      it = tracers_.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace sess::peers
