#include "client/remote/far_end.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/printable.hpp"
#include "os/descriptor.hpp"

namespace sess::client::remote {
namespace {

// A line without an end is cut here.
constexpr std::size_t kLongestLine = 4096;
constexpr std::chrono::milliseconds kEndPatience{2000};
constexpr std::size_t kMostSaid = 200;
constexpr int kNotFound = 127;

void say(const std::string& line) {
  (void)os::write_all(STDERR_FILENO, line + "\n");
}

}  // namespace

void FarEnd::listen(const std::function<void(const std::string&)>& line) {
  std::array<char, 4096> bytes;
  while (!closed_) {
    const ssize_t got = ::read(helper_->errors(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) closed_ = true;
    for (ssize_t i = 0; i < got; ++i) {
      const char c = bytes[static_cast<std::size_t>(i)];
      if (c != '\n' && c != '\r') partial_ += c;
      if (partial_.empty() || (c != '\n' && partial_.size() < kLongestLine)) continue;
      if (!held_.empty()) line(held_);
      held_ = printable(partial_);
      partial_.clear();
    }
  }
  if (closed_ && !partial_.empty()) {
    if (!held_.empty()) line(held_);
    held_ = printable(partial_);
    partial_.clear();
  }
}

void FarEnd::relay() {
  listen(say);
}

void FarEnd::relay_held() {
  relay();
  if (!held_.empty()) say(held_);
  held_.clear();
}

std::string FarEnd::why_lost(std::string_view said) {
  const auto status = helper_->wait_status(kEndPatience);
  relay();
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
