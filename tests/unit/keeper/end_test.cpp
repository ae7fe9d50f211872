// How a daemon begins and ends: one of many starters, its socket, its last act.
#include "os/programs/process.hpp"
#include "rig.hpp"

using namespace sess;
using namespace std::chrono_literals;
using test::alive;
using test::Rig;

namespace {

/// A daemon started by the shortest way: for end tests that need a pid on a line of output.
pid_t spawn(Rig& rig, int pane, const std::string& script) {
  const std::string pid = rig.tell(fmt::format("spawn {} {}", pane, script));
  CHECK(rig.tell(fmt::format("output {}", pane)) == "up");
  return static_cast<pid_t>(std::stol(pid));
}

}  // namespace

TEST_CASE("twenty starters at once get one daemon, and each finds it listening", "[keeper][start]") {
  Rig rig;
  std::vector<pid_t> starters;
  for (int i = 0; i < 20; ++i) {
    starters.push_back(test::in_child([&] {
      const int status = rig.run();
      if (status != 10) return status;
      return os::connect_unix(rig.socket()) ? 10 : 13;
    }));
  }
  REQUIRE(test::ask(rig.socket(), "pid"));
  const auto keeper = os::peer_credentials(os::connect_unix(rig.socket())->get());
  int already = 0;
  for (const pid_t starter : starters) {
    if (starter == keeper->pid) continue;
    already += test::status_of(starter) == 10;
  }
  CHECK(already == 19);
  kill(keeper->pid, SIGTERM);
  CHECK(test::status_of(keeper->pid) == 0);
}

TEST_CASE("a stale socket of a daemon that was killed is replaced", "[keeper][start]") {
  Rig rig;
  rig.start();
  const pid_t server = rig.server();
  kill(rig.keeper(), SIGKILL);
  CHECK(rig.wait_end() == 1000 + SIGKILL);
  CHECK(test::wait_until([&] { return !alive(server); }));
  CHECK(access(rig.socket().c_str(), F_OK) == 0);
  rig.start();
  CHECK(rig.becomes("start", "1 none"));
}

TEST_CASE("a daemon whose lock file was deleted is still found by a starter", "[keeper][start]") {
  Rig rig;
  rig.start();
  const std::string pid = rig.ask("pid");
  kill(rig.keeper(), SIGSTOP);  // it would put the file back at once
  REQUIRE(unlink((rig.paths().socket_directory + "/.test.lock").c_str()) == 0);
  const pid_t starter = test::in_child([&] { return rig.run(); });
  REQUIRE(test::status_of(starter) == 10);
  kill(rig.keeper(), SIGCONT);
  CHECK(test::wait_until([&] {
    // The keeper holds the file that has the name now: two more starters find it locked.
    const pid_t another = test::in_child([&] {
      auto claim = keeper::claim_socket(rig.paths(), keeper::Probe::skip, 1s);
      return claim && !claim->has_value() ? 10 : 0;
    });
    return test::status_of(another) == 10;
  }));
  CHECK(rig.ask("pid") == pid);
}

