#include "client/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sess::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Ends whatever sequence a cut output may have left open: CAN for CSI, ST for OSC and DCS
// (ECMA-48 8.3.6, 8.3.143).
constexpr std::string_view kEndOfSequence = "\x18\x1b\\";
// How long undo may take on a terminal that accepts nothing (stopped by Ctrl-S, a dead link).
constexpr milliseconds kUndoPatience{1000};

/// A file description of our own for the same terminal, non-blocking. The link in /proc works for terminals
/// of another mount namespace too; after su(1) the terminal may belong to another user and cannot be opened.
UniqueFd open_anew(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  UniqueFd own(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!own) return own;
  struct stat before {};
  struct stat after {};
  if (::fstat(fd, &before) != 0 || ::fstat(own.get(), &after) != 0 || before.st_rdev != after.st_rdev ||
      ::isatty(own.get()) == 0) {
    own.reset();
  }
  return own;
}

int left_until(Clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

}  // namespace

protocol::TerminalSize size_of_terminal(int fd) {
  protocol::TerminalSize out;
  if (const auto size = os::terminal_size(fd)) {
    out.cells = size->cells;
    out.xpixel = size->pixels.width;
    out.ypixel = size->pixels.height;
  }
  return out;
}

Terminal::Terminal(int shared, UniqueFd own)
    : own_(std::move(own)),
      fd_(own_ ? own_.get() : shared),
      output_(fd_, own_ ? OutputQueue::Mode::nonblocking : OutputQueue::Mode::polled) {}

Result<std::unique_ptr<Terminal>> Terminal::open(int fd) {
  if (::isatty(fd) == 0) return fail(ErrorCode::unavailable, "open terminal failed: not a terminal");
  return std::unique_ptr<Terminal>(new Terminal(fd, open_anew(fd)));
}

Terminal::~Terminal() {
  leave(milliseconds(0));
}

Result<> Terminal::enter() {
  if (guard_) return {};
  auto guard = os::TerminalGuard::open(fd_);
  if (!guard) return pass(guard.error());
  guard_.emplace(std::move(*guard));
  auto raw = guard_->enter_raw();
  if (!raw) guard_.reset();
  return raw;
}

Result<> Terminal::enter_again() {
  return guard_ ? guard_->enter_raw() : enter();
}

void Terminal::drain(milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    output_.flush();
    if (output_.queued() == 0 || output_.broken()) return;
    pollfd entry{fd_, POLLOUT, 0};
    const int left = left_until(end);
    if (left == 0 || ::poll(&entry, 1, left) == 0) return;
  }
}

void Terminal::write_within(std::string_view bytes, milliseconds patience) {
  output_.write(bytes);
  drain(patience);
}

void Terminal::undo(milliseconds patience) {
  drain(patience);
  const bool cut = output_.drop();
  write_within((cut ? std::string(kEndOfSequence) : std::string()) + undo_, kUndoPatience);
  output_.drop();
}

void Terminal::leave(milliseconds patience) {
  if (!guard_) return;
  undo(patience);
  guard_.reset();
}

protocol::TerminalSize Terminal::size() const {
  return size_of_terminal(fd_);
}

}  // namespace sess::client
