// Large digits: the numbers that display-panes draws over panes, and clock-mode's clock. The shapes are
// tmux's.
#pragma once

#include <string_view>

#include "render/frame.hpp"
#include "render/style.hpp"

namespace sess::render {

/// The number of a pane in its middle, its size in a corner and, beyond 9, the letter that chooses it. A pane
/// too small for large digits gets small ones. `area` is the visible part of the pane, `pane` its real size.
void draw_pane_number(Frame& frame, Rect area, Size pane, int number, const model::Style& colour);

/// Clears the area and draws a time ("12:34", " 1:05 PM") in its middle.
void draw_clock(Frame& frame, Rect area, std::string_view time, const model::Style& colour);

}  // namespace sess::render
