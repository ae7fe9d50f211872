// A rectangle of cells in a frame or a window, rows and columns counted from 0.
//
// May reach beyond the frame, on every side: drawing clips. Without rows or columns it holds no cell.
#pragma once

namespace sess::render {

struct Rect {
  int row = 0;
  int col = 0;
  int rows = 0;
  int cols = 0;
  [[nodiscard]] constexpr bool contains(int r, int c) const {
    return r >= row && r < row + rows && c >= col && c < col + cols;
  }
  bool operator==(const Rect&) const = default;
};

}  // namespace sess::render
