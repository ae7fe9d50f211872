// The size that -l or -p of split-window, join-pane and move-pane asks for.
//
// Reads the item's flags only (-h is the axis, -f takes shares of the whole window); whether there is room is
// the layout's decision. Written in pane_commands.cpp, shared with pane_move_commands.cpp.
#pragma once

#include <optional>

#include "command/language/item.hpp"

namespace sess::command {

/// Cells along the split's axis, none when neither was given; -l before -p, a share of `pane` in percent with
/// "-l N%" or -p. The error begins with `what`, for -p with "create pane failed: -p".
[[nodiscard]] Result<std::optional<int>> split_size(const Item& item, const model::Window& window,
                                                    const model::Pane& pane, std::string_view what);

}  // namespace sess::command
