// sessd: the daemon's main. Flags, safety checks, the claim on the socket, becoming a daemon, running the
// keeper.
//
// Nothing that matters happens before the lock is held; nothing is shown to a user after the daemon detached
// except through the ready pipe. Servers are forks of the keeper that this starts.
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/complete.hpp"
#include "command/language/help.hpp"
#include "keeper/keeper.hpp"
#include "keeper/probation.hpp"
#include "keeper/upgrade.hpp"
#include "os/activation.hpp"
#include "os/daemon.hpp"
#include "os/descriptor.hpp"
#include "os/memory/reserve.hpp"
#include "os/programs/apart.hpp"
#include "os/runtime_paths.hpp"
#include "os/signals.hpp"
#include "protocol/message.hpp"
#include "server/run.hpp"

namespace {

using namespace sess;

enum Exit : int {
  kOk = 0,      // the daemon listens; also when another one already did
  kFailed = 1,  // the reason is on standard error
  kUsage = 64,  // EX_USAGE
};

constexpr std::chrono::milliseconds kStarterPatience{10'000};
/// Twice the largest message between keeper and server.
constexpr std::size_t kMemoryReserve = 8U << 20U;

struct Flags {
  bool foreground = false;
  bool inetd = false;
  bool boot = false;
  int verbosity = 0;
  os::PathOptions paths;
  std::vector<std::string> config_files;
  int ready_fd = -1;
  int resume_fd = -1;
  int check_resume_fd = -1;
};

constexpr const char* kUsageText =
    "usage: sessd [--foreground] [-L NAME | -S PATH] [-f FILE]... [-v] [--boot] [--inetd]\n"
    "\n"
    "  --foreground   do not become a daemon (for a supervisor: sd_notify and socket activation work)\n"
    "  --boot         start the enabled jobs, as the default daemon always does (sess enable sets this up)\n"
    "  --inetd        the listening socket is standard input (inetd's wait style); implies --foreground\n"
    "  -L NAME        name of the server, one socket each (default: default)\n"
    "  -S PATH        path of the socket\n"
    "  -f FILE        configuration instead of the default one; may be repeated\n"
    "  -v, -vv        log more\n"
    "  --version      print the version\n"
    "  --help         print this\n"
    "\n"
    "Exits with 0 once the daemon listens, also when one was running already; 1 on failure; 64 on wrong "
    "usage.\n"
    "SIGTERM ends the daemon and its programs, SIGUSR1 makes it check its server, SIGUSR2 replaces its "
    "code.\n";

[[noreturn]] void usage_error(const std::string& text) {
  std::fprintf(stderr, "sessd: %s\n%s", text.c_str(), kUsageText);
  std::exit(kUsage);
}

/// What `sess help` shows: of one command, or of all for an empty name.
int print_help(const std::string& command) {
  const auto text =
      command.empty() ? Result<std::string>(command::help_overview()) : command::help_command(command);
  if (!text) {
    std::fprintf(stderr, "%s\n", text.error().text.c_str());
    return kFailed;
  }
  std::fputs(text->c_str(), stdout);
  return kOk;
}

/// What `sess list-commands` shows where no daemon runs.
int print_commands(const std::string& format, const std::string& command) {
  const model::Model nothing;
  command::FormatContext context;
  context.model = &nothing;
  context.jobs = false;
  std::fputs(command::command_list(context, format, command).c_str(), stdout);
  return kOk;
}

int descriptor_argument(const char* text, const char* flag) {
  char* end = nullptr;
  const long fd = std::strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || fd < 1 || fd > INT_MAX)
    usage_error(fmt::format("{}: bad descriptor", flag));
  if (fd > 2) return static_cast<int>(fd);
  // A standard descriptor becomes /dev/null in the daemon; what it stands for now is kept beside it.
  const int kept = fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, 3);
  if (kept < 0) usage_error(fmt::format("{}: bad descriptor", flag));
  return kept;
}

