// What a pane's program and the user's options ask of the user's own terminal, shown directly and drawn.
#include "rig.hpp"

using namespace sess::test;

namespace {

bool sent(Attached& client, std::string_view bytes) {
  return client.wait_until([&] { return client.transcript().find(bytes) != std::string::npos; });
}

/// Prints and stays.
std::string prints(const std::string& text) {
  return "printf '" + text + "'; exec cat";
}

}  // namespace

TEST_CASE("a program names its window where allow-rename is on, and gives the name back", "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", prints("\\033kfirst\\033\\\\one")});
  REQUIRE(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "a"}).find("one") == 0; }));
  CHECK(rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) != "first");
  rig.ask({"set-option", "-g", "allow-rename", "on"});
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033ksecond\\033\\\\two")});
  CHECK(wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) == "second";
  }));
  CHECK(rig.ask({"show-options", "-w", "-t", "a", "automatic-rename"}) == "automatic-rename off");
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033k\\033\\\\three")});
  CHECK(wait_until([&] { return rig.ask({"display-message", "-p", "-t", "a", "#{window_name}"}) == "cat"; }));
}

TEST_CASE("a pipe gets what the program printed and not what sess says in the pane", "[terminal]") {
  Rig rig;
  const std::string out = rig.home().root() + "/out";
  rig.ask({"new-session", "-d", "-s", "a", "read x; echo last"});
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  rig.ask({"pipe-pane", "-t", "a", "cat > " + out});
  rig.ask({"send-keys", "-t", "a", "Enter"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "a"}).find("Pane is dead") != std::string::npos;
  }));
  CHECK(wait_until([&] { return read_file(out) == "\r\nlast\r\n"; }));
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(read_file(out) == "\r\nlast\r\n");
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
  CHECK(client->wait_until(
      [&] { return client->transcript().find("\x1b]12;rgb:10/20/30", before) != std::string::npos; }));
  CHECK(client->wait_until([&] { return client->oracle().cursor_shape() == OracleCursorShape::underline; }));
  client->type(
      "\x02"
      "d");
  REQUIRE(client->wait_exit());
  CHECK(client->transcript().rfind("\x1b]112\x1b\\") != std::string::npos);
  CHECK(client->oracle().cursor_shape() != OracleCursorShape::underline);
}

