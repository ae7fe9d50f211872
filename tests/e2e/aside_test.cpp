// A pane that servers die of: it is set aside, and everything else comes back.
#include <cstdio>
#include <filesystem>

#include "rig.hpp"

using namespace sess::test;

namespace {

/// A daemon whose servers die where a file says (base/fault.hpp).
class Faulty {
 public:
  [[nodiscard]] static bool possible() {
    return read_file(Rig::bin("sessd")).find("SESS_FAULTS") != std::string::npos;
  }

  void start(const std::vector<std::string>& arguments) const {
    const auto outcome = rig.sess(arguments, {{"SESS_FAULTS", path()}});
    INFO(outcome.err);
    REQUIRE(outcome.status.success());
  }
  void fault(const std::string& line) const { rig.home().write("faults", line + "\n"); }
  [[nodiscard]] std::size_t hits() const { return split_lines(read_file(path() + ".hits")).size(); }
  [[nodiscard]] std::string path() const { return rig.home().root() + "/faults"; }

  /// The server is killed, and the next ones die in `point`, until one stands.
  void die_of(const std::string& point, std::size_t deaths) const {
    fault(point + " abort");
    const auto before = hits();
    rig.kill_server();
    REQUIRE(wait_until([&] { return hits() == before + deaths && !rig.ask({"list-sessions"}).empty(); },
                       Milliseconds(30'000)));
  }
  [[nodiscard]] std::string screen(const std::string& target) const {
    return rig.ask({"capture-pane", "-pJ", "-t", target});
  }
  [[nodiscard]] bool shows(const std::string& target, const std::string& text) const {
    return wait_until([&] { return screen(target).find(text) != std::string::npos; });
  }

  Rig rig;
};

/// Its lines appear in a file, too, so that the program is seen where its pane is not.
std::string echo_into(const std::string& file) {
  return "echo ready; while read line; do echo \"$line\" >> " + file + "; echo \"got $line\"; done";
}

bool has_line(const std::string& file, const std::string& line) {
  return wait_until([&] { return read_file(file).find(line + "\n") != std::string::npos; });
}

}  // namespace

TEST_CASE("a pane whose recovery ends three servers is set aside; its program and all other panes go on",
          "[aside]") {
  if (!Faulty::possible()) {
    std::puts("SKIP aside: this sessd has no fault points");
    return;
  }
  Faulty faulty;
  const Rig& rig = faulty.rig;
  const std::string heard = rig.home().root() + "/heard";
  faulty.start({"new-session", "-d", "-s", "good", echo_into("/dev/null")});
  faulty.start({"new-session", "-d", "-s", "bad", echo_into(heard)});
  REQUIRE(faulty.shows("good", "ready"));
  REQUIRE(faulty.shows("bad", "ready"));
  REQUIRE(rig.ask({"display-message", "-p", "-t", "bad", "#{pane_id}"}) == "%1");
  const pid_t program = std::stoi(rig.ask({"display-message", "-p", "-t", "bad", "#{pane_pid}"}));
  const auto watcher = rig.terminal({"attach-session", "-t", "bad"});
  REQUIRE(watcher->wait_for_text("ready"));

  faulty.die_of("pane-recover:1", 3);
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "bad\ngood");
  CHECK(faulty.shows("bad", "[sess: this pane is set aside: 3 servers in a row died"));
  CHECK(watcher->wait_for_text("this pane is set aside"));
  CHECK(rig.ask({"show-messages"}).find("pane %1 is set aside") != std::string::npos);

  // The others.
  rig.ask({"send-keys", "-t", "good", "after", "Enter"});
  CHECK(faulty.shows("good", "got after"));
  // Its program: the same one, which gets what is typed here.
  CHECK(::kill(program, 0) == 0);
  watcher->type("typed\r");
  CHECK(has_line(heard, "typed"));
  rig.ask({"send-keys", "-t", "bad", "sent", "Enter"});
  CHECK(has_line(heard, "sent"));
  CHECK(faulty.screen("bad").find("got") == std::string::npos);

  // It stays aside for later servers, which do not touch it; what is typed arrives.
  rig.kill_server();
  CHECK(faulty.shows("bad", "this pane is set aside"));
  rig.ask({"send-keys", "-t", "bad", "later", "Enter"});
  CHECK(has_line(heard, "later"));
  CHECK(faulty.hits() == 3);

  // On demand it shows what was kept, and is a pane like others again.
  faulty.fault("");
  rig.ask({"send-keys", "-R", "-t", "bad"});
  CHECK(faulty.shows("bad", "got typed"));
  CHECK(faulty.shows("bad", "got later"));
  CHECK(faulty.screen("bad").find("set aside") == std::string::npos);
  rig.kill_server();
  rig.ask({"send-keys", "-t", "bad", "whole", "Enter"});
  CHECK(faulty.shows("bad", "got whole"));
  CHECK(watcher->wait_for_text("got whole"));

  // It can be ended while it is aside.
  faulty.die_of("pane-recover:1", 3);
  CHECK(faulty.shows("bad", "this pane is set aside"));
  rig.ask({"kill-pane", "-t", "bad"});
  CHECK(wait_until([&] { return ::kill(program, 0) != 0; }));
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "good");
}

TEST_CASE(
    "another program can take the place of one that is set aside, and an upgrade shows all that was kept",
    "[aside]") {
  if (!Faulty::possible()) {
    std::puts("SKIP aside: this sessd has no fault points");
    return;
  }
  Faulty faulty;
  const Rig& rig = faulty.rig;
  const std::string heard = rig.home().root() + "/heard";
  faulty.start({"new-session", "-d", "-s", "app", echo_into(heard)});
  REQUIRE(faulty.shows("app", "ready"));
  // Long enough ago for a checkpoint; servers that save it die as well.
  rig.ask({"clear-history", "-t", "app"});
  faulty.die_of("pane-recover:0", 3);
  REQUIRE(faulty.shows("app", "this pane is set aside"));
  rig.ask({"send-keys", "-t", "app", "unseen", "Enter"});
  REQUIRE(has_line(heard, "unseen"));

  faulty.fault("");
  const pid_t old = rig.server();
  REQUIRE(::kill(rig.keeper(), SIGUSR2) == 0);
  REQUIRE(wait_until([&] { return rig.server() > 0 && rig.server() != old; }));
  CHECK(faulty.shows("app", "got unseen"));
  CHECK(faulty.shows("app", "ready"));

  faulty.die_of("pane-recover:0", 3);
  REQUIRE(faulty.shows("app", "this pane is set aside"));
  rig.ask(
      {"respawn-pane", "-k", "-t", "app", "echo the next; read line; echo \"next got $line\"; read line"});
  CHECK(faulty.shows("app", "the next"));
  faulty.fault("");
  rig.ask({"send-keys", "-t", "app", "word", "Enter"});
  CHECK(faulty.shows("app", "next got word"));
}

TEST_CASE("who asks a daemon whose servers do not come up is told why, and served as soon as one does",
          "[aside]") {
  if (!Faulty::possible()) {
    std::puts("SKIP aside: this sessd has no fault points");
    return;
  }
  Faulty faulty;
  const Rig& rig = faulty.rig;
  faulty.start({"new-session", "-d", "-s", "good", echo_into("/dev/null")});
  REQUIRE(faulty.shows("good", "ready"));
  const auto keeper = rig.ask({"display-message", "-p", "#{pid}"});
  const auto watcher = rig.terminal({"attach-session", "-t", "good"});
  REQUIRE(watcher->wait_for_text("ready"));
  faulty.fault("start abort");
  REQUIRE(::kill(rig.server(), SIGKILL) == 0);
  std::string told;
  REQUIRE(wait_until(
      [&] {
        const auto outcome = rig.sess({"list-sessions"});
        told = outcome.err;
        return !outcome.status.success() && told.find("the server does not come up: ") != std::string::npos;
      },
      Milliseconds(30'000)));
  CHECK(split_lines(told).size() == 1);
  CHECK(told.find(" in a row failed, the last one: killed by signal 6 (Aborted); ") != std::string::npos);
  CHECK(told.find("log: " + rig.home().state()) != std::string::npos);
  CHECK(told.find("kill " + keeper + " ends the daemon") != std::string::npos);
  CHECK(told.find("kill -USR2 " + keeper) != std::string::npos);
  CHECK(watcher->wait_for_text("[sess: the server does not come up: "));
  faulty.fault("");
  CHECK(wait_until(
      [&] {
        return rig.sess({"list-sessions", "-F", "x"}).out == "x\n";
      },
      Milliseconds(30'000)));
  watcher->type("after\r");
  CHECK(watcher->wait_for_text("got after"));
}

TEST_CASE("a pane that servers die of whenever they save it is set aside", "[aside]") {
  if (!Faulty::possible()) {
    std::puts("SKIP aside: this sessd has no fault points");
    return;
  }
  Faulty faulty;
  const Rig& rig = faulty.rig;
  faulty.start({"new-session", "-d", "-s", "good", echo_into("/dev/null")});
  faulty.start({"new-session", "-d", "-s", "app", echo_into("/dev/null")});
  REQUIRE(faulty.shows("app", "ready"));
  faulty.fault("pane-checkpoint:1 abort");
  for (std::size_t death = 1; death <= 3; ++death) {
    static_cast<void>(rig.sess({"clear-history", "-t", "app"}));
    REQUIRE(wait_until([&] { return faulty.hits() >= death; }));
    REQUIRE(wait_until([&] { return !rig.ask({"list-sessions"}).empty(); }));
  }
  CHECK(faulty.shows("app", "this pane is set aside"));
  rig.ask({"clear-history", "-t", "app"});
  rig.ask({"send-keys", "-t", "good", "after", "Enter"});
  CHECK(faulty.shows("good", "got after"));
  CHECK(faulty.hits() == 3);
}

TEST_CASE(
    "bytes that end a running server twice are skipped by the third one, kept in a file, and all else goes "
    "on",
    "[aside]") {
  if (!Faulty::possible()) {
    std::puts("SKIP aside: this sessd has no fault points");
    return;
  }
  Faulty faulty;
  const Rig& rig = faulty.rig;
  const std::string heard = rig.home().root() + "/heard";
  faulty.start({"new-session", "-d", "-s", "good", echo_into("/dev/null")});
  faulty.start({"new-session", "-d", "-s", "bad",
                "echo before; read x; printf 'harm\\026ful\\n'; echo after; " + echo_into(heard)});
  REQUIRE(faulty.shows("good", "ready"));
  REQUIRE(faulty.shows("bad", "before"));
  const auto watcher = rig.terminal({"attach-session", "-t", "bad"});
  REQUIRE(watcher->wait_for_text("before"));
  faulty.fault("pane-bytes:1 abort");
  watcher->type("\r");
  CHECK(faulty.shows("bad", "bytes of output could not be shown; they are kept in"));
  CHECK(faulty.hits() == 2);
  CHECK(rig.ask({"show-messages"}).find("pane %1: ") != std::string::npos);
  const std::string kept = rig.home().state() + "/sess/harmful/default-1-";
  std::string bytes;
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(rig.home().state() + "/sess/harmful")) {
    file = entry.path();
    CHECK(file.starts_with(kept));
    bytes += read_file(entry.path());
  }
  CHECK(bytes.find("harm\x16"
                   "ful") != std::string::npos);
  rig.ask({"send-keys", "-t", "bad", "typed", "Enter"});
  CHECK(faulty.shows("bad", "got typed"));
  rig.ask({"send-keys", "-t", "good", "typed", "Enter"});
  CHECK(faulty.shows("good", "got typed"));
  // The file shows again what they did, and where.
  if (std::filesystem::exists(Rig::bin("sess-debug"))) {
    faulty.fault("pane-bytes:0 abort 3");
    const auto replayed = rig.sess({"debug", "replay", file}, {{"SESS_FAULTS", faulty.path()}});
    INFO(replayed.out << replayed.err);
    CHECK(replayed.status.code() == 1);
    CHECK(replayed.out.find("killed by signal 6 (Aborted) in byte " + std::to_string(bytes.find('\x16')) +
                            "\n") != std::string::npos);
    CHECK(replayed.out.find("from it   \"\\x16ful") != std::string::npos);
    CHECK(rig.sess({"debug", "replay", file}).status.success());
    faulty.fault("pane-bytes:1 abort");
  }
  const auto hits = faulty.hits();
  // And it stays skipped.
  rig.kill_server();
  CHECK(faulty.shows("bad", "bytes of output could not be shown"));
  CHECK(faulty.hits() == hits);
}
