// What could end jobs on this machine, and what to do about it: one finding for each thing that is looked at.
// A pure function of facts; server/doctor gathers them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/machine.hpp"

namespace sess::job {

struct DoctorFacts {
  Surroundings surroundings;
  Machine machine;
  std::string socket_directory;
  std::string keeps_nothing;  ///< why the state directory takes no files; "": it does
  std::string control_group;  ///< /proc/PID/cgroup of the daemon
  bool jobs_enabled = false;  ///< at least one
  bool boot_is_set_up = false;
  std::uint64_t descriptor_limit = 0;  ///< RLIMIT_NOFILE that the daemon has
  std::string daemon_version;
  std::string installed_version;  ///< of the daemon's file now; "": it cannot be asked
  bool replaced = false;          ///< the daemon's file was replaced since it started
  std::string client_version;     ///< of the protocol, as daemon_protocol
  std::string daemon_protocol;
  int daemon_pid = 0;
  std::string tmux;           ///< the first tmux on the client's PATH; "": there is none
  bool tmux_is_sess = false;  ///< it leads to this program
  std::string state_directory;
  std::uint64_t disk_left = 0;  ///< bytes for logs and records, where disk_size is not 0
  std::uint64_t disk_size = 0;
  std::vector<std::string> client_environment;  ///< "K=V"
  std::vector<std::string> config_files;        ///< that the daemon read
  std::string own_config;                       ///< the user's own file, whether it is there or not
  std::string login_shell;                      ///< what a log-in from another machine runs its command with
  std::optional<std::string>
      found_by_ssh;  ///< the sess that such a command finds; "": none; nullopt: it cannot be asked
  /// Of attached terminals: "/dev/pts/3 (linux) does not have side margins, which the program in app asked
  /// for".
  std::vector<std::string> lacking;
};

struct Finding {
  std::string topic;
  bool ok = true;
  std::string text;
  std::string advice;  ///< what to do; empty when it is ok
};

/// Always the same topics in the same order.
[[nodiscard]] std::vector<Finding> examine(const DoctorFacts& facts);

}  // namespace sess::job
