// Which files a daemon and its clients use: socket, lock, state, configuration (the design, part 7).
//
// Pure lookup apart from stat(2): nothing is created here. Client and daemon call the same function with the
// same options and environment, and so agree.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

struct PathOptions {
  std::optional<std::string> name;         ///< -L; default "default"
  std::optional<std::string> socket_path;  ///< -S; wins over -L
  /// The value of an environment variable; nothing means unset. Default: getenv.
  std::function<std::optional<std::string>(const char*)> environment;
  std::string linger_directory = "/var/lib/systemd/linger";  ///< has a file per user whose manager stays
  std::string run_user_directory = "/run/user";
};

struct RuntimePaths {
  std::string name;               ///< "default", -L's, or the last component of -S: for logs and file names
  std::string socket_directory;   ///< absolute
  std::string socket_name;        ///< within it
  std::string lock_name;          ///< within it; starts with a dot, which no socket name may
  std::string state_directory;    ///< $XDG_STATE_HOME/sess, default ~/.local/state/sess
  std::string config_directory;   ///< $XDG_CONFIG_HOME/sess, default ~/.config/sess
  bool private_directory = true;  ///< false for -S: the directory is the user's choice

  [[nodiscard]] std::string socket_path() const { return socket_directory + "/" + socket_name; }
  [[nodiscard]] std::string log_path() const { return state_directory + "/sessd-" + name + ".log"; }

  /// The socket directory is $XDG_RUNTIME_DIR/sess (or /run/user/UID/sess) when the user lingers, so that it
  /// outlives the login; else /tmp/sess-UID ($SESS_TMPDIR instead of /tmp, as TMUX_TMPDIR in tmux). Refuses
  /// invalid names, and an XDG_RUNTIME_DIR that belongs to somebody else (sudo -E).
  [[nodiscard]] static Result<RuntimePaths> resolve(const PathOptions& options);

  /// Opens the socket directory with all checks; creates it only for the daemon.
  enum class Create { no, yes };
  [[nodiscard]] Result<UniqueFd> open_socket_directory(Create create) const;
  /// Opens (and makes) the state directory.
  [[nodiscard]] Result<UniqueFd> open_state_directory() const;
};

/// Where tmux of this user keeps its sockets: `tmux-UID` in TMUX_TMPDIR's value, or in /tmp.
[[nodiscard]] std::string tmux_directory(const std::optional<std::string>& tmux_tmpdir);

/// [A-Za-z0-9._-]{1,64}, not starting with '-' or '.'.
[[nodiscard]] bool valid_name(std::string_view name);

/// Refuses to go on when real and effective ids differ (a set-user-id copy, a half-done su).
Result<> refuse_mixed_ids();

/// $HOME when it is absolute, else the passwd entry, else "/".
[[nodiscard]] std::string home_directory();

}  // namespace sess::os
