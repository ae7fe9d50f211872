#include "keeper/upgrade.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "os/descriptor.hpp"
#include "os/programs/spawn.hpp"
#include "os/signals.hpp"

extern char** environ;

namespace sess::keeper {
namespace {

constexpr std::chrono::milliseconds kPatience{3000};

/// Comes back only when that failed; `last` is appended to the command with the memory's number, `variable`
/// to the environment.
int exec_with(const std::vector<std::string>& command, std::string_view last, const UniqueFd& memory,
              std::vector<int> open_across, std::string variable = {}) {
  open_across.push_back(memory.get());
  std::vector<std::string> strings = command;
  strings.push_back(fmt::format("{}={}", last, memory.get()));
  const auto argv = os::exec_pointers(strings);
  std::vector<char*> environment;
  for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
  if (!variable.empty()) environment.push_back(variable.data());
  environment.push_back(nullptr);
  const os::SignalBlock blocked;
  // Libraries open files of their own (the log's) that are not close-on-exec.
  os::close_all_on_exec();
  for (const int fd : open_across) (void)os::set_close_on_exec(fd, false);
  execve(argv[0], argv.data(), environment.data());
  const int reason = errno;
  for (const int fd : open_across) (void)os::set_close_on_exec(fd, true);
  return reason;
}

Result<UniqueFd> in_memory(const std::string& state) {
  UniqueFd memory(memfd_create("sess-handover", MFD_CLOEXEC));
  if (!memory) return fail_errno(errno, "cannot hand over: memfd");
  if (auto written = os::write_all(memory.get(), state); !written) return pass(written.error());
  return memory;
}

}  // namespace

Result<> check_upgrade(const std::string& path) {
  auto pipe = os::open_pipe();
  if (!pipe) return pass(pipe.error());
  os::SpawnRequest request;
  request.argv = {path, "--version"};
  request.env = os::current_environment();
  auto child = os::spawn(request, -1, pipe->write.get(), -1);
  if (!child) return pass(child.error());
  pipe->write.reset();
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, child->pid, 0)));
  if (!process || !os::wait_readable(process.get(), kPatience)) kill(child->pid, SIGKILL);
  const int status = os::await_end(child->pid);
  (void)os::set_nonblocking(pipe->read.get());
  char block[256];
  const ssize_t n = ::read(pipe->read.get(), block, sizeof block);
  const std::string_view said(block, n > 0 ? static_cast<std::size_t>(n) : 0);
  if (said.substr(0, 5) != "sessd" || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return fail(ErrorCode::invalid_argument, "{} --version does not work", path);
  }
  return {};
}

Result<> check_resume(const std::vector<std::string>& command, const std::string& state,
                      const std::vector<int>& keep) {
  auto memory = in_memory(state);
  if (!memory) return pass(memory.error());
  const pid_t child = fork();
  switch (child) {
    case -1:
      return fail_errno(errno, "cannot ask {} whether it goes on from here", command[0]);
    case 0:
      (void)exec_with(command, "--check-resume-fd", *memory, keep);
      _exit(0);
    default:
      break;
  }
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  const bool late = process && !os::wait_readable(process.get(), kPatience);
  if (!process || late) kill(child, SIGKILL);
  const int status = os::await_end(child);
  if (late || (WIFEXITED(status) && WEXITSTATUS(status) == kCannotResume)) {
    return fail(ErrorCode::invalid_argument, "{} cannot go on from the state of this one", command[0]);
  }
  return {};
}

Error exec_upgrade(const std::vector<std::string>& command, const std::string& state,
                   const std::vector<int>& keep) {
  const auto memory = in_memory(state);
  if (!memory) return memory.error();
  auto open_across = keep;
  std::string variable;
  // Without it there is no way back, as before; with it the code behind exec is on probation.
  const UniqueFd own(::open("/proc/self/exe", O_PATH | O_CLOEXEC));
  if (own) {
    open_across.push_back(own.get());
    variable = fmt::format("{}={}", kCodeBefore, own.get());
  }
  const int reason = exec_with(command, "--resume-fd", *memory, std::move(open_across), std::move(variable));
  return fail_errno(reason, "cannot execute {}", command[0]).value();
}

}  // namespace sess::keeper
