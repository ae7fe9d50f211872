#include "support/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "base/fd.hpp"

namespace sess::test {

namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// Appends what is there; closes the descriptor at its end.
void drain(UniqueFd& fd, std::string& into) {
  std::array<char, 65536> buffer;
  while (fd) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else {
      if (n == 0 || errno != EAGAIN) fd.reset();
      return;
    }
  }
}

/// Writes what fits; closes the descriptor once all is written or nobody reads.
void pour(UniqueFd& fd, std::string_view& from) {
  while (fd && !from.empty()) {
    const ssize_t n = ::write(fd.get(), from.data(), from.size());
    if (n > 0) {
      from.remove_prefix(static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else {
      if (errno != EAGAIN) fd.reset();
      return;
    }
  }
  fd.reset();
}

/// A write to a program that has ended must be an error, not the end of the test.
class IgnorePipeSignal {
 public:
  IgnorePipeSignal() : before_(::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnorePipeSignal() { ::signal(SIGPIPE, before_); }
  IgnorePipeSignal(const IgnorePipeSignal&) = delete;
  IgnorePipeSignal& operator=(const IgnorePipeSignal&) = delete;

 private:
  sighandler_t before_;
};

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

bool ExitStatus::exited() const {
  return WIFEXITED(raw);
}
int ExitStatus::code() const {
  return WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
}
int ExitStatus::signal() const {
  return WIFSIGNALED(raw) ? WTERMSIG(raw) : 0;
}

std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const auto& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string find_program(const std::string& name, const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos) return name;
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& entry : env) {
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string candidate = path.substr(begin, end - begin) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  throw std::runtime_error("no program " + name + " in " + path);
}

void exec_child(char* const* argv, char* const* env, const char* program, int report_fd) {
  for (int signo = 1; signo < NSIG; ++signo) ::signal(signo, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execve(program, argv, env);
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(report_fd, &error, sizeof error);
  ::_exit(127);
}

bool reap(pid_t child, ExitStatus& status, Milliseconds patience) {
  const auto try_reap = [&] {
    const pid_t got = ::waitpid(child, &status.raw, WNOHANG);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
    return got == child;
  };
  if (try_reap()) return true;
  const UniqueFd pidfd = open_pidfd(child);
  if (!pidfd) return wait_until(try_reap, patience);
  return wait_readable(pidfd.get(), patience) && wait_until(try_reap, patience);
}

Outcome run(const std::vector<std::string>& argv, const std::vector<std::string>& env, std::string_view input,
            Milliseconds patience) {
  const std::string program = find_program(argv.at(0), env);
  const auto argv_c = c_strings(argv);
  const auto env_c = c_strings(env);
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe report = make_pipe();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    ::dup2(in.read.get(), 0);
    ::dup2(out.write.get(), 1);
    ::dup2(err.write.get(), 2);
    exec_child(argv_c.data(), env_c.data(), program.c_str(), report.write.get());
  }
  in.read.reset();
  out.write.reset();
  err.write.reset();
  report.write.reset();
  int exec_error = 0;
  if (::read(report.read.get(), &exec_error, sizeof exec_error) == sizeof exec_error) {
    ::waitpid(child, nullptr, 0);
    throw std::system_error(exec_error, std::generic_category(), "exec " + program);
  }
  set_nonblocking(in.write.get());
  set_nonblocking(out.read.get());
  set_nonblocking(err.read.get());

  const IgnorePipeSignal no_sigpipe;
  const UniqueFd pidfd = open_pidfd(child);
  const Deadline deadline(patience);
  Outcome outcome;
  for (;;) {
    pour(in.write, input);
    // poll(2) skips negative descriptors, so the closed ones may stay in the list.
    std::array<pollfd, 4> entries{{{pidfd.get(), POLLIN, 0},
                                   {out.read ? out.read.get() : -1, POLLIN, 0},
                                   {err.read ? err.read.get() : -1, POLLIN, 0},
                                   {in.write ? in.write.get() : -1, POLLOUT, 0}}};
    const int ready = ::poll(entries.data(), entries.size(), deadline.milliseconds_left());
    // Whether it has ended is asked before its output is read, so that nothing it wrote is missed.
    const bool ended = ::waitpid(child, &outcome.status.raw, WNOHANG) == child;
    drain(out.read, outcome.out);
    drain(err.read, outcome.err);
    if (ended) return outcome;
    if (ready == 0 && deadline.passed()) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &outcome.status.raw, 0);
      outcome.timed_out = true;
      return outcome;
    }
  }
}

}  // namespace sess::test
