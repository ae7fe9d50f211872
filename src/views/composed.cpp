#include "views/composed.hpp"

#include "protocol/message.hpp"
#include "views/output.hpp"

namespace sess::views {
namespace {
/// A flood is drawn sixty times a second. What changes little (the echo of a key) is drawn at once: it costs
/// less than the wait that a person would see.
constexpr std::chrono::microseconds kFrameInterval{16'667};  // sixty a second, not one more
constexpr std::chrono::milliseconds kEchoInterval{1};
constexpr std::size_t kEchoBytes = 256;
constexpr double kFrameShare = 0.8;
constexpr std::chrono::milliseconds kLongestInterval{250};
/// Later than this what a program prints is no answer to a key.
constexpr std::chrono::milliseconds kEchoWait{100};
/// More than this on its way to the terminal, and an echo waits, too: it would only queue up behind it.
constexpr std::size_t kEchoAhead = 64 * 1024;
}  // namespace

ComposedView::ComposedView(Connection& connection, FlowWindow& flow, const render::TerminalFeatures& features)
    : connection_(connection), flow_(flow), features_(features) {}

void ComposedView::enter(std::string_view before, std::string_view behind, const render::TerminalModes& modes,
                         Time now) {
  modes_ = modes;
  behind_ = behind;
  connection_.send(protocol::encode(protocol::Undo{undo()}));
  std::string bytes(before);
  bytes += render::enter_terminal(modes_, features_);
  send_output(connection_, flow_, now, bytes);
  forget();
}

std::string ComposedView::leave() const {
  return render::leave_terminal(modes_, features_);
}

void ComposedView::set_modes(const render::TerminalModes& modes, Time now) {
  if (modes == modes_) return;
  const std::string bytes = render::change_modes(modes_, modes, features_);
  modes_ = modes;
  connection_.send(protocol::encode(protocol::Undo{undo()}));
  send_output(connection_, flow_, now, bytes);
}

void ComposedView::turn(Size size, Time now, const Draw& draw, const DrawEcho& draw_echo) {
  deadline_.reset();
  if (!dirty_) return;
  // The acknowledgement brings us back; on a link that is long but not full others are sent meanwhile.
  const bool ready = flow_.drained() || (flow_.is_far() && flow_.room() >= drawn_bytes_);
  const auto paced = drawn_at_ + frame_interval();
  if (!ready || now < paced) {
    if (ready) deadline_ = paced;
    static_cast<void>(send_echo(size, now, draw_echo));
    return;
  }
  // What a key changed goes first: a whole frame, with its formats, takes as long as the rest of the key's
  // way. It follows, whatever else is typed meanwhile.
  const auto whole = whole_due_.value_or(now + kFrameInterval);
  if (now < whole && send_echo(size, now, draw_echo)) {
    whole_due_ = deadline_ = whole;
    return;
  }
  whole_due_.reset();
  dirty_ = false;
  render::Frame next = shown_ ? shown_->successor(size) : render::Frame(size);
  draw(next, shown_ ? &*shown_ : nullptr);
  const std::string bytes = render::diff(shown_ ? &*shown_ : nullptr, next, features_);
  shown_ = std::move(next);
  if (bytes.empty()) return;
  drawn_at_ = now;
  drawn_bytes_ = bytes.size();
  send_output(connection_, flow_, now, bytes);
}

/// Frames that are under way together never take more than four fifths of what the link carries.
std::chrono::nanoseconds ComposedView::frame_interval() const {
  if (drawn_bytes_ <= kEchoBytes) return kEchoInterval;
  if (!flow_.is_far() || flow_.rate() <= 0) return kFrameInterval;
  const std::chrono::duration<double> needed(static_cast<double>(drawn_bytes_) /
                                             (flow_.rate() * kFrameShare));
  return std::clamp(std::chrono::duration_cast<std::chrono::nanoseconds>(needed),
                    std::chrono::nanoseconds(kFrameInterval), std::chrono::nanoseconds(kLongestInterval));
}

/// Beside a flood a frame costs a millisecond and comes sixty times a second; what one key changes is a few
/// bytes.
bool ComposedView::send_echo(Size size, Time now, const DrawEcho& draw_echo) {
  if (!typed_at_ || !shown_ || shown_->size() != size || flow_.in_flight() > kEchoAhead) return false;
  if (now - *typed_at_ > kEchoWait) {
    typed_at_.reset();
    return false;
  }
  render::Frame next = *shown_;
  if (!draw_echo(next)) return false;
  echo_shown_ = true;
  const std::string bytes = render::diff(&*shown_, next, features_);
  if (bytes.empty()) return true;
  shown_ = std::move(next);
  // The pane that was typed into floods itself: from here on it has the pace of all others.
  if (bytes.size() > kEchoBytes) {
    typed_at_.reset();
    drawn_at_ = now;
    drawn_bytes_ = bytes.size();
  }
  send_output(connection_, flow_, now, bytes);
  return true;
}

}  // namespace sess::views
