#include <fcntl.h>
#include <signal.h>
#include <termios.h>

#include <fstream>

#include "fake_server.hpp"
#include "protocol/input_buffer.hpp"

using namespace sess;
using namespace sess::protocol;
using namespace sess::test;

namespace {

bool raw(Pty& pty) {
  termios now{};
  REQUIRE(::tcgetattr(pty.fd(), &now) == 0);
  return (now.c_lflag & (ICANON | ECHO)) == 0;
}

struct AttachedClient {
  FakeServer server;
  Pty pty{client_argv(), server.client_env({"attach"}), Size{24, 80}};
  Peer peer = server.accept();
  Hello hello = peer.attach();
  AttachedClient() {
    // Before raw mode a Ctrl-C would be a signal.
    REQUIRE(wait_until([this] { return raw(pty); }));
  }
};

void type(Pty& pty, std::string_view bytes) {
  pty.write(bytes);
}

std::string output_frame(std::uint64_t offset, std::string_view bytes) {
  return encode(Output{offset, 0, bytes});
}

std::size_t resident_bytes(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

}  // namespace

TEST_CASE("an attachment relays both ways, unchanged and in raw mode", "[client]") {
  AttachedClient on;
  CHECK(on.hello.tty == on.pty.tty());
  CHECK(on.hello.stdin_tty);
  CHECK(on.hello.size.cells == Size{24, 80});
  CHECK(on.hello.term == "xterm-256color");
  CHECK(on.hello.utf8);
  on.peer.send(Output{100, 0, "\x1b[1mhello\n\r"});
  CHECK(on.pty.read_until("hello").find("\x1b[1mhello") != std::string::npos);
  CHECK(raw(on.pty));
  type(on.pty, "\x03x\r");
  const auto typed = on.peer.expect<Input>();
  CHECK(typed.sequence == 1);
  CHECK(typed.bytes == "\x03x\r");
  on.peer.send(InputAck{1});
  type(on.pty, "y");
  CHECK(on.peer.expect<Input>().sequence == 2);
  on.peer.send(Detached{DetachReason::detached, "[detached (from session app)]", 0});
  REQUIRE(on.pty.wait_exit());
}

TEST_CASE("on detach the client undoes its modes, says so and exits with the status", "[client]") {
  AttachedClient on;
  on.peer.send(Output{100, 0, "last words"});
  on.peer.send(Detached{DetachReason::exited, "[exited]", 7});
  const auto status = on.pty.wait_exit();
  const std::string all = on.pty.read_available();
  REQUIRE(status);
  CHECK(status->code() == 7);
  CHECK(all.find("last words<undo>[exited]\r\n") != std::string::npos);
  CHECK_FALSE(raw(on.pty));
}

TEST_CASE("a newer undo replaces the former", "[client]") {
  AttachedClient on;
  on.peer.send(Undo{"<newer>"});
  on.peer.send(Detached{DetachReason::detached, "[detached]", 0});
  REQUIRE(on.pty.wait_exit());
  const std::string all = on.pty.read_available();
  CHECK(all.find("<newer>[detached]") != std::string::npos);
  CHECK(all.find(kUndo) == std::string::npos);
}

TEST_CASE("a lost connection is resumed: unacknowledged input is sent again once, the screen stays",
          "[client]") {
  AttachedClient on;
  on.peer.send(Output{100, 0, "before "});
  on.peer.send(Output{kNoOffset, 0, "drawn "});
  on.pty.read_until("drawn ");
  type(on.pty, "a");
  CHECK(on.peer.expect<Input>().sequence == 1);
  type(on.pty, "b");
  CHECK(on.peer.expect<Input>().sequence == 2);
  on.peer.close();  // the first was applied, but its acknowledgement got lost

  Peer next = on.server.accept();
  const Hello hello = next.greet(1);
  REQUIRE(hello.resume);
  CHECK(hello.resume->token == "token");
  CHECK(hello.resume->session == 1);
  CHECK(hello.resume->pane == 4);
  CHECK(hello.resume->offset == 100);
  CHECK(hello.resume->past == 6);
  CHECK(hello.resume->input_sequence == 2);
  const auto again = next.expect<Input>();
  CHECK(again.sequence == 2);
  CHECK(again.bytes == "b");
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, true});
  next.send(Output{110, 0, "after"});
  type(on.pty, "c");
  const auto typed = next.expect<Input>();
  CHECK(typed.sequence == 3);
  CHECK(typed.bytes == "c");
  CHECK(on.pty.read_until("after") == "after");  // neither undo nor a message in between
  CHECK(raw(on.pty));
}

