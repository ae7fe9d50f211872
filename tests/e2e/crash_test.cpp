// The server dies, again and again, under load: no byte, no history line and no line of anybody's scrollback
// is lost.
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "rig.hpp"

using namespace sess::test;

namespace {

constexpr int kKills = 100;
constexpr long kLeastLines = 1'000;  // of each; as many more as the machine prints during the kills
const char* const kSessions[] = {"one", "two", "three", "four"};

bool drained(const Rig& rig, const std::string& session) {
  const auto outcome = rig.sess({"capture-pane", "-p", "-t", session});
  return outcome.status.success() && outcome.out.find(session + " done") != std::string::npos;
}

long lines_of(const Rig& rig, const std::string& session) {
  return std::atol(rig.ask({"display-message", "-p", "-t", session, "#{history_size}"}).c_str());
}

}  // namespace

TEST_CASE("a hundred kills of the server under four counters lose no line of history and double none",
          "[crash]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf", "set -g history-limit 5000000\nset -g history-bytes 500000000\n");
  const std::string stop = rig.home().root() + "/stop";
  for (const std::string session : kSessions) {
    rig.ask({"new-session", "-d", "-s", session,
             "exec " + Rig::bin("e2e_counter") + " " + session + " 0 1000+ /dev/null " + stop});
  }
  for (int i = 0; i < kKills; ++i) {
    // Each server reads before it dies, from each of them in turn.
    const std::string session = kSessions[i % 4];
    const long before = lines_of(rig, session);
    rig.kill_server();
    REQUIRE(wait_until([&] { return lines_of(rig, session) > before; }));
  }
  rig.home().write("stop", "");
  for (const std::string session : kSessions) {
    INFO(session);
    REQUIRE(wait_until([&] { return drained(rig, session); }, Milliseconds(120'000)));
    CHECK(check_counter(rig.history(session), session, 1, kLeastLines) == "");
  }
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "four\none\nthree\ntwo");
}

TEST_CASE("an attached terminal's scrollback has no hole and no repetition after a hundred kills",
          "[crash]") {
  Rig rig;
  // As fast as a terminal follows without skipping: what is judged is resumption, not flow control.
  const auto client =
      rig.terminal({"new-session", "-s", "app", "exec " + Rig::bin("e2e_counter") + " app 6000 1000"});
  REQUIRE(client->wait_for_text("app 10 "));
  for (int i = 0; i < kKills; ++i) {
    const pid_t old = rig.server();
    REQUIRE(old > 0);
    ::kill(old, SIGKILL);
    REQUIRE(client->wait_until([&] {
      const pid_t now = rig.server();
      return now > 0 && now != old;
    }));
    const auto seen = client->oracle().scrollback().size();
    REQUIRE(client->wait_until(
        [&] { return client->oracle().scrollback().size() > seen || client->shows("app done"); }));
  }
  REQUIRE(client->wait_for_text("app done", Milliseconds(60'000)));
  auto lines = client->oracle().scrollback();
  for (const auto& line : split_lines(client->screen())) lines.push_back(line);
  CHECK(check_counter(lines, "app", 1, 6000) == "");
}

TEST_CASE("a hundred kills under four panes of one window, drawn on a terminal, lose nothing", "[crash]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf", "set -g history-limit 5000000\nset -g history-bytes 500000000\n");
  const std::string stop = rig.home().root() + "/stop";
  const auto counter = [&](const std::string& name) {
    return "exec " + Rig::bin("e2e_counter") + " " + name + " 0 1000+ /dev/null " + stop;
  };
  const auto client = rig.terminal({"new-session", "-s", "app", counter("one")}, {40, 120});
  REQUIRE(client->wait_for_text("one "));
  for (const char* name : {"two", "three", "four"}) {
    rig.ask({"split-window", "-t", "app:", counter(name)});
    rig.ask({"select-layout", "-t", "app:", "tiled"});
  }
  const std::string layout = rig.ask({"display-message", "-p", "-t", "app:", "#{window_layout}"});
  for (int i = 0; i < kKills; ++i) {
    rig.kill_server();
    client->pump();
  }
  rig.home().write("stop", "");
  for (int pane = 0; pane < 4; ++pane) {
    const std::string target = "app:." + std::to_string(pane);
    const std::string name = kSessions[pane];
    INFO(name);
    // The client's terminal takes what is drawn all the time; a terminal that nobody reads would be no load.
    REQUIRE(client->wait_until([&] { return client->shows(name + " done"); }, Milliseconds(240'000)));
    CHECK(check_counter(rig.history(target), name, 1, kLeastLines) == "");
  }
  CHECK(rig.ask({"display-message", "-p", "-t", "app:", "#{window_layout}"}) == layout);
}
