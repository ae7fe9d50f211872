// Starting the daemon when none runs: `sessd` from beside this program, else from PATH.
//
// Starters take turns on the socket directory, so that fifty clients at once run one sessd and the others
// find it listening. (Two that run at the same time all the same are sorted out by sessd's own lock.)
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/options.hpp"
#include "os/runtime_paths.hpp"

namespace sess::client {

/// The program and its arguments: sessd [-L name | -S path] [-f file] [-v] and `extra`.
[[nodiscard]] std::vector<std::string> daemon_command(const Options& options,
                                                      const std::vector<std::string>& extra);

/// Returns once a server listens on the socket. `still_absent` is asked after the turn was taken: another
/// starter may have been quicker. An error is one line, with the reason that sessd gave.
Result<> start_daemon(const Options& options, const os::RuntimePaths& paths,
                      const std::function<bool()>& still_absent);

}  // namespace sess::client
