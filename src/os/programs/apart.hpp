// Starting the daemon from its client: a program that is nobody's child and in no terminal's session.
//
// It begins in the place that a daemon otherwise reaches by forking twice after its start: with all that it
// has loaded and written so far to be copied each time. Here the two processes in between are this one's
// memory, and end at once.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::os {

/// Runs argv[0] (searched in PATH of `env` when it has no slash) in a session that it does not lead and that
/// has no terminal. /dev/null is its standard input, `out` and `err` are 1 and 2, nothing else is open.
/// Directory and umask are this process's; all signals are blocked, for the program to unblock: a handler of
/// here must not run there. Waits until exec worked; the error is exec's, `not_found` where there is no such
/// program.
[[nodiscard]] Result<> start_apart(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                                   int out, int err);

/// Whether this process is in such a place: no terminal, and none to be had, as it does not lead its session.
[[nodiscard]] bool is_apart();

}  // namespace sess::os
