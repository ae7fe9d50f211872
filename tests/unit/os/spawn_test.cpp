#include "os/programs/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "os/descriptor.hpp"
#include "os/programs/holder.hpp"
#include "os/programs/process.hpp"
#include "os/signals.hpp"
#include "os/terminal.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/spawned.hpp"
#include "support/wait.hpp"

using namespace sess;

namespace {

/// Everything the program writes until it closes its terminal, without carriage returns.
std::string output_of(int master) {
  std::string out;
  while (test::wait_readable(master)) {
    char block[4096];
    const ssize_t n = read(master, block, sizeof block);
    if (n < 0 && errno == EAGAIN) continue;
    if (n <= 0) break;
    for (const char c : std::string(block, static_cast<std::size_t>(n))) {
      if (c != '\r') out += c;
    }
  }
  return out;
}

int wait_for(pid_t pid) {
  int status = -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

os::SpawnRequest shell(const test::TempHome& home, const std::string& script) {
  os::SpawnRequest request;
  request.argv = {"sh", "-c", script};
  request.env = home.env();
  request.cwd = home.root();
  request.size = {30, 100};
  return request;
}

std::string run(const os::SpawnRequest& request) {
  auto spawned = test::spawn_on_pty(request);
  INFO((spawned ? "" : spawned.error().text));
  REQUIRE(spawned);
  std::string out = output_of(spawned->master.get());
  CHECK(WIFEXITED(wait_for(spawned->pid)));
  return out;
}

}  // namespace

TEST_CASE("a program runs on its own terminal with the size, directory, arguments and status it should have",
          "[os][spawn]") {
  const test::TempHome home;
  auto spawned = test::spawn_on_pty(shell(home, "stty size; tty; pwd -P; echo $0 $HOME; exit 7"));
  REQUIRE(spawned);
  const std::string out = output_of(spawned->master.get());
  CHECK(out == "30 100\n" + spawned->tty + "\n" + home.root() + "\nsh " + home.home() + "\n");
  CHECK(spawned->note.empty());
  const int status = wait_for(spawned->pid);
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a program leads a session whose controlling terminal is the new one", "[os][spawn]") {
  const test::TempHome home;
  auto spawned = test::spawn_on_pty(shell(home, "read line < /dev/tty; echo got $line"));
  REQUIRE(spawned);
  const auto info = os::process_info(spawned->pid);
  REQUIRE(info);
  CHECK(info->session == spawned->pid);
  CHECK(info->group == spawned->pid);
  CHECK(os::foreground_group(spawned->master.get()) == spawned->pid);
  REQUIRE(write(spawned->master.get(), "abc\n", 4) == 4);
  CHECK(output_of(spawned->master.get()) == "abc\ngot abc\n");
  wait_for(spawned->pid);
}

TEST_CASE("a program has no descriptors but 0, 1 and 2, even ones that are not close-on-exec",
          "[os][spawn]") {
  const test::TempHome home;
  const UniqueFd leaky(open("/dev/null", O_RDONLY));
  const UniqueFd high(fcntl(leaky.get(), F_DUPFD, 200));
  REQUIRE(high);
  os::SpawnRequest request = shell(home, "");
  request.argv = {"ls", "-1", "/proc/self/fd"};
  CHECK(run(request) == "0\n1\n2\n3\n");  // 3 is what ls itself reads the directory with
}

TEST_CASE("a program has default signals and an empty mask, whatever this process ignores and blocks",
          "[os][spawn]") {
  const test::TempHome home;
  os::ignore_signal(SIGPIPE);
  os::ignore_signal(SIGXFSZ);
  const os::SignalBlock blocked;
  os::SpawnRequest request = shell(home, "");
  request.argv = {"sed", "-nE", "/^Sig(Blk|Ign|Cgt)/p", "/proc/self/status"};
  const std::string none = ":\t0000000000000000\n";
  CHECK(run(request) == "SigBlk" + none + "SigIgn" + none + "SigCgt" + none);
}

TEST_CASE("a program gets the umask that was asked for and the descriptor limit from before it was raised",
          "[os][spawn]") {
  const test::TempHome home;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 123;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  os::raise_descriptor_limit();
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == before.rlim_max);
  auto request = shell(home, "umask; ulimit -n");
  request.umask = 027;
  CHECK(run(request) == "0027\n123\n");
  os::set_original_descriptor_limit(before);
}