TEST_CASE("set-titles sets the terminal's title beside the pane's own bytes, and off gives it back",
          "[terminal]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf",
                   "set -g status off\nset -g set-titles on\nset -g set-titles-string 'T:#S:#W:#T'\n");
  const auto client =
      rig.terminal({"new-session", "-s", "a", "-n", "work",
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
  const auto client =
      rig.terminal({"new-session", "-s", "a", "echo begun; read x; printf '\\033[?1049hinside'; exec cat"});
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
  const auto client = rig.terminal({"new-session", "-s", "a",
                                    "echo begun; read x; printf '\\033]52;c;QQ==\\007off.'; read x; "
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

namespace {

/// Asks with `question`, when a key comes, and prints the answer.
std::string asks(const std::string& question) {
  return "stty raw -echo; printf ready; dd bs=1 count=1 2>/dev/null >&2; printf '" + question +
         "'; a=$(dd bs=64 count=1 2>/dev/null | od -An -c | tr -d ' \\n'); stty sane; echo \"got:$a.\"; exec "
         "cat";
}

}  // namespace

TEST_CASE("a program in a window that is shown directly is told the terminal's background", "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", asks("\\033]11;?\\033\\\\")});
  Attached client({Rig::bin("sess"), "attach", "-t", "a"}, rig.env());
  client.set_answering(false);
  REQUIRE(client.wait_until([&] { return client.transcript().find("\x1b]11;?") != std::string::npos; }));
  client.type("\x1b]11;rgb:1111/2222/3333\x1b\\\x1b[?62;22c");
  REQUIRE(client.wait_for_text("ready"));
  REQUIRE(wait_until([&] { return rig.ask({"list-clients"}) != ""; }));
  client.type("x");
  CHECK(client.wait_for_text("got:033]11;rgb:1111/2222/3333"));
}

TEST_CASE("a terminal without side margins is drawn for while a program uses them", "[terminal]") {
  Rig rig;
  rig.ask(
      {"new-session", "-d", "-s", "a",
       "printf 'left....right\\r\\n'; read x; printf '\\033[?69h\\033[1;8s\\033[2J\\033[Hinside'; read x; "
       "printf '\\033[?69loutside'; exec cat"});
  Attached client({Rig::bin("sess"), "attach", "-t", "a"}, rig.env());
  client.set_answering(false);
  REQUIRE(client.wait_for_text("right"));
  REQUIRE(client.wait_until([&] { return client.transcript().find("\x1b[?69$p") != std::string::npos; }));
  client.type("\x1b[?69;0$y\x1b[?62;22c");
  client.type("\r");
  REQUIRE(client.wait_for_text("inside"));
  CHECK(client.oracle().alternate());
  CHECK(client.transcript().find("\x1b[?69h") == std::string::npos);
  client.type("\r");
  CHECK(client.wait_until([&] { return !client.oracle().alternate(); }));
  CHECK(client.wait_for_text("outside"));
}

TEST_CASE("answers of the terminal are not left over for the shell", "[terminal]") {
  Rig rig;
  // A shell runs the client, which ends at once; then it reads what is in its input.
  Attached client(
      {"/bin/sh", "-c",
       Rig::bin("sess") + " new-session -s a 'read x'; stty -icanon -echo min 0 time 5; printf 'rest:'; "
                          "dd bs=256 count=1 2>/dev/null | od -An -c; echo end."},
      rig.env());
  client.set_answering(false);
  REQUIRE(client.wait_until([&] { return client.transcript().find("\x1b[c") != std::string::npos; }));
  client.type("\r");
  client.type("\x1b[?62;22c");
  REQUIRE(client.wait_until([&] { return client.transcript().find("end.") != std::string::npos; }));
  const auto& all = client.transcript();
  CHECK(all.substr(all.rfind("rest:")).find("33") == std::string::npos);
}

TEST_CASE("pane-colours are the palette where the program sets none, drawn and direct", "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", prints("\\033[31mred\\033[32mgreen")});
  rig.ask({"set-option", "-g", "pane-colours[1]", "#123456"});
  const auto client = rig.terminal({"attach-session", "-t", "a"}, {24, 80}, {{"COLORTERM", "truecolor"}});
  CHECK(sent(*client, "\x1b]4;1;rgb:12/34/56\x1b\\"));
  // The program gives up all of its own colours: the user's come back.
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033]104\\033\\\\again")});
  REQUIRE(client->wait_for_text("again"));
  const auto behind = client->transcript().rfind("\x1b]104");
  CHECK(client->transcript().find("\x1b]4;1;rgb:12/34/56\x1b\\", behind) != std::string::npos);
  rig.ask({"respawn-pane", "-k", "-t", "a", asks("\\033]4;1;?\\033\\\\")});
  REQUIRE(client->wait_for_text("ready"));
  client->type("x");
  CHECK(client->wait_for_text("got:033]4;1;rgb:1212/3434/5656"));
  rig.ask({"respawn-pane", "-k", "-t", "a", prints("\\033[31mred\\033[32mgreen")});
  rig.ask({"set-option", "-g", "status", "on"});
  REQUIRE(client->wait_until([&] {
    const auto cell = client->oracle().cell(0, 0);
    return cell.text == "r" && cell.fg.kind == OracleColor::Kind::rgb && cell.fg.v[0] == 0x12;
  }));
  CHECK(client->oracle().cell(0, 3).fg.kind == OracleColor::Kind::indexed);
  rig.ask({"set-option", "-gu", "pane-colours"});
  CHECK(
      client->wait_until([&] { return client->oracle().cell(0, 0).fg.kind == OracleColor::Kind::indexed; }));
}

