// What jobs need of the server, given by the parts that have it.
#pragma once

#include "jobs/outside.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {
class Messages;
}
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using peers::Messages;
using peers::RemoteClients;
using store::Checkpoint;

class Clients;
class Programs;
class Recovery;

class JobOutside final : public jobs::Outside {
 public:
  struct Parts {
    os::Clock& clock;
    model::Model& model;
    keeper::ServerLink& link;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Messages& messages;
    Clients& clients;
    Programs& programs;
    Recovery& recovery;
  };
  explicit JobOutside(const Parts& parts) : parts_(parts) {}

  Result<std::optional<std::int32_t>> start_program(model::PaneId pane, const command::ProgramStart& start,
                                                    std::function<void(Result<std::int32_t>)> later) override;
  Result<> signal(model::PaneId pane, int signo) override;
  void end_pane(model::PaneId pane, int wait_status, model::Time ended) override;
  void pane_waits(model::PaneId pane, int wait_status, model::Time ended) override;
  void forget(model::PaneId pane) override;
  void ends_within(std::chrono::milliseconds time) override;
  void dismiss(const std::string& job, int status) override;
  void report(const std::string& text) override;
  void log_message(std::string_view text) override;
  void changed() override;
  void write_down() override;
  [[nodiscard]] std::vector<std::string> lacking_terminals() const override;
  [[nodiscard]] jobs::Requester requester(model::ClientId client) const override;
  [[nodiscard]] std::optional<std::size_t> queued(model::ClientId client) const override;
  void print(model::ClientId client, std::string_view bytes) override;
  void notify(model::ClientId client, const std::string& text, std::chrono::milliseconds shown,
              std::string_view kind) override;

 private:
  Parts parts_;
};

}  // namespace sess::server
