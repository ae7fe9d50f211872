#include "server/composed_view.hpp"

#include "protocol/message.hpp"
#include "server/output.hpp"

namespace sess::server {
namespace {
/// A flood is drawn sixty times a second. What changes little (the echo of a key) is drawn at once: it costs less than
/// the wait that a person would see.
constexpr std::chrono::milliseconds kFrameInterval{16};
constexpr std::chrono::milliseconds kEchoInterval{1};
constexpr std::size_t kEchoBytes = 256;
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

std::string ComposedView::leave() const { return render::leave_terminal(modes_, features_); }

void ComposedView::set_modes(const render::TerminalModes& modes, Time now) {
  if (modes == modes_) return;
  const std::string bytes = render::change_modes(modes_, modes, features_);
  modes_ = modes;
  connection_.send(protocol::encode(protocol::Undo{undo()}));
  send_output(connection_, flow_, now, bytes);
}

void ComposedView::turn(Size size, Time now, const Draw& draw) {
  deadline_.reset();
  if (!dirty_ || !flow_.drained()) return;  // the acknowledgement brings us back
  const auto interval = drawn_bytes_ <= kEchoBytes ? kEchoInterval : kFrameInterval;
  if (now - drawn_at_ < interval) {
    deadline_ = drawn_at_ + interval;
    return;
  }
  dirty_ = false;
  render::Frame next = shown_ ? shown_->successor(size) : render::Frame(size);
  draw(next);
  const std::string bytes = render::diff(shown_ ? &*shown_ : nullptr, next, features_);
  shown_ = std::move(next);
  if (bytes.empty()) return;
  drawn_at_ = now;
  drawn_bytes_ = bytes.size();
  send_output(connection_, flow_, now, bytes);
}

}  // namespace sess::server
