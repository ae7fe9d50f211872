// Draws what is between the panes of a window: lines with tmux's joins, the colour of the active pane's
// border, arrows, pane numbers, and the dotted area outside a window that is smaller than the client.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "render/frame.hpp"
#include "render/style.hpp"

namespace sess::render {

enum class BorderLines { single, double_, heavy, simple, number };
enum class BorderIndicators { off, colour, arrows, both };
enum class BorderStatus { off, top, bottom };

/// A visible pane, in window coordinates (a zoomed window has one). The order is the window's.
struct BorderPane {
  Rect area;
  int index = 0;
  bool active = false;
  bool marked = false;
  model::Style style = {};         ///< pane-border-style for this pane
  model::Style active_style = {};  ///< pane-active-border-style for this pane
  std::string status = {};         ///< expanded pane-border-format, used when the status is on
};

struct BorderOptions {
  BorderLines lines = BorderLines::single;
  BorderIndicators indicators = BorderIndicators::colour;
  BorderStatus status = BorderStatus::off;
  bool utf8 = true;       ///< without, lines are drawn as simple
  std::string fill = {};  ///< fill-character for the outside; empty: dots
};

/// `window` is where the window's top left lands in the frame (negative when the view is moved) and its size;
/// `area` is the part of the frame that belongs to windows (without status lines). Panes themselves are not
/// touched.
void draw_borders(Frame& frame, Rect area, Rect window, std::span<const BorderPane> panes,
                  const BorderOptions& options);

}  // namespace sess::render
