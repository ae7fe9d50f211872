// Facts about processes, from /proc (proc(5)). A process may end at any time: then a fact is simply absent.
//
// For formats, listings of jobs, job scopes and ending a program's session. What concerns a whole session or
// group lists all of /proc each time: who wants it of many asks once. Zombies are listed with their state,
// but never named as foreground nor signalled.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sess::os {

struct ProcessInfo {
  pid_t pid = -1;
  pid_t parent = -1;
  pid_t group = -1;
  pid_t session = -1;
  char state = '?';                  ///< R S D Z T … as ps shows
  std::string name;                  ///< comm, at most 15 bytes, as the process chose it: sanitise to show
  std::chrono::milliseconds cpu{0};  ///< user and system time together
  std::chrono::milliseconds started_after_boot{0};
  std::uint64_t resident_bytes = 0;
};

/// What the kernel did with the first thread of a process so far.
struct ProcessProgress {
  char state = '?';                    ///< R S D T …
  std::chrono::nanoseconds cpu{0};     ///< it ran
  std::chrono::nanoseconds waited{0};  ///< it could have run, and no processor was free
};
/// Nothing when the process is gone or this /proc shows another pid namespace. `waited` stays 0 on a kernel
/// without schedstat.
[[nodiscard]] std::optional<ProcessProgress> process_progress(pid_t pid);

/// One process.
[[nodiscard]] std::optional<ProcessInfo> process_info(pid_t pid);
/// All that are visible, ordered by pid; empty when /proc cannot be read or shows other processes than those
/// that this one's pids name (a container that kept its host's /proc).
[[nodiscard]] std::vector<ProcessInfo> all_processes();
/// Those of a session, ordered by pid: the tree follows from `parent`.
[[nodiscard]] std::vector<ProcessInfo> session_processes(pid_t session);

/// Those of a holder's session, and all that descend from the holder, without it; ordered by pid.
[[nodiscard]] std::vector<ProcessInfo> held_processes(pid_t holder);

/// The program's name as tmux shows it: last component of argv[0] without a login shell's '-', else comm.
[[nodiscard]] std::optional<std::string> process_name(pid_t pid);
/// argv; empty for kernel threads and zombies. At most 64 KiB are read.
[[nodiscard]] std::vector<std::string> process_arguments(pid_t pid);
/// Absolute, as the kernel names it; absent where this user may not look.
[[nodiscard]] std::optional<std::string> process_cwd(pid_t pid);

/// The process that stands for the foreground group of the terminal behind a master: the group's leader if
/// it lives, else any member.
[[nodiscard]] std::optional<pid_t> foreground_process(int master);

/// Sends signals, in this order, to every process of these sessions, each through a pidfd whose process was
/// checked to be in one of them, so a reused pid is never hit. The caller guarantees that the session ids are
/// still the ones it means (their leaders are unreaped children). Repeats until no new members turn up, at
/// most four times. Returns how many processes were reached.
/// Where /proc shows other processes, the leaders and their groups are signalled.
int signal_sessions(const std::vector<pid_t>& sessions, const std::vector<int>& signals);
/// An unreaped holder and the program that it holds; -1: that has ended.
struct HeldProgram {
  pid_t holder;
  pid_t program;
};
/// The same for the held_processes() of holders. The programs and their groups stand for them where /proc
/// shows other processes.
int signal_held(const std::vector<HeldProgram>& held, const std::vector<int>& signals);

/// The end of a systemd scope's name that is made for what descends from a program.
[[nodiscard]] std::string scope_ending(pid_t program);
/// What somebody who killed the holder left behind, which has other parents by now: its session, the program
/// with what descends from it, and all members of the program's scope. The holder has just been reaped.
/// `ended`: so was the program, at some time, and its number may be another one's.
int signal_orphans(pid_t holder, pid_t program, bool ended, const std::vector<int>& signals);

}  // namespace sess::os
