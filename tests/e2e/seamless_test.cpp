// From one pane directly to a drawn window and back: the terminal's own scrollback stays whole, and what a
// program set is still set.
#include <algorithm>

#include "rig.hpp"
#include "support/wait.hpp"

using namespace sess::test;

namespace {

/// What scrolled away, then the screen: all that a user can scroll back to, without blank lines.
std::vector<std::string> everything(Attached& client) {
  std::vector<std::string> lines = client.oracle().scrollback();
  for (const auto& line : split_lines(client.screen())) lines.push_back(line);
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  return lines;
}

bool direct(Attached& client) {
  return client.wait_until([&] { return !client.oracle().alternate(); });
}
bool composed(Attached& client) {
  return client.wait_until([&] { return client.oracle().alternate(); });
}

std::string count_to(int from, int to) {
  return "i=" + std::to_string(from) + "; while [ $i -le " + std::to_string(to) +
         " ]; do echo line $i; i=$((i+1)); done\r";
}

/// Which of the lines "line FROM" … "line TO" are missing, or there more than once.
std::string check_lines(const std::vector<std::string>& lines, int from, int to) {
  std::string wrong;
  for (int i = from; i <= to; ++i) {
    const auto n = std::count(lines.begin(), lines.end(), "line " + std::to_string(i));
    if (n != 1) wrong += std::to_string(i) + " is there " + std::to_string(n) + " times; ";
  }
  return wrong;
}

}  // namespace

TEST_CASE("a split and its end leave the native scrollback whole", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type(count_to(1, 60));
  REQUIRE(client->wait_for_text("line 60"));
  CHECK_FALSE(client->oracle().alternate());
  rig.ask({"split-window", "-d", "-t", "app", "exec sleep 1000"});
  REQUIRE(composed(*client));
  client->type(count_to(61, 140));  // while it is drawn
  REQUIRE(client->wait_for_text("line 140"));
  rig.ask({"kill-pane", "-t", "app:.1"});
  REQUIRE(direct(*client));
  client->type(count_to(141, 170));
  REQUIRE(client->wait_for_text("line 170"));
  const auto lines = everything(*client);
  CHECK(check_lines(lines, 1, 170) == "");
}

TEST_CASE("a zoomed pane is direct again and its lines are all there", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  rig.ask({"set-option", "-g", "status", "off"});
  client->type(count_to(1, 40));
  REQUIRE(client->wait_for_text("line 40"));
  rig.ask({"split-window", "-d", "-t", "app", "exec sleep 1000"});
  REQUIRE(composed(*client));
  client->type(count_to(41, 70));
  REQUIRE(client->wait_for_text("line 70"));
  rig.ask({"resize-pane", "-Z", "-t", "app:.0"});
  REQUIRE(direct(*client));
  client->type(count_to(71, 100));
  REQUIRE(client->wait_for_text("line 100"));
  CHECK(check_lines(everything(*client), 1, 100) == "");
}

TEST_CASE("a second window and its end leave the scrollback of the first whole", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type(count_to(1, 50));
  REQUIRE(client->wait_for_text("line 50"));
  rig.ask({"new-window", "-t", "app", "exec cat"});
  REQUIRE(composed(*client));
  rig.ask({"kill-window", "-t", "app:1"});
  REQUIRE(direct(*client));
  client->type(count_to(51, 90));
  REQUIRE(client->wait_for_text("line 90"));
  CHECK(check_lines(everything(*client), 1, 90) == "");
}

TEST_CASE("a message over a direct client goes again and leaves no line behind", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type(count_to(1, 40));
  REQUIRE(client->wait_for_text("line 40"));
  const auto before = client->screen();
  rig.ask({"display-message", "-d", "0", "a message for you"});
  REQUIRE(client->wait_for_text("a message for you"));
  client->type("\x02");  // any key ends it; the prefix does nothing else
  REQUIRE(direct(*client));
  client->type("Q");  // no such binding
  CHECK(client->wait_until([&] { return client->screen() == before; }));
  client->type(count_to(41, 80));
  REQUIRE(client->wait_for_text("line 80"));
  const auto lines = everything(*client);
  CHECK(check_lines(lines, 1, 80) == "");
  CHECK(std::count(lines.begin(), lines.end(), "a message for you") == 0);
}

TEST_CASE("a line that is printed under a message is on the terminal when the client leaves", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  rig.ask({"display-message", "-d", "0", "-t", "app", "a message for you"});
  REQUIRE(client->wait_for_text("a message for you"));
  rig.ask({"send-keys", "-t", "app", count_to(1, 60)});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "app"}).find("line 60") != std::string::npos;
  }));
  SECTION("by detach-client") {
    rig.ask({"detach-client", "-s", "app"});
  }
  SECTION("by detach-client -E") {
    rig.ask({"detach-client", "-s", "app", "-E", "echo run instead"});
  }
  SECTION("because its session ends") {
    rig.ask({"kill-session", "-t", "app"});
  }
  SECTION("because its program ends") {
    rig.ask({"send-keys", "-t", "app", "exit\r"});
  }
  const auto status = client->wait_exit();
  REQUIRE(status);
  CHECK_FALSE(client->oracle().alternate());
  CHECK(check_lines(everything(*client), 1, 60) == "");
}

