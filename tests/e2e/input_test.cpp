// Typing while the server dies: every byte reaches the program once.
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