TEST_CASE("what is typed while nobody serves is delivered to the next server", "[client]") {
  AttachedClient on;
  on.peer.send(Output{100, 0, "ready"});
  on.pty.read_until("ready");
  on.peer.close();
  Peer hung = on.server.accept();  // takes the connection, dies before welcome
  hung.expect<Hello>();
  type(on.pty, "while ");
  type(on.pty, "away");
  hung.close();
  Peer next = on.server.accept();
  next.greet(0);
  std::string typed;
  std::uint64_t sequence = 0;
  while (typed.size() < 10) {
    const auto input = next.expect<Input>();
    CHECK(input.sequence == ++sequence);
    typed += input.bytes;
  }
  CHECK(typed == "while away");
}

TEST_CASE("a server that does not know the client is sent nothing again", "[client]") {
  AttachedClient on;
  type(on.pty, "a");
  on.peer.expect<Input>();
  on.peer.close();
  Peer next = on.server.accept();
  next.greet();
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, false});
  type(on.pty, "b");
  CHECK(next.expect<Input>().bytes == "b");
  next.close();
  Peer third = on.server.accept();
  third.greet(0);
  const auto typed = third.expect<Input>();
  CHECK(typed.sequence == 2);
  CHECK(typed.bytes == "b");
}

TEST_CASE("a session that ended while the connection was lost ends the client", "[client]") {
  AttachedClient on;
  on.peer.close();
  Peer next = on.server.accept();
  next.greet(0);
  next.send(Detached{DetachReason::exited, "[exited]", 0});
  const auto status = on.pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 0);
  CHECK(on.pty.read_available().find("<undo>[exited]") != std::string::npos);
}

TEST_CASE("a server that never comes back: Ctrl-C gives up, and undo is written", "[client]") {
  AttachedClient on;
  on.server.disappear();
  on.peer.close();
  std::optional<ExitStatus> status;
  // Within the first second a Ctrl-C is input like any other; so it is typed until it counts.
  REQUIRE(wait_until([&] {
    if (!on.pty.closed()) type(on.pty, "\x03");
    status = on.pty.wait_exit(Milliseconds(1));
    return status.has_value();
  }));
  CHECK(status->code() == 1);
  const std::string shown = on.pty.read_available();
  INFO(shown);
  const auto undone = shown.rfind("<undo>");
  REQUIRE(undone != std::string::npos);
  // A Ctrl-C that came behind it is echoed there.
  CHECK(shown.find("[lost server", undone) != std::string::npos);
}

TEST_CASE("a long outage shows one line, and the screen is asked for again when it is over", "[client]") {
  AttachedClient on;
  on.server.disappear();
  on.peer.close();
  const std::string seen = on.pty.read_until("Ctrl-C gives up");
  CHECK(seen.find("waiting for the server") != std::string::npos);
  on.server.listen();
  Peer next = on.server.accept();
  SECTION("by the resume, so that nothing scrolls that line away") {
    const auto resume = next.greet(0).resume;
    REQUIRE(resume);
    CHECK(resume->drawn);
    CHECK_FALSE(resume->written_on);
  }
  SECTION("afterwards, of a server that may be older") {
    next.set_features({std::string(kSteadyAcks)});
    next.greet(0);
    next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, true});
    const auto continued = next.expect<Continued>();
    CHECK(continued.size.cells == Size{24, 80});
    CHECK(continued.kept);  // but for that line
  }
}

TEST_CASE("what has scrolled off is told with a resume and a pause, and output is dropped during a pause",
          "[client]") {
  AttachedClient on;
  on.peer.send(Output{7, 0, "go", Scrolled{3, 20}});
  on.pty.read_until("go");
  on.peer.send(protocol::Attached{1, "app", 5, AttachMode::composed, false, false});
  on.peer.send(Output{kNoOffset, Output::kDrawn, "message"});
  on.pty.read_until("message");
  on.peer.close();
  Peer next = on.server.accept();
  auto resume = *next.greet(0).resume;
  // Of the pane that was shown directly, whatever was drawn since.
  CHECK(resume.scrolled == PaneScrolled{4, 3, 20});
  CHECK_FALSE(resume.written_on);
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, false});
  next.send(Output{9, 0, "on", Scrolled{4, 0}});
  on.pty.read_until("on");
  next.send(Lock{"echo locked; read key"});
  on.pty.read_until("locked\r\n");
  CHECK(next.expect<Suspended>().scrolled == PaneScrolled{4, 4, 0});
  next.send(Output{11, 0, "late", Scrolled{5, 0}});  // crossed with it
  type(on.pty, "\n");
  next.expect<Continued>();
  SECTION("until the terminal is shown something again") {
    next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, false});  // crossed with it, too
    next.send(Output{12, 0, "later", Scrolled{5, 3}});
    next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, false, 1});
    next.send(Output{13, 0, "anew", Scrolled{6, 0}});
    CHECK(on.pty.read_until("anew").find("late") == std::string::npos);
    next.close();
    resume = *on.server.accept().greet(0).resume;
    CHECK_FALSE(resume.written_on);
    CHECK(resume.scrolled == PaneScrolled{4, 6, 0});
    CHECK(resume.offset == 13);
  }
  SECTION("also by a server that has to be found first") {
    next.close();
    Peer third = on.server.accept();
    for (int i = 0; i < 2; ++i) {
      resume = *third.greet(0).resume;
      CHECK(resume.written_on);
      CHECK(resume.scrolled == PaneScrolled{4, 4, 0});
      // One that dies before it has shown anything.
      third.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, false});
      third.close();
      third = on.server.accept();
    }
  }
}