Flags parse(int argc, char** argv) {
  enum Long {
    kForeground = 256,
    kBoot,
    kHelpCommand,
    kListCommands,
    kInetd,
    kVersion,
    kHelp,
    kReadyFd,
    kResumeFd,
    kCheckResumeFd
  };
  static const option kLong[] = {
      {"foreground", no_argument, nullptr, kForeground},
      {"boot", no_argument, nullptr, kBoot},
      {"inetd", no_argument, nullptr, kInetd},
      {"version", no_argument, nullptr, kVersion},
      {"help", no_argument, nullptr, kHelp},
      {"help-command", required_argument, nullptr, kHelpCommand},    // `sess help`
      {"list-commands", required_argument, nullptr, kListCommands},  // and the one to list, or ""
      {"ready-fd", required_argument, nullptr, kReadyFd},
      {"resume-fd", required_argument, nullptr, kResumeFd},
      {"check-resume-fd", required_argument, nullptr, kCheckResumeFd},
      {nullptr, 0, nullptr, 0},
  };
  Flags flags;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":L:S:f:vVh", kLong, nullptr)) != -1;) {
    switch (c) {
      case 'L':
        flags.paths.name = optarg;
        break;
      case 'S':
        flags.paths.socket_path = optarg;
        break;
      case 'f':
        flags.config_files.emplace_back(optarg);
        break;
      case 'v':
        ++flags.verbosity;
        break;
      case kHelpCommand:
        std::exit(print_help(optarg));
      case kListCommands:
        std::exit(print_commands(optarg, optind < argc ? argv[optind] : ""));
      case kForeground:
        flags.foreground = true;
        break;
      case kBoot:
        flags.boot = true;
        break;
      case kInetd:
        flags.inetd = flags.foreground = true;
        break;
      case kReadyFd:
        flags.ready_fd = descriptor_argument(optarg, "--ready-fd");
        break;
      case kResumeFd:
        flags.resume_fd = descriptor_argument(optarg, "--resume-fd");
        break;
      case kCheckResumeFd:
        flags.check_resume_fd = descriptor_argument(optarg, "--check-resume-fd");
        break;
      case 'V':
      case kVersion:
        std::printf("sessd %s\n", SESS_VERSION);
        std::exit(kOk);
      case 'h':
      case kHelp:
        std::fputs(kUsageText, stdout);
        std::exit(kOk);
      case ':':
        usage_error(fmt::format("{} needs an argument", argv[optind - 1]));
      default:
        usage_error(fmt::format("unknown option {}", argv[optind - 1]));
    }
  }
  if (optind < argc) usage_error(fmt::format("unexpected argument {}", argv[optind]));
  return flags;
}

[[noreturn]] void die(os::ReadyPipe& ready, const Error& error) {
  std::fprintf(stderr, "sessd: %s\n", error.text.c_str());
  ready.report(kFailed, error.text);
  std::exit(kFailed);
}

std::string absolute(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  char here[PATH_MAX];
  return getcwd(here, sizeof here) == nullptr ? path : std::string(here) + "/" + path;
}

