// Replacing the running code by exec: is the new binary usable, and the exec itself.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::keeper {

/// Runs `path --version` and wants "sessd" and status 0 within seconds: a broken binary must not get the
/// programs.
[[nodiscard]] Result<> check_upgrade(const std::string& path);

/// Writes `state` into a memfd, keeps the descriptors open across exec, and executes `command` with
/// `--resume-fd=N` appended; all signals stay blocked until the new code has its handlers. Returns only when
/// that failed, with everything as before.
[[nodiscard]] Error exec_upgrade(const std::vector<std::string>& command, const std::string& state,
                                 const std::vector<int>& keep);

}  // namespace sess::keeper
