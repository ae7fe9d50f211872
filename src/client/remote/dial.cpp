#include "client/remote/dial.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/printable.hpp"
#include "os/descriptor.hpp"

namespace sess::client::remote {
namespace {

constexpr std::size_t kReadBudget = 16 * 1024;
constexpr std::size_t kMostAsked = 2048;
// For a program that has ended its stream to end, too; the loop waits.
constexpr std::chrono::milliseconds kEndPatience{100};

bool begins(std::string_view line, std::string_view with) {
  return line.substr(0, with.size()) == with;
}

}  // namespace

Result<std::unique_ptr<Dial>> Dial::start(os::Loop& loop, const Destination& destination,
                                          const std::vector<std::string>& words,
                                          std::function<void()> on_change) {
  auto link = connect_far(destination, Attempt::watched, os::Helper::Terminal::own, words);
  if (!link) return pass(link.error());
  return std::unique_ptr<Dial>(new Dial(loop, std::move(*link), std::move(on_change)));
}

Dial::Dial(os::Loop& loop, Link link, std::function<void()> on_change)
    : channel_(std::move(link)),
      on_change_(std::move(on_change)),
      by_ssh_(channel_.far()->destination().kind == Destination::Kind::ssh) {
  const os::Helper& helper = channel_.far()->helper();
  channel_.far()->hush();
  // Another program than ssh says nothing of its way; it is taken for one that was answered.
  answered_ = !by_ssh_;
  if (answered_) stage_ = Stage::answered;
  stream_watch_.emplace(loop, channel_.fd(), [this](bool, bool) { on_stream(); });
  errors_watch_.emplace(loop, helper.errors(), [this](bool, bool) { on_errors(); });
  terminal_watch_.emplace(loop, helper.terminal(), [this](bool, bool) { on_terminal(); });
  stream_watch_->want(true, false);
  errors_watch_->want(true, false);
  terminal_watch_->want(true, false);
}

void Dial::on_stream() {
  if (stopped_ || stage_ == Stage::through || stage_ == Stage::failed) return;
  (void)channel_.receive(kReadBudget);
  if (channel_.marked()) {
    stage_ = Stage::through;
  } else if (channel_.lost()) {
    stream_watch_->want(false, false);
    read_errors();
    reason_ = channel_.why_lost(kEndPatience);
    // On a row of a terminal there is room for little.
    if (const std::string& line = channel_.far()->last_line(); !line.empty() && reason_.ends_with(line))
      reason_ = line;
    stage_ = Stage::failed;
  }
  on_change_();
}

void Dial::on_errors() {
  if (stopped_ || stage_ == Stage::through || stage_ == Stage::failed) return;
  const Stage before = stage_;
  read_errors();
  if (before != stage_ || stage_ == Stage::answered) on_change_();
}

void Dial::read_errors() {
  FarEnd& far = *channel_.far();
  far.listen([this](const std::string& line) { note(line); });
  if (far.errors() < 0) errors_watch_->want(false, false);
}

/// OpenSSH's words, unchanged since version 3: sshconnect.c, sshconnect2.c, clientloop.c.
void Dial::note(const std::string& line) {
  if (begins(line, "debug1: Remote protocol version") && stage_ == Stage::calling) {
    stage_ = Stage::answered;
    answered_ = true;
  }
  if (begins(line, "debug1: SSH2_MSG_SERVICE_ACCEPT received")) logging_in_ = true;
  if (begins(line, "debug1: Entering interactive session")) stage_ = Stage::through;
}

void Dial::on_terminal() {
  if (stopped_) return;
  std::array<char, 1024> bytes;
  const ssize_t got = ::read(channel_.far()->helper().terminal(), bytes.data(), bytes.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return terminal_watch_->want(false, false);
  asked_.append(bytes.data(), static_cast<std::size_t>(got));
  if (asked_.size() > kMostAsked) asked_.erase(0, asked_.size() - kMostAsked);
  on_change_();
}

std::string Dial::question() const {
  if (stage_ == Stage::through || stage_ == Stage::failed) return {};
  // A question stands in a line that has no end yet; what explains it stands above.
  const auto end = asked_.find_last_of("\r\n");
  const auto last = asked_.substr(end == std::string::npos ? 0 : end + 1);
  if (last.find_first_not_of(' ') == std::string::npos) return {};
  std::string out;
  bool blank = true;
  for (const char c : asked_) {
    const bool space = c == '\r' || c == '\n' || c == ' ';
    if (!space) out += c;
    if (space && !blank) out += ' ';
    blank = space;
  }
  // Why it asks again.
  const std::string& said = channel_.far()->last_line();
  if (answered_question_ && !said.empty()) out += (blank ? "(" : " (") + said + ")";
  return printable(out);
}

void Dial::answer(std::string_view typed) {
  // Shown is what its terminal echoes; after the line's end the next question is a new one.
  if (typed.find_first_of("\r\n") != std::string_view::npos) {
    asked_.clear();
    answered_question_ = true;
  }
  (void)os::write_all(channel_.far()->helper().terminal(), typed);
}

Redial::Failure Dial::failure() const {
  for (const std::string_view words :
       {"Permission denied", "Too many authentication failures", "Host key verification failed",
        "No supported authentication methods", "IDENTIFICATION HAS CHANGED"}) {
    if (reason_.find(words) != std::string::npos) return Redial::Failure::refused;
  }
  return stage_ == Stage::failed && answered_ ? Redial::Failure::answered : Redial::Failure::unanswered;
}

void Dial::stop() {
  stopped_ = true;
  stream_watch_.reset();
  errors_watch_.reset();
  terminal_watch_.reset();
}

Channel Dial::take() {
  stop();
  return std::move(channel_);
}

}  // namespace sess::client::remote
