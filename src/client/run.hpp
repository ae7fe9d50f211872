// `sess` from its options to its exit status: find the server, say what is wanted, be its terminal.
//
// Called by cli/sess.cpp and by tests with a server of their own (Options::connector). Finds the socket (-S,
// -L, else $SESS), starts a daemon when none runs and the command wants one, and acts on the way in which the
// dialogue ends; talking is dialogue.hpp's business, the terminal attach/attachment.hpp's.
#pragma once

#include "client/options.hpp"

namespace sess::client {

/// Does everything; returns the exit status of the process. May replace the process (`exec`, -D). Messages go
/// to standard output, what failed as one line to standard error.
[[nodiscard]] int run(const Options& options);

}  // namespace sess::client
