// A session on another machine: the link's silence, its replacement, and what is said meanwhile.
#include <algorithm>

#include "client/attachment.hpp"

namespace sess::client {
namespace {

using namespace protocol;

/// As much of the text as a row holds.
std::string fitting(const std::string& text, std::size_t columns) {
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
  if (!pursuit_->out()) return remove_notice();
  // A terminal that takes nothing is not filled with what has become untrue.
  if (terminal_->output().queued() > 0) return;
  const TerminalSize size = terminal_->size();
  const std::string text =
      fitting(pursuit_->notice(input_.bytes()), size.cells.cols > 1 ? size.cells.cols - 1U : 1U);
  write_notice(text);
}

/// The old link came back: the screen below the line is asked for.
void Attachment::remove_notice() {
  if (!repaint_due_ || state_ != State::connected || !counting_) return;
  show_anew_if_due();
  update_wants();
}

}  // namespace sess::client
