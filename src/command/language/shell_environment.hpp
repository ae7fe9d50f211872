// The environment of shell commands outside any pane: run-shell, if-shell, #(), pipe-pane. A `sess` in them
// finds this daemon, and so does a `tmux` that is sess.
#pragma once

#include "command/ports/daemon.hpp"
#include "model/model.hpp"

namespace sess::command {

/// `session`: whose variables are added; null for commands that belong to none.
[[nodiscard]] model::Environment shell_environment(const model::Model& model, const ServerFacts& facts,
                                                   const model::Session* session);

}  // namespace sess::command
