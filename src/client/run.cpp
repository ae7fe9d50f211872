#include "client/run.hpp"

#include <poll.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "client/attach/attachment.hpp"
#include "client/complaint.hpp"
#include "client/dialogue.hpp"
#include "client/greeting.hpp"
#include "client/hello.hpp"
#include "client/remote/hosts.hpp"
#include "client/remote/proxy.hpp"
#include "client/remote/several.hpp"
#include "client/starter.hpp"
#include "client/top/live.hpp"
#include "os/descriptor.hpp"
#include "os/programs/spawn.hpp"
#include "os/runtime_paths.hpp"

namespace sess::client {
namespace {

using protocol::ControlMode;

/// Servers that may die one after the other under one command before it gives up.
constexpr int kMostRetries = 100;
// What another machine asks for is never run on this one.
constexpr const char* kNotHere = "the far server asked for a command on this machine: not run";
constexpr std::chrono::milliseconds kFirstRest{500};
constexpr std::chrono::milliseconds kLongestRest{10'000};
constexpr std::chrono::seconds kFarPatience{30};

int complain(std::string text, ExitCode status = ExitCode::failure) {
  text += '\n';
  (void)os::write_all(STDERR_FILENO, colours_errors() ? coloured_errors(text) : text);
  return static_cast<int>(status);
}

/// Replaces this process; returns only when that failed.
int become(const std::vector<std::string>& argv, const std::vector<std::string>& candidates) {
  const auto pointers = os::exec_pointers(argv);
  for (const std::string& program : candidates) ::execv(program.c_str(), pointers.data());
  return complain(fmt::format("cannot run {}: {}", argv[0], std::strerror(errno)));
}

int become_shell(const protocol::Exec& request) {
  if (request.command.empty()) return 0;
  const std::string shell = request.shell.empty() ? "/bin/sh" : request.shell;
  ::setenv("SHELL", shell.c_str(), 1);
  return become({shell, "-c", request.command}, {shell});
}

// What a signal that ends `sess -CC` has to put back; a handler can reach nothing but globals.
termios control_before;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void restore_and_end(int signo) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &control_before);
  ::_exit(128 + signo);
}

/// The terminal of `sess -CC`: bytes go through as they are, without echo (what tmux sets, client.c).
class ControlTerminal {
 public:
  ControlTerminal() : usable_(::tcgetattr(STDIN_FILENO, &control_before) == 0) {
    if (!usable_) return;
    for (const int signo : {SIGTERM, SIGHUP, SIGINT}) ::signal(signo, restore_and_end);
    termios now = control_before;
    ::cfmakeraw(&now);
    now.c_iflag = ICRNL | IXANY;
    now.c_oflag = OPOST | ONLCR;
    now.c_cflag = CREAD | CS8 | HUPCL;
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    ::cfsetispeed(&now, ::cfgetispeed(&control_before));
    ::cfsetospeed(&now, ::cfgetospeed(&control_before));
    ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  ~ControlTerminal() {
    if (!usable_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &control_before);
    for (const int signo : {SIGTERM, SIGHUP, SIGINT}) ::signal(signo, SIG_DFL);
  }
  ControlTerminal(const ControlTerminal&) = delete;
  ControlTerminal& operator=(const ControlTerminal&) = delete;

 private:
  bool usable_;
};

/// Stays until the program on the other side has seen that it is over.
void wait_for_end_of_input() {
  bool line_begins = true;
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) == 1) {
    if (c == '\n' && line_begins) return;
    line_begins = c == '\n';
  }
}

