#include "os/daemon.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "os/descriptor.hpp"
#include "os/signals.hpp"

namespace sess::os {
namespace {

constexpr std::size_t kLongestReport = 4096;

/// One byte of status, then the text, then end of file.
StarterVerdict await_daemon(int fd) {
  auto got = read_all(fd, kLongestReport);
  if (!got || got->empty()) return {1, "the daemon ended before it was ready (its log says why)"};
  return {static_cast<unsigned char>((*got)[0]), got->substr(1)};
}

}  // namespace

void ReadyPipe::report(int status, std::string_view text) {
  if (!fd_) return;
  std::string bytes(1, static_cast<char>(status));
  bytes += text.substr(0, kLongestReport - 1);
  ignore_signal(SIGPIPE);  // a starter that is gone no longer wants to know
  (void)write_all(fd_.get(), bytes);
  fd_.reset();
}

Result<Daemonized> become_daemon(std::span<const int> keep) {
  auto pipe = open_pipe();
  if (!pipe) return pass(pipe.error());
  const pid_t child = fork();
  if (child < 0) return fail_errno(errno, "cannot become a daemon: fork");
  if (child > 0) {
    pipe->write.reset();
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    Daemonized out;
    out.starter = await_daemon(pipe->read.get());
    return out;
  }
  // A session leader could acquire a terminal by opening one; its child is none and cannot.
  if (setsid() < 0) _exit(1);
  const pid_t grandchild = fork();
  if (grandchild != 0) _exit(grandchild < 0 ? 1 : 0);
  Daemonized out;
  out.ready = ReadyPipe(std::move(pipe->write));
  pipe->read.reset();
  if (chdir("/") < 0) return fail_errno(errno, "cannot change to /");
  umask(077);
  if (auto nulled = std_descriptors_to_null(); !nulled) return pass(nulled.error());
  std::vector<int> kept(keep.begin(), keep.end());
  kept.push_back(out.ready.fd());
  close_other_descriptors(kept);
  return out;
}

}  // namespace sess::os
