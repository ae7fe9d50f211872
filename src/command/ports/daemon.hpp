// What commands need of the daemon itself: time, its end, and that it follows what is set.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"

namespace sess::command {

/// Who and where a server is.
struct ServerFacts {
  std::string version;      ///< ours: "0.1.0"
  std::string socket_path;  ///< absolute
  std::string tmux_socket;  ///< the link of that name where tmux looks for sockets; "" while there is none
  /// Whether the first `tmux` of a PATH is this program by another name; empty: never.
  std::function<bool(std::string_view path)> tmux_is_ours;
  std::string host;        ///< gethostname()
  std::string user;        ///< login name
  std::string home;        ///< home directory of the user
  std::string login_home;  ///< the one that the password file has
  std::string shell;       ///< the user's login shell, for default-shell
  std::uint32_t uid = 0;
  int pid = 0;  ///< of the process whose death ends the jobs (the keeper): $SESS names it
  int server_pid = 0;
  std::uint64_t start_count = 1;  ///< of servers of this daemon
  bool after_upgrade = false;     ///< the server before ended for an upgrade
  std::string not_upgraded;       ///< why that did not take place; "" when it did
  std::chrono::system_clock::time_point start_time;
  std::vector<std::string> config_files;  ///< that were loaded
};

class DaemonPort {
 public:
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  /// Calls back once after `delay`; never before this call returned.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> done) = 0;
  /// kill-server: orderly. `done` is called, not before this call returned, when all is written that comes
  /// back with `restore`; the end is after that turn.
  virtual void end_server(std::function<void()> done) = 0;
  /// upgrade-server: the installed code takes the place of this one, and of this server. `refused` is told,
  /// not before this call returned, why it does not even begin; how else it went the next server knows
  /// (ServerFacts).
  virtual void upgrade(std::function<void(const std::string& why)> refused) = 0;
  /// Bytes of options, variables and bindings that can still be kept over a crash of the server.
  [[nodiscard]] virtual std::uint64_t room() const = 0;
  /// After set-option, with the option's name: terminals, statuses, timers, history limits follow.
  virtual void option_changed(std::string_view name) = 0;

 protected:
  ~DaemonPort() = default;
};

}  // namespace sess::command
