// Choosers, and view mode, on real terminals: the screens of choose-tree and choose-buffer are tmux's, cell
// by cell (twin/choosers.txt); choose-client's, where names of terminals stand, row by row; and what only
// sess has.
#include <algorithm>

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
