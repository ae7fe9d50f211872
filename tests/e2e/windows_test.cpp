// Windows and the clients that look at them: names, sizes and counts that follow from what happens by itself.
#include "rig.hpp"

using namespace sess::test;

namespace {

bool is_named(const Rig& rig, const std::string& name) {
  return wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "app", "#{window_name}"}) == name;
  });
}

}  // namespace

TEST_CASE("automatic-rename looks again when the program in the active pane is another one", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "automatic-rename-format", "#{pane_current_command}#{?pane_dead,-dead,}"});
  rig.ask({"split-window", "-d", "-t", "app", "exec sleep 600"});
  REQUIRE(is_named(rig, "cat"));
  SECTION("another pane is selected") {
    rig.ask({"select-pane", "-t", "app:0.1"});
    CHECK(is_named(rig, "sleep"));
  }
  SECTION("the panes are swapped") {
    rig.ask({"swap-pane", "-s", "app:0.0", "-t", "app:0.1"});
    rig.ask({"select-pane", "-t", "app:0.0"});
    CHECK(is_named(rig, "sleep"));
  }
  SECTION("the active pane is killed") {
    rig.ask({"kill-pane", "-t", "app:0.0"});
    CHECK(is_named(rig, "sleep"));
  }
  SECTION("it goes to another window") {
    rig.ask({"break-pane", "-d", "-s", "app:0.0"});
    CHECK(is_named(rig, "sleep"));
  }
  SECTION("its program ends and the pane stays") {
    rig.ask({"set-option", "-g", "remain-on-exit", "on"});
    rig.ask({"set-option", "-g", "remain-on-exit-format", ""});
    rig.ask({"send-keys", "-t", "app:0.0", "C-d"});
    CHECK(is_named(rig, "cat-dead"));
    rig.ask({"respawn-pane", "-t", "app:0.0", "exec sleep 600"});
    CHECK(is_named(rig, "sleep"));
  }
  SECTION("the format is another one") {
    rig.ask({"set-option", "-g", "automatic-rename-format", "is #{pane_current_command}"});
    CHECK(is_named(rig, "is cat"));
  }
  SECTION("automatic-rename is switched on again") {
    rig.ask({"rename-window", "-t", "app", "mine"});
    rig.ask({"set-option", "-w", "-t", "app", "automatic-rename", "on"});
    CHECK(is_named(rig, "cat"));
  }
}

TEST_CASE("client_written counts what a client was sent, in both views", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "read x; seq 1 20000; exec cat"});
  const auto written = [&] {
    return std::atol(rig.ask({"list-clients", "-F", "#{client_written}"}).c_str());
  };
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return written() > 0; }));
  const long before = written();
  client->type("\r");
  REQUIRE(client->wait_for_text("20000"));
  const long direct = written();
  CHECK(direct > before);
  // What came too fast was left out; its lines followed out of the history.
  CHECK(direct + std::atol(rig.ask({"list-clients", "-F", "#{client_discarded}"}).c_str()) >=
        before + 100'000);
  rig.ask({"split-window", "-t", "app", "echo another; exec cat"});
  REQUIRE(client->wait_for_text("another"));
  CHECK(written() > direct);
}

TEST_CASE("resize-pane -y gives the pane that many rows, with its title line and without", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "-x", "80", "-y", "40", "exec cat"});
  rig.ask({"split-window", "-v", "-t", "app", "exec cat"});
  rig.ask({"split-window", "-v", "-t", "app", "exec cat"});
  for (const char* status : {"off", "top", "bottom"}) {
    rig.ask({"set-option", "-w", "-t", "app", "pane-border-status", status});
    for (const std::string pane : {"app:0.0", "app:0.1", "app:0.2"}) {
      CAPTURE(status, pane);
      rig.ask({"resize-pane", "-t", pane, "-y", "6"});
      CHECK(rig.ask({"display-message", "-p", "-t", pane, "#{pane_height}"}) == "6");
      rig.ask({"resize-pane", "-t", pane, "-y", "25%"});
      CHECK(rig.ask({"display-message", "-p", "-t", pane, "#{pane_height}"}) == "10");
    }
  }
}

TEST_CASE(
    "a session with destroy-unattached ends with its last client, but no job's and none that is awaited",
    "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "base", "exec cat"});
  rig.ask({"run", "-d", "-s", "job", "exec cat"});
  const auto sessions = [&] { return rig.ask({"list-sessions", "-F", "#{session_name}"}); };
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  rig.ask({"set-option", "-t", "app", "destroy-unattached", "on"});
  rig.ask({"set-option", "-t", "job", "destroy-unattached", "on"});
  rig.kill_server();
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  CHECK(sessions() == "app\nbase\njob");
  SECTION("it detaches") {
    rig.ask({"detach-client", "-s", "app"});
  }
  SECTION("it goes to another session") {
    rig.ask({"switch-client", "-c", rig.ask({"list-clients", "-F", "#{client_name}"}), "-t", "base"});
  }
  SECTION("its terminal is closed") {
    client.reset();
  }
  CHECK(wait_until([&] { return sessions() == "base\njob"; }));
}

