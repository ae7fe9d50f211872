#include "client/remote/far_end.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/printable.hpp"
#include "os/descriptor.hpp"

namespace sess::client::remote {
namespace {

// A line without an end is cut here.
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostSaid = 200;
constexpr int kNotFound = 127;

/// What ssh -v reports of its progress, or of itself.
bool is_report(std::string_view line) {
  for (const std::string_view start : {"debug1: ", "OpenSSH_", "Authenticated to ",
                                       "Transferred: ", "Bytes per second: ", "Killed by signal"}) {
    if (line.substr(0, start.size()) == start) return true;
  }
  return false;
}

}  // namespace

void FarEnd::listen(const std::function<void(const std::string& line)>& observe) {
  std::array<char, 4096> bytes;
  while (!closed_) {
    const ssize_t got = ::read(helper_->errors(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) closed_ = true;
    for (ssize_t i = 0; i < got; ++i) {
      const char c = bytes[static_cast<std::size_t>(i)];
      if (c != '\n' && c != '\r') partial_ += c;
      if (c == '\n' || partial_.size() >= kLongestLine) take_line(observe);
    }
  }
  if (closed_) take_line(observe);
}

void FarEnd::take_line(const std::function<void(const std::string& line)>& observe) {
  const std::string line = printable(std::exchange(partial_, {}));
  if (line.empty()) return;
  if (observe) observe(line);
  if (is_report(line)) return;
  release();
  held_ = line;
}

void FarEnd::release() {
  if (!held_.empty() && !quiet_) (void)os::write_all(STDERR_FILENO, held_ + "\n");
  held_.clear();
}

std::string FarEnd::why_lost(std::string_view said, std::chrono::milliseconds patience) {
  const auto status = helper_->wait_status(patience);
  listen();
  const std::string host = destination_.shown();
  const bool by_ssh = destination_.kind == Destination::Kind::ssh;
  if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == kNotFound) {
    return by_ssh
               ? fmt::format(
                     "there is no sess on {0}: copy sess and sessd to ~/.local/bin there (ssh {0} mkdir -p "
                     ".local/bin; scp sess sessd {0}:.local/bin/)",
                     host)
               : fmt::format("no link by {}: {}", host,
                             held_.empty() ? "it found no sess; install sess and sessd there" : held_);
  }
  std::string reason = held_;
  if (reason.empty()) reason = printable(said.substr(0, std::min(said.find('\n'), kMostSaid)));
  if (reason.empty() && !status) reason = "it ended the stream";
  if (reason.empty() && WIFSIGNALED(*status)) {
    reason = fmt::format("{} was ended by signal {}", by_ssh ? "ssh" : "the command", WTERMSIG(*status));
  }
  if (reason.empty()) {
    reason = fmt::format("{} ended with status {}", by_ssh ? "ssh" : "the command", WEXITSTATUS(*status));
  }
  return fmt::format("no link {} {}: {}", by_ssh ? "to" : "by", host, reason);
}

}  // namespace sess::client::remote
