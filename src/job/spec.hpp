// What a job is told to be: everything that `sess run` takes as options and a job file as keys. Plain data.
//
// Made by job_file.cpp and command/families/jobs/run.cpp, which check it; the supervisor keeps each job's and
// acts on restart, timeouts and dependencies, the server on the rest when it starts the program.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/log_writer.hpp"
#include "job/restart.hpp"

namespace sess::job {

/// One pane of a window that a job file lays out.
struct PaneSpec {
  std::vector<std::string> command;  ///< empty: the default shell
  std::string directory;             ///< empty: the job's
  bool operator==(const PaneSpec&) const = default;
};

/// A window beyond the job's first, as [[windows]] of a job file says.
struct WindowSpec {
  std::string name;
  std::string layout;  ///< a named layout or a layout string; empty: none is applied
  std::vector<PaneSpec> panes;
  bool operator==(const WindowSpec&) const = default;
};

struct Spec {
  std::string description;
  std::vector<std::string> command;  ///< one word: for the shell
  std::string directory;             ///< empty: the caller's, at boot the home directory
  std::map<std::string, std::string> environment;
  std::string environment_file;
  std::string input;  ///< a file that it reads instead of its terminal; empty: the terminal
  bool oneshot = false;
  bool enabled = false;  ///< started with the daemon

  RestartPolicy restart;
  Milliseconds timeout{0};  ///< of one run; 0: none
  int stop_signal = 15;
  Milliseconds stop_timeout{10'000};
  bool leave_children = false;  ///< what the first process leaves behind at a natural end goes on
  std::vector<std::string> after;
  std::vector<std::string> requires_;

  std::optional<int> nice;
  std::optional<unsigned> umask;
  std::uint64_t memory_limit = 0;  ///< bytes; 0: none
  int cpu_limit = 0;               ///< percent of one CPU; 0: none

  bool log = true;
  std::string log_path;  ///< empty: in the state directory, by the job's name
  LogLimits log_limits;
  std::string notify;  ///< a shell command that is run at the job's end

  std::vector<WindowSpec> windows;  ///< beyond the one with `command`

  bool operator==(const Spec&) const = default;
};

/// "077", "0022": three or four octal digits at most 0777.
[[nodiscard]] Result<unsigned> parse_umask(std::string_view text);

}  // namespace sess::job
