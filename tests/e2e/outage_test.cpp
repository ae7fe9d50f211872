// What may happen while a far link is down: to the client, to the server, to the disk over there, to the way
// in, to the session.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "far.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

/// What ends a link without a word to the client: the proxy over there.
void end_proxies(const Link& link) {
  for (const pid_t pid : processes_named(link.far.rig.home(), "sess")) {
    if (pid != link.terminal->pty().pid()) ::kill(pid, SIGKILL);
  }
}

/// Numbered lines in the background of the shell, until end_flood(), which waits for all of them. They begin
/// when there is a file `go`.
void prepare_flood(Link& link) {
  const std::string root = link.far.rig.home().root();
  link.terminal->type("clear; stty -echo; PS1=; { until [ -e " + root + "/go ]; do sleep 0.05; done; exec " +
                      Rig::bin("e2e_counter") + " count 0 500 /dev/null " + root +
                      "/stop; } & echo rea''dy\r");
  REQUIRE(link.terminal->wait_for_text("ready"));
}

void begin_flood(Link& link) {
  prepare_flood(link);
  link.far.rig.home().write("go", "");
  REQUIRE(link.terminal->wait_for_text("count "));
}

/// Stops it when there is enough of it; every line stands once in the terminal or its scrollback. The screen
/// is cleared before they are counted, so that there is to be more than what is asked for by a screen.
void end_flood(Link& link) {
  REQUIRE(link.terminal->wait_until([&] { return link.lines("count ").size() > 200; }));
  link.far.rig.home().write("stop", "");
  CHECK(link.terminal->wait_for_text("count done"));
  link.terminal->type("kill %1; wait; stty echo; clear; PS1='in$ '; echo over\r");
  CHECK(link.terminal->wait_for_text("over"));
  auto lines = link.lines("count ");
  std::erase_if(lines, [](const auto& line) { return line.find("done") != std::string::npos; });
  CHECK(check_counter(lines, "count", 1, 100) == "");
}

/// What was asked is answered; nothing of it becomes input.
void answer_question(Link& link, const std::string& question) {
  REQUIRE(link.terminal->wait_for_text(question));
  link.terminal->type("open-up\r");
  CHECK(link.terminal->wait_for_no_text(question));
  link.expect_answer("2");
  CHECK(link.terminal->transcript().find("open-up") == std::string::npos);
  link.expect_clean_end();
}

}  // namespace

// The screen that stood there when it was stopped stays above what comes, as after a suspension: a shell may
// have written below it. SESS_TEST_STOPPED=60 lets it stand still for a minute. Without it the far side is
// told at once what it finds out in a minute: that nobody reads any more.
TEST_CASE("a client that was stopped for longer than the far side waits goes on without a gap", "[outage]") {
  Link link;
  // In a minute more comes than what a client gets that was away.
  link.far.rig.home().write("config/sess/sess.conf",
                            "set -g status off\nset -g history-limit 100000\nset -g attach-history 100000\n");
  link.attach();
  link.expect_answer("1");
  prepare_flood(link);
  const pid_t client = link.terminal->pty().pid();
  const std::string mark = link.far.rig.home().root() + "/typed";
  ::kill(client, SIGSTOP);
  link.far.rig.home().write("go", "");
  link.terminal->type("touch " + mark + "\r");
  if (const char* given = std::getenv("SESS_TEST_STOPPED"); given != nullptr) {
    static_cast<void>(link.terminal->wait_until([] { return false; }, Milliseconds(1000 * std::atoi(given))));
  } else {
    end_proxies(link);
    REQUIRE(wait_until([&] { return link.far.rig.ask({"list-clients"}).empty(); }));
  }
  CHECK_FALSE(fs::exists(mark));
  ::kill(client, SIGCONT);
  CHECK(link.terminal->wait_until([&] { return fs::exists(mark); }));
  end_flood(link);
  link.expect_clean_end();
}

