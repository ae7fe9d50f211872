// The server of the keeper's tests: they command it over the daemon's real socket.
//
// It is written as the product's is: it takes what the link hands over, then waits in a loop on the listener
// and the link. One connection is one command line and its answer.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <sstream>

#include "keeper/link.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "os/memory/shared.hpp"
#include "os/programs/spawn.hpp"
#include "os/socket.hpp"
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
    } else if (auto* spawned = std::get_if<keeper::Spawned>(&message)) {
      take(*spawned);
    } else if (const auto* failed = std::get_if<keeper::SpawnFailed>(&message)) {
      failed_[failed->pane] = failed->text;
    } else if (const auto* refused = std::get_if<keeper::NotUpgraded>(&message)) {
      note("not upgraded: " + refused->text);
    } else if (std::holds_alternative<keeper::Stop>(message)) {
      note("stopping");
    } else if (auto* listener = std::get_if<keeper::Listener>(&message)) {
      on_client();
      listener_.reset();
      start_.listener = std::move(listener->listener);
      watch_listener();
    }
  }

  void take(keeper::Spawned& spawned) {
    auto& program = programs_[spawned.pane];
    program = keeper::Program{};
    program.pane = spawned.pane;
    program.pid = spawned.pid;
    program.master = std::move(spawned.master);
    program.journal = std::move(spawned.journal);
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
    if (word == "ask-spawn") return sent(link_.start_spawn(request_of(in)));
    if (word == "outcome") return outcome(in);
    if (word == "ask-much") return ask_much(in);
    if (word == "failed") return std::to_string(failed_.size());
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
    if (word == "upgrade") return sent(link_.send(keeper::Upgrade{}));
    if (word == "ends-within")
      return sent(link_.send(keeper::EndsWithin{std::chrono::milliseconds(number(in))}));
    if (word == "talk-nonsense") return std::to_string(::write(link_.fd(), "no message at all", 17));
    if (word == "stop-reading") return std::to_string(::shutdown(link_.fd(), SHUT_RD));
    if (word == "end") return sent(link_.send(keeper::End{}));
    if (word == "leave") return sent(link_.send(keeper::Leave{}));
    return "what?";
  }

  [[noreturn]] void pause_for_ever() {
    note("hangs");
    while (true) pause();
  }

  template <class T>
  static std::string sent(const Result<T>& result) {
    return result ? "ok" : result.error().text;
  }

  static int number(std::istringstream& in) {
    int out = 0;
    in >> out;
    return out;
  }

  keeper::Spawn request_of(std::istringstream& in) {
    keeper::Spawn request;
    in >> request.pane;
    std::string script;
    std::getline(in, script);
    if (script.rfind(" held:", 0) == 0) {
      request.held = true;
      script.erase(0, 6);
    }
    if (script.rfind(" input:", 0) == 0) {
      const auto end = script.find(' ', 1);
      request.input = script.substr(7, end - 7);
      script.erase(0, end);
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
    take(**answer);
    return std::to_string((*answer)->pid);
  }

  /// Of a start that was asked for and not waited for.
  std::string outcome(std::istringstream& in) {
    const auto pane = static_cast<keeper::PaneNumber>(number(in));
    if (const auto failed = failed_.find(pane); failed != failed_.end()) return "failed: " + failed->second;
    const auto program = programs_.find(pane);
    return program == programs_.end() ? "not yet" : std::to_string(program->second.pid);
  }

  /// Waits until the socket has taken what was asked for.
  void send_all() {
    while (link_.unsent() && link_.flush()) {
      pollfd ready{link_.fd(), POLLOUT, 0};
      (void)poll(&ready, 1, 100);
    }
  }

  /// Asks for so many programs whose refusals are long, and reads none meanwhile; "for ever": nor later.
  std::string ask_much(std::istringstream& in) {
    keeper::Spawn request;
    request.argv = {std::string(100'000, 'x'), std::string(1, '\0')};
    const int count = number(in);
    std::string then;
    in >> then;
    for (int i = 0; i < count; ++i) {
      request.pane = static_cast<keeper::PaneNumber>(1000 + i);
      (void)link_.start_spawn(request);
      send_all();
    }
    if (then == "for-ever") pause_for_ever();
    return "ok";
  }

  /// Asks for panes 1 to 20, far more bytes than the keeper reads at once, and dies before it takes an
  /// answer. A keeper that has not been scheduled leaves part of them with this process, where they would be
  /// lost.
  std::string late_spawn(std::istringstream& in) {
    auto request = request_of(in);
    request.env.push_back("LARGE=" + std::string(8000, 'x'));
    for (request.pane = 1; request.pane <= 20; ++request.pane) (void)link_.start_spawn(request);
    send_all();
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
  std::map<keeper::PaneNumber, std::string> failed_;
  std::unique_ptr<os::FdWatch> listener_;
  bool ready_ = false;
  int status_ = 0;
};

inline int small_server(keeper::ServerLink link) {
  return SmallServer(std::move(link)).run();
}

}  // namespace sess::test
