// Every way in which an attachment pauses, each with and without output under way, direct and drawn, and then
// a flood: the terminal shows what the pane shows in the end, and keys are answered.
//
// SESS_TEST_LONG_OUTAGES=SECONDS adds outages of that length (60 is what a suspended laptop's network takes).
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "rig.hpp"

using namespace sess::test;

namespace {

/// A session, and a shell on a terminal that has attached to it as a user does.
struct Scene {
  /// Settled: what the terminal was asked at the attach is answered and read.
  explicit Scene(bool drawn, bool settled = true) : drawn(drawn) {
    rig.home().write("config/sess/sess.conf", drawn ? "set -g status on\n" : "set -g status off\n");
    rig.ask({"new-session", "-d", "-s", "app", "-x", "80", "-y", drawn ? "23" : "24", "env PS1='in$ ' sh"});
    shell = std::make_unique<Attached>(std::vector<std::string>{"bash", "--norc", "-i"},
                                       rig.env({{"PS1", "outer> "}}), sess::Size{24, 80}, rig.home().home());
    REQUIRE(shell->wait_for_text("outer>"));
    if (!settled) shell->hold_answers();
    shell->type("sess attach -t app\r");
    REQUIRE(shell->wait_for_text("in$"));
    client = std::atoi(rig.ask({"list-clients", "-F", "#{client_pid}"}).c_str());
    REQUIRE(client > 0);
    if (!settled) return;
    // The answers are given before the first of these comes, and read before the second: a client that is
    // stopped before would leave them to the shell.
    for (const int n : {42, 43}) {
      shell->type("echo asked $((" + std::to_string(n) + "))\r");
      REQUIRE(shell->wait_for_text("asked " + std::to_string(n)));
    }
  }

  /// Lets time pass on a terminal that is read.
  void pass(Milliseconds time) {
    static_cast<void>(shell->wait_until([] { return false; }, time));
  }
  [[nodiscard]] std::string pane() const {
    const auto seen = rig.sess({"capture-pane", "-p", "-t", "app"});
    return seen.status.success() ? seen.out : "";
  }
  /// The terminal's rows that belong to the pane, as capture-pane prints them.
  [[nodiscard]] std::string picture() const {
    std::string out;
    auto lines = split_lines(shell->screen());
    lines.resize(24);
    if (drawn) lines.pop_back();
    for (const auto& line : lines) out += line + "\n";
    return out;
  }
  bool shows_the_pane() {
    std::string wanted;
    return shell->wait_until([&] {
      if (wanted.empty() || picture() != wanted) wanted = pane();
      return !wanted.empty() && picture() == wanted;
    });
  }
  /// Once the shell has its terminal back. What it says of that may stand in the middle of a sequence.
  void continue_in_shell() {
    REQUIRE(shell->wait_until([&] {
      return status_field(client, "State").starts_with("T") &&
             ::tcgetpgrp(shell->pty().fd()) == shell->pty().pid();
    }));
    shell->type("fg\r");
    const bool goes_on = shell->wait_until([&] { return !status_field(client, "State").starts_with("T"); });
    INFO(shell->screen());
    REQUIRE(goes_on);
  }

