#include "modes/choose/boxes.hpp"

#include <algorithm>

#include "base/width.hpp"
#include "render/pane.hpp"

namespace sess::modes {
namespace {

/// Where a part of so many columns begins that shows the cursor, a third of it in front.
int part_of(int cursor, int part, int whole) {
  int begin = cursor < part / 3 ? 0 : cursor - part / 3;
  if (begin + part > whole) begin = part > whole ? 0 : whole - part;
  return begin;
}

}  // namespace

void draw_box(render::Frame& frame, render::Rect area) {
  std::string line;
  for (int i = 2; i < area.cols; ++i) line += "─";
  const int last = area.row + area.rows - 1;
  frame.put_text(area.row, area.col, area.cols, "┌" + line + "┐", 0);
  frame.put_text(last, area.col, area.cols, "└" + line + "┘", 0);
  for (int row = area.row + 1; row < last; ++row) {
    frame.fill({row, area.col, 1, area.cols}, 0);
    frame.put_text(row, area.col, 1, "│", 0);
    frame.put_text(row, area.col + area.cols - 1, 1, "│", 0);
  }
}

void draw_column(render::Frame& frame, int row, int col, int rows) {
  for (int i = 0; i < rows; ++i) frame.put_text(row + i, col, 1, "│", 0);
}

void draw_screen(render::Frame& frame, render::Rect area, const terminal::Screen* screen) {
  if (screen == nullptr || area.rows <= 0 || area.cols <= 0) return;
  const auto cursor = screen->cursor();
  const Size size = screen->size();
  render::PaneView view;
  if (cursor.visible) {
    view.left = part_of(cursor.col, area.cols, size.cols);
    view.top = part_of(cursor.row, area.rows, size.rows);
  }
  render::draw_pane(frame, area, *screen, view);
  if (!cursor.visible) return;
  const int row = area.row + cursor.row - view.top;
  const int col = area.col + cursor.col - view.left;
  if (!area.contains(row, col)) return;
  frame.restyle({row, col, 1, 1}, [](terminal::Style style) {
    style.attrs |= terminal::Attr::inverse;
    return style;
  });
}

void draw_label(render::Frame& frame, render::Rect area, std::string_view text, std::uint32_t style) {
  const int width = display_width(text);
  if (area.cols == 0 || area.rows == 1 || width > area.cols) return;
  const int col = (area.cols - width + 1) / 2;
  const int row = (area.rows + 1) / 2;
  if (col > 1 && col + width < area.cols - 1 && area.rows >= 3) {
    draw_box(frame, {area.row + row - 1, area.col + col - 1, 3, width + 2});
  }
  frame.put_text(area.row + row, area.col + col, width, text, style);
}

}  // namespace sess::modes
