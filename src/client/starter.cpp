#include "client/starter.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "os/descriptor.hpp"
#include "os/programs/spawn.hpp"

namespace sess::client {
namespace {

/// sessd beside this program when it is there, else the bare name for a search in PATH.
std::string daemon_program() {
  std::array<char, PATH_MAX> self{};
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size() - 1);
  if (length > 0) {
    std::string path(self.data(), static_cast<std::size_t>(length));
    path.replace(path.rfind('/') + 1, std::string::npos, "sessd");
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return "sessd";
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::vector<std::string> daemon_command(const Options& options, const std::vector<std::string>& extra) {
  std::vector<std::string> argv{options.daemon_program.empty() ? daemon_program() : options.daemon_program};
  if (options.socket_path) {
    argv.insert(argv.end(), {"-S", *options.socket_path});
  } else if (options.name) {
    argv.insert(argv.end(), {"-L", *options.name});
  }
  for (const std::string& file : options.config_files) argv.insert(argv.end(), {"-f", file});
  for (int i = 0; i < options.verbose; ++i) argv.emplace_back("-v");
  argv.insert(argv.end(), extra.begin(), extra.end());
  return argv;
}

Result<> start_daemon(const Options& options, const os::RuntimePaths& paths,
                      const std::function<bool()>& still_absent) {
  auto directory = paths.open_socket_directory(os::RuntimePaths::Create::yes);
  if (!directory) return pass(directory.error());
  // Only where nobody else can hold the lock: the directory of -S may be shared.
  if (paths.private_directory) {
    while (::flock(directory->get(), LOCK_EX) < 0) {
      if (errno != EINTR) return fail_errno(errno, "cannot lock {}", paths.socket_directory);
    }
    if (!still_absent()) return {};
  }
  auto ready = os::open_pipe();
  if (!ready) return pass(ready.error());
  os::SpawnRequest request;
  request.argv = daemon_command(options, {"--ready-fd", "1"});
  request.env = os::current_environment();
  if (options.called_tmux) request.env.emplace_back("SESS_DIALECT=tmux");
  request.cwd = ".";
  auto daemon = os::spawn(request, -1, ready->write.get(), STDERR_FILENO);
  if (!daemon) return pass(daemon.error());
  ready->write.reset();
  // A byte of 0 says that it listens. The end of file says that this process has nothing more to say: then
  // its exit status does, which is 0 once the daemon that it forked listens.
  char byte = 0;
  ssize_t got = 0;
  while ((got = ::read(ready->read.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  const int status = wait_for(daemon->pid);
  if ((got == 1 && byte == 0) || (got == 0 && status == 0)) return {};
  return fail(ErrorCode::unavailable, "the server did not start ({} ended with status {})", request.argv[0],
              status);
}

}  // namespace sess::client
