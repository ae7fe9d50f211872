// The user's own terminal: its size, and raw mode that is undone for certain.
//
// For client/terminal, which owns the descriptor and has a guard while it shows a session. Only settings of
// the line discipline and sizes (termios(3)): what escape sequences changed is put back by the client.
#pragma once

#include <termios.h>

#include "base/result.hpp"
#include "base/size.hpp"
#include "os/programs/pty.hpp"

namespace sess::os {

struct TerminalSize {
  Size cells;
  PixelSize pixels;
};

/// Size in cells, clamped, and in pixels; an error where fd is no terminal. A terminal that reports no rows
/// or no columns counts as 24×80.
[[nodiscard]] Result<TerminalSize> terminal_size(int fd);

/// Holds a terminal in raw mode; restores what was before when destroyed or told so. Does not own the fd.
class TerminalGuard {
 public:
  /// Remembers the settings and changes nothing; an error where fd is no terminal.
  [[nodiscard]] static Result<TerminalGuard> open(int fd);
  ~TerminalGuard();
  TerminalGuard(TerminalGuard&& other) noexcept;
  TerminalGuard& operator=(TerminalGuard&&) = delete;
  TerminalGuard(const TerminalGuard&) = delete;

  /// Raw mode: no echo, no line editing, no signals, eight bits, no output processing; a read returns with
  /// the first byte. Takes effect when what was written before has been sent.
  Result<> enter_raw();
  /// Back to how open() found it. Calls tcsetattr only; safe in a signal handler.
  void restore() noexcept;
  [[nodiscard]] bool raw() const { return raw_; }
  /// The settings that open() found (VERASE, for example).
  [[nodiscard]] const termios& original() const { return original_; }

 private:
  TerminalGuard(int fd, termios original) : fd_(fd), original_(original) {}
  int fd_;
  termios original_;
  bool raw_ = false;
};

}  // namespace sess::os
