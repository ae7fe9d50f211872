#include "client/attach/progress.hpp"

namespace sess::client {

using namespace protocol;

void Progress::attached(const Attached& message) {
  const bool shown_anew = message.mode == AttachMode::direct && mode_ != AttachMode::direct;
  if (message.pane != pane_) {
    offset_ = kNoOffset;
    reached_.clear();
  }
  if (message.pane != pane_ || shown_anew) past_ = 0;
  if (shown_anew) drawn_ = true;
  session_ = message.session;
  pane_ = message.pane;
  mode_ = message.mode;
}

bool Progress::begin_counting() {
  if (counting_) return false;
  counting_ = true;
  ack_base_ = received_;
  acked_ = 0;
  return true;
}

bool Progress::shown(const Output& message, std::size_t queued) {
  if (message.scrolled) scrolled_ = PaneScrolled{pane_, message.scrolled->line, message.scrolled->bytes};
  if (message.offset != kNoOffset) {
    offset_ = message.offset;
    past_ = 0;
    drawn_ = false;
    note_reached(queued);
    return true;
  }
  if ((message.flags & Output::kDrawn) != 0) {
    drawn_ = true;
    if (message.scrolled) note_reached(queued);
    return message.bytes.size() < kMaxOutput;
  }
  if ((message.flags & Output::kAside) == 0 && mode_ == AttachMode::direct) past_ += message.bytes.size();
  return false;
}

void Progress::aside(std::size_t bytes) {
  received_ += bytes;  // keeps received_ minus queued the bytes taken; a new connection counts anew
  // The old link of a far server may come back, and its counting goes on.
  if (counting_) ack_base_ += bytes;
}

void Progress::forget_reached(std::uint64_t taken) {
  while (reached_.size() > 1 && reached_[1].received <= taken) reached_.pop_front();
}

/// Bounded: where the terminal is slow a few kilobytes more or less do not matter.
void Progress::note_reached(std::size_t queued) {
  constexpr std::size_t kMost = 256;
  forget_reached(taken(queued));
  if (reached_.size() >= kMost) reached_.pop_back();
  reached_.push_back({received_, offset_, scrolled_});
}

void Progress::forget_unwritten(std::size_t queued) {
  forget_reached(taken(queued));
  if (queued == 0) return;
  const bool known = !reached_.empty() && reached_.front().received <= taken(queued);
  offset_ = known ? reached_.front().offset : kNoOffset;
  scrolled_ = known ? reached_.front().scrolled : std::nullopt;
  past_ = 0;
  drawn_ = true;
}

std::optional<std::uint64_t> Progress::owed_ack(std::uint64_t reached, std::uint64_t least) const {
  if (!counting_ || reached < ack_base_) return std::nullopt;  // or still busy with the former connection's
  const std::uint64_t total = reached - ack_base_;
  if (total < acked_ || total - acked_ < least) return std::nullopt;
  return total;
}

Resume Progress::resume() const {
  Resume resume;
  resume.session = session_;
  resume.pane = pane_;
  resume.offset = offset_;
  resume.past = past_;
  resume.mode = mode_;
  resume.drawn = drawn_;
  resume.scrolled = scrolled_;
  return resume;
}

}  // namespace sess::client
