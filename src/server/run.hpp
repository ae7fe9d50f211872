// The server process's main function, given to the keeper by cli/sessd.cpp.
//
// The keeper calls it in a child that it forks, again after each death. Apart from server.hpp, so that the
// program's main does not include the server.
#pragma once

#include "keeper/link.hpp"

namespace sess::server {

/// Runs until the daemon ends; the exit status: 1, with a line in the log, when it cannot start. Everything
/// that must survive is in what the link hands over.
int run(keeper::ServerLink link);

}  // namespace sess::server
