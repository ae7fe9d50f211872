#include "keeper/message.hpp"

#include <array>
#include <cstring>
#include <type_traits>

#include "base/bytes.hpp"

namespace sess::keeper {
namespace {

enum class Type : std::uint8_t {
  start = 1,
  program = 2,
  ready = 3,
  spawned = 4,
  spawn_failed = 5,
  exited = 6,
  ping = 7,
  stop = 8,
  listener = 9,
  emptied = 10,
  not_upgraded = 11,
  spawn = 32,
  forget = 33,
  signal = 34,
  pong = 35,
  end = 36,
  leave = 37,
  ends_within = 38,
  upgrade = 39,
};

// ---- writing ----------------------------------------------------------------------------------------------

std::int64_t microseconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

void put(ByteWriter& out, const Usage& usage) {
  out.i64(usage.user.count());
  out.i64(usage.system.count());
  out.u64(usage.max_resident_kib);
}

void put(ByteWriter& out, const std::vector<std::string>& strings) {
  out.varint(strings.size());
  for (const auto& one : strings) out.string(one);
}

/// The payload of each message; the descriptors go into `fds` in the order that decoding takes them out.
struct Encoder {
  ByteWriter out;
  std::vector<int> fds;

  Type operator()(const Start& m) {
    out.u8(static_cast<std::uint8_t>(m.previous.kind));
    out.i32(m.previous.detail);
    out.u64(m.start_count);
    out.string(m.name);
    out.string(m.socket_path);
    out.string(m.socket_directory);
    out.boolean(m.private_directory);
    out.string(m.state_directory);
    out.string(m.config_directory);
    put(out, m.config_files);
    out.u8(m.verbosity);
    out.boolean(m.foreground);
    out.boolean(m.boot);
    out.string(m.program);
    out.string(m.not_upgraded);
    fds = {m.listener.get(), m.model.get()};
    return Type::start;
  }
  Type operator()(const Program& m) {
    out.u32(m.pane);
    out.i32(m.pid);
    out.string(m.tty);
    out.string(m.program);
    out.boolean(m.exited);
    out.i32(m.wait_status);
    put(out, m.usage);
    out.i64(microseconds_of(m.started));
    out.i64(microseconds_of(m.ended));
    out.i32(m.holder);
    fds = {m.master.get(), m.journal.get()};
    return Type::program;
  }
  Type operator()(const Ready& /*m*/) { return Type::ready; }
  Type operator()(const Spawned& m) {
    out.u64(m.request);
    out.u32(m.pane);
    out.i32(m.pid);
    out.string(m.tty);
    out.string(m.note);
    out.i64(microseconds_of(m.started));
    out.i32(m.holder);
    fds = {m.master.get(), m.journal.get()};
    return Type::spawned;
  }
  Type operator()(const SpawnFailed& m) {
    out.u64(m.request);
    out.u32(m.pane);
    out.i32(m.sys_errno);
    out.string(m.text);
    return Type::spawn_failed;
  }
  Type operator()(const Exited& m) {
    out.u32(m.pane);
    out.i32(m.pid);
    out.i32(m.wait_status);
    put(out, m.usage);
    out.i64(microseconds_of(m.ended));
    out.boolean(m.left);
    return Type::exited;
  }
  Type operator()(const Emptied& m) {
    out.u32(m.pane);
    out.i32(m.pid);
    return Type::emptied;
  }
  Type operator()(const Ping& m) {
    out.u64(m.serial);
    return Type::ping;
  }
  Type operator()(const Stop& /*m*/) { return Type::stop; }
  Type operator()(const Listener& m) {
    fds = {m.listener.get()};
    return Type::listener;
  }
  Type operator()(const NotUpgraded& m) {
    out.string(m.text);
    return Type::not_upgraded;
  }
  Type operator()(const Spawn& m) {
    out.u64(m.request);
    out.u32(m.pane);
    put(out, m.argv);
    put(out, m.env);
    out.string(m.cwd);
    out.string(m.argv0);
    out.u16(m.size.rows);
    out.u16(m.size.cols);
    out.u16(m.pixels.width);
    out.u16(m.pixels.height);
    out.u32(m.umask);
    out.boolean(m.keep_journal);
    out.boolean(m.nice.has_value());
    out.i32(m.nice.value_or(0));
    out.u64(m.memory_limit);
    out.string(m.input);
    out.boolean(m.held);
    return Type::spawn;
  }
  Type operator()(const Forget& m) {
    out.u32(m.pane);
    return Type::forget;
  }
  Type operator()(const Signal& m) {
    out.u32(m.pane);
    out.i32(m.signo);
    out.u8(static_cast<std::uint8_t>(m.whom));
    return Type::signal;
  }
  Type operator()(const Pong& m) {
    out.u64(m.serial);
    return Type::pong;
  }
  Type operator()(const End& /*m*/) { return Type::end; }
  Type operator()(const Leave& /*m*/) { return Type::leave; }
  Type operator()(const EndsWithin& m) {
    out.u32(static_cast<std::uint32_t>(m.time.count()));
    return Type::ends_within;
  }
  Type operator()(const Upgrade& /*m*/) { return Type::upgrade; }
};

template <class Message>
Packet encode_message(const Message& message) {
  Encoder encoder;
  const Type type = std::visit([&](const auto& m) { return encoder(m); }, message);
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(encoder.out.size()));
  out.u8(static_cast<std::uint8_t>(type));
  out.u8(static_cast<std::uint8_t>(encoder.fds.size()));
  out.u16(0);
  out.raw(encoder.out.bytes());
  return {out.take(), std::move(encoder.fds)};
}

// ---- reading ----------------------------------------------------------------------------------------------

WallTime wall(ByteReader& in) {
  // Beyond what the clock can hold (292 years) only a broken peer goes.
  constexpr std::int64_t kMost = 9'000'000'000'000'000;
  const std::int64_t us = in.i64();
  if (us > kMost || us < -kMost) {
    in.reject();
    return {};
  }
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::microseconds(us)));
}

