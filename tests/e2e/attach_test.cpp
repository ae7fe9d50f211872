// Attaching: who sees what, who may type, and what a terminal looks like when its client leaves, however it
// leaves.
#include <signal.h>

#include <algorithm>
#include <cstdlib>

#include "rig.hpp"

using namespace sess::test;

namespace {

const std::string kDetach =
    "\x02"
    "d";

/// The terminals of the attached clients; none before the daemon is up.
std::string clients(const Rig& rig) {
  std::string out = rig.sess({"-N", "list-clients", "-F", "#{client_tty}"}).out;
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

/// What the terminal shows, then what left it at the top.
std::vector<std::string> whole(Attached& terminal) {
  auto lines = terminal.oracle().scrollback();
  for (const auto& line : split_lines(terminal.screen())) lines.push_back(line);
  return lines;
}

/// Nothing of a program's modes is left.
void check_restored(Attached& terminal) {
  CHECK_FALSE(terminal.oracle().alternate());
  CHECK(terminal.oracle().mouse() == OracleMouse::none);
  CHECK(terminal.oracle().cursor_visible());
  CHECK_FALSE(terminal.oracle().reverse_screen());
  CHECK(terminal.transcript().rfind("\x1b[?2004l") != std::string::npos);
  CHECK(terminal.transcript().rfind("\x1b[?2004h") < terminal.transcript().rfind("\x1b[?2004l"));
}

const char* const kModes =
    "printf '\\033[?1049h\\033[?1002h\\033[?1006h\\033[?2004h\\033[?25l\\033[?5h\\033[3 qmodes'; exec sleep "
    "1000";

long resident_kb(pid_t pid) {
  return std::atol(status_field(pid, "VmRSS").c_str());
}

}  // namespace

TEST_CASE("what a session holds is replayed into the scrollback of a terminal that attaches", "[attach]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "-x", "80", "-y", "24", "seq 1 300; echo end; exec sleep 1000"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "app"}).find("end") != std::string::npos;
  }));
  const auto client = rig.terminal({"attach", "-t", "app"});
  REQUIRE(client->wait_for_text("end"));
  std::vector<std::string> expected;
  for (int i = 1; i <= 300; ++i) expected.push_back(std::to_string(i));
  expected.push_back("end");
  CHECK(whole(*client) == expected);
  client->type(kDetach);
  REQUIRE(client->wait_exit());
  CHECK(client->shows("[detached (from session app)]"));
}

TEST_CASE("a read-only client sees everything, types nothing, and can detach", "[attach]") {
  Rig rig;
  const auto writer = rig.terminal({"new-session", "-s", "app", "stty -echo; exec cat"});
  REQUIRE(writer->wait_until([&] { return !clients(rig).empty(); }));
  const auto reader = rig.terminal({"attach", "-r", "-t", "app"});
  reader->wait_until([&] { return split_lines(clients(rig)).size() == 2; });
  INFO(reader->transcript());
  INFO(rig.sess({"list-clients"}).out);
  REQUIRE(split_lines(clients(rig)).size() == 2);
  reader->type("from the reader\r");
  writer->type("from the writer\r");
  REQUIRE(reader->wait_for_text("from the writer"));
  CHECK_FALSE(reader->shows("from the reader"));
  reader->type(kDetach);
  REQUIRE(reader->wait_exit());
  CHECK(reader->shows("[detached (from session app)]"));
}

TEST_CASE("attach -d sends the others away and tells them", "[attach]") {
  Rig rig;
  const auto first = rig.terminal({"new-session", "-s", "app"});
  REQUIRE(first->wait_until([&] { return !clients(rig).empty(); }));
  const auto second = rig.terminal({"attach", "-d", "-t", "app"});
  const auto status = first->wait_exit();
  REQUIRE(status);
  CHECK(status->success());
  CHECK(first->shows("[detached (from session app)]"));
  CHECK(second->wait_until([&] { return clients(rig) == second->pty().tty(); }));
}