TEST_CASE("a server that would count anew after a pause is resumed instead, without an offset", "[client]") {
  AttachedClient on;
  on.peer.send(Output{7, 0, "go"});
  on.pty.read_until("go");
  on.server.disappear();
  on.peer.close();
  on.pty.read_until("Ctrl-C gives up");
  on.server.listen();
  Peer next = on.server.accept();
  next.set_features({});
  // It may be any server: which one is known when it has said welcome.
  CHECK(next.greet(0).resume->offset == 7);
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, true});
  next.send(Output{8, 0, "shown"});
  on.pty.read_until("shown");
  on.pty.signal(SIGSTOP);
  on.pty.signal(SIGCONT);
  CHECK(next.closed());
  Peer third = on.server.accept();
  third.set_features({});
  CHECK(third.greet(0).resume->offset == kNoOffset);
}

TEST_CASE("after a pause acknowledgements go on counting from the first attached", "[client]") {
  AttachedClient on;
  on.peer.send_bytes(output_frame(kNoOffset, std::string(2000, 'a')));
  on.peer.expect_ack(2000);
  on.pty.signal(SIGSTOP);
  on.pty.signal(SIGCONT);
  on.peer.expect<Suspended>();
  CHECK_FALSE(on.peer.expect<Continued>().kept);
  on.peer.send_bytes(output_frame(kNoOffset, std::string(3000, 'b')));
  on.peer.expect_ack(5000);
  CHECK(on.peer.acked() == 5000);
}

TEST_CASE("what was drawn, or stands beside the output, is no part of the output that a resume names",
          "[client]") {
  AttachedClient on;
  on.peer.send(Output{7, 0, "go"});
  on.peer.send(Output{kNoOffset, Output::kAside, "\a"});
  on.peer.send(Output{kNoOffset, 0, "part"});
  on.pty.read_until("part");
  on.peer.close();
  Peer next = on.server.accept();
  auto resume = *next.greet(0).resume;
  CHECK(resume.past == 4);
  CHECK_FALSE(resume.drawn);
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, true});
  next.send(Output{kNoOffset, Output::kDrawn, "screen"});
  on.pty.read_until("screen");
  next.close();
  Peer third = on.server.accept();
  resume = *third.greet(0).resume;
  CHECK(resume.offset == 7);
  CHECK(resume.drawn);
  third.send(protocol::Attached{1, "app", 4, AttachMode::composed, false, false});
  third.send(Output{kNoOffset, 0, "frame"});
  on.pty.read_until("frame");
  third.close();
  resume = *on.server.accept().greet(0).resume;
  CHECK(resume.mode == AttachMode::composed);
  CHECK(resume.past == 4);
}