Usage usage(ByteReader& in) {
  Usage out;
  out.user = std::chrono::microseconds(in.i64());
  out.system = std::chrono::microseconds(in.i64());
  out.max_resident_kib = in.u64();
  return out;
}

std::vector<std::string> strings(ByteReader& in) {
  std::vector<std::string> out;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) out.emplace_back(in.string());
  if (!in.ok()) out.clear();
  return out;
}

std::string text(ByteReader& in) {
  return std::string(in.string());
}

/// Takes the fields in the order of writing: members of a braced list are evaluated left to right.
struct Body {
  ByteReader in;
  std::vector<UniqueFd>& fds;
  std::size_t taken = 0;

  UniqueFd fd() {
    if (taken == fds.size()) {
      in.reject();
      return {};
    }
    return std::move(fds[taken++]);
  }
  /// Whether the sender knew the fields that come next: they were appended to the message later.
  [[nodiscard]] bool more() const { return in.ok() && !in.at_end(); }
  [[nodiscard]] bool whole() const { return in.ok() && in.at_end() && taken == fds.size(); }
};

Start read_start(Body& b) {
  Start m;
  const std::uint8_t kind = b.in.u8();
  if (kind > static_cast<std::uint8_t>(Death::Kind::upgraded)) b.in.reject();
  m.previous.kind = static_cast<Death::Kind>(b.in.ok() ? kind : 0);
  m.previous.detail = b.in.i32();
  m.start_count = b.in.u64();
  m.name = text(b.in);
  m.socket_path = text(b.in);
  m.socket_directory = text(b.in);
  m.private_directory = b.in.boolean();
  m.state_directory = text(b.in);
  m.config_directory = text(b.in);
  m.config_files = strings(b.in);
  m.verbosity = b.in.u8();
  m.foreground = b.in.boolean();
  m.boot = b.in.boolean();
  m.program = text(b.in);
  if (b.more()) m.not_upgraded = text(b.in);
  m.listener = b.fd();
  m.model = b.fd();
  return m;
}

Program read_program(Body& b) {
  Program m;
  m.pane = b.in.u32();
  m.pid = b.in.i32();
  m.tty = text(b.in);
  m.program = text(b.in);
  m.exited = b.in.boolean();
  m.wait_status = b.in.i32();
  m.usage = usage(b.in);
  m.started = wall(b.in);
  m.ended = wall(b.in);
  if (b.more()) m.holder = b.in.i32();
  m.master = b.fd();
  m.journal = b.fd();
  return m;
}

