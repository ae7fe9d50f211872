// `sess` from its options to its exit status: find the server, say what is wanted, be its terminal.
#pragma once

#include "client/options.hpp"

namespace sess::client {

/// Does everything; returns the exit status of the process. May replace the process (`exec`, -D). Messages go
/// to standard output and error.
[[nodiscard]] int run(const Options& options);

}  // namespace sess::client