/// Control mode: what the server prints goes through as it is, and the last line says that it is over.
int hold_control_dialogue(Channel& channel, protocol::ControlMode mode, const protocol::Command& command) {
  const bool raw = mode == ControlMode::raw;
  const std::optional<ControlTerminal> terminal =
      raw ? std::optional<ControlTerminal>(std::in_place) : std::nullopt;
  if (raw) (void)os::write_all(STDOUT_FILENO, "\x1bP1000p");
  channel.send(command);
  ControlText text;
  Streams streams;
  streams.control = &text;
  const DialogueEnd end = hold_dialogue(channel, streams);
  std::string reason;
  int status = 0;
  bool wait = false;
  if (const auto* finished = std::get_if<Finished>(&end)) {
    status = finished->status;
  } else if (const auto* broken = std::get_if<Broken>(&end)) {
    reason = broken->lost ? " server exited unexpectedly" : " " + broken->reason;
    status = 1;
  } else if (const auto* detached = std::get_if<protocol::Detached>(&end)) {
    status = detached->status;
    wait = detached->wait;
    if (detached->reason == protocol::DetachReason::other) reason = " " + detached->message;
  }
  (void)os::write_all(STDOUT_FILENO, text.close() + "%exit" + reason + "\n");
  if (wait) wait_for_end_of_input();
  if (raw) (void)os::write_all(STDOUT_FILENO, "\x1b\\");
  if (const auto* exec = std::get_if<protocol::Exec>(&end)) return become_shell(*exec);
  return status;
}

/// Words behind `sess` on the other machine, up to the proxy's own.
std::vector<std::string> far_words(const Options& options) {
  std::vector<std::string> words;
  if (options.name) words.insert(words.end(), {"-L", *options.name});
  if (options.socket_path) words.insert(words.end(), {"-S", *options.socket_path});
  for (const auto& file : options.config_files) words.insert(words.end(), {"-f", file});
  if (options.no_start || !may_start_server(options.command)) words.emplace_back("-N");
  words.emplace_back("proxy");
  return words;
}

/// What is done with each way a dialogue ends; the result is the exit status.
class Ending {
 public:
  Ending(const Options& options, const Connector& connector, const protocol::Hello& hello, Greeting& greeting)
      : options_(options), connector_(connector), hello_(hello), greeting_(greeting) {}

  int operator()(const Finished& end) { return end.status; }
  int operator()(const Broken& end) {
    return complain(end.reason, end.lost ? ExitCode::unknown : ExitCode::failure);
  }
  int operator()(const protocol::Exec& end) {
    if (greeting_.channel.far() != nullptr) return complain(kNotHere);
    return become_shell(end);
  }
  int operator()(const protocol::Detached& end) {
    if (!end.message.empty()) (void)os::write_all(STDOUT_FILENO, end.message + "\n");
    return end.status;
  }
  int operator()(const protocol::Attached& attached) {
    auto attachment = Attachment::open(STDIN_FILENO, std::move(greeting_.channel), connector_, hello_,
                                       greeting_.welcome, attached, route(), options_.predict);
    if (!attachment) return complain(attachment.error().text);
    const AttachmentEnd end = (*attachment)->run();
    attachment->reset();
    std::string text = end.printed;
    if (!end.message.empty()) text += end.message + "\n";
    (void)os::write_all(STDOUT_FILENO, text);
    if (end.far && end.exec) return complain(kNotHere);
    if (!end.far && end.hang_up_parent && ::getppid() > 1) ::kill(::getppid(), SIGHUP);
    if (end.exec) return become_shell(*end.exec);
    return end.status;
  }

 private:
  /// A daemon that is away for a moment is waited for there, and none is started.
  [[nodiscard]] std::optional<remote::Route> route() const {
    if (!options_.far) return std::nullopt;
    auto words = far_words(options_);
    if (std::find(words.begin(), words.end(), "-N") == words.end()) words.insert(words.begin(), "-N");
    words.insert(words.end(), {"--wait", "--alone"});
    return remote::Route{*options_.far, std::move(words)};
  }

  const Options& options_;
  const Connector& connector_;
  const protocol::Hello& hello_;
  Greeting& greeting_;
};

