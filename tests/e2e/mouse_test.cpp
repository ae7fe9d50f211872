// The mouse by real sequences through a real terminal: what is bound to it beside tmux 3.3a, and what
// programs that ask for it get, in each encoding, in direct and drawn views.
#include <chrono>

#include "scenes.hpp"

using namespace sess::test;

namespace {

std::string sgr(int button, int row, int col, char end = 'M') {
  return "\x1b[<" + std::to_string(button) + ";" + std::to_string(col + 1) + ";" + std::to_string(row + 1) +
         end;
}
std::string x10(int button, int row, int col) {
  return {'\x1b',
          '[',
          'M',
          static_cast<char>(32 + button),
          static_cast<char>(33 + col),
          static_cast<char>(33 + row)};
}
std::string urxvt(int button, int row, int col) {
  return "\x1b[" + std::to_string(32 + button) + ";" + std::to_string(col + 1) + ";" +
         std::to_string(row + 1) + "M";
}

/// Two panes side by side, with words in the left one, the mouse on.
struct Clicked : Pair {
  Clicked() : Pair("set -g mouse on\n") {
    twin.attach({"new-session", "-s", "main", "-n", "first", "printf 'alpha beta-gamma\\ndelta'; exec cat"},
                {24, 80});
    twin.run({"new-window", "-d", "-n", "second", "exec cat"});
    twin.run({"split-window", "-h", "exec cat"});
    CHECK(same() == "");
  }
  /// What is sent by a button once the time in which it would be a double click with the one before is over.
  void click(const std::string& report) {
    twin.sess().wait_until(
        [&] { return std::chrono::steady_clock::now() - last > std::chrono::milliseconds(350); });
    last = std::chrono::steady_clock::now();
    twin.type(report);
  }
  std::chrono::steady_clock::time_point last{};
  std::string both(const std::string& format) {
    const auto got = twin.run({"display-message", "-p", format});
    return got.tmux.out == got.sess.out ? got.sess.out : got.tmux.out + " here " + got.sess.out;
  }
};

/// A program that asks for the mouse and shows what it gets.
struct Asking {
  Asking(const std::string& modes, bool drawn, bool option = false) {
    if (drawn)
      rig.home().write("sess.conf", std::string("set -g status on\n") + (option ? "set -g mouse on\n" : ""));
    client = rig.terminal({"-f", drawn ? rig.home().root() + "/sess.conf" : "/dev/null", "new-session", "-s",
                           "app", "stty -echo raw; printf '" + modes + "ready'; exec cat -v"});
    REQUIRE(client->wait_for_text("ready"));
    REQUIRE(client->wait_until([&] { return client->oracle().mouse() != OracleMouse::none; }));
  }
  bool gets(const std::string& typed, const std::string& shown) {
    client->type(typed);
    return client->wait_for_text(shown);
  }
  Rig rig;
  std::unique_ptr<Attached> client;
};

}  // namespace

TEST_CASE("clicks select panes and windows, as in tmux", "[mouse]") {
  Clicked pair;
  pair.click(sgr(0, 5, 5) + sgr(0, 5, 5, 'm'));
  CHECK(pair.same() == "");
  CHECK(pair.both("#{pane_index}") == "0\n");
  pair.click(sgr(0, 5, 60) + sgr(0, 5, 60, 'm'));
  CHECK(pair.same() == "");
  // "[main] 0:first* 1:second"
  pair.click(sgr(0, 23, 18) + sgr(0, 23, 18, 'm'));
  CHECK(pair.same() == "");
  CHECK(pair.both("#{window_name}") == "second\n");
  pair.twin.type(sgr(64, 23, 12));
  CHECK(pair.same() == "");
  CHECK(pair.both("#{window_name}") == "first\n");
}

TEST_CASE("a border follows the button that drags it, as in tmux", "[mouse]") {
  Clicked pair;
  pair.click(sgr(0, 5, 40) + sgr(32, 5, 45) + sgr(32, 6, 52) + sgr(0, 6, 52, 'm'));
  CHECK(pair.same() == "");
  CHECK(pair.both("#{pane_width}") == "27\n");
}

TEST_CASE("the third button opens the menus of pane, window and session, as in tmux", "[mouse][menus]") {
  Clicked pair;
  for (const auto& [row, col] : {std::pair{0, 7}, std::pair{1, 2}, std::pair{10, 20}, std::pair{12, 60},
                                 std::pair{23, 12}, std::pair{23, 18}, std::pair{23, 2}}) {
    INFO(row << "," << col);
    pair.click(sgr(2, row, col));
    CHECK(pair.same() == "");
    pair.twin.type(sgr(34, row == 23 ? 18 : row + 2, col));
    CHECK(pair.same() == "");
    pair.twin.type(sgr(34, 22, 79) + sgr(2, 22, 79, 'm'));
    CHECK(pair.same() == "");
  }
  pair.click(sgr(2 + 8, 10, 20));  // with Meta, whatever the program asked for
  CHECK(pair.same() == "");
  pair.twin.type("q");
  CHECK(pair.same() == "");
  // Dragged to an entry and released there.
  pair.click(sgr(2, 10, 20));
  CHECK(pair.same() == "");
  pair.twin.type(sgr(34, 15, 20));
  CHECK(pair.same() == "");
  pair.twin.type(sgr(2, 15, 20, 'm'));
  CHECK(pair.same() == "");
  for (const std::string key : {"\x02<", "\x02>"}) {
    pair.twin.type(key);
    CHECK(pair.same() == "");
    pair.twin.type("\x1b");
    CHECK(pair.same() == "");
  }
}

