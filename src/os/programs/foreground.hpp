// A program that takes over this one's terminal for a while: it runs in the same process group and the caller
// waits.
//
// For screens that leave themselves for another (client/top). What the terminal's mode is, is the caller's
// business: it has put it back before. Blocks its thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::os {

/// Runs argv (a path first) with this program's descriptors and environment. Ctrl-C is the program's; when it
/// is stopped this program stops as well, and both go on together. Its exit status, 128 + N for signal N; 127
/// when it cannot be executed.
[[nodiscard]] Result<int> run_in_foreground(const std::vector<std::string>& argv);

}  // namespace sess::os
