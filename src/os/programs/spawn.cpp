#include "os/programs/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/programs/holder.hpp"
#include "os/signals.hpp"
#include "os/socket.hpp"

extern char** environ;

namespace sess::os {
namespace {

/// What the child sends to its parent: `alone` once it has no descriptors but its own, `program` when it is
/// held, at most one `nice` and one `directory`, then at most one `exec`. End of file without an `exec` means
/// that exec worked.
struct Report {
  enum class What : int { alone, program, directory, exec, terminal, nice, input } what;
  int value;  ///< an errno; of `program` its pid
};

/// Everything that the child needs, made before the fork: between fork and exec nothing may allocate.
struct Prepared {
  std::vector<std::string> candidates;
  std::vector<char*> argv;
  std::vector<char*> shell_argv;  // [1] is the script: for files without an interpreter line
  std::vector<char*> env;
  const char* cwd;
  std::string home;
  mode_t umask;
  rlimit descriptors;
  std::optional<int> nice;
  std::uint64_t memory_limit;
  const char* input;
  std::array<int, 3> std_fds;
  bool terminal;
  bool held;
  int report;
  int held_end;  ///< the holder writes to it
};

std::string_view variable(const std::vector<std::string>& env, std::string_view name) {
  for (const auto& one : env) {
    const std::string_view entry = one;
    if (entry.size() > name.size() && entry.substr(0, name.size()) == name && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

/// Nobody may be there any more (PendingSpawn::conclude), which is no reason to die of SIGPIPE.
void tell(int fd, Report::What what, int value) {
  const Report report{what, value};
  (void)::send(fd, &report, sizeof report, MSG_NOSIGNAL);
}

/// Moves the three descriptors to 0, 1 and 2 without one overwriting another that is still needed.
bool place_std_fds(std::array<int, 3> from) {
  for (auto& fd : from) {
    if (fd < 3 && (fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0) return false;
  }
  for (int to = 0; to < 3; ++to) {
    if (dup2(from[static_cast<std::size_t>(to)], to) < 0) return false;
  }
  return true;
}

/// execvp(3)'s rules over the prepared candidates: go on after ENOENT, ENOTDIR and EACCES, run what has no
/// known format through /bin/sh, and prefer EACCES as the reason.
int try_exec(Prepared& with) {
  int reason = ENOENT;
  for (auto& path : with.candidates) {
    execve(path.c_str(), with.argv.data(), with.env.data());
    if (errno == ENOEXEC) {
      with.shell_argv[1] = path.data();
      execve("/bin/sh", with.shell_argv.data(), with.env.data());
      return ENOEXEC;
    }
    if (errno == EACCES) {
      reason = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV &&
               errno != ETIMEDOUT) {
      return errno;
    }
  }
  return reason;
}

/// Until it comes back nothing may touch the table: it may be the parent's. A copy of it is emptied, too: it
/// has the ends of other starts' pipes, and a child that is held up before its exec would hide how those end.
void leave_parents_table(const Prepared& with) {
  const std::array<int, 5> keep{with.std_fds[0], with.std_fds[1], with.std_fds[2], with.report,
                                with.held ? with.held_end : with.report};
  const int failed = leave_shared_descriptors(keep);
  tell(with.report, Report::What::alone, failed);
  if (failed != 0) _exit(127);
}

[[noreturn]] void run_child(Prepared& with) {
  reset_signal_dispositions();
  leave_parents_table(with);
  setsid();
  if (with.terminal && ioctl(with.std_fds[0], TIOCSCTTY, 0) < 0) {
    tell(with.report, Report::What::terminal, errno);
    _exit(127);
  }
  if (with.held) {
    become_held(with.std_fds[0], with.held_end);  // comes back in the program's process
    tell(with.report, Report::What::program, getpid());
  }
  if (!place_std_fds(with.std_fds)) {
    tell(with.report, Report::What::terminal, errno);
    _exit(127);
  }
  if (*with.input != '\0') {
    const int input = open(with.input, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0) {
      tell(with.report, Report::What::input, errno);
      _exit(127);
    }
  }
  ::umask(with.umask);
  setrlimit(RLIMIT_NOFILE, &with.descriptors);
  if (with.nice && setpriority(PRIO_PROCESS, 0, *with.nice) < 0) tell(with.report, Report::What::nice, errno);
  if (with.memory_limit > 0) {
    const rlimit memory{with.memory_limit, with.memory_limit};
    setrlimit(RLIMIT_AS, &memory);
  }
  if (*with.cwd == '\0' || chdir(with.cwd) < 0) {
    if (*with.cwd != '\0') tell(with.report, Report::What::directory, errno);
    if ((with.home.empty() || chdir(with.home.c_str()) < 0) && chdir("/") < 0) _exit(127);
  }
  close_all_on_exec();
  unblock_all_signals();
  tell(with.report, Report::What::exec, try_exec(with));
  _exit(127);
}

Result<> check(const SpawnRequest& request) {
  if (request.argv.empty() || request.argv[0].empty()) {
    return fail(ErrorCode::invalid_argument, "no program to start");
  }
  const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  for (const auto* list : {&request.argv, &request.env}) {
    for (const auto& one : *list) {
      if (has_nul(one))
        return fail(ErrorCode::invalid_argument, "{}: an argument holds a NUL", request.argv[0]);
    }
  }
  if (has_nul(request.cwd)) return fail(ErrorCode::invalid_argument, "the directory's name holds a NUL");
  return {};
}

struct Forked {
  pid_t pid = -1;
  UniqueFd report;
  UniqueFd held_end;
  ChildSlot slot;
  UniqueFd process;
};

tl::unexpected<Error> no_process(const std::string& program, int sys_errno) {
  if (sys_errno != EAGAIN) return fail_errno(sys_errno, "cannot start {}: fork", program);
  return pass(
      Error{ErrorCode::unavailable, EAGAIN,
            fmt::format("cannot start {}: there are as many processes as the limit allows (ulimit -u, or the "
                        "control group's pids.max)",
                        program)});
}

/// fork(2) but for the table of descriptors, which the child shares; nothing that a fork prepares in the
/// libraries is done, so the child may call only what is async-signal-safe. Below 0: not here, fork instead.
pid_t clone_sharing_descriptors(UniqueFd& process) {
  struct {
    std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  } how{};  // struct clone_args of clone3(2), version 0
  int fd = -1;
  how.flags = CLONE_FILES | CLONE_PIDFD;
  how.pidfd = reinterpret_cast<std::uintptr_t>(&fd);
  how.exit_signal = SIGCHLD;
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &how, sizeof how));
  if (pid > 0) process = UniqueFd(fd);
  return pid;
}

/// Forks; gives the pid and the reading end of its report.
Result<Forked> fork_child(const SpawnRequest& request, std::array<int, 3> std_fds, bool terminal) {
  auto report = open_socket_pair(SOCK_STREAM);
  if (!report) return pass(report.error());
  if (auto set = set_nonblocking(report->first.get()); !set) return pass(set.error());
  Pipe ends;
  if (request.held && terminal) {
    auto made = open_pipe();
    if (!made) return pass(made.error());
    ends = std::move(*made);
    if (auto set = set_nonblocking(ends.read.get()); !set) return pass(set.error());
  }
  Prepared with;
  with.candidates = path_candidates(request.argv[0], request.env);
  with.argv = exec_pointers(request.argv);
  if (request.argv0) with.argv[0] = const_cast<char*>(request.argv0->c_str());
  with.shell_argv = exec_pointers(request.argv);
  with.shell_argv.insert(with.shell_argv.begin(), const_cast<char*>("/bin/sh"));
  with.env = exec_pointers(request.env);
  with.cwd = request.cwd.c_str();
  with.home = std::string(variable(request.env, "HOME"));
  with.umask = request.umask;
  with.nice = request.nice;
  with.memory_limit = request.memory_limit;
  with.input = request.input.c_str();
  with.descriptors = original_descriptor_limit();
  with.std_fds = std_fds;
  with.terminal = terminal;
  with.held = static_cast<bool>(ends.write);
  with.held_end = ends.write.get();
  with.report = report->second.get();
  // On a terminal all three are the same: its place is taken by what only a held program has.
  auto slot = ChildSlot::take(
      std::array{std_fds[0], with.held ? with.held_end : std_fds[1], std_fds[2], with.report});
  const SignalBlock blocked;
  pid_t pid = -1;
  UniqueFd process;
  if (slot) {
    Prepared shared = with;
    shared.std_fds = {slot.number(0), slot.number(with.held ? 0 : 1), slot.number(2)};
    shared.held_end = slot.number(1);
    shared.report = slot.number(3);
    pid = clone_sharing_descriptors(process);
    if (pid == 0) run_child(shared);
  }
  if (pid < 0) {
    slot.release();
    pid = fork();
    if (pid < 0) return no_process(request.argv[0], errno);
    if (pid == 0) run_child(with);
  }
  return Forked{pid, std::move(report->first), std::move(ends.read), std::move(slot), std::move(process)};
}

}  // namespace

bool PendingSpawn::advance() {
  while (!decided_) {
    Report report{};
    const ssize_t n = ::read(status_.get(), &report, sizeof report);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd ended{process_.get(), POLLIN, 0};
      if (!process_ || poll(&ended, 1, 0) != 1) return false;
      // It was killed before it had told that the copies here are not needed any more.
      slot_.release();
      process_.reset();
      continue;
    }
    if (n != static_cast<ssize_t>(sizeof report)) {
      decided_ = true;
      break;
    }
    const char* reason = std::strerror(report.value);
    if (report.what == Report::What::alone) {
      slot_.release();
      process_.reset();
      if (report.value != 0) error_ = no_process(program_, report.value).value();
    } else if (report.what == Report::What::program) {
      spawned_.pid = report.value;
    } else if (report.what == Report::What::directory) {
      if (!spawned_.note.empty()) spawned_.note += "; ";
      spawned_.note += fmt::format("cannot enter {}: {}", cwd_, reason);
    } else if (report.what == Report::What::nice) {
      spawned_.note = fmt::format("cannot change the priority: {}", reason);
    } else if (report.what == Report::What::input) {
      // No errno: it says nothing about the program.
      error_ = fail(ErrorCode::io, "cannot start {}: its input {}: {}", program_, input_, reason).value();
    } else if (report.what == Report::What::terminal) {
      error_ = fail_errno(report.value, "cannot start {}: terminal", program_).value();
    } else {
      error_ = fail_errno(report.value, "cannot run {}", program_).value();
      if (report.value == ENOENT) error_->code = ErrorCode::not_found;
    }
  }
  return true;
}

void PendingSpawn::conclude() {
  (void)advance();
  decided_ = true;
}

Result<Spawned> PendingSpawn::finish() {
  while (!advance()) {
    pollfd ready[] = {{status_.get(), POLLIN, 0}, {process_.get(), POLLIN, 0}};
    poll(ready, 2, -1);
  }
  status_.reset();
  slot_.release();
  process_.reset();
  if (!error_ && spawned_.pid < 0) error_ = no_process(program_, EAGAIN).value();
  if (error_) return pass(std::move(*error_));
  return std::move(spawned_);
}

PendingSpawn::PendingSpawn(const SpawnRequest& request)
    : program_(request.argv[0]), cwd_(request.cwd), input_(request.input) {}

Result<PendingSpawn> start_spawn_on_pty(const SpawnRequest& request) {
  if (auto good = check(request); !good) return pass(good.error());
  auto pty = open_pty(request.size);
  if (!pty) return pass(pty.error());
  if (request.pixels.width != 0) (void)resize_pty(pty->master.get(), request.size, request.pixels);
  const int slave = pty->slave.get();
  auto forked = fork_child(request, {slave, slave, slave}, true);
  if (!forked) return pass(forked.error());
  PendingSpawn pending(request);
  (forked->held_end ? pending.spawned_.holder : pending.spawned_.pid) = forked->pid;
  pending.spawned_.held_end = std::move(forked->held_end);
  pending.spawned_.master = std::move(pty->master);
  pending.spawned_.tty = std::move(pty->name);
  pending.status_ = std::move(forked->report);
  pending.slot_ = std::move(forked->slot);
  pending.process_ = std::move(forked->process);
  return pending;
}

Result<PendingSpawn> start_spawn(const SpawnRequest& request, int in, int out, int err) {
  if (auto good = check(request); !good) return pass(good.error());
  UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail_errno(errno, "cannot open /dev/null");
  const auto or_null = [&](int fd) { return fd < 0 ? null.get() : fd; };
  auto forked = fork_child(request, {or_null(in), or_null(out), or_null(err)}, false);
  if (!forked) return pass(forked.error());
  PendingSpawn pending(request);
  pending.spawned_.pid = forked->pid;
  pending.status_ = std::move(forked->report);
  pending.slot_ = std::move(forked->slot);
  pending.process_ = std::move(forked->process);
  return pending;
}

Result<Spawned> spawn(const SpawnRequest& request, int in, int out, int err) {
  auto pending = start_spawn(request, in, out, err);
  if (!pending) return pass(pending.error());
  auto done = pending->finish();
  if (!done) (void)await_end(pending->child());
  return done;
}

int await_end(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::vector<char*> exec_pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const auto& one : strings) out.push_back(const_cast<char*>(one.c_str()));
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> current_environment() {
  std::vector<std::string> out;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) out.emplace_back(*at);
  return out;
}

std::vector<std::string> path_candidates(const std::string& program, const std::vector<std::string>& env) {
  if (program.find('/') != std::string::npos) return {program};
  std::string_view path = variable(env, "PATH");
  if (path.empty()) path = "/usr/local/bin:/usr/bin:/bin";
  std::vector<std::string> out;
  while (true) {
    const auto colon = path.find(':');
    const std::string_view directory = path.substr(0, colon);
    out.push_back(directory.empty() ? program : std::string(directory) + "/" + program);
    if (colon == std::string_view::npos) return out;
    path.remove_prefix(colon + 1);
  }
}

}  // namespace sess::os
