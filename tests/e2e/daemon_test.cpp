// The daemon as a process: how it starts, what it leaves behind, how it ends.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

bool exists(const std::string& path) {
  struct stat unused {};
  return ::lstat(path.c_str(), &unused) == 0;
}

bool alive(pid_t pid) {
  return !status_field(pid, "State").empty() && status_field(pid, "State").front() != 'Z';
}

pid_t pane_pid(const Rig& rig, const std::string& target) {
  return std::stoi(rig.ask({"display-message", "-p", "-t", target, "#{pane_pid}"}));
}

std::string voluntary_switches(pid_t pid) {
  return status_field(pid, "voluntary_ctxt_switches");
}

std::string session_of(pid_t pid) {
  // /proc/PID/stat: pid (comm) state ppid pgrp session; comm may hold blanks.
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream rest(stat.substr(stat.rfind(')') + 1));
  std::string state, parent, group, session;
  rest >> state >> parent >> group >> session;
  return session;
}

}  // namespace

TEST_CASE("fifty clients on a cold start make fifty sessions in one daemon", "[daemon]") {
  Rig rig;
  std::vector<std::thread> threads;
  std::array<Outcome, 50> outcomes;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    threads.emplace_back([&, i] {
      outcomes[i] = rig.sess({"new-session", "-d", "-s", "s" + std::to_string(i)});
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& outcome : outcomes) {
    INFO(outcome.err);
    CHECK(outcome.status.success());
  }
  CHECK(processes_named(rig.home(), "sessd: keeper").size() == 1);
  CHECK(processes_named(rig.home(), "sessd: server").size() == 1);
  CHECK(wait_until([&] { return processes_named(rig.home(), "sessd").empty(); }));
  CHECK(split_lines(rig.ask({"list-sessions", "-F", "#{session_name}"})).size() == 50);
}

TEST_CASE("the daemon has left its starter: parent, session, directory, umask, descriptors", "[daemon]") {
  Rig rig;
  const auto starter = rig.terminal({"new-session", "-d", "-s", "app"});
  REQUIRE(starter->wait_exit());
  for (const pid_t pid : {rig.keeper(), rig.server()}) {
    REQUIRE(pid > 0);
    const std::string proc = "/proc/" + std::to_string(pid);
    CHECK(fs::read_symlink(proc + "/cwd") == "/");
    CHECK(status_field(pid, "Umask") == "0077");
    for (const auto& entry : fs::directory_iterator(proc + "/fd")) {
      std::error_code gone;
      const std::string where = fs::read_symlink(entry.path(), gone);
      CHECK(where != starter->pty().tty());
      if (std::stoi(entry.path().filename()) < 3) CHECK(where == "/dev/null");
    }
  }
  CHECK(status_field(rig.keeper(), "PPid") == "1");
  CHECK(session_of(rig.keeper()) != std::to_string(starter->pty().pid()));
  CHECK(session_of(rig.keeper()) !=
        std::to_string(rig.keeper()));  // so that it can never get a terminal again
}

TEST_CASE(
    "a program starts with three descriptors, default signals, an empty mask and the client's directory",
    "[daemon]") {
  Rig rig;
  const auto where = rig.home().home() + "/deep";
  fs::create_directory(where);
  const auto made =
      run({Rig::bin("sess"), "new-session", "-d", "-s", "app", "-c", where, "exec sleep 1000"}, rig.env());
  REQUIRE(made.status.success());
  const pid_t pid = pane_pid(rig, "app");
  REQUIRE(wait_until([&] { return read_file("/proc/" + std::to_string(pid) + "/comm") == "sleep\n"; }));
  std::set<std::string> descriptors;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    descriptors.insert(entry.path().filename());
  }
  CHECK(descriptors == std::set<std::string>{"0", "1", "2"});
  CHECK(status_field(pid, "SigIgn") == "0000000000000000");
  CHECK(status_field(pid, "SigBlk") == "0000000000000000");
  CHECK(session_of(pid) == std::to_string(pid));
  CHECK(status_field(pid, "PPid") == std::to_string(rig.keeper()));
  CHECK(fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd") == where);
}

TEST_CASE("a program has the umask that its user has, not the daemon's", "[daemon]") {
  Rig rig;
  const mode_t before = ::umask(022);
  const auto made = rig.sess({"new-session", "-d", "-s", "app", "exec sleep 1000"});
  ::umask(before);
  REQUIRE(made.status.success());
  CHECK(status_field(pane_pid(rig, "app"), "Umask") == "0022");
}

TEST_CASE("SIGTERM hangs up every job, kills who stays after the grace, and takes the socket along",
          "[daemon]") {
  Rig rig;
  const auto root = rig.home().root();
  rig.ask({"new-session", "-d", "-s", "polite",
           "trap 'echo hup > " + root + "/polite; exit 0' HUP; while :; do sleep 0.1; done"});
  rig.ask({"new-session", "-d", "-s", "stubborn",
           "trap 'echo hup > " + root + "/stubborn' HUP; echo up; while :; do sleep 0.1; done"});
  REQUIRE(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "stubborn"}).starts_with("up"); }));
  const pid_t stubborn = pane_pid(rig, "stubborn");
  const pid_t polite = pane_pid(rig, "polite");
  const pid_t keeper = rig.keeper();
  ::kill(keeper, SIGTERM);
  CHECK(wait_until([&] { return read_file(root + "/polite") == "hup\n" && !alive(polite); }));
  CHECK(wait_until([&] { return read_file(root + "/stubborn") == "hup\n"; }));
  CHECK(alive(stubborn));  // has its grace
  CHECK(wait_until([&] { return !alive(keeper); }));
  CHECK_FALSE(alive(stubborn));
  CHECK_FALSE(exists(rig.socket()));
  CHECK(wait_until([&] { return rig.home().processes().empty(); }));
}

