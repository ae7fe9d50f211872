#include "os/programs/pty.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "os/descriptor.hpp"

namespace sess::os {

Result<PtyPair> open_pty(Size size) {
  PtyPair pair;
  pair.master = UniqueFd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pair.master && errno == ENOSPC) {
    return pass(Error{
        ErrorCode::unavailable, ENOSPC,
        "no terminal is left: the system has as many as kernel.pty.max allows (sysctl kernel.pty.max)"});
  }
  if (!pair.master) return fail_errno(errno, "cannot open a pseudo-terminal");
  int number = 0;
  if (unlockpt(pair.master.get()) < 0 || ioctl(pair.master.get(), TIOCGPTN, &number) < 0) {
    return fail_errno(errno, "cannot unlock a pseudo-terminal");
  }
  pair.name = fmt::format("/dev/pts/{}", number);
  // Opening the peer by descriptor works whatever is mounted on /dev/pts here.
  pair.slave = UniqueFd(ioctl(pair.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pair.slave) pair.slave = UniqueFd(::open(pair.name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pair.slave) return fail_errno(errno, "cannot open {}", pair.name);
  termios settings{};
  if (tcgetattr(pair.slave.get(), &settings) == 0) {
    settings.c_iflag |= IUTF8;
    tcsetattr(pair.slave.get(), TCSANOW, &settings);
  }
  if (auto sized = resize_pty(pair.slave.get(), size); !sized) return pass(sized.error());
  if (auto set = set_nonblocking(pair.master.get()); !set) return pass(set.error());
  return pair;
}

Result<> resize_pty(int fd, Size size, PixelSize pixels) {
  const Size cells = clamp(size);
  winsize window{};
  window.ws_row = cells.rows;
  window.ws_col = cells.cols;
  window.ws_xpixel = pixels.width;
  window.ws_ypixel = pixels.height;
  if (ioctl(fd, TIOCSWINSZ, &window) < 0) return fail_errno(errno, "cannot set a terminal's size");
  return {};
}

std::optional<pid_t> foreground_group(int master) {
  pid_t group = 0;
  if (ioctl(master, TIOCGPGRP, &group) < 0 || group <= 0) return std::nullopt;
  return group;
}

}  // namespace sess::os
