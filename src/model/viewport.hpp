// Which part of a window a client sees when its terminal is smaller than the window. Pure.
//
// Rules of tmux 3.3a's tty_window_offset(): the view follows the active pane's cursor, until refresh-client
// -L, -R, -U or -D moves it by hand; then it stays where it was put, in that window, until refresh-client -c.
#pragma once

#include <optional>

#include "base/size.hpp"
#include "model/ids.hpp"

namespace sess::model {

/// A view moved by hand.
struct Pan {
  WindowId window;
  int top = 0;
  int left = 0;
};

struct Viewport {
  int top = 0;  ///< window row and column at the view's upper left corner
  int left = 0;
  Size size;            ///< the terminal without its status lines
  bool bigger = false;  ///< the window is larger than that in some direction
};

/// A position in the window, or none when the program hides its cursor.
struct ViewCursor {
  int row = 0;
  int col = 0;
};

[[nodiscard]] Viewport viewport(WindowId id, Size window, Size room, const std::optional<ViewCursor>& cursor,
                                const std::optional<Pan>& pan);

/// The pan after moving the view by hand: it never leaves the window.
[[nodiscard]] Pan moved(WindowId id, Size window, const Viewport& now, int rows, int cols);

}  // namespace sess::model
