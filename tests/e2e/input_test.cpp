// Typing while the server dies: every byte reaches the program once. Which program has the focus.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

/// Types as fast as the terminal takes it, until nothing more is taken for so long; how much was.
std::size_t paste(Attached& client, std::string_view text, Milliseconds patience) {
  std::size_t typed = 0;
  Deadline deadline(patience);
  while (typed < text.size() && !deadline.passed()) {
    const ssize_t n =
        ::write(client.pty().fd(), text.data() + typed, std::min<std::size_t>(4000, text.size() - typed));
    if (n > 0) {
      typed += static_cast<std::size_t>(n);
      deadline = Deadline(patience);
      continue;
    }
    pollfd terminal{client.pty().fd(), POLLIN | POLLOUT, 0};
    static_cast<void>(::poll(&terminal, 1, 20));
    if ((terminal.revents & POLLIN) != 0) client.pump();
  }
  return typed;
}

#ifndef SESS_SANITIZED
/// Resident memory of a process, bytes.
std::size_t resident(pid_t pid) {
  std::size_t total = 0, pages = 0;
  std::ifstream("/proc/" + std::to_string(pid) + "/statm") >> total >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}
#endif

}  // namespace

TEST_CASE("what is typed while the server is killed twenty times arrives whole and once", "[crash]") {
  Rig rig;
  const auto client = rig.terminal(
      {"new-session", "-s", "app", "stty -echo; echo ready; exec cat > " + rig.home().root() + "/typed"});
  REQUIRE(client->wait_for_text("ready"));
  std::string expected;
  int line = 0;
  for (int kill = 0; kill < 20; ++kill) {
    const pid_t old = rig.server();
    REQUIRE(old > 0);
    for (int i = 0; i < 100; ++i) {
      if (i == 50 + kill) ::kill(old, SIGKILL);
      const std::string text = "line " + std::to_string(++line) + " of what is typed\r";
      expected += text;
      client->type(text);
      client->pump();
    }
    REQUIRE(client->wait_until([&] {
      const pid_t now = rig.server();
      return now > 0 && now != old;
    }));
  }
  for (char& c : expected) c = c == '\r' ? '\n' : c;
  const auto typed = [&] { return read_file(rig.home().root() + "/typed"); };
  client->wait_until([&] { return typed().size() >= expected.size(); });
  CHECK(typed() == expected);
}

TEST_CASE("a program that asked for focus events hears when another pane takes the focus, and the hooks run",
          "[input]") {
  Rig rig;
  const auto client =
      rig.terminal({"new-session", "-s", "app", "printf '\\033[?1004hready'; stty -icanon; exec cat -v"});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-option", "-s", "focus-events", "on"});
  rig.ask({"set-hook", "-gw", "pane-focus-out", "set-option -gaF @out '#{pane_id} '"});
  rig.ask({"set-hook", "-gw", "pane-focus-in", "set-option -gaF @in '#{pane_id} '"});
  rig.ask({"split-window", "-t", "app:", "exec cat"});
  REQUIRE(client->wait_for_text("^[[O"));
  CHECK(rig.ask({"show-options", "-gqv", "@in"}) == "%1 ");
  rig.ask({"select-pane", "-t", "app:.0"});
  CHECK(client->wait_for_text("^[[I"));
  CHECK(rig.ask({"show-options", "-gqv", "@out"}) == "%0 %1 ");
  CHECK(rig.ask({"show-options", "-gqv", "@in"}) == "%1 %0 ");
}

