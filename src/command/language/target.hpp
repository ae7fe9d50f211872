// Targets: which session, window and pane a command means, from -t, -s or from where it was typed.
//
// tmux's cmd-find: "session:window.pane", ids ($1 @1 %1), exact names (=), {last} and the other tokens,
// offsets, prefixes and patterns, the marked pane and the mouse. Pure: reads the model, changes nothing. A
// target holds ids, so it stays safe to use after what it names has gone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "command/language/registry.hpp"
#include "model/ids.hpp"
#include "model/model.hpp"

namespace sess::command {

/// What was found. A pane target has all of them; a session target its current window and active pane; with
/// kFindWindowIndex the window may be missing and index is where it would go.
struct Target {
  std::optional<model::SessionId> session;
  std::optional<int> link;  ///< index of the window in the session
  std::optional<model::WindowId> window;
  std::optional<model::PaneId> pane;
  int index = -1;

  [[nodiscard]] bool valid() const { return session && link && window && pane; }
};

enum FindFlag : std::uint8_t {
  kFindPreferUnattached = 1,
  kFindQuiet = 2,
  kFindWindowIndex = 4,
  kFindDefaultMarked = 8,
  kFindExactSession = 16,
  kFindExactWindow = 32,
  kFindCanFail = 64,
};

/// Where a target is looked up from.
struct FindContext {
  const model::Model* model = nullptr;
  std::optional<model::ClientId> client;  ///< who asks: its session, or $SESS_PANE of its environment
  Target current;                         ///< what the item already stands on (hooks, key bindings)
  std::optional<Target> mouse;            ///< where the mouse was
};

/// The target of `text` (none: the current one). Errors: "can't find session: x", "no current session", ...
[[nodiscard]] Result<Target> find_target(const FindContext& context, std::optional<std::string_view> text,
                                         TargetKind kind, unsigned flags = 0);

/// What a client stands on: its session, else the pane it runs in, else the best session.
[[nodiscard]] Target find_from_client(const model::Model& model, std::optional<model::ClientId> client,
                                      unsigned flags = 0);
[[nodiscard]] Target find_from_session(const model::Model& model, model::SessionId session);
[[nodiscard]] Target find_from_link(const model::Model& model, model::SessionId session, int index);
[[nodiscard]] Target find_from_window(const model::Model& model, model::WindowId window);
[[nodiscard]] Target find_from_pane(const model::Model& model, model::PaneId pane);
/// The most recently active session, unattached ones first with kFindPreferUnattached.
[[nodiscard]] std::optional<model::SessionId> best_session(const model::Model& model, unsigned flags = 0);
/// The most recently active attached client, of one session when one is given.
[[nodiscard]] std::optional<model::ClientId> best_client(const model::Model& model,
                                                         std::optional<model::SessionId> session);
/// By name or tty (with or without "/dev/"); "can't find client: x", "no current client".
[[nodiscard]] Result<model::ClientId> find_client(const FindContext& context,
                                                  std::optional<std::string_view> text);
/// Whether what the target names still exists; fills in what changed (a window's active pane stays as is).
[[nodiscard]] bool still_there(const model::Model& model, const Target& target);

}  // namespace sess::command
