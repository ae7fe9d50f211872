// One message of every type that keeper and server send each other, every field set to something of its own.
// The recording was made of these by the build that it is named after; the test compares with them, field by
// field.
#pragma once

#include <fcntl.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "keeper/message.hpp"

namespace sess::test {

inline keeper::WallTime link_time(int seconds) {
  return keeper::WallTime(std::chrono::seconds(1'700'000'000 + seconds) + std::chrono::microseconds(250));
}

inline keeper::Usage link_usage() {
  return {std::chrono::microseconds(1'500'000), std::chrono::microseconds(2'000'001), 4096};
}

inline keeper::Start link_start() {
  keeper::Start start;
  start.previous = {keeper::Death::Kind::signaled, 9};
  start.start_count = 3;
  start.name = "work";
  start.socket_path = "/tmp/sess-1000/work";
  start.socket_directory = "/tmp/sess-1000";
  start.private_directory = false;
  start.state_directory = "/home/user/.local/state/sess";
  start.config_directory = "/home/user/.config/sess";
  start.config_files = {"/etc/one.conf", "두.conf"};
  start.verbosity = 2;
  start.foreground = true;
  start.boot = true;
  start.program = "/usr/bin/sessd";
  return start;
}

inline keeper::Program link_program() {
  keeper::Program program;
  program.pane = 7;
  program.pid = 4711;
  program.tty = "/dev/pts/5";
  program.program = "vim";
  program.exited = true;
  program.wait_status = 256;
  program.usage = link_usage();
  program.started = link_time(1);
  program.ended = link_time(2);
  return program;
}

inline keeper::Spawned link_spawned() {
  keeper::Spawned spawned;
  spawned.request = 11;
  spawned.pane = 8;
  spawned.pid = 4712;
  spawned.tty = "/dev/pts/6";
  spawned.note = "cannot enter /gone";
  spawned.started = link_time(3);
  return spawned;
}

inline keeper::Spawn link_spawn() {
  keeper::Spawn spawn;
  spawn.request = 12;
  spawn.pane = 9;
  spawn.argv = {"sh", "-c", "echo \xff"};
  spawn.env = {"A=b c", "EMPTY="};
  spawn.cwd = "/srv";
  spawn.argv0 = "-sh";
  spawn.size = {43, 132};
  spawn.pixels = {1188, 860};
  spawn.umask = 077;
  spawn.keep_journal = true;
  spawn.nice = -5;
  spawn.memory_limit = std::uint64_t{1} << 33U;
  spawn.input = "/dev/null";
  return spawn;
}

/// File name and message; descriptors are added by whoever encodes or decodes.
inline std::vector<std::pair<std::string, std::string>> link_recordings() {
  using namespace keeper;
  const auto bytes = [](auto message) {
    using Message = decltype(message);
    if constexpr (std::is_constructible_v<ToServer, Message>)
      return encode(ToServer(std::move(message))).bytes;
    else
      return encode(ToKeeper(std::move(message))).bytes;
  };
  Start start = link_start();
  start.listener.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  start.model.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  Program program = link_program();
  program.master.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  program.journal.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  Spawned spawned = link_spawned();
  spawned.master.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  spawned.journal.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  Listener listener;
  listener.listener.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  return {
      {"start", bytes(std::move(start))},
      {"program", bytes(std::move(program))},
      {"ready", bytes(Ready{})},
      {"spawned", bytes(std::move(spawned))},
      {"spawn_failed", bytes(SpawnFailed{13, 10, 2, "no such file"})},
      {"exited", bytes(Exited{11, 4713, 9, link_usage(), link_time(4)})},
      {"ping", bytes(Ping{14})},
      {"stop", bytes(Stop{})},
      {"listener", bytes(std::move(listener))},
      {"spawn", bytes(link_spawn())},
      {"forget", bytes(Forget{15})},
      {"signal", bytes(Signal{16, 15, Signal::Whom::session})},
      {"pong", bytes(Pong{17})},
      {"end", bytes(End{})},
      {"leave", bytes(Leave{})},
  };
}

}  // namespace sess::test
