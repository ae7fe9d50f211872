// What `sess` was asked to do: the global flags (tmux's letters) and the command that follows them.
//
// Parsing knows no commands: everything behind the flags is handed to the server as it is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect.hpp"
#include "base/result.hpp"
#include "client/link.hpp"
#include "client/prediction/predictor.hpp"
#include "client/remote/destination.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// Exit codes of `sess` itself; a command's own status comes from the server.
/// `unknown`: the server was lost, and nobody can tell what became of the command.
enum class ExitCode : int { success = 0, failure = 1, usage = 1, unknown = 125 };

/// When a command is looked at that may need no server: before one is asked, or because none answers.
enum class Asked : std::uint8_t { before, in_vain };

struct Options {
  enum class Action { run, version, help };
  Action action = Action::run;

  Dialect dialect = Dialect::sess;                              ///< by argv[0]; `tmux job …` is sess's
  bool called_tmux = false;                                     ///< by that name, whatever the dialect is
  std::vector<std::string> command;                             ///< empty: the server's default command
  std::optional<std::string> name;                              ///< -L
  std::optional<std::string> socket_path;                       ///< -S
  std::vector<std::string> config_files;                        ///< -f, for a server that is started
  std::string several;                                          ///< -H a,b or -H @group: the hosts' list
  std::string host;                                             ///< the same, as it was typed
  std::optional<remote::Destination> far;                       ///< -H, `ssh HOST`: the server is there
  prediction::Policy predict = prediction::Policy::automatic;   ///< --predict, of keys to a server elsewhere
  std::optional<std::string> shell_command;                     ///< -c
  std::string terminal_features;                                ///< -T, commas between several
  protocol::ControlMode control = protocol::ControlMode::none;  ///< -C, -CC
  bool colours_256 = false;                                     ///< -2
  std::optional<protocol::ColorChoice> color;  ///< --color; none: on terminals that show them
  bool foreground = false;                     ///< -D: become the server, in the foreground
  bool login_shell = false;                    ///< -l
  bool no_start = false;                       ///< -N
  bool utf8 = false;                           ///< -u
  int verbose = 0;                             ///< -v, repeatable

  /// Commands that need no server (`help`; `list-commands` where none answers): the exit status, or nothing
  /// when the command is not one of them.
  std::function<std::optional<int>(const std::vector<std::string>& command, Asked asked)> local_command;
  /// How the server is reached. Default: the Unix socket that name and socket_path give. With a connector of
  /// its own (ssh) no server is started.
  Connector connector;
  /// The daemon to start. Default: sessd beside this program, else in PATH.
  std::string daemon_program;
  /// Asks who listens on a connected socket; tests replace it.
  Credentials credentials;
};

/// Reads the command line. The last part of argv[0] is the dialect: `tmux` has tmux's flags, words and usage
/// line. An unknown flag is an Error whose text is the usage line.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

/// Takes the host out of a command that names one: `ssh [ssh options] HOST …`, `attach -H HOST`, `ls -H
/// HOST`.
[[nodiscard]] Result<> take_host(Options& options);

/// "auto" (none), "always" or "never".
[[nodiscard]] Result<std::optional<protocol::ColorChoice>> color_of(std::string_view word);

/// The usage line, and the text of --help.
[[nodiscard]] std::string usage(Dialect dialect = Dialect::sess);
[[nodiscard]] std::string help();

/// Whether the command may start a server when none runs: no command, or one of several joined by ";" is
/// new-session, attach-session, start-server or run (by name, alias or prefix).
[[nodiscard]] bool may_start_server(const std::vector<std::string>& command, Dialect dialect = Dialect::sess);

}  // namespace sess::client
