// A keeper that replaces its own code. The new code is this very test program: started with the flags that a
// keeper gives its successor it becomes that successor, before the test runner's main begins.
#include "keeper/upgrade.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "keeper/probation.hpp"
#include "os/programs/process.hpp"
#include "rig.hpp"

using namespace sess;
using namespace std::chrono_literals;
using test::HeldUp;
using test::Rig;

/// There where lines are counted (contrib/coverage), which would begin with main.
extern "C" [[gnu::weak]] void __llvm_profile_initialize();

namespace {

constexpr const char* kMarker = "SESS_TEST_SUCCESSOR";
/// A file whose one word says how the successor ends once it is past exec; each is done once.
constexpr const char* kFault = "SESS_TEST_SUCCESSOR_FAULT";

std::string take_fault() {
  const char* path = getenv(kFault);
  std::string fault;
  if (path != nullptr) std::getline(std::ifstream(path), fault);
  if (path != nullptr) unlink(path);
  return fault;
}

int recurse(volatile int* depth) {
  if (*depth > 1 << 30) return 0;
  volatile int more[1024] = {};
  more[0] = *depth + 1;
  return recurse(more) + more[0];
}

void fail_as(const std::string& fault) {
  volatile int depth = 0;
  if (fault == "aborts") abort();
  if (fault == "exits") std::exit(3);
  if (fault == "overflows") std::exit(recurse(&depth));
  if (fault == "stands still") {
    alarm(1);
    while (true) pause();
  }
}

/// A server that never gets to answer.
int broken_server(keeper::ServerLink link) {
  if (getenv("SESS_TEST_SERVER_HANGS") != nullptr) {
    while (true) pause();
  }
  static_cast<void>(link);
  abort();
}

/// A server that somebody kills, once.
int unlucky_server(keeper::ServerLink link) {
  if (const char* once = getenv("SESS_TEST_KILLED_ONCE"); once != nullptr && unlink(once) == 0) {
    kill(getpid(), SIGKILL);
  }
  return test::small_server(std::move(link));
}

int become_successor() {
  if (getenv(kMarker) == nullptr) return 0;
  if (__llvm_profile_initialize != nullptr) __llvm_profile_initialize();
  const auto arguments = os::process_arguments(getpid());
  if (arguments.size() < 2) return 0;
  if (arguments[1] == "--version") {
    std::fputs("sessd of the test\n", stdout);
    std::fflush(stdout);
    _exit(0);
  }
  const std::string question = "--check-resume-fd=";
  if (arguments.back().rfind(question, 0) == 0) {
    _exit(keeper::Keeper::can_resume(UniqueFd(std::atoi(arguments.back().c_str() + question.size())))
              ? 0
              : keeper::kCannotResume);
  }
  const std::string flag = "--resume-fd=";
  if (arguments.back().rfind(flag, 0) != 0) return 0;
  keeper::KeeperOptions options;
  options.server_main = &test::small_server;
  options.upgrade_command = {arguments[0]};
  const std::string fault = take_fault();
  if (fault == "server dies") options.server_main = &broken_server;
  if (fault == "server is killed") options.server_main = &unlucky_server;
  if (fault == "server hangs") {
    setenv("SESS_TEST_SERVER_HANGS", "1", 1);
    options.server_main = &broken_server;
    options.still_limit = 200ms;
  }
  static char* argv[3] = {};
  static std::vector<std::string> words = arguments;
  for (std::size_t i = 0; i < 2 && i < words.size(); ++i) argv[i] = words[i].data();
  keeper::Probation::begin(argv);
  fail_as(fault);
  UniqueFd state(std::atoi(arguments.back().c_str() + flag.size()));
  if (fault == "reads no state") {
    static_cast<void>(state.release());  // the code before reads it
    state = UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  auto keeper = keeper::Keeper::resume(std::move(options), std::move(state));
  _exit(keeper ? (*keeper)->run() : 77);
}

const int kSuccessor = become_successor();

std::string own_binary() {
  char path[4096] = {};
  REQUIRE(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  return path;
}

}  // namespace

TEST_CASE("a keeper replaces its code and keeps programs, journals, model, socket, lock and statuses",
          "[keeper][upgrade]") {
  REQUIRE(kSuccessor == 0);
  setenv(kMarker, "1", 1);
  Rig rig([](keeper::KeeperOptions& options) { options.upgrade_command = {own_binary()}; });
  rig.start();
  const std::string one = rig.tell("spawn 1 while read line; do echo got $line; done");
  const std::string two = rig.tell("spawn 2 exit 5");
  const std::string three = rig.tell("spawn 3 read x; exit 6");
  const std::string panes = "1:" + one + " 2:" + two + ":1280 3:" + three + " ";
  REQUIRE(rig.becomes("panes", panes));
  rig.tell("mark 1 journal");
  rig.tell("model model");
  for (int i = 1; i <= 3; ++i) {
    const std::string started = "ended for an upgrade";
    const pid_t before = rig.server();
    kill(rig.keeper(), SIGUSR2);
    REQUIRE(test::wait_until([&] { return rig.server() != before; }));
    CHECK(rig.tell("start") == std::to_string(i + 1) + " " + started);
    CHECK(rig.tell("panes") == panes);
    CHECK(rig.tell("mark 1 journal") == "journal");
    CHECK(rig.tell("model model") == "model");
    CHECK(os::process_arguments(rig.keeper()).back().rfind("--resume-fd=", 0) == 0);
  }
  CHECK(os::peer_credentials(os::connect_unix(rig.socket())->get())->pid == rig.keeper());
  const pid_t starter = test::in_child([&] { return rig.run(); });
  CHECK(test::status_of(starter) == 10);
  // Children stayed children: an exit status still arrives.
  kill(static_cast<pid_t>(std::stol(three)), SIGTERM);
  CHECK(rig.becomes("panes", "1:" + one + " 2:" + two + ":1280 3:" + three + ":15 "));
  // Nothing of the hand-over leaks into programs.
  rig.tell("spawn 4 echo $(ls /proc/self/fd) $(sed -n 's/SigBlk.//p' /proc/self/status)");
  CHECK(rig.tell("output 4") == "0 1 2 3 0000000000000000");
  unsetenv(kMarker);
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK(access(rig.socket().c_str(), F_OK) != 0);
}

TEST_CASE("code that does not come up behind exec is replaced by the code before, with everything",
          "[keeper][upgrade]") {
  const std::string fault = GENERATE(as<std::string>{}, "aborts", "exits", "overflows", "stands still",
                                     "reads no state", "server dies", "server hangs");
  INFO(fault);
  const test::TempHome home;
  const std::string file = home.root() + "/fault";
  setenv(kMarker, "1", 1);
  setenv(kFault, file.c_str(), 1);
  Rig rig([](keeper::KeeperOptions& options) { options.upgrade_command = {own_binary()}; });
  rig.start();
  const std::string one = rig.tell("spawn 1 while read line; do echo got $line; done");
  const std::string two = rig.tell("spawn 2 read x; exit 6");
  rig.tell("mark 1 journal");
  rig.tell("model model");
  home.write("fault", fault);
  const pid_t before = rig.server();
  kill(rig.keeper(), SIGUSR2);
  // The fault was met, and behind it there is a server again.
  REQUIRE(test::wait_until(
      [&] { return access(file.c_str(), F_OK) != 0 && rig.server() > 0 && rig.server() != before; }));
  CHECK(rig.becomes("panes", "1:" + one + " 2:" + two + " "));
  CHECK(rig.tell("mark 1 journal") == "journal");
  CHECK(rig.tell("model model") == "model");
  kill(static_cast<pid_t>(std::stol(two)), SIGTERM);
  CHECK(rig.becomes("panes", "1:" + one + " 2:" + two + ":15 "));
  // And it can be upgraded again, to code that works.
  const pid_t again = rig.server();
  kill(rig.keeper(), SIGUSR2);
  REQUIRE(test::wait_until([&] { return rig.server() > 0 && rig.server() != again; }));
  CHECK(rig.becomes("panes", "1:" + one + " 2:" + two + ":15 "));
  rig.tell("spawn 4 echo $(ls /proc/self/fd) $(sed -n 's/SigBlk.//p' /proc/self/status)");
  CHECK(rig.tell("output 4") == "0 1 2 3 0000000000000000");
  unsetenv(kMarker);
  unsetenv(kFault);
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
}

TEST_CASE("a server that somebody kills while new code is on probation says nothing about that code",
          "[keeper][upgrade]") {
  const test::TempHome home;
  const std::string once = home.write("once", "");
  const std::string file = home.write("fault", "server is killed");
  setenv(kMarker, "1", 1);
  setenv(kFault, file.c_str(), 1);
  setenv("SESS_TEST_KILLED_ONCE", once.c_str(), 1);
  Rig rig([](keeper::KeeperOptions& options) { options.upgrade_command = {own_binary()}; });
  rig.start();
  const std::string one = rig.tell("spawn 1 read x");
  kill(rig.keeper(), SIGUSR2);
  CHECK(rig.becomes("start", "3 killed by signal 9 (Killed)"));
  CHECK(access(once.c_str(), F_OK) != 0);
  CHECK(os::process_arguments(rig.keeper()).back().rfind("--resume-fd=", 0) == 0);
  CHECK(rig.tell("panes") == "1:" + one + " ");
  for (const char* name : {kMarker, kFault, "SESS_TEST_KILLED_ONCE"}) unsetenv(name);
}

TEST_CASE("held programs, forgotten ones and starts that are held up go through an upgrade",
          "[keeper][upgrade]") {
  // What went wrong: the keeper waited for the starts, without a server, for as long as they were held up;
  // and for ever when one of them was forgotten meanwhile.
  setenv(kMarker, "1", 1);
  Rig rig([](keeper::KeeperOptions& options) { options.upgrade_command = {own_binary()}; });
  rig.start();
  const std::string held = rig.tell("spawn 1 held: read x; exit 5");
  const auto forgotten =
      static_cast<pid_t>(std::stol(rig.tell("spawn 2 trap '' HUP; echo up; exec sleep 1000")));
  CHECK(rig.tell("output 2") == "up");
  CHECK(rig.tell("forget 2") == "ok");
  HeldUp plain(rig, 3, "exit 6");
  HeldUp within(rig, 4, "exit 7", "held: ");
  HeldUp missing(rig, 5, "exec:/no/such/program");
  HeldUp unwanted(rig, 6, "exit 8");
  CHECK(rig.tell("forget 6") == "ok");
  static_cast<void>(test::held_up_program(rig));
  const std::string last = rig.tell("spawn 7 read x");
  CHECK(rig.tell("outcome 3") == "not yet");
  CHECK(rig.tell("upgrade") == "ok");
  CHECK(test::wait_until([&] { return rig.ask("start") == "2 ended for an upgrade"; }));
  CHECK(rig.ask("outcome 1") == held);
  std::string expected = "1:" + held + " ";
  std::string ended = "1:" + held + ":15 ";
  for (int pane = 3; pane <= 5; ++pane) {
    const std::string pid = rig.ask(fmt::format("outcome {}", pane));
    expected += fmt::format("{}:{} ", pane, pid);
    ended += fmt::format("{}:{}:{} ", pane, pid, pane == 5 ? 127 << 8 : (pane + 3) << 8);
  }
  CHECK(rig.ask("panes") == expected + "7:" + last + " ");
  for (auto* one : {&plain, &within, &missing, &unwanted}) one->go_on();
  kill(static_cast<pid_t>(std::stol(held)), SIGTERM);
  CHECK(rig.becomes("panes", ended + "7:" + last + " "));
  CHECK(test::alive(forgotten));
  // What nobody asks for is a child as ever: it is reaped.
  kill(forgotten, SIGTERM);
  CHECK(test::wait_until([&] { return !os::process_info(forgotten); }));
  unsetenv(kMarker);
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
}

TEST_CASE("code on probation without a way back dies as it would have", "[keeper][upgrade]") {
  const int signo = GENERATE(SIGSEGV, SIGALRM);
  const pid_t child = test::in_child([&] {
    UniqueFd nothing(memfd_create("no program", MFD_CLOEXEC));
    setenv(keeper::kCodeBefore, std::to_string(nothing.get()).c_str(), 1);
    char name[] = "sessd";
    char* argv[] = {name, nullptr};
    keeper::Probation::begin(argv);
    if (!keeper::Probation::lasts() || keeper::Probation::descriptor() != nothing.get()) return 1;
    raise(signo);
    return 2;
  });
  CHECK(test::status_of(child) == 1000 + signo);
}

TEST_CASE("a binary that does not work is not given the programs", "[keeper][upgrade]") {
  const test::TempHome home;
  const std::string hangs = home.write("hangs", "#!/bin/sh\nexec sleep 1000\n");
  const std::string lies = home.write("lies", "#!/bin/sh\necho other 1.0\n");
  const std::string fails = home.write("fails", "#!/bin/sh\necho sessd; exit 1\n");
  for (const auto& path : {hangs, lies, fails}) REQUIRE(chmod(path.c_str(), 0755) == 0);
  CHECK_FALSE(keeper::check_upgrade(home.root() + "/missing"));
  CHECK_FALSE(keeper::check_upgrade(lies));
  CHECK_FALSE(keeper::check_upgrade(fails));
  CHECK_FALSE(keeper::check_upgrade(hangs));

  Rig rig([&](keeper::KeeperOptions& options) { options.upgrade_command = {lies}; });
  rig.start();
  const std::string pid = rig.ask("pid");
  kill(rig.keeper(), SIGUSR2);
  CHECK(rig.tell("spawn 1 read x").find("error") == std::string::npos);
  CHECK(rig.tell("pid") == pid);
}

TEST_CASE("code that cannot go on from the state is not given the programs", "[keeper][upgrade]") {
  const test::TempHome home;
  const std::string asked = home.root() + "/asked";
  const std::string other = home.write("other",
                                       "#!/bin/sh\ncase \"$1\" in --version) echo sessd 9.9;; "
                                       "--check-resume-fd=*) echo asked >" +
                                           asked + "; exit 3;; *) exit 1;; esac\n");
  REQUIRE(chmod(other.c_str(), 0755) == 0);
  Rig rig([&](keeper::KeeperOptions& options) { options.upgrade_command = {other}; });
  rig.start();
  const std::string one = rig.tell("spawn 1 read x; exit 4");
  rig.tell("mark 1 journal");
  const pid_t before = rig.server();
  kill(rig.keeper(), SIGUSR2);
  REQUIRE(test::wait_until(
      [&] { return access(asked.c_str(), F_OK) == 0 && rig.server() > 0 && rig.server() != before; }));
  CHECK(rig.tell("panes") == "1:" + one + " ");
  CHECK(rig.tell("mark 1 journal") == "journal");
  kill(static_cast<pid_t>(std::stol(one)), SIGTERM);
  CHECK(rig.becomes("panes", "1:" + one + ":15 "));
}

TEST_CASE("a binary that is gone when it is to be executed leaves the code before at work",
          "[keeper][upgrade]") {
  const test::TempHome home;
  const std::string other = home.write("other",
                                       "#!/bin/sh\ncase \"$1\" in --version) echo sessd 9.9;; "
                                       "--check-resume-fd=*) rm \"$0\";; esac\n");
  REQUIRE(chmod(other.c_str(), 0755) == 0);
  Rig rig([&](keeper::KeeperOptions& options) { options.upgrade_command = {other}; });
  rig.start();
  const std::string one = rig.tell("spawn 1 read x");
  const pid_t before = rig.server();
  kill(rig.keeper(), SIGUSR2);
  REQUIRE(test::wait_until([&] { return rig.server() != before; }));
  CHECK(access(other.c_str(), F_OK) != 0);
  CHECK(rig.tell("panes") == "1:" + one + " ");
}

TEST_CASE("where no process can be made nobody is asked whether it goes on, and nothing is given up",
          "[keeper][upgrade]") {
  const pid_t child = test::in_child([] {
    if (getuid() == 0 && setuid(65534) != 0) return 2;  // root has no such limit
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) != 0) return 3;
    const auto asked = keeper::check_resume({"/bin/true"}, "state", {});
    return !asked && asked.error().sys_errno == EAGAIN ? 0 : 1;
  });
  CHECK(test::status_of(child) == 0);
}
