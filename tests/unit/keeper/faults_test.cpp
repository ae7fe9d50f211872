// What a keeper does when something around it fails: a start that is held up, descriptors that run out at any
// step, a server that talks nonsense or does not read, a name that is taken, a program that cannot be killed.
#include <sys/ptrace.h>

#include <algorithm>
#include <fstream>

#include "base/log.hpp"
#include "keeper/server_process.hpp"
#include "keeper/socket_file.hpp"
#include "os/lock_file.hpp"
#include "os/loop.hpp"
#include "rig.hpp"

using namespace sess;
using namespace std::chrono_literals;
using test::alive;
using test::HeldUp;
using test::Rig;

namespace {

/// A program whose child stands still from its first instruction on, as one does that is not scheduled: it
/// has told nothing, and still shares the keeper's descriptors or has copies of all.
class Newborn {
 public:
  Newborn(Rig& rig, int pane, const std::string& script) {
    REQUIRE(ptrace(PTRACE_SEIZE, rig.keeper(), nullptr, PTRACE_O_TRACEFORK) == 0);
    REQUIRE(rig.tell(fmt::format("ask-spawn {} {}", pane, script)) == "ok");
    int status = 0;
    REQUIRE(test::wait_until([&] {
      if (waitpid(rig.keeper(), &status, __WALL | WNOHANG) != rig.keeper()) return false;
      if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_FORK << 8))) return true;
      ptrace(PTRACE_CONT, rig.keeper(), nullptr, WSTOPSIG(status));
      return false;
    }));
    unsigned long child = 0;
    REQUIRE(ptrace(PTRACE_GETEVENTMSG, rig.keeper(), nullptr, &child) == 0);
    pid_ = static_cast<pid_t>(child);
    REQUIRE(test::wait_until([&] { return waitpid(pid_, &status, __WALL | WNOHANG) == pid_; }));
    REQUIRE(ptrace(PTRACE_DETACH, rig.keeper(), nullptr, nullptr) == 0);
  }
  void go_on() { REQUIRE(ptrace(PTRACE_DETACH, pid_, nullptr, nullptr) == 0); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

/// Until so many programs stand where they are held up, with descriptors of their own: what each has said of
/// it the keeper has read before it answers the next spawn.
void await_held_up(const Rig& rig, std::ptrdiff_t count) {
  const auto output = [](pid_t pid) {
    char name[100] = {};
    (void)!readlink(fmt::format("/proc/{}/fd/1", pid).c_str(), name, sizeof name - 1);
    return std::string(name);
  };
  REQUIRE(test::wait_until([&] {
    const auto all = os::all_processes();
    return std::count_if(all.begin(), all.end(), [&](const auto& one) {
             return one.parent == rig.keeper() && one.name == "sessd: keeper" &&
                    output(one.pid) != output(rig.keeper());
           }) == count;
  }));
}

bool can_trace(const Rig& rig) {
  if (ptrace(PTRACE_SEIZE, rig.keeper(), nullptr, nullptr) != 0) return false;
  int status = 0;
  REQUIRE(ptrace(PTRACE_INTERRUPT, rig.keeper(), nullptr, nullptr) == 0);
  REQUIRE(test::wait_until([&] { return waitpid(rig.keeper(), &status, __WALL | WNOHANG) == rig.keeper(); }));
  REQUIRE(ptrace(PTRACE_DETACH, rig.keeper(), nullptr, nullptr) == 0);
  return true;
}

void keep_log(keeper::KeeperOptions& options) {
  options.open_log = [](const os::RuntimePaths& paths) {
    forget_log();
    static_cast<void>(open_log(paths.log_path(), LogLevel::debug));
  };
}

/// Who owns a server of which nothing is expected.
struct Nobody final : keeper::ServerProcess::Owner {
  void on_message(keeper::ToKeeper /*message*/) override {}
  void on_server_died(keeper::Death /*death*/, std::chrono::nanoseconds /*lived*/) override {}
};

constexpr int kNoLimit = 77;

/// Of the keeper and of a server that it has forked meanwhile.
void lift_limit(const Rig& rig) {
  test::limit_descriptors(rig.keeper(), RLIM_INFINITY);
  for (const auto& one : os::all_processes()) {
    if (one.parent == rig.keeper()) test::limit_descriptors(one.pid, RLIM_INFINITY);
  }
}

std::size_t logged(const Rig& rig, const std::string& text) {
  const std::string log = rig.file(rig.paths().log_path());
  std::size_t count = 0;
  for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("starts that are held up hold nobody up, and are handed to the next server as programs that run",
          "[keeper][faults]") {
  // What went wrong: the next server knew nothing of them, and started its jobs a second time.
  Rig rig;
  rig.start();
  std::vector<std::unique_ptr<HeldUp>> held;
  for (int pane = 1; pane <= 5; ++pane)
    held.push_back(std::make_unique<HeldUp>(rig, pane, fmt::format("exit {}", pane)));
  await_held_up(rig, 5);
  const std::string other = rig.tell("spawn 9 exit 3");
  CHECK(rig.becomes("panes", fmt::format("9:{}:768 ", other)));
  kill(rig.server(), SIGKILL);
  CHECK(rig.becomes("start", "2 killed by signal 9 (Killed)"));
  std::string running;
  std::string ended;
  for (int pane = 1; pane <= 5; ++pane) {
    const std::string pid = rig.tell(fmt::format("outcome {}", pane));
    running += fmt::format("{}:{} ", pane, pid);
    ended += fmt::format("{}:{}:{} ", pane, pid, pane << 8);
  }
  CHECK(rig.tell("panes") == fmt::format("{}9:{}:768 ", running, other));
  CHECK(rig.tell("spawn 8 read x").find("error") == std::string::npos);
  for (const auto& one : held) one->go_on();
  CHECK(test::wait_until([&] { return rig.tell("panes").rfind(ended, 0) == 0; }));
}

TEST_CASE("a start that is decided while the next server waits for it is handed to it as it came out",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) {
    keep_log(options);
    options.settle_limit = 10 * test::kPatience;  // only the start's end begins the next server
  });
  rig.start();
  HeldUp runs(rig, 1, "exit 3");
  HeldUp fails(rig, 2, "exec:/no/such/program");
  await_held_up(rig, 2);
  kill(rig.server(), SIGKILL);
  REQUIRE(test::wait_until([&] { return logged(rig, "the next server waits for programs") == 1; }));
  runs.go_on();
  fails.go_on();
  CHECK(rig.becomes("start", "2 killed by signal 9 (Killed)"));
  CHECK(rig.becomes("panes", fmt::format("1:{}:768 ", rig.tell("outcome 1"))));
}

