// What processes use: CPU, memory, and which of them began which.
//
// Reads /proc when it is asked (os/programs/process) and keeps nothing between two questions; which processes
// belong to a job is known to who asks.
#pragma once

#include <vector>

#include "command/ports/jobs.hpp"
#include "os/programs/process.hpp"

namespace sess::jobs {

/// Of all processes in the sessions of these; `since` and `now`: how long that took.
[[nodiscard]] command::JobUse use_of(const std::vector<int>& pids, job::WallTime since, job::WallTime now);
[[nodiscard]] command::JobUse use_of(const std::vector<os::ProcessInfo>& processes, job::WallTime since,
                                     job::WallTime now);

}  // namespace sess::jobs
