// The mouse of a client whose window is drawn: what it is over, what its gestures are bound to, what a
// program hears.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command/language/queue.hpp"
#include "dispatch/mouse_text.hpp"
#include "display/display.hpp"
#include "input/event.hpp"
#include "input/gestures.hpp"
#include "input/key_tables.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::display {
class PaneModes;
}

namespace sess::dispatch {

using display::Display;
using display::PaneModes;
using peers::RemoteClient;

class Keyboard;

/// What lies under a position of a client's screen.
struct MouseTarget {
  input::MouseLocation location = input::MouseLocation::pane;
  std::optional<model::PaneId> pane;
  int row = 0;  ///< in the pane (or the line), from 0
  int column = 0;
  std::string_view range = {};  ///< in the status line: left, right or window
};

/// The report as the pane's program asked for it; empty when it did not.
[[nodiscard]] std::string mouse_bytes(const panes::PaneIo* io, input::Mouse mouse, const MouseTarget& where);
/// The same for what a binding's event was encoded as (Event::mouse_event); none when it is no such text.
[[nodiscard]] std::optional<std::string> mouse_bytes(const panes::PaneIo* io, std::string_view mouse_event);

class Mouse {
 public:
  Mouse(os::Clock& clock, model::Model& model, input::KeyTables& keys, Display& display,
        panes::Terminals& terminals, Keyboard& keyboard, PaneModes& pane_modes)
      : clock_(clock),
        model_(model),
        keys_(keys),
        display_(display),
        terminals_(terminals),
        keyboard_(keyboard),
        pane_modes_(pane_modes) {}

  void on_mouse(RemoteClient& client, const input::Event& event);
  /// No third click came in time: the two were a double click.
  void on_clicks_over(RemoteClient& client);

 private:
  bool run_mouse_binding(RemoteClient& client, const input::Gestures::Result& gesture,
                         const MouseTarget& where);
  /// The same with its position in the client's current window instead of on the screen.
  [[nodiscard]] input::Mouse in_window(const RemoteClient& client, input::Mouse mouse) const;
  [[nodiscard]] MouseText text_at(model::PaneId pane, int row, int col);
  [[nodiscard]] MouseTarget mouse_target(RemoteClient& client, int row, int col);

  os::Clock& clock_;
  model::Model& model_;
  input::KeyTables& keys_;
  Display& display_;
  panes::Terminals& terminals_;
  Keyboard& keyboard_;
  PaneModes& pane_modes_;
};

}  // namespace sess::dispatch
