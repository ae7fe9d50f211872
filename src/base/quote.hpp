// Text as one word of a language that will read it back: tmux's commands (what show-options and list-keys
// print) and sh(1). The format language's `q:` escapes otherwise (command/format/text).
#pragma once

#include <string>
#include <string_view>

namespace sess {

/// tmux 3.3a's args_escape(): bare where nothing needs quoting, `''` for nothing, `\x` for one special
/// character, "…" around ` #';${}%`, '…' around `"` or a space; control characters as \n, \t, \033.
[[nodiscard]] std::string escape_argument(std::string_view text);

/// A word for sh(1): bare where nothing needs quoting, else '…'.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace sess
