#include "views/composed.hpp"

#include "protocol/message.hpp"
#include "views/output.hpp"

namespace sess::views {
namespace {
/// A flood is drawn sixty times a second. What changes little (the echo of a key) is drawn at once: it costs
/// less than the wait that a person would see.
constexpr std::chrono::milliseconds kFrameInterval{16};
constexpr std::chrono::milliseconds kEchoInterval{1};
constexpr std::size_t kEchoBytes = 256;
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
  if (!flow_.drained()) return send_echo(size, now, draw_echo);  // the acknowledgement brings us back
  const auto interval = drawn_bytes_ <= kEchoBytes ? kEchoInterval : kFrameInterval;
  if (now - drawn_at_ < interval) {
    deadline_ = drawn_at_ + interval;
    return send_echo(size, now, draw_echo);
  }
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

/// Beside a flood a frame costs a millisecond and comes sixty times a second; what one key changes is a few
/// bytes.
void ComposedView::send_echo(Size size, Time now, const DrawEcho& draw_echo) {
  if (!typed_at_ || !shown_ || shown_->size() != size || flow_.in_flight() > kEchoAhead) return;
  if (now - *typed_at_ > kEchoWait) return typed_at_.reset();
  render::Frame next = *shown_;
  if (!draw_echo(next)) return;
  const std::string bytes = render::diff(&*shown_, next, features_);
  if (bytes.empty()) return;
  shown_ = std::move(next);
  // The pane that was typed into floods itself: from here on it has the pace of all others.
  if (bytes.size() > kEchoBytes) typed_at_.reset();
  send_output(connection_, flow_, now, bytes);
}

}  // namespace sess::views
