// Windows, panes and layouts.
#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {
struct Started : World {
  Started() { run({"new", "-d", "-s", "main", "-n", "w0", "-x", "80", "-y", "24"}); }
  std::string windows() { return run({"lsw", "-t", "main", "-F", "#I:#W#F"}).out; }
  std::string panes() { return run({"lsp", "-F", "#D #{pane_width}x#{pane_height}#{?pane_active,*,}"}).out; }
};
}  // namespace

TEST_CASE("new-window opens, places and prints", "[command]") {
  Started world;
  CHECK(world.run({"neww", "-P"}).out == "main:1.0\n");
  CHECK(world.run({"neww", "-d", "-n", "x", "-t", "main:5", "-P", "-F", "#{window_id}"}).out == "@2\n");
  CHECK(world.windows() == "0:w0-\n1:sh*\n5:x\n");
  CHECK(world.run({"neww", "-t", "main:5"}).err == "create window failed: index 5 in use\n");
  CHECK(world.run({"neww", "-k", "-n", "y", "-t", "main:5"}).err.empty());
  CHECK(world.run({"neww", "-a", "-d", "-n", "after", "-t", "main:0"}).err.empty());
  CHECK(world.windows() == "0:w0\n1:after\n2:sh-\n5:y*\n");
  CHECK(world.run({"neww", "-S", "-n", "w0"}).err.empty());
  CHECK(world.windows() == "0:w0*\n1:after\n2:sh\n5:y-\n");
  CHECK(world.run({"neww", "-c", "sub", "-e", "A=1"}).err.empty());
  CHECK(world.host.started.back().cwd == "/work/sub");
  CHECK(world.run({"neww", "a", "b c"}).err.empty());
  CHECK(world.host.started.back().argv == std::vector<std::string>{"a", "b c"});
}

TEST_CASE("a control sequence in a program's name went to the terminal with the window's name", "[command]") {
  Started world;
  CHECK(world.run({"neww", "-d", "/opt/\033[31mred"}).err.empty());
  CHECK(world.run({"neww", "-d", std::string(300, 'n')}).err.empty());
  CHECK(world.windows() == "0:w0*\n1:\\033[31mred\n2:" + std::string(255, 'n') + "\n");
}

TEST_CASE("a window whose program cannot start is not left behind", "[command]") {
  Started world;
  world.host.start_error = "nope: No such file or directory";
  CHECK(world.run({"neww", "nope", "x"}).err == "create window failed: nope: No such file or directory\n");
  CHECK(world.windows() == "0:w0*\n");
  CHECK(world.run({"splitw", "nope", "x"}).err == "create pane failed: nope: No such file or directory\n");
  CHECK(world.model.panes().size() == 1);
}

TEST_CASE("windows are selected in turn, by name and back", "[command]") {
  Started world;
  CHECK(world.run({"last-window"}).err == "no last window\n");
  CHECK(world.run({"next-window", "-a"}).err == "no next window\n");
  world.run({"neww"});
  world.run({"neww"});
  world.run({"next"});
  CHECK(world.format("#I") == "0\n");
  world.run({"prev"});
  CHECK(world.format("#I") == "2\n");
  world.run({"last"});
  CHECK(world.format("#I") == "0\n");
  world.run({"selectw", "-t", ":1"});
  CHECK(world.format("#I") == "1\n");
  world.run({"selectw", "-T", "-t", ":1"});
  CHECK(world.format("#I") == "0\n");
}

