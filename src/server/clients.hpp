// What becomes of clients: what command clients are printed, attaching and detaching, what of an attachment
// outlives its connection. Connections brings them and takes them away; what they see is Display's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/clients.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"
#include "peers/text_views.hpp"
#include "store/model_store.hpp"
#include "views/known_terminals.hpp"

namespace sess::display {
class Display;
}
namespace sess::panes {
class AgentLink;
}
namespace sess::peers {
class ControlClients;
class Identities;
class Messages;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using display::Display;
using panes::AgentLink;
using peers::ControlClients;
using peers::Identities;
using peers::Messages;
using peers::RemoteClient;
using peers::RemoteClients;
using store::Checkpoint;

class Clients final : public command::ClientPort {
 public:
  using ClientId = model::ClientId;

  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    command::Queue& queue;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Messages& messages;
    AgentLink& agent;
    ControlClients& control_clients;
    Display& display;
    Identities& identities;
    peers::TextViews& texts;
  };
  /// What is said to somebody who attaches or leaves, by those who know.
  struct Sayings {
    std::function<std::string()> on_attaching;  ///< a sentence for the first client; or empty
    std::function<std::string(const std::string& job)>
        on_leaving;  ///< a line about the job that goes on; or empty
    std::function<std::string(const std::string& job)> on_end;  ///< how the job ended; or empty
    std::function<int(const std::string& job)> exit_status;     ///< of who attached with `run`
    std::function<void(RemoteClient&)> leaves;                  ///< told before the view goes
  };
  Clients(const Parts& parts, Sayings sayings);

  Result<> begin_attachment(ClientId client, model::SessionId session);
  /// Ends an attachment: the view's last bytes, then detached. The client goes from the model.
  void end_attachment(RemoteClient& client, protocol::DetachReason reason, std::string message,
                      std::optional<int> status = {});
  /// The daemon ends: so do all attachments.
  void end_all(std::string_view message);
  /// Ends the attachments of clients that `run` attached to the job: they saw what they came for.
  void dismiss(const std::string& job, int status);
  /// A program wants its text in the user's clipboard; direct clients get the sequence itself through the
  /// relay.
  void pane_clipboard(model::PaneId pane, std::string_view base64);
  /// Who else than a direct client of the pane itself, whose relay has it, hears what a program says to its
  /// terminal.
  enum class Hears : std::uint8_t { sees_pane, has_window };
  /// Bytes that leave the screen as it is. A terminal that is far behind misses them.
  void send_beside(model::PaneId pane, std::string_view bytes, Hears who);

  // Of clients whose connections were lost, or whose server died: what they may do, and how far their input
  // got.
  [[nodiscard]] store::SavedClient saved_form(const RemoteClient& client, const model::Client& seen) const;
  /// Newest last. Who has been away longest is forgotten first, and comes back with no rights; of those who
  /// were detached a few are known, the newest.
  void save_client(store::SavedClient saved);
  [[nodiscard]] std::optional<store::SavedClient> take_saved_client(model::ClientToken token);
  /// All of them, with those that are attached now.
  [[nodiscard]] std::vector<store::SavedClient> saved() const;
  /// It comes back, was detached meanwhile, and is told.
  void tell_detached(RemoteClient& client, const store::SavedClient& saved);
  void restore(std::vector<store::SavedClient> saved) { saved_ = std::move(saved); }

  void print(ClientId client, std::string_view text) override;
  void print_error(ClientId client, std::string_view text) override;
  void note(ClientId client, std::string_view text) override;
  void control_guard(ClientId client, std::string_view word, std::chrono::system_clock::time_point time,
                     std::uint64_t number, bool typed) override;
  [[nodiscard]] bool prints_on_terminal(ClientId client) const override;
  [[nodiscard]] std::string_view color_choice(ClientId client) const override;
  [[nodiscard]] bool takes_more(ClientId client) const override;
  void resume_with(ClientId client, std::vector<std::string> argv, bool count) override;
  void report_status_of(ClientId client, const std::string& job) override;
  [[nodiscard]] Result<> can_attach(ClientId client) const override;
  Result<> attach(ClientId client, model::SessionId session, const command::AttachOptions& options) override;
  void detach(ClientId client, command::DetachReason reason) override;
  void detach_absent(std::optional<model::SessionId> session) override;
  void detach_and_exec(ClientId client, std::string_view shell_command) override;
  void suspend(ClientId client) override;
  void lock(ClientId client) override;
  Result<> set_client_flag(ClientId client, std::string_view flag) override;
  [[nodiscard]] std::string client_flags(ClientId client) const override;
  void set_client_size(ClientId client, Size size) override;
  [[nodiscard]] std::string term_features(ClientId client) const override;
  [[nodiscard]] std::string term_type(ClientId client) const override;
  Result<> refresh_special(ClientId client, char flag, std::string_view argument) override;
  void copy_to_clipboard(std::optional<ClientId> client, std::string_view text) override;

 private:
  Result<> set_window_size(ClientId client, std::string_view argument);
  void send_clipboard(RemoteClient& client, std::string_view base64);

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  Checkpoint& checkpoint_;
  Messages& messages_;
  AgentLink& agent_;
  ControlClients& control_clients_;
  Display& display_;
  Identities& identities_;
  peers::TextViews& texts_;
  Sayings sayings_;
  views::KnownTerminals known_terminals_;
  std::vector<store::SavedClient> saved_;  ///< whose connections were lost, newest last
};

}  // namespace sess::server
