// How a command ends that has typed something into a pane.
#pragma once

#include "command/language/item.hpp"

namespace sess::command {

/// An error when the pane refused it. Otherwise a command of the command line ends when the program has been
/// given all of it; a key's or a hook's ends at once, because the keys behind it must not wait for a program
/// that does not read.
[[nodiscard]] Status typed(Item& item, model::PaneId pane, PanePort::Typed how);

}  // namespace sess::command
