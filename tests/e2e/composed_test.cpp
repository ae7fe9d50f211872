// What sess draws with several windows, panes and a status line is what tmux draws for the same commands:
// cell by cell on an independent terminal. twin/scenes.txt says what is done, twin/differences.txt what
// differs and why.
#include <sys/stat.h>

#include <iostream>

#include "scenes.hpp"

using namespace sess::test;

TEST_CASE("what is drawn for tmux's commands is what tmux draws", "[composed]") {
  play_scenes("scenes.txt", "differences.txt");
}

TEST_CASE("two terminals of different sizes on one session show what tmux shows on both", "[composed]") {
  Twin twin(Twin::plain_config());
  const auto small = twin.attach({"new-session", "-s", "twin", "-n", "first"}, {20, 60});
  twin.tmux().wait_for_text("$");
  twin.sess().wait_for_text("$");
  twin.run_line("split-window -h");
  wait_for_prompts(twin);
  const auto large = twin.attach({"attach-session", "-t", "twin"}, {30, 100});
  const auto same_on_both = [&](const std::string& step) {
    for (const auto terminal : {large, small}) {
      const std::string found = twin.differences("", terminal);
      INFO(step << ", terminal " << terminal << "\n" << (found.empty() ? "" : twin.screens(terminal)));
      CHECK(found.empty());
      UNSCOPED_INFO(found);
    }
  };
  same_on_both("attached");
  twin.type("\002o", small);  // now the small one is the latest
  same_on_both("the small one is used");
  twin.type("\002o", large);
  same_on_both("the large one is used");
  for (const char* step : {"set-option -gw window-size smallest", "set-option -gw window-size largest",
                           "set-option -g status-position top", "split-window -v"}) {
    twin.run_line(step);
    same_on_both(step);
  }
  // By hand: S-Left and the like, bound to refresh-client -L 10 and so on.
  for (const char* key : {"\002\033[1;2C", "\002\033[1;2B", "\002\033[1;2D", "\002\033[3;2~"}) {
    twin.type(key, small);
    same_on_both(std::string("after ") + (key + 2));
  }
  const std::string offsets =
      "display-message -p -t twin '#{window_bigger} #{window_offset_x},#{window_offset_y}'";
  const auto both = twin.run_line(offsets);
  CHECK(both.sess.out == both.tmux.out);
  twin.resize({24, 80}, small);
  same_on_both("the small one grows");
}

TEST_CASE("half of a synchronized update was drawn when another pane printed", "[composed]") {
  Rig rig;
  // The other pane prints as soon as half of an update stands there: the two programs talk by themselves,
  // which is faster than commands.
  const std::string fifo = rig.home().root() + "/half";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto client = rig.terminal({"new-session", "-s", "app",
                                    "stty -echo; i=0; while :; do i=$((i+1)); printf "
                                    "'\\033[?2026h\\033[H\\033[2Jhalf-%s.' $i; [ $i = 1 ] || "
                                    "echo $i >" +
                                        fifo + "; read x; printf 'whole-%s.\\033[?2026l' $i; read x; done"});
  REQUIRE(client->wait_for_text("half-1."));  // directly: the terminal decides
  rig.ask({"split-window", "-d", "-h", "-t", "app",
           "while :; do read x <" + fifo + "; printf 'other-%s. ' $x; done"});
  REQUIRE(client->wait_until([&] { return client->oracle().alternate(); }));
  client->type("\r");
  REQUIRE(client->wait_for_text("half-1.whole-1."));
  // An update is held for a quarter of a second only, and the machine may be busy: once in so many tries it
  // is seen.
  bool held = false;
  for (int i = 2; i <= 40 && !held; ++i) {
    const std::string number = std::to_string(i) + ".";
    client->type("\r");
    REQUIRE(client->wait_for_text("other-" + number));
    held = client->screen().find("half-" + number) == std::string::npos;
    client->type("\r");
    REQUIRE(client->wait_for_text("half-" + number + "whole-" + number));
  }
  CHECK(held);
}

TEST_CASE("a synchronized update that never ends is shown all the same", "[composed]") {
  Rig rig;
  const auto client = rig.terminal(
      {"new-session", "-s", "app", "echo begun; read x; printf '\\033[?2026hnot ended'; exec sleep 1000"});
  REQUIRE(client->wait_for_text("begun"));
  rig.ask({"split-window", "-d", "-h", "-t", "app", "exec sleep 1000"});
  REQUIRE(client->wait_until([&] { return client->oracle().alternate(); }));
  client->type("\r");
  CHECK(client->wait_for_text("not ended"));
}

TEST_CASE("a status command that prints nothing shows nothing, also while it runs again", "[composed]") {
  Rig rig;
  const std::string runs = rig.home().root() + "/runs";
  rig.home().write("config/sess/sess.conf",
                   "set -g status on\nset -g status-interval 1\nset -g status-right '[#(echo run >> " + runs +
                       "; sleep 0.2)]'\n");
  const auto client = rig.terminal({"new-session", "-s", "app", "exec cat"});
  bool flashed = false;
  CHECK(client->wait_until([&] {
    flashed = flashed || client->shows("not ready");
    return split_lines(read_file(runs)).size() >= 3;
  }));
  CHECK_FALSE(flashed);
  CHECK(client->shows("[]"));
}
