#include "os/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>

namespace sess::os {

Result<TerminalSize> terminal_size(int fd) {
  winsize window{};
  if (ioctl(fd, TIOCGWINSZ, &window) < 0) return fail_errno(errno, "cannot tell the terminal's size");
  TerminalSize out;
  if (window.ws_row != 0 && window.ws_col != 0) out.cells = clamp(Size{window.ws_row, window.ws_col});
  out.pixels = {window.ws_xpixel, window.ws_ypixel};
  return out;
}

Result<TerminalGuard> TerminalGuard::open(int fd) {
  termios now{};
  if (tcgetattr(fd, &now) < 0) return fail_errno(errno, "not a terminal (descriptor {})", fd);
  return TerminalGuard(fd, now);
}

TerminalGuard::~TerminalGuard() {
  restore();
}

TerminalGuard::TerminalGuard(TerminalGuard&& other) noexcept
    : fd_(other.fd_), original_(other.original_), raw_(std::exchange(other.raw_, false)) {}

Result<> TerminalGuard::enter_raw() {
  termios raw = original_;
  cfmakeraw(&raw);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(fd_, TCSADRAIN, &raw) < 0) return fail_errno(errno, "cannot put the terminal into raw mode");
  raw_ = true;
  return {};
}

void TerminalGuard::restore() noexcept {
  if (!std::exchange(raw_, false)) return;
  tcsetattr(fd_, TCSANOW, &original_);
}

}  // namespace sess::os