TEST_CASE("a slow terminal blocks nothing and memory stays bounded", "[client]") {
  AttachedClient on;
  on.peer.send(Output{1, 0, "go"});
  on.pty.read_until("go");
  const std::size_t before = resident_bytes(on.pty.pid());
  // Nobody reads the terminal. The client takes what its bounds allow, then stops reading its socket.
  const std::string chunk(64 * 1024, 'x');
  const std::string frame = output_frame(kNoOffset, chunk);
  std::size_t sent = 0;
  std::string part;
  for (int i = 0; i < 2000 && part.empty(); ++i) {
    const std::size_t took = on.peer.try_send(frame, Milliseconds(500));
    sent += took;
    if (took < frame.size()) part = frame.substr(took);
  }
  REQUIRE_FALSE(part.empty());
  CHECK(sent < 4 * 1024 * 1024);
  CHECK(resident_bytes(on.pty.pid()) < before + 8 * 1024 * 1024);
  // Keys go through all the same.
  type(on.pty, "q");
  CHECK(on.peer.expect<Input>().bytes == "q");
  CHECK(on.peer.acked() < 256 * 1024);
  // And nothing is lost once the terminal takes it.
  const std::size_t frames = (sent + part.size()) / frame.size();
  std::string shown;
  REQUIRE(wait_until([&] {
    shown += on.pty.read_available();
    part.erase(0, on.peer.try_send(part, Milliseconds(0)));
    return shown.size() >= frames * chunk.size();
  }));
  CHECK(shown.size() == frames * chunk.size());
  CHECK(shown.find_first_not_of('x') == std::string::npos);
  on.peer.expect_ack(2 + frames * chunk.size());
}

TEST_CASE("output is acknowledged, and acknowledgements count anew on a new connection", "[client]") {
  AttachedClient on;
  on.peer.send(Output{3000, 0, std::string(3000, 'a')});
  on.peer.expect_ack(3000);
  on.peer.close();
  Peer next = on.server.accept();
  next.greet(0);
  next.send(protocol::Attached{1, "app", 4, AttachMode::direct, false, true});
  next.send(Output{5000, 0, std::string(2000, 'b')});
  next.expect_ack(2000);
}

TEST_CASE("a small output is acknowledged together with the next key", "[client]") {
  AttachedClient on;
  const std::string some(300, 'a');
  on.peer.send(Output{300, 0, some});
  on.pty.read_until(some);
  type(on.pty, "k");
  on.peer.expect<Input>();
  on.peer.expect_ack(300);
}

TEST_CASE("a new size of the terminal is told", "[client]") {
  AttachedClient on;
  on.pty.resize({40, 100});
  CHECK(on.peer.expect<Resize>().size.cells == Size{40, 100});
}

TEST_CASE("an orphaned client goes on at once after suspend", "[client]") {
  AttachedClient on;
  on.peer.send(Suspend{});
  on.peer.expect<Suspended>();
  CHECK(on.peer.expect<Continued>().size.cells == Size{24, 80});
  CHECK(on.pty.read_until(kUndo).find(kUndo) != std::string::npos);
  CHECK(raw(on.pty));
  type(on.pty, "x");
  on.peer.expect<Input>();
}

TEST_CASE("suspend gives the terminal back to the shell, and fg takes it again", "[client]") {
  FakeServer server;
  const auto argv = client_argv();
  Pty pty(
      {"sh", "-mc", "\"$0\" \"$1\"; echo shell again; read line; fg >/dev/null; echo done", argv[0], argv[1]},
      server.client_env({"attach"}));
  Peer peer = server.accept();
  peer.attach();
  SECTION("asked by the server") {
    peer.send(Suspend{});
  }
  SECTION("asked by a signal") {
    peer.send(Output{1, 0, "ready"});
    pty.read_until("ready");
    pid_t foreground = 0;
    REQUIRE(wait_until([&] {
      foreground = ::tcgetpgrp(pty.fd());
      return foreground > 0 && foreground != pty.pid();
    }));
    REQUIRE(::kill(foreground, SIGTSTP) == 0);
  }
  peer.expect<Suspended>();
  const std::string seen = pty.read_until("shell again");
  CHECK(seen.find(kUndo) != std::string::npos);
  CHECK_FALSE(raw(pty));
  type(pty, "\n");
  peer.expect<Continued>();
  CHECK(raw(pty));
  peer.send(Detached{DetachReason::detached, "[detached]", 0});
  CHECK(pty.read_until("done").find("[detached]") != std::string::npos);
}

TEST_CASE("SIGTERM detaches, undoes and ends with status 1", "[client]") {
  AttachedClient on;
  on.pty.signal(SIGTERM);
  CHECK_FALSE(on.peer.expect<Detach>().hangup);
  const auto status = on.pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 1);
  CHECK(on.pty.read_available().find("<undo>[terminated]") != std::string::npos);
}

TEST_CASE("SIGHUP tells the server that nobody is left", "[client]") {
  AttachedClient on;
  on.pty.signal(SIGHUP);
  CHECK(on.peer.expect<Detach>().hangup);
  REQUIRE(on.pty.wait_exit());
}

TEST_CASE("SIGINT from elsewhere does not end an attachment", "[client]") {
  AttachedClient on;
  on.pty.signal(SIGINT);
  type(on.pty, "x");
  CHECK(on.peer.expect<Input>().bytes == "x");
}

