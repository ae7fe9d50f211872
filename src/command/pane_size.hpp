// The size that -l or -p of split-window and join-pane asks for.
#pragma once

#include <optional>

#include "command/item.hpp"

namespace sess::command {

/// Cells along the split's axis, none when neither was given. Error: "`what` invalid" and the like.
[[nodiscard]] Result<std::optional<int>> split_size(const Item& item, const model::Window& window,
                                                    const model::Pane& pane, std::string_view what);

}  // namespace sess::command
