// Popups: drawn beside tmux 3.3a's, cell by cell; their programs' keys, mouse, exit status and streams; and
// that a server's death ends none of them.
#include <fstream>

#include "support/wait.hpp"
#include "scenes.hpp"

using namespace sess::test;

namespace {

std::string mouse(int button, int row, int col, char end = 'M') {
  return "\x1b[<" + std::to_string(button) + ";" + std::to_string(col + 1) + ";" + std::to_string(row + 1) +
         end;
}

/// Both with a window of two panes side by side.
struct Panes : Pair {
  Panes() {
    twin.attach({"new-session", "-s", "main", "-n", "first"}, {24, 80});
    twin.run({"split-window", "-h"});
    CHECK(same() == "");
  }
};

/// One terminal with a session whose only pane says "below".
struct One {
  explicit One(const std::string& popup = "") {
    client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo below; exec cat"});
    REQUIRE(client->wait_for_text("below"));
    if (!popup.empty()) bind(popup);
  }
  void bind(const std::string& popup) {
    auto words = split_words("bind-key -n F5 " + popup);
    rig.ask(words);
    client->type("\x1b[15~");
  }
  Rig rig;
  std::unique_ptr<Attached> client;
};

/// What a command that waits for a popup is run with, so that the terminal goes on.
std::unique_ptr<Attached> waiting(const Rig& rig, const Rig::Arguments& arguments) {
  Rig::Arguments argv{"/bin/sh", "-c", "\"$@\"; echo status=$?", "sh", Rig::bin("sess")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return std::make_unique<Attached>(argv, rig.env(), sess::Size{10, 80});
}

}  // namespace

TEST_CASE("a popup is drawn as tmux draws it", "[popups]") {
  Panes both;
  for (const std::string how :
       {"", "-T title", "-b double -T '#[bold]two'", "-b heavy", "-b simple", "-b rounded", "-b padded", "-B",
        "-w 30 -h 5 -x R -y P", "-w 50% -h 50% -x P -y S", "-w 20 -h 4 -x W -y W", "-w 100% -h 100%",
        "-w 2 -h 2", "-s bg=blue -S fg=red,bg=green,bold"}) {
    INFO(how);
    both.bind("F5",
              "display-popup " + how + R"( 'stty -echo; printf "in the \033[31mpopup\033[m\r\n"; exec cat')");
    both.twin.type("\x1b[15~");
    CHECK(both.same() == "");
    both.twin.type("\x1b");
    CHECK(both.same() == "");
  }
}

TEST_CASE("keys go to a popup's program, and it closes when tmux's does", "[popups]") {
  Panes both;
  for (const std::string how : {"", "-E", "-EE"}) {
    INFO(how);
    both.bind("F5", "display-popup " + how + R"( 'read a; echo "got $a"; exit 3')");
    both.twin.type("\x1b[15~");
    CHECK(both.same() == "");
    both.twin.type("hello\r");
    CHECK(both.same() == "");
    both.twin.type("x\x1b");
    CHECK(both.same() == "");
  }
}

TEST_CASE("a popup is as large as a smaller terminal lets it be, and as before afterwards", "[popups]") {
  Panes both;
  both.bind("F5", "display-popup -w 60 -h 16 'stty -echo; exec cat'");
  both.twin.type("\x1b[15~");
  CHECK(both.same() == "");
  for (const sess::Size size : {sess::Size{20, 70}, sess::Size{12, 40}, sess::Size{24, 80}}) {
    both.twin.resize(size);
    CHECK(both.same() == "");
  }
}

TEST_CASE("the exit status of a popup's program is the command's", "[popups]") {
  One app;
  const auto asking = waiting(app.rig, {"display-popup", "-E", "-t", "app", "exit 7"});
  CHECK(asking->wait_for_text("status=7"));
  const auto killed = waiting(app.rig, {"display-popup", "-E", "-t", "app", "kill -15 $$"});
  CHECK(killed->wait_for_text("status=15"));
  CHECK(app.client->wait_for_text("below"));
}

TEST_CASE("-C closes a popup, whose program is hung up", "[popups]") {
  One app;
  const std::string mark = app.rig.home().root() + "/hup";
  const auto asking =
      waiting(app.rig, {"display-popup", "-t", "app",
                        "trap 'echo hup > " + mark + "; exit' HUP; echo up; while :; do read x; done"});
  REQUIRE(app.client->wait_for_text("up"));
  app.rig.ask({"display-popup", "-C", "-t", "app"});
  CHECK(app.client->wait_for_no_text("up"));
  CHECK(asking->wait_for_text("status=0"));
  CHECK(app.client->wait_until([&] { return read_file(mark) == "hup\n"; }));
}

TEST_CASE("a popup reads and writes fifos as fzf-tmux has it", "[popups]") {
  One app;
  const std::string root = app.rig.home().root();
  const auto asking = std::make_unique<Attached>(
      std::vector<std::string>{"/bin/sh", "-c",
                               "mkfifo " + root + "/in " + root + "/out; (seq 1 3 > " + root + "/in &); (" +
                                   Rig::bin("sess") + " display-popup -E -t app 'exec 3< " + root +
                                   "/in; read a <&3; read b <&3; echo pick $a $b; read k; echo $b > " + root +
                                   "/out' &); echo chosen $(cat " + root + "/out)"},
      app.rig.env(), sess::Size{10, 80});
  REQUIRE(app.client->wait_for_text("pick 1 2"));
  app.client->type("\r");
  CHECK(asking->wait_for_text("chosen 2"));
}

TEST_CASE("a popup over a killed server is there again, with what its program printed and is typed meanwhile",
          "[popups][crash]") {
  One app("display-popup -E -T again 'stty -echo; echo in the box; exec cat'");
  REQUIRE(app.client->wait_for_text("in the box"));
  app.client->type("one\r");
  REQUIRE(app.client->wait_for_text("one"));
  const pid_t old = app.rig.server();
  ::kill(old, SIGKILL);
  app.client->type("two\r");
  REQUIRE(app.client->wait_for_text("two"));
  CHECK(app.rig.server() != old);
  CHECK(app.client->shows("again"));
  CHECK(app.client->shows("in the box"));
  app.client->type("\x04");
  CHECK(app.client->wait_for_no_text("in the box"));
  CHECK(app.client->wait_for_text("below"));
  CHECK_FALSE(app.client->shows("two"));
}

TEST_CASE("a popup's program that ends while no server is there closes its box", "[popups][crash]") {
  One app;
  const std::string go = app.rig.home().root() + "/go";
  app.bind("display-popup -E 'echo in the box; while ! [ -e " + go + " ]; do sleep 0.02; done'");
  REQUIRE(app.client->wait_for_text("in the box"));
  const pid_t old = app.rig.server();
  ::kill(old, SIGSTOP);
  std::ofstream(go).put('x');
  ::kill(old, SIGKILL);
  CHECK(app.client->wait_for_no_text("in the box"));
  CHECK(app.client->wait_for_text("below"));
}

TEST_CASE("a terminal that leaves takes its popup along", "[popups]") {
  One app("display-popup 'echo in the box; exec sleep 1000'");
  REQUIRE(app.client->wait_for_text("in the box"));
  app.rig.ask({"detach-client", "-s", "app"});
  CHECK(app.client->wait_exit());
  const auto gone = [&] { return processes_named(app.rig.home(), "sleep").empty(); };
  CHECK(wait_until(gone));
  CHECK(app.rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
}

TEST_CASE("the mouse reaches a popup's program, drags its border and opens its menu", "[popups]") {
  One app(
      R"(display-popup -x 10 -y 20 -w 30 -h 10 'stty -echo raw; printf "\033[?1000h\033[?1006hready"; cat -v')");
  REQUIRE(app.client->wait_for_text("ready"));
  REQUIRE(app.client->wait_until([&] { return app.client->oracle().mouse() != OracleMouse::none; }));
  app.client->type(mouse(0, 12, 15));
  CHECK(app.client->wait_for_text("^[[<0;5;2M"));
  // By its border two rows up and three columns to the right.
  app.client->type(mouse(0, 10, 20) + mouse(32, 9, 21) + mouse(32, 8, 23) + mouse(0, 8, 23, 'm'));
  CHECK(app.client->wait_until([&] { return app.client->oracle().cell(8, 13).text == "┌"; }));
  app.client->type(mouse(2, 8, 13));
  REQUIRE(app.client->wait_for_text("Fill Space"));
  app.client->type("q");
  CHECK(app.client->wait_for_no_text("ready"));
}

TEST_CASE("a message and a question over a popup leave it there", "[popups]") {
  One app("display-popup -E 'stty -echo; echo in the box; exec cat'");
  REQUIRE(app.client->wait_for_text("in the box"));
  app.rig.ask({"display-message", "-d", "0", "hello there"});
  CHECK(app.client->wait_for_text("hello there"));
  CHECK(app.client->shows("in the box"));
  app.client->type("typed\r");
  CHECK(app.client->wait_for_text("typed"));
  CHECK_FALSE(app.client->shows("hello there"));
}

TEST_CASE("a popup becomes a pane with the program that runs in it", "[popups]") {
  One app(R"(display-popup -x 10 -y 20 -w 30 -h 10 'stty -echo; echo in the box; exec cat')");
  REQUIRE(app.client->wait_for_text("in the box"));
  app.rig.ask({"set-option", "-g", "mouse", "on"});
  REQUIRE(app.client->wait_until([&] { return app.client->oracle().mouse() != OracleMouse::none; }));
  app.client->type(mouse(2, 10, 10));
  REQUIRE(app.client->wait_for_text("To Horizontal Pane"));
  app.client->type("h");
  CHECK(app.client->wait_until([&] {
    return app.rig.ask({"list-panes", "-t", "app", "-F", "#{pane_index}#{pane_active}"}) == "00\n11";
  }));
  CHECK(app.client->wait_for_text("in the box"));
  app.client->type("goes on\r");
  CHECK(app.client->wait_for_text("goes on"));
  app.rig.kill_server();
  app.client->type("after\r");
  CHECK(app.client->wait_for_text("after"));
}
