// What a pane's program and the user's options ask of the user's own terminal, shown directly and drawn.
#include "rig.hpp"

using namespace sess::test;

namespace {

bool sent(Attached& client, std::string_view bytes) {
  return client.wait_until([&] { return client.transcript().find(bytes) != std::string::npos; });
}

/// Prints and stays.
std::string prints(const std::string& text) { return "printf '" + text + "'; exec cat"; }

}  // namespace

TEST_CASE("a program names its window where allow-rename is on, and gives the name back", "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", prints("\\033kfirst\\033\\\\one") });
  REQUIRE(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "a"}).find("one") == 0; }));
  CHECK(rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) != "first");
  rig.ask({"set-option", "-g", "allow-rename", "on"});
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033ksecond\\033\\\\two")});
  CHECK(wait_until([&] { return rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) == "second"; }));
  CHECK(rig.ask({"show-options", "-w", "-t", "a", "automatic-rename"}) == "automatic-rename off");
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033k\\033\\\\three")});
  CHECK(wait_until([&] { return rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) == "cat"; }));
}

TEST_CASE("a pipe gets what the program printed and not what sess says in the pane", "[terminal]") {
  Rig rig;
  const std::string out = rig.home().root() + "/out";
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  rig.ask({"new-session", "-d", "-s", "a", "read x; echo last"});
  rig.ask({"pipe-pane", "-t", "a", "cat > " + out});
  rig.ask({"send-keys", "-t", "a", "Enter"});
  REQUIRE(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "a"}).find("Pane is dead") != std::string::npos; }));
  rig.ask({"pipe-pane", "-t", "a"});
  CHECK(wait_until([&] { return read_file(out) == "\r\nlast\r\n"; }));
}

TEST_CASE("notifications and wrapped sequences reach a terminal whose window is drawn", "[terminal]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf", "set -g status on\n");
  const auto client = rig.terminal({"new-session", "-s", "a", "exec cat"});
  REQUIRE(client->wait_for_text("[a]"));
  rig.ask({"respawn-pane", "-k", "-t", "a",
           prints("\\033]9;nine\\007\\033]777;notify;head;body\\007\\033]99;i=1;ninety\\033\\\\"
                  "\\033Ptmux;\\033\\033]1337;No=1\\007\\033\\\\one")});
  CHECK(sent(*client, "\x1b]9;nine\x1b\\"));
  CHECK(sent(*client, "\x1b]777;notify;head;body\x1b\\"));
  CHECK(sent(*client, "\x1b]99;i=1;ninety\x1b\\"));
  REQUIRE(client->wait_for_text("one"));
  CHECK(client->transcript().find("1337") == std::string::npos);
  rig.ask({"set-option", "-g", "allow-passthrough", "on"});
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033Ptmux;\\033\\033]1337;Yes=1\\007\\033\\\\two")});
  CHECK(sent(*client, "\x1b]1337;Yes=1\a"));
  CHECK(client->wait_for_text("two"));
}

TEST_CASE("a notification from a window that is not looked at reaches the terminal", "[terminal]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf", "set -g status off\n");
  const auto client = rig.terminal({"new-session", "-s", "a", "echo shown; exec cat"});
  REQUIRE(client->wait_for_text("shown"));
  rig.ask({"new-window", "-d", "-t", "a", prints("\\033]9;build is done\\007")});
  CHECK(sent(*client, "\x1b]9;build is done\x1b\\"));
}

TEST_CASE("the cursor has the style and the colour of the options, shown directly and drawn", "[terminal]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "a", "echo begun; exec cat"});
  REQUIRE(client->wait_for_text("begun"));
  rig.ask({"set-option", "-g", "cursor-style", "underline"});
  rig.ask({"set-option", "-g", "cursor-colour", "#102030"});
  CHECK(client->wait_until([&] { return client->oracle().cursor_shape() == OracleCursorShape::underline; }));
  CHECK(sent(*client, "\x1b]12;rgb:10/20/30\x1b\\"));
  const auto before = client->transcript().size();
  rig.ask({"split-window", "-d", "-t", "a", "exec cat"});
  REQUIRE(client->wait_until([&] { return client->oracle().alternate(); }));
  CHECK(client->wait_until([&] { return client->transcript().find("\x1b]12;rgb:10/20/30", before) != std::string::npos; }));
  CHECK(client->wait_until([&] { return client->oracle().cursor_shape() == OracleCursorShape::underline; }));
  client->type("\x02" "d");
  REQUIRE(client->wait_exit());
  CHECK(client->transcript().rfind("\x1b]112\x1b\\") != std::string::npos);
  CHECK(client->oracle().cursor_shape() != OracleCursorShape::underline);
}

TEST_CASE("set-titles sets the terminal's title beside the pane's own bytes, and off gives it back", "[terminal]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf",
                   "set -g status off\nset -g set-titles on\nset -g set-titles-string 'T:#S:#W:#T'\n");
  const auto client = rig.terminal({"new-session", "-s", "a", "-n", "work",
                                    "printf '\\033]2;mine\\007begun'; read x; printf '\\033]2;yours\\007'; exec cat"});
  CHECK(client->wait_until([&] { return client->oracle().title() == "T:a:work:mine"; }));
  client->type("\r");
  CHECK(client->wait_until([&] { return client->oracle().title() == "T:a:work:yours"; }));
  CHECK(client->transcript().find("]2;yours") == std::string::npos);
  rig.ask({"rename-window", "-t", "a", "other"});
  CHECK(client->wait_until([&] { return client->oracle().title() == "T:a:other:yours"; }));
  rig.ask({"set-option", "-g", "set-titles", "off"});
  CHECK(client->wait_until([&] { return client->oracle().title() == "yours"; }));
}

TEST_CASE("with alternate-screen off the user's own terminal is not switched either", "[terminal]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "a", "echo begun; read x; printf '\\033[?1049hinside'; exec cat"});
  REQUIRE(client->wait_for_text("begun"));
  rig.ask({"set-option", "-g", "alternate-screen", "off"});
  client->type("\r");
  REQUIRE(client->wait_for_text("inside"));
  CHECK_FALSE(client->oracle().alternate());
  CHECK(client->shows("begun"));
  CHECK(rig.ask({"display-message", "-p", "-t", "a", "#{alternate_on}"}) == "0");
}

TEST_CASE("set-clipboard reaches a terminal that is attached already", "[terminal]") {
  Rig rig;
  const auto client = rig.terminal(
      {"new-session", "-s", "a", "echo begun; read x; printf '\\033]52;c;QQ==\\007off.'; read x; "
                                 "printf '\\033]52;c;Qg==\\007on.'; exec cat"});
  REQUIRE(client->wait_for_text("begun"));
  rig.ask({"set-option", "-s", "set-clipboard", "off"});
  client->type("\r");
  REQUIRE(client->wait_for_text("off."));
  CHECK(client->transcript().find("52;c;QQ==") == std::string::npos);
  rig.ask({"set-option", "-s", "set-clipboard", "on"});
  client->type("\r");
  CHECK(sent(*client, "52;c;Qg=="));
}