TEST_CASE("a program that cannot be executed is an error with exec's errno and its name", "[os][spawn]") {
  const test::TempHome home;
  auto request = shell(home, "");
  request.argv = {"no-such-program-anywhere"};
  auto missing = test::spawn_on_pty(request);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sys_errno == ENOENT);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().text.find("no-such-program-anywhere") != std::string::npos);

  request.argv = {home.write("bin/not-executable", "#!/bin/sh\n")};
  auto refused = test::spawn_on_pty(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().sys_errno == EACCES);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // failed children are reaped

  request.argv = {std::string("a\0b", 3)};
  CHECK_FALSE(test::spawn_on_pty(request));
  request.argv = {};
  CHECK_FALSE(test::spawn_on_pty(request));
  request.argv = {"sh", std::string(3 << 20, 'x')};
  auto large = test::spawn_on_pty(request);
  REQUIRE_FALSE(large);
  CHECK(large.error().sys_errno == E2BIG);
}

TEST_CASE("PATH is the program's own: later directories, unreadable ones and scripts without #! work",
          "[os][spawn]") {
  const test::TempHome home;
  const std::string script = home.write("later/tool", "echo tool $1\n");
  REQUIRE(chmod(script.c_str(), 0755) == 0);
  home.write("file", "");
  auto request = shell(home, "");
  request.argv = {"tool", "arg"};
  for (auto& one : request.env) {
    if (one.rfind("PATH=", 0) == 0) {
      one = "PATH=" + home.root() + "/nowhere:" + home.root() + "/file:" + home.root() + "/later:/bin";
    }
  }
  CHECK(run(request) == "tool arg\n");
}

TEST_CASE("a directory that cannot be entered becomes HOME, then /, and a note says so", "[os][spawn]") {
  const test::TempHome home;
  auto request = shell(home, "pwd -P");
  request.cwd = home.root() + "/gone";
  auto spawned = test::spawn_on_pty(request);
  REQUIRE(spawned);
  CHECK(output_of(spawned->master.get()) == home.home() + "\n");
  CHECK(spawned->note.find(home.root() + "/gone") != std::string::npos);
  wait_for(spawned->pid);
  request.env = {"HOME=/does/not/exist", "PATH=/usr/bin:/bin"};
  CHECK(run(request) == "/\n");
}

TEST_CASE("argv[0] can differ from the program, as login shells want it", "[os][spawn]") {
  const test::TempHome home;
  auto request = shell(home, "echo $0; read x");
  request.argv = {"/bin/sh"};
  request.argv0 = "-sh";
  auto spawned = test::spawn_on_pty(request);
  REQUIRE(spawned);
  CHECK(test::wait_until([&] { return !os::process_arguments(spawned->pid).empty(); }));
  CHECK(os::process_arguments(spawned->pid)[0] == "-sh");
  CHECK(os::process_name(spawned->pid) == "sh");
  kill(spawned->pid, SIGKILL);
  wait_for(spawned->pid);
}

TEST_CASE("a signal that reaches the child before exec is not taken for the parent's", "[os][spawn]") {
  // What went wrong elsewhere: the child still had the parent's handler, which wrote into the parent's pipe.
  static volatile sig_atomic_t handled = 0;
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { handled = 1; };
  sigaction(SIGTERM, &action, &before);
  const test::TempHome home;
  for (int i = 0; i < 20; ++i) {
    auto pending = os::start_spawn_on_pty(shell(home, "read x"));
    REQUIRE(pending);
    kill(pending->pid(), SIGTERM);
    (void)pending->finish();
    const int status = wait_for(pending->pid());
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
  }
  CHECK(handled == 0);
  sigaction(SIGTERM, &before, nullptr);
}

TEST_CASE("a helper gets the three descriptors it was given, in any arrangement", "[os][spawn]") {
  const test::TempHome home;
  auto in = os::open_pipe();
  auto out = os::open_pipe();
  REQUIRE(in);
  REQUIRE(out);
  auto spawned =
      os::spawn(shell(home, "cat; echo err >&2"), in->read.get(), out->write.get(), out->write.get());
  REQUIRE(spawned);
  CHECK(spawned->master.get() == -1);
  in->read.reset();
  out->write.reset();
  REQUIRE(os::write_all(in->write.get(), "input\n"));
  in->write.reset();
  CHECK(os::read_all(out->read.get(), 100).value() == "input\nerr\n");
  CHECK(wait_for(spawned->pid) == 0);
  auto silent = os::spawn(shell(home, "read x; test -z \"$x\""), -1, -1, -1);
  REQUIRE(silent);
  CHECK(wait_for(silent->pid) == 0);
}

