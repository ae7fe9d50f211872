#include "keeper/keeper.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "os/programs/process.hpp"
#include <sys/resource.h>

#include "rig.hpp"

using namespace sess;
using namespace std::chrono_literals;
using test::alive;
using test::Rig;

TEST_CASE("a first server is told that it is the first, and clients see the keeper behind the socket",
          "[keeper]") {
  Rig rig;
  rig.start();
  CHECK(rig.ask("start") == "1 none");
  auto socket = os::connect_unix(rig.socket());
  REQUIRE(socket);
  const auto peer = os::peer_credentials(socket->get());
  socket->reset();
  CHECK(peer->pid == rig.keeper());
  CHECK(rig.server() != rig.keeper());
  struct stat facts {};
  REQUIRE(stat(rig.socket().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0600);
}

TEST_CASE("a program is started, its output and its exit status arrive", "[keeper]") {
  Rig rig;
  rig.start();
  const std::string pid = rig.tell("spawn 1 echo hello; exit 3");
  CHECK(rig.tell("output 1") == "hello");
  CHECK(rig.becomes("panes", "1:" + pid + ":" + std::to_string(3 << 8) + " "));
}

TEST_CASE("a program that cannot be started is an error with exec's errno, and leaves no pane", "[keeper]") {
  Rig rig;
  rig.start();
  const std::string answer = rig.tell("spawn 1 exec:/no/such/program");
  CHECK(answer == "error 2 cannot run /no/such/program: No such file or directory");
  CHECK(rig.tell("panes").empty() == false);
  CHECK(rig.tell("spawn 1 read x").find("error") == std::string::npos);
  CHECK(rig.tell("spawn 1 read x") == "error 17 pane 1 is still active");
}

TEST_CASE("a held program's end is told while something is left of it, to whichever server there is",
          "[keeper]") {
  Rig rig;
  rig.start();
  const std::string pid = rig.tell("spawn 1 held:setsid sleep 600 & echo hello; exit 3");
  CHECK(rig.tell("output 1") == "hello");
  const std::string ended = "1:" + pid + ":" + std::to_string(3 << 8) + " ";
  CHECK(rig.becomes("panes", ended));
  kill(rig.server(), SIGKILL);
  CHECK(rig.becomes("panes", ended));
  // What is left is reached, and then the daemon has no child but its server.
  CHECK(rig.tell(fmt::format("signal 1 {} 2", SIGKILL)) == "ok");
  CHECK(test::wait_until([&] {
    const auto all = os::all_processes();
    return std::count_if(all.begin(), all.end(),
                         [&](const auto& one) { return one.parent == rig.keeper(); }) == 1;
  }));
  CHECK(rig.tell("spawn 1 held:exec:/no/such/program") ==
        "error 2 cannot run /no/such/program: No such file or directory");
}

TEST_CASE("a program whose holder is killed has ended with all that it started, and is told so", "[keeper]") {
  Rig rig;
  rig.start();
  const pid_t program = static_cast<pid_t>(
      std::stol(rig.tell("spawn 1 held:trap '' HUP; setsid sleep 600 & echo hello; sleep 600 & wait")));
  CHECK(rig.tell("output 1") == "hello");
  const auto parent = [](pid_t pid) { return os::process_info(pid).value().parent; };
  const pid_t holder = parent(program);
  REQUIRE(holder != rig.keeper());
  std::vector<os::ProcessInfo> held;
  REQUIRE(test::wait_until([&] {
    held = os::held_processes(holder);
    return held.size() == 3;
  }));
  REQUIRE(kill(holder, SIGKILL) == 0);
  CHECK(rig.becomes("panes", fmt::format("1:{}:{} ", program, SIGKILL)));
  for (const auto& one : held) CHECK(test::wait_until([&] { return !alive(one.pid); }));
}

TEST_CASE("a server killed twenty times loses no program, no descriptor and no memory", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.early_death = 0ms;
    options.first_backoff = 0ms;
  });
  rig.start();
  const std::string one = rig.tell("spawn 1 while read line; do echo got $line; done");
  const std::string two = rig.tell("spawn 2 exit 5");
  CHECK(rig.tell("mark 1 m0") == "fresh");
  CHECK(rig.tell("model w0") == "fresh");
  const std::string expected = "1:" + one + " 2:" + two + ":1280 ";
  CHECK(rig.becomes("panes", expected));
  for (int i = 1; i <= 20; ++i) {
    const pid_t before = rig.server();
    REQUIRE(kill(before, SIGKILL) == 0);
    REQUIRE(test::wait_until([&] { return rig.server() != before; }));
    CHECK(rig.tell("panes") == expected);
    CHECK(rig.tell("start") == std::to_string(i + 1) + " killed by signal 9 (Killed)");
    CHECK(rig.tell("mark 1 m" + std::to_string(i)) == "m" + std::to_string(i - 1));
    CHECK(rig.tell("model w" + std::to_string(i)) == "w" + std::to_string(i - 1));
  }
  // Neither process collects descriptors.
  const auto count = [](pid_t pid) {
    int n = 0;
    for (int fd = 0; fd < 200; ++fd) n += access(fmt::format("/proc/{}/fd/{}", pid, fd).c_str(), F_OK) == 0;
    return n;
  };
  const int keeper_fds = count(rig.keeper());
  const int server_fds = count(rig.server());
  const pid_t before = rig.server();
  kill(before, SIGKILL);
  REQUIRE(test::wait_until([&] { return rig.server() != before; }));
  CHECK(count(rig.keeper()) == keeper_fds);
  CHECK(count(rig.server()) == server_fds);
}

