#include "keeper/link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "keeper/handover.hpp"
#include "os/descriptor.hpp"
#include "os/programs/process.hpp"
#include "os/socket.hpp"
#include "support/catch.hpp"
#include "support/wait.hpp"

using namespace sess;
using namespace sess::keeper;
using namespace std::chrono_literals;

namespace {

UniqueFd some_fd() {
  return std::move(*os::duplicate(0));
}

struct Ends {
  ServerLink server;
  KeeperLink keeper;
};

Ends ends() {
  auto pair = os::open_socket_pair(SOCK_STREAM);
  REQUIRE(pair);
  return {ServerLink(std::move(pair->first)), KeeperLink(std::move(pair->second))};
}

/// The next message that reaches the keeper; waits.
ToKeeper next_at(KeeperLink& link) {
  while (true) {
    auto message = link.next();
    REQUIRE(message);
    if (message->has_value()) return std::move(**message);
    REQUIRE(os::wait_readable(link.fd(), 20s));
    REQUIRE(link.feed());
  }
}

Spawn example_spawn() {
  Spawn spawn;
  spawn.pane = 3;
  spawn.argv = {"vim", "", std::string("with\nnewline")};
  spawn.env = {"A=1", "B="};
  spawn.cwd = "/home";
  spawn.argv0 = "-vim";
  spawn.size = {7, 9};
  spawn.pixels = {70, 90};
  spawn.umask = 077;
  spawn.keep_journal = true;
  return spawn;
}

Program example_program() {
  Program program;
  program.pane = 5;
  program.pid = 4711;
  program.tty = "/dev/pts/9";
  program.program = "sh";
  program.exited = true;
  program.wait_status = 0x8b;
  program.usage = {10us, 20us, 30};
  program.started = WallTime(1'700'000'000s);
  program.ended = WallTime(1'700'000'001s + 5us);
  program.master = some_fd();
  program.journal = some_fd();
  return program;
}

}  // namespace

TEST_CASE("every field of every message arrives, with its descriptors", "[link]") {
  auto link = ends();
  Start start;
  start.previous = {Death::Kind::signaled, 11};
  start.start_count = 9;
  start.name = "n";
  start.socket_path = "/s/n";
  start.socket_directory = "/s";
  start.private_directory = false;
  start.state_directory = "/st";
  start.config_directory = "/c";
  start.config_files = {"/a", "/b"};
  start.verbosity = 2;
  start.foreground = true;
  start.boot = true;
  start.program = "/bin/sessd";
  start.listener = some_fd();
  start.model = some_fd();
  REQUIRE(link.keeper.send(std::move(start)));
  REQUIRE(link.keeper.send(example_program()));
  REQUIRE(link.keeper.send(Ready{}));
  REQUIRE(link.keeper.send(Spawned{1, 2, 3, "/dev/pts/1", "note", WallTime(5s), some_fd(), some_fd()}));
  REQUIRE(link.keeper.send(SpawnFailed{1, 2, ENOENT, "text"}));
  REQUIRE(link.keeper.send(Exited{1, 2, 3, {4us, 5us, 6}, WallTime(7s), true}));
  REQUIRE(link.keeper.send(Emptied{4, 5}));
  REQUIRE(link.keeper.send(Ping{~0ULL}));
  REQUIRE(link.keeper.send(Stop{}));
  REQUIRE(link.keeper.send(Listener{some_fd()}));
  REQUIRE(link.keeper.flush());
  CHECK_FALSE(link.keeper.unsent());

  const auto got_start = std::get<Start>(std::move(*link.server.receive()));
  CHECK(trace(ToServer(Start{})) == "start 1 (before: none)");
  CHECK(got_start.previous == Death{Death::Kind::signaled, 11});
  CHECK(got_start.start_count == 9);
  CHECK(got_start.socket_path == "/s/n");
  CHECK_FALSE(got_start.private_directory);
  CHECK(got_start.config_files == std::vector<std::string>{"/a", "/b"});
  CHECK(got_start.foreground);
  CHECK(got_start.boot);
  CHECK(got_start.program == "/bin/sessd");
  CHECK(got_start.listener);
  CHECK(got_start.model);
  const auto program = std::get<Program>(std::move(*link.server.receive()));
  const Program expected = example_program();
  CHECK(program.pid == 4711);
  CHECK(program.exited);
  CHECK(program.usage == expected.usage);
  CHECK(program.started == expected.started);
  CHECK(program.ended == expected.ended);
  CHECK(program.master);
  CHECK(program.journal);
  CHECK(std::holds_alternative<Ready>(*link.server.receive()));
  const auto spawned = std::get<Spawned>(std::move(*link.server.receive()));
  CHECK(spawned.note == "note");
  CHECK(spawned.master);
  CHECK(std::get<SpawnFailed>(*link.server.receive()).sys_errno == ENOENT);
  const auto exited = std::get<Exited>(*link.server.receive());
  CHECK(exited.usage == Usage{4us, 5us, 6});
  CHECK(exited.left);
  CHECK(std::get<Emptied>(*link.server.receive()).pid == 5);
  CHECK(std::get<Ping>(*link.server.receive()).serial == ~0ULL);
  CHECK(std::holds_alternative<Stop>(*link.server.receive()));
  CHECK(std::get<Listener>(*link.server.receive()).listener);
  CHECK_FALSE(link.server.next()->has_value());

  REQUIRE(link.server.send(example_spawn()));
  REQUIRE(link.server.send(Signal{1, 15, Signal::Whom::session}));
  REQUIRE(link.server.send(Forget{8}));
  REQUIRE(link.server.send(Pong{6}));
  REQUIRE(link.server.send(End{}));
  REQUIRE(link.server.send(Leave{}));
  REQUIRE(link.server.send(EndsWithin{1500ms}));
  const auto spawn = std::get<Spawn>(next_at(link.keeper));
  const Spawn original = example_spawn();
  CHECK(spawn.argv == original.argv);
  CHECK(spawn.env == original.env);
  CHECK(spawn.argv0 == "-vim");
  CHECK(spawn.size == original.size);
  CHECK(spawn.pixels.height == 90);
  CHECK(spawn.umask == 077);
  CHECK(spawn.keep_journal);
  CHECK(std::get<Signal>(next_at(link.keeper)).whom == Signal::Whom::session);
  CHECK(std::get<Forget>(next_at(link.keeper)).pane == 8);
  CHECK(std::get<Pong>(next_at(link.keeper)).serial == 6);
  CHECK(std::holds_alternative<End>(next_at(link.keeper)));
  CHECK(std::holds_alternative<Leave>(next_at(link.keeper)));
  CHECK(std::get<EndsWithin>(next_at(link.keeper)).time == 1500ms);
}

TEST_CASE("arguments and environment far larger than any packet go through", "[link]") {
  auto link = ends();
  Spawn spawn = example_spawn();
  spawn.env.assign(30, std::string(40'000, 'e'));
  std::thread server([&] {
    (void)link.server.send(spawn);
    while (link.server.unsent() && link.server.flush()) std::this_thread::yield();
  });
  CHECK(std::get<Spawn>(next_at(link.keeper)).env == spawn.env);
  server.join();
  spawn.env.assign(200, std::string(40'000, 'e'));
  CHECK(link.server.send(spawn).error().code == ErrorCode::too_large);
}

TEST_CASE("a keeper that does not read makes the server queue, never wait, up to a bound", "[link]") {
  auto link = ends();
  Spawn large = example_spawn();
  large.env.assign(10, std::string(100'000, 'e'));
  const auto first = link.server.start_spawn(large);
  REQUIRE(first);
  CHECK(link.server.unsent());
  CHECK_FALSE(link.server.await_spawn(*first, 10ms)->has_value());
  int programs = 1;
  while (link.server.start_spawn(large)) ++programs;
  CHECK(programs > 5);
  CHECK(programs * 1'000'000 < static_cast<int>(ServerLink::kMostUnsent));
  CHECK(link.server.start_spawn(large).error().code == ErrorCode::unavailable);
  REQUIRE(link.server.send(Forget{7}));  // what is small still finds room
  // Everything arrives, in order, once it reads.
  for (int i = 0; i <= programs;) {
    auto message = link.keeper.next();
    REQUIRE(message);
    if (!message->has_value()) {
      REQUIRE(link.server.flush());
      REQUIRE(link.keeper.feed());
      continue;
    }
    CHECK(std::holds_alternative<Spawn>(**message) == (i < programs));
    ++i;
  }
  CHECK_FALSE(link.server.unsent());
}

TEST_CASE("await_spawn() waits for its own answer and sets everything else aside in order", "[link]") {
  auto link = ends();
  const auto spawn = [&] { return link.server.await_spawn(*link.server.start_spawn(example_spawn()), -1ms); };
  REQUIRE(link.keeper.send(Ping{1}));
  REQUIRE(link.keeper.send(Spawned{77, 9, 9, "", "", {}, some_fd(), some_fd()}));  // somebody else's
  REQUIRE(link.keeper.send(Spawned{1, 3, 42, "/dev/pts/1", "", {}, some_fd(), some_fd()}));
  REQUIRE(link.keeper.send(SpawnFailed{2, 3, EACCES, "cannot run x"}));
  REQUIRE(link.keeper.send(Ping{2}));
  REQUIRE(link.keeper.flush());
  const auto spawned = spawn();
  REQUIRE(spawned);
  CHECK((*spawned)->pid == 42);
  const auto failed = spawn();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().sys_errno == EACCES);
  CHECK(failed.error().text == "cannot run x");
  CHECK(link.server.has_queued());
  CHECK(std::get<Ping>(*link.server.receive()).serial == 1);
  CHECK(std::get<Spawned>(*link.server.receive()).request == 77);
  CHECK_FALSE(link.server.has_queued());
  CHECK(std::get<Ping>(**link.server.next()).serial == 2);
}

TEST_CASE("a server that does not read makes the keeper queue, never wait, and later gets everything",
          "[link]") {
  auto link = ends();
  constexpr int kMany = 600;  // with descriptors: more than a socket holds
  for (int i = 0; i < kMany; ++i) {
    Program program = example_program();
    program.pane = static_cast<PaneNumber>(i);
    program.program.assign(2000, 'p');
    REQUIRE(link.keeper.send(std::move(program)));
    REQUIRE(link.keeper.flush());
  }
  CHECK(link.keeper.unsent());
  CHECK(link.keeper.unsent_bytes() > 100'000);
  for (int i = 0; i < kMany;) {
    auto message = link.server.next();
    REQUIRE(message);
    if (!message->has_value()) {
      REQUIRE(link.keeper.flush());
      continue;
    }
    const auto& program = std::get<Program>(**message);
    REQUIRE(program.pane == static_cast<PaneNumber>(i));
    REQUIRE(program.master);
    ++i;
  }
  CHECK(link.keeper.unsent_bytes() == 0);
}

TEST_CASE("a server that has nothing else to do waits for the keeper's next message", "[link]") {
  auto link = ends();
  std::thread later([&] {
    test::wait_until([] { return os::process_info(getpid())->state == 'S'; });  // the main thread: it waits
    static_cast<void>(link.keeper.send(Ping{5}));
    static_cast<void>(link.keeper.flush());
  });
  CHECK(std::get<Ping>(*link.server.receive()).serial == 5);
  later.join();
}

TEST_CASE("the end of either side is told", "[link]") {
  auto pair = os::open_socket_pair(SOCK_STREAM);
  auto server = std::make_unique<ServerLink>(std::move(pair->first));
  auto keeper = std::make_unique<KeeperLink>(std::move(pair->second));
  REQUIRE(server->send(Pong{1}));
  server.reset();
  CHECK(keeper->feed()->more);  // what was sent before counts
  CHECK(std::get<Pong>(**keeper->next()).serial == 1);
  CHECK(keeper->feed()->eof);
  REQUIRE(keeper->send(Stop{}));
  CHECK_FALSE(keeper->flush());

  auto second = ends();
  { const KeeperLink gone = std::move(second.keeper); }
  CHECK(second.server.receive().error().code == ErrorCode::unavailable);
  CHECK_FALSE(second.server.next());
  CHECK_FALSE(second.server.start_spawn(example_spawn()));
}

TEST_CASE("a message split at every byte reads the same", "[link]") {
  const Packet packet = encode(ToKeeper(example_spawn()));
  for (std::size_t cut = 1; cut < packet.bytes.size(); ++cut) {
    MessageReader reader;
    reader.feed(packet.bytes.substr(0, cut), {});
    REQUIRE_FALSE(reader.next()->has_value());
    reader.feed(packet.bytes.substr(cut) + packet.bytes, {});
    for (int i = 0; i < 2; ++i) {
      auto raw = reader.next();
      REQUIRE(raw->has_value());
      CHECK(std::get<Spawn>(*decode_to_keeper(std::move(**raw))).argv == example_spawn().argv);
    }
    CHECK_FALSE(reader.next()->has_value());
  }
}

TEST_CASE("hostile lengths, missing descriptors and unknown types are errors", "[link]") {
  const auto first = [](std::string bytes) {
    MessageReader reader;
    reader.feed(std::move(bytes), {});
    return reader.next();
  };
  CHECK_FALSE(first(std::string("\xff\xff\xff\x7f\x01\x00\x00\x00", 8)));
  CHECK_FALSE(first(std::string("\x00\x00\x00\x00\x01\x07\x00\x00", 8)));  // seven descriptors
  CHECK_FALSE(first(encode(ToServer(Listener{some_fd()})).bytes));         // announced, not sent
  CHECK_FALSE(decode_to_server({200, "", {}}));
  CHECK_FALSE(decode_to_keeper({1, "", {}}));
  CHECK_FALSE(decode_to_keeper({36, "x", {}}));  // End with something behind it
  std::vector<UniqueFd> extra;
  extra.push_back(some_fd());
  CHECK_FALSE(decode_to_keeper({36, "", std::move(extra)}));
}

TEST_CASE("any bytes decode to a message or an error", "[link]") {
  std::mt19937 random(1);
  const std::string good = encode(ToKeeper(example_spawn())).bytes.substr(8);
  const std::string program = encode(ToServer(example_program())).bytes.substr(8);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = i % 3 == 0 ? good : i % 3 == 1 ? program : std::string(random() % 40, '\0');
    for (int n = 0; n < 3 && !bytes.empty(); ++n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    const auto type = static_cast<std::uint8_t>(random() % 40);
    std::vector<UniqueFd> fds;
    for (unsigned n = random() % 3; n > 0; --n) fds.push_back(some_fd());
    if (i % 2 == 0) {
      if (auto message = decode_to_keeper({type, bytes, {}})) CHECK_FALSE(trace(*message).empty());
    } else {
      if (auto message = decode_to_server({type, bytes, std::move(fds)}))
        CHECK_FALSE(trace(*message).empty());
    }
    (void)decode_handover(bytes);
  }
}

TEST_CASE("the state that code hands to its successor comes back whole, and only from open descriptors",
          "[handover]") {
  HandoverFacts facts;
  facts.paths.name = "n";
  facts.paths.socket_directory = "/s";
  facts.paths.socket_name = "sock";
  facts.paths.lock_name = ".sock.lock";
  facts.paths.private_directory = false;
  facts.config_files = {"/x"};
  facts.verbosity = 1;
  facts.notify_address = "@n";
  facts.descriptor_limit = {5, 6};
  facts.start_count = 12;
  facts.socket_identity = FileIdentity{1, 2};
  facts.forgotten = {77};
  UniqueFd own[4] = {some_fd(), some_fd(), some_fd(), some_fd()};
  std::map<PaneNumber, Program> programs;
  programs[5] = example_program();
  const HandoverFds fds{own[0].get(), own[1].get(), own[2].get(), own[3].get()};
  CHECK(handover_descriptors(fds, programs).size() == 6);
  const std::string bytes = encode_handover(facts, fds, programs);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    // Descriptors that a broken state names are taken over and closed: give it numbers of its own.
    HandoverFds none;
    CHECK_FALSE(decode_handover(encode_handover(facts, none, programs).substr(0, cut)));
  }
  // Cut at the end all of its descriptors are real: they stay the caller's.
  CHECK_FALSE(decode_handover(bytes.substr(0, bytes.size() - 2)));
  CHECK(fcntl(programs[5].master.get(), F_GETFD) >= 0);
  const auto back = decode_handover(bytes);
  REQUIRE(back);
  for (auto& fd : own) (void)fd.release();  // they are the copy's now
  (void)programs[5].master.release();
  (void)programs[5].journal.release();
  CHECK(back->facts.paths.socket_name == "sock");
  CHECK_FALSE(back->facts.paths.private_directory);
  CHECK(back->facts.socket_identity == FileIdentity{1, 2});
  CHECK(back->facts.forgotten == std::vector<pid_t>{77});
  CHECK(back->facts.descriptor_limit.rlim_cur == 5);
  CHECK(back->facts.start_count == 12);
  REQUIRE(back->programs.size() == 1);
  CHECK(back->programs[0].usage == example_program().usage);
  CHECK(back->programs[0].started == example_program().started);
}
