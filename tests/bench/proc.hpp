// What /proc says about the processes of a peer, and an end for all of them.
//
// The benchmark is a subreaper: whatever a peer starts and whatever turns itself into a daemon stays below
// this process, so the tree is complete and nothing can be left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sess::bench {

struct Process {
  pid_t pid;
  pid_t parent;
  char state;
  std::string name;  ///< comm
};

/// Makes this process the reaper of its orphaned descendants.
void become_subreaper();

/// All living descendants of this process, zombies excluded.
[[nodiscard]] std::vector<Process> descendants();

/// Those whose name begins with `name`, without the processes in `except`.
[[nodiscard]] std::vector<pid_t> descendants_named(const std::string& name, const std::vector<pid_t>& except);

/// Kills all descendants until none is left, and reaps them. No child may be in other hands meanwhile.
void end_descendants();

/// CPU time of all threads, to the nanosecond where the kernel says (schedstat), to its tick elsewhere.
[[nodiscard]] std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& pids);

/// Voluntary context switches of all threads: how often they went to sleep, so how often they woke.
[[nodiscard]] std::uint64_t voluntary_switches(const std::vector<pid_t>& pids);

/// Memory, bytes: the proportional set size of all processes, and shared memory files that only their
/// descriptors keep. Nothing when a process may not be looked into (screen is setgid for ordinary users).
[[nodiscard]] std::optional<double> memory(const std::vector<pid_t>& pids);

/// Waits until the processes use no more CPU for a while (50 ms), at most for `patience`.
void settle(const std::vector<pid_t>& pids, std::chrono::milliseconds patience);

void rest(std::chrono::milliseconds duration);

}  // namespace sess::bench
