// A session on another machine: the link's silence, its replacement, and what is said meanwhile.
#include <fmt/format.h>

#include <chrono>

#include "client/attach/attachment.hpp"

namespace sess::client {
namespace {

using namespace protocol;

constexpr std::chrono::milliseconds kLeavePatience{300};

long milliseconds_of(std::chrono::steady_clock::duration time) {
  return static_cast<long>(std::chrono::round<std::chrono::milliseconds>(time).count());
}

/// As much of the text as a row holds.
std::string fitting(std::string_view text, std::size_t columns) {
  std::string out;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    if (starts && columns-- == 0) break;
    out += c;
  }
  return out;
}

}  // namespace

void Attachment::pursue(remote::Route route) {
  remote::Pursuit::Owner owner;
  owner.ping = [this] {
    if (channel_ && state_ != State::ending) channel_->send(Ping{++ping_serial_});
  };
  owner.take_link = [this](Channel channel) { take_link(std::move(channel)); };
  owner.give_up_link = [this] { lose_connection(); };
  owner.changed = [this] { show_far_notice(); };
  pursuit_.emplace(*loop_, std::move(route), std::move(owner));
  pursuit_->use(*channel_);
}

/// The old link may still carry something; the server goes on where the hello says that this end is.
void Attachment::take_link(Channel channel) {
  if (state_ == State::ending) return;
  leave_channel();
  channel_.emplace(std::move(channel));
  pursuit_->use(*channel_);
  say_hello();
}

void Attachment::show_far_notice() {
  if (state_ == State::ending || !terminal_->entered()) return;
  if (!pursuit_->out()) return said_ ? void() : remove_notice();
  say(pursuit_->notice(input_.bytes()));
}

/// On the last row, over whatever stands there.
void Attachment::say(std::string_view text) {
  // A terminal that takes nothing is not filled with what has become untrue.
  if (terminal_->output().queued() > 0) return;
  const TerminalSize size = terminal_->size();
  write_notice(fitting(text, size.cells.cols > 1 ? size.cells.cols - 1U : 1U));
}

void Attachment::obey(remote::Escape::Command command) {
  using Command = remote::Escape::Command;
  if (command == Command::leave) {
    if (state_ == State::connected) channel_->send(Detach{});
    AttachmentEnd end;
    end.message = "[left; the session goes on]";
    return end_with(std::move(end), kLeavePatience);
  }
  said_ = true;
  if (command == Command::help)
    return say("[~. leaves, the session goes on; ~s shows the link; ~~ is a tilde]");
  const auto link = pursuit_->statistics();
  const auto round_trip =
      link.round_trip ? fmt::format("{} ms", milliseconds_of(*link.round_trip)) : "unknown";
  std::string keys;
  if (echo_) {
    const auto& predicted = echo_->statistics();
    keys = fmt::format("; early {} right, {} wrong", predicted.right, predicted.wrong);
  }
  // On eighty columns.
  say(fmt::format("[round trip {}; {} reconnects; {} B wait{}; {} kB in]", round_trip, link.reconnects,
                  input_.bytes(), keys, progress_.received() / 1000));
}

/// The old link came back: the screen below the line is asked for.
void Attachment::remove_notice() {
  if (!repaint_due_ || state_ != State::connected || !progress_.counting()) return;
  show_anew_if_due();
  update_wants();
}

}  // namespace sess::client