TEST_CASE("an exit while there is no server is handed over, and once forgotten is gone", "[keeper]") {
  Rig rig;
  rig.start();
  const std::string pid = rig.tell("spawn 4 read x; exit 9");
  const pid_t first = rig.server();
  kill(rig.keeper(), SIGSTOP);  // so that no server follows before the program has ended
  kill(first, SIGKILL);
  kill(static_cast<pid_t>(std::stol(pid)), SIGTERM);
  CHECK(test::wait_until([&] { return !alive(first) && !alive(static_cast<pid_t>(std::stol(pid))); }));
  kill(rig.keeper(), SIGCONT);
  CHECK(rig.ask("panes") == "4:" + pid + ":15 ");
  CHECK(rig.tell("forget 4") == "ok");
  const pid_t before = rig.server();
  kill(before, SIGKILL);
  REQUIRE(test::wait_until([&] { return rig.server() != before; }));
  CHECK(rig.tell("spawn 9 read x").find("error") == std::string::npos);
  CHECK(rig.tell("panes").rfind("9:", 0) == 0);
}

TEST_CASE("spawns whose server died before the answers are handed to the next one", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) { options.early_death = 0ms; });
  rig.start();
  REQUIRE(rig.ask("pid") != "no answer");
  (void)rig.tell("late-spawn 0 echo here; read x");
  // They become known in the order in which their execs succeed.
  CHECK(test::wait_until([&] {
    const std::string panes = rig.ask("panes");
    return std::count(panes.begin(), panes.end(), ' ') == 20;
  }));
  CHECK(rig.tell("output 7") == "here");
  CHECK(rig.tell("mark 7 x") == "fresh");
}

TEST_CASE("a respawn may keep the pane's journal or get a new one", "[keeper]") {
  Rig rig;
  rig.start();
  rig.tell("spawn 1 exit 0");
  CHECK(rig.tell("mark 1 old") == "fresh");
  REQUIRE(test::wait_until([&] { return rig.tell("panes").find(":0 ") != std::string::npos; }));
  rig.tell("respawn 1 exit 0");
  CHECK(rig.tell("mark 1 older") == "old");
  REQUIRE(test::wait_until([&] { return rig.tell("panes").find(":0 ") != std::string::npos; }));
  rig.tell("spawn 1 read x");
  CHECK(rig.tell("mark 1 new") == "fresh");
}

TEST_CASE("a respawn in place of a program that runs hangs that one up, and only then", "[keeper]") {
  Rig rig;
  rig.start();
  const auto running = static_cast<pid_t>(std::stol(rig.tell("spawn 1 read x")));
  CHECK(rig.tell("mark 1 old") == "fresh");
  CHECK(rig.tell("respawn 1 exec:/no/such/program").rfind("error 2 ", 0) == 0);
  CHECK(alive(running));
  const std::string next = rig.tell("respawn 1 read x");
  CHECK(rig.tell("mark 1 older") == "old");
  CHECK(rig.tell("panes") == "1:" + next + " ");
  CHECK(test::wait_until([&] { return !alive(running); }));
  CHECK(rig.tell("panes") == "1:" + next + " ");
}

