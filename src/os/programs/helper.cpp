#include "os/programs/helper.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "os/descriptor.hpp"
#include "os/programs/pty.hpp"
#include "os/programs/spawn.hpp"
#include "os/signals.hpp"
#include "os/socket.hpp"

namespace sess::os {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// What a program that was told to end gets before it is killed.
constexpr milliseconds kEndPatience{100};

/// Between fork and exec nothing allocates.
struct Prepared {
  std::vector<std::string> candidates;
  std::vector<char*> argv;
  int stream;
  int errors;
  int slave;  // -1: this program's terminal
  int report;
};

[[noreturn]] void run_child(const Prepared& with) {
  reset_signal_dispositions();
  int reason = 0;
  if (with.slave >= 0 && (::setsid() < 0 || ::ioctl(with.slave, TIOCSCTTY, 0) < 0)) reason = errno;
  // All three are above 2 (ensure_std_descriptors), so none is overwritten before it is placed.
  if (reason == 0 &&
      (::dup2(with.stream, 0) < 0 || ::dup2(with.stream, 1) < 0 || ::dup2(with.errors, 2) < 0)) {
    reason = errno;
  }
  if (reason == 0) {
    close_all_on_exec();
    unblock_all_signals();
    reason = ENOENT;
    for (const auto& path : with.candidates) {
      ::execv(path.c_str(), with.argv.data());
      if (errno != ENOENT && errno != ENOTDIR) reason = errno;
    }
  }
  (void)!::write(with.report, &reason, sizeof reason);
  ::_exit(127);
}

}  // namespace

Result<Helper::Started> Helper::start(const std::vector<std::string>& argv, Terminal terminal) {
  ensure_std_descriptors();
  auto pair = open_socket_pair(SOCK_STREAM);
  if (!pair) return pass(pair.error());
  auto errors = open_pipe();
  if (!errors) return pass(errors.error());
  auto report = open_pipe();
  if (!report) return pass(report.error());
  PtyPair pty;
  if (terminal == Terminal::own) {
    auto opened = open_pty(Size{24, 80});
    if (!opened) return pass(opened.error());
    pty = std::move(*opened);
  }
  if (auto set = set_nonblocking(errors->read.get()); !set) return pass(set.error());
  Prepared with;
  with.candidates = path_candidates(argv.at(0), current_environment());
  with.argv = exec_pointers(argv);
  with.stream = pair->second.get();
  with.errors = errors->write.get();
  with.slave = pty.slave.get();
  with.report = report->write.get();
  pid_t pid = -1;
  {
    const SignalBlock blocked;
    pid = ::fork();
    if (pid < 0) return fail_errno(errno, "cannot start {}: fork", argv[0]);
    if (pid == 0) run_child(with);
  }
  Started out;
  out.stream = std::move(pair->first);
  out.helper.reset(new Helper(pid, std::move(errors->read), std::move(pty.master), std::move(pty.slave)));
  report->write.reset();
  int reason = 0;
  ssize_t got = 0;
  while ((got = ::read(report->read.get(), &reason, sizeof reason)) < 0 && errno == EINTR) {
  }
  if (got == sizeof reason) return fail_errno(reason, "cannot run {}", argv[0]);
  return out;
}

std::optional<int> Helper::wait_status(milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (!status_) {
    int status = 0;
    const pid_t got = ::waitpid(pid_, &status, WNOHANG);
    if (got == pid_) status_ = status;
    if (got < 0 && errno != EINTR) status_ = 0;  // somebody else reaped it
    if (status_ || Clock::now() >= end) break;
    ::poll(nullptr, 0, 2);
  }
  return status_;
}

Helper::~Helper() {
  if (wait_status(milliseconds(0))) return;
  const pid_t target = master_ ? -pid_ : pid_;
  ::kill(target, SIGTERM);
  if (wait_status(kEndPatience)) return;
  ::kill(target, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace sess::os