/// The binary by the name it was started with, so that an upgrade takes what has that name by then.
std::string own_path(const char* argv0) {
  if (std::strchr(argv0, '/') != nullptr) return absolute(argv0);
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

/// What the next code is started with. The state that is handed over decides; the flags are for ps(1).
std::vector<std::string> upgrade_command(const std::string& path, const Flags& flags) {
  if (path.empty()) return {};
  std::vector<std::string> command{path};
  if (flags.foreground) command.emplace_back("--foreground");
  if (flags.paths.name) command.insert(command.end(), {"-L", *flags.paths.name});
  if (flags.paths.socket_path) command.insert(command.end(), {"-S", *flags.paths.socket_path});
  for (int i = 0; i < flags.verbosity; ++i) command.emplace_back("-v");
  return command;
}

void open_log_of(const os::RuntimePaths& paths, const Flags& flags) {
  forget_log();
  const LogLevel level = flags.verbosity > 0 ? LogLevel::debug : LogLevel::info;
  if (auto opened = open_log(paths.log_path(), level); !opened) {
    std::fprintf(stderr, "sessd: %s\n", opened.error().text.c_str());
  }
}

keeper::KeeperOptions keeper_options(const Flags& flags, const std::string& path) {
  keeper::KeeperOptions options;
  options.config_files = flags.config_files;
  options.verbosity = flags.verbosity;
  options.foreground = flags.foreground;
  options.boot = flags.boot;
  options.server_main = &server::run;
  options.refusal = [](const std::string& text) {
    return protocol::encode(protocol::Refusal{protocol::RefusalCode::full, text});
  };
  options.open_log = [flags](const os::RuntimePaths& paths) { open_log_of(paths, flags); };
  options.upgrade_command = upgrade_command(path, flags);
  return options;
}

int resume(const Flags& flags, const std::string& path) {
  os::keep_memory_reserve(kMemoryReserve);
  os::ReadyPipe nobody;
  auto keeper = keeper::Keeper::resume(keeper_options(flags, path), UniqueFd(flags.resume_fd));
  if (!keeper) die(nobody, keeper.error());
  return (*keeper)->run();
}

std::optional<UniqueFd> inherited_listener(const Flags& flags, os::ReadyPipe& ready) {
  if (flags.inetd) {
    auto listener = os::take_inetd_listener();
    if (!listener) die(ready, listener.error());
    return std::move(*listener);
  }
  auto listener = os::take_listen_fds();
  if (!listener) die(ready, listener.error());
  return std::move(*listener);
}

/// A socket that was passed decides where the daemon is found: clients look for it by its path. Next to it
/// stand the lock and the agent's link, as for -S. An error when -L or -S say otherwise.
Result<os::RuntimePaths> paths_of(const UniqueFd& listener, const os::PathOptions& options) {
  auto wanted = os::RuntimePaths::resolve(options);
  if (!wanted) return wanted;
  const std::string bound = os::bound_path(listener.get());
  if (bound.empty() || bound == wanted->socket_path()) return wanted;
  if (options.name || options.socket_path) {
    return fail(ErrorCode::invalid_argument, "the socket that was passed is {}, not {}: leave -L and -S away",
                bound, wanted->socket_path());
  }
  os::PathOptions there = options;
  there.socket_path = bound;
  return os::RuntimePaths::resolve(there);
}

/// Closes what the starter left open, except what it passed on purpose.
void drop_inherited(const Flags& flags) {
  os::ensure_std_descriptors();
  std::vector<int> keep{flags.ready_fd};
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (pid != nullptr && count != nullptr && std::to_string(getpid()) == pid) {
    for (int i = 0; i < std::atoi(count) && i < 16; ++i) keep.push_back(3 + i);
  }
  os::close_other_descriptors(keep);
}

int start(Flags flags, const std::string& path) {
  drop_inherited(flags);
  os::ReadyPipe ready{UniqueFd(flags.ready_fd)};
  // Started by a client: what a daemon forks for was done before, and what is to be said goes up the pipe.
  const bool apart = flags.ready_fd >= 0 && !flags.foreground && os::is_apart();
  if (apart) {
    os::unblock_all_signals();
    if (auto nulled = os::std_descriptors_to_null(); !nulled) die(ready, nulled.error());
  }
  if (auto good = os::refuse_mixed_ids(); !good) die(ready, good.error());
  for (auto& file : flags.config_files) file = absolute(file);
  umask(077);
  auto listener = inherited_listener(flags, ready);
  auto paths = listener ? paths_of(*listener, flags.paths) : os::RuntimePaths::resolve(flags.paths);
  if (!paths) die(ready, paths.error());
  auto claim =
      keeper::claim_socket(*paths, listener ? keeper::Probe::skip : keeper::Probe::connect, kStarterPatience);
  if (!claim) die(ready, claim.error());
  if (!claim->has_value()) {
    if (listener) {
      die(ready, Error{ErrorCode::already_exists, 0,
                       fmt::format("a daemon of {} is running already", paths->socket_path())});
    }
    if (flags.verbosity > 0)
      std::fprintf(stderr, "sessd: already running on %s\n", paths->socket_path().c_str());
    ready.report(kOk);
    return kOk;
  }
  // Without one everything works but what is kept on disk; the server says so, and tries again.
  static_cast<void>(paths->open_state_directory());
  if (flags.foreground || apart) {
    (void)!chdir("/");
  } else {
    std::vector<int> keep{(*claim)->directory.get(), (*claim)->lock.fd(), ready.fd()};
    if (listener) keep.push_back(listener->get());
    auto daemon = os::become_daemon(keep);
    if (!daemon) die(ready, daemon.error());
    if (daemon->starter) {
      if (!daemon->starter->text.empty()) std::fprintf(stderr, "sessd: %s\n", daemon->starter->text.c_str());
      ready.report(daemon->starter->status, daemon->starter->text);
      return daemon->starter->status;
    }
    ready = std::move(daemon->ready);
  }
  os::raise_descriptor_limit();
  os::keep_memory_reserve(kMemoryReserve);
  auto options = keeper_options(flags, path);
  options.paths = *paths;
  options.notifier = os::Notifier::take();
  options.ready = std::move(ready);
  auto keeper = keeper::Keeper::open(std::move(options), std::move(**claim),
                                     listener ? std::move(*listener) : UniqueFd());
  if (!keeper) {
    std::fprintf(stderr, "sessd: %s\n", keeper.error().text.c_str());
    return kFailed;
  }
  return (*keeper)->run();
}

}  // namespace

int main(int argc, char** argv) {
  // Behind this stands a line that somebody types: its flags are not ours.
  if (argc > 2 && std::strcmp(argv[1], "--complete") == 0) {
    cli::print_completions(argv[2], {argv + 3, argv + argc});
    return kOk;
  }
  if (argc > 2 && std::strcmp(argv[1], "--manual") == 0) {
    const auto list = command::manual_list(argv[2]);
    std::fputs(list ? list->c_str() : (list.error().text + "\n").c_str(), list ? stdout : stderr);
    return list ? kOk : 1;
  }
  keeper::Probation::begin(argv);
  const Flags flags = parse(argc, argv);
  const std::string path = own_path(argv[0]);
  if (flags.check_resume_fd >= 0) {
    return keeper::Keeper::can_resume(UniqueFd(flags.check_resume_fd)) ? kOk : keeper::kCannotResume;
  }
  if (flags.resume_fd >= 0) return resume(flags, path);
  return start(flags, path);
}