TEST_CASE("a sequence of user-keys is a key of that name", "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec cat -v"});
  rig.ask({"set-option", "-s", "user-keys[0]", "\x1b[5;30012~"});
  rig.ask({"set-option", "-s", "user-keys[7]", "\x1bOZ"});
  rig.ask({"bind-key", "-n", "User0", "set-option", "-g", "@zero", "yes"});
  rig.ask({"bind-key", "User7", "set-option", "-g", "@seven", "yes"});
  for (const char* status : {"off", "on"}) {
    CAPTURE(status);
    rig.ask({"set-option", "-g", "status", status});
    rig.ask({"set-option", "-g", "@zero", "no"});
    rig.ask({"set-option", "-g", "@seven", "no"});
    const auto client = rig.terminal({"attach-session", "-t", "a"});
    REQUIRE(wait_until([&] { return rig.ask({"list-clients"}) != ""; }));
    client->type("\x1b[5;30012~");
    CHECK(wait_until([&] { return rig.ask({"show-options", "-gv", "@zero"}) == "yes"; }));
    client->type("\x02\x1bOZ");
    CHECK(wait_until([&] { return rig.ask({"show-options", "-gv", "@seven"}) == "yes"; }));
    client->type("\x1b[5~plain\r");
    CHECK(client->wait_for_text("^[[5~plain"));
  }
}

TEST_CASE("keys that come at once are a paste and bind nothing, unless assume-paste-time is 0",
          "[terminal]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec cat -v"});
  rig.ask({"bind-key", "-n", "q", "set-option", "-ag", "@ran", "q"});
  rig.ask({"set-option", "-g", "@ran", "-"});
  rig.ask({"set-option", "-g", "assume-paste-time", "1"});
  const auto client = rig.terminal({"attach-session", "-t", "a"});
  REQUIRE(wait_until([&] { return rig.ask({"list-clients"}) != ""; }));
  client->type(
      "pasted: q\x02"
      "c\r");
  CHECK(client->wait_for_text("pasted: q^Bc"));
  CHECK(rig.ask({"show-options", "-gv", "@ran"}) == "-");
  CHECK(rig.ask({"list-windows", "-t", "a"}).find('\n') == std::string::npos);
  client->type("q");
  CHECK(wait_until([&] { return rig.ask({"show-options", "-gv", "@ran"}) == "-q"; }));
  rig.ask({"set-option", "-g", "assume-paste-time", "0"});
  client->type("typed: q\r");
  CHECK(client->wait_for_text("typed:"));
  CHECK(wait_until([&] { return rig.ask({"show-options", "-gv", "@ran"}) == "-qq"; }));
}

TEST_CASE("what terminfo says of the client's terminal is what it is drawn with", "[terminal]") {
  Rig rig;
  const std::string source =
      rig.home().write("entry",
                       "sess-test|a terminal with little,\n\tcolors#8, cols#80, lines#24, "
                       "clear=\\E[H\\E[J, cup=\\E[%i%p1%d;%p2%dH, sitm=\\E[3m, Smulx=\\E[4:%p1%dm,\n");
  const std::string place = rig.home().home() + "/.terminfo";
  REQUIRE(run({"tic", "-x", "-o", place, source}, rig.env()).status.success());
  rig.ask({"new-session", "-d", "-s", "a", "exec cat"});
  const auto client = rig.terminal({"attach-session", "-t", "a"}, {24, 80}, {{"TERM", "sess-test"}});
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  const auto features = rig.ask({"list-clients", "-F", ",#{client_termfeatures},"});
  CAPTURE(features);
  CHECK(features.find(",usstyle,") != std::string::npos);
  CHECK(features.find(",256,") == std::string::npos);
}