TEST_CASE("windows are renamed, moved, swapped, linked and closed", "[command]") {
  Started world;
  world.run({"neww", "-d", "-n", "w1"});
  world.run({"neww", "-d", "-n", "w2"});
  world.run({"renamew", "-t", ":2", "two"});
  CHECK(world.windows() == "0:w0*\n1:w1\n2:two\n");
  world.run({"swapw", "-s", ":0", "-t", ":2"});
  CHECK(world.windows() == "0:two*\n1:w1\n2:w0\n");
  world.run({"swapw", "-d", "-s", ":0", "-t", ":2"});
  CHECK(world.windows() == "0:w0-\n1:w1\n2:two*\n");
  CHECK(world.run({"movew", "-s", ":0", "-t", ":0"}).err == "same index: 0\n");
  CHECK(world.run({"movew", "-s", ":0", "-t", ":1"}).err == "index in use: 1\n");
  world.run({"movew", "-d", "-s", ":0", "-t", ":9"});
  CHECK(world.windows() == "1:w1\n2:two*\n9:w0\n");
  world.run({"movew", "-r"});
  CHECK(world.windows() == "0:w1\n1:two*\n2:w0\n");
  world.run({"new", "-d", "-s", "other"});
  CHECK(world.run({"linkw", "-d", "-s", "main:0", "-t", "other:7"}).err.empty());
  CHECK(world.run({"display", "-p", "-t", "main:0", "#{window_linked} #{window_linked_sessions_list}"}).out ==
        "1 main,other\n");
  CHECK(world.run({"unlinkw", "-t", "main:1"}).err == "window only linked to one session\n");
  CHECK(world.run({"unlinkw", "-t", "other:7"}).err.empty());
  world.run({"killw", "-a", "-t", "main:2"});
  CHECK(world.windows() == "2:w0*\n");
  world.run({"killw", "-t", "main:2"});
  CHECK(world.run({"ls", "-F", "#S"}).out == "other\n");
}

TEST_CASE("resize-window gives a window its own size", "[command]") {
  Started world;
  CHECK(world.run({"resizew", "-x", "0"}).err == "width too small\n");
  CHECK(world.run({"resizew", "-x", "foo"}).err == "width invalid\n");
  CHECK(world.run({"resizew", "-y", "99999"}).err == "height too large\n");
  CHECK(world.run({"resizew", "foo"}).err == "adjustment invalid\n");
  world.run({"resizew", "-x", "120", "-y", "40"});
  CHECK(world.format("#{window_width}x#{window_height} #{window-size}") == "120x40 manual\n");
  world.run({"resizew", "-L", "20"});
  CHECK(world.format("#{window_width}") == "100\n");
}

TEST_CASE("panes are split, chosen, resized and closed as in tmux", "[command]") {
  Started world;
  CHECK(world.run({"splitw", "-h", "-P"}).out == "main:0.1\n");
  CHECK(world.panes() == "%0 40x24\n%1 39x24*\n");
  world.run({"splitw", "-v", "-l", "5", "-d"});
  CHECK(world.panes() == "%0 40x24\n%1 39x18*\n%2 39x5\n");
  CHECK(world.run({"splitw", "-l", "1x"}).err == "lines invalid\n");
  CHECK(world.run({"splitw", "-p", "x"}).err == "create pane failed: -p invalid\n");
  CHECK(world.run({"splitw", "-l", "-1"}).err == "lines too small\n");
  world.run({"selectp", "-L"});
  CHECK(world.format("#D") == "%0\n");
  world.run({"lastp"});
  CHECK(world.format("#D") == "%1\n");
  world.run({"selectp", "-D"});
  CHECK(world.format("#D") == "%2\n");
  world.run({"resizep", "-t", "%2", "-y", "10"});
  CHECK(world.run({"display", "-p", "-t", "%2", "#{pane_height}"}).out == "10\n");
  world.run({"resizep", "-t", "%2", "-U", "2"});
  CHECK(world.run({"display", "-p", "-t", "%2", "#{pane_height}"}).out == "12\n");
  CHECK(world.run({"resizep", "foo"}).err == "adjustment invalid\n");
  CHECK(world.run({"resizep", "-x", ""}).err == "width invalid\n");
  world.run({"resizep", "-Z", "-t", "%2"});
  CHECK(world.format("#{window_zoomed_flag} #{pane_width}x#{pane_height}") == "1 80x24\n");
  world.run({"selectp", "-U", "-Z"});
  CHECK(world.format("#{window_zoomed_flag} #D") == "1 %1\n");
  world.run({"selectp", "-t", "%0"});
  CHECK(world.format("#{window_zoomed_flag} #D") == "0 %0\n");
  world.run({"killp", "-t", "%2"});
  CHECK(world.model.panes().size() == 2);
  world.run({"killp", "-a", "-t", "%1"});
  CHECK(world.panes() == "%1 80x24*\n");
  CHECK(world.run({"lastp"}).err == "no last pane\n");
}