TEST_CASE("a held program's end is told at once, and its holder ends when nothing is left", "[os][spawn]") {
  const test::TempHome home;
  auto request = shell(home, "(trap '' HUP; setsid sleep 600) & sleep 600 & tty; exit 3");
  request.held = true;
  auto spawned = test::spawn_on_pty(request);
  REQUIRE(spawned);
  REQUIRE(spawned->holder > 0);
  REQUIRE(test::wait_readable(spawned->held_end.get()));
  const auto end = os::read_held_end(spawned->held_end.get());
  REQUIRE(end);
  CHECK(WEXITSTATUS(end->wait_status) == 3);
  CHECK(end->left);
  // What is in the session and what left it; the session's leader lives, so nobody was hung up.
  REQUIRE(test::wait_until([&] { return os::held_processes(spawned->holder).size() >= 2; }));
  CHECK(waitpid(spawned->holder, nullptr, WNOHANG) == 0);
  CHECK(os::signal_held({{spawned->holder, -1}}, {SIGKILL}) >= 2);
  CHECK(WIFEXITED(wait_for(spawned->holder)));
}

TEST_CASE("what is left of a held program whose holder was killed is found in its session and below it",
          "[os][spawn]") {
  const test::TempHome home;
  // One is the session's, one has a session of its own, one is the child of another that lives.
  auto request =
      shell(home, "trap '' HUP; sleep 600 & setsid sleep 600 & setsid sh -c 'sleep 600; :' & wait");
  request.held = true;
  auto spawned = test::spawn_on_pty(request);
  REQUIRE(spawned);
  std::vector<os::ProcessInfo> held;
  REQUIRE(test::wait_until([&] {
    held = os::held_processes(spawned->holder);
    return std::count_if(held.begin(), held.end(), [](const auto& one) { return one.name == "sleep"; }) == 3;
  }));
  CHECK(held.size() == 5);
  REQUIRE(kill(spawned->holder, SIGKILL) == 0);
  REQUIRE(WIFSIGNALED(wait_for(spawned->holder)));
  // A shell whose children were killed first may have ended by itself.
  CHECK(os::signal_orphans(spawned->holder, spawned->pid, false, {SIGKILL}) >= 3);
  for (const auto& one : held) {
    CHECK(test::wait_until([&] {
      const auto now = os::process_info(one.pid);
      return !now || now->state == 'Z' || now->started_after_boot != one.started_after_boot;
    }));
  }
}

TEST_CASE("a held program that cannot be executed is an error as any other", "[os][spawn]") {
  const test::TempHome home;
  auto request = shell(home, "");
  request.argv = {"no-such-program"};
  request.held = true;
  const auto spawned = test::spawn_on_pty(request);
  REQUIRE_FALSE(spawned);
  CHECK(spawned.error().sys_errno == ENOENT);
}

TEST_CASE("resizing a terminal tells its program and clamps nonsense", "[os][pty]") {
  auto pty = os::open_pty({24, 80});
  REQUIRE(pty);
  REQUIRE(os::resize_pty(pty->master.get(), {50, 132}, {1320, 1000}));
  const auto size = os::terminal_size(pty->slave.get());
  REQUIRE(size);
  CHECK(size->cells == Size{50, 132});
  CHECK(size->pixels.width == 1320);
  REQUIRE(os::resize_pty(pty->master.get(), {0, 65535}));
  CHECK(os::terminal_size(pty->slave.get()).value().cells == Size{1, kMaxSide});
  CHECK_FALSE(os::terminal_size(-1));
  CHECK((fcntl(pty->master.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(pty->slave.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a terminal in raw mode is given back as it was found", "[os][terminal]") {
  auto pty = os::open_pty({24, 80});
  REQUIRE(pty);
  termios before{};
  tcgetattr(pty->slave.get(), &before);
  {
    auto guard = os::TerminalGuard::open(pty->slave.get());
    REQUIRE(guard);
    REQUIRE(guard->enter_raw());
    termios raw{};
    tcgetattr(pty->slave.get(), &raw);
    CHECK((raw.c_lflag & (ECHO | ICANON | ISIG)) == 0);
    CHECK((raw.c_oflag & OPOST) == 0);
    os::TerminalGuard moved = std::move(*guard);
    CHECK(moved.raw());
    CHECK_FALSE(guard->raw());
  }
  termios after{};
  tcgetattr(pty->slave.get(), &after);
  CHECK(after.c_lflag == before.c_lflag);
  CHECK(after.c_oflag == before.c_oflag);
  auto pipe = os::open_pipe();
  CHECK_FALSE(os::TerminalGuard::open(pipe->read.get()));
}