TEST_CASE("a program whose start ends when no descriptor is left is ended, and told as a start that failed",
          "[keeper][faults]") {
  Rig rig;
  rig.start();
  // One that runs and one that fails first: a sanitizer takes two descriptors for its first look at a class.
  const std::string first = rig.tell("spawn 3 read x");
  CHECK(rig.tell("spawn 4 exec:/no/such/program").find("cannot run") != std::string::npos);
  HeldUp held(rig, 1, "read x");
  await_held_up(rig, 1);
  test::limit_descriptors(rig.keeper(), test::next_descriptor(rig.keeper(), 0));
  held.go_on();
  CHECK(test::wait_until(
      [&] { return rig.tell("outcome 1").find("Too many open files") != std::string::npos; }));
  lift_limit(rig);
  CHECK(rig.tell("panes") == fmt::format("3:{} ", first));
  const std::string next = rig.tell("spawn 2 exit 3");
  CHECK(rig.becomes("panes", fmt::format("2:{}:768 3:{} ", next, first)));
}

TEST_CASE("children that are not scheduled once they are forked hold nobody up, not even each other",
          "[keeper][faults]") {
  // What went wrong: those for whom no slot was left had copies of the others' report, whose end stayed
  // unseen.
  Rig rig;
  rig.start();
  REQUIRE(rig.ask("start") == "1 none");
  if (!can_trace(rig)) {
    WARN("SKIP children that are not scheduled: ptrace: " << std::strerror(errno));
    return;
  }
  std::vector<Newborn> born;
  for (int pane = 1; pane <= 6; ++pane) born.emplace_back(rig, pane, "read x");
  const std::string other = rig.tell("spawn 9 exit 3");
  CHECK(rig.becomes("panes", fmt::format("9:{}:768 ", other)));
  // One that goes on is told at once, whoever else stands still.
  born[0].go_on();
  CHECK(rig.becomes("outcome 1", std::to_string(born[0].pid())));
  kill(rig.server(), SIGKILL);
  CHECK(rig.becomes("start", "2 killed by signal 9 (Killed)"));
  CHECK(rig.tell("panes") == fmt::format("1:{} 9:{}:768 ", born[0].pid(), other));
  for (std::size_t i = 1; i < born.size(); ++i) {
    born[i].go_on();
    CHECK(rig.becomes(fmt::format("outcome {}", i + 1), std::to_string(born[i].pid())));
  }
}

