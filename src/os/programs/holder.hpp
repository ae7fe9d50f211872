// The holder of a job: a small process between the keeper and the job's first program.
//
//   keeper ── holder (session leader, subreaper) ──┬── the program (leader of the terminal's foreground
//   group)
//                                                   └── whatever lost its parent below it
//
// It is there so that the end of the first program hangs up nobody (the session's leader lives on), so that
// what leaves the session can still be found (it stays the holder's descendant), and so that somebody knows
// when everything has ended (the holder has no child any more, and ends). It is a fork of the keeper without
// an exec: a page of stack and what fork(2) copies. It writes to its pipe how the program ended, and hands
// the hang-up of the terminal on. Only spawn.cpp starts one; the keeper reads.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>

namespace sess::os {

/// How the first program ended.
struct HeldEnd {
  int wait_status = 0;  ///< as waitpid(2) gives it
  rusage usage{};
  bool left = false;  ///< it left processes behind: the holder stays until they have ended
};

/// In the child of a fork, which is a session leader with `terminal` as its controlling terminal: forks once
/// more and returns in the program's process. The calling process becomes the holder and never returns.
void become_held(int terminal, int report);

/// In the parent, when the pipe is readable. Nothing: not there yet, or the holder was killed.
[[nodiscard]] std::optional<HeldEnd> read_held_end(int report);

}  // namespace sess::os
