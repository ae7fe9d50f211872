// What a command was given, for a mode that is the server's.
//
// copy-mode, choose-* and the switcher hand their flags on as they stand: what they mean is the mode's
// business, which reads them again when it opens after a crash. Nothing is checked here.
#pragma once

#include <string>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// The command's flags and arguments as they were given, without -t.
[[nodiscard]] std::vector<std::string> given_arguments(const Item& item);

}  // namespace sess::command
