#include <future>

#include "fake_server.hpp"
#include "support/process.hpp"

using namespace sess;
using namespace sess::protocol;
using namespace sess::test;

namespace {

/// `sess ARGUMENTS` in the background, without a terminal.
std::future<Outcome> start(const FakeServer& server, const std::vector<std::string>& arguments,
                           const std::string& input = {}, std::map<std::string, std::string> extra = {}) {
  return std::async(std::launch::async,
                    [argv = client_argv(), env = server.client_env(arguments, std::move(extra)), input] {
                      return run(argv, env, input);
                    });
}

}  // namespace

TEST_CASE("a command sends its arguments, prints what comes and exits with the status", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls", "", "-F", "#{x}; \\;"});
  Peer peer = server.accept();
  const Hello hello = peer.greet();
  CHECK_FALSE(hello.stdin_tty);
  CHECK(hello.tty.empty());
  CHECK_FALSE(hello.resume);
  CHECK(std::find(hello.environment.begin(), hello.environment.end(), "TERM=xterm-256color") !=
        hello.environment.end());
  CHECK(peer.expect<Command>().argv == std::vector<std::string>{"ls", "", "-F", "#{x}; \\;"});
  peer.send(Print{1, "out "});
  peer.send(Print{2, "err "});
  peer.send(Print{1, "more\n"});
  peer.send(Exit{3});
  const Outcome got = outcome.get();
  CHECK(got.out == "out more\n");
  CHECK(got.err == "err ");
  CHECK(got.status.code() == 3);
}

TEST_CASE("everything printed before exit is written, however much it is", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"capture-pane", "-p"});
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string chunk(kMaxChunk - 1, static_cast<char>('a' + i % 26));
    all += chunk;
    peer.send(Print{1, chunk});
  }
  peer.send(Exit{0});
  peer.close();
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 0);
  CHECK(got.out == all);
}

TEST_CASE("standard input is sent when it is asked for, whole", "[client]") {
  FakeServer server;
  std::string input;
  for (int i = 0; input.size() < 3'000'000; ++i) input += std::to_string(i) + "\n";
  auto outcome = start(server, {"load-buffer", "-"}, input);
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  peer.send(StdinRequest{});
  std::string got;
  for (;;) {
    const auto frame = peer.next();
    REQUIRE(frame);
    if (frame->type == FrameType::stdin_eof) break;
    REQUIRE(frame->type == FrameType::stdin_data);
    CHECK(frame->payload.size() <= kMaxChunk);
    got += frame->payload;
  }
  CHECK(got == input);
  peer.send(Exit{0});
  CHECK(outcome.get().status.code() == 0);
}

TEST_CASE("a command may end while its input is still coming", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"load-buffer", "-"}, std::string(1'000'000, 'x'));
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  peer.send(StdinRequest{});
  peer.send(Exit{4});
  CHECK(outcome.get().status.code() == 4);
}

TEST_CASE("without a server a command says so and fails", "[client]") {
  FakeServer server;
  server.disappear();
  const Outcome got = start(server, {"ls"}).get();
  CHECK(got.status.code() == 1);
  CHECK(got.err == "no server running on " + server.path() + "\n");
  CHECK(got.out.empty());
}

TEST_CASE("a server of another user is told nothing", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls"}, {}, {{"SESS_TEST_STRANGER", "1"}});
  Peer peer = server.accept();
  CHECK(peer.closed());
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 1);
  CHECK(got.err.find("belongs to another user") != std::string::npos);
}

TEST_CASE(
    "a connection lost before welcome is made again; after the command an old server is not asked twice",
    "[client]") {
  FakeServer server;
  auto outcome = start(server, {"kill-session"});
  {
    Peer dying = server.accept();
    dying.expect<Hello>();
  }
  {
    Peer dying = server.accept();
    dying.greet();
    dying.expect<Command>();
    dying.send(Print{1, "half"});
  }
  Peer old = server.accept();
  old.set_features({});
  old.greet();
  CHECK(old.closed());
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 125);
  CHECK(got.out == "half");
  CHECK(got.err == "lost server: what became of 'kill-session' is not known\n");
  CHECK_FALSE(server.has_waiting());
}

