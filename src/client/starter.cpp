#include "client/starter.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "os/descriptor.hpp"
#include "os/programs/apart.hpp"
#include "os/programs/spawn.hpp"

namespace sess::client {
namespace {

constexpr std::size_t kLongestReport = 4096;

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
  const auto argv = daemon_command(options, {"--ready-fd", "1"});
  auto environment = os::current_environment();
  if (options.called_tmux) environment.emplace_back("SESS_DIALECT=tmux");
  if (auto started = os::start_apart(argv, environment, ready->write.get(), STDERR_FILENO); !started)
    return pass(started.error());
  ready->write.reset();
  // A byte, its status (0: it listens, or another one does), then a line about what went wrong, then end of
  // file.
  const auto report = os::read_all(ready->read.get(), kLongestReport);
  if (report && !report->empty() && report->front() == '\0') return {};
  const bool explained = report && report->size() > 1;
  return fail(ErrorCode::unavailable, "the server did not start: {}",
              explained ? report->substr(1) : argv[0] + " ended before it listened");
}

}  // namespace sess::client