TEST_CASE("a server that does not answer is replaced once somebody rings", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) { options.still_limit = 100ms; });
  rig.start();
  const std::string pid = rig.ask("pid");
  kill(rig.keeper(), SIGUSR1);  // a healthy server survives a ring
  CHECK(rig.tell("spawn 1 read x").find("error") == std::string::npos);
  CHECK(rig.tell("pid") == pid);
  auto waiting = os::connect_unix(rig.socket());
  REQUIRE(waiting);
  REQUIRE(os::write_all(waiting->get(), "hang\n"));
  // Before that it would answer the ping that a ring is.
  REQUIRE(test::wait_until([&] { return rig.file(rig.home().state() + "/notes") == "hangs\n"; }));
  // Whether the hanging server or its successor has this connection, it is answered in the end.
  auto patient = os::connect_unix(rig.socket());
  REQUIRE(os::write_all(patient->get(), "start\n"));
  kill(rig.keeper(), SIGUSR1);
  CHECK(os::read_all(patient->get(), 100).value() == "2 hung");
  CHECK(rig.tell("panes").rfind("1:", 0) == 0);
}

TEST_CASE("a stopped server is replaced like a hung one", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) { options.still_limit = 50ms; });
  rig.start();
  kill(rig.server(), SIGSTOP);
  kill(rig.keeper(), SIGUSR1);
  CHECK(rig.becomes("start", "2 hung"));
}

TEST_CASE("a program for which there are no descriptors is refused, and nothing else happens", "[keeper]") {
  Rig rig;
  rig.start();
  const std::string server = rig.ask("pid");
  const std::string first = rig.tell("spawn 1 read x");
  test::limit_descriptors(rig.keeper(), test::next_descriptor(rig.keeper()) + 10);
  for (int i = 0; i < 20; ++i) {
    CHECK(rig.tell("spawn 2 read x").rfind("error 24 too many open files", 0) == 0);
  }
  CHECK(rig.tell("pid") == server);
  CHECK(os::session_processes(rig.keeper()).size() <= 1);
  // A new server has what it needs.
  kill(rig.server(), SIGKILL);
  CHECK(rig.becomes("panes", "1:" + first + " "));
  test::limit_descriptors(rig.keeper(), RLIM_INFINITY);
  CHECK(rig.tell("spawn 2 read x").find("error") == std::string::npos);
}

TEST_CASE("clients are told when no server can be started, and served as soon as one can", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.refusal = [](const std::string&) { return std::string("no room"); };
    options.first_backoff = 1500ms;
    options.longest_backoff = 1500ms;
  });
  rig.start();
  const std::string program = rig.tell("spawn 1 read x");
  const std::string fault = rig.home().write("state/die", "");
  kill(rig.server(), SIGKILL);
  // Three that die at once: now there is a pause without any server.
  REQUIRE(test::wait_until([&] { return rig.file(rig.home().state() + "/notes") == "died\ndied\ndied\n"; }));
  REQUIRE(test::wait_until([&] {
    const auto all = os::all_processes();
    return std::count_if(all.begin(), all.end(),
                         [&](const auto& one) { return one.parent == rig.keeper(); }) == 1;
  }));
  REQUIRE(unlink(fault.c_str()) == 0);
  // One descriptor is left, and the link to a server takes two.
  test::limit_descriptors(rig.keeper(), test::next_descriptor(rig.keeper(), 1));
  CHECK(rig.becomes("pid", "no room"));
  CHECK(rig.becomes("panes", "no room"));
  test::limit_descriptors(rig.keeper(), RLIM_INFINITY);
  CHECK(rig.becomes("panes", "1:" + program + " "));
}

TEST_CASE("servers that die at once are restarted with growing pauses, for as long as a program lives",
          "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 1ms;
    options.longest_backoff = 4ms;
    options.give_up_after = 3;
    options.refusal = [](const std::string& text) { return text; };
  });
  rig.start();
  const std::string pid = rig.tell("spawn 1 read x");
  const std::string fault = rig.home().write("state/die", "");
  kill(rig.server(), SIGKILL);
  // Many more early deaths than give_up_after.
  REQUIRE(test::wait_until([&] { return rig.file(rig.home().state() + "/notes").size() > 10 * 5; }));
  CHECK(alive(rig.keeper()));
  CHECK(alive(static_cast<pid_t>(std::stol(pid))));
  // Who asks is told, instead of waiting for a server.
  std::string refusal;
  REQUIRE(test::wait_until([&] {
    refusal = rig.ask("pid");
    return refusal.rfind("the server does not come up: ", 0) == 0;
  }));
  CHECK(refusal.find(" in a row failed, the last one: killed by signal 6 (Aborted); ") != std::string::npos);
  CHECK(refusal.find(fmt::format("kill {} ends", rig.keeper())) != std::string::npos);
  REQUIRE(unlink(fault.c_str()) == 0);
  std::string told;
  REQUIRE(test::wait_until([&] {
    told = rig.ask("start");
    return told.rfind("the server", 0) != 0;
  }));
  CHECK(told.find("killed by signal 6") != std::string::npos);
  CHECK(std::stoi(told) > 10);
  CHECK(rig.tell("panes") == "1:" + pid + " ");
}

