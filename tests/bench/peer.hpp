// What is measured: sess and its peers behind the same few verbs, each with a private home, socket and
// configuration.
//
// A Peer owns its TempHome. Its environment leads every program that it starts into that home. end() leaves
// no process.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/supervise.hpp"
#include "bench/terminal.hpp"
#include "support/home.hpp"

namespace sess::bench {

using Argv = std::vector<std::string>;

class Peer {
 public:
  virtual ~Peer() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  /// "tmux 3.3a", for the head of the table.
  [[nodiscard]] virtual std::string version() const = 0;
  /// How the names of its daemon processes begin.
  [[nodiscard]] virtual std::string daemon() const { return name(); }
  /// Whether a program runs without a client. Only the bare PTY cannot.
  [[nodiscard]] virtual bool detaches() const { return true; }
  /// Whether it keeps the screen and lines that scrolled off.
  [[nodiscard]] virtual bool emulates() const { return true; }
  /// Whether one daemon serves all sessions, so that its first one starts it.
  [[nodiscard]] virtual bool one_daemon() const { return true; }
  /// Whether it draws as the user of its name would see it and is measured detached, too; a variant is
  /// attached only.
  [[nodiscard]] virtual bool variant() const { return false; }

  [[nodiscard]] virtual Argv start(const std::string& session, const Argv& command) const = 0;
  [[nodiscard]] virtual Argv attach(const std::string& session) const = 0;
  /// A program that nobody looks at and that ends soon.
  [[nodiscard]] virtual Argv start_job(const std::string& session, const Argv& command) const {
    return start(session, command);
  }
  /// The command line of one of tmux's commands; empty for peers that do not know them.
  [[nodiscard]] virtual Argv command(const Argv&) const { return {}; }
  /// Empty when there is no listing.
  [[nodiscard]] virtual Argv list() const { return {}; }
  /// The listing's exit status says something else than success (screen).
  [[nodiscard]] virtual Status list_status() const { return Status::zero; }
  /// Writes the configuration that the verbs name, with that many history lines where it is not 0.
  virtual void configure(std::size_t history_lines) = 0;

  /// Whether a client could attach: screen's command returns before its session listens.
  [[nodiscard]] virtual bool listens(const std::string&) const { return true; }

  /// Starts a detached session; how long the command took.
  std::chrono::nanoseconds start_session(const std::string& session, const Argv& command) const;
  /// A terminal that shows the program: a session with a client attached, or the bare PTY.
  [[nodiscard]] virtual Terminal open(const std::string& session, const Argv& command) const;
  [[nodiscard]] Terminal open_client(const std::string& session, Size size = kTerminalSize) const;

  /// Processes of the daemon; `clients` are those that run on our terminals.
  [[nodiscard]] std::vector<pid_t> daemon_pids(const std::vector<pid_t>& clients = {}) const;
  /// Ends everything that was started.
  void end() const;

  [[nodiscard]] const test::TempHome& home() const { return home_; }
  [[nodiscard]] std::vector<std::string> env() const { return home_.env(variables(), bin_); }

 protected:
  explicit Peer(std::string bin) : bin_(std::move(bin)) {}
  [[nodiscard]] virtual std::map<std::string, std::string> variables() const { return {}; }

 private:
  test::TempHome home_{directory_prefix()};
  std::string bin_;  ///< where sess is built
};

/// All that are installed, or those named; "pty" is the bare one. Sess is taken from `bin`, "old" and
/// "old-composed" from `old`, another build's directory, unless that is empty. Names that are unknown or not
/// installed are said on standard error.
std::vector<std::unique_ptr<Peer>> find_peers(const std::vector<std::string>& names, const std::string& bin,
                                              const std::string& old);

}  // namespace sess::bench