TEST_CASE("an attached client is told that the server exited and its terminal is itself again", "[daemon]") {
  Rig rig;
  const auto client =
      rig.terminal({"new-session", "-s", "app", "printf '\\033[?1000h\\033[?1049hfull'; exec sleep 1000"});
  REQUIRE(client->wait_for_text("full"));
  ::kill(rig.keeper(), SIGTERM);
  const auto status = client->wait_exit();
  REQUIRE(status);
  CHECK(client->shows("[server exited]"));
  CHECK(status->code() == 1);
  CHECK_FALSE(client->oracle().alternate());
  CHECK(client->oracle().mouse() == OracleMouse::none);
}

TEST_CASE("the daemon ends with its last session and removes its socket", "[daemon]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app"});
  const pid_t keeper = rig.keeper();
  REQUIRE(exists(rig.socket()));
  rig.ask({"kill-session", "-t", "app"});
  CHECK(wait_until([&] { return !alive(keeper) && !exists(rig.socket()); }));
}

TEST_CASE("a socket that is deleted is back within a second, with the same sessions behind it", "[daemon]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app"});
  ::unlink(rig.socket().c_str());
  CHECK(wait_until([&] { return exists(rig.socket()); }, Milliseconds(1000)));
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  // The daemon may put the socket back before the directory is empty.
  std::error_code error;
  REQUIRE(wait_until([&] {
    fs::remove_all(fs::path(rig.socket()).parent_path(), error);
    return !error;
  }));
  CHECK(wait_until([&] { return exists(rig.socket()); }, Milliseconds(1000)));
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(processes_named(rig.home(), "sessd: keeper").size() == 1);
}

TEST_CASE("a socket that a killed keeper left is no obstacle", "[daemon]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "old"});
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  ::kill(keeper, SIGKILL);
  CHECK(wait_until([&] { return !alive(keeper) && !alive(server); }));
  REQUIRE(exists(rig.socket()));
  rig.ask({"new-session", "-d", "-s", "new"});
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "new");
}

