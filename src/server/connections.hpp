// Connections: accepting clients, what they say, and what is left when they go.
//
// Owns the listener and the way from a frame to whoever acts on it. A client that comes back after a lost
// connection or a dead server is given what it had (resume).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::dispatch {
class Keyboard;
class Mouse;
class Overlays;
class Popups;
class Prompts;
}  // namespace sess::dispatch
namespace sess::display {
class Display;
}
namespace sess::peers {
class ControlClients;
class Debug;
class Identities;
class Messages;
class SessionWatch;
class TmuxLink;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using dispatch::Keyboard;
using dispatch::Mouse;
using dispatch::Overlays;
using dispatch::Popups;
using dispatch::Prompts;
using display::Display;
using peers::ControlClients;
using peers::Identities;
using peers::Messages;
using peers::RemoteClient;
using peers::RemoteClients;
using peers::SessionWatch;
using store::Checkpoint;

class Clients;
class Daemon;
class ModelEvents;

class Connections {
 public:
  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    command::Queue& queue;
    const command::ServerFacts& facts;
    keeper::Start& start;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Messages& messages;
    Clients& clients;
    Display& display;
    Identities& identities;
    Keyboard& keyboard;
    Mouse& mouse;
    Prompts& prompts;
    Overlays& overlays;
    Popups& popups;
    ModelEvents& events;
    Daemon& daemon;
    ControlClients& control_clients;
    SessionWatch& session_watch;
    peers::TmuxLink& tmux_link;
    peers::Debug& debug;
  };
  explicit Connections(const Parts& parts);

  void listen();
  /// Another socket of the same name, in the place of the one that disappeared.
  void replace_listener(UniqueFd listener);
  /// Takes no connections for so long.
  void pause(std::chrono::milliseconds time);
  /// At the end of a turn: clients whose connections are gone go, too.
  void sweep();

 private:
  void on_connection() noexcept;
  void add_connection(UniqueFd socket);
  [[nodiscard]] bool refuse_with_spare();
  bool on_frame(RemoteClient& client, const protocol::Frame& frame);
  bool on_hello(RemoteClient& client, const protocol::Hello& hello);
  void begin_command(const RemoteClient& client);
  bool on_attached_frame(RemoteClient& client, const protocol::Frame& frame);
  bool turn_tmux_away(RemoteClient& client);
  void welcome(RemoteClient& client);
  void resume(RemoteClient& client, const protocol::Resume& resume);
  void refuse_repetition(RemoteClient& client, const std::vector<std::string>& argv);
  void command_done(model::ClientId id, int status);
  void connection_lost(model::ClientId id, const std::string& reason);
  void drop_client(model::ClientId id);

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  command::Queue& queue_;
  const command::ServerFacts& facts_;
  keeper::Start& start_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  Checkpoint& checkpoint_;
  Messages& messages_;
  Clients& clients_;
  Display& display_;
  Identities& identities_;
  Keyboard& keyboard_;
  Mouse& mouse_;
  Prompts& prompts_;
  Overlays& overlays_;
  Popups& popups_;
  ModelEvents& events_;
  Daemon& daemon_;
  ControlClients& control_clients_;
  SessionWatch& session_watch_;
  peers::TmuxLink& tmux_link_;
  peers::Debug& debug_;
  os::SpareDescriptor spare_descriptor_;
  std::vector<model::ClientId> lost_;  ///< to sweep at the end of the turn
  std::unique_ptr<os::FdWatch> listener_watch_;
  os::Timer accept_timer_;
};

}  // namespace sess::server
