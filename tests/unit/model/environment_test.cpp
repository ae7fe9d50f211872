#include "model/environment.hpp"

#include "model/ids.hpp"
#include "model/names.hpp"
#include "model/number.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::model;

using Lines = std::vector<std::string>;

TEST_CASE("a program gets the variables that are set, visible and not removed", "[model]") {
  Environment global;
  global.put("A=1");
  global.put("B=2=3");
  global.put("nothing");
  global.put("=x");
  global.set("HIDDEN", "x", Environment::Visibility::hidden);
  Environment session;
  session.set("A", "session");
  session.remove("B");
  session.set("C", "");
  Environment merged = global;
  merged.merge(session);
  CHECK(merged.block() == Lines{"A=session", "C="});
  CHECK(merged.value("HIDDEN") == "x");
  CHECK(merged.find("B")->value == std::nullopt);
  session.unset("B");
  CHECK(session.find("B") == nullptr);
}

TEST_CASE("update-environment copies what the client has and marks as removed what it has not", "[model]") {
  Environment session;
  session.set("DISPLAY", "old");
  session.set("KEEP", "1");
  Environment client;
  client.set("SSH_AUTH_SOCK", "/tmp/agent");
  client.set("SSH_CONNECTION", "here");
  client.set("OTHER", "no");
  session.update(Lines{"DISPLAY", "SSH_*"}, client);
  CHECK(session.block() == Lines{"KEEP=1", "SSH_AUTH_SOCK=/tmp/agent", "SSH_CONNECTION=here"});
  REQUIRE(session.find("DISPLAY") != nullptr);
  CHECK_FALSE(session.find("DISPLAY")->value.has_value());
}

TEST_CASE("ids are written with their sigil and read back whole or not at all", "[model]") {
  CHECK(to_string(PaneId{7}) == "%7");
  CHECK(parse_id<SessionId>("$0") == SessionId{0});
  CHECK(parse_id<WindowId>("@4294967295") == WindowId{4294967295U});
  for (const auto* bad : {"", "@", "$1", "@1x", "@-1", "@ 1", "@4294967296", "1"}) {
    CHECK_FALSE(parse_id<WindowId>(bad).has_value());
  }
}

TEST_CASE("session names are stored as tmux 3.3a stores them", "[model]") {
  CHECK(session_name("a.b:c") == "a_b_c");
  CHECK(session_name("a\\b$c\"d é") == "a\\\\b\\$c\"d é");
  CHECK(session_name("x\ty\x01z") == "x\\ty\\001z");
  CHECK(session_name("").error().text == "invalid session: ");
  CHECK(session_name(std::string(256, 'a')).error().code == ErrorCode::invalid_argument);
  CHECK(session_name(std::string(255, 'a')));
  CHECK(window_name(std::string(254, 'a') + "é") == std::string(254, 'a'));
  CHECK(window_name("w\tq\\z") == "w\\tq\\\\z");
}

TEST_CASE("a command's text names its program", "[model]") {
  CHECK(command_name("exec /usr/bin/vim -R x") == "vim");
  CHECK(command_name("-zsh") == "zsh");
  CHECK(command_name("\"top\" -d 1") == "top");
  CHECK(command_name("/bin/sh") == "sh");
  CHECK(command_name("cat").size() == 3);
  CHECK(command_name("").empty());
}

TEST_CASE("numbers and sizes are refused in strtonum's words", "[model]") {
  CHECK(parse_number("12", 0, 100) == 12);
  CHECK(parse_number("+12", 0, 100) == 12);
  CHECK(parse_number("", 0, 9).error().text == "invalid");
  CHECK(parse_number("1x", 0, 9).error().text == "invalid");
  CHECK(parse_number("+-1", -9, 9).error().text == "invalid");
  CHECK(parse_number("-1", 0, 9).error().text == "too small");
  CHECK(parse_number("-99999999999999999999", 0, 9).error().text == "too small");
  CHECK(parse_number("99999999999999999999", 0, 9).error().text == "too large");
  CHECK(parse_size("50%", 0, 100, 81) == 40);
  CHECK(parse_size("101%", 0, 100, 81).error().text == "too large");
  CHECK(parse_size("%", 0, 100, 81).error().text == "invalid");
  CHECK(parse_size("", 0, 100, 81).error().text == "empty");
  CHECK(parse_size("10%", 20, 100, 81).error().text == "too small");
}
