// What `sess help` prints: the commands by purpose, or one command in full. Usable without a server.
#pragma once

#include <string>
#include <string_view>

#include "command/registry.hpp"

namespace sess::command {

/// One line per command, grouped by purpose.
[[nodiscard]] std::string help_overview(const Registry& registry = Registry::standard());

/// Usage, what it does, its flags and an example. The error is Registry::find's.
[[nodiscard]] Result<std::string> help_command(std::string_view name,
                                               const Registry& registry = Registry::standard());

}  // namespace sess::command
