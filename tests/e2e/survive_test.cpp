// Everything that a user arranged is still there after the server was killed: windows, layouts, zoom,
// options, bindings, hooks, buffers, environment, groups, and what the client shows.
#include <algorithm>

#include "rig.hpp"

using namespace sess::test;

namespace {

/// All that commands can tell of the arrangement.
std::string arrangement(const Rig& rig) {
  std::string out;
  for (const Rig::Arguments& question : std::vector<Rig::Arguments>{
           {"list-sessions", "-F",
            "#{session_id} #{session_name} #{session_group} #{session_group_list} #{session_windows} "
            "#{session_stack} "
            "#{session_alerts} #{session_created} #{session_path}"},
           {"list-windows", "-a", "-F",
            "#{window_id} #{window_index} #{window_name} #{window_flags} #{window_layout} "
            "#{window_visible_layout} "
            "#{window_zoomed_flag} #{automatic-rename} #{window_bell_flag} #{window_activity_flag} "
            "#{window_silence_flag} #{window_linked_sessions_list} #{window_width}x#{window_height}"},
           {"list-panes", "-a", "-F",
            "#{pane_id} #{pane_index} #{pane_pid} #{pane_tty} #{pane_width}x#{pane_height} #{pane_active} "
            "#{pane_last} #{pane_marked} #{pane_title} #{pane_synchronized} #{pane_start_command} "
            "#{pane_input_off} #{pane_pipe} #{pane_dead} #{pane_dead_status} #{pane_start_path} #{pane_left} "
            "#{pane_top}"},
           {"list-keys"},
           {"list-keys", "-N"},
           {"list-keys", "-T", "own"},
           {"show-options", "-g"},
           {"show-options", "-s"},
           {"show-options", "-gw"},
           {"show-options", "-t", "one"},
           {"show-options", "-w", "-t", "one:"},
           {"show-options", "-p", "-t", "one:.0"},
           {"show-hooks", "-g"},
           {"show-environment", "-g"},
           {"show-hooks", "-gw"},
           {"show-hooks", "-t", "one"},
           {"show-hooks", "-w", "-t", "one:0"},
           {"show-hooks", "-p", "-t", "one:0.0"},
           {"show-options", "-w", "-t", "one:0"},
           {"show-options", "-p", "-t", "one:0.0"},
           {"show-environment", "-t", "one"},
           {"show-environment", "-h", "-t", "one"},
           {"list-buffers", "-F", "#{buffer_name} #{buffer_size} #{buffer_sample}"},
           {"show-buffer", "-b", "kept"}}) {
    out += "--- " + question[0] + "\n" + rig.sess(question).out;
  }
  return out;
}

/// Lines of one text that the other lacks.
std::string only_in(const std::string& text, const std::string& other) {
  const auto lines = split_lines(other);
  std::string out;
  for (const auto& line : split_lines(text)) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) out += line + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("windows, layouts, zoom, options, bindings, hooks and buffers outlive the server", "[survive]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "one", "-x", "120", "-y", "40", "exec cat"});
  rig.ask({"split-window", "-h", "-t", "one:", "exec cat"});
  rig.ask({"split-window", "-v", "-t", "one:", "exec cat"});
  rig.ask({"new-window", "-t", "one:7", "-n", "seven", "exec cat"});
  rig.ask({"split-window", "-t", "one:7", "exec cat"});
  rig.ask({"select-layout", "-t", "one:0", "main-vertical"});
  rig.ask({"resize-pane", "-t", "one:0.0", "-x", "33"});
  rig.ask({"resize-pane", "-Z", "-t", "one:7.1"});
  rig.ask({"new-session", "-d", "-s", "two", "-t", "one"});
  rig.ask({"new-session", "-d", "-s", "alone", "exec cat"});
  rig.ask({"link-window", "-s", "alone:0", "-t", "one:9"});
  rig.ask({"select-pane", "-m", "-t", "one:0.1"});
  rig.ask({"select-pane", "-T", "a title", "-t", "one:0.1"});
  rig.ask({"rename-window", "-t", "one:0", "named"});
  rig.ask({"set-option", "-g", "status-left", "mine #S "});
  rig.ask({"set-option", "-t", "one", "status", "2"});
  rig.ask({"set-option", "-w", "-t", "one:0", "synchronize-panes", "on"});
  rig.ask({"set-option", "-p", "-t", "one:0.0", "window-style", "bg=red"});
  rig.ask({"set-option", "-g", "@mine", "a \"quoted\" value"});
  rig.ask({"set-option", "-s", "command-alias[90]", "zz=list-keys"});
  rig.ask({"bind-key", "-r", "-N", "a note", "-T", "own", "C-x", "display-message", "x", ";", "new-window"});
  rig.ask({"unbind-key", "%"});
  rig.ask({"set-hook", "-g", "after-new-window[3]", "display-message hooked"});
  rig.ask({"set-hook", "-gw", "pane-died", "display-message died"});
  rig.ask({"set-hook", "-t", "one", "alert-bell", "display-message bell"});
  rig.ask({"set-hook", "-w", "-t", "one:0", "window-renamed", "display-message renamed"});
  rig.ask({"set-hook", "-p", "-t", "one:0.0", "pane-exited", "display-message exited"});
  rig.ask({"set-option", "-t", "one", "@mine", "of the session"});
  rig.ask({"set-option", "-w", "-t", "one:0", "@mine", "of the window"});
  rig.ask({"set-option", "-p", "-t", "one:0.0", "@mine", "of the pane"});
  rig.ask({"set-option", "-g", "update-environment[30]", "MINE"});
  rig.ask({"select-pane", "-d", "-t", "one:0.0"});
  rig.ask({"pipe-pane", "-t", "one:0.1", "exec cat >> " + rig.home().root() + "/piped"});
  rig.ask({"set-option", "-w", "-t", "one:7", "remain-on-exit", "on"});
  rig.ask({"respawn-pane", "-k", "-t", "one:7.0", "exit 3"});
  rig.ask({"split-window", "-d", "-t", "alone:", ""});
  rig.ask({"set-option", "-w", "-t", "one:7", "monitor-bell", "on"});
  rig.ask({"select-window", "-t", "one:0"});
  rig.ask({"select-window", "-t", "two:9"});
  rig.ask({"send-keys", "-t", "one:7.1", "-H", "07", "0a"});
  rig.ask({"set-environment", "-h", "-t", "one", "HIDDEN", "value"});
  rig.ask({"set-environment", "-g", "GLOBAL", "value"});
  rig.ask({"set-environment", "-t", "one", "-r", "REMOVED"});
  rig.ask({"set-buffer", "-b", "kept", "some text\nin two lines"});
  rig.ask({"set-buffer", "automatic"});
  // What comes about by itself has come about: a program's death, a bell, the end of a pipe's command.
  rig.ask({"pipe-pane", "-t", "one:7.1", "exit 0"});
  REQUIRE(wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "one:7.0", "#{pane_dead}:#{pane_dead_status}"}) == "1:3" &&
           rig.ask({"display-message", "-p", "-t", "one:7", "#{window_bell_flag}"}) == "1" &&
           rig.ask({"display-message", "-p", "-t", "one:7.1", "#{pane_pipe}"}) == "0";
  }));
  const std::string before = arrangement(rig);
  for (const auto* named :
       {"@mine \"of the session\"", "@mine \"of the window\"", "@mine \"of the pane\"", "alert-bell[0]",
        "window-renamed[0]", "pane-exited[0]", "HIDDEN=value", "kept 22"}) {
    INFO(named);
    CHECK(before.find(named) != std::string::npos);
  }
  for (int i = 0; i < 3; ++i) {
    rig.kill_server();
    const std::string after = arrangement(rig);
    CHECK(only_in(after, before) == "");
    CHECK(only_in(before, after) == "");
  }
  rig.ask({"new-window", "-d", "-t", "one:", "exec cat"});
  CHECK(rig.ask({"list-windows", "-t", "two", "-F", "#{window_index}"}) == "0\n1\n7\n9");
  rig.ask({"send-keys", "-t", "one:0.1", "into the pipe", "Enter"});
  CHECK(wait_until(
      [&] { return read_file(rig.home().root() + "/piped").find("into the pipe") != std::string::npos; }));
}

