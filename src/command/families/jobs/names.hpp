// Which jobs a command means: names, patterns and --all; and what to say of a name that is no job.
//
// Every command about jobs that takes several goes through here, so that they agree. Nothing is changed.
#pragma once

#include <string>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// Which jobs --all means.
enum class Among : std::uint8_t {
  all,
  active,  ///< that run, or will by themselves
  ended,
  files,  ///< that have a job file and are not active
};

inline constexpr Flag kAllJobsRow = {'a', "all", "", "all of them"};

/// The names of the command line, patterns of fnmatch(3) replaced by the jobs that they match. The error says
/// what is missing, with the names there are, or that a pattern matches nothing.
[[nodiscard]] Result<std::vector<std::string>> chosen_jobs(const Item& item, Among all);

/// What --all means.
[[nodiscard]] std::vector<std::string> jobs_among(const Item& item, Among which);

/// The error about a name; when it is a session's, that it is, and what does this to a session.
[[nodiscard]] std::string about_name(const Item& item, const std::string& name, const Error& error);

}  // namespace sess::command
