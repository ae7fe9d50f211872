// A keeper in a process of its own, with a small server that tests command over the daemon's real socket.
//
// The server is written as the product's is: it takes what the link hands over, then waits in a loop on the
// listener and the link. One connection is one command line and its answer. rig.hpp is for the keeper's
// tests.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <sstream>

#include "keeper/keeper.hpp"
#include "os/descriptor.hpp"
#include "os/directory.hpp"
#include "os/loop.hpp"
#include "os/memory/shared.hpp"
#include "os/programs/process.hpp"
#include "os/programs/spawn.hpp"
#include "os/signals.hpp"
#include "os/socket.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/wait.hpp"

namespace sess::test {

class SmallServer {
 public:
  explicit SmallServer(keeper::ServerLink link)
      : loop_(std::move(*os::Loop::open())), link_(std::move(link)) {}

  int run() {
    while (!ready_) take(std::move(*link_.receive()));
    if (fcntl(start_.model.get(), F_GETFD) < 0) return 90;
    // A fault that the test planted: die at once, as often as it says.
    if (access((start_.state_directory + "/die").c_str(), F_OK) == 0) {
      note("died");
      abort();
    }
    watch_listener();
    os::FdWatch link_watch(*loop_, link_.fd(), [this](bool, bool) { on_link(); });
    link_watch.want(true, false);
    loop_->at_turn_end([this] {
      while (link_.has_queued()) take(std::move(*link_.receive()));
    });
    loop_->run();
    return status_;
  }

 private:
  void watch_listener() {
    listener_ =
        std::make_unique<os::FdWatch>(*loop_, start_.listener.get(), [this](bool, bool) { on_client(); });
    listener_->want(true, false);
  }

  void on_link() {
    while (true) {
      auto message = link_.next();
      if (!message) return end(0);  // the keeper is gone, or it ended the link after Stop
      if (!message->has_value()) return;
      take(std::move(**message));
    }
  }

  void end(int status) {
    status_ = status;
    loop_->stop();
  }

  void take(keeper::ToServer message) {
    if (auto* start = std::get_if<keeper::Start>(&message)) {
      start_ = std::move(*start);
    } else if (auto* program = std::get_if<keeper::Program>(&message)) {
      programs_[program->pane] = std::move(*program);
    } else if (std::holds_alternative<keeper::Ready>(message)) {
      ready_ = true;
    } else if (auto* exited = std::get_if<keeper::Exited>(&message)) {
      auto& known = programs_[exited->pane];
      if (known.pid == exited->pid) {
        known.exited = true;
        known.wait_status = exited->wait_status;
        known.usage = exited->usage;
      }
    } else if (const auto* ping = std::get_if<keeper::Ping>(&message)) {
      (void)link_.send(keeper::Pong{ping->serial});
    } else if (std::holds_alternative<keeper::Stop>(message)) {
      note("stopping");
    } else if (auto* listener = std::get_if<keeper::Listener>(&message)) {
      on_client();
      listener_.reset();
      start_.listener = std::move(listener->listener);
      watch_listener();
    }
  }