TEST_CASE("sessd --foreground stays, serves, and ends at SIGTERM with status 0", "[daemon]") {
  Rig rig;
  Pty daemon({Rig::bin("sessd"), "--foreground"}, rig.env());
  REQUIRE(wait_until([&] { return exists(rig.socket()); }));
  rig.ask({"new-session", "-d", "-s", "app"});
  CHECK(rig.keeper() == daemon.pid());
  daemon.signal(SIGTERM);
  const auto status = daemon.wait_exit();
  REQUIRE(status);
  CHECK(status->success());
  CHECK_FALSE(exists(rig.socket()));
}

TEST_CASE("a socket directory that others can enter, or that is no directory, is refused", "[daemon]") {
  Rig rig;
  const auto directory = fs::path(rig.socket()).parent_path();
  fs::create_directory(directory);
  ::chmod(directory.c_str(), 0777);
  auto outcome = rig.sess({"new-session", "-d"});
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.err.find(directory) != std::string::npos);
  CHECK(rig.keeper() == 0);
  fs::remove(directory);
  fs::create_directory(rig.home().root() + "/elsewhere");
  fs::create_directory_symlink(rig.home().root() + "/elsewhere", directory);
  outcome = rig.sess({"new-session", "-d"});
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.err.find(directory) != std::string::npos);
  CHECK(rig.keeper() == 0);
}

TEST_CASE("another user can connect neither with permissions nor, past them, with credentials", "[daemon]") {
  if (::geteuid() != 0) {
    std::puts("SKIP another user: only root can become somebody else");
    return;
  }
  Rig rig;
  const std::string open = rig.home().root() + "/open";
  fs::create_directory(open);
  ::chmod(rig.home().root().c_str(), 0755);
  ::chmod(open.c_str(), 0755);
  const std::string path = open + "/socket";
  REQUIRE(rig.sess({"-S", path, "new-session", "-d", "-s", "app"}).status.success());
  ::chmod(path.c_str(), 0777);  // what no careful user does
  const auto stranger = [&](const std::string& socket) {
    return run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Rig::bin("sess"), "-S", socket,
                "-N", "list-sessions"},
               rig.env());
  };
  const auto outcome = stranger(path);
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find(path) != std::string::npos);

  // A stranger with a client that asks nobody: the server itself must refuse.
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(9);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(8);
    char byte = 0;
    ::_exit(::read(fd, &byte, 1) == 0 ? 0 : 1);
  }
  ExitStatus status;
  REQUIRE(reap(child, status, kPatience));
  CHECK(status.code() == 0);
  CHECK(rig.sess({"-S", path, "kill-server"}).status.success());
}

TEST_CASE("an idle daemon with sessions, attached and not, never wakes", "[daemon]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "quiet", "exec sleep 1000"});
  const auto client = rig.terminal({"new-session", "-s", "seen", "echo here; exec sleep 1000"});
  REQUIRE(client->wait_for_text("here"));
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  // automatic-rename and the like look once more after output; then nothing is left to do.
  std::string before;
  REQUIRE(client->wait_until([&] {
    const auto now = voluntary_switches(server) + "/" + voluntary_switches(client->pty().pid());
    const bool still = now == before;
    before = now;
    const timespec second{1, 0};
    ::nanosleep(&second, nullptr);
    return still;
  }));
  const auto all = [&] {
    return voluntary_switches(keeper) + "/" + voluntary_switches(server) + "/" +
           voluntary_switches(client->pty().pid());
  };
  const auto then = all();
  const timespec span{2, 0};
  ::nanosleep(&span, nullptr);  // the fact is that nothing happens while time passes
  CHECK(all() == then);
}

TEST_CASE("a session that is asked for while the daemon ends is the next daemon's first", "[daemon]") {
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    const std::string name = "s" + std::to_string(i);
    // One that does not end by itself makes the daemon's end last.
    rig.ask({"new-session", "-d", "-s", name, i == 2 ? "trap '' HUP; read x" : "exec cat"});
    CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == name);
    rig.ask({"kill-server"});
  }
}
