// New code that took over by exec is on probation until its first server answers. Whatever ends this process
// before that by its own fault (a fatal signal, exit, a minute of standing still) puts the code before back
// in its place.
//
// The code before left two things open across exec: itself, named by $SESS_CODE_BEFORE, and the state that it
// wrote down. The pid stays, so programs stay children; nothing that the state names may be changed, read or
// reaped while the probation lasts (Keeper sees to that), so that state is as true as it was. One per
// process: signal handlers need it.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace sess::keeper {

class Probation {
 public:
  /// First thing in the main of code that was started with `--resume-fd`; nothing without $SESS_CODE_BEFORE.
  /// `argv` is what the code before is started with again.
  static void begin(char** argv);
  [[nodiscard]] static bool lasts() noexcept;
  /// Of the code before, to be left open; -1 when there is none.
  [[nodiscard]] static int descriptor() noexcept;
  /// Keeps a descriptor open that the code before will want, and this code does not.
  static void hold(UniqueFd descriptor);
  /// The new code works, or this is a fork that is no keeper.
  static void end();
  /// Puts the code before in place, which finds `why` in failure(). Comes back when there is none.
  /// Async-signal-safe.
  static void fall_back(const char* why) noexcept;
  /// Why this code is back, once; empty when it is not.
  [[nodiscard]] static std::string take_failure();
};

}  // namespace sess::keeper