TEST_CASE("however much comes while a client is away, every line of it is in the scrollback once",
          "[outage]") {
  Link link;
  link.far.rig.home().write("config/sess/sess.conf",
                            "set -g status off\nset -g history-limit 100000\nset -g attach-history 50\n");
  link.attach();
  link.expect_answer("1");
  const std::string root = link.far.rig.home().root();
  const pid_t client = link.terminal->pty().pid();
  // More than the ring holds.
  constexpr int kLines = 3'000;
  link.terminal->type("clear; stty -echo; PS1=; { until [ -e " + root +
                      "/go ]; do sleep 0.05; done; seq -f \"line %.0f 1 $(printf %380s | tr ' ' .)\" " +
                      std::to_string(kLines) + "; touch " + root + "/printed; } & echo rea''dy\r");
  REQUIRE(link.terminal->wait_for_text("ready"));
  const auto flood = [&] {
    link.far.rig.home().write("go", "");
    REQUIRE(wait_until([&] { return fs::exists(root + "/printed"); }));
  };
  SECTION("the old link wakes") {
    link.relay.freeze();
    flood();
    // For longer than the server takes for slowness (FlowWindow::kStill): then all of it is owed.
    const auto still = std::chrono::steady_clock::now() + std::chrono::milliseconds(3'200);
    REQUIRE(link.terminal->wait_for_text("no answer from far"));
    REQUIRE(link.terminal->wait_until([&] { return std::chrono::steady_clock::now() > still; }));
    link.relay.thaw();
  }
  SECTION("the link is another one") {
    link.relay.refuse(true);
    link.relay.cut();
    flood();
    link.relay.refuse(false);
  }
  SECTION("the client is stopped") {
    ::kill(client, SIGSTOP);
    flood();
    ::kill(client, SIGCONT);
  }
  link.terminal->type("stty echo; PS1='in$ '; echo ov''er\r");
  REQUIRE(link.terminal->wait_for_text("over"));
  CHECK(link.terminal->wait_until([&] { return link.lines("line ").size() >= kLines; }));
  CHECK(check_counter(link.lines("line "), "line", 1, kLines) == "");
  CHECK(link.lines("[sess").empty());
  link.expect_clean_end();
}

TEST_CASE("a far server that is upgraded during an outage is another one afterwards, and nothing is lost",
          "[outage]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  begin_flood(link);
  pid_t server = link.far.rig.server();
  for (const bool cut : {false, true}) {
    INFO((cut ? "cut" : "frozen"));
    const std::string mark = link.far.rig.home().root() + (cut ? "/cut" : "/frozen");
    if (cut) {
      link.relay.refuse(true);
      link.relay.cut();
    } else {
      link.relay.freeze();
    }
    link.terminal->type("touch " + mark + "\r");
    link.far.rig.ask({"upgrade-server"});
    CHECK(link.far.rig.server() != std::exchange(server, link.far.rig.server()));
    link.relay.thaw();
    link.relay.refuse(false);
    CHECK(link.terminal->wait_until([&] { return fs::exists(mark); }));
  }
  end_flood(link);
  link.expect_clean_end();
}

TEST_CASE("with a full disk on the far side links and servers come back, and no line and no key is lost",
          "[outage]") {
  if (!PrivateMounts::possible()) {
    std::puts("SKIP a full disk on the far side: only root can mount a small tmpfs");
    return;
  }
  Link link([](const Rig& rig) {
    const std::string state = rig.home().state();
    const std::string home = rig.home().home();
    return "mount -t tmpfs -o size=1m tmpfs " + state + " && mount -t tmpfs -o size=1m tmpfs " + home +
           " && mkdir -p " + home + "/.local/bin && ln -s " + Rig::bin("sess") + " " + home +
           "/.local/bin/sess && { cat /dev/zero >" + state + "/filler; cat /dev/zero >" + home +
           "/filler; true; } 2>/dev/null";
  });
  const std::string file = link.far.rig.home().state() + "/more";
  REQUIRE_FALSE(run(link.far.mounted->inside({"/bin/sh", "-c", "echo more >" + file}), link.far.rig.env())
                    .status.success());
  link.attach();
  link.expect_answer("1");
  begin_flood(link);
  const std::string mark = link.far.rig.home().root() + "/typed";
  link.relay.cut();
  link.terminal->type("touch " + mark + ".1\r");
  CHECK(link.terminal->wait_until([&] { return fs::exists(mark + ".1"); }));
  link.relay.freeze();
  link.terminal->type("touch " + mark + ".2\r");
  link.far.rig.kill_server();
  link.relay.thaw();
  CHECK(link.terminal->wait_until([&] { return fs::exists(mark + ".2"); }));
  end_flood(link);
  link.expect_clean_end();
}

TEST_CASE("a passphrase that ssh asks for in the middle of a reconnect is answered on the line", "[outage]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  const std::string key = link.far.rig.home().root() + "/user";
  REQUIRE(run({"ssh-keygen", "-q", "-p", "-P", "", "-N", "open-up", "-f", key}, link.far.rig.env())
              .status.success());
  link.relay.cut();
  answer_question(link, "Enter passphrase for key");
}

TEST_CASE("a password that the far sshd asks for in the middle of a reconnect is answered on the line",
          "[outage]") {
  if (!PrivateMounts::possible()) {
    std::puts("SKIP a password of sshd: only root can give a login another one");
    return;
  }
  Link link([](const Rig& rig) {
    // crypt(5) of open-up
    const auto shadow =
        rig.home().write("shadow",
                         "root:$6$sess$sB3.v7Xefbn0OvOFR6kZzbVlTDaoYELNUcI/90fqhyPgYJgnLeNK/zO/"
                         "tJxrqdNaQaTz6RYoOsO2jQYaG/fdH/:20000:0:99999:7:::\nsshd:*:20000:0:99999:7:::\n");
    return "mount --bind " + shadow + " /etc/shadow";
  });
  link.attach();
  link.expect_answer("1");
  link.far.login.configure(link.relay.port(), "PreferredAuthentications password\nPubkeyAuthentication no\n");
  link.relay.cut();
  REQUIRE(link.terminal->wait_for_text("'s password:"));
  link.terminal->type("wrong-word\r");
  REQUIRE(link.terminal->wait_for_text("password: (Permission denied, please try again.)"));
  answer_question(link, "'s password:");
  CHECK(link.terminal->transcript().find("wrong-word") == std::string::npos);
}

TEST_CASE("a forwarded agent is the new link's after a reconnect, in programs that run", "[outage]") {
  Link link;
  auto variables = link.far.here();
  variables["SSH_AUTH_SOCK"] = link.far.rig.home().root() + "/agent";
  link.terminal = link.far.rig.terminal(
      {"ssh", "-A", "far", "-s", "app", "env", "PS1=in$ ", "bash", "--norc", "--noprofile"}, {24, 80},
      variables);
  REQUIRE(link.terminal->wait_for_text("in$"));
  const auto logged_in = link.relay.connections();
  for (const char* word : {"first", "second"}) {
    link.terminal->type(std::string("clear; ssh-add -l; echo ") + word + "-$?\r");
    REQUIRE(link.terminal->wait_for_text(std::string(word) + "-0"));
    CHECK(link.terminal->shows(link.far.login.fingerprint()));
    link.relay.cut();
    link.expect_answer("1");
  }
  CHECK(link.relay.connections() >= logged_in + 2);
  link.expect_clean_end();
}

TEST_CASE("a master connection of the user's carries the first link, not the next, and is left alone",
          "[outage]") {
  Link link;
  const std::string path = link.far.rig.home().root() + "/master";
  const std::string ssh = link.far.login.bin() + "/ssh";
  const auto env = link.far.rig.env(link.far.here());
  link.far.login.configure(link.relay.port(), "ControlPath " + path + "\n");
  Starter master({ssh, "-M", "-N", "far"}, env);
  const auto check = [&] { return run({ssh, "-O", "check", "far"}, env).status.success(); };
  REQUIRE(wait_until([&] { return fs::exists(path) && check(); }));
  link.attach();
  link.expect_answer("1");
  CHECK(link.relay.connections() == 1);
  end_proxies(link);
  link.expect_answer("2");
  CHECK(link.relay.connections() == 2);
  link.terminal->type("exit\r");
  REQUIRE(link.terminal->wait_exit());
  CHECK(check());
}

TEST_CASE("who was detached from elsewhere during an outage says so, and does not come back", "[outage]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  bool known = true;
  SECTION("the far side has not noticed the outage") {
    link.relay.vanish();
  }
  SECTION("the far side knows that the link is gone") {
    link.relay.refuse(true);
    link.relay.cut();
    REQUIRE(wait_until([&] { return link.far.rig.ask({"list-clients"}).empty(); }));
  }
  SECTION("and the server is another one by then") {
    link.relay.refuse(true);
    link.relay.cut();
    REQUIRE(wait_until([&] { return link.far.rig.ask({"list-clients"}).empty(); }));
    known = false;
  }
  link.terminal->type("echo too late\r");
  const auto other = link.far.rig.terminal({"attach-session", "-d", "-t", "app"});
  REQUIRE(other->wait_for_text("key 142"));
  if (!known) link.far.rig.kill_server();
  link.relay.restore();
  link.relay.refuse(false);
  REQUIRE(link.terminal->wait_exit());
  CHECK(link.terminal->transcript().find("[detached (from session app)]") != std::string::npos);
  other->type("echo mine $((6*7))\r");
  CHECK(other->wait_for_text("mine 42"));
  CHECK(split_lines(link.far.rig.ask({"list-clients"})).size() == 1);
  CHECK_FALSE(other->shows("too late"));
}
