// Draws a pane's screen into a rectangle of a frame.
//
// A pure reading of the screen, called by display/drawing for each pane of a composed view. Colours that the
// program changed in its palette become RGB, reverse video is applied; borders and status are drawn by
// others.
#pragma once

#include <cstdint>

#include "render/frame.hpp"
#include "render/style.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::render {

/// Which part of the screen, and how.
struct PaneView {
  /// First row and column of the screen that is shown: a client that is smaller than the window.
  int top = 0;
  int left = 0;
  /// window-style or window-active-style: colours of cells that have the default ones.
  terminal::Style base = {};
  /// Whether the frame's cursor becomes this pane's.
  bool has_cursor = false;
  /// What it looks like where the program says nothing: DECSCUSR's number, rgb.
  int cursor_style = 0;
  terminal::Color cursor_colour = {};
};

/// Draws what the view shows of the screen; cells beyond it are blank in the base style. Clips to the frame;
/// wide characters that an edge would cut are blanked. Sets the frame's cursor when the view has it.
void draw_pane(Frame& frame, Rect area, const terminal::Screen& screen, const PaneView& view);

/// Draws a piece of text (a history line's run) in a pane's style: `style.link` is ignored, `link` its URI.
/// Returns the columns used.
int draw_run(Frame& frame, int row, int col, int columns, std::string_view text, const terminal::Style& style,
             std::string_view link, const terminal::Style& base);

}  // namespace sess::render
