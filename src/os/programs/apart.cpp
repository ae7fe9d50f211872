#include "os/programs/apart.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.hpp"
#include "os/descriptor.hpp"
#include "os/programs/spawn.hpp"
#include "os/signals.hpp"

namespace sess::os {
namespace {

/// Made before the first vfork: what runs behind it may change nothing of this process's but `failed`.
struct Prepared {
  std::vector<std::string> candidates;
  std::vector<char*> argv;
  std::vector<char*> env;
  std::array<int, 3> from;
  volatile int failed = 0;  ///< an errno
};

[[noreturn]] void become(Prepared& with) noexcept {
  for (int to = 0; to < 3; ++to) {
    if (dup2(with.from[static_cast<std::size_t>(to)], to) < 0) {
      with.failed = errno;
      _exit(127);
    }
  }
  close_all_on_exec();
  int reason = ENOENT;
  for (const auto& path : with.candidates) {
    execve(path.c_str(), with.argv.data(), with.env.data());
    if (errno != ENOENT && errno != ENOTDIR) reason = errno;
  }
  with.failed = reason;
  _exit(127);
}

/// The process between: it gives the program a session, and its end, with an errno, makes it init's child.
[[noreturn]] void stand_between(Prepared& with) noexcept {
  setsid();
  const pid_t program = vfork();
  if (program == 0) become(with);
  if (program < 0) with.failed = errno;
  _exit(with.failed);
}

}  // namespace

Result<> start_apart(const std::vector<std::string>& argv, const std::vector<std::string>& env, int out,
                     int err) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail_errno(errno, "cannot open /dev/null");
  // Above the three, so that none of them is overwritten while it is still needed.
  std::array<UniqueFd, 3> high;
  Prepared with;
  for (std::size_t i = 0; const int fd : {null.get(), out, err}) {
    high.at(i) = UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!high.at(i)) return fail_errno(errno, "cannot start {}: descriptors", argv[0]);
    with.from.at(i) = high.at(i).get();
    ++i;
  }
  with.candidates = path_candidates(argv[0], env);
  with.argv = exec_pointers(argv);
  with.env = exec_pointers(env);
  pid_t between = -1;
  int failed = 0;
  {
    const SignalBlock blocked;
#ifdef SESS_SANITIZED
    between = fork();  // a sanitizer's vfork has one place to come back to, and one within the other takes it
#else
    between = vfork();
#endif
    if (between == 0) stand_between(with);
    if (between < 0) failed = errno;
  }
  if (between > 0) {
    const int status = await_end(between);
    failed = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
  }
  if (failed == 0) return {};
  auto error = fail_errno(failed, "cannot run {}", argv[0]).value();
  if (failed == ENOENT) error.code = ErrorCode::not_found;
  return pass(std::move(error));
}

bool is_apart() {
  if (getsid(0) == getpid()) return false;
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  return !terminal && errno == ENXIO;
}

}  // namespace sess::os
