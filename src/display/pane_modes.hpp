// The modes that panes are in: made, told what happens, and ended here.
//
// Owns each pane's modes, one over the other, and what its searches looked for; makes copy mode's ports real
// (options, buffers, pipes), choosers' are display/choosers. A mode is not written down: after a crash the
// panes show their programs again, the buffers are there; only the text of view mode is shown anew (Prompts).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "command/language/queue.hpp"
#include "input/event.hpp"
#include "input/key_tables.hpp"
#include "model/ids.hpp"
#include "modes/copy/mode.hpp"
#include "os/clock.hpp"
#include "panes/shell_commands.hpp"
#include "panes/terminals.hpp"
#include "peers/control_clients.hpp"
#include "peers/remote_clients.hpp"
#include "peers/text_views.hpp"

namespace sess::peers {
class Messages;
}

namespace sess::display {

using peers::ControlClients;
using peers::Messages;
using peers::RemoteClients;

class PaneModes final : public peers::TextViews {
 public:
  struct Parts {
    os::Clock& clock;
    model::Model& model;
    input::KeyTables& keys;
    command::Queue& queue;
    RemoteClients& remote;
    ControlClients& control;
    panes::Terminals& terminals;
    panes::ShellCommands& shells;
    Messages& messages;
  };
  explicit PaneModes(const Parts& parts);
  ~PaneModes();

  /// The uppermost; null: it is in none.
  [[nodiscard]] modes::Mode* mode(model::PaneId pane);
  /// How many lie over each other.
  [[nodiscard]] int depth(model::PaneId pane) const;
  /// The key table of the pane's mode; empty: it is in none, or the mode takes its keys itself.
  [[nodiscard]] std::string_view key_table(model::PaneId pane);

  /// A command that begins a mode, with its flags as they were given; copy-mode's that the mouse began has
  /// the event behind them. view-mode has the texts to show.
  Result<> enter(model::PaneId pane, std::optional<model::ClientId> client, std::string_view name,
                 const std::vector<std::string>& arguments);
  /// What a command printed for a client: view mode opens, or goes on, in the pane that it looks at.
  void show_text(model::PaneId pane, std::optional<model::ClientId> client, std::string_view text) override;
  /// The text of view mode; empty: the pane is in another or none.
  [[nodiscard]] std::string_view shown_text(model::PaneId pane) const override;
  /// All of them.
  void leave(model::PaneId pane);
  /// send-keys -X. `repeat` 0: the count that was set before, or one.
  Result<> command(model::PaneId pane, std::optional<model::ClientId> client,
                   const std::vector<std::string>& arguments, int repeat, std::string_view mouse_event);
  /// A key that was pressed, or that send-keys names. False when the pane is in no mode: it is the program's.
  bool type(model::PaneId pane, std::optional<model::ClientId> client, input::Key key);
  /// A mouse event in a pane whose mode takes its keys itself ("action button mods row col"). False: it is
  /// another's.
  bool press(model::PaneId pane, std::optional<model::ClientId> client, std::string_view key,
             std::string_view mouse_event);
  [[nodiscard]] std::string search_string(model::PaneId pane) const;
  void on_drag(model::PaneId pane, modes::MouseAt at);

  void on_pane_closed(model::PaneId pane);
  /// The pane's emulator is about to be another one: nothing may look at it any more.
  void on_terminal_gone(model::PaneId source);
  /// A terminal's hard reset; of a pane that was set aside nothing is left. The title stays: it names the
  /// pane, not what was drawn in it.
  void reset_terminal(model::PaneId pane);
  void on_pane_resized(model::PaneId pane, Size size);
  /// What choosers list may be another.
  void on_model_changed() { stale_ = true; }
  /// Modes that show the model look at it again. Call before what is shown is drawn.
  void refresh();
  /// What modes do in parts (counting what a search found). Call at the end of a turn; true: call again soon.
  [[nodiscard]] bool work();

 private:
  struct Entry;
  using Stack = std::vector<std::unique_ptr<Entry>>;
  [[nodiscard]] Entry* top(model::PaneId pane) const;
  void push(model::PaneId pane, std::unique_ptr<Entry> entry);
  void pop(model::PaneId pane);
  void act(model::PaneId pane, modes::Outcome outcome);
  void changed(model::PaneId pane);
  [[nodiscard]] modes::MouseAt pressed_at(model::PaneId pane, std::optional<model::ClientId> client,
                                          modes::MouseAt now);
  void follow_mouse(model::PaneId pane, std::optional<model::ClientId> client, modes::MouseAt now);
  Result<> enter_clock(model::PaneId pane);
  Result<> enter_copy(model::PaneId pane, std::optional<model::ClientId> client,
                      const std::vector<std::string>& arguments);
  Result<> enter_chooser(model::PaneId pane, std::optional<model::ClientId> client, std::string_view name,
                         const std::vector<std::string>& arguments);

  Parts parts_;
  std::map<model::PaneId, Stack> entries_;
  std::map<model::PaneId, modes::LastSearch> searches_;
  bool stale_ = false;
  std::uint64_t buffers_version_ = 0;  ///< when modes looked last
};

}  // namespace sess::display
