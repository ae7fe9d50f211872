#include "views/flow_window.hpp"

#include <algorithm>

namespace sess::views {

using Seconds = std::chrono::duration<double>;

void FlowWindow::on_sent(std::size_t bytes, Time now) {
  if (bytes == 0) return;
  if (in_flight() == 0) {
    if (now - last_ack_ >= kIdle) base_ = {};
    last_ack_ = now;
  }
  if (drained()) waiting_since_ = now;
  sent_ += bytes;
  const bool limited = in_flight() * 2 >= window_;
  // One mark a millisecond is enough, and bounds the queue.
  if (!marks_.empty() && now - marks_.back().when < std::chrono::milliseconds(1)) {
    marks_.back().end = sent_;
    marks_.back().limited |= limited;
  } else {
    marks_.push_back({sent_ - bytes, sent_, now, limited});
  }
}

FlowWindow::Verdict FlowWindow::on_ack(std::uint64_t total, Time now) {
  if (total < acked_ || total > sent_) return Verdict::impossible;
  if (total == acked_) return Verdict::taken;
  const std::uint64_t bytes = total - acked_;
  woke_ = woke_ || (!drained() && now - waiting_since_ >= kStill);
  waiting_since_ = now;
  acked_ = total;
  Time sent_at = now;
  bool limited = false;
  while (!marks_.empty() && marks_.front().end <= acked_) {
    sent_at = marks_.front().when;
    limited = limited || marks_.front().limited;
    marks_.pop_front();
  }
  // The last byte that was taken lies in the first portion that is not taken whole, or at the end of the last
  // one.
  const bool inside = !marks_.empty() && acked_ > marks_.front().begin;
  const std::chrono::nanoseconds took = now - (inside ? marks_.front().when : sent_at);
  const bool full = limited || (inside && marks_.front().limited);
  if (full && took.count() > 0) base_ = base_.count() == 0 ? took : std::min(base_, took);
  const double delay = Seconds(now - sent_at).count();
  const double since = std::max(Seconds(now - last_ack_).count(), 1e-5);
  last_ack_ = now;
  if (limited || rate_ == 0) {
    const double sample = static_cast<double>(bytes) / since;
    rate_ = rate_ == 0 ? sample : 0.75 * rate_ + 0.25 * sample;
  }
  const double target = Seconds(kTarget + (is_far() ? base_ : std::chrono::nanoseconds(0))).count();
  if (limited && delay > target) {
    const double factor = std::max(0.5, target / delay);
    window_ = std::max(kMin, static_cast<std::size_t>(static_cast<double>(window_) * factor));
  } else if (limited && delay < target - Seconds(kTarget).count() / 2) {
    window_ = std::min(kMax, window_ + std::min<std::size_t>(bytes, window_) / 2);
  }
  return Verdict::taken;
}

void FlowWindow::measure_anew(Time now) {
  marks_.clear();
  window_ = kStart;
  rate_ = 0;
  base_ = {};
  last_ack_ = now;
}

std::size_t FlowWindow::room() const {
  const std::uint64_t flying = in_flight();
  return flying >= window_ ? 0 : window_ - static_cast<std::size_t>(flying);
}

}  // namespace sess::views