  bool drawn;
  Rig rig;
  std::unique_ptr<Attached> shell;
  pid_t client = 0;
};

struct Pause {
  std::string name;
  std::function<void(Scene&)> make;
};

Pause server_stopped(Milliseconds time) {
  return {"server stopped for " + std::to_string(time.count()) + " ms", [time](Scene& scene) {
            const pid_t server = scene.rig.server();
            ::kill(server, SIGSTOP);
            scene.shell->type(" ");  // an answer is due, so the client notices
            scene.pass(time);
            ::kill(server, SIGCONT);
          }};
}

/// A keeper that stands still restarts nothing.
Pause server_gone(Milliseconds time, bool socket_gone) {
  return {std::string(socket_gone ? "socket and server" : "server") + " gone for " +
              std::to_string(time.count()) + " ms",
          [time, socket_gone](Scene& scene) {
            const pid_t keeper = scene.rig.keeper();
            const pid_t server = scene.rig.server();
            ::kill(keeper, SIGSTOP);
            if (socket_gone) ::unlink(scene.rig.socket().c_str());
            ::kill(server, SIGKILL);
            scene.pass(time);
            ::kill(keeper, SIGCONT);
          }};
}

std::vector<Pause> pauses() {
  std::vector<Pause> all = {
      {"C-b C-z and fg",
       [](Scene& scene) {
         scene.shell->type("\x02\x1a");
         scene.continue_in_shell();
       }},
      {"C-b C-z, something else, and fg",
       [](Scene& scene) {
         scene.shell->type("\x02\x1a");
         REQUIRE(scene.shell->wait_for_text("Stopped"));
         scene.shell->type("seq 1 50; echo done $((6*7))\r");
         REQUIRE(scene.shell->wait_for_text("done 42"));
         scene.continue_in_shell();
       }},
      {"lock-client",
       [](Scene& scene) {
         const std::string go = scene.rig.home().root() + "/unlock";
         scene.rig.ask({"set-option", "-g", "lock-command",
                        "echo locked now; until test -e " + go + "; do sleep 0.02; done"});
         scene.rig.ask({"lock-session", "-t", "app"});
         REQUIRE(scene.shell->wait_for_text("locked now"));
         scene.rig.home().write("unlock", "");
       }},
      {"client stopped by SIGSTOP, and fg",
       [](Scene& scene) {
         ::kill(scene.client, SIGSTOP);
         scene.continue_in_shell();
       }},
      {"view changed to and fro",
       [](Scene& scene) {
         scene.rig.ask({"split-window", "-d", "-t", "app", "exec sleep 1000"});
         REQUIRE(scene.shell->wait_until([&] { return scene.shell->oracle().alternate(); }));
         scene.rig.ask({"kill-pane", "-t", "app:.1"});
       }},
      {"server killed while a message lies over the pane",
       [](Scene& scene) {
         scene.rig.ask({"display-message", "-d", "0", "a message for you"});
         scene.rig.kill_server();
       }},
      server_stopped(Milliseconds(100)),
      server_stopped(Milliseconds(1000)),
      server_stopped(Milliseconds(3500)),
      server_gone(Milliseconds(100), false),
      server_gone(Milliseconds(1000), false),
      server_gone(Milliseconds(3000), false),
      server_gone(Milliseconds(3000), true),
  };
  if (const char* seconds = std::getenv("SESS_TEST_LONG_OUTAGES")) {
    const Milliseconds time(1000L * std::atol(seconds));
    all.push_back(server_stopped(time));
    all.push_back(server_gone(time, false));
  }
  return all;
}

void expect_to_go_on(const Pause& pause, bool drawn, bool busy) {
  INFO(pause.name << (drawn ? ", drawn" : ", direct") << (busy ? ", output under way" : ""));
  Scene scene(drawn);
  if (busy) {
    scene.shell->type("seq 1 300000\r");
    REQUIRE(scene.shell->wait_until([&] { return scene.shell->transcript().size() > 4000; }));
  }
  pause.make(scene);
  scene.shell->type("seq 1 200000; echo end $((6*7))\r");
  INFO(scene.shell->screen());
  CHECK(scene.shell->wait_for_text("end 42", Milliseconds(40'000)));
  CHECK(scene.shows_the_pane());
  scene.shell->type("echo key $((40+3))\r");
  CHECK(scene.shell->wait_for_text("key 43"));
  // More than a window's worth after it: counters that disagree show only then.
  scene.shell->type("seq 1 200000; echo last $((40+4))\r");
  CHECK(scene.shell->wait_for_text("last 44", Milliseconds(40'000)));
  CHECK(scene.shows_the_pane());
}

}  // namespace

TEST_CASE("what an attach asked the terminal is not answered to the shell of who suspends at once",
          "[pauses]") {
  // The client has half a second for it, which a machine may sleep through.
  std::string line;
  for (int attempt = 0; attempt < 3 && line != "outer> echo back $((40+5))"; ++attempt) {
    Scene scene(false, false);
    auto& shell = *scene.shell;
    shell.type("\x02\x1a");
    const auto stopped = [&] { return status_field(scene.client, "State").starts_with("T"); };
    static_cast<void>(shell.wait_until(stopped, Milliseconds(50)));
    shell.answer_held();
    REQUIRE(
        shell.wait_until([&] { return stopped() && ::tcgetpgrp(shell.pty().fd()) == shell.pty().pid(); }));
    shell.type("echo back $((40+5))\r");
    REQUIRE(shell.wait_for_text("back 45"));
    line = shell.oracle().row(shell.oracle().cursor_row() - 2);
  }
  CHECK(line == "outer> echo back $((40+5))");
}

TEST_CASE("after every pause a direct terminal shows a flood to its end and answers keys", "[pauses]") {
  for (const Pause& pause : pauses()) expect_to_go_on(pause, false, false);
}

TEST_CASE("after every pause in a flood a direct terminal shows the next one to its end", "[pauses]") {
  for (const Pause& pause : pauses()) expect_to_go_on(pause, false, true);
}

TEST_CASE("after every pause in a flood a drawn window is right and answers keys", "[pauses]") {
  for (const Pause& pause : pauses()) expect_to_go_on(pause, true, true);
}
