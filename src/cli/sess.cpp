// `sess`: the thin client. Reads the global flags and leaves the rest to the client layer.
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "client/options.hpp"
#include "client/run.hpp"
#include "client/starter.hpp"

namespace {

/// `sess help [COMMAND]` needs no server: the daemon's binary, which has the commands, prints it. That keeps what a
/// client loads at every start small.
std::optional<int> local_command(const sess::client::Options& options, const std::vector<std::string>& command) {
  if (command.front() != "help" || command.size() > 2) return std::nullopt;
  const auto daemon = sess::client::daemon_command(options, {});
  std::vector<std::string> words{daemon.front(), "--help-command"};
  words.push_back(command.size() == 2 ? command[1] : "");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  std::fprintf(stderr, "sess: cannot run %s: %s\n", argv[0], std::strerror(errno));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  auto options = sess::client::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().text.c_str());
    return static_cast<int>(sess::client::ExitCode::usage);
  }
  options->local_command = [&options](const std::vector<std::string>& command) {
    return local_command(*options, command);
  };
  return sess::client::run(*options);
}
