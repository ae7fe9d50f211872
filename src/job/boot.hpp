// How the daemon, and with it the enabled jobs, is started with the machine: which way this machine offers,
// and the text of what is installed for it. Pure text; jobs/boot runs the programs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/machine.hpp"

namespace sess::job {

/// In this order: the first that the machine has.
enum class BootWay { systemd, cron, none };
[[nodiscard]] BootWay boot_way(const Machine& machine);

/// What is to be run at boot.
struct BootDaemon {
  std::string program;  ///< sessd, absolute
  std::string socket;   ///< the path at which clients look for it
  /// What has to be set for the daemon to find the same files as now: a boot has no login's environment.
  std::vector<std::pair<std::string, std::string>> environment;
};

/// The end of the crontab line that is ours: a comment for the shell that runs it.
inline constexpr std::string_view kBootMark = "# sess: starts the enabled jobs";
/// `@reboot ... sessd --boot # sess: ...`; '%' is escaped as crontab(5) wants it.
[[nodiscard]] std::string boot_line(const BootDaemon& daemon);
/// The crontab with exactly one line of ours, in place of an earlier one or at the end; other lines stay as
/// they are.
[[nodiscard]] std::string with_boot_line(std::string_view crontab, std::string_view line);
[[nodiscard]] std::string without_boot_line(std::string_view crontab);
[[nodiscard]] bool has_boot_line(std::string_view crontab);

/// The first line of unit files that enable writes; others are left alone.
inline constexpr std::string_view kUnitMark = "# Written by `sess enable`, removed by `sess disable`.\n";
/// contrib/systemd's units for this daemon.
[[nodiscard]] std::string service_unit(const BootDaemon& daemon);
[[nodiscard]] std::string socket_unit(const BootDaemon& daemon);

}  // namespace sess::job
