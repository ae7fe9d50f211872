// Which pane of a window lies where: in a corner, or next to another one. tmux's window_pane_find_up() and
// window_find_string().
#pragma once

#include <optional>
#include <string_view>

#include "model/model.hpp"

namespace sess::command {

enum class Direction { up, down, left, right };

/// The neighbour that shares a border, the one that was active last when there are several; across the edge
/// the search wraps around.
[[nodiscard]] std::optional<model::PaneId> neighbour(const model::Model& model, model::PaneId pane,
                                                     Direction direction);

/// The pane at "top", "bottom-left" ...; none for other words.
[[nodiscard]] std::optional<model::PaneId> pane_described(const model::Model& model,
                                                          const model::Window& window,
                                                          std::string_view where);

/// Position among the window's panes after moving `steps` (negative: back), wrapping around.
[[nodiscard]] std::optional<model::PaneId> pane_by_offset(const model::Window& window, model::PaneId from,
                                                          long steps);

}  // namespace sess::command
