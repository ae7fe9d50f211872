// Text as one argument of tmux's command language: what show-options and list-keys print can be read back.
//
// For output in that language alone; words for sh(1) are job::shell_quote() and the format language's `q:`.
#pragma once

#include <string>
#include <string_view>

namespace sess::model {

/// tmux 3.3a's args_escape(): bare where nothing needs quoting, `''` for nothing, `\x` for one special
/// character, "…" around ` #';${}%`, '…' around `"` or a space; control characters as \n, \t, \033.
[[nodiscard]] std::string escape_argument(std::string_view text);

}  // namespace sess::model
