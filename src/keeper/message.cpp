#include "keeper/message.hpp"

#include <utility>

#include "keeper/fields.hpp"

namespace sess::keeper {

// ---- keeper to server -------------------------------------------------------------------------------------

void fields(auto& io, Start& m) {
  io.choice(m.previous.kind, Death::Kind::upgraded);
  io(m.previous.detail, m.start_count, m.name, m.socket_path, m.socket_directory, m.private_directory);
  io(m.state_directory, m.config_directory, m.config_files, m.verbosity, m.foreground, m.boot, m.program);
  io.later(m.not_upgraded);
  io(m.listener, m.model);
}
void fields(auto& io, Program& m) {
  program_fields(io, m);
  io.later(m.holder);
  io(m.master, m.journal);
}
void fields(auto& /*io*/, Ready& /*m*/) {}
void fields(auto& io, Spawned& m) {
  io(m.request, m.pane, m.pid, m.tty, m.note, m.started);
  io.later(m.holder);
  io(m.master, m.journal);
}
void fields(auto& io, SpawnFailed& m) {
  io(m.request, m.pane, m.sys_errno, m.text);
}
void fields(auto& io, Exited& m) {
  io(m.pane, m.pid, m.wait_status, m.usage, m.ended);
  io.later(m.left);
}
void fields(auto& io, Ping& m) {
  io(m.serial);
}
void fields(auto& /*io*/, Stop& /*m*/) {}
void fields(auto& io, Listener& m) {
  io(m.listener);
}
void fields(auto& io, Emptied& m) {
  io(m.pane, m.pid);
}
void fields(auto& io, NotUpgraded& m) {
  io(m.text);
}

// ---- server to keeper -------------------------------------------------------------------------------------

void fields(auto& io, Spawn& m) {
  io(m.request, m.pane, m.argv, m.env, m.cwd, m.argv0);
  io(m.size.rows, m.size.cols, m.pixels.width, m.pixels.height);
  io.bits(m.umask, 0777U);
  io(m.keep_journal, m.nice, m.memory_limit, m.input);
  io.later(m.held);
}
void fields(auto& io, Forget& m) {
  io(m.pane);
}
void fields(auto& io, Signal& m) {
  io(m.pane, m.signo);
  io.choice(m.whom, Signal::Whom::session);
}
void fields(auto& io, Pong& m) {
  io(m.serial);
}
void fields(auto& /*io*/, End& /*m*/) {}
void fields(auto& /*io*/, Leave& /*m*/) {}
void fields(auto& io, EndsWithin& m) {
  io(m.time);
}
void fields(auto& /*io*/, Upgrade& /*m*/) {}

// ---- messages ---------------------------------------------------------------------------------------------

namespace {

/// A message's type is its place in its variant, from here on.
template <class Message>
constexpr std::size_t kFirstType = std::is_same_v<Message, ToServer> ? 1 : 32;

template <class Message>
Packet encode_message(const Message& message) {
  Packet packet;
  FieldWriter writer([&](ByteWriter& /*out*/, int fd) { packet.fds.push_back(fd); });
  std::visit([&](const auto& m) { writer(m); }, message);
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(writer.out().size()));
  out.u8(static_cast<std::uint8_t>(kFirstType<Message> + message.index()));
  out.u8(static_cast<std::uint8_t>(packet.fds.size()));
  out.u16(0);
  out.raw(writer.out().bytes());
  packet.bytes = out.take();
  return packet;
}

/// Makes `message` the alternative of that place; false: there is none.
template <class Message, std::size_t... kPlaces>
bool choose(Message& message, std::size_t place, std::index_sequence<kPlaces...> /*all*/) {
  return ((place == kPlaces && (message.template emplace<kPlaces>(), true)) || ...);
}

template <class Message>
Result<Message> decode_message(RawMessage raw, std::string_view receiver) {
  Message message;
  if (!choose(message, raw.type - kFirstType<Message>,
              std::make_index_sequence<std::variant_size_v<Message>>())) {
    return fail(ErrorCode::protocol, "keeper link: a {} gets no message of type {}", receiver, raw.type);
  }
  std::size_t taken = 0;
  FieldReader reader(raw.payload, [&](ByteReader& in) {
    if (taken < raw.fds.size()) return std::move(raw.fds[taken++]);
    in.reject();
    return UniqueFd();
  });
  std::visit([&](auto& m) { reader(m); }, message);
  if (!reader.in().ok() || !reader.in().at_end() || taken != raw.fds.size())
    return fail(ErrorCode::protocol, "keeper link: message of type {} is malformed", raw.type);
  return message;
}

}  // namespace

Packet encode(const ToServer& message) {
  return encode_message(message);
}
Packet encode(const ToKeeper& message) {
  return encode_message(message);
}

Result<ToServer> decode_to_server(RawMessage raw) {
  return decode_message<ToServer>(std::move(raw), "server");
}
Result<ToKeeper> decode_to_keeper(RawMessage raw) {
  return decode_message<ToKeeper>(std::move(raw), "keeper");
}

}  // namespace sess::keeper
