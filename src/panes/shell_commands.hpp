// Shell commands outside any pane: run-shell, if-shell, #() and pipe-pane.
//
// They are children of the server, not of the keeper: they end with it, as nobody can attach to them. Output
// is collected up to a bound; a pipe that is not read loses the oldest bytes rather than stopping a pane.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "command/ports/shells.hpp"
#include "model/ids.hpp"
#include "os/loop.hpp"

namespace sess::panes {

class ShellCommands {
 public:
  static constexpr std::size_t kMaxOutput = 1 << 20;
  static constexpr std::size_t kMaxPipe = 4 << 20;

  explicit ShellCommands(os::Loop& loop);
  ~ShellCommands();

  /// Runs /bin/sh -c command; `done` is called from the loop when it has ended and its output is read. A
  /// shell that cannot be started reports status 127 and the reason as output.
  void run(command::ShellRequest request, std::function<void(command::ShellResult)> done);

  /// Connects a pane's output to the command's stdin (when `output`), and its stdout to `input` when given.
  Result<> open_pipe(model::PaneId pane, std::string command, std::vector<std::string> env, unsigned umask,
                     bool output, std::function<void(std::string_view)> input);
  void close_pipe(model::PaneId pane);
  /// Told, from the loop, of a pipe whose command has ended by itself; it is closed by then.
  void on_pipe_ended(std::function<void(model::PaneId)> told) { pipe_ended_ = std::move(told); }
  void pane_printed(model::PaneId pane, std::string_view bytes);
  [[nodiscard]] bool has_pipe(model::PaneId pane) const { return pipes_.count(pane) > 0; }

  /// Whether something runs that somebody waits for.
  [[nodiscard]] bool busy() const { return !jobs_.empty(); }
  [[nodiscard]] std::vector<command::RunningShell> running() const;

 private:
  struct Job;
  struct Pipe;
  void on_child();
  void finish(Job& job);
  void end_pipe(model::PaneId pane);

  os::Loop& loop_;
  std::function<void(model::PaneId)> pipe_ended_;
  std::vector<pid_t> closed_;  ///< commands of pipes that were closed: to be reaped
  std::map<pid_t, std::unique_ptr<Job>> jobs_;
  std::map<model::PaneId, std::unique_ptr<Pipe>> pipes_;
  os::SignalWatch child_watch_;
};

}  // namespace sess::panes
