// The user's own terminal: its size, and raw mode that is undone for certain.
#pragma once

#include <termios.h>

#include "base/result.hpp"
#include "base/size.hpp"
#include "os/pty.hpp"

namespace sess::os {

struct TerminalSize {
  Size cells;
  PixelSize pixels;
};

/// Size in cells, clamped; an error where fd is no terminal. Terminals that report 0×0 count as 24×80.
[[nodiscard]] Result<Size> terminal_size(int fd);
/// The same with pixels.
[[nodiscard]] Result<TerminalSize> terminal_size_with_pixels(int fd);

/// Holds a terminal in raw mode; restores what was before when destroyed or told so. Does not own the fd.
class TerminalGuard {
 public:
  [[nodiscard]] static Result<TerminalGuard> open(int fd);
  ~TerminalGuard();
  TerminalGuard(TerminalGuard&& other) noexcept;
  TerminalGuard& operator=(TerminalGuard&&) = delete;
  TerminalGuard(const TerminalGuard&) = delete;

  /// Raw mode: no echo, no line editing, no signals, eight bits, no output processing; reads return at once.
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
