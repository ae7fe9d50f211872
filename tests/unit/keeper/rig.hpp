// A keeper in a process of its own, with a small server (small_server.hpp) that tests command over the
// daemon's real socket. rig.hpp is for the keeper's tests.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "keeper/keeper.hpp"
#include "os/descriptor.hpp"
#include "os/directory.hpp"
#include "os/programs/process.hpp"
#include "os/signals.hpp"
#include "os/socket.hpp"
#include "small_server.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/wait.hpp"

namespace sess::test {

/// Connects (waiting for the socket to appear), sends a command and reads the answer. Nothing when the
/// connection broke, as it does when the server died.
inline std::optional<std::string> ask(const std::string& path, const std::string& line) {
  Result<UniqueFd> socket = UniqueFd();
  const bool connected = wait_until([&] { return (socket = os::connect_unix(path)).has_value(); });
  if (!connected) return std::nullopt;
  // Who refuses does not wait for the question, and its answer is there nevertheless.
  (void)::send(socket->get(), (line + "\n").c_str(), line.size() + 1, MSG_NOSIGNAL);
  auto answer = os::read_all(socket->get(), 1 << 20);
  if (!answer || answer->empty()) return std::nullopt;
  return *answer;
}

/// Runs `body` in a forked child that has none of the test program's signal handlers and does not outlive it.
inline pid_t in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  os::reset_signal_dispositions();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  _exit(body());
}

/// Waits for a child; -1 when it does not end in time. A signal shows as 1000 + signo.
inline int status_of(pid_t child) {
  int status = 0;
  pid_t got = 0;
  if (!wait_until([&] { return (got = waitpid(child, &status, WNOHANG)) != 0; }) || got != child) return -1;
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

class Rig {
 public:
  using Change = std::function<void(keeper::KeeperOptions&)>;

  explicit Rig(const Change& change = {}) {
    paths_.name = "test";
    paths_.socket_directory = home_.runtime() + "/sess";
    paths_.socket_name = "test";
    paths_.lock_name = ".test.lock";
    paths_.state_directory = home_.state();
    paths_.config_directory = home_.config();
    options_.paths = paths_;
    options_.server_main = &small_server;
    options_.config_files = {"/etc/example.conf"};
    if (change) change(options_);
    REQUIRE(os::make_directories(home_.state()));
  }

  ~Rig() {
    if (keeper_ <= 0) return;
    ::kill(keeper_, SIGTERM);
    ::kill(keeper_, SIGTERM);
    if (status_of(keeper_) < 0) ::kill(keeper_, SIGKILL);
  }

  Rig& start(UniqueFd inherited = {}) {
    inherited_ = std::move(inherited);
    keeper_ = in_child([this] { return run(); });
    return *this;
  }

  /// What a starter does: 10 when a daemon was there already.
  int run() {
    auto claim = keeper::claim_socket(paths_, keeper::Probe::connect, kPatience);
    if (!claim) return 11;
    if (!claim->has_value()) return 10;
    umask(077);
    auto made = keeper::Keeper::open(std::move(options_), std::move(**claim), std::move(inherited_));
    if (!made) return 12;
    return (*made)->run();
  }

  /// Asks until there is an answer: commands that may meet a dying server and are harmless twice.
  std::string ask(const std::string& line) {
    std::optional<std::string> answer;
    wait_until([&] { return (answer = test::ask(socket(), line)).has_value(); });
    return answer.value_or("no answer");
  }
  /// Asks once.
  std::string tell(const std::string& line) { return test::ask(socket(), line).value_or("no answer"); }
  pid_t server() { return static_cast<pid_t>(std::stol(ask("pid"))); }
  bool becomes(const std::string& line, const std::string& answer) {
    return wait_until([&] { return test::ask(socket(), line) == answer; });
  }

  [[nodiscard]] std::string socket() const { return paths_.socket_path(); }
  [[nodiscard]] pid_t keeper() const { return keeper_; }
  [[nodiscard]] const TempHome& home() const { return home_; }
  [[nodiscard]] const os::RuntimePaths& paths() const { return paths_; }
  [[nodiscard]] keeper::KeeperOptions& options() { return options_; }
  /// Its exit status; the rig has nothing to end then.
  int wait_end() {
    const int status = status_of(keeper_);
    if (status >= 0) keeper_ = -1;
    return status;
  }
  [[nodiscard]] std::string file(const std::string& path) const {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? os::read_all(fd.get(), 1 << 20).value() : "";
  }

 private:
  TempHome home_;
  os::RuntimePaths paths_;
  keeper::KeeperOptions options_;
  UniqueFd inherited_;
  pid_t keeper_ = -1;
};

/// A program that stands before its exec until its input, a FIFO, has a writer.
class HeldUp {
 public:
  HeldUp(Rig& rig, int pane, const std::string& script, const std::string& held = "")
      : path_(fmt::format("{}/fifo{}", rig.home().root(), pane)) {
    REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
    REQUIRE(rig.tell(fmt::format("ask-spawn {} {}input:{} {}", pane, held, path_, script)) == "ok");
  }
  void go_on() {
    REQUIRE(wait_until([&] {
      writer_ = UniqueFd(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
      return static_cast<bool>(writer_);
    }));
  }

 private:
  std::string path_;
  UniqueFd writer_;
};

/// The program with a holder that is held up, and the holder, once both are where they stay until it goes on.
/// What it had to say by then the keeper has read before it answers the next spawn.
inline std::pair<pid_t, pid_t> held_up_program(const Rig& rig) {
  const auto file = [](pid_t pid, int fd) {
    char name[100] = {};
    (void)!readlink(fmt::format("/proc/{}/fd/{}", pid, fd).c_str(), name, sizeof name - 1);
    return std::string(name);
  };
  std::pair<pid_t, pid_t> found{-1, -1};
  REQUIRE(wait_until([&] {
    for (const auto& one : os::all_processes()) {
      const auto holder = os::process_info(one.parent);
      if (one.name != "sessd: keeper" || !holder || holder->parent != rig.keeper()) continue;
      // It has told its number before it takes its terminal for its output.
      if (file(one.pid, 1) != file(rig.keeper(), 1)) found = {one.pid, holder->pid};
    }
    return found.first > 0;
  }));
  return found;
}

inline void limit_descriptors(pid_t pid, rlim_t soft) {
  rlimit limit{};
  REQUIRE(prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) == 0);
  limit.rlim_cur = std::min(soft, limit.rlim_max);
  REQUIRE(prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

/// The number that the next descriptor of a process gets, and those after it: `count` more are skipped.
inline rlim_t next_descriptor(pid_t pid, int count = 0) {
  for (rlim_t fd = 0;; ++fd) {
    if (access(fmt::format("/proc/{}/fd/{}", pid, fd).c_str(), F_OK) != 0 && count-- == 0) return fd;
  }
}

/// Whether a process exists and has not ended: who reaps it, and when, is not this test's business.
inline bool alive(pid_t pid) {
  const auto info = os::process_info(pid);
  return info && info->state != 'Z' && info->state != 'X';
}

/// Living processes of a session.
inline std::size_t members(pid_t session) {
  std::size_t count = 0;
  for (const auto& one : os::session_processes(session)) count += alive(one.pid);
  return count;
}

}  // namespace sess::test
