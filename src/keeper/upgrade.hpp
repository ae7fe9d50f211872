// Replacing the running code by exec: is the new binary usable, and the exec itself.
//
// The keeper's answer to SIGUSR2: it keeps its pid, its children and its descriptors, so programs notice
// nothing. What the state says is handover.hpp's business; choosing the moment is keeper.cpp's.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::keeper {

/// Runs `path --version` and wants "sessd" and status 0: a broken binary must not get the programs. Blocks;
/// one that has not ended after three seconds is killed and refused.
[[nodiscard]] Result<> check_upgrade(const std::string& path);

/// Has the new code read `state` in a process of its own, with the same descriptors, and touch nothing else:
/// an error when it says that it cannot go on from there. Code that does not know the question is taken for
/// able. Blocks as check_upgrade() does.
[[nodiscard]] Result<> check_resume(const std::vector<std::string>& command, const std::string& state,
                                    const std::vector<int>& keep);

/// What code that was asked with `--check-resume-fd=N` ends with when it cannot.
inline constexpr int kCannotResume = 3;

/// Names the descriptor of the code before for the code behind exec (probation.hpp).
inline constexpr const char* kCodeBefore = "SESS_CODE_BEFORE";

/// Writes `state` into a memfd, keeps the descriptors and this code's own file open across exec, and executes
/// `command` with `--resume-fd=N` appended; all signals stay blocked until the new code has its handlers.
/// Returns only when that failed, with everything as before.
[[nodiscard]] Error exec_upgrade(const std::vector<std::string>& command, const std::string& state,
                                 const std::vector<int>& keep);

}  // namespace sess::keeper
