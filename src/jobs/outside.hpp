// What jobs need of the rest of the server.
//
// Parts are the plain things that they work on; Outside is what only the server can do: programs are started
// and panes end through the keeper, clients are told through their connections. Nothing here waits, but a
// start.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "command/language/queue.hpp"
#include "command/ports/clients.hpp"
#include "command/ports/panes.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/shell_commands.hpp"
#include "panes/terminals.hpp"

namespace sess::jobs {

/// Whose request it is, which may come to several servers before one of them answers.
struct Requester {
  std::string request;         ///< the same each time it comes; empty: the client is gone
  bool asked_again = false;    ///< it came before
  bool found_orphans = false;  ///< a program was found that nobody has written down
  std::string protocol;        ///< the client's version of it
};

class Outside {
 public:
  /// Starts a program in a pane of the model: the holder, or nothing when the keeper takes its time; then,
  /// and only then, `later` is told.
  virtual Result<std::optional<std::int32_t>> start_program(
      model::PaneId pane, const command::ProgramStart& start,
      std::function<void(Result<std::int32_t>)> later) = 0;
  virtual Result<> signal(model::PaneId pane, int signo) = 0;  ///< all of the program's session
  /// A pane whose program ended: goes, or stays as remain-on-exit says.
  virtual void end_pane(model::PaneId pane, int wait_status, model::Time ended) = 0;
  /// A pane whose program ended and will be started again.
  virtual void pane_waits(model::PaneId pane, int wait_status, model::Time ended) = 0;
  /// The keeper need not remember the program any more.
  virtual void forget(model::PaneId pane) = 0;
  /// How long the keeper lets programs end by themselves.
  virtual void ends_within(std::chrono::milliseconds time) = 0;
  /// Ends the attachments of clients that `run` attached to the job.
  virtual void dismiss(const std::string& job, int status) = 0;
  /// A sentence for everybody: the log, show-messages and attached clients.
  virtual void report(const std::string& text) = 0;
  virtual void log_message(std::string_view text) = 0;  ///< for show-messages alone
  /// Something that is written down changed.
  virtual void changed() = 0;
  /// Writes it down now: before the keeper is told to forget what only the model knows then.
  virtual void write_down() = 0;
  /// A sentence for each attached terminal that does not have what the program before it asked for.
  [[nodiscard]] virtual std::vector<std::string> lacking_terminals() const = 0;
  [[nodiscard]] virtual Requester requester(model::ClientId client) const = 0;
  /// Bytes that wait in the client's connection; none when it is gone.
  [[nodiscard]] virtual std::optional<std::size_t> queued(model::ClientId client) const = 0;
  /// Bytes for a command client's standard output.
  virtual void print(model::ClientId client, std::string_view bytes) = 0;
  /// A message at an attached client, and its terminal's notification of this kind ("off": none;
  /// job-notification).
  virtual void notify(model::ClientId client, const std::string& text, std::chrono::milliseconds shown,
                      std::string_view kind) = 0;

 protected:
  ~Outside() = default;
};

struct Parts {
  os::Loop& loop;
  os::Clock& clock;
  model::Model& model;
  const keeper::Start& start;
  const command::ServerFacts& facts;
  command::Queue& queue;
  panes::Terminals& terminals;
  panes::ShellCommands& shells;
  command::ClientPort& clients;
  const std::string& agent_path;  ///< what SSH_AUTH_SOCK is in every program; empty: as it is
  Outside& outside;
};

}  // namespace sess::jobs
