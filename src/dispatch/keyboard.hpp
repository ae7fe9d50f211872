// What clients type: bound keys become commands, everything else goes to the program.
//
// A direct client's bytes are forwarded as they came; a composed client's keys and pastes are encoded anew
// for the program's modes. Either way every input frame is accepted into a pane's journal exactly once, with
// its number. Keys of a question are Prompts', reports of the mouse Mouse's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/keyboard.hpp"
#include "input/encode.hpp"
#include "input/key_tables.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::display {
class PaneModes;
}
namespace sess::peers {
class Identities;
class SessionWatch;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
}

namespace sess::dispatch {

using display::PaneModes;
using peers::Identities;
using peers::RemoteClient;
using peers::RemoteClients;
using peers::SessionWatch;
using store::Checkpoint;

class Mouse;
class Overlays;
class Popups;
class Prompts;

/// The modes of a program as the key encoder takes them.
[[nodiscard]] input::KeyModes key_modes(const terminal::Modes& modes, const model::Options& server);

class Keyboard final : public command::KeyboardPort {
 public:
  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    input::KeyTables& keys;
    command::Queue& queue;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Identities& identities;
    Prompts& prompts;
    Overlays& overlays;
    Popups& popups;
    Mouse& mouse;
    SessionWatch& session_watch;
    PaneModes& pane_modes;
  };
  /// What others know and do.
  struct Acts {
    std::function<bool(model::PaneId)> is_starting;  ///< its program was asked for and does not run yet
  };
  Keyboard(const Parts& parts, Acts acts);

  /// An input frame of an attached client.
  void on_input(RemoteClient& client, std::uint64_t sequence, std::string_view bytes);
  /// The rest of a sequence, or of what waited, did not come in time.
  void on_escape_time(RemoteClient& client);
  /// Programs have read, or are gone: what waited for room is looked at again.
  void go_on_with_input();

  // For prompts and the mouse.
  /// For the program in a pane: with the keys before it, or behind them when those are for another one.
  void hold(RemoteClient& client, const model::Pane& pane, std::string_view bytes, bool alone = false);
  /// The same for any terminal that has a number of the panes'.
  void hold_for(RemoteClient& client, model::PaneId terminal, std::string_view bytes, bool alone);
  /// Before anything is done that must not be done twice: up to here what was typed is applied, whatever
  /// happens now.
  void settle(RemoteClient& client);
  /// A key changes what the model's memory keeps of this client: to be written down before anything behind
  /// it.
  void change_saved(RemoteClient& client);
  void run_bound(RemoteClient& client, const std::string& text, const command::State& state);
  void run_queue();
  [[nodiscard]] std::string key_table(const model::Client& client, std::optional<model::PaneId> over = {});
  [[nodiscard]] model::Pane* target_pane(const RemoteClient& client);

  void set_key_table(model::ClientId client, std::string_view table) override;
  [[nodiscard]] bool prefix_pressed(model::ClientId client) const override;
  void drag_border(model::ClientId client) override;

 private:
  void note_activity(RemoteClient& client);
  void dispatch_events(RemoteClient& client);
  void on_event(RemoteClient& client, const input::Event& event);
  bool on_key(RemoteClient& client, input::Key key);
  [[nodiscard]] bool held_fits(const RemoteClient& client);
  [[nodiscard]] model::InputPosition typed_position(const RemoteClient& client) const;
  void accept_held(RemoteClient& client, model::InputPosition position);
  void look_ahead(RemoteClient& client, std::string_view fresh);
  [[nodiscard]] std::vector<model::PaneId> other_receivers(const RemoteClient& client);
  [[nodiscard]] std::vector<std::string> user_keys() const;
  [[nodiscard]] bool is_pasted(RemoteClient& client);
  [[nodiscard]] std::vector<input::Key> intercepted_keys(const RemoteClient& client);

  os::Loop& loop_;
  os::Clock& clock_;
  model::Model& model_;
  input::KeyTables& keys_;
  command::Queue& queue_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  Checkpoint& checkpoint_;
  Identities& identities_;
  Prompts& prompts_;
  Overlays& overlays_;
  Popups& popups_;
  Mouse& mouse_;
  SessionWatch& session_watch_;
  PaneModes& pane_modes_;
  Acts acts_;
};

}  // namespace sess::dispatch