TEST_CASE("the latest client decides the size; the others get a part of it and their own back when it leaves",
          "[attach]") {
  Rig rig;
  const auto large = rig.terminal({"new-session", "-s", "app", "stty -echo; seq 1 100; exec cat"}, {24, 80});
  REQUIRE(large->wait_for_text("100"));
  CHECK_FALSE(large->oracle().alternate());
  const auto small = rig.terminal({"attach", "-t", "app"}, {10, 40});
  REQUIRE(small->wait_for_text("100"));
  REQUIRE(large->wait_until([&] { return large->oracle().alternate(); }));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{window_width}x#{window_height}"}) == "40x10");
  CHECK_FALSE(small->oracle().alternate());
  REQUIRE(large->wait_for_text("100"));

  large->type("typed\r");
  REQUIRE(large->wait_until([&] { return !large->oracle().alternate() && large->shows("typed"); }));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{window_width}x#{window_height}"}) == "80x24");
  REQUIRE(small->wait_until([&] { return small->oracle().alternate() && small->shows("typed"); }));

  small->type("x\r");
  REQUIRE(large->wait_until([&] { return large->oracle().alternate(); }));
  small->type(kDetach);
  REQUIRE(small->wait_exit());
  CHECK_FALSE(small->oracle().alternate());
  REQUIRE(large->wait_until([&] { return !large->oracle().alternate(); }));
  REQUIRE(large->wait_for_text("typed"));
  CHECK(large->oracle().size() == sess::Size{24, 80});
  // Nothing that went through the composed view has reached the native scrollback twice.
  auto lines = whole(*large);
  CHECK(std::count(lines.begin(), lines.end(), "50") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "100") == 1);
}