TEST_CASE("a command whose server died is sent once more, and says so; what was printed is not printed twice",
          "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls"});
  {
    Peer dying = server.accept();
    dying.greet();
    CHECK(dying.expect<Command>().again.empty());
    dying.send(Print{1, "one\nt"});
  }
  {
    Peer dying = server.accept();
    dying.greet();
    CHECK(dying.expect<Command>().again == "token");
    dying.send(Print{1, "one"});
  }
  Peer next = server.accept();
  next.greet();
  CHECK(next.expect<Command>().argv == std::vector<std::string>{"ls"});
  next.send(Print{1, "one\ntw"});
  next.send(Print{1, "o\n"});
  next.send(Exit{3});
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 3);
  CHECK(got.out == "one\ntwo\n");
}

TEST_CASE("output that is another one now is not mixed with what was printed before", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls"});
  {
    Peer dying = server.accept();
    dying.greet();
    dying.expect<Command>();
    dying.send(Print{1, "one\n"});
  }
  Peer next = server.accept();
  next.greet();
  next.expect<Command>();
  next.send(Print{1, "two\nthree\n"});  // it needs no end to be seen
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 125);
  CHECK(got.out == "one\n");
  CHECK(got.err.find("lost server in the middle of its output") == 0);
}

TEST_CASE("when no server answers any more, that and 125 is the answer", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"new-session", "-d"});
  {
    Peer dying = server.accept();
    dying.greet();
    dying.expect<Command>();
    server.disappear();
  }
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 125);
  CHECK(got.err.find("lost server, and no other answers (no server running on ") == 0);
  CHECK(got.err.find("what became of 'new-session' is not known\n") != std::string::npos);
}

TEST_CASE("a refusal is shown as the server words it", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls"});
  Peer peer = server.accept();
  peer.expect<Hello>();
  peer.send(Refusal{RefusalCode::full, "too many clients"});
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 1);
  CHECK(got.err == "too many clients\n");
}

TEST_CASE("a server of another major version is not talked to", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"ls"});
  Peer peer = server.accept();
  peer.expect<Hello>();
  Welcome welcome;
  welcome.version = {static_cast<std::uint16_t>(kVersion.major + 1), 0};
  peer.send(welcome);
  CHECK(peer.closed());
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 1);
  CHECK(got.err.find("server speaks protocol 2.0") != std::string::npos);
}

TEST_CASE("attaching without a terminal is an error", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"attach"});
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  peer.send(Attached{1, "app", 4, AttachMode::direct, false, false});
  const Outcome got = outcome.get();
  CHECK(got.status.code() == 1);
  CHECK(got.err == "open terminal failed: not a terminal\n");
}

TEST_CASE("-c asks for a shell and becomes it", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"-c", "echo made it"});
  Peer peer = server.accept();
  peer.greet();
  const auto shell = peer.expect<Shell>();
  peer.send(Exec{"", shell.command});
  const Outcome got = outcome.get();
  CHECK(got.out == "made it\n");
  CHECK(got.status.code() == 0);
}

TEST_CASE("control mode says so and streams its standard input", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"-C", "attach"}, "list-windows\n");
  Peer peer = server.accept();
  CHECK(peer.greet().control == ControlMode::plain);
  peer.expect<Command>();
  peer.send(StdinRequest{});
  CHECK(peer.expect<StdinData>().bytes == "list-windows\n");
  peer.expect<StdinEof>();
  peer.send(Print{1, "%begin 1 2 1\n%end 1 2 1\n"});
  peer.send(Exit{0});
  CHECK(outcome.get().out == "%begin 1 2 1\n%end 1 2 1\n%exit\n");
}

TEST_CASE("a command that takes long is asked once whether its server lives", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"wait-for", "x"});
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  REQUIRE(wait_until([&] {
    peer.take_available();
    return peer.pings() == 1;
  }));
  peer.send(Pong{1});
  peer.send(Exit{0});
  CHECK(outcome.get().status.code() == 0);
  peer.take_available();
  CHECK(peer.pings() == 1);
}

TEST_CASE("a detach that comes instead of an end is told", "[client]") {
  FakeServer server;
  auto outcome = start(server, {"kill-server"});
  Peer peer = server.accept();
  peer.greet();
  peer.expect<Command>();
  peer.send(Detached{DetachReason::server_exited, "[server exited]", 0});
  CHECK(outcome.get().out == "[server exited]\n");
}
