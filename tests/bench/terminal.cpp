#include "bench/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "bench/proc.hpp"

namespace sess::bench {

namespace {

constexpr std::size_t kLongestMark = 64;

/// What the client said last, without control characters.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
  return text;
}

int left(Clock::time_point end) {
  return static_cast<int>(
      std::max<long long>(0, std::chrono::ceil<Milliseconds>(end - Clock::now()).count()));
}

}  // namespace

std::size_t Terminal::read_some(std::size_t limit) {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(pty_.fd(), buffer.data(), std::min(limit, buffer.size()));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n <= 0) throw Failure("the client ended: " + printable(window_));
  if (window_.size() > kLongestMark) window_.erase(0, window_.size() - kLongestMark);
  window_.append(buffer.data(), static_cast<std::size_t>(n));
  return static_cast<std::size_t>(n);
}

bool Terminal::found(std::string_view mark) {
  const auto at = window_.find(mark);
  if (at == std::string::npos) return false;
  window_.erase(0, at + mark.size());
  return true;
}

Clock::time_point Terminal::wait_for(std::string_view mark, Milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    if (found(mark)) return Clock::now();
    if (Clock::now() >= end) throw Failure("the mark " + std::string(mark) + " did not come");
    pollfd entry{pty_.fd(), POLLIN, 0};
    if (::poll(&entry, 1, left(end)) > 0) read_some(65536);
  }
}

std::optional<Clock::time_point> Terminal::read_slowly(std::size_t bytes_per_second, Milliseconds duration,
                                                       std::string_view mark) {
  // A link that delivers a slice every five milliseconds.
  constexpr Milliseconds kSlice{5};
  const std::size_t slice = bytes_per_second * static_cast<std::size_t>(kSlice.count()) / 1000;
  const auto end = Clock::now() + duration;
  for (auto next = Clock::now(); next < end; next += kSlice) {
    while (Clock::now() < next) ::usleep(200);
    read_some(slice);
    if (!mark.empty() && found(mark)) return Clock::now();
  }
  return std::nullopt;
}

std::size_t Terminal::read_for(Milliseconds duration) {
  std::size_t bytes = 0;
  for (const auto end = Clock::now() + duration; Clock::now() < end;) {
    pollfd entry{pty_.fd(), POLLIN, 0};
    if (::poll(&entry, 1, left(end)) > 0) bytes += read_some(65536);
  }
  return bytes;
}

void Terminal::drain(Milliseconds quiet) {
  for (;;) {
    pollfd entry{pty_.fd(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(quiet.count())) <= 0) break;
    read_some(65536);
  }
  window_.clear();
}

Clock::time_point Terminal::type(std::string_view bytes) {
  const auto when = Clock::now();
  pty_.write(bytes);
  return when;
}

Clock::time_point Terminal::resize(Size size) {
  const auto when = Clock::now();
  pty_.resize(size);
  return when;
}

void Terminal::hang_up() {
  pty_.signal(SIGHUP);
  if (!pty_.wait_exit(Milliseconds(5000))) throw Failure("the client does not end when it is hung up");
}

std::chrono::nanoseconds run_timed(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                                   Status wanted) {
  const std::string program = test::find_program(argv.at(0), env);
  const auto argv_c = test::c_strings(argv);
  const auto env_c = test::c_strings(env);
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    if (null > 2) ::close(null);
    ::execve(program.c_str(), argv_c.data(), env_c.data());
    ::_exit(127);
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd entry{pidfd, POLLIN, 0};
  const int ended = ::poll(&entry, 1, 20'000);
  const auto took = Clock::now() - start;
  if (pidfd >= 0) ::close(pidfd);
  if (ended <= 0) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (ended <= 0) throw Failure(argv[0] + " did not return");
  if (wanted == Status::zero && status != 0)
    throw Failure(argv[0] + " failed with status " + std::to_string(WEXITSTATUS(status)));
  return took;
}

}  // namespace sess::bench
