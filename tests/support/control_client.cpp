#include "support/control_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace sess::test {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

bool is_id(const std::string& word, char sigil) {
  return word.size() > 1 && word[0] == sigil &&
         std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What each notification's words are: $ @ % ids, n a number, w a word, and then anything.
const std::map<std::string, std::string>& shapes() {
  static const std::map<std::string, std::string> all{{"%output", "%"},
                                                      {"%extended-output", "%n"},
                                                      {"%pause", "%"},
                                                      {"%continue", "%"},
                                                      {"%session-changed", "$w"},
                                                      {"%session-renamed", "$w"},
                                                      {"%session-window-changed", "$@"},
                                                      {"%sessions-changed", ""},
                                                      {"%client-session-changed", "w$w"},
                                                      {"%client-detached", "w"},
                                                      {"%window-add", "@"},
                                                      {"%window-close", "@"},
                                                      {"%window-renamed", "@w"},
                                                      {"%unlinked-window-add", "@"},
                                                      {"%unlinked-window-close", "@"},
                                                      {"%unlinked-window-renamed", "@w"},
                                                      {"%window-pane-changed", "@%"},
                                                      {"%layout-change", "@ww"},
                                                      {"%pane-mode-changed", "%"},
                                                      {"%paste-buffer-changed", "w"},
                                                      {"%paste-buffer-deleted", "w"},
                                                      {"%subscription-changed", "w$"},
                                                      {"%message", ""},
                                                      {"%config-error", ""},
                                                      {"%exit", ""}};
  return all;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < ' ') return std::nullopt;
    if (c != '\\') {
      out += text[i];
      continue;
    }
    if (i + 3 >= text.size()) return std::nullopt;
    int value = 0;
    for (int digit = 1; digit <= 3; ++digit) {
      const char d = text[i + static_cast<std::size_t>(digit)];
      if (d < '0' || d > '7') return std::nullopt;
      value = value * 8 + (d - '0');
    }
    out += static_cast<char>(value);
    i += 3;
  }
  return out;
}

}  // namespace

ControlClient::ControlClient(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
  std::array<int, 2> to{}, from{}, report{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0 ||
      ::pipe2(report.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe2");
  }
  const std::string program = find_program(argv.at(0), env);
  auto arguments = c_strings(argv);
  auto variables = c_strings(env);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(to[0], 0);
    ::dup2(from[1], 1);
    ::dup2(from[1], 2);
    exec_child(arguments.data(), variables.data(), program.c_str(), report[1]);
  }
  for (const int fd : {to[0], from[1], report[0], report[1]}) ::close(fd);
  if (pid_ < 0) throw std::runtime_error("fork");
  in_ = UniqueFd(to[1]);
  out_ = UniqueFd(from[0]);
  ::fcntl(out_.get(), F_SETFL, O_NONBLOCK);
}

ControlClient::~ControlClient() {
  if (pid_ <= 0 || status_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ControlClient::breach(const std::string& text) {
  if (broken_.size() < 2000) broken_ += text + "\n";
}

void ControlClient::send(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  std::size_t sent = 0;
  while (sent < text.size()) {
    pollfd entries[] = {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}};
    if (::poll(entries, 2, 10'000) <= 0) return breach("its input is not taken");
    if (entries[1].revents != 0 && !read(Milliseconds(0)) && ended_) return;
    if ((entries[0].revents & POLLOUT) == 0) continue;
    const ssize_t n = ::write(in_.get(), text.data() + sent, std::min<std::size_t>(text.size() - sent, 4096));
    if (n < 0) return;
    sent += static_cast<std::size_t>(n);
  }
  ++asked_;
}

std::optional<ControlClient::Block> ControlClient::ask(std::string_view line, Milliseconds patience) {
  send(line);
  const std::size_t wanted = asked_;
  if (!wait_until([&] { return answered_ >= wanted; }, patience)) return std::nullopt;
  std::size_t seen = 0;
  for (const auto& block : blocks_) {
    if (block.typed && ++seen == wanted) return block;
  }
  return std::nullopt;
}

bool ControlClient::read(Milliseconds patience, std::size_t budget) {
  pollfd entry{out_.get(), POLLIN, 0};
  if (ended_ || ::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<char, 65536> bytes;
  std::size_t got = 0;
  while (got < budget) {
    const ssize_t n = ::read(out_.get(), bytes.data(), std::min(bytes.size(), budget - got));
    if (n == 0) ended_ = true;
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
    rest_.append(bytes.data(), static_cast<std::size_t>(n));
  }
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    take(std::string_view(rest_).substr(begin, end - begin));
  }
  rest_.erase(0, begin);
  if (ended_) {
    raw_ += rest_;
    if (open_) breach("the end comes inside a block");
    if (!exited_) breach("the end comes without %exit");
  }
  return got > 0;
}

void ControlClient::take(std::string_view line) {
  if (line.starts_with("\x1bP1000p")) {
    raw_ += line.substr(0, 7);
    line.remove_prefix(7);
  }
  const std::string text(line);
  const auto words = words_of(line);
  const std::string word = words.empty() ? "" : words[0];
  if (exited_) return breach("behind %exit: " + text);
  if (open_) {
    if (word == "%end" || word == "%error") {
      if (text.substr(word.size()) != open_words_) breach("not the end of " + open_words_ + ": " + text);
      open_->error = word == "%error";
      answered_ += open_->typed;
      blocks_.push_back(std::move(*open_));
      open_.reset();
      return;
    }
    if (word == "%begin" || shapes().contains(word)) breach("inside a block: " + text);
    open_->lines.push_back(text);
    return;
  }
  if (word == "%begin") {
    if (words.size() != 4 || (words[3] != "0" && words[3] != "1")) return breach("no block: " + text);
    open_ = Block{std::stol(words[2]), words[3] == "1", false, {}};
    open_words_ = text.substr(word.size());
    if (open_->number <= last_number_) breach("a number comes again: " + text);
    last_number_ = open_->number;
    return;
  }
  const auto shape = shapes().find(word);
  if (shape == shapes().end()) return breach("outside a block: " + text);
  for (std::size_t i = 0; i < shape->second.size(); ++i) {
    const char kind = shape->second[i];
    const std::string given = i + 1 < words.size() ? words[i + 1] : "";
    const bool right = kind == 'w' ? !given.empty()
                       : kind == 'n'
                           ? !given.empty() && given.find_first_not_of("0123456789") == std::string::npos
                           : is_id(given, kind);
    if (!right) return breach("not as it is written: " + text);
  }
  exited_ = word == "%exit";
  if (word == "%output" || word == "%extended-output") {
    const bool extended = word == "%extended-output";
    const auto space = text.find(' ', word.size() + 1);
    const auto colon = extended ? text.find(" : ") : space;
    if (space == std::string::npos || colon == std::string::npos) return breach("no output: " + text);
    const auto bytes = unescape(std::string_view(text).substr(colon + (extended ? 3 : 1)));
    if (!bytes) return breach("not escaped: " + text.substr(0, 200));
    outputs_[words[1]] += *bytes;
    return;
  }
  notifications_.push_back(text);
}

bool ControlClient::was_told(std::string_view begin) const {
  return std::any_of(notifications_.begin(), notifications_.end(),
                     [begin](const std::string& line) { return line.starts_with(begin); });
}

std::optional<ExitStatus> ControlClient::wait_exit() {
  wait_until([this] { return ended_; });
  ExitStatus status;
  if (!status_ && reap(pid_, status, kPatience)) status_ = status;
  return status_;
}

}  // namespace sess::test
