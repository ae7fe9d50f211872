// What is said to people: lines and texts over what an attached client sees, the log that show-messages
// prints, and reports to everybody. Sets and clears what lies over a client's view (overlay.hpp).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "command/ports/messages.hpp"
#include "model/message_log.hpp"
#include "model/model.hpp"
#include "peers/remote_clients.hpp"
#include "peers/text_views.hpp"

namespace sess::store {
class Checkpoint;
}

namespace sess::peers {

using store::Checkpoint;

class ControlClients;

class Messages final : public command::MessagePort {
 public:
  Messages(model::Model& model, RemoteClients& remote, ControlClients& control_clients,
           Checkpoint& checkpoint, TextViews& texts, model::MessageLog& lines, std::string user)
      : model_(model),
        remote_(remote),
        control_clients_(control_clients),
        checkpoint_(checkpoint),
        texts_(texts),
        lines_(lines),
        user_(std::move(user)) {}

  /// A sentence for show-messages.
  void log(std::string_view text);
  /// A sentence for everybody: the log, show-messages and attached clients.
  void report(const std::string& text);
  /// A message over what the client sees.
  void show(RemoteClient& client, std::string_view text, std::chrono::milliseconds duration);
  void set_overlay(RemoteClient& client, Overlay overlay);
  void clear_overlay(RemoteClient& client);
  /// The text that view mode showed the client before the server died.
  void show_again(model::ClientId client, std::string_view text);

  void show_message(model::ClientId client, std::string_view text,
                    std::chrono::milliseconds duration) override;
  void show_text(model::ClientId client, std::string_view text) override;
  [[nodiscard]] std::vector<std::string> message_log() const override;

 private:
  model::Model& model_;
  RemoteClients& remote_;
  ControlClients& control_clients_;
  Checkpoint& checkpoint_;
  TextViews& texts_;
  model::MessageLog& lines_;
  std::string user_;
};

}  // namespace sess::peers