TEST_CASE("a server that dies under a message leaves the scrollback whole, lines that wrap included",
          "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  const auto print = [&](int from, int to) {
    client->type("i=" + std::to_string(from) + "; while [ $i -le " + std::to_string(to) +
                 " ]; do printf 'line %d %0150d|\n' $i 0; i=$((i+1)); done\r");
    REQUIRE(wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", "app"}).find("line " + std::to_string(to)) !=
             std::string::npos;
    }));
  };
  print(1, 41);
  for (int round = 0; round < 3; ++round) {
    const int from = 42 + round * 20;
    REQUIRE(client->wait_for_text("line " + std::to_string(from - 1)));
    rig.ask({"display-message", "-d", "0", "-t", "app", "a message for you"});
    REQUIRE(client->wait_for_text("a message for you"));
    rig.ask({"send-keys", "-t", "app",
             "i=" + std::to_string(from) + "; while [ $i -le " + std::to_string(from + 19) +
                 " ]; do printf 'line %d %0150d|\n' $i 0; i=$((i+1)); done\r"});
    REQUIRE(wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", "app"}).find("line " + std::to_string(from + 19)) !=
             std::string::npos;
    }));
    rig.kill_server();
    REQUIRE(direct(*client));
  }
  REQUIRE(client->wait_for_text("line 101"));
  // Each line once, and each of its rows in its place.
  std::string all;
  for (const auto& row : client->oracle().scrollback()) all += row;
  for (const auto& row : split_lines(client->screen())) all += row;
  std::string wrong;
  std::size_t at = 0;
  for (int i = 1; i <= 101; ++i) {
    const std::string line = "line " + std::to_string(i) + " " + std::string(150, '0') + "|";
    const auto found = all.find(line, at);
    if (found == std::string::npos) wrong += std::to_string(i) + " is not there; ";
    if (found != std::string::npos && all.find(line, found + 1) != std::string::npos) {
      wrong += std::to_string(i) + " is there twice; ";
    }
    if (found != std::string::npos) at = found;
  }
  CHECK(wrong == "");
}

TEST_CASE("a client that was stopped under a message shows what follows on its own screen", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type(count_to(1, 40));
  REQUIRE(client->wait_for_text("line 40"));
  rig.ask({"display-message", "-d", "0", "-t", "app", "a message for you"});
  REQUIRE(client->wait_for_text("a message for you"));
  const pid_t pid = std::atoi(rig.ask({"list-clients", "-F", "#{client_pid}"}).c_str());
  REQUIRE(pid > 0);
  ::kill(pid, SIGSTOP);
  REQUIRE(wait_until([&] { return status_field(pid, "State").starts_with("T"); }));
  rig.ask({"display-message", "-d", "1", "-t", "app", "the message goes"});
  rig.ask({"send-keys", "-t", "app", count_to(41, 140)});
  ::kill(pid, SIGCONT);
  REQUIRE(direct(*client));
  REQUIRE(client->wait_for_text("line 140"));
  client->type(count_to(141, 180));
  REQUIRE(client->wait_for_text("line 180"));
  // It cannot know that nobody wrote on its terminal: the screen stays, and is drawn again below it.
  const auto lines = everything(*client);
  CHECK(check_lines(lines, 41, 117) == "");
  CHECK(check_lines(lines, 141, 180) == "");
  CHECK(std::count(lines.begin(), lines.end(), "line 1") == 1);
}

TEST_CASE("modes, title and cursor of a program survive being drawn and shown directly again", "[seamless]") {
  Rig rig;
  const auto client =
      rig.terminal({"new-session", "-s", "app",
                    "printf '\\033[?1000h\\033[?1006h\\033[4 q\\033]2;mine\\007ready'; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  REQUIRE(client->wait_until([&] { return client->oracle().mouse() == OracleMouse::click; }));
  rig.ask({"split-window", "-d", "-t", "app", "exec cat"});
  REQUIRE(composed(*client));
  rig.ask({"kill-pane", "-t", "app:.1"});
  REQUIRE(direct(*client));
  REQUIRE(client->wait_for_text("ready"));
  CHECK(client->wait_until([&] { return client->oracle().mouse() == OracleMouse::click; }));
  CHECK(client->wait_until([&] { return client->oracle().cursor_shape() == OracleCursorShape::underline; }));
  CHECK(client->wait_until([&] { return client->oracle().title() == "mine"; }));
}

TEST_CASE("the last pane's end ends the client on a clean line of its own screen", "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type("echo before\r");
  REQUIRE(client->wait_for_text("before"));
  rig.ask({"split-window", "-t", "app", "exec cat"});
  REQUIRE(composed(*client));
  rig.ask({"kill-session", "-t", "app"});
  const auto status = client->wait_exit();
  REQUIRE(status);
  CHECK(status->success());
  CHECK_FALSE(client->oracle().alternate());
  CHECK(client->oracle().mouse() == OracleMouse::none);
  CHECK(client->oracle().cursor_visible());
  CHECK(client->shows("[exited]"));
}

TEST_CASE("detaching from a drawn window says so on a line of its own below what was shown directly",
          "[seamless]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  client->type("echo before\r");
  const auto times = [&](const char* text) {
    const auto lines = split_lines(client->screen());
    return std::count(lines.begin(), lines.end(), text);
  };
  REQUIRE(client->wait_until([&] { return times("before") == 1; }));
  rig.ask({"split-window", "-t", "app", "exec cat"});
  REQUIRE(composed(*client));
  client->type(
      "\x02"
      "d");
  REQUIRE(client->wait_exit());
  CHECK(client->wait_until([&] { return times("[detached (from session app)]") == 1; }));
  CHECK(times("before") == 1);
}