Spawned read_spawned(Body& b) {
  Spawned m;
  m.request = b.in.u64();
  m.pane = b.in.u32();
  m.pid = b.in.i32();
  m.tty = text(b.in);
  m.note = text(b.in);
  m.started = wall(b.in);
  if (b.more()) m.holder = b.in.i32();
  m.master = b.fd();
  m.journal = b.fd();
  return m;
}

SpawnFailed read_spawn_failed(Body& b) {
  SpawnFailed m;
  m.request = b.in.u64();
  m.pane = b.in.u32();
  m.sys_errno = b.in.i32();
  m.text = text(b.in);
  return m;
}

Exited read_exited(Body& b) {
  Exited m;
  m.pane = b.in.u32();
  m.pid = b.in.i32();
  m.wait_status = b.in.i32();
  m.usage = usage(b.in);
  m.ended = wall(b.in);
  if (b.more()) m.left = b.in.boolean();
  return m;
}

Emptied read_emptied(Body& b) {
  Emptied m;
  m.pane = b.in.u32();
  m.pid = b.in.i32();
  return m;
}

Spawn read_spawn(Body& b) {
  Spawn m;
  m.request = b.in.u64();
  m.pane = b.in.u32();
  m.argv = strings(b.in);
  m.env = strings(b.in);
  m.cwd = text(b.in);
  m.argv0 = text(b.in);
  m.size.rows = b.in.u16();
  m.size.cols = b.in.u16();
  m.pixels.width = b.in.u16();
  m.pixels.height = b.in.u16();
  m.umask = b.in.u32() & 0777U;
  m.keep_journal = b.in.boolean();
  const bool niced = b.in.boolean();
  const std::int32_t nice = b.in.i32();
  if (niced) m.nice = nice;
  m.memory_limit = b.in.u64();
  m.input = b.in.string();
  if (b.more()) m.held = b.in.boolean();
  return m;
}

Signal read_signal(Body& b) {
  Signal m;
  m.pane = b.in.u32();
  m.signo = b.in.i32();
  const std::uint8_t whom = b.in.u8();
  if (whom > static_cast<std::uint8_t>(Signal::Whom::session)) b.in.reject();
  m.whom = static_cast<Signal::Whom>(b.in.ok() ? whom : 0);
  return m;
}

template <class Message>
Result<Message> finish(Body& body, Message message, std::uint8_t type) {
  if (!body.whole()) return fail(ErrorCode::protocol, "keeper link: message of type {} is malformed", type);
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
  Body body{ByteReader(raw.payload), raw.fds};
  const auto done = [&](ToServer message) { return finish<ToServer>(body, std::move(message), raw.type); };
  switch (static_cast<Type>(raw.type)) {
    case Type::start:
      return done(read_start(body));
    case Type::program:
      return done(read_program(body));
    case Type::ready:
      return done(Ready{});
    case Type::spawned:
      return done(read_spawned(body));
    case Type::spawn_failed:
      return done(read_spawn_failed(body));
    case Type::exited:
      return done(read_exited(body));
    case Type::ping:
      return done(Ping{body.in.u64()});
    case Type::stop:
      return done(Stop{});
    case Type::listener:
      return done(Listener{body.fd()});
    case Type::emptied:
      return done(read_emptied(body));
    case Type::not_upgraded:
      return done(NotUpgraded{text(body.in)});
    default:
      return fail(ErrorCode::protocol, "keeper link: a server gets no message of type {}", raw.type);
  }
}

Result<ToKeeper> decode_to_keeper(RawMessage raw) {
  Body body{ByteReader(raw.payload), raw.fds};
  const auto done = [&](ToKeeper message) { return finish<ToKeeper>(body, std::move(message), raw.type); };
  switch (static_cast<Type>(raw.type)) {
    case Type::spawn:
      return done(read_spawn(body));
    case Type::forget:
      return done(Forget{body.in.u32()});
    case Type::signal:
      return done(read_signal(body));
    case Type::pong:
      return done(Pong{body.in.u64()});
    case Type::end:
      return done(End{});
    case Type::leave:
      return done(Leave{});
    case Type::ends_within:
      return done(EndsWithin{std::chrono::milliseconds(body.in.u32())});
    case Type::upgrade:
      return done(Upgrade{});
    default:
      return fail(ErrorCode::protocol, "keeper link: a keeper gets no message of type {}", raw.type);
  }
}

}  // namespace sess::keeper
