// Menus: drawn beside tmux 3.3a's, cell by cell, and what keys, the mouse and a server's death do to them.
#include <csignal>

#include "scenes.hpp"

using namespace sess::test;

namespace {

/// Both with a session of two windows, the second of which has two panes side by side.
struct Windows : Pair {
  explicit Windows(const std::string& config = "") : Pair(config) {
    twin.attach({"new-session", "-s", "main", "-n", "first"}, {24, 80});
    twin.run({"new-window", "-n", "second"});
    twin.run({"split-window", "-h"});
    CHECK(same() == "");
  }
};

}  // namespace

TEST_CASE("a menu is drawn where tmux draws it, and its keys move as there", "[menus]") {
  Windows both;
  const std::string items =
      R"( One a 'display one' '' -Two b 'display two' Three c 'display three' Four '' 'display four')";
  for (const std::string place :
       {"", "-x R -y P", "-x P -y P", "-x W -y W", "-x C -y S", "-x 3 -y 9", "-x 200 -y 200",
        "-x '#{popup_pane_left}' -y '#{popup_pane_top}'", "-x M -y M"}) {
    INFO(place);
    both.bind("F5", "display-menu -T 'Ti #[bold]tle' " + place + items);
    both.twin.type("\x1b[15~");
    CHECK(both.same() == "");
    both.twin.type("q");
    CHECK(both.same() == "");
  }
  both.twin.type("\x1b[15~");
  CHECK(both.same() == "");
  for (const std::string key :
       {"j", "j", "j", "k", "k", "G", "g", "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"}) {
    both.twin.type(key);
    INFO(key);
    CHECK(both.same() == "");
  }
  both.twin.type("G\r");
  REQUIRE(both.twin.sess().wait_for_text("four"));
  REQUIRE(both.twin.tmux().wait_for_text("four"));
  CHECK(both.same() == "");
}

TEST_CASE("a menu over one directly shown pane is drawn, and the pane is as before when it goes", "[menus]") {
  Rig rig;
  auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; printf 'below\\r\\n'; exec cat"});
  REQUIRE(client->wait_for_text("below"));
  CHECK_FALSE(client->oracle().alternate());
  rig.ask({"bind-key", "-n", "F5", "display-menu", "-T", "title", "One", "a", "set -g @got one", "Two", "b",
           "set -g @got two"});
  client->type("\x1b[15~");
  REQUIRE(client->wait_for_text("title"));
  CHECK(client->oracle().alternate());
  CHECK(client->shows("below"));
  client->type("b");
  CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@got"}) == "two"; }));
  CHECK(client->wait_until([&] { return !client->oracle().alternate(); }));
  CHECK(client->shows("below"));
  client->type("typed\r");
  CHECK(client->wait_for_text("typed"));
}

TEST_CASE("the mouse chooses in a menu that a key opened with -M, and only there", "[menus]") {
  Rig rig;
  rig.home().write("sess.conf", "set -g mouse on\n");
  auto client =
      rig.terminal({"-f", rig.home().root() + "/sess.conf", "new-session", "-s", "app", "exec cat"});
  REQUIRE(client->wait_until([&] { return !rig.sess({"list-clients"}).out.empty(); }));
  for (const bool mouse : {true, false}) {
    rig.ask({"set-option", "-g", "@got", "none"});
    rig.ask({"bind-key", "-n", "F5", "display-menu", mouse ? "-M" : "-O", "-T", "title", "-x", "0", "-y", "3",
             "One", "a", "set -g @got one", "Two", "b", "set -g @got two"});
    client->type("\x1b[15~");
    REQUIRE(client->wait_for_text("title"));
    int row = 0;
    const auto lines = split_lines(client->screen());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].find("Two") != std::string::npos) row = static_cast<int>(i) + 1;
    }
    const std::string at = ";4;" + std::to_string(row);
    client->type("\x1b[<0" + at + "M\x1b[<0" + at + "m");
    if (!mouse) client->type("a");  // still there for keys
    CHECK(client->wait_until([&] {
      return rig.ask({"show-options", "-gqv", "@got"}) == (mouse ? "two" : "one");
    }));
  }
}

