// A session on another machine: keys are shown before their echo is back (prediction/).
#include "client/attachment.hpp"

namespace sess::client {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void Attachment::predict(prediction::Policy policy) {
  if (policy == prediction::Policy::never) return;
  echo_.emplace(size_.cells, policy);
  ask_round_trip();
}

/// How slow the link is, before anything was typed.
void Attachment::ask_round_trip() {
  asked_ = Asked{++ping_serial_, Clock::now()};
  channel_->send(protocol::Ping{ping_serial_});
}

void Attachment::on_pong(std::uint64_t serial) {
  if (!asked_ || asked_->serial != serial) return;
  if (echo_) echo_->round_trip(Clock::now() - asked_->at);
  asked_.reset();
}

void Attachment::show_output(std::string_view bytes) {
  if (!echo_) return terminal_->output().write(bytes);
  write_aside(echo_->before_output(bytes));
  terminal_->output().write(bytes);
}

void Attachment::show_typed(std::uint64_t sequence, std::string_view typed) {
  echo_->typed(sequence, typed, Clock::now());
  update_echo();
}

void Attachment::update_echo() {
  if (!echo_) return;
  const auto now = Clock::now();
  // A line of this program's own lies over the screen, or the terminal is behind anyway.
  const bool covered = repaint_due_ || dropping_ || terminal_->output().queued() > 0;
  if (!covered && terminal_->entered()) write_aside(echo_->update(now));
  const auto at = echo_->deadline();
  if (!at || covered) return echo_timer_.stop();
  echo_timer_.start(
      std::max(std::chrono::duration_cast<Clock::duration>(std::chrono::milliseconds(1)), *at - now));
}

void Attachment::take_echo_away() {
  if (echo_) write_aside(echo_->take_away());
}

}  // namespace sess::client
