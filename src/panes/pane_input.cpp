#include "panes/pane_input.hpp"

#include <cerrno>

namespace sess::panes {
namespace {

/// Whom replies are accepted from: no client's token is below 16.
constexpr model::ClientToken kReplies = 1;
/// What is written to a program that reads as fast as it comes before others have their turn.
constexpr std::size_t kWriteBudget = 1 << 20;

}  // namespace

bool PaneInput::takes(std::size_t bytes) const {
  return terminal_ < 0 || (waiting_.empty() && bytes <= journal_.input_room());
}

bool PaneInput::accept(std::string_view bytes, model::ClientToken token, model::InputPosition position) {
  if (!takes(bytes.size())) return false;
  if (terminal_ < 0) bytes = {};
  if (!journal_.accept_input(bytes, token, position)) return false;
  write();
  return true;
}

bool PaneInput::type(std::string_view bytes) {
  if (terminal_ < 0) return true;
  if (!takes(bytes.size()) || !journal_.accept_input(bytes, 0, {})) {
    if (!waiting_.push(bytes)) return false;
  }
  write();
  return true;
}

void PaneInput::answer(std::string_view bytes) {
  if (!journal_.accept_input(bytes, 0, {}, Journal::Input::answer)) return;
  write();
}

bool PaneInput::reply(std::string_view bytes, std::uint64_t offset) {
  const model::InputPosition given{offset, 0, 0};
  if (journal_.accept_input(bytes, kReplies, given, Journal::Input::answer)) return true;
  journal_.accept_input({}, kReplies, given);
  return false;
}

std::uint64_t PaneInput::replied() const {
  return journal_.input_applied(kReplies).frame;
}

void PaneInput::close() {
  terminal_ = -1;
  drop();
}

void PaneInput::write() {
  if (terminal_ < 0) return drop();
  for (std::size_t written = 0; written < kWriteBudget;) {
    if (const auto next = waiting_.front().substr(0, journal_.input_room()); !next.empty()) {
      journal_.accept_input(next, 0, {});
      waiting_.take(next.size());
    }
    const ssize_t n = journal_.send_input(terminal_);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  written_();
}

/// Nobody reads any more.
void PaneInput::drop() {
  waiting_.clear();
  while (!journal_.pending_input().empty()) journal_.consume_input(journal_.pending_input().size());
}

}  // namespace sess::panes
