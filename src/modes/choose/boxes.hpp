// What previews are made of: boxes, what a pane shows around its cursor, and a label in the middle.
//
// Draws into the area of a frame that it is given and keeps nothing; what is previewed is the kind's choice.
#pragma once

#include <string_view>

#include "render/frame.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::modes {

void draw_box(render::Frame& frame, render::Rect area);
void draw_column(render::Frame& frame, int row, int col, int rows);
/// The part of a screen around its cursor, which is in reverse; of one with a hidden cursor the upper left.
/// Null: nothing.
void draw_screen(render::Frame& frame, render::Rect area, const terminal::Screen* screen);
/// Text in the middle, in a box where there is room for one.
void draw_label(render::Frame& frame, render::Rect area, std::string_view text, std::uint32_t style);

}  // namespace sess::modes
