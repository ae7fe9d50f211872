// What `sess help` prints: the commands by purpose, or one command in full. Usable without a server.
//
// Text is made of the registry's rows alone, so it cannot disagree with the parser. Called by the help
// command and by `sessd --help-command`, which `sess help` executes: the client itself does not know the
// commands.
#pragma once

#include <string>
#include <string_view>

#include "command/language/registry.hpp"

namespace sess::command {

/// One line per command, grouped by purpose; ends with a newline.
[[nodiscard]] std::string help_overview(const Registry& registry = Registry::standard());

/// Usage, what it does, its flags and an example; ends with a newline. `name` may be an alias or a unique
/// beginning. The error is Registry::find's.
[[nodiscard]] Result<std::string> help_command(std::string_view name,
                                               const Registry& registry = Registry::standard());

}  // namespace sess::command
