// `sess`: the thin client. Reads the global flags and leaves the rest to the client layer.
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <cstring>
#include <optional>

#include "client/options.hpp"
#include "client/run.hpp"
#include "client/starter.hpp"
#include "os/programs/spawn.hpp"

namespace {

/// What runs this: completion asks it for what a daemon has.
std::string own_path() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::string("sess") : path.string();
}

/// The words after sessd's name that print what the command prints; empty: it needs a daemon.
std::vector<std::string> words_for_daemon_binary(const std::vector<std::string>& command,
                                                 sess::client::Asked asked) {
  const auto& name = command.front();
  if (name == "__complete") {
    if (asked != sess::client::Asked::before) return {};
    std::vector<std::string> words{"--complete", own_path()};
    words.insert(words.end(), command.begin() + 1, command.end());
    return words;
  }
  if (name == "help" && command.size() <= 2) return {"--help-command", command.size() == 2 ? command[1] : ""};
  // `run --help`; of what stands behind `--` it is somebody else's.
  if (command.size() == 2 && command[1] == "--help" && asked == sess::client::Asked::before)
    return {"--help-command", name};
  if ((name != "list-commands" && name != "lscm") || asked == sess::client::Asked::before) return {};
  std::string format;
  std::string only;
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i].starts_with("-F") && command[i].size() > 2) {
      format = command[i].substr(2);
    } else if (command[i] == "-F" && i + 1 < command.size()) {
      format = command[++i];
    } else if (!command[i].starts_with('-') && only.empty() && !command[i].ends_with(';')) {
      only = command[i];
    } else {
      return {};
    }
  }
  return {"--list-commands", format, only};
}

/// `sess debug compare` and `replay`: a program of its own, beside this one, that not every machine has.
std::vector<std::string> debug_words(const sess::client::Options& options,
                                     const std::vector<std::string>& command) {
  std::vector<std::string> words{(std::filesystem::path(own_path()).parent_path() / "sess-debug").string()};
  if (options.socket_path) {
    words.insert(words.end(), {"-S", *options.socket_path});
  } else if (options.name) {
    words.insert(words.end(), {"-L", *options.name});
  }
  words.insert(words.end(), command.begin() + 1, command.end());
  return words;
}

/// What needs no server is printed by the daemon's binary, which has the commands. That keeps what a client
/// loads at every start small.
std::optional<int> local_command(const sess::client::Options& options,
                                 const std::vector<std::string>& command, sess::client::Asked asked) {
  std::vector<std::string> words;
  const bool own_program =
      command.size() > 1 && command[0] == "debug" && (command[1] == "compare" || command[1] == "replay");
  if (own_program && asked == sess::client::Asked::before) {
    words = debug_words(options, command);
  } else {
    words = words_for_daemon_binary(command, asked);
    if (words.empty()) return std::nullopt;
    words.insert(words.begin(), sess::client::daemon_command(options, {}).front());
  }
  const auto argv = sess::os::exec_pointers(words);
  execvp(argv[0], argv.data());
  const int error = errno;
  std::fprintf(stderr, "sess: cannot run %s: %s\n", argv[0], std::strerror(error));
  if (!own_program) return 1;
  if (error == ENOENT) {
    std::fprintf(
        stderr,
        "sess debug %s is a program of its own, which is built where libvterm is (Debian: libvterm-dev) "
        "and installed beside sess\n",
        command[1].c_str());
  }
  return 2;  // 1 says that something was found
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  auto options = sess::client::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().text.c_str());
    return static_cast<int>(sess::client::ExitCode::usage);
  }
  options->local_command = [&options](const std::vector<std::string>& command, sess::client::Asked asked) {
    return local_command(*options, command, asked);
  };
  return sess::client::run(*options);
}
