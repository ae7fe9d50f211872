// Pseudo-terminals: opening a pair, its size, and who is in its foreground.
//
// spawn.hpp opens one for each program in the keeper; the server receives the master and resizes and asks it.
// The pair is owned by whoever holds it; bytes are panes/pane_io's business, the user's own terminal
// terminal.hpp's.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/size.hpp"

namespace sess::os {

/// Master (non-blocking) and slave (blocking), both close-on-exec, neither a controlling terminal. name is
/// the slave's path, as /dev/pts/3. Line discipline: the kernel's defaults plus IUTF8.
struct PtyPair {
  UniqueFd master;
  UniqueFd slave;
  std::string name;
};
[[nodiscard]] Result<PtyPair> open_pty(Size size);

/// Pixel sizes are what TIOCSWINSZ carries besides cells; 0 where unknown.
struct PixelSize {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};

/// Sets the size (clamped to 1..kMaxSide); the kernel sends SIGWINCH to the foreground group when it changed.
/// Works on either end.
Result<> resize_pty(int fd, Size size, PixelSize pixels = {});

/// The foreground process group of the terminal behind a master, if it has one.
[[nodiscard]] std::optional<pid_t> foreground_group(int master);

}  // namespace sess::os
