#include "jobs/usage.hpp"

#include <algorithm>

namespace sess::jobs {

command::JobUse use_of(const std::vector<int>& pids, job::WallTime since, job::WallTime now) {
  std::vector<os::ProcessInfo> processes;
  for (const int pid : pids) {
    for (auto& process : os::session_processes(pid)) processes.push_back(std::move(process));
  }
  return use_of(processes, since, now);
}

command::JobUse use_of(const std::vector<os::ProcessInfo>& processes, job::WallTime since,
                       job::WallTime now) {
  command::JobUse use;
  const auto depth_of = [&](const os::ProcessInfo& process) {
    int depth = 0;
    for (pid_t parent = process.parent; depth < 32; ++depth) {
      const auto it =
          std::find_if(processes.begin(), processes.end(), [&](const auto& p) { return p.pid == parent; });
      if (it == processes.end()) break;
      parent = it->parent;
    }
    return depth;
  };
  // Each behind its parent: the order of a tree.
  std::vector<const os::ProcessInfo*> open;
  const auto add_children = [&](pid_t parent) {
    for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
      if (it->parent == parent) open.push_back(&*it);
    }
  };
  for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
    if (depth_of(*it) == 0) open.push_back(&*it);
  }
  while (!open.empty() && use.processes.size() < processes.size()) {
    const auto* process = open.back();
    open.pop_back();
    std::string text;
    for (const auto& word : os::process_arguments(process->pid)) text += (text.empty() ? "" : " ") + word;
    if (text.empty()) text = process->name;
    use.processes.push_back({process->pid, depth_of(*process), std::move(text)});
    use.cpu += process->cpu;
    use.memory += process->resident_bytes;
    add_children(process->pid);
  }
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(now - since);
  if (life.count() > 0)
    use.cpu_percent = 100.0 * static_cast<double>(use.cpu.count()) / static_cast<double>(life.count());
  return use;
}

}  // namespace sess::jobs
