#include "modes/clock.hpp"

#include "render/digits.hpp"

namespace sess::modes {

void ClockMode::draw(render::Frame& frame, render::Rect area, const View& view) {
  const Look look = look_();
  render::draw_clock(frame, area, look.time, look.colour);
  if (view.has_cursor) frame.cursor = {};
}

}  // namespace sess::modes