TEST_CASE("a pane without room is not split", "[command]") {
  Started world;
  world.run({"resizew", "-x", "10", "-y", "2"});
  CHECK(world.run({"splitw", "-v"}).err == "no space for new pane\n");
  CHECK(world.model.panes().size() == 1);
  CHECK(world.host.started.size() == 1);
}

TEST_CASE("panes are swapped, broken out and joined", "[command]") {
  Started world;
  world.run({"splitw", "-h"});
  world.run({"swapp", "-s", "%0", "-t", "%1"});
  CHECK(world.run({"lsp", "-F", "#D"}).out == "%1\n%0\n");
  CHECK(world.run({"breakp", "-P", "-d", "-s", "%0", "-n", "out"}).out == "main:1.0\n");
  CHECK(world.windows() == "0:w0*\n1:out\n");
  CHECK(world.run({"joinp", "-s", "%1", "-t", "%1"}).err == "source and target panes must be different\n");
  CHECK(world.run({"joinp", "-s", ":1.0", "-t", ":0.0", "-l", "1x"}).err == "size invalid\n");
  CHECK(world.run({"joinp", "-h", "-s", ":1.0", "-t", ":0.0"}).err.empty());
  CHECK(world.windows() == "0:w0*\n");
  CHECK(world.run({"lsp", "-F", "#D"}).out == "%1\n%0\n");
  world.run({"rotatew"});
  CHECK(world.run({"lsp", "-F", "#D"}).out == "%0\n%1\n");
}

TEST_CASE("layouts are arranged by name and by text", "[command]") {
  Started world;
  world.run({"splitw"});
  world.run({"splitw"});
  world.run({"selectl", "even-horizontal"});
  CHECK(world.run({"lsp", "-F", "#{pane_width}x#{pane_height}"}).out == "26x24\n26x24\n26x24\n");
  const std::string before = world.format("#{window_layout}");
  world.run({"nextl"});
  CHECK(world.run({"lsp", "-F", "#{pane_width}"}).out == "80\n80\n80\n");
  world.run({"selectl", before.substr(0, before.size() - 1)});
  CHECK(world.format("#{window_layout}") == before);
  world.run({"selectl", "-o"});
  CHECK(world.run({"lsp", "-F", "#{pane_width}"}).out == "80\n80\n80\n");
  CHECK(world.run({"selectl", "foo"}).err == "invalid layout: foo\n");
}

TEST_CASE("respawn needs -k while the program runs", "[command]") {
  Started world;
  CHECK(world.run({"respawnp"}).err == "respawn pane failed: pane main:0.0 still active\n");
  CHECK(world.run({"respawnw"}).err == "respawn window failed: window main:0 still active\n");
  CHECK(world.run({"respawnp", "-k", "-c", "/tmp", "top"}).err.empty());
  CHECK(world.host.started.back().replace);
  CHECK(world.host.started.back().cwd == "/tmp");
  CHECK(world.host.started.back().argv == std::vector<std::string>{"/bin/sh", "-c", "top"});
  world.model.pane(PaneId{0})->dead = true;
  CHECK(world.run({"respawnp"}).err.empty());
}

TEST_CASE("pipe-pane begins, ends and toggles", "[command]") {
  Started world;
  world.run({"pipep", "-o", "cat >#{pane_id}"});
  CHECK(world.host.called("pipe %0 'cat >%0' false true"));
  CHECK(world.format("#{pane_pipe}") == "1\n");
  world.run({"pipep", "-o", "cat"});
  CHECK(world.format("#{pane_pipe}") == "0\n");
}

TEST_CASE("find-window goes to the window that matches", "[command]") {
  Started world;
  world.run({"neww", "-d", "-n", "editor"});
  CHECK(world.run({"findw", "-N", "edit"}).err.empty());
  CHECK(world.format("#W") == "editor\n");
  CHECK(world.run({"findw", "-N", "zzz"}).err == "no windows matching: zzz\n");
}
