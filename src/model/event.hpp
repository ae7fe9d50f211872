// What happened to the model, in order: the server drains the list once per turn and runs hooks, resizes
// programs, ends them and tells clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"

namespace sess::model {

struct Event {
  enum class Kind : std::uint8_t {
    session_created,
    session_closed,  ///< the session is gone; `name` was its name
    session_renamed,
    session_window_changed,  ///< another window is current
    window_linked,           ///< into `session`
    window_unlinked,         ///< from `session`
    window_closed,           ///< the window is gone; `name` was its name
    window_renamed,
    window_resized,
    window_layout_changed,
    window_pane_changed,  ///< another pane is active
    pane_created,
    pane_closed,      ///< the pane is gone from the model: end its program, forget its journal
    pane_moved,       ///< it belongs to another window now
    pane_resized,     ///< `pane`.size changed: resize its pseudo-terminal and emulator
    client_attached,  ///< had no session before
    client_session_changed,
    client_detached,      ///< by Clients::detach; `session` is the one it left
    client_session_lost,  ///< its session was destroyed and detach-on-destroy leaves it without one
    client_resized,       ///< its terminal has a size: when it attached, and another one later
    client_active,        ///< it became the one that was active last in the window it looks at
  };
  Kind kind;
  std::optional<SessionId> session;
  std::optional<WindowId> window;
  std::optional<PaneId> pane;
  std::optional<ClientId> client;
  std::string name;
  std::string session_name;  ///< of `session` and `window` when it happened: they may be gone by now
  std::string window_name;
  bool hooks = true;  ///< false: a hook's command did it, and no hook follows (EventLog::set_quiet)
};

/// The hook that the event runs ("window-linked", …); "" for those that have none.
[[nodiscard]] std::string_view hook_name(Event::Kind kind);

}  // namespace sess::model
