#include "bench/proc.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "base/fd.hpp"

namespace sess::bench {

namespace fs = std::filesystem;

namespace {

/// Empty when there is none, also when its process ends while it is read: then read(2) fails, and streams
/// throw.
std::string read_file(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t n = 0; file && (n = ::read(file.get(), part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(n));
  }
  return text;
}

fs::path proc(pid_t pid) {
  return fs::path("/proc") / std::to_string(pid);
}

std::optional<Process> read_process(pid_t pid) {
  const std::string stat = read_file(proc(pid) / "stat");
  const auto open = stat.find('(');
  const auto close = stat.rfind(')');  // the name may hold parentheses
  if (open == std::string::npos || close == std::string::npos || close + 4 > stat.size()) return std::nullopt;
  std::istringstream rest(stat.substr(close + 2));
  Process process{pid, 0, 0, stat.substr(open + 1, close - open - 1)};
  rest >> process.state >> process.parent;
  return process;
}

std::vector<fs::path> tasks(const std::vector<pid_t>& pids) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const pid_t pid : pids) {
    for (const auto& entry : fs::directory_iterator(proc(pid) / "task", error)) paths.push_back(entry.path());
  }
  return paths;
}

/// The number after "KEY:" in a file of such lines.
double field(const std::string& text, const std::string& key) {
  const auto at = text.find("\n" + key + ":");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + key.size() + 2, nullptr);
}

/// Bytes of the memfds that these processes hold, each file once.
double memfd_bytes(const std::vector<pid_t>& pids) {
  std::map<ino_t, double> files;
  std::error_code error;
  for (const pid_t pid : pids) {
    for (const auto& entry : fs::directory_iterator(proc(pid) / "fd", error)) {
      const auto target = fs::read_symlink(entry.path(), error).string();
      struct stat info {};
      if (target.rfind("/memfd:", 0) == 0 && ::stat(entry.path().c_str(), &info) == 0) {
        files[info.st_ino] = 512.0 * static_cast<double>(info.st_blocks);
      }
    }
  }
  double sum = 0;
  for (const auto& [inode, bytes] : files) sum += bytes;
  return sum;
}

}  // namespace

void become_subreaper() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

std::vector<Process> descendants() {
  std::multimap<pid_t, Process> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (auto process = read_process(std::stoi(name))) children.emplace(process->parent, *process);
  }
  std::vector<Process> found;
  std::vector<pid_t> open{::getpid()};
  while (!open.empty()) {
    const pid_t parent = open.back();
    open.pop_back();
    const auto [begin, end] = children.equal_range(parent);
    for (auto it = begin; it != end; ++it) {
      open.push_back(it->second.pid);
      if (it->second.state != 'Z') found.push_back(it->second);
    }
  }
  return found;
}

std::vector<pid_t> descendants_named(const std::string& name, const std::vector<pid_t>& except) {
  std::vector<pid_t> pids;
  for (const Process& process : descendants()) {
    const bool excluded = std::find(except.begin(), except.end(), process.pid) != except.end();
    if (process.name.rfind(name, 0) == 0 && !excluded) pids.push_back(process.pid);
  }
  return pids;
}

void end_descendants() {
  for (;;) {
    const auto left = descendants();
    for (const Process& process : left) ::kill(process.pid, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (left.empty()) return;
    rest(std::chrono::milliseconds(1));
  }
}

std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& pids) {
  std::int64_t nanoseconds = 0;
  for (const fs::path& task : tasks(pids)) {
    const std::string schedstat = read_file(task / "schedstat");
    if (!schedstat.empty()) {
      nanoseconds += std::strtoll(schedstat.c_str(), nullptr, 10);
      continue;
    }
    const std::string stat = read_file(task / "stat");
    std::istringstream rest(stat.substr(std::min(stat.rfind(')') + 2, stat.size())));
    std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    if (fields.size() > 12) {  // utime and stime, fields 14 and 15 of proc(5)
      nanoseconds +=
          (std::stoll(fields[11]) + std::stoll(fields[12])) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    }
  }
  return std::chrono::nanoseconds(nanoseconds);
}

std::uint64_t voluntary_switches(const std::vector<pid_t>& pids) {
  double sum = 0;
  for (const fs::path& task : tasks(pids))
    sum += field(read_file(task / "status"), "voluntary_ctxt_switches");
  return static_cast<std::uint64_t>(sum);
}

std::optional<double> memory(const std::vector<pid_t>& pids) {
  double total = 0;
  double shared = 0;
  for (const pid_t pid : pids) {
    const std::string rollup = read_file(proc(pid) / "smaps_rollup");
    if (rollup.empty()) return std::nullopt;
    total += 1024 * field(rollup, "Pss");
    shared += 1024 * field(rollup, "Pss_Shmem");
  }
  return total + std::max(0.0, memfd_bytes(pids) - shared);
}

void settle(const std::vector<pid_t>& pids, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (auto before = cpu_time(pids); std::chrono::steady_clock::now() < end;) {
    rest(std::chrono::milliseconds(50));
    const auto now = cpu_time(pids);
    if (now == before) return;
    before = now;
  }
}

void rest(std::chrono::milliseconds duration) {
  const timespec pause{duration.count() / 1000, (duration.count() % 1000) * 1'000'000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace sess::bench