TEST_CASE(
    "a stopped client under a flood slows nobody, costs bounded memory, and shows the present when it goes "
    "on",
    "[attach]") {
  const SmallQuarantine memory;
  Rig rig;
  const auto stopped = rig.terminal({"new-session", "-s", "app"});
  REQUIRE(stopped->wait_until([&] { return !clients(rig).empty(); }));
  const auto watching = rig.terminal({"attach", "-t", "app"});
  REQUIRE(watching->wait_until([&] { return split_lines(clients(rig)).size() == 2; }));
  stopped->pty().signal(SIGSTOP);
  watching->type(
      "yes flood | head -n 3000000; echo over; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; "
      "done\r");
  REQUIRE(watching->wait_for_text("flood"));
  const long before = resident_kb(rig.server());
  REQUIRE(watching->wait_for_text("line 30", Milliseconds(60'000)));
  const long after = resident_kb(rig.server());
  // The pane's history may fill (50 000 lines of six bytes and the journal's ring); no queue may.
  CHECK(after - before < 16'000);
  stopped->pty().signal(SIGCONT);
  REQUIRE(stopped->wait_for_text("line 30", Milliseconds(30'000)));
  REQUIRE(stopped->wait_until([&] { return stopped->screen() == watching->screen(); }));
}

TEST_CASE("a client that is killed, hung up or whose terminal closes is detached and nothing else happens",
          "[attach]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "stty -echo; exec cat"});
  for (const int signo : {SIGKILL, SIGHUP, SIGTERM}) {
    const auto client = rig.terminal({"attach", "-t", "app"});
    REQUIRE(client->wait_until([&] { return !clients(rig).empty(); }));
    client->type("before " + std::to_string(signo) + "\r");
    REQUIRE(client->wait_for_text("before " + std::to_string(signo)));
    client->pty().signal(signo);
    REQUIRE(client->wait_exit());
    CHECK(wait_until([&] { return clients(rig).empty(); }));
  }
  {
    const auto closing = rig.terminal({"attach", "-t", "app"});
    REQUIRE(closing->wait_until([&] { return !clients(rig).empty(); }));
  }
  CHECK(wait_until([&] { return clients(rig).empty(); }));
  const auto again = rig.terminal({"attach", "-t", "app"});
  for (const int signo : {SIGKILL, SIGHUP, SIGTERM})
    CHECK(again->wait_for_text("before " + std::to_string(signo)));
}

TEST_CASE("detaching undoes every mode of the program, and attaching brings them back", "[attach]") {
  Rig rig;
  for (int i = 0; i < 2; ++i) {
    const auto client =
        i == 0 ? rig.terminal({"new-session", "-s", "app", kModes}) : rig.terminal({"attach", "-t", "app"});
    REQUIRE(client->wait_for_text("modes"));
    REQUIRE(client->wait_until([&] { return client->oracle().mouse() == OracleMouse::drag; }));
    CHECK(client->oracle().alternate());
    CHECK_FALSE(client->oracle().cursor_visible());
    CHECK(client->oracle().reverse_screen());
    client->type(kDetach);
    REQUIRE(client->wait_exit());
    check_restored(*client);
  }
}

TEST_CASE("a program that ends, a daemon that is lost and a signal undo the modes as well", "[attach]") {
  Rig rig;
  const auto start = [&](const std::string& session) {
    auto client = rig.terminal({"new-session", "-s", session, kModes});
    REQUIRE(client->wait_for_text("modes"));
    REQUIRE(client->wait_until([&] { return client->oracle().mouse() == OracleMouse::drag; }));
    return client;
  };
  SECTION("the program is ended") {
    const auto client = start("app");
    ::kill(std::stoi(rig.ask({"display-message", "-p", "-t", "app", "#{pane_pid}"})), SIGKILL);
    REQUIRE(client->wait_exit());
    CHECK(client->shows("[exited]"));
    check_restored(*client);
  }
  SECTION("the daemon is killed, keeper and all") {
    const auto client = start("app");
    const pid_t keeper = rig.keeper();
    ::kill(keeper, SIGKILL);
    REQUIRE(client->wait_exit(Milliseconds(30'000)));
    CHECK(client->shows("[lost server]"));
    check_restored(*client);
  }
  SECTION("the client is told to end") {
    const auto client = start("app");
    client->pty().signal(SIGTERM);
    REQUIRE(client->wait_exit());
    check_restored(*client);
  }
}

TEST_CASE("C-b C-z stops the client with the terminal as it was, and fg shows the session again",
          "[attach]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", kModes});
  Attached shell({"bash", "--norc", "-i"}, rig.env({{"PS1", "prompt> "}}), {24, 80}, rig.home().home());
  REQUIRE(shell.wait_for_text("prompt>"));
  shell.type("sess attach -t app\r");
  REQUIRE(shell.wait_for_text("modes"));
  REQUIRE(shell.wait_until([&] { return shell.oracle().mouse() == OracleMouse::drag; }));
  shell.type("\x02\x1a");
  REQUIRE(shell.wait_for_text("Stopped"));
  CHECK(shell.oracle().mouse() == OracleMouse::none);
  CHECK_FALSE(shell.oracle().alternate());
  CHECK(shell.oracle().cursor_visible());
  shell.type("echo in the $((40+2))nd line\r");
  REQUIRE(shell.wait_for_text("in the 42nd line"));
  shell.type("fg\r");
  REQUIRE(shell.wait_for_text("modes"));
  REQUIRE(shell.wait_until(
      [&] { return shell.oracle().mouse() == OracleMouse::drag && shell.oracle().alternate(); }));
  shell.type(kDetach);
  REQUIRE(shell.wait_for_text("[detached (from session app)]"));
  shell.type("echo $((6*7)) again\r");
  REQUIRE(shell.wait_for_text("42 again"));
}

TEST_CASE("attaching inside a session is refused with tmux's words", "[attach]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "exec sh"});
  REQUIRE(client->wait_until([&] { return !clients(rig).empty(); }));
  client->type("sess attach -t app; echo status $?\r");
  REQUIRE(client->wait_for_text("status 1"));
  CHECK(client->shows("sessions should be nested with care, unset $SESS to force"));
}

TEST_CASE("new-session without a terminal fails before anything is created", "[attach]") {
  Rig rig;
  const auto outcome = rig.sess({"new-session", "-s", "app", "touch " + rig.home().root() + "/ran"});
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.err == "open terminal failed: not a terminal\n");
  CHECK(rig.sess({"has-session", "-t", "app"}).status.code() == 1);
  CHECK(read_file(rig.home().root() + "/ran").empty());
  CHECK(wait_until([&] { return rig.keeper() == 0; }));
}

TEST_CASE("attaching refreshes the variables of update-environment for what starts next", "[attach]") {
  Rig rig;
  rig.sess({"new-session", "-d", "-s", "app"}, {{"DISPLAY", ":1"}, {"OTHER", "1"}});
  CHECK(rig.ask({"show-environment", "-t", "app", "DISPLAY"}) == "DISPLAY=:1");
  const auto client = rig.terminal({"attach", "-t", "app"}, {24, 80}, {{"DISPLAY", ":2"}, {"OTHER", "2"}});
  REQUIRE(client->wait_until([&] { return !clients(rig).empty(); }));
  CHECK(rig.ask({"show-environment", "-t", "app", "DISPLAY"}) == "DISPLAY=:2");
  CHECK_FALSE(rig.sess({"show-environment", "-t", "app", "OTHER"}).status.success());
  rig.ask({"new-window", "-t", "app", "echo DISPLAY is $DISPLAY, OTHER is $OTHER; exec sleep 1000"});
  CHECK(client->wait_for_text("DISPLAY is :2, OTHER is 1"));
}

TEST_CASE("a server that hangs is noticed by a client that waits for an answer, and replaced", "[attach]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; exec cat"});
  REQUIRE(client->wait_until([&] { return !clients(rig).empty(); }));
  const pid_t hung = rig.server();
  ::kill(hung, SIGSTOP);
  client->type("typed into the silence\r");
  CHECK(client->wait_for_text("typed into the silence", Milliseconds(30'000)));
  CHECK(rig.server() != hung);
  CHECK(client->wait_until([&] { return clients(rig) == client->pty().tty(); }));
}

TEST_CASE("history-bytes bounds what a pane keeps, also after the server was killed", "[attach]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf", "set -g history-limit 1000000\nset -g history-bytes 40000\n");
  rig.ask({"new-session", "-d", "-s", "app", "seq 1 20000; exec cat"});
  rig.ask({"set-option", "-g", "history-bytes", "80000"});
  const auto kept = [&] {
    return std::atol(rig.ask({"display-message", "-p", "-t", "app", "#{history_bytes}"}).c_str());
  };
  REQUIRE(wait_until([&] { return rig.history("app").back() == "20000"; }));
  CHECK(kept() <= 80'000);
  rig.ask({"set-option", "-g", "history-bytes", "40000"});
  REQUIRE(wait_until([&] { return kept() <= 40'000; }));
  CHECK(kept() > 20'000);
  rig.kill_server();
  CHECK(kept() > 20'000);
  CHECK(kept() <= 40'000);
  CHECK(rig.history("app").back() == "20000");
}

TEST_CASE("attaching again in a terminal that has the history writes only what is new", "[attach]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "seq -f 'old line %g' 200; exec cat"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "app"}).find("old line 200") != std::string::npos;
  }));
  Attached shell({"bash", "--norc", "-i"}, rig.env({{"PS1", "prompt> "}}), {24, 80}, rig.home().home());
  REQUIRE(shell.wait_for_text("prompt>"));
  const auto times = [&](const std::string& text) {
    int count = 0;
    for (auto at = shell.transcript().find(text); at != std::string::npos;
         at = shell.transcript().find(text, at + 1))
      ++count;
    return count;
  };
  const auto attach = [&](const std::string& until) {
    shell.type("sess attach -t app\r");
    REQUIRE(shell.wait_for_text(until));
    REQUIRE(shell.wait_until([&] { return !clients(rig).empty(); }));
  };
  const auto detach = [&](int time) {
    shell.type(kDetach);
    REQUIRE(shell.wait_until([&] { return times("[detached (from session app)]") == time; }));
  };
  attach("old line 200");
  CHECK(times("old line 7\r") == 1);
  detach(1);
  const auto tty = rig.ask({"display-message", "-p", "-t", "app", "#{pane_tty}"});
  run({"/bin/sh", "-c", "seq -f 'new line %g' 100 > " + tty}, rig.env());
  attach("new line 100");
  CHECK(times("old line 7\r") == 1);
  CHECK(times("new line 7\r") == 1);
  detach(2);
  // Another terminal has none of it.
  const auto other = rig.terminal({"attach", "-t", "app"});
  REQUIRE(other->wait_for_text("new line 100"));
  CHECK(other->transcript().find("old line 7\r") != std::string::npos);
}
