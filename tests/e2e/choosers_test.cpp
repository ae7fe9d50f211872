// Choosers, and view mode, on real terminals: the screens of choose-tree and choose-buffer are tmux's, cell
// by cell (twin/choosers.txt); choose-client's, where names of terminals stand, row by row; and what only
// sess has.
#include <algorithm>
#include <filesystem>

#include "scenes.hpp"

using namespace sess::test;

namespace {

/// Rows with the terminals' names in them the same, and blanks at the end cut.
std::vector<std::string> rows(Attached& terminal) {
  std::vector<std::string> out;
  for (int row = 0; row < terminal.oracle().size().rows; ++row) {
    std::string line = terminal.oracle().row(row);
    for (auto at = line.find("/dev/pts/"); at != std::string::npos; at = line.find("/dev/pts/", at + 1)) {
      auto end = at + 9;
      while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0) ++end;
      line.replace(at, end - at, "/dev/pts/N");
    }
    // What stands behind a name of another length in the box's upper edge.
    if (line.starts_with("┌")) line.erase(line.find("─", 3));
    out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("choosers are drawn as tmux draws them", "[choosers]") {
  play_scenes("choosers.txt", "choosers_differences.txt");
}

TEST_CASE("choose-client shows what tmux's shows", "[choosers]") {
  Twin twin(Twin::plain_config());
  twin.attach({"new-session", "-s", "twin", "-n", "first"}, {24, 80});
  twin.tmux().wait_for_text("$");
  twin.sess().wait_for_text("$");
  wait_for_prompts(twin);
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"choose-client"}, {"choose-client", "-N"}, {"choose-client", "-r", "-O", "size"}}) {
    twin.run(command);
    const auto same = [&] {
      twin.tmux().pump();
      return rows(twin.tmux()) == rows(twin.sess());
    };
    const bool is_same = twin.sess().wait_until(same);
    INFO(twin.screens());
    CHECK(is_same);
    const auto mode =
        twin.run_line("display-message -p '#{pane_mode} #{pane_in_mode} #{client_mode_format}'");
    CHECK(mode.sess.out == mode.tmux.out);
    twin.type("q");
    CHECK(wait_until([&] {
      const auto in_mode = twin.run_line("display-message -p '#{pane_in_mode}'");
      return in_mode.tmux.out == "0\n" && in_mode.sess.out == "0\n";
    }));
  }
  // Enter detaches who is chosen.
  twin.run({"choose-client"});
  REQUIRE(twin.sess().wait_for_text("(0)"));
  twin.sess().type("\r");
  CHECK(twin.sess().wait_exit());
}

TEST_CASE("what a key's command prints is shown in the pane, and again after a crash", "[choosers]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "echo left; exec cat"});
  REQUIRE(client->wait_for_text("left"));
  rig.ask({"split-window", "-h", "-t", "app", "echo right; exec cat"});
  REQUIRE(client->wait_for_text("right"));
  rig.ask({"bind-key", "X", "run-shell", "seq 101 110"});
  client->type("\002X");
  CHECK(client->wait_for_text("101"));
  CHECK(client->wait_for_text("110"));
  CHECK(client->shows("left"));
  CHECK_FALSE(client->shows("right"));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{pane_mode}"}) == "view-mode");
  rig.kill_server();
  REQUIRE(client->wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "app", "#{pane_mode}"}) == "view-mode";
  }));
  CHECK(client->wait_for_text("110"));
  client->type("q");
  CHECK(client->wait_for_text("right"));
  CHECK(rig.ask({"capture-pane", "-p", "-t", "app"}).find('q') == std::string::npos);
}

TEST_CASE("the switcher goes to another session and starts a stopped job", "[choosers]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "here", "echo first-session; exec cat"});
  REQUIRE(client->wait_for_text("first-session"));
  rig.ask({"new-session", "-d", "-s", "elsewhere", "echo second-session; exec cat"});
  rig.ask({"run", "-d", "-s", "nightly", "--", "sh", "-c", "echo job-line; exit 3"});
  REQUIRE(wait_until([&] { return rig.ask({"jobs"}).find("failed") != std::string::npos; }));
  client->type("\002g");
  CHECK(client->wait_for_text("3/3"));
  CHECK(client->wait_for_text("job-line"));
  CHECK(client->wait_for_text("second-session"));
  CHECK(rig.ask({"display-message", "-p", "-t", "here", "#{pane_mode}"}) == "switcher-mode");
  client->type("nigh");
  CHECK(client->wait_for_text("1/3"));
  client->type("\r");
  const auto runs = [&] {
    const auto lines = split_lines(rig.ask({"history", "nightly"}));
    return std::count_if(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.starts_with("nightly"); });
  };
  CHECK(wait_until([&] { return runs() == 2; }));
  client->type("\002g");
  REQUIRE(client->wait_for_text("3/3"));
  client->type("else\r");
  CHECK(client->wait_for_text("second-session"));
  CHECK(wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "elsewhere"; }));
  CHECK(rig.ask({"display-message", "-p", "-t", "here", "#{pane_in_mode}"}) == "0");
}