/// Inside a session the client means the server of that session: the variable is "socket,pid,session".
std::optional<std::string> socket_around(const char* variable) {
  const char* inside = std::getenv(variable);
  if (inside == nullptr || inside[0] != '/') return std::nullopt;
  const std::string_view value(inside);
  return std::string(value.substr(0, value.find(',')));
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

/// Which server is meant, and the socket's name in what is said about it.
struct Place {
  os::PathOptions path;
  std::string shown;
};

/// As `tmux`: a name among tmux's sockets is a link to the server's own, or the name of one that has made
/// none yet. What stands there as a socket is tmux's, and is taken as it is.
Place tmux_place(const Options& options) {
  Place out;
  const std::string directory = os::tmux_directory(variable("TMUX_TMPDIR"));
  std::optional<std::string> socket = options.socket_path;
  if (!socket && !options.name) socket = socket_around("TMUX");
  // tmux-environment may be off.
  if (!socket && !options.name && std::getenv("TMUX") == nullptr) socket = socket_around("SESS");
  out.shown = socket.value_or(directory + "/" + options.name.value_or("default"));
  std::error_code unknown;
  const auto there = std::filesystem::symlink_status(out.shown, unknown);
  const bool exists = std::filesystem::exists(there);
  const bool link = std::filesystem::is_symlink(there);
  const auto slash = out.shown.rfind('/');
  const bool by_name = !socket || (slash != std::string::npos && out.shown.substr(0, slash) == directory &&
                                   os::valid_name(out.shown.substr(slash + 1)) && (!exists || link));
  if (by_name) {
    out.path.name = out.shown.substr(out.shown.rfind('/') + 1);
  } else {
    out.path.socket_path = socket;
  }
  if (!link) return out;
  // The link leads to the server that was used last under this name, should another one be meant by it here.
  std::error_code failed;
  const auto target = std::filesystem::read_symlink(out.shown, failed);
  if (!failed && target.is_absolute() && std::filesystem::exists(target, failed)) {
    const auto own = os::RuntimePaths::resolve(out.path);
    if (!own || own->socket_path() != target) out.path.socket_path = target;
  }
  return out;
}

Place place_of(const Options& options) {
  if (options.called_tmux) return tmux_place(options);
  Place out;
  out.path.name = options.name;
  out.path.socket_path = options.socket_path;
  if (!out.path.name && !out.path.socket_path) out.path.socket_path = socket_around("SESS");
  return out;
}

/// In tmux's words: programs that drive it look for them.
Error in_tmux_words(Error error, const std::string& shown) {
  std::error_code unknown;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(shown, unknown));
  if (error.code == ErrorCode::unavailable || (error.code == ErrorCode::not_found && there)) {
    error.text = fmt::format("no server running on {}", shown);
  } else if (error.code == ErrorCode::not_found) {
    error.text = fmt::format("error connecting to {} ({})", shown, std::strerror(ENOENT));
  }
  return error;
}

/// A link that was lost in the middle of a command is made again, as long as it takes where somebody follows
/// or waits.
Result<Greeting> greet_again(const Options& options, const Connector& connector, const protocol::Hello& hello,
                             bool follows) {
  const auto since = std::chrono::steady_clock::now();
  auto rest = kFirstRest;
  for (;;) {
    auto greeting = greet(connector, hello, {});
    if (greeting || !options.far || greeting.error().code != ErrorCode::unavailable) return greeting;
    if (!follows && std::chrono::steady_clock::now() - since >= kFarPatience) return greeting;
    ::poll(nullptr, 0, static_cast<int>(rest.count()));
    rest = std::min(rest * 2, kLongestRest);
  }
}

bool is_run(const std::vector<std::string>& command) {
  return !command.empty() && (command[0] == "run" || command[0] == "run-job");
}

/// `run ... &` of an interactive shell: what is in the background cannot have the terminal.
std::vector<std::string> for_background(std::vector<std::string> command) {
  // With these it is run-shell.
  static constexpr std::string_view kShell[] = {"-b", "-C", "-t"};
  if (!is_run(command) || command.size() < 2 ||
      std::find(std::begin(kShell), std::end(kShell), command[1]) != std::end(kShell)) {
    return command;
  }
  const pid_t foreground = ::isatty(STDIN_FILENO) != 0 ? ::tcgetpgrp(STDIN_FILENO) : -1;
  if (foreground > 0 && foreground != ::getpgrp()) command.insert(command.begin() + 1, "--detach");
  return command;
}