TEST_CASE("a holder that is killed while its program's start is held up holds nobody up",
          "[keeper][faults]") {
  // What went wrong: the keeper waited for what the program had to say, which had all of the holder's pipe.
  Rig rig;
  rig.start();
  HeldUp held(rig, 1, "read x", "held: ");
  const auto [program, holder] = test::held_up_program(rig);
  const std::string other = rig.tell("spawn 2 read x");
  CHECK(rig.tell("outcome 1") == "not yet");
  REQUIRE(kill(holder, SIGKILL) == 0);
  CHECK(rig.becomes("panes", fmt::format("1:{}:{} 2:{} ", program, SIGKILL, other)));
  CHECK(test::wait_until([&, pid = program] { return !alive(pid); }));
  CHECK(rig.tell("spawn 3 read x").find("error") == std::string::npos);
}

TEST_CASE(
    "a program that is forgotten while its start is held up is nobody's, and ends the daemon like others",
    "[keeper][faults]") {
  Rig rig;
  rig.start();
  HeldUp held(rig, 1, "exit 0");
  CHECK(rig.tell("forget 1") == "ok");
  CHECK(rig.tell("leave") == "ok");
  CHECK(rig.tell("outcome 1") == "not yet");
  held.go_on();
  CHECK(rig.wait_end() == 0);
}

TEST_CASE("a start whose program cannot be executed after all is told when it is known", "[keeper][faults]") {
  Rig rig;
  rig.start();
  HeldUp held(rig, 1, "exec:/no/such/program");
  CHECK(rig.tell("outcome 1") == "not yet");
  held.go_on();
  CHECK(test::wait_until([&] { return rig.tell("outcome 1").find("cannot run") != std::string::npos; }));
}

TEST_CASE("descriptors that run out under a start, at every number of them, lose no program and no server",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { keep_log(options); });
  rig.start();
  const std::string first = rig.tell("spawn 99 read x");
  for (int left = 0; left <= 4; ++left) {
    INFO(left << " descriptors are left");
    const int pane = left + 1;
    HeldUp held(rig, pane, "read x");
    const std::string other = rig.tell("spawn 98 exit 0");  // the keeper is past the one before
    INFO(other);
    REQUIRE(other.find("error") == std::string::npos);
    REQUIRE(rig.tell("forget 98") == "ok");
    const pid_t server = rig.server();
    test::limit_descriptors(rig.keeper(), test::next_descriptor(rig.keeper(), left));
    held.go_on();
    std::string outcome;
    CHECK(test::wait_until([&] {
      if (!alive(server)) return true;
      outcome = test::ask(rig.socket(), fmt::format("outcome {}", pane)).value_or("");
      return !outcome.empty() && outcome != "not yet";
    }));
    lift_limit(rig);
    if (!alive(server)) outcome = rig.ask(fmt::format("outcome {}", pane));
    if (outcome.rfind("failed: ", 0) == 0) {
      CHECK(outcome.find("Too many open files") != std::string::npos);
    } else {
      REQUIRE(outcome != "not yet");
      CHECK(alive(static_cast<pid_t>(std::stol(outcome))));
    }
    CHECK(rig.ask("outcome 99") == first);
  }
  // What could not be given to a server is not left behind without one.
  CHECK(rig.tell("leave") == "ok");
  rig.tell("hang-up");
  CHECK(rig.wait_end() == 0);
}

TEST_CASE("descriptors that run out while the socket is put back, at every number of them, lose no client",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { keep_log(options); });
  rig.start();
  const std::string first = rig.tell("spawn 1 read x");
  for (int left = 0; left <= 4; ++left) {
    INFO(left << " descriptors are left");
    const auto told = [&] { return logged(rig, "it is back") + logged(rig, "cannot put the socket back"); };
    const auto before = told();
    test::limit_descriptors(rig.keeper(), test::next_descriptor(rig.keeper(), left));
    REQUIRE(unlink(rig.socket().c_str()) == 0);
    CHECK(test::wait_until([&] { return told() > before; }));
    lift_limit(rig);
    CHECK(rig.becomes("panes", "1:" + first + " "));
  }
}