TEST_CASE("a menu's flags say its border, styles and first entry, over the options; after a crash, too",
          "[menus][crash]") {
  Rig rig;
  auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"set-option", "-gw", "menu-style", "fg=colour2,bg=colour0"});
  rig.ask({"set-option", "-gw", "menu-border-lines", "heavy"});
  const auto menu = [&](const std::string& key, const std::string& flags) {
    rig.ask({"bind-key", "-n", key,
             "display-menu " + flags + " -x 0 -y 10 One a 'set -g @got one' '' Two b 'set -g @got two'"});
  };
  menu("F5", "");
  menu("F6", "-b double -s bg=colour4 -S fg=colour1 -H bg=colour3,fg=colour5 -C 1");
  menu("F7", "-C -");
  menu("F8", "-b none");
  const auto& screen = client->oracle();
  // The row of the box's upper border, when its corner is what it should be.
  const auto corner = [&](const std::string& text) {
    int row = 0;
    const bool there = client->wait_until([&] {
      for (row = 1; row < screen.size().rows - 1 && screen.row(row).find("One") == std::string::npos;) ++row;
      return screen.row(row).find("One") != std::string::npos && screen.cell(row - 1, 0).text == text;
    });
    CHECK(there);
    return row - 1;
  };
  const auto colour = [](const OracleColor& of) {
    return of.kind == OracleColor::Kind::indexed ? of.v[0] : -1;
  };

  client->type("\x1b[15~");
  int top = corner("┏");
  CHECK(colour(screen.cell(top + 1, 2).bg) == 3);  // menu-selected-style is yellow
  CHECK(colour(screen.cell(top + 3, 2).fg) == 2);
  client->type("q");
  REQUIRE(client->wait_for_no_text("One"));

  client->type("\x1b[17~");
  for (int crashes = 0; crashes < 2; ++crashes) {
    top = corner("╔");
    CHECK(colour(screen.cell(top, 0).fg) == 1);
    CHECK(colour(screen.cell(top + 1, 2).fg) == 2);
    CHECK(colour(screen.cell(top + 1, 2).bg) == 4);
    CHECK(colour(screen.cell(top + 3, 2).bg) == 3);  // what is asked for is a line: the next one
    CHECK(colour(screen.cell(top + 3, 2).fg) == 5);
    if (crashes == 0) rig.kill_server();
  }
  client->type("\r");
  CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@got"}) == "two"; }));
  REQUIRE(client->wait_for_no_text("One"));

  client->type("\x1b[18~");
  top = corner("┏");
  CHECK(colour(screen.cell(top + 1, 2).bg) == 0);
  client->type("\r");  // nothing is chosen
  REQUIRE(client->wait_for_no_text("One"));

  client->type("\x1b[19~");
  corner("");
  client->type("q");
  const auto wrong = [&](const Rig::Arguments& flags) {
    Rig::Arguments all{Rig::bin("sess"), "display-menu", "-c", client->pty().tty()};
    all.insert(all.end(), flags.begin(), flags.end());
    all.insert(all.end(), {"One", "a", ""});
    return run(all, rig.env()).err;
  };
  REQUIRE(client->wait_for_no_text("One"));
  CHECK(wrong({"-b", "triple"}).find("menu-border-lines unknown value: triple") != std::string::npos);
  CHECK(wrong({"-C", "x"}).find("starting choice invalid") != std::string::npos);
}

