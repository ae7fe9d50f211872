#include "client/options.hpp"

#include "client/screen_words.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/printable.hpp"
#include "client/remote/hosts.hpp"

namespace sess::client {
namespace {

struct Starter {
  std::string_view name;
  std::string_view alias;
  std::size_t shortest;  // prefixes of the name from this length on name no other command
};

// tmux's commands with CMD_STARTSERVER, and the job command that must work on a fresh machine.
constexpr std::array kStarters{
    Starter{"new-session", "new", 5},
    Starter{"attach-session", "attach", 1},
    Starter{"start-server", "start", 3},
    Starter{"list-keys", "lsk", 6},
    Starter{"run", "run-job", 3},
    Starter{"start", "start-job", 5},
    Starter{"restart", "restart-job", 7},
    Starter{"enable", "enable", 6},
    Starter{"disable", "disable", 7},
    // What jobs of an earlier daemon left is on disk; a daemon that finds nothing else to do leaves again.
    Starter{"wait", "wait-job", 4},
    Starter{"status", "status", 6},
    Starter{"history", "history", 7},
    Starter{"logs", "logs", 4},
    Starter{"jobs", "jobs", 4},
    Starter{"ps", "ps", 2},
    Starter{"rm", "rm", 2},
    Starter{"restore", "restore", 7},
    Starter{"doctor", "doctor", 6},
    Starter{"cat", "cat", 3},
    Starter{"edit", "edit", 4},
};

// tmux's alone: start is start-server, wait is wait-for, run is run-shell.
constexpr std::array kTmuxStarters{
    Starter{"new-session", "new", 5},    Starter{"attach-session", "attach", 1},
    Starter{"start-server", "start", 3}, Starter{"list-commands", "lscm", 7},
    Starter{"list-keys", "lsk", 6},
};

bool starts_server(std::string_view word, std::span<const Starter> starters) {
  return std::any_of(starters.begin(), starters.end(), [word](const Starter& starter) {
    return word == starter.alias ||
           (word.size() >= starter.shortest && word == starter.name.substr(0, word.size()));
  });
}

}  // namespace

bool may_start_server(const std::vector<std::string>& command, Dialect dialect) {
  if (command.empty()) return true;
  const auto starters = dialect == Dialect::tmux ? std::span<const Starter>(kTmuxStarters) : kStarters;
  bool first_word = true;
  for (const std::string& word : command) {
    // A word that ends in ";" ends its command, as in tmux; "\;" is a semicolon that belongs to the word.
    const bool ends =
        !word.empty() && word.back() == ';' && (word.size() < 2 || word[word.size() - 2] != '\\');
    if (first_word && starts_server(std::string_view(word).substr(0, word.size() - (ends ? 1 : 0)), starters))
      return true;
    first_word = ends;
  }
  return false;
}

namespace {

/// Commands that have no -H of their own, and may be given one: those that only look, and attach.
bool takes_host(std::string_view word) {
  static constexpr std::string_view kOurs[] = {"ps", "jobs", "status", "history", "logs", "doctor", "top"};
  if (std::find(std::begin(kOurs), std::end(kOurs), word) != std::end(kOurs)) return true;
  return word == "ls" || word == "attach" ||
         (word.size() > 5 && std::string_view("list-sessions").substr(0, word.size()) == word) ||
         (word.size() > 1 && std::string_view("attach-session").substr(0, word.size()) == word);
}

Result<> set_far(Options& options, Result<remote::Destination> far) {
  if (!far) return pass(far.error());
  if (options.far || !options.several.empty())
    return fail(ErrorCode::invalid_argument, "two hosts are named");
  options.far = std::move(*far);
  return {};
}

}  // namespace

namespace {

Result<prediction::Policy> policy_of(std::string_view word) {
  using prediction::Policy;
  if (word == "auto") return Policy::automatic;
  if (word == "always") return Policy::always;
  if (word == "never") return Policy::never;
  return fail(ErrorCode::invalid_argument, "--predict takes auto, always or never, not '{}'",
              printable(word));
}

/// `--predict WHEN`, also behind `ssh`.
Result<> take_policy(Options& options) {
  constexpr std::string_view kName = "--predict";
  auto& words = options.command;
  while (words.size() > 1 && words[1].starts_with(kName)) {
    const bool apart = words[1] == kName;
    if (apart && words.size() < 3)
      return fail(ErrorCode::invalid_argument, "--predict needs auto, always or never");
    if (!apart && words[1][kName.size()] != '=') return {};
    const auto policy = policy_of(apart ? words[2] : words[1].substr(kName.size() + 1));
    if (!policy) return pass(policy.error());
    options.predict = *policy;
    words.erase(words.begin() + 1, words.begin() + (apart ? 3 : 2));
  }
  return {};
}

Result<> set_hosts(Options& options, const std::string& text) {
  options.host = text;
  if (!remote::names_several(text)) return set_far(options, remote::parse_destination(text));
  if (options.far || !options.several.empty())
    return fail(ErrorCode::invalid_argument, "two hosts are named");
  options.several = text;
  return {};
}

}  // namespace

Result<std::optional<protocol::ColorChoice>> color_of(std::string_view word) {
  using protocol::ColorChoice;
  if (word == "auto") return std::nullopt;
  if (word == "always") return ColorChoice::always;
  if (word == "never") return ColorChoice::never;
  return fail(ErrorCode::invalid_argument, "--color takes always, auto or never, not '{}'", printable(word));
}

Result<> take_host(Options& options) {
  auto& words = options.command;
  if (words.empty()) return {};
  if (words[0] == "ssh") {
    if (auto taken = take_policy(options); !taken) return taken;
    if (words.size() == 2 && (words[1] == "-h" || words[1] == "--help")) {
      words[1] = "--help";  // as of any command
      return {};
    }
    auto parsed = remote::parse_ssh_words({words.begin() + 1, words.end()});
    if (!parsed) return pass(parsed.error());
    auto command = remote::session_command(parsed->rest);
    if (!command) return pass(command.error());
    words = std::move(*command);
    return set_far(options, std::move(parsed->destination));
  }
  if (!takes_host(words[0])) return {};
  for (std::size_t at = 1; at < words.size() && words[at] != "--" && words[at] != ";"; ++at) {
    if (words[at].rfind("-H", 0) != 0) continue;
    const bool apart = words[at].size() == 2;
    if (apart && at + 1 == words.size()) return fail(ErrorCode::invalid_argument, "-H needs a host");
    const std::string host = apart ? words[at + 1] : words[at].substr(2);
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(at);
    words.erase(first, first + (apart ? 2 : 1));
    return set_hosts(options, host);
  }
  return {};
}

std::string usage(Dialect dialect) {
  if (dialect == Dialect::tmux) {
    return "usage: tmux [-2CDlNuvV] [-c shell-command] [-f file] [-L socket-name]\n"
           "            [-S socket-path] [-T features] [command [flags]]";
  }
  return "usage: sess [-2CDlNqUuvV] [-c shell-command] [-f file] [-H host] [-L socket-name] [-S socket-path] "
         "[-T "
         "features] "
         "[command [flags]]";
}

std::string help() {
  return usage() + R"(

Keeps terminal programs alive: run them in sessions, detach, and come back.

  sess                     attach to the latest session, or make one
  sess new -s NAME         a new session
  sess attach -t NAME      back to a session
  sess ls                  what there is (sess ps: with jobs, sess top: live)
  sess ssh HOST            the same there; a link that dies is made again (sess -H HOST COMMAND: any command)
  sess help                the commands, and `sess help COMMAND` about one of them

  -L NAME   another server of yours, by name      -f FILE   configuration for a server that is started
  -S PATH   another server, by its socket         -N        do not start a server
  -c CMD    run CMD in the default shell          -D        be the server, in the foreground
  -C        control mode (-CC: for terminals)     -T NAMES  features that the terminal has
  -H HOST   the server of another machine, by ssh (exec:COMMAND: by a command; a,b or @GROUP: ls of several)
  --predict auto|always|never                     show keys before they come back from HOST (auto: on slow links)
  --color always|auto|never                       colours in what is printed (auto: on a terminal, not with NO_COLOR)
  -u        the terminal shows UTF-8              -2        the terminal has 256 colours
  -l        login shell                           -v        log more (repeatable)
  -V        version
)";
}