TEST_CASE("a composed client shows the same again after the server was killed, and its keys work",
          "[survive]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "env PS1='$ ' sh"});
  REQUIRE(client->wait_for_text("$"));
  rig.ask({"set-option", "-g", "status-right", "right"});
  rig.ask({"set-option", "-g", "default-command", "env PS1='$ ' sh"});
  client->type("\x02%");
  REQUIRE(client->wait_for_text("\xE2\x94\x82"));
  rig.ask({"rename-window", "-t", "app:", "named"});  // a name that follows what runs would change by itself
  REQUIRE(client->wait_for_text("named"));
  rig.ask({"send-keys", "-t", "app:.0", "echo on the left", "Enter"});
  // What was typed, what it printed, and a prompt behind it: nothing more will change.
  const auto prompts = [&] {
    const auto screen = client->screen();
    return std::count(screen.begin(), screen.end(), '$');
  };
  REQUIRE(client->wait_until([&] { return prompts() >= 3; }));
  REQUIRE(client->wait_until([&] { return client->shows("right"); }));
  const std::string before = client->screen();
  for (int i = 0; i < 5; ++i) {
    rig.kill_server();
    CHECK(client->wait_until([&] { return client->screen() == before; }));
  }
  client->type("\x02o");
  CHECK(wait_until([&] {
    client->pump();
    return rig.ask({"display-message", "-p", "-t", "app:", "#{pane_index}"}) == "0";
  }));
  client->type("echo typed\r");
  CHECK(client->wait_until([&] { return client->shows("typed"); }));
}

TEST_CASE("what was answered at prompts is in history-file and comes back after the server was killed",
          "[survive]") {
  Rig rig;
  rig.home().write("config/sess/sess.conf",
                   "set -s history-file " + rig.home().root() + "/answers\nset -g status on\n");
  const auto client = rig.terminal({"new-session", "-s", "app", "exec cat"});
  REQUIRE(client->wait_for_text("[app]"));
  client->type("\x02:set -g @answer yes\r");
  REQUIRE(wait_until([&] {
    client->pump();
    return read_file(rig.home().root() + "/answers") == "command:set -g @answer yes\n";
  }));
  rig.kill_server();
  REQUIRE(client->wait_until([&] { return rig.sess({"show-options", "-gv", "@answer"}).out == "yes\n"; }));
  client->type("\x02:\x1b[A");
  CHECK(client->wait_for_text(":set -g @answer yes"));
  client->type("\r");
  CHECK(client->wait_for_no_text(":set -g"));
  CHECK(rig.ask({"show-prompt-history", "-T", "command"}) == "History for command:\n\n1: set -g @answer yes");
}