TEST_CASE("formats know what is under the mouse, as in tmux", "[mouse]") {
  Clicked pair;
  pair.twin.run({"bind-key", "-n", "MouseDown1Pane", "set-option", "-gF", "@at",
                 "#{mouse_x},#{mouse_y} #{mouse_word} #{mouse_line}"});
  for (const auto& [row, col] : {std::pair{0, 2}, std::pair{0, 5}, std::pair{0, 8}, std::pair{0, 12},
                                 std::pair{1, 1}, std::pair{3, 3}}) {
    INFO(row << "," << col);
    pair.click(sgr(0, row, col) + sgr(0, row, col, 'm'));
    const std::string at = std::to_string(col) + "," + std::to_string(row) + " ";
    CHECK(pair.twin.sess().wait_until([&] {
      return pair.both("#{@at}").starts_with(at) && pair.both("#{@at}").find(" here ") == std::string::npos;
    }));
    INFO(pair.both("#{@at}"));
  }
}

TEST_CASE("formats know the link and the part of the status line under the mouse", "[mouse]") {
  Rig rig;
  rig.home().write(
      "sess.conf",
      "set -g mouse on\nset -g status on\nset -g status-left '[left]'\nset -g status-right '[right]'\n"
      "bind -n MouseDown1Pane set -gF @at 'pane #{mouse_hyperlink}.#{mouse_status_range}'\n"
      "bind -n MouseDown1Status set -gF @at 'status #{mouse_status_range} #{mouse_status_line}'\n"
      "bind -n MouseDown1StatusLeft set -gF @at 'left #{mouse_status_range}'\n"
      "bind -n MouseDown1StatusRight set -gF @at 'right #{mouse_status_range}'\n"
      "bind -n MouseDown1StatusDefault set -gF @at 'default #{mouse_status_range}.'\n");
  const auto client =
      rig.terminal({"-f", rig.home().root() + "/sess.conf", "new-session", "-s", "app", "-n", "name",
                    "printf '\\033]8;;https://example.org/\\033\\\\link\\033]8;;\\033\\\\ plain'; exec cat"},
                   {24, 80});
  REQUIRE(client->wait_for_text("link plain"));
  REQUIRE(client->wait_for_text("[right]"));
  for (const auto& [row, col, at] :
       {std::tuple{0, 1, "pane https://example.org/."}, std::tuple{0, 6, "pane ."},
        std::tuple{23, 2, "left left"}, std::tuple{23, 8, "status window 0"}, std::tuple{23, 40, "default ."},
        std::tuple{23, 78, "right right"}}) {
    INFO(row << "," << col);
    client->type(sgr(0, row, col) + sgr(0, row, col, 'm'));
    const std::string wanted = at;
    CHECK(client->wait_until([&] { return rig.ask({"show-options", "-gqv", "@at"}) == wanted; }));
  }
}

TEST_CASE("a terminal may report its mouse in any encoding", "[mouse]") {
  Clicked pair;
  for (const auto& [left, right] :
       {std::pair{x10(0, 5, 5) + x10(3, 5, 5), x10(0, 5, 60) + x10(3, 5, 60)},
        std::pair{urxvt(0, 5, 5) + urxvt(3, 5, 5), urxvt(0, 5, 60) + urxvt(3, 5, 60)}}) {
    pair.twin.sess().type(left);
    CHECK(pair.twin.sess().wait_until([&] {
      return pair.twin.rig().ask({"display-message", "-p", "#{pane_index}"}) == "0";
    }));
    pair.twin.sess().type(right);
    CHECK(pair.twin.sess().wait_until([&] {
      return pair.twin.rig().ask({"display-message", "-p", "#{pane_index}"}) == "1";
    }));
  }
}

