// What this machine has that starts daemons at boot and that ends programs at logout: systemd with the user's
// manager, lingering, cron, logind's settings, the ageing of temporary files.
//
// Read from files only, below a root that a test may choose; nothing is run and nothing is changed. What
// follows from it is decided in boot.hpp and doctor.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sess::job {

struct Surroundings {
  std::string root;  ///< "" for the machine itself; no '/' at its end
  std::string user;  ///< login name
  std::uint32_t uid = 0;
  std::string runtime_directory;  ///< XDG_RUNTIME_DIR; "": /run/user/UID
  std::string path;               ///< PATH, for crontab and systemctl; "": the usual one
};

struct Machine {
  bool systemd = false;       ///< it was booted with systemd (sd_booted(3))
  bool user_manager = false;  ///< the user's own systemd runs
  bool user_bus = false;      ///< and can be talked to through the user's bus
  bool lingers = false;       ///< the user's manager starts at boot and outlives the last logout
  bool crontab = false;       ///< crontab(1) is there, and a cron for it
  bool cron_runs = false;
  std::string runtime_directory;
};

[[nodiscard]] Machine look_at_machine(const Surroundings& surroundings);
/// The same without cron, for which all processes have to be looked at.
[[nodiscard]] Machine look_at_systemd(const Surroundings& surroundings);

/// Whether logind ends what a user left running at logout: KillUserProcesses=, KillOnlyUsers=,
/// KillExcludeUsers= of logind.conf(5) with its drop-in directories; the compiled-in default is no on Debian.
[[nodiscard]] bool kills_user_processes(const Surroundings& surroundings);

/// How old files below this path may grow before tmpfiles.d(5) rules remove them; nothing when none does. A
/// rule for a path inside it that excludes it (x, X) counts.
[[nodiscard]] std::optional<std::string> ageing_of(const Surroundings& surroundings, const std::string& path);

/// The value of the last assignment `KEY=` in systemd's files NAME.conf and NAME.conf.d/*.conf below /etc,
/// /run, /usr/local/lib and /usr/lib, as systemd orders them.
[[nodiscard]] std::optional<std::string> systemd_setting(const Surroundings& surroundings,
                                                         std::string_view name, std::string_view key);

/// Whether a program of this name is found in the surroundings' PATH.
[[nodiscard]] bool has_program(const Surroundings& surroundings, std::string_view name);

}  // namespace sess::job
