#include "support/pty.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sess::test {

namespace {

[[noreturn]] void fail_with(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

winsize to_winsize(Size size) {
  return {size.rows, size.cols, 0, 0};
}

}  // namespace

Pty::Pty(const std::vector<std::string>& argv, const std::vector<std::string>& env, Size size,
         const std::string& directory) {
  const std::string program = find_program(argv.at(0), env);
  const auto argv_c = c_strings(argv);
  const auto env_c = c_strings(env);

  master_ = UniqueFd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0) fail_with("posix_openpt");
  std::array<char, 64> name{};
  if (::ptsname_r(master_.get(), name.data(), name.size()) != 0) fail_with("ptsname");
  tty_ = name.data();
  const UniqueFd slave(::open(tty_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) fail_with("open " + tty_);
  resize(size);
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) fail_with("pipe2");
  const UniqueFd report_read(report[0]);
  UniqueFd report_write(report[1]);

  pid_ = ::fork();
  if (pid_ < 0) fail_with("fork");
  if (pid_ == 0) {
    ::setsid();
    ::ioctl(slave.get(), TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; ++fd) ::dup2(slave.get(), fd);
    if (!directory.empty() && ::chdir(directory.c_str()) != 0) ::_exit(126);
    exec_child(argv_c.data(), env_c.data(), program.c_str(), report_write.get());
  }
  report_write.reset();
  int exec_error = 0;
  if (::read(report_read.get(), &exec_error, sizeof exec_error) == sizeof exec_error) {
    ::waitpid(pid_, nullptr, 0);
    errno = exec_error;
    fail_with("exec " + program);
  }
  ::fcntl(master_.get(), F_SETFL, O_RDWR | O_NONBLOCK);
}

Pty::~Pty() {
  if (status_ || pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Pty::collect() {
  std::array<char, 65536> buffer;
  while (!closed_) {
    const ssize_t n = ::read(master_.get(), buffer.data(), buffer.size());
    if (n > 0) {
      output_.append(buffer.data(), static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else {
      // Linux reports EIO once the last descriptor of the other side is closed.
      closed_ = n == 0 || errno != EAGAIN;
      return;
    }
  }
}

std::string Pty::read_available() {
  collect();
  return std::exchange(output_, {});
}

bool Pty::wait_output(Milliseconds patience) {
  collect();
  return !output_.empty() || closed_ || wait_readable(master_.get(), patience);
}

std::string Pty::read_until(std::string_view text, Milliseconds patience) {
  const Deadline deadline(patience);
  std::string got;
  for (;;) {
    got += read_available();
    if (got.find(text) != std::string::npos || closed_ || deadline.passed()) return got;
    wait_readable(master_.get(), Milliseconds(deadline.milliseconds_left()));
  }
}

void Pty::write(std::string_view bytes, Milliseconds patience) {
  const Deadline deadline(patience);
  while (!bytes.empty()) {
    const ssize_t n = ::write(master_.get(), bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR) fail_with("write to " + tty_);
    if (deadline.passed()) throw std::runtime_error("the program on " + tty_ + " does not read its input");
    // A program that waits for us to read its output would never read its input.
    collect();
    pollfd entry{master_.get(), POLLIN | POLLOUT, 0};
    ::poll(&entry, 1, deadline.milliseconds_left());
  }
}

void Pty::resize(Size size) {
  const winsize window = to_winsize(size);
  if (::ioctl(master_.get(), TIOCSWINSZ, &window) != 0) fail_with("TIOCSWINSZ");
}

void Pty::signal(int signo) {
  if (!status_) ::kill(pid_, signo);
}

std::optional<ExitStatus> Pty::wait_exit(Milliseconds patience) {
  const Deadline deadline(patience);
  while (!status_) {
    collect();
    ExitStatus status;
    // Short turns, because a child may need its output to be read before it can end.
    if (reap(pid_, status, Milliseconds(std::min(deadline.milliseconds_left(), 20)))) {
      status_ = status;
    } else if (deadline.passed()) {
      return std::nullopt;
    }
  }
  collect();
  return status_;
}

}  // namespace sess::test
