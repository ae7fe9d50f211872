#include "bench/peer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "bench/proc.hpp"
#include "support/process.hpp"

namespace sess::bench {

namespace {

/// The first word with a digit in what a program says about itself.
std::string ask_version(const Argv& argv, const std::vector<std::string>& env) {
  const auto outcome = test::run(argv, env);
  std::string word;
  for (const char c : outcome.out + outcome.err + " ") {
    if (c != ' ' && c != '\n' && c != ',') {
      word += c;
    } else if (word.find_first_of("0123456789") != std::string::npos) {
      return word;
    } else {
      word.clear();
    }
  }
  return "?";
}

Argv join(Argv words, const Argv& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The program straight on our terminal: what a PTY carries with nothing in between.
class BarePty : public Peer {
 public:
  explicit BarePty(const std::string& bin) : Peer(bin) {}
  std::string name() const override { return "pty"; }
  std::string version() const override { return ""; }
  bool detaches() const override { return false; }
  bool emulates() const override { return false; }
  Argv start(const std::string&, const Argv& command) const override { return command; }
  Argv start_job(const std::string&, const Argv& command) const override {
    // What people without any of the others do.
    return join({"/bin/sh", "-c", "nohup \"$@\" >/dev/null 2>&1 </dev/null &", "sh"}, command);
  }
  Argv attach(const std::string&) const override { return {}; }
  void configure(std::size_t) override {}
  Terminal open(const std::string&, const Argv& command) const override { return Terminal(command, env()); }
};

class Tmux : public Peer {
 public:
  explicit Tmux(const std::string& bin) : Peer(bin) {}
  std::string name() const override { return "tmux"; }
  std::string version() const override { return "tmux " + ask_version({"tmux", "-V"}, env()); }
  Argv start(const std::string& session, const Argv& command) const override {
    return join(base({"new-session", "-d", "-x", "80", "-y", "24", "-s", session}), command);
  }
  Argv attach(const std::string& session) const override { return base({"attach-session", "-t", session}); }
  Argv list() const override { return base({"list-sessions"}); }
  Argv command(const Argv& words) const override { return base(words); }
  void configure(std::size_t history_lines) override {
    home().write("tmux.conf",
                 history_lines == 0 ? "" : "set -g history-limit " + std::to_string(history_lines) + "\n");
  }

 protected:
  std::map<std::string, std::string> variables() const override {
    return {{"TMUX_TMPDIR", home().temporary()}};
  }

 private:
  Argv base(const Argv& more) const {
    return join({"tmux", "-L", "bench", "-f", home().root() + "/tmux.conf"}, more);
  }
};

class Screen : public Peer {
 public:
  explicit Screen(const std::string& bin) : Peer(bin) {}
  std::string name() const override { return "screen"; }
  std::string version() const override { return "screen " + ask_version({"screen", "--version"}, env()); }
  bool one_daemon() const override { return false; }
  Argv start(const std::string& session, const Argv& command) const override {
    return join(base({"-d", "-m", "-S", session}), command);
  }
  Argv attach(const std::string& session) const override { return base({"-x", session}); }
  Argv list() const override { return {"screen", "-ls"}; }
  Status list_status() const override { return Status::any; }
  bool listens(const std::string& session) const override {
    return test::run(list(), env()).out.find("." + session + "\t") != std::string::npos;
  }
  void configure(std::size_t history_lines) override {
    home().write("screenrc",
                 "startup_message off\ndefutf8 on\n" +
                     (history_lines == 0 ? "" : "defscrollback " + std::to_string(history_lines) + "\n"));
  }

 protected:
  std::map<std::string, std::string> variables() const override {
    return {{"SCREENDIR", home().runtime()}, {"SYSSCREENRC", "/dev/null"}};
  }

 private:
  Argv base(const Argv& more) const {
    return join({"screen", "-U", "-c", home().root() + "/screenrc"}, more);
  }
};

class Dtach : public Peer {
 public:
  explicit Dtach(const std::string& bin) : Peer(bin) {}
  std::string name() const override { return "dtach"; }
  std::string version() const override { return "dtach " + ask_version({"dtach", "--version"}, env()); }
  bool emulates() const override { return false; }
  bool one_daemon() const override { return false; }
  Argv start(const std::string& session, const Argv& command) const override {
    return join({"dtach", "-n", socket(session), "-r", "winch"}, command);
  }
  Argv attach(const std::string& session) const override {
    return {"dtach", "-a", socket(session), "-E", "-z", "-r", "winch"};
  }
  void configure(std::size_t) override {}

 private:
  std::string socket(const std::string& session) const { return home().runtime() + "/" + session; }
};

/// Direct attach, or composed with a status line. `name` is "sess", or "old" for another build of it.
class Sess : public Peer {
 public:
  Sess(const std::string& bin, const char* name, bool composed)
      : Peer(bin), name_(name), composed_(composed) {}
  std::string name() const override { return composed_ ? name_ + "-composed" : name_; }
  std::string version() const override {
    return composed_ ? "" : name_ + " " + ask_version({"sess", "-V"}, env());
  }
  std::string daemon() const override { return "sessd"; }
  bool variant() const override { return composed_; }
  Argv start(const std::string& session, const Argv& command) const override {
    return join(base({"new-session", "-d", "-x", "80", "-y", "24", "-s", session}), command);
  }
  Argv start_job(const std::string& session, const Argv& command) const override {
    return join(base({"run", "-d", "-s", session, "--"}), command);
  }
  Argv attach(const std::string& session) const override { return base({"attach-session", "-t", session}); }
  Argv list() const override { return base({"list-sessions"}); }
  Argv command(const Argv& words) const override { return base(words); }
  void configure(std::size_t history_lines) override {
    home().write(
        "sess.conf",
        std::string(composed_ ? "set -g status on\n" : "") +
            (history_lines == 0 ? "" : "set -g history-limit " + std::to_string(history_lines) + "\n"));
  }

 private:
  Argv base(const Argv& more) const {
    return join({"sess", "-S", home().runtime() + "/bench", "-f", home().root() + "/sess.conf"}, more);
  }
  std::string name_;
  bool composed_;
};

}  // namespace

std::chrono::nanoseconds Peer::start_session(const std::string& session, const Argv& command) const {
  return run_timed(start(session, command), env());
}

Terminal Peer::open(const std::string& session, const Argv& command) const {
  start_session(session, command);
  return open_client(session);
}

Terminal Peer::open_client(const std::string& session, Size size) const {
  if (!test::wait_until([&] { return listens(session); }, Milliseconds(5000)))
    throw Failure("the session does not listen");
  return Terminal(attach(session), env(), size);
}

std::vector<pid_t> Peer::daemon_pids(const std::vector<pid_t>& clients) const {
  return descendants_named(daemon(), clients);
}

void Peer::end() const {
  end_descendants();
  // What a killed daemon leaves behind: sockets, the lock file stays valid.
  for (const auto& directory : {home_.runtime(), home_.temporary()}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

std::vector<std::unique_ptr<Peer>> find_peers(const std::vector<std::string>& names, const std::string& bin,
                                              const std::string& old) {
  struct Candidate {
    std::string name, program;
    std::function<std::unique_ptr<Peer>()> make;
  };
  std::vector<Candidate> candidates{
      {"pty", "/bin/sh", [&] { return std::make_unique<BarePty>(bin); }},
      {"tmux", "tmux", [&] { return std::make_unique<Tmux>(bin); }},
      {"screen", "screen", [&] { return std::make_unique<Screen>(bin); }},
      {"dtach", "dtach", [&] { return std::make_unique<Dtach>(bin); }},
      {"sess", "sess", [&] { return std::make_unique<Sess>(bin, "sess", false); }},
      {"sess-composed", "sess", [&] { return std::make_unique<Sess>(bin, "sess", true); }},
  };
  if (!old.empty()) {
    candidates.push_back({"old", old + "/sess", [&] { return std::make_unique<Sess>(old, "old", false); }});
    candidates.push_back(
        {"old-composed", old + "/sess", [&] { return std::make_unique<Sess>(old, "old", true); }});
  }
  std::vector<std::unique_ptr<Peer>> peers;
  const std::vector<std::string> path{"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin"};
  for (const Candidate& candidate : candidates) {
    if (!names.empty() && std::find(names.begin(), names.end(), candidate.name) == names.end()) continue;
    try {
      if (::access(test::find_program(candidate.program, path).c_str(), X_OK) != 0)
        throw Failure("no program there");
    } catch (const std::exception&) {
      std::fprintf(stderr, "%s is not installed\n", candidate.name.c_str());
      continue;
    }
    peers.push_back(candidate.make());
  }
  return peers;
}

}  // namespace sess::bench
