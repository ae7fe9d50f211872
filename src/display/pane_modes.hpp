// The modes that panes are in: made, told what happens, and ended here.
//
// Owns each pane's mode and what its searches looked for; makes the modes' ports real (options, buffers,
// pipes). A mode is not written down: after a crash the panes show their programs again, the buffers are
// there.
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
#include "peers/remote_clients.hpp"

namespace sess::peers {
class Messages;
}

namespace sess::display {

using peers::Messages;
using peers::RemoteClients;

class PaneModes {
 public:
  struct Parts {
    os::Clock& clock;
    model::Model& model;
    input::KeyTables& keys;
    command::Queue& queue;
    RemoteClients& remote;
    panes::Terminals& terminals;
    panes::ShellCommands& shells;
    Messages& messages;
  };
  explicit PaneModes(const Parts& parts);
  ~PaneModes();

  [[nodiscard]] modes::Mode* mode(model::PaneId pane);
  /// The key table of the pane's mode; empty: it is in none, or the mode takes its keys itself.
  [[nodiscard]] std::string_view key_table(model::PaneId pane);

  /// A command that begins a mode, with its flags as they were given; copy-mode's -M has the mouse behind
  /// them.
  Result<> enter(model::PaneId pane, std::optional<model::ClientId> client, std::string_view name,
                 const std::vector<std::string>& arguments);
  void leave(model::PaneId pane);
  /// send-keys -X. `repeat` 0: the count that was set before, or one.
  Result<> command(model::PaneId pane, std::optional<model::ClientId> client,
                   const std::vector<std::string>& arguments, int repeat, std::string_view mouse_event);
  /// A key that was pressed, or that send-keys names. False when the pane is in no mode: it is the program's.
  bool type(model::PaneId pane, input::Key key);
  [[nodiscard]] std::string search_string(model::PaneId pane) const;
  void on_drag(model::PaneId pane, modes::MouseAt at);

  void on_pane_closed(model::PaneId pane);
  /// The pane's emulator is about to be another one: nothing may look at it any more.
  void on_terminal_gone(model::PaneId source);
  void on_pane_resized(model::PaneId pane, Size size);
  /// What modes do in parts (counting what a search found). Call at the end of a turn; true: call again soon.
  [[nodiscard]] bool work();

 private:
  struct Entry;
  void act(model::PaneId pane, modes::Outcome outcome);
  void changed(model::PaneId pane);
  [[nodiscard]] modes::MouseAt pressed_at(model::PaneId pane, std::optional<model::ClientId> client,
                                          modes::MouseAt now);
  void follow_mouse(model::PaneId pane, std::optional<model::ClientId> client, modes::MouseAt now);
  Result<> enter_copy(model::PaneId pane, std::optional<model::ClientId> client, const std::vector<std::string>& arguments);

  Parts parts_;
  std::map<model::PaneId, std::unique_ptr<Entry>> entries_;
  std::map<model::PaneId, modes::LastSearch> searches_;
};

}  // namespace sess::display