TEST_CASE("held programs are hung up with their panes: respawned, forgotten, and at the end",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 50ms; });
  rig.start();
  const auto held = [&](int pane) {
    return static_cast<pid_t>(std::stol(rig.tell(fmt::format("spawn {} held: read x", pane))));
  };
  const pid_t first = held(1);
  const pid_t second = static_cast<pid_t>(std::stol(rig.tell("respawn 1 held: read x")));
  CHECK(test::wait_until([&] { return !alive(first); }));
  CHECK(alive(second));
  const pid_t forgotten = held(2);
  CHECK(rig.tell("forget 2") == "ok");
  const pid_t last = held(3);
  kill(rig.keeper(), SIGINT);
  CHECK(rig.wait_end() == 0);
  for (const pid_t pid : {second, forgotten, last}) CHECK(test::wait_until([&] { return !alive(pid); }));
}

TEST_CASE("a socket that could not be watched at first is put back all the same", "[keeper][faults]") {
  for (int left = 1; left <= 3; ++left) {
    INFO(left << " descriptors are left");
    Rig rig;
    auto claim = keeper::claim_socket(rig.paths(), keeper::Probe::skip, test::kPatience);
    REQUIRE((claim && claim->has_value()));
    auto loop = os::Loop::open();
    REQUIRE(loop);
    keeper::SocketFile file(**loop, rig.paths(), std::move(**claim), [] {});
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    test::limit_descriptors(getpid(), test::next_descriptor(getpid(), left));
    const auto bound = file.bind();
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    if (!bound) continue;
    REQUIRE(unlink(rig.socket().c_str()) == 0);
    bool late = false;
    os::Timer end(**loop, [&] { late = true; });
    end.start(test::kPatience);
    while (!late && access(rig.socket().c_str(), F_OK) != 0) (*loop)->run_once();
    CHECK_FALSE(late);
    file.remove();
  }
}

TEST_CASE("a server that talks nonsense is replaced, and programs go on", "[keeper][faults]") {
  Rig rig;
  rig.start();
  const std::string program = rig.tell("spawn 1 read x");
  static_cast<void>(rig.tell("talk-nonsense"));
  const bool came = rig.becomes("start", "2 killed by signal 9 (Killed)");
  CAPTURE(came ? std::string() : rig.tell("start"));
  CHECK(came);
  CHECK(rig.tell("panes") == "1:" + program + " ");
}

TEST_CASE("a server that reads late gets all of it; one that never reads is replaced before memory grows",
          "[keeper][faults]") {
  Rig rig;
  rig.start();
  const std::string program = rig.tell("spawn 1 read x");
  CHECK(rig.tell("ask-much 30") == "ok");
  CHECK(rig.becomes("failed", "30"));
  CHECK(rig.tell("ask-much 150 for-ever") == "no answer");
  CHECK(rig.becomes("start", "2 hung"));
  CHECK(rig.tell("panes") == "1:" + program + " ");
}

TEST_CASE("a server that has closed its end of the link for reading is replaced once somebody rings",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { options.still_limit = 50ms; });
  rig.start();
  const std::string program = rig.tell("spawn 1 read x");
  CHECK(rig.tell("stop-reading") == "0");
  kill(rig.keeper(), SIGUSR1);
  CHECK(test::wait_until([&] { return rig.ask("start").rfind("2 ", 0) == 0; }));
  CHECK(rig.tell("panes") == "1:" + program + " ");
}

TEST_CASE("while the daemon ends no program is started, and a server that dies then is not missed",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 60s; });
  rig.start();
  const std::string deaf = rig.tell("spawn 1 trap '' HUP; echo up; while :; do read x || sleep 0.1; done");
  REQUIRE(rig.tell("output 1") == "up");
  CHECK(rig.tell("ends-within 1") == "ok");                              // nothing ends yet: not heard
  CHECK(rig.tell("spawn 3 exit 0").find("error") == std::string::npos);  // behind it: it has been read
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.becomes("spawn 2 read x", fmt::format("error {} the daemon is ending", ESHUTDOWN)));
  CHECK(rig.tell("upgrade") == "ok");
  CHECK(test::wait_until([&] {
    return rig.file(rig.home().state() + "/notes").find("not upgraded: the daemon is ending") !=
           std::string::npos;
  }));
  const bool dies = GENERATE(true, false);
  if (dies) {
    const pid_t server = rig.server();
    kill(server, SIGKILL);
    REQUIRE(test::wait_until([&] { return !os::process_info(server); }));  // the keeper has reaped it
    kill(rig.keeper(), SIGTERM);                                           // its own grace is a minute
  } else {
    CHECK(rig.tell("ends-within 1") == "ok");
  }
  CHECK(rig.wait_end() == 0);
  CHECK_FALSE(alive(static_cast<pid_t>(std::stol(deaf))));
}