Result<Options> parse_options(const std::vector<std::string>& given) {
  Options options;
  std::vector<std::string> arguments(given.begin(),
                                     given.begin() + std::min<std::ptrdiff_t>(1, std::ssize(given)));
  if (!given.empty() && given[0].substr(given[0].rfind('/') + 1) == "tmux") options.dialect = Dialect::tmux;
  const bool tmux = options.called_tmux = options.dialect == Dialect::tmux;
  if (tmux) {
    arguments = given;
  } else {
    auto words = from_screen_words({given.begin() + std::ssize(arguments), given.end()});
    if (!words) return pass(words.error());
    arguments.insert(arguments.end(), words->begin(), words->end());
  }
  std::vector<std::string> copy = arguments;
  std::vector<char*> argv;
  for (std::string& argument : copy) argv.push_back(argument.data());
  argv.push_back(nullptr);
  constexpr int kVersion = 256;
  constexpr int kHelp = 257;
  constexpr int kPredict = 258;
  constexpr int kColor = 259;
  static const std::array<option, 5> kLong{{{"version", no_argument, nullptr, kVersion},
                                            {"help", no_argument, nullptr, kHelp},
                                            {"predict", required_argument, nullptr, kPredict},
                                            {"color", required_argument, nullptr, kColor},
                                            {nullptr, 0, nullptr, 0}}};
  optind = 0;  // glibc: start anew, whoever used getopt before
  opterr = 0;
  for (;;) {
    const int count = static_cast<int>(copy.size());
    const char* letters = tmux ? "+:2c:CDdf:lL:NqS:T:uUvV" : "+2c:CDdf:hH:lL:NqS:T:uUvV";
    const int flag = ::getopt_long(count, argv.data(), letters, tmux ? &kLong.back() : kLong.data(), nullptr);
    if (flag == -1) break;
    switch (flag) {
      case '2':
        options.colours_256 = true;
        break;
      case 'c':
        options.shell_command = optarg;
        break;
      case 'C':
        options.control = options.control == protocol::ControlMode::none ? protocol::ControlMode::plain
                                                                         : protocol::ControlMode::raw;
        break;
      case 'D':
        options.foreground = true;
        break;
      case 'f':
        options.config_files.emplace_back(optarg);
        break;
      case 'H': {
        options.far.reset();
        options.several.clear();
        if (auto taken = set_hosts(options, optarg); !taken) return pass(taken.error());
        break;
      }
      case 'l':
        options.login_shell = true;
        break;
      case 'L':
        options.name = optarg;
        break;
      case 'N':
        options.no_start = true;
        break;
      case 'S':
        options.socket_path = optarg;
        break;
      case 'T':
        options.terminal_features += (options.terminal_features.empty() ? "" : ",") + std::string(optarg);
        break;
      case 'u':
        options.utf8 = true;
        break;
      case 'v':
        ++options.verbose;
        break;
      case 'd':  // accepted and without effect, as in tmux
      case 'q':
      case 'U':
        break;
      case kPredict: {
        const auto policy = policy_of(optarg);
        if (!policy) return pass(policy.error());
        options.predict = *policy;
        break;
      }
      case kColor: {
        const auto choice = color_of(optarg);
        if (!choice) return pass(choice.error());
        options.color = *choice;
        break;
      }
      case 'V':
      case kVersion:
        options.action = Options::Action::version;
        return options;
      case 'h':
      case kHelp:
        options.action = Options::Action::help;
        return options;
      default:
        if (!tmux) return fail(ErrorCode::invalid_argument, "{}", usage());
        return fail(ErrorCode::invalid_argument, "tmux: {} -- {}\n{}",
                    flag == ':' ? "option requires an argument" : "unknown option",
                    static_cast<char>(optopt != 0 ? optopt : '-'), usage(options.dialect));
    }
  }
  options.command.assign(arguments.begin() + std::min<std::ptrdiff_t>(optind, std::ssize(arguments)),
                         arguments.end());
  const bool conflict = (options.shell_command || options.foreground) && !options.command.empty();
  if (conflict) return fail(ErrorCode::invalid_argument, "{}", usage(options.dialect));
  if (tmux) {
    if (options.command.empty() || options.command.front() != "job") return options;
    options.dialect = Dialect::sess;
    options.command.erase(options.command.begin());
    if (options.command.empty()) options.command = {"ps"};
  }
  if (auto taken = take_host(options); !taken) return pass(taken.error());
  if (options.far && (options.shell_command || options.foreground)) {
    return fail(ErrorCode::invalid_argument,
                "-c and -D are for a server on this machine, not for one behind -H");
  }
  return options;
}

}  // namespace sess::client
