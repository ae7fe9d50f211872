#include "server/composed_view.hpp"

#include "protocol/message.hpp"
#include "server/output.hpp"

namespace sess::server {
namespace {
constexpr std::chrono::milliseconds kFrameInterval{16};
}

ComposedView::ComposedView(Connection& connection, FlowWindow& flow, const render::TerminalFeatures& features)
    : connection_(connection), flow_(flow), features_(features) {}

void ComposedView::enter(std::string_view before, const render::TerminalModes& modes, Time now) {
  modes_ = modes;
  connection_.send(protocol::encode(protocol::Undo{leave()}));
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
  connection_.send(protocol::encode(protocol::Undo{leave()}));
  send_output(connection_, flow_, now, bytes);
}

void ComposedView::turn(Size size, Time now, const Draw& draw) {
  deadline_.reset();
  if (!dirty_ || !flow_.drained()) return;  // the acknowledgement brings us back
  if (now - drawn_at_ < kFrameInterval) {
    deadline_ = drawn_at_ + kFrameInterval;
    return;
  }
  dirty_ = false;
  render::Frame next = shown_ ? shown_->successor(size) : render::Frame(size);
  draw(next);
  const std::string bytes = render::diff(shown_ ? &*shown_ : nullptr, next, features_);
  shown_ = std::move(next);
  if (bytes.empty()) return;
  drawn_at_ = now;
  send_output(connection_, flow_, now, bytes);
}

}  // namespace sess::server