TEST_CASE("customize-mode sets an option and a key, and sets them back", "[choosers]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "echo app; exec cat"});
  REQUIRE(client->wait_for_text("app"));
  rig.ask({"bind-key", "-T", "mine", "x", "display-message", "hi"});
  rig.ask({"customize-mode", "-t", "app"});
  REQUIRE(client->wait_for_text("Window & Pane Options"));
  const auto search = [&](const std::string& text) {
    client->type("\x13");
    REQUIRE(client->wait_for_text("(search)"));
    client->type(text + "\r");
    REQUIRE(client->wait_for_text("┌ " + text + " ─"));
  };
  search("buffer-limit");
  CHECK(client->wait_for_text("This is a server option."));
  CHECK(client->wait_for_text("Option value: 50"));
  client->type("\r");
  REQUIRE(client->wait_for_text("(buffer-limit) 50"));
  client->type(
      "\x15"
      "77\r");
  CHECK(client->wait_for_text("Option value: 77"));
  CHECK(rig.ask({"show-options", "-sv", "buffer-limit"}) == "77");
  client->type("d");
  REQUIRE(client->wait_for_text("Reset buffer-limit to default?"));
  client->type("y");
  CHECK(client->wait_for_text("Option value: 50"));
  // A flag is turned, in the session; globally it stays.
  search("renumber-windows");
  client->type("s");
  CHECK(client->wait_for_text("It is set in this session."));
  CHECK(rig.ask({"show-options", "-v", "-t", "app", "renumber-windows"}) == "on");
  CHECK(rig.ask({"show-options", "-gv", "renumber-windows"}) == "off");

  search("Key Table - mine");
  client->type("lj");
  REQUIRE(client->wait_for_text("This key is in the mine table."));
  client->type("lj");
  client->type("s");
  REQUIRE(client->wait_for_text("(x) display-message hi"));
  client->type(
      "\x15"
      "display-message 'a b' ; new-window\r");
  CHECK(wait_until([&] {
    return rig.ask({"list-keys", "-T", "mine"}) ==
           "bind-key -T mine x display-message \"a b\" \\; new-window";
  }));
  client->type("u");
  REQUIRE(client->wait_for_text("Unset Command?"));
  client->type("y");
  CHECK(wait_until([&] { return rig.sess({"list-keys", "-T", "mine"}).out.empty(); }));
  client->type("q");
  CHECK(wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "app", "#{pane_in_mode}"}) == "0";
  }));
}

TEST_CASE("a buffer is edited in a popup, also while the server dies", "[choosers][crash]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "echo app; exec cat"});
  REQUIRE(client->wait_for_text("app"));
  const std::string begun = rig.home().root() + "/begun";
  const std::string go = rig.home().root() + "/go";
  const std::string editor =
      rig.home().write("editor",
                       "echo editing\nfor f; do :; done\necho more >> \"$f\"\n"
                       ": > '" +
                           begun + "'\nuntil [ -e '" + go + "' ]; do sleep 0.02; done\n");
  rig.ask({"set-option", "-s", "editor", "sh " + editor});
  for (const bool dies : {false, true}) {
    INFO("dies " << dies);
    rig.ask({"set-buffer", "-b", "a 'b' $c", dies ? "old\n" : "old"});
    rig.ask({"choose-buffer", "-t", "app"});
    REQUIRE(client->wait_for_text("a 'b' $c"));
    client->type("e");
    REQUIRE(client->wait_for_text("editing"));
    REQUIRE(wait_until([&] { return std::filesystem::exists(begun); }));
    if (dies) rig.kill_server();
    rig.home().write("go", "");
    // A last line that was open stays open, though the editor ended it.
    const std::string edited = dies ? "old\nmore\n" : "oldmore";
    CHECK(wait_until([&] { return rig.sess({"show-buffer", "-b", "a 'b' $c"}).out == edited; }));
    CHECK(client->wait_for_no_text("editing"));
    client->type("q");
    CHECK(client->wait_for_text("app"));
    std::filesystem::remove(go);
    std::filesystem::remove(begun);
  }
}

TEST_CASE("the list of keys says where it stands, scrolls, and is searched as in a pager", "[choosers]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "exec cat"});
  REQUIRE(
      client->wait_until([&] { return rig.sess({"list-clients"}).out.find("app") != std::string::npos; }));
  client->type("\002?");
  REQUIRE(client->wait_for_text("Send the prefix key"));
  const auto position = [&] { return rig.ask({"display-message", "-p", "-t", "app", "#{scroll_position}"}); };
  const auto first = position();
  CHECK(client->shows("[" + first + "/" + first + "]"));
  client->type("/split window");
  REQUIRE(client->wait_for_text("split window"));
  client->type("\r");
  CHECK(client->wait_for_text("results)"));
  const auto row = [&] { return rig.ask({"display-message", "-p", "-t", "app", "#{copy_cursor_line}"}); };
  CHECK(client->wait_until([&] { return row().find("Split window vertically") != std::string::npos; }));
  client->type("n");
  CHECK(client->wait_until([&] { return row().find("Split window horizontally") != std::string::npos; }));
  client->type("NN");  // the first one goes from the match's end to its beginning, as in tmux
  CHECK(client->wait_until([&] { return row().find("Split window vertically") != std::string::npos; }));
  client->type("\033>");
  CHECK(client->wait_until([&] { return position() == "0"; }));
  CHECK(client->wait_for_text("[0/" + first + "]"));
  client->type("q");
  CHECK(client->wait_for_no_text("[0/"));
}
