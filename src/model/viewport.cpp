#include "model/viewport.hpp"

#include <algorithm>

namespace sess::model {
namespace {

/// Keeps the cursor in view: at the beginning while it fits, then around the middle, at last at the end.
int follow(int cursor, int window, int room) {
  if (window <= room || cursor < room) return 0;
  return cursor > window - room ? window - room : cursor - room / 2;
}

}  // namespace

Viewport viewport(WindowId id, Size window, Size room, const std::optional<ViewCursor>& cursor,
                  const std::optional<Pan>& pan) {
  Viewport out;
  out.size = room;
  out.bigger = window.rows > room.rows || window.cols > room.cols;
  if (!out.bigger) return out;
  if (pan && pan->window == id) {
    out.top = std::clamp(pan->top, 0, std::max(0, window.rows - room.rows));
    out.left = std::clamp(pan->left, 0, std::max(0, window.cols - room.cols));
  } else if (cursor) {
    out.top = follow(cursor->row, window.rows, room.rows);
    out.left = follow(cursor->col, window.cols, room.cols);
  }
  return out;
}

Pan moved(WindowId id, Size window, const Viewport& now, int rows, int cols) {
  return {id, std::clamp(now.top + rows, 0, std::max(0, window.rows - now.size.rows)),
          std::clamp(now.left + cols, 0, std::max(0, window.cols - now.size.cols))};
}

}  // namespace sess::model