namespace {

/// A program that reads its terminal raw and writes what it gets into a file.
std::string reader_into(const std::string& file) {
  return "stty raw -echo; echo ready; exec dd bs=64k status=none of=" + file;
}

void put_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("text and an Escape that still may begin a sequence arrive once when the server dies in between",
          "[crash]") {
  Rig rig;
  const std::string file = rig.home().root() + "/typed";
  const auto client = rig.terminal({"new-session", "-s", "app", reader_into(file)});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-option", "-s", "escape-time", "1000"});
  std::string expected;
  for (const std::string text : {"abc\x1b", "\xec\xb0\xbd\xec", "\xb0\xbd", "one\x1b[", "Atwo"}) {
    client->type(text);
    expected += text;
    // What was typed before the sequence is in the file: the server has this frame, and not the end of it.
    const std::size_t whole = expected.find_last_not_of("\x1b[\xec") + 1;
    REQUIRE(client->wait_until([&] { return read_file(file).size() >= whole; }));
    rig.kill_server();
  }
  client->type("Z");
  expected += "Z";
  CHECK(client->wait_until([&] { return read_file(file).size() >= expected.size(); }));
  CHECK(read_file(file) == expected);
}

TEST_CASE("text before a bound key arrives once, and the binding does not run twice, when it ends the server",
          "[crash]") {
  Rig rig;
  const std::string file = rig.home().root() + "/typed";
  const auto client = rig.terminal({"new-session", "-s", "app", reader_into(file)});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"bind-key", "-n", "F5", "set-option -ga @ran x ; run-shell 'kill -9 $PPID'"});
  for (int i = 0; i < 5; ++i) {
    const pid_t old = rig.server();
    client->type("text\x1b[15~");
    REQUIRE(client->wait_until([&] { return rig.server() > 0 && rig.server() != old; }));
  }
  client->type("Z");
  CHECK(client->wait_until([&] { return read_file(file).ends_with("Z"); }));
  CHECK(read_file(file) == "texttexttexttexttextZ");
  // The shell may be faster than the end of the turn that writes the option down; the key is not pressed
  // again.
  CHECK(rig.ask({"show-options", "-gqv", "@ran"}).size() <= 5);
}