TEST_CASE("a daemon that is told to end while none of its servers lives hangs up on its programs itself",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 60s;
    options.longest_backoff = 60s;
  });
  rig.start();
  const std::string program = rig.tell("spawn 1 read x");
  rig.home().write("state/die", "");
  kill(rig.server(), SIGKILL);
  REQUIRE(test::wait_until([&] { return rig.file(rig.home().state() + "/notes") == "died\ndied\ndied\n"; }));
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK_FALSE(alive(static_cast<pid_t>(std::stol(program))));
}

TEST_CASE("a program that SIGKILL does not end holds the daemon's end up for seconds only",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) { options.grace = 10ms; });
  rig.start();
  const auto program = static_cast<pid_t>(std::stol(rig.tell("spawn 1 read x")));
  // A process that is traced ends for its parent when the tracer says so.
  if (ptrace(PTRACE_SEIZE, program, nullptr, nullptr) != 0) {
    WARN("SKIP a program that cannot be killed: ptrace: " << std::strerror(errno));
    return;
  }
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK(access(rig.socket().c_str(), F_OK) != 0);
  CHECK(test::status_of(program) > 1000);
}

TEST_CASE("a name that is taken, by a directory or as a lock, is an error of the start", "[keeper][faults]") {
  Rig rig;
  const std::string name = GENERATE("test", ".test.lock");
  REQUIRE(os::make_directories(rig.paths().socket_directory));
  REQUIRE(chmod(rig.paths().socket_directory.c_str(), 0700) == 0);
  REQUIRE(mkdir((rig.paths().socket_directory + "/" + name).c_str(), 0700) == 0);
  rig.start();
  CHECK(rig.wait_end() == (name == "test" ? 12 : 11));
}

TEST_CASE("a lock whose directory is gone each time is tried for, not for ever", "[keeper][faults]") {
  Rig rig;
  auto paths = rig.paths();
  paths.lock_name = "gone/.test.lock";
  const auto claim = keeper::claim_socket(paths, keeper::Probe::skip, test::kPatience);
  REQUIRE_FALSE(claim);
  CHECK(claim.error().text.find("keeps changing") != std::string::npos);
}

TEST_CASE("a lock that a starter keeps is waited for a moment at the end, and the socket left to it",
          "[keeper][faults]") {
  Rig rig;
  rig.start();
  REQUIRE_FALSE(rig.ask("pid").empty());
  auto directory = rig.paths().open_socket_directory(os::RuntimePaths::Create::no);
  REQUIRE(directory);
  auto lock = os::LockFile::open(directory->get(), rig.paths().lock_name);
  REQUIRE(lock);
  REQUIRE(lock->lock(os::LockFile::Part::starting, test::kPatience));
  kill(rig.keeper(), SIGTERM);
  CHECK(rig.wait_end() == 0);
  CHECK(access(rig.socket().c_str(), F_OK) == 0);
}

TEST_CASE("who asks a daemon whose servers fail is told that installed code can take over",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 1ms;
    options.longest_backoff = 4ms;
    options.upgrade_command = {"/opt/sess/bin/sessd"};
    options.refusal = [](const std::string& text) { return text; };
  });
  rig.start();
  REQUIRE(rig.tell("spawn 1 read x").find("error") == std::string::npos);
  rig.home().write("state/die", "");
  kill(rig.server(), SIGKILL);
  CHECK(test::wait_until(
      [&] { return rig.ask("pid").find("lets /opt/sess/bin/sessd take over") != std::string::npos; }));
}

