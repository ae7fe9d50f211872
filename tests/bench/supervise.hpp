// Runs the benchmark in a child and cleans up behind it, however it ends: every process and every temporary
// directory.
//
// The work itself waits in dozens of places; a signal that ends it there leaves what it had begun. So the
// signals are taken by a parent that does nothing else, which kills the child and everything below it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace sess::bench {

/// The exit status of `work`, or 128 + the number of the signal that ended it: SIGINT, SIGTERM and SIGHUP
/// from outside, SIGALRM after `limit`. No process and no directory of the work is left.
int supervise(std::chrono::seconds limit, const std::function<int()>& work);

/// Where the work makes its temporary directories: what their names begin with.
[[nodiscard]] const std::string& directory_prefix();

}  // namespace sess::bench
