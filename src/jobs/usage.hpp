// What processes use: CPU, memory, and which of them began which. Reads /proc when it is asked.
#pragma once

#include <vector>

#include "command/ports/jobs.hpp"
#include "os/programs/process.hpp"

namespace sess::jobs {

/// Of all processes in the sessions of these; `since` and `now`: how long that took.
[[nodiscard]] command::JobUse use_of(const std::vector<int>& pids, job::WallTime since, job::WallTime now);
[[nodiscard]] command::JobUse use_of(const std::vector<os::ProcessInfo>& processes, job::WallTime since, job::WallTime now);

}  // namespace sess::jobs