TEST_CASE("a paste of megabytes into a program that reads later arrives whole and in order", "[input]") {
  Rig rig;
  const std::string file = rig.home().root() + "/typed";
  const std::string gate = rig.home().root() + "/gate";
  const auto client = rig.terminal({"new-session", "-s", "app",
                                    "mkfifo " + gate + "; stty raw -echo; echo ready; read line < " + gate +
                                        "; exec dd bs=64k status=none of=" + file});
  REQUIRE(client->wait_for_text("ready"));
  std::string text;
  for (int i = 0; text.size() < 9 << 18; ++i) text += "line " + std::to_string(i) + "\r";
  std::size_t typed = 0;
  // All that stands between is filled: then the terminal is not read any more.
  typed += paste(*client, text, Milliseconds(500));
  CHECK(typed > 1 << 20);
  CHECK(typed < 2 << 20);
  client->set_answering(false);  // it could not be heard
  // Others go on, and so does the program's own picture.
  rig.ask({"split-window", "-d", "-t", "app:", "exec cat"});
  rig.ask({"send-keys", "-t", "app:.1", "other", "Enter"});
  CHECK(client->wait_for_text("other"));
  put_file(gate, "\n");
  constexpr Milliseconds kBusyMachine(120'000);
  typed += paste(*client, std::string_view(text).substr(typed), kBusyMachine);
  CHECK(client->wait_until([&] { return fs::file_size(file) >= text.size(); }, kBusyMachine));
  const bool whole = read_file(file) == text;  // not compared in the assertion: megabytes would be printed
  CHECK(whole);
}

// Four megabytes take seconds on a busy machine; SESS_TEST_PASTE=100 is for a person who has the time.
TEST_CASE(
    "what is pasted for minutes arrives whole, memory stays as it is, and Ctrl-C behind it is obeyed in its "
    "turn",
    "[input]") {
  Rig rig;
  constexpr std::size_t kMegabytes = 4;
  const char* asked = std::getenv("SESS_TEST_PASTE");
  const std::size_t size = (asked != nullptr ? std::strtoul(asked, nullptr, 10) : kMegabytes) * 1'000'000;
  const std::string file = rig.home().root() + "/typed";
  const auto client = rig.terminal(
      {"new-session", "-s", "app",
       "stty -echo -icanon noflsh; trap 'echo interrupted' INT; exec 3<&0; dd bs=64k status=none of=" + file +
           " <&3 & echo ready; while :; do wait; done"});
  REQUIRE(client->wait_for_text("ready"));
#ifndef SESS_SANITIZED
  const pid_t daemons[] = {rig.keeper(), rig.server()};
  const std::size_t before[] = {resident(daemons[0]), resident(daemons[1]), resident(client->pty().pid())};
#endif
  std::string piece;
  for (int i = 0; piece.size() < 1'000'000; ++i) piece += "line " + std::to_string(i) + "\n";
  piece.resize(1'000'000);
  constexpr Milliseconds kBusyMachine(120'000);
  for (std::size_t typed = 0; typed < size; typed += piece.size()) {
    REQUIRE(paste(*client, piece, kBusyMachine) == piece.size());
    if (typed > 0) continue;
    // Others are served meanwhile.
    CHECK(rig.ask({"display-message", "-p", "served"}) == "served");
  }
  client->type("\x03");
  CHECK(client->wait_for_text("interrupted", kBusyMachine));
  REQUIRE(client->wait_until([&] { return fs::file_size(file) >= size; }, kBusyMachine));
  std::ifstream arrived(file);
  std::string read(piece.size(), '\0');
  std::size_t right = 0;
  while (arrived.read(read.data(), static_cast<std::streamsize>(read.size())))
    right += read == piece ? read.size() : 0;
  CHECK(right == size);
#ifndef SESS_SANITIZED
  constexpr std::size_t kRings = 8 << 20;  // the journal's, and what the ends keep
  CHECK(resident(daemons[0]) < before[0] + kRings);
  CHECK(resident(daemons[1]) < before[1] + kRings);
  CHECK(resident(client->pty().pid()) < before[2] + kRings);
#endif
}

TEST_CASE("a character whose bytes come apart reaches a program in a drawn window", "[input]") {
  Rig rig;
  const std::string file = rig.home().root() + "/typed";
  const auto client = rig.terminal({"new-session", "-s", "app", reader_into(file)});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-option", "-g", "status", "on"});
  REQUIRE(client->wait_for_text("[app]"));
  rig.ask({"set-option", "-s", "escape-time", "1"});
  const std::string text =
      "A\xec\xb0\xbd"
      "B";
  for (const char byte : text) {
    const std::size_t before = read_file(file).size();
    client->type({&byte, 1});
    // As long as a server that took escape-time for it would need.
    client->wait_until([&] { return read_file(file).size() > before; }, Milliseconds(60));
  }
  CHECK(client->wait_until([&] { return read_file(file).size() >= text.size(); }));
  CHECK(read_file(file) == text);
}

TEST_CASE("two clicks run what is bound to a double click, once no third one comes", "[input]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "echo ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-option", "-g", "status", "on"});
  rig.ask({"set-option", "-g", "mouse", "on"});
  rig.ask({"bind-key", "-n", "DoubleClick1Pane", "set-option -ga @double x"});
  rig.ask({"bind-key", "-n", "TripleClick1Pane", "set-option -ga @triple x"});
  REQUIRE(client->wait_for_text("[app]"));
  const std::string click = "\x1b[<0;5;3M\x1b[<0;5;3m";
  client->type(click + click);
  CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@double"}) == "x"; }));
  client->type(click + click + click);
  CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@triple"}) == "x"; }));
  CHECK(rig.ask({"show-options", "-gqv", "@double"}) == "x");
}

TEST_CASE(
    "who is stuck behind a paste that nobody reads can leave by the key, and send-keys waits or is told",
    "[input]") {
  Rig rig;
  const auto client =
      rig.terminal({"new-session", "-s", "app", "stty raw -echo; echo ready; exec sleep 1000"});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-buffer", std::string(100'000, 'x')});
  rig.ask({"bind-key", "-n", "F5", "paste-buffer"});
  // A ring full, and then more than the ring: the last of these keys waits behind it.
  for (int i = 0; i < 15; ++i) client->type("\x1b[15~");
  REQUIRE(
      client->wait_until([&] { return rig.sess({"list-clients"}).out.find("app") != std::string::npos; }));
  client->type(
      "behind\x02"
      "d");
  const auto left = client->wait_exit();
  REQUIRE(left);
  CHECK(client->transcript().find("[detached (from session app)]") != std::string::npos);
  rig.ask({"kill-session", "-t", "app"});
}