  /// Something to be seen after this process is gone.
  void note(const std::string& text) {
    UniqueFd file(open((start_.state_directory + "/notes").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    (void)os::write_all(file.get(), text + "\n");
  }

  void on_client() {
    while (true) {
      auto client = os::accept_connection(start_.listener.get());
      if (!client || !client->has_value()) return;
      std::string line;
      char c = 0;
      while (os::wait_readable((*client)->get(), kPatience) && read((*client)->get(), &c, 1) == 1 &&
             c != '\n') {
        line += c;
      }
      const std::string answer = command(line);
      (void)os::write_all((*client)->get(), answer);
    }
  }

  std::string command(const std::string& line) {
    std::istringstream in(line);
    std::string word;
    in >> word;
    if (word == "pid") return std::to_string(getpid());
    if (word == "start") return std::to_string(start_.start_count) + " " + keeper::to_text(start_.previous);
    if (word == "spawn" || word == "respawn") return spawn(in, word == "respawn");
    if (word == "late-spawn") return late_spawn(in);
    if (word == "panes") return panes();
    if (word == "output") return output(in);
    if (word == "mark") return mark(in);
    if (word == "model") return model(in);
    if (word == "signal") return signal(in);
    if (word == "hang-up") return hang_up();
    if (word == "forget") return forget(in);
    if (word == "hang") pause_for_ever();
    if (word == "abort") abort();
    if (word == "exit") {
      int status = 0;
      in >> status;
      _exit(status);
    }
    if (word == "end") return sent(link_.send(keeper::End{}));
    if (word == "leave") return sent(link_.send(keeper::Leave{}));
    return "what?";
  }

  [[noreturn]] static void pause_for_ever() {
    while (true) pause();
  }

  static std::string sent(const Result<>& result) { return result ? "ok" : result.error().text; }

  keeper::Spawn request_of(std::istringstream& in) {
    keeper::Spawn request;
    in >> request.pane;
    std::string script;
    std::getline(in, script);
    if (script.rfind(" held:", 0) == 0) {
      request.held = true;
      script.erase(0, 6);
    }
    request.argv = {"/bin/sh", "-c", script};
    if (script.rfind(" exec:", 0) == 0 || script.rfind("exec:", 0) == 0)
      request.argv = {script.substr(script.find(':') + 1)};
    request.env = os::current_environment();
    request.cwd = "/";
    request.size = {24, 80};
    return request;
  }

  std::string spawn(std::istringstream& in, bool keep_journal) {
    auto request = request_of(in);
    request.keep_journal = keep_journal;
    const auto number = link_.start_spawn(request);
    if (!number) return "error " + number.error().text;
    auto answer = link_.await_spawn(*number, kPatience);
    if (!answer) return "error " + std::to_string(answer.error().sys_errno) + " " + answer.error().text;
    if (!*answer) return "error no answer";
    auto& spawned = *answer;
    auto& program = programs_[request.pane];
    program = keeper::Program{};
    program.pane = request.pane;
    program.pid = spawned->pid;
    program.master = std::move(spawned->master);
    program.journal = std::move(spawned->journal);
    return std::to_string(program.pid);
  }

  /// Asks for panes 1 to 20, far more bytes than the keeper reads at once, and dies before any answer.
  std::string late_spawn(std::istringstream& in) {
    auto request = request_of(in);
    request.env.push_back("LARGE=" + std::string(8000, 'x'));
    for (request.pane = 1; request.pane <= 20; ++request.pane) (void)link_.start_spawn(request);
    kill(getpid(), SIGKILL);
    return {};
  }

  std::string panes() {
    std::ostringstream out;
    for (const auto& [pane, program] : programs_) {
      out << pane << ":" << program.pid;
      if (program.exited) out << ":" << program.wait_status;
      out << " ";
    }
    return out.str();
  }

  keeper::Program& pane_of(std::istringstream& in) {
    keeper::PaneNumber pane = 0;
    in >> pane;
    return programs_[pane];
  }

  /// Waits for a line of output.
  std::string output(std::istringstream& in) {
    const int master = pane_of(in).master.get();
    std::string out;
    char c = 0;
    while (os::wait_readable(master, kPatience)) {
      if (read(master, &c, 1) != 1 || c == '\n') break;
      if (c != '\r') out += c;
    }
    return out;
  }

  /// Writes a word into the pane's journal and says what was there before.
  std::string mark(std::istringstream& in) {
    auto& program = pane_of(in);
    std::string word;
    in >> word;
    return exchange(program.journal.get(), word);
  }
  std::string model(std::istringstream& in) {
    std::string word;
    in >> word;
    return exchange(start_.model.get(), word);
  }
  static std::string exchange(int fd, const std::string& word) {
    auto copy = os::duplicate(fd);
    auto memory = os::SharedMemory::adopt(std::move(*copy));
    if (!memory) return memory.error().text;
    const bool fresh = memory->size() == 0;
    (void)memory->grow(4096);
    auto mapping = memory->map(0, 4096);
    const std::string before = fresh ? "fresh" : reinterpret_cast<const char*>(mapping->data());
    word.copy(reinterpret_cast<char*>(mapping->data()), 100);
    return before;
  }

  std::string signal(std::istringstream& in) {
    keeper::Signal request;
    int whom = 0;
    in >> request.pane >> request.signo >> whom;
    request.whom = static_cast<keeper::Signal::Whom>(whom);
    return sent(link_.send(request));
  }

  /// What closing every pane sends.
  std::string hang_up() {
    for (const auto& [pane, program] : programs_) {
      for (const int signo : {SIGHUP, SIGCONT}) {
        if (auto sent = link_.send(keeper::Signal{pane, signo, keeper::Signal::Whom::session}); !sent)
          return sent.error().text;
      }
    }
    return "ok";
  }

  std::string forget(std::istringstream& in) {
    keeper::Forget request;
    in >> request.pane;
    programs_.erase(request.pane);
    return sent(link_.send(request));
  }

  std::unique_ptr<os::Loop> loop_;
  keeper::ServerLink link_;
  keeper::Start start_;
  std::map<keeper::PaneNumber, keeper::Program> programs_;
  std::unique_ptr<os::FdWatch> listener_;
  bool ready_ = false;
  int status_ = 0;
};

inline int small_server(keeper::ServerLink link) {
  return SmallServer(std::move(link)).run();
}

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

  Rig& start() {
    keeper_ = in_child([this] { return run(); });
    return *this;
  }

  /// What a starter does: 10 when a daemon was there already.
  int run() {
    auto claim = keeper::claim_socket(paths_, keeper::Probe::connect, kPatience);
    if (!claim) return 11;
    if (!claim->has_value()) return 10;
    umask(077);
    auto made = keeper::Keeper::open(std::move(options_), std::move(**claim));
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
  pid_t keeper_ = -1;
};

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