TEST_CASE("a program in a drawn window gets the mouse in the encoding that it asked for", "[mouse]") {
  for (const bool option : {false, true}) {
    INFO("mouse " << option);
    {
      Asking app("\\033[?1000h", true, option);
      CHECK(app.gets(sgr(0, 3, 6), "^[[M '$"));
      CHECK(app.gets(sgr(0, 3, 6, 'm'), "^[[M '$^[[M#'$"));
    }
    {
      Asking app("\\033[?1000h\\033[?1005h", true, option);
      CHECK(app.gets(sgr(0, 3, 6), "^[[M '$"));
    }
    {
      Asking app("\\033[?1002h\\033[?1015h", true, option);
      CHECK(app.gets(sgr(0, 3, 6), "^[[32;7;4M"));
      CHECK(app.gets(sgr(32, 4, 7), "^[[64;8;5M"));
    }
    {
      Asking app("\\033[?1003h\\033[?1006h", true, option);
      REQUIRE(app.client->wait_until([&] { return app.client->oracle().mouse() == OracleMouse::move; }));
      CHECK(app.gets(sgr(35, 3, 6), "^[[<35;7;4M"));
      CHECK(app.gets(sgr(64, 4, 7), "^[[<64;8;5M"));
    }
    {
      Asking app("\\033[?1000h\\033[?1016h", true, option);
      app.client->type(sgr(0, 3, 6));
      CHECK(app.client->wait_for_text("^[[<0;"));
    }
  }
}

TEST_CASE("a program in a direct view gets the mouse as its terminal sends it", "[mouse]") {
  for (const std::string modes : {"\\033[?1000h", "\\033[?1000h\\033[?1005h", "\\033[?1002h\\033[?1015h",
                                  "\\033[?1003h\\033[?1006h", "\\033[?1000h\\033[?1016h"}) {
    INFO(modes);
    Asking app(modes, false);
    CHECK_FALSE(app.client->oracle().alternate());
    CHECK(app.gets(x10(0, 3, 6), "^[[M '$"));
    CHECK(app.gets(sgr(0, 3, 6), "^[[<0;7;4M"));
    CHECK(app.gets(urxvt(0, 3, 6), "^[[32;7;4M"));
  }
}

TEST_CASE("what a program or a command copies reaches the outer terminal's clipboard", "[mouse]") {
  for (const bool drawn : {false, true}) {
    INFO("drawn " << drawn);
    Rig rig;
    rig.home().write("sess.conf",
                     std::string("set -s set-clipboard on\nset -g status ") + (drawn ? "on\n" : "auto\n"));
    auto client = rig.terminal({"-f", rig.home().root() + "/sess.conf", "new-session", "-s", "app",
                                "printf ready; read x; printf '\\033]52;c;aGVsbG8=\\007'; exec cat"});
    REQUIRE(client->wait_for_text("ready"));
    client->type("\r");
    CHECK(client->wait_until(
        [&] { return client->transcript().find("\x1b]52;c;aGVsbG8=") != std::string::npos; }));
    CHECK(client->wait_until([&] { return rig.sess({"show-buffer"}).out == "hello"; }));
    const auto clients = rig.ask({"list-clients", "-F", "#{client_name}"});
    rig.ask({"set-buffer", "-w", "-t", clients, "there"});
    CHECK(client->wait_until(
        [&] { return client->transcript().find("\x1b]52;c;dGhlcmU=") != std::string::npos; }));
  }
}

TEST_CASE("a buffer of 10 MB that is loaded and pasted keeps no other pane waiting", "[buffers]") {
  Rig rig;
  const std::string big = rig.home().write("big", std::string(10 << 20, 'b'));
  auto client = rig.terminal({"new-session", "-s", "app", "stty raw -echo; printf begun; exec sleep 1000"});
  REQUIRE(client->wait_for_text("begun"));
  rig.ask({"split-window", "-t", "app", "printf ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  Attached loading(
      {"/bin/sh", "-c",
       Rig::bin("sess") + " load-buffer " + big + "; " + Rig::bin("sess") + " paste-buffer -t app:.0"},
      rig.env(), sess::Size{5, 80});
  // Each word is back while 10 MB are on their way, and while they wait for a program that never reads them.
  int behind = 0;
  for (int i = 0; behind < 20; ++i) {
    const std::string word = "w" + std::to_string(i) + "w";
    client->type(word);
    REQUIRE(client->wait_for_text(word));
    client->type("\r");
    if (rig.sess({"list-buffers", "-F", "#{buffer_size}"}).out == std::to_string(10 << 20) + "\n") ++behind;
    REQUIRE(i < 2000);
  }
}

TEST_CASE("a client with an active pane of its own types there, others do not see it move", "[active-pane]") {
  Rig rig;
  auto one = rig.terminal({"new-session", "-s", "app", "printf left; exec cat"});
  REQUIRE(one->wait_for_text("left"));
  rig.ask({"split-window", "-h", "-t", "app", "printf right; exec cat"});
  REQUIRE(one->wait_for_text("right"));
  auto two = rig.terminal({"attach-session", "-f", "active-pane", "-t", "app"});
  REQUIRE(two->wait_for_text("right"));
  two->type("\x02o");
  two->type("mine");
  CHECK(two->wait_until([&] { return two->oracle().row(0).find("leftmine") == 0; }));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{pane_index}"}) == "1");
  one->type("yours");
  CHECK(one->wait_for_text("rightyours"));
  rig.kill_server();
  two->type("too");
  CHECK(two->wait_until([&] { return two->oracle().row(0).find("leftminetoo") == 0; }));
}
