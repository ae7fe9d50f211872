// Commands with places for answers: %1, %2, ... and %% in the template of command-prompt, display-panes and
// the like; `%%%` quotes what is put there for the parser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// `text` with answer number `index` (1 to 9) put in place of %index, and of the first %%.
[[nodiscard]] std::string fill_template(std::string_view text, std::string_view answer, int index);

/// An argument that is a command list or a string, with the answers put in: ready to run. Errors are the
/// parser's.
[[nodiscard]] Result<CommandList> make_commands(const Item& item, const Value& commands,
                                                const std::vector<std::string>& answers);

}  // namespace sess::command
