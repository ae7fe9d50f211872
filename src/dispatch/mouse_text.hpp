// What is written under the mouse: mouse_word, mouse_line and mouse_hyperlink, by the rules of tmux. Pure:
// reads a screen or a frame that others own. Which pane is under the mouse is decided before, by
// dispatch/mouse.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "render/frame.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::dispatch {

struct MouseText {
  std::string word;            ///< goes on over wrapped rows; on a separator the one behind it
  std::string line;            ///< the row, without blanks at its end
  std::string hyperlink = {};  ///< the URI of OSC 8
};

[[nodiscard]] MouseText text_under(const terminal::Screen& screen, int row, int col,
                                   std::string_view separators);
/// The same in what a mode shows.
[[nodiscard]] MouseText text_under(const render::Frame& frame, int row, int col, std::string_view separators);

}  // namespace sess::dispatch