TEST_CASE("a daemon without programs whose servers cannot live gives up and removes its socket", "[keeper]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 1ms;
    options.give_up_after = 3;
  });
  rig.home().write("state/die", "");
  rig.start();
  CHECK(rig.wait_end() == 1);
  CHECK(access(rig.socket().c_str(), F_OK) != 0);
}

TEST_CASE("signals reach the leader, its group or its whole session, and only a living program", "[keeper]") {
  Rig rig;
  rig.start();
  const auto spawn = [&](int pane) {
    // Two children in process groups of their own (set -m), which say when they die.
    const std::string pid = rig.tell(fmt::format(
        "spawn {} set -m; trap : USR1; sleep 1000 & sleep 1000 & echo up; while :; do wait; done", pane));
    CHECK(rig.tell(fmt::format("output {}", pane)) == "up");
    return static_cast<pid_t>(std::stol(pid));
  };
  const pid_t first = spawn(1);
  CHECK(test::members(first) == 3);
  CHECK(rig.tell(fmt::format("signal 1 {} 0", SIGKILL)) == "ok");
  CHECK(test::wait_until([&] { return !alive(first); }));
  const pid_t second = spawn(2);
  CHECK(rig.tell(fmt::format("signal 2 {} 2", SIGKILL)) == "ok");
  CHECK(test::wait_until([&] { return test::members(second) == 0; }));
  CHECK(rig.tell(fmt::format("signal 2 {} 0", SIGKILL)) == "ok");  // reaped: nobody is hit
  CHECK(rig.tell("signal 99 9 0") == "ok");                        // unknown
  CHECK(rig.tell("signal 2 12345 0") == "ok");                     // no such signal
  CHECK(rig.tell("pid") == std::to_string(rig.server()));
  for (const auto& left : os::session_processes(first)) kill(left.pid, SIGKILL);
}

TEST_CASE("many panes that are closed at once cost a look at each process or two, not one for each pane",
          "[keeper]") {
  const auto reads = [](pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/io", pid));
    std::string word;
    long count = -1;
    while (file >> word && word != "syscr:") {
    }
    file >> count;
    return count;
  };
  if (reads(getpid()) < 0) {
    std::puts("SKIP keeper: this kernel does not count reads");
    return;
  }
  constexpr int kPanes = 15;
  for (const std::string held : {"", "held:"}) {
    CAPTURE(held);
    Rig rig;
    rig.start();
    std::vector<pid_t> programs;
    for (int pane = 1; pane <= kPanes; ++pane)
      programs.push_back(std::stoi(rig.tell(fmt::format("spawn {} {}exec sleep 600", pane, held))));
    const auto all = static_cast<long>(os::all_processes().size());
    const long before = reads(rig.keeper());
    // All are asked for before the first is looked at.
    kill(rig.keeper(), SIGSTOP);
    REQUIRE(rig.tell("hang-up") == "ok");
    kill(rig.keeper(), SIGCONT);
    for (const pid_t program : programs) CHECK(test::wait_until([&] { return !alive(program); }));
    // Two reads a file; the last round finds nobody new, and each that is signalled is read once more.
    CHECK(reads(rig.keeper()) - before < 2 * kPanes * all);
  }
}

TEST_CASE("a program sees nothing of the keeper: no descriptors, default signals", "[keeper]") {
  Rig rig;
  rig.start();
  rig.tell("spawn 1 read x");  // so that there are masters and journals to leak
  rig.tell("spawn 2 echo $(ls /proc/self/fd)");
  CHECK(rig.tell("output 2") == "0 1 2 3");  // 3: what ls reads the directory with
  rig.tell("spawn 3 echo $(sed -n 's/Sig[BI][lg][kn].//p' /proc/self/status)");
  CHECK(rig.tell("output 3") == "0000000000000000 0000000000000000");
}

TEST_CASE("the server holds nothing of the keeper's own: it cannot keep the lock", "[keeper]") {
  Rig rig;
  rig.start();
  const pid_t server = rig.server();
  kill(server, SIGSTOP);
  kill(rig.keeper(), SIGKILL);
  CHECK(rig.wait_end() == 1000 + SIGKILL);
  auto claim = keeper::claim_socket(rig.paths(), keeper::Probe::skip, 1000ms);
  REQUIRE(claim);
  CHECK(claim->has_value());
  kill(server, SIGKILL);
}
