// Typing while the server dies: every byte reaches the program once. Which program has the focus.
#include <signal.h>

#include "rig.hpp"

using namespace sess::test;

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