/// What was piped into a job that reads its own input: who wrote it takes it for read.
void tell_of_unread_input(const std::vector<std::string>& command) {
  struct stat facts {};
  int waiting = 0;
  if (!is_run(command) || ::fstat(STDIN_FILENO, &facts) != 0 ||
      (!S_ISFIFO(facts.st_mode) && !S_ISSOCK(facts.st_mode)) ||
      ::ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting <= 0) {
    return;
  }
  fmt::print(stderr, "[sess: what was piped into sess run was not read: a job reads it with --input -]\n");
}

int converse(const Options& options, const Connector& connector, const std::function<Result<>()>& start) {
  const protocol::Hello hello = make_hello(options);
  const bool own_words = options.dialect == Dialect::sess;
  protocol::Command command{own_words ? for_background(options.command) : options.command};
  if (!command.fits()) return complain("command too long");
  auto greeting = greet(connector, hello, start);
  if (!greeting) {
    const bool here =
        own_words && !options.far && !options.connector && options.local_command && !options.command.empty();
    if (const auto status = here ? options.local_command(options.command, Asked::in_vain) : std::nullopt)
      return *status;
    return complain(greeting.error().text);
  }
  if (options.shell_command) {
    greeting->channel.send(protocol::Shell{*options.shell_command});
  } else if (options.control != ControlMode::none) {
    return hold_control_dialogue(greeting->channel, options.control, command);
  } else {
    greeting->channel.send(command);
  }
  Streams streams;
  streams.colours = own_words && colours_errors();
  DialogueEnd end = hold_dialogue(greeting->channel, streams);
  // The server was replaced under the command: the keeper's socket waits for the next one.
  command.again = greeting->welcome.token;
  std::vector<std::string> retry;  // what a server said to ask for instead
  for (int lost = 0; lost < kMostRetries; ++lost) {
    auto* broken = std::get_if<Broken>(&end);
    if (broken == nullptr || !broken->lost) break;
    if (!broken->retry.empty()) retry = broken->retry;
    const bool repeatable =
        !options.shell_command && broken->repeatable && command.fits() && !command.again.empty();
    if (retry.empty() && !repeatable) break;
    auto again = greet_again(options, connector, hello, !retry.empty());
    if (!again) {
      broken->reason += ", and no other answers (" + again.error().text + ")";
      break;
    }
    if (retry.empty() && !protocol::has_feature(again->welcome.features, protocol::kAskAgain)) break;
    const Printed printed = broken->printed;
    greeting = std::move(again);
    if (retry.empty()) {
      greeting->channel.send(command);
      end = hold_dialogue(greeting->channel, streams, printed);
    } else {
      greeting->channel.send(protocol::Command{retry});
      end = hold_dialogue(greeting->channel, streams);
    }
  }
  if (auto* broken = std::get_if<Broken>(&end); broken != nullptr && broken->lost) {
    broken->reason +=
        fmt::format(": what became of '{}' is not known",
                    options.command.empty() ? std::string("new-session") : options.command.front());
  }
  if (own_words && std::holds_alternative<Finished>(end)) tell_of_unread_input(options.command);
  return std::visit(Ending(options, connector, hello, *greeting), end);
}

int run_far(const Options& options) {
  const Connector connector = [&options, words = far_words(options), first = true]() mutable {
    const auto attempt = std::exchange(first, false) ? remote::Attempt::first : remote::Attempt::again;
    return connect_far(*options.far, attempt, os::Helper::Terminal::shared, words);
  };
  // What starts a daemon is over there; a refusal because one is ending is worth a second look.
  std::function<Result<>()> start;
  if (may_start_server(options.command) && !options.no_start) start = [] { return Result<>(); };
  return converse(options, connector, start);
}