TEST_CASE("who comes while there is no server and none is due is told, however many come at once",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 60s;
    options.longest_backoff = 60s;
    options.tell_after = 3;
    options.refusal = [](const std::string& text) { return text; };
  });
  rig.start();
  REQUIRE(rig.tell("spawn 1 read x").find("error") == std::string::npos);
  const std::string fault = rig.home().write("state/die", "");
  kill(rig.server(), SIGKILL);
  REQUIRE(
      test::wait_until([&] { return rig.ask("pid").rfind("the server does not come up: 3 in a", 0) == 0; }));
  // More than are answered in a turn.
  kill(rig.keeper(), SIGSTOP);
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 120; ++i) {
    auto client = os::connect_unix(rig.socket());
    REQUIRE(client);
    clients.push_back(std::move(*client));
  }
  kill(rig.keeper(), SIGCONT);
  std::size_t told = 0;
  for (const auto& client : clients) {
    if (!os::wait_readable(client.get(), test::kPatience)) break;
    told += os::read_all(client.get(), 1 << 20).value_or("").rfind("the server does not come up", 0) == 0;
  }
  CHECK(told == clients.size());
  CHECK(rig.file(rig.home().state() + "/notes") == "died\ndied\ndied\n");
}

TEST_CASE("a server is told everything where the system limits how many descriptors are under way",
          "[keeper][faults]") {
  const pid_t child = test::in_child([] {
    // Root may have as many under way as it likes.
    if (getuid() == 0 && setuid(65534) != 0) return 2;
    constexpr int kLimit = 32;
    constexpr int kSent = kLimit + 4;
    auto pair = os::open_socket_pair(SOCK_STREAM);
    auto loop = os::Loop::open();
    const rlimit few{kLimit, kLimit};
    if (!pair || !loop || setrlimit(RLIMIT_NOFILE, &few) != 0) return 3;
    Nobody owner;
    keeper::ServerLink server(std::move(pair->second));
    keeper::ServerProcess process(**loop, owner, os::Clock::real(), {test::kPatience, test::kPatience});
    process.started(getpid(), std::move(pair->first));
    for (int i = 0; i < kSent; ++i) {
      process.send(keeper::Listener{UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
    }
    int came = 0;
    const auto take = [&] {
      for (auto one = server.next(); one && one->has_value(); one = server.next()) ++came;
      if (came == kSent) (*loop)->stop();
    };
    take();
    if (came == kSent) return kNoLimit;
    os::FdWatch watch(**loop, server.fd(), [&](bool, bool) { take(); });
    watch.want(true, false);
    os::Timer end(**loop, [&] { (*loop)->stop(); });
    end.start(test::kPatience);
    (*loop)->run();
    return came == kSent ? 0 : 4;
  });
  const int status = test::status_of(child);
  if (status == kNoLimit) {
    WARN("SKIP descriptors under way: this system does not limit them");
    return;
  }
  CHECK(status == 0);
}

TEST_CASE("a server that cannot be told what it must know is ended, and its owner hears of it",
          "[keeper][faults]") {
  struct : keeper::ServerProcess::Owner {
    void on_message(keeper::ToKeeper /*message*/) override {}
    void on_server_died(keeper::Death death, std::chrono::nanoseconds /*lived*/) override { heard = death; }
    std::optional<keeper::Death> heard;
  } owner;
  auto pair = os::open_socket_pair(SOCK_STREAM);
  auto loop = os::Loop::open();
  REQUIRE((pair && loop));
  UniqueFd listener(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const pid_t child = test::in_child([] {
    pause();
    return 0;
  });
  keeper::ServerProcess process(**loop, owner, os::Clock::real(), {test::kPatience, test::kPatience});
  process.started(child, std::move(pair->first));
  // A copy goes to the server, and there is no descriptor for one.
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  test::limit_descriptors(getpid(), test::next_descriptor(getpid(), 0));
  process.send(keeper::Listener{std::move(listener)});
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(process.reaped(child, status));
  CHECK_FALSE(process.running());
  REQUIRE(owner.heard);
  CHECK(*owner.heard == keeper::Death{keeper::Death::Kind::signaled, SIGKILL});
}

TEST_CASE("a listener from which nobody can be accepted keeps no keeper from trying again and giving up",
          "[keeper][faults]") {
  Rig rig([](keeper::KeeperOptions& options) {
    options.first_backoff = 1ms;
    options.longest_backoff = 4ms;
    options.give_up_after = 20;
    options.refusal = [](const std::string& text) { return text; };
  });
  rig.home().write("state/die", "");
  auto pair = os::open_socket_pair(SOCK_STREAM);
  REQUIRE(pair);
  rig.start(std::move(pair->first));
  CHECK(rig.wait_end() == 1);
}
