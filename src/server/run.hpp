// The server process's main function, given to the keeper by cli/sessd.cpp.
#pragma once

#include "keeper/link.hpp"

namespace sess::server {

/// Runs until the daemon ends; the exit status. Everything that must survive is in what the link hands over.
int run(keeper::ServerLink link);

}  // namespace sess::server
