#include "os/programs/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <set>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/programs/pty.hpp"

namespace sess::os {
namespace {

constexpr std::size_t kLongestArguments = 64 * 1024;
constexpr int kSignalRounds = 4;

std::optional<std::string> read_proc(pid_t pid, const char* file, std::size_t max) {
  UniqueFd fd(::open(fmt::format("/proc/{}/{}", pid, file).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string out(max, '\0');
  std::size_t have = 0;
  while (have < max) {
    const ssize_t n = ::read(fd.get(), out.data() + have, max - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

std::chrono::milliseconds from_ticks(unsigned long long ticks) {
  static const auto per_second = static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
  return std::chrono::milliseconds(ticks * 1000 / per_second);
}

/// proc(5), /proc/pid/stat. The name stands in parentheses and may itself hold any of them.
std::optional<ProcessInfo> parse_stat(const std::string& text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  ProcessInfo info;
  info.pid = static_cast<pid_t>(std::strtol(text.c_str(), nullptr, 10));
  info.name = text.substr(open + 1, close - open - 1);
  std::vector<std::string> fields;  // [0] is the third field: state
  std::size_t at = close + 2;
  while (at < text.size() && fields.size() < 22) {
    const auto space = std::min(text.find(' ', at), text.size());
    fields.push_back(text.substr(at, space - at));
    at = space + 1;
  }
  if (fields.size() < 22 || fields[0].empty()) return std::nullopt;
  const auto number = [&](std::size_t field) {
    return std::strtoull(fields[field - 3].c_str(), nullptr, 10);
  };
  info.state = fields[0][0];
  info.parent = static_cast<pid_t>(number(4));
  info.group = static_cast<pid_t>(number(5));
  info.session = static_cast<pid_t>(number(6));
  info.cpu = from_ticks(number(14) + number(15));
  info.started_after_boot = from_ticks(number(22));
  info.resident_bytes = number(24) * static_cast<unsigned long long>(sysconf(_SC_PAGESIZE));
  return info;
}

bool is_zombie(const ProcessInfo& info) {
  return info.state == 'Z' || info.state == 'X';
}

/// Whether /proc is that of this process's pid namespace: /proc/self is named after the reader's pid there.
bool proc_is_ours() {
  char name[32];
  const ssize_t length = readlink("/proc/self", name, sizeof name);
  return length > 0 && std::string(name, static_cast<std::size_t>(length)) == std::to_string(getpid());
}

/// The pid cannot be reused between the check and the signal: the pidfd holds the process that was checked.
bool signal_checked(const ProcessInfo& seen, const std::vector<int>& signals) {
  UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, seen.pid, 0)));
  if (!fd) return false;
  const auto now = process_info(seen.pid);
  if (!now || now->started_after_boot != seen.started_after_boot || is_zombie(*now)) return false;
  bool reached = false;
  for (const int signo : signals) {
    reached = syscall(SYS_pidfd_send_signal, fd.get(), signo, nullptr, 0) == 0 || reached;
  }
  return reached;
}

/// In ascending order; none where /proc is another namespace's.
std::vector<pid_t> visible_pids() {
  std::vector<pid_t> out;
  if (!proc_is_ours()) return out;
  DIR* listing = opendir("/proc");
  if (listing == nullptr) return out;
  while (const dirent* entry = readdir(listing)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    out.push_back(static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10)));
  }
  closedir(listing);
  std::sort(out.begin(), out.end());
  return out;
}

/// Those of which `fact`, which the system call `asked` tells as well, is one of `wanted`. The call takes a
/// hundredth of what reading a file takes, and nearly all are others: thousands, where there are many panes.
std::vector<ProcessInfo> processes_with(pid_t (*asked)(pid_t), pid_t ProcessInfo::*fact,
                                        const std::set<pid_t>& wanted) {
  std::vector<ProcessInfo> out;
  for (const pid_t pid : visible_pids()) {
    const pid_t answer = asked(pid);  // -1: gone, or a policy forbids the question
    if (answer >= 0 && wanted.count(answer) == 0) continue;
    auto info = process_info(pid);
    if (info && wanted.count((*info).*fact) != 0) out.push_back(std::move(*info));
  }
  return out;
}

}  // namespace

std::optional<ProcessInfo> process_info(pid_t pid) {
  const auto text = read_proc(pid, "stat", 4096);
  if (!text) return std::nullopt;
  return parse_stat(*text);
}

std::optional<ProcessProgress> process_progress(pid_t pid) {
  char self[32] = {};
  if (::readlink("/proc/self", self, sizeof self - 1) <= 0 || std::to_string(getpid()) != self)
    return std::nullopt;
  const auto info = process_info(pid);
  if (!info || is_zombie(*info)) return std::nullopt;
  ProcessProgress out{info->state, info->cpu, {}};
  if (const auto text = read_proc(pid, "schedstat", 128)) {
    char* end = nullptr;
    const auto ran = std::strtoull(text->c_str(), &end, 10);
    // All zero where the kernel keeps no such books.
    if (ran > 0) out.cpu = std::chrono::nanoseconds(ran);
    out.waited = std::chrono::nanoseconds(std::strtoull(end, nullptr, 10));
  }
  return out;
}

std::vector<ProcessInfo> all_processes() {
  std::vector<ProcessInfo> out;
  for (const pid_t pid : visible_pids()) {
    if (auto info = process_info(pid)) out.push_back(std::move(*info));
  }
  return out;
}

std::vector<ProcessInfo> session_processes(pid_t session) {
  return processes_with(::getsid, &ProcessInfo::session, {session});
}

std::optional<std::string> process_name(pid_t pid) {
  const auto arguments = process_arguments(pid);
  if (!arguments.empty()) {
    std::string name = arguments[0].substr(arguments[0].rfind('/') + 1);
    if (!name.empty() && name[0] == '-') name.erase(0, 1);
    if (!name.empty()) return name;
  }
  const auto info = process_info(pid);
  if (!info) return std::nullopt;
  return info->name;
}

std::vector<std::string> process_arguments(pid_t pid) {
  std::vector<std::string> out;
  const auto text = read_proc(pid, "cmdline", kLongestArguments);
  if (!text) return out;
  for (std::size_t at = 0; at < text->size();) {
    const auto end = std::min(text->find('\0', at), text->size());
    out.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::optional<std::string> process_cwd(pid_t pid) {
  char path[PATH_MAX];
  const ssize_t n = readlink(fmt::format("/proc/{}/cwd", pid).c_str(), path, sizeof path);
  if (n <= 0) return std::nullopt;
  return std::string(path, static_cast<std::size_t>(n));
}

std::optional<pid_t> foreground_process(int master) {
  const auto group = foreground_group(master);
  if (!group) return std::nullopt;
  if (const auto leader = process_info(*group); leader && !is_zombie(*leader)) return *group;
  for (const auto& one : processes_with(::getpgid, &ProcessInfo::group, {*group})) {
    if (!is_zombie(one)) return one.pid;
  }
  return std::nullopt;
}

namespace {

/// Members of the sessions, and all that descend from one of the roots; the roots are not among them.
std::vector<ProcessInfo> descendants(std::vector<ProcessInfo> all, const std::set<pid_t>& roots,
                                     const std::set<pid_t>& sessions) {
  std::set<pid_t> found = roots;
  // A child may have a smaller pid than its parent: again until nothing is added.
  for (bool added = true; added;) {
    added = false;
    for (const auto& one : all) {
      if (found.count(one.pid) != 0) continue;
      if (sessions.count(one.session) == 0 && found.count(one.parent) == 0) continue;
      found.insert(one.pid);
      added = true;
    }
  }
  std::erase_if(all, [&](const auto& one) { return roots.count(one.pid) != 0 || found.count(one.pid) == 0; });
  return all;
}

/// Of all these holders, without them.
std::vector<ProcessInfo> held_by(const std::set<pid_t>& holders) {
  return descendants(all_processes(), holders, holders);
}

bool is_in_scope(pid_t pid, const std::string& ending) {
  const auto groups = read_proc(pid, "cgroup", kLongestArguments).value_or("");
  return groups.find(ending + "\n") != std::string::npos || groups.find(ending + "/") != std::string::npos;
}

/// To all that `find` finds, again until nobody new turns up.
template <class Find>
int signal_found(const Find& find, const std::vector<int>& signals) {
  std::set<pid_t> reached;
  for (int round = 0; round < kSignalRounds; ++round) {
    bool found_new = false;
    for (const auto& one : find()) {
      if (is_zombie(one) || reached.count(one.pid) != 0) continue;
      if (!signal_checked(one, signals)) continue;
      reached.insert(one.pid);
      found_new = true;
    }
    if (!found_new) break;
  }
  return static_cast<int>(reached.size());
}

/// What can be done without knowing who is there: an unreaped child and the group that it leads.
int signal_blindly(pid_t leader, const std::vector<int>& signals) {
  bool reached = false;
  for (const int signo : signals) {
    const bool group = ::kill(-leader, signo) == 0;
    reached = ::kill(leader, group ? 0 : signo) == 0 || group || reached;
  }
  return reached ? 1 : 0;
}

}  // namespace

std::vector<ProcessInfo> held_processes(pid_t holder) {
  return held_by({holder});
}

int signal_sessions(const std::vector<pid_t>& sessions, const std::vector<int>& signals) {
  const std::set<pid_t> wanted(sessions.begin(), sessions.end());
  if (wanted.empty()) return 0;
  if (!proc_is_ours()) {
    int reached = 0;
    for (const pid_t leader : wanted) reached += signal_blindly(leader, signals);
    return reached;
  }
  return signal_found([&] { return processes_with(::getsid, &ProcessInfo::session, wanted); }, signals);
}

int signal_held(const std::vector<HeldProgram>& held, const std::vector<int>& signals) {
  if (held.empty()) return 0;
  if (!proc_is_ours()) {
    int reached = 0;
    for (const auto& [holder, program] : held) reached += program > 0 ? signal_blindly(program, signals) : 0;
    return reached;
  }
  std::set<pid_t> holders;
  for (const auto& one : held) holders.insert(one.holder);
  return signal_found([&] { return held_by(holders); }, signals);
}

std::string scope_ending(pid_t program) {
  return fmt::format("-{}.scope", program);
}

int signal_orphans(pid_t holder, pid_t program, bool ended, const std::vector<int>& signals) {
  if (!proc_is_ours()) return ended ? 0 : signal_blindly(program, signals);
  const std::string ending = scope_ending(program);
  return signal_found(
      [&] {
        const auto all = all_processes();
        const auto holds = [&](const auto& one) { return one.pid == program; };
        const bool another = ended && std::any_of(all.begin(), all.end(), holds);
        auto found = descendants(all, ended ? std::set<pid_t>{} : std::set<pid_t>{program}, {holder});
        for (const auto& one : all) {
          if ((!ended && holds(one)) || (!another && is_in_scope(one.pid, ending))) found.push_back(one);
        }
        return found;
      },
      signals);
}

}  // namespace sess::os