/// Several hosts are asked for what is only shown.
int run_several(const Options& options, const remote::Hosts& hosts) {
  static constexpr std::string_view kListings[] = {"ls", "list-sessions", "ps", "jobs"};
  const auto& command = options.command;
  if (command.empty() ||
      std::find(std::begin(kListings), std::end(kListings), command[0]) == std::end(kListings)) {
    return complain("several hosts can be asked for ls, ps and jobs, nothing else");
  }
  const auto names = hosts.expand(options.several);
  if (!names) return complain(names.error().text);
  std::vector<std::string> arguments;
  if (options.name) arguments.insert(arguments.end(), {"-L", *options.name});
  if (options.socket_path) arguments.insert(arguments.end(), {"-S", *options.socket_path});
  arguments.insert(arguments.end(), command.begin(), command.end());
  return remote::run_on_several(*names, arguments);
}

/// Names of hosts.toml become what they stand for.
int run_elsewhere(const Options& options) {
  const auto paths = os::RuntimePaths::resolve(place_of(options).path);
  if (!paths) return complain(paths.error().text);
  const auto hosts = remote::Hosts::load(paths->config_directory + "/hosts.toml");
  if (!hosts) return complain(hosts.error().text);
  if (!options.several.empty()) return run_several(options, *hosts);
  Options resolved = options;
  resolved.far = hosts->resolve(*options.far);
  return run_far(resolved);
}

/// It asks by `sess`, whatever this program was called by: the server is the same one.
int run_top(const Options& options) {
  Options same = options;
  if (options.called_tmux && !options.far) {
    const auto paths = os::RuntimePaths::resolve(place_of(options).path);
    if (!paths) return complain(paths.error().text);
    same.name.reset();
    same.socket_path = paths->socket_path();
  }
  const auto status = top::run(same);
  return status ? *status : complain(status.error().text);
}

}  // namespace

int run(const Options& options) {
  switch (options.action) {
    case Options::Action::version:
      (void)os::write_all(STDOUT_FILENO, options.called_tmux ? fmt::format("tmux {}\n", kTmuxVersion)
                                                             : std::string("sess " SESS_VERSION "\n"));
      return 0;
    case Options::Action::help:
      (void)os::write_all(STDOUT_FILENO, help());
      return 0;
    case Options::Action::run:
      break;
  }
  if (options.color) choose_colours(*options.color == protocol::ColorChoice::always);
  if (auto ids = os::refuse_mixed_ids(); !ids) return complain(ids.error().text);
  os::ensure_std_descriptors();
  if (options.foreground) {
    const auto argv = daemon_command(options, {"--foreground"});
    return become(argv, os::path_candidates(argv[0], os::current_environment()));
  }
  if (options.local_command && options.dialect == Dialect::sess && !options.command.empty()) {
    if (const auto status = options.local_command(options.command, Asked::before)) return *status;
  }
  if (options.dialect == Dialect::sess && !options.command.empty() && options.command.front() == "top" &&
      options.several.empty()) {
    return run_top(options);
  }
  if (options.far || !options.several.empty()) return run_elsewhere(options);
  if (options.connector) return converse(options, options.connector, {});

  const Place place = place_of(options);
  const auto paths = os::RuntimePaths::resolve(place.path);
  if (!paths) return complain(paths.error().text);
  const std::string path = paths->socket_path();
  const Connector connector = [&path, &options, &place]() -> Result<Link> {
    auto link = connect_server(path, options.credentials);
    if (!link && options.dialect == Dialect::tmux) return pass(in_tmux_words(link.error(), place.shown));
    return link;
  };
  std::function<Result<>()> start;
  if (!options.no_start && (options.shell_command || may_start_server(options.command, options.dialect))) {
    start = [&] { return start_daemon(options, *paths, [&] { return !connector(); }); };
  }
  if (options.dialect == Dialect::sess && !options.command.empty() && options.command.front() == "proxy") {
    const auto words = remote::parse_proxy_words({options.command.begin() + 1, options.command.end()});
    if (!words) return complain(words.error().text);
    if (!options.no_start && !words->wait)
      start = [&] { return start_daemon(options, *paths, [&] { return !connector(); }); };
    return remote::run_proxy(*words, connector, start);
  }
  return converse(options, connector, start);
}

}  // namespace sess::client