TEST_CASE("a menu is there again after the server died, and takes its key", "[menus][crash]") {
  Rig rig;
  const std::string typed = rig.home().root() + "/typed";
  auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat > " + typed});
  REQUIRE(client->wait_for_text("ready"));
  rig.ask({"bind-key", "-n", "F5", "display-menu", "-T", "title", "One", "a", "set -ga @got one", "Two", "b",
           "set -ga @got two"});
  client->type("\x1b[15~");
  REQUIRE(client->wait_for_text("title"));
  const pid_t old = rig.server();
  ::kill(old, SIGKILL);
  client->type("j\r");
  CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@got"}) == "two"; }));
  CHECK(client->wait_for_no_text("title"));
  client->type("end\r");
  CHECK(client->wait_until([&] { return read_file(typed) == "end\n"; }));
}

TEST_CASE("candidates of a word at the prompt are a menu, as in tmux", "[menus]") {
  Windows both;
  both.twin.run({"new-session", "-d", "-s", "more"});
  const auto ask = [&](const std::string& keys, const std::string& line) {
    both.twin.type(keys);
    CHECK(both.same() == "");
    both.twin.type(line);
    CHECK(both.same() == "");
    both.twin.type("\t");
    CHECK(both.same() == "");
  };
  for (const std::string line : {"set-", "switch-client -tm", "select-window -tmain:"}) {
    INFO(line);
    ask("\x02:", line);
    both.twin.type("\t");
    CHECK(both.same() == "");
    both.twin.type("1");
    CHECK(both.same() == "");
    both.twin.type("\x03");
    CHECK(both.same() == "");
  }
  ask("\x02'", "");
}

TEST_CASE("clock-mode shows the time as tmux does, until a key", "[clock]") {
  Windows both;
  for (const std::string how : {"clock-mode-style 24", "clock-mode-style 12", "clock-mode-colour red"}) {
    both.twin.run(split_words("set-option -gw " + how));
    both.twin.type("\x02t");
    // Another minute may have begun in one of them.
    CHECK(both.twin.differences("", 0) == "");
    both.twin.type("x");
    CHECK(both.same() == "");
  }
  both.twin.run({"split-window", "-v"});
  both.twin.run({"resize-pane", "-y", "3"});
  both.twin.type("\x02t");
  CHECK(both.same() == "");
  both.twin.type("q");
  CHECK(both.same() == "");
}

TEST_CASE("display-panes numbers panes and takes a key, also a letter beyond nine, as in tmux", "[panes]") {
  Windows both;
  both.twin.run({"set-option", "-g", "display-panes-time", "60000"});
  both.twin.type("\x02q");
  CHECK(both.same() == "");
  both.twin.type("0");
  CHECK(both.same() == "");
  for (int i = 0; i < 9; ++i) {
    both.twin.run({"split-window"});
    both.twin.run({"select-layout", "tiled"});
  }
  CHECK(both.same() == "");
  both.twin.type("\x02q");
  CHECK(both.same() == "");
  both.twin.type("a");
  CHECK(both.same() == "");
  CHECK(both.twin.rig().ask({"display-message", "-p", "#{pane_index}"}) == "10");
  both.bind("F5", "display-panes -d 0 'set-option -g @chosen \"%%\"'");
  both.twin.type("\x1b[15~");
  CHECK(both.same() == "");
  both.twin.type("3");
  CHECK(both.twin.sess().wait_until([&] {
    return both.twin.rig().ask({"show-options", "-gqv", "@chosen"}).starts_with("%");
  }));
}

TEST_CASE("display-panes -N leaves keys to the program", "[panes]") {
  Rig rig;
  auto client = rig.terminal({"new-session", "-s", "app", "printf left; exec cat"});
  REQUIRE(client->wait_for_text("left"));
  rig.ask({"split-window", "-h", "-t", "app", "printf right; exec cat"});
  REQUIRE(client->wait_for_text("right"));
  rig.ask({"bind-key", "-n", "F5", "display-panes", "-N", "-d", "0"});
  client->type("\x1b[15~0typed");
  CHECK(client->wait_for_text("right0typed"));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{pane_index}"}) == "1");
}
