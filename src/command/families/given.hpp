// What a command was given, for a mode that is the server's.
#pragma once

#include <string>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// The command's flags and arguments as they were given, without -t.
[[nodiscard]] std::vector<std::string> given_arguments(const Item& item);

}  // namespace sess::command