TEST_CASE("lock-after-time locks the terminals of a session that nobody types into", "[windows]") {
  Rig rig;
  const std::string file = rig.home().root() + "/locked";
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  rig.ask({"set-option", "-g", "lock-command", "echo locked >>" + file + "; read x"});
  rig.ask({"set-option", "-g", "lock-after-time", "1"});
  REQUIRE(client->wait_until([&] { return read_file(file) == "locked\n"; }));
  client->type("\r");  // the lock is opened; after another second it is closed again
  CHECK(client->wait_until([&] { return read_file(file) == "locked\nlocked\n"; }));
}

TEST_CASE("list-commands needs no daemon", "[windows]") {
  Rig rig;
  const auto listed = rig.sess({"list-commands", "-F", "#{command_list_name}"});
  CHECK(listed.status.success());
  CHECK(rig.ask({"list-commands", "new"}).starts_with("new-session (new) ["));
  CHECK(rig.ask({"lscm", "-F#{command_list_alias}", "split-window"}) == "splitw");
  CHECK(rig.keeper() == 0);
  CHECK_FALSE(rig.sess({"list-sessions"}).status.success());
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  CHECK(rig.sess({"list-commands", "-F", "#{command_list_name}"}).out == listed.out);
}

TEST_CASE("status-bg and status-fg are the status line's colours where they are set", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "status", "on"});
  rig.ask({"set-option", "-g", "status-bg", "colour234"});
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->transcript().find("48;5;234") != std::string::npos; }));
  rig.ask({"set-option", "-g", "status-fg", "colour99"});
  CHECK(client->wait_until([&] { return client->transcript().find("38;5;99") != std::string::npos; }));
}

TEST_CASE("a notification reaches the terminals that do not show its pane directly", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  const auto got = [&](const std::string& bytes) {
    return client->wait_until([&] { return client->transcript().find(bytes) != std::string::npos; });
  };
  rig.ask({"split-window", "-d", "-t", "app", "printf '\\033]9;built\\007'; exec cat"});
  CHECK(got("\x1b]9;built\x1b\\"));
  rig.ask({"new-window", "-d", "-t", "app", "printf '\\033]777;notify;title;text\\007'; exec cat"});
  CHECK(got("\x1b]777;notify;title;text\x1b\\"));
  rig.ask({"new-window", "-d", "-t", "app", "printf '\\033]99;i=1:d=0;part\\033\\\\'; exec cat"});
  CHECK(got("\x1b]99;i=1:d=0;part\x1b\\"));
}

TEST_CASE("what a #() command writes to its standard error is not shown", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "status", "on"});
  rig.ask({"set-option", "-g", "status-left-length", "40"});
  rig.ask({"set-option", "-g", "status-left", "<#(echo oops >&2; echo good; echo oops >&2)>"});
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  CHECK(client->wait_for_text("<good>"));
  CHECK_FALSE(client->shows("oops"));
}

TEST_CASE("terminal-features and terminal-overrides say what terminals with a matching TERM can do",
          "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-s", "terminal-features[7]", "xterm-2*:sync:hyperlinks"});
  rig.ask({"set-option", "-s", "terminal-overrides", "other*:sixel,*:Smol=x"});
  const auto client = rig.terminal({"attach-session", "-t", "app"}, {24, 80}, {{"TERM", "xterm-256color"}});
  REQUIRE(client->wait_until([&] { return !rig.ask({"list-clients"}).empty(); }));
  const std::string features = "," + rig.ask({"list-clients", "-F", "#{client_termfeatures}"}) + ",";
  for (const char* name : {",sync,", ",hyperlinks,", ",overline,", ",clipboard,"}) {
    CAPTURE(features, name);
    CHECK(features.find(name) != std::string::npos);
  }
  CHECK(features.find(",sixel,") == std::string::npos);
}

TEST_CASE("the option backspace decides what the key sends", "[windows]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "stty -icanon -echo; exec cat -v"});
  rig.ask({"send-keys", "-t", "app", "a", "BSpace", "b"});
  const auto shows = [&](const std::string& text) {
    return wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", "app"}).find(text) != std::string::npos;
    });
  };
  CHECK(shows("a^?b"));
  rig.ask({"set-option", "-s", "backspace", "C-h"});
  rig.ask({"send-keys", "-t", "app", "c", "BSpace", "d"});
  CHECK(shows("c^Hd"));
}