TEST_CASE("a deleted socket, a moved one and a removed directory are put back within a second",
          "[keeper][socket]") {
  Rig rig;
  rig.start();
  const std::string pid = rig.ask("pid");
  const std::string directory = rig.paths().socket_directory;
  const auto back = [&] {
    const auto begin = std::chrono::steady_clock::now();
    const bool there = test::wait_until([&] { return test::ask(rig.socket(), "pid") == pid; });
    return there && std::chrono::steady_clock::now() - begin < 5s;  // a second, on a quiet machine
  };
  for (int i = 0; i < 5; ++i) {
    REQUIRE(unlink(rig.socket().c_str()) == 0);
    CHECK(back());
  }
  REQUIRE(rename(rig.socket().c_str(), (directory + "/elsewhere").c_str()) == 0);
  CHECK(back());
  rig.home().write("run/sess/file", "");
  REQUIRE(rename((directory + "/file").c_str(), rig.socket().c_str()) == 0);
  // Somebody's file took the name: it is theirs. Once it is gone the socket comes back.
  CHECK(access(rig.socket().c_str(), F_OK) == 0);
  REQUIRE(unlink(rig.socket().c_str()) == 0);
  kill(rig.keeper(), SIGUSR1);
  CHECK(back());
  REQUIRE(rename(directory.c_str(), (directory + ".old").c_str()) == 0);
  CHECK(back());
  struct stat facts {};
  REQUIRE(stat(directory.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0700);
  // Nobody else can start a second daemon meanwhile.
  const pid_t starter = test::in_child([&] { return rig.run(); });
  CHECK(test::status_of(starter) == 10);
}

TEST_CASE("programs outlive a socket that was removed together with its directory", "[keeper][socket]") {
  Rig rig;
  rig.start();
  const pid_t program = spawn(rig, 1, "echo up; read x");
  const std::string directory = rig.paths().socket_directory;
  const pid_t rm = test::in_child([&] {
    execlp("sh", "sh", "-c", "rm -rf $0 2>/dev/null", directory.c_str(), nullptr);
    return 1;
  });
  (void)test::status_of(rm);  // it fails when the socket is back before rmdir
  CHECK(rig.becomes("panes", fmt::format("1:{} ", program)));
}

TEST_CASE("SIGTERM hangs up on every job, also stopped ones, waits no longer than needed and leaves nothing",
          "[keeper][end]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 60s; });
  rig.start();
  const std::string said = rig.home().root() + "/said";
  const pid_t polite =
      spawn(rig, 1, "trap 'echo hangup >> " + said + "; exit 0' HUP; echo up; while :; do sleep 0.01; done");
  const pid_t stopped = spawn(rig, 2, "echo up; read x");
  kill(stopped, SIGSTOP);
  const pid_t server = rig.server();
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK(rig.file(said) == "hangup\n");
  CHECK_FALSE(alive(polite));
  CHECK_FALSE(alive(stopped));
  CHECK_FALSE(alive(server));
  CHECK(access(rig.socket().c_str(), F_OK) != 0);
  CHECK(access((rig.paths().socket_directory + "/.test.lock").c_str(), F_OK) != 0);
  CHECK(rig.file(rig.home().state() + "/notes") == "stopping\n");
}

TEST_CASE("a job that ignores SIGHUP gets its grace and is then killed, with its whole session",
          "[keeper][end]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 300ms; });
  rig.start();
  const pid_t stubborn =
      spawn(rig, 1, "set -m; trap '' HUP TERM; sleep 1000 & echo up; while :; do wait; done");
  REQUIRE(test::members(stubborn) == 2);
  const auto begin = std::chrono::steady_clock::now();
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
  CHECK(test::wait_until([&] { return test::members(stubborn) == 0; }));
}

TEST_CASE("a second SIGTERM cuts the grace short", "[keeper][end]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 3600s; });
  rig.start();
  spawn(rig, 1, "trap '' HUP; echo up; while :; do sleep 1; done");
  kill(rig.keeper(), SIGTERM);
  REQUIRE(test::wait_until([&] { return rig.file(rig.home().state() + "/notes") == "stopping\n"; }));
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
}

TEST_CASE("a server that asks for the end gets it, and exit-empty leaves only when nothing lives",
          "[keeper][end]") {
  Rig rig;
  rig.start();
  spawn(rig, 1, "echo up; read x");
  CHECK(rig.tell("leave") == "ok");
  CHECK(rig.tell("panes").rfind("1:", 0) == 0);
  CHECK(rig.tell("end") == "ok");
  CHECK(rig.wait_end() == 0);
  rig.start();
  CHECK(rig.ask("leave") == "ok");
  CHECK(rig.wait_end() == 0);
  CHECK(access(rig.socket().c_str(), F_OK) != 0);
}

TEST_CASE("a server that hangs during the end does not hold it up for long", "[keeper][end]") {
  Rig rig([](keeper::KeeperOptions& options) { options.server_leaves = 200ms; });
  rig.start();
  const pid_t server = rig.server();
  kill(server, SIGSTOP);
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK_FALSE(alive(server));
}

TEST_CASE("an inherited listener is used, named after the keeper and left where it is", "[keeper][start]") {
  Rig rig;
  REQUIRE(mkdir(rig.paths().socket_directory.c_str(), 0700) == 0);
  UniqueFd directory(open(rig.paths().socket_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto listener = os::listen_unix(directory.get(), "test");
  REQUIRE(listener);
  const pid_t keeper = test::in_child([&] {
    auto claim = keeper::claim_socket(rig.paths(), keeper::Probe::skip, test::kPatience);
    auto adopted = os::adopt_listener(std::move(*listener));
    auto made = keeper::Keeper::open(std::move(rig.options()), std::move(**claim), std::move(*adopted));
    return made ? (*made)->run() : 12;
  });
  CHECK(rig.ask("start") == "1 none");
  CHECK(os::peer_credentials(os::connect_unix(rig.socket())->get())->pid == keeper);
  kill(keeper, SIGTERM);
  CHECK(test::status_of(keeper) == 0);
  CHECK(access(rig.socket().c_str(), F_OK) == 0);  // the supervisor's, not ours
}

TEST_CASE("an idle keeper and its server are not woken", "[keeper]") {
  Rig rig;
  rig.start();
  spawn(rig, 1, "echo up; read x");
  const auto switches = [](pid_t pid) {
    UniqueFd fd(open(fmt::format("/proc/{}/status", pid).c_str(), O_RDONLY | O_CLOEXEC));
    const std::string text = os::read_all(fd.get(), 8192).value();
    return text.substr(text.find("voluntary_ctxt_switches"));
  };
  const pid_t server = rig.server();
  auto loop = std::move(*os::Loop::open());
  os::Timer window(*loop, [&] { loop->stop(); });
  // What the last command caused may still be settling, so a later window may be the quiet one; whatever
  // wakes up twice a second spoils them all.
  bool quiet = false;
  for (int i = 0; i < 4 && !quiet; ++i) {
    const std::string before = switches(rig.keeper()) + switches(server);
    window.start(500ms);
    loop->run();
    quiet = switches(rig.keeper()) + switches(server) == before;
  }
  CHECK(quiet);
}
