#include "client/options.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>

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
};

bool starts_server(std::string_view word) {
  return std::any_of(kStarters.begin(), kStarters.end(), [word](const Starter& starter) {
    return word == starter.alias ||
           (word.size() >= starter.shortest && word == starter.name.substr(0, word.size()));
  });
}

}  // namespace

bool may_start_server(const std::vector<std::string>& command) {
  if (command.empty()) return true;
  bool first_word = true;
  for (const std::string& word : command) {
    if (first_word && starts_server(word)) return true;
    // A word that ends in ";" ends its command, as in tmux; "\;" is a semicolon that belongs to the word.
    first_word = !word.empty() && word.back() == ';' && (word.size() < 2 || word[word.size() - 2] != '\\');
  }
  return false;
}

std::string usage() {
  return "usage: sess [-2CDlNqUuvV] [-c shell-command] [-f file] [-L socket-name] [-S socket-path] [-T "
         "features] "
         "[command [flags]]";
}

std::string help() {
  return usage() + R"(

Keeps terminal programs alive: run them in sessions, detach, and come back.

  sess                     attach to the latest session, or make one
  sess new -s NAME         a new session
  sess attach -t NAME      back to a session
  sess ls                  what there is
  sess help                the commands, and `sess help COMMAND` about one of them

  -L NAME   another server of yours, by name      -f FILE   configuration for a server that is started
  -S PATH   another server, by its socket         -N        do not start a server
  -c CMD    run CMD in the default shell          -D        be the server, in the foreground
  -C        control mode (-CC: for terminals)     -T NAMES  features that the terminal has
  -u        the terminal shows UTF-8              -2        the terminal has 256 colours
  -l        login shell                           -v        log more (repeatable)
  -V        version
)";
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> copy = arguments;
  std::vector<char*> argv;
  for (std::string& argument : copy) argv.push_back(argument.data());
  argv.push_back(nullptr);
  constexpr int kVersion = 256;
  constexpr int kHelp = 257;
  static const std::array<option, 3> kLong{{{"version", no_argument, nullptr, kVersion},
                                            {"help", no_argument, nullptr, kHelp},
                                            {nullptr, 0, nullptr, 0}}};
  optind = 0;  // glibc: start anew, whoever used getopt before
  opterr = 0;
  for (;;) {
    const int flag = ::getopt_long(static_cast<int>(copy.size()), argv.data(), "+2c:CDdf:hlL:NqS:T:uUvV",
                                   kLong.data(), nullptr);
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
      case 'V':
      case kVersion:
        options.action = Options::Action::version;
        return options;
      case 'h':
      case kHelp:
        options.action = Options::Action::help;
        return options;
      default:
        return fail(ErrorCode::invalid_argument, "{}", usage());
    }
  }
  options.command.assign(arguments.begin() + std::min<std::ptrdiff_t>(optind, std::ssize(arguments)),
                         arguments.end());
  const bool conflict = (options.shell_command || options.foreground) && !options.command.empty();
  if (conflict) return fail(ErrorCode::invalid_argument, "{}", usage());
  return options;
}

}  // namespace sess::client