TEST_CASE("exec replaces the client after the modes are undone", "[client]") {
  AttachedClient on;
  on.peer.send(Exec{"/bin/sh", "echo from the shell; exit 5"});
  const auto status = on.pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 5);
  CHECK(on.pty.read_available().find("<undo>from the shell\r\n") != std::string::npos);
}

TEST_CASE("lock runs its command on the terminal outside raw mode and comes back", "[client]") {
  AttachedClient on;
  on.peer.send(Lock{"echo locked; read key"});
  on.pty.read_until("locked\r\n");
  CHECK_FALSE(raw(on.pty));
  on.peer.expect<Suspended>();
  type(on.pty, "\n");
  on.peer.expect<Continued>();
  CHECK(raw(on.pty));
}

TEST_CASE("a server that answers no input is pinged and then reported to its keeper", "[client]") {
  static volatile sig_atomic_t rings;
  rings = 0;
  struct sigaction before {};
  struct sigaction count {};
  count.sa_handler = [](int) { rings = rings + 1; };
  REQUIRE(::sigaction(SIGUSR1, &count, &before) == 0);
  AttachedClient on;
  type(on.pty, "x");
  on.peer.expect<Input>();
  // The keeper is whoever called listen(): this process.
  CHECK(wait_until([] { return rings > 0; }));
  on.peer.take_available();
  CHECK(on.peer.pings() == 1);
  on.peer.send(InputAck{1});
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("pings of the server are answered at once", "[client]") {
  AttachedClient on;
  on.peer.send(Ping{42});
  CHECK(on.peer.expect<Pong>().serial == 42);
}

TEST_CASE("unknown messages are skipped when they are optional and end the client when not", "[client]") {
  AttachedClient on;
  std::string frame;
  append_frame(frame, static_cast<FrameType>(999), "{}", kFlagOptional);
  on.peer.send_bytes(frame);
  on.peer.send(Ping{1});
  on.peer.expect<Pong>();
  frame.clear();
  append_frame(frame, static_cast<FrameType>(999), "{}");
  on.peer.send_bytes(frame);
  const auto status = on.pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 1);
  CHECK(on.pty.read_available().find("<undo>the server sent a message of an unknown type (999)") !=
        std::string::npos);
}

TEST_CASE("a server that sends rubbish ends the client with its modes undone", "[client]") {
  AttachedClient on;
  on.peer.send_bytes(std::string(64, '\xff'));
  const auto status = on.pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 1);
  CHECK(on.pty.read_available().find(kUndo) != std::string::npos);
}

TEST_CASE("a paste larger than the buffer arrives whole, at the pace of the server", "[client]") {
  AttachedClient on;
  std::string paste;
  for (int i = 0; paste.size() < 2 * InputBuffer::kMaxBytes; ++i) paste += std::to_string(i) + " ";
  REQUIRE(::fcntl(on.pty.fd(), F_SETFL, O_NONBLOCK) == 0);
  std::size_t written = 0;
  std::string got;
  std::uint64_t sequence = 0;
  bool acknowledging = false;
  while (got.size() < paste.size()) {
    const ssize_t n = ::write(on.pty.fd(), paste.data() + written, paste.size() - written);
    if (n > 0) written += static_cast<std::size_t>(n);
    if (!wait_readable(on.peer.fd(), Milliseconds(written < paste.size() ? 1 : 20'000))) continue;
    const auto input = on.peer.expect<Input>();
    REQUIRE(input.sequence == ++sequence);
    got += input.bytes;
    // The client sends what its buffer holds unacknowledged, and then no more.
    if (!acknowledging) REQUIRE(got.size() <= InputBuffer::kMaxBytes);
    acknowledging = acknowledging || got.size() == InputBuffer::kMaxBytes;
    if (acknowledging) on.peer.send(InputAck{sequence});
  }
  CHECK(got == paste);
}

TEST_CASE("sess -CC gives the terminal back however it ends", "[client]") {
  FakeServer server;
  Pty pty(client_argv(), server.client_env({"-CC", "attach"}));
  Peer peer = server.accept();
  CHECK(peer.greet().control == ControlMode::raw);
  peer.expect<Command>();
  REQUIRE(wait_until([&] { return raw(pty); }));
  SECTION("by an exit") {
    peer.send(Print{1, "%exit\n"});
    peer.send(Exit{0});
  }
  SECTION("by a signal") {
    pty.signal(SIGTERM);
  }
  SECTION("by the loss of its server") {
    peer.close();
  }
  REQUIRE(pty.wait_exit());
  CHECK_FALSE(raw(pty));
}
