#include "render/box.hpp"

#include <array>

#include "render/format_draw.hpp"

namespace sess::render {
namespace {

/// Upper corners, lower corners, horizontal, vertical, and where a line through the box meets its sides.
struct Shape {
  char32_t upper_left, upper_right, lower_left, lower_right, horizontal, vertical, left, right;
};
constexpr std::array<Shape, 7> kShapes{{
    {U'┌', U'┐', U'└', U'┘', U'─', U'│', U'├', U'┤'},
    {U'╔', U'╗', U'╚', U'╝', U'═', U'║', U'╠', U'╣'},
    {U'┏', U'┓', U'┗', U'┛', U'━', U'┃', U'┣', U'┫'},
    {U'+', U'+', U'+', U'+', U'-', U'|', U'+', U'+'},
    {U'╭', U'╮', U'╰', U'╯', U'─', U'│', U'├', U'┤'},
    {U' ', U' ', U' ', U' ', U' ', U' ', U' ', U' '},
    {U' ', U' ', U' ', U' ', U' ', U' ', U' ', U' '},
}};

const Shape& shape_of(BoxLines lines) {
  return kShapes[static_cast<std::size_t>(lines)];
}

}  // namespace

BoxLines box_lines(std::string_view word) {
  constexpr std::array<std::string_view, 7> kWords{"single",  "double", "heavy", "simple",
                                                   "rounded", "padded", "none"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<BoxLines>(i);
  }
  return BoxLines::single;
}

void draw_box(Frame& frame, Rect area, BoxLines lines, const model::Style& border, const model::Style& inside,
              std::string_view title) {
  for (int row = area.row; row < area.row + area.rows; ++row) frame.mend(row, area.col, area.col + area.cols);
  frame.fill(area, frame.atlas().style(to_style(inside)));
  if (lines == BoxLines::none || area.rows < 2 || area.cols < 2) return;
  const Shape& shape = shape_of(lines);
  const auto style = frame.atlas().style(to_style(border));
  const int bottom = area.row + area.rows - 1;
  const int right = area.col + area.cols - 1;
  frame.fill({area.row, area.col, 1, area.cols}, style, shape.horizontal);
  frame.fill({bottom, area.col, 1, area.cols}, style, shape.horizontal);
  frame.fill({area.row, area.col, area.rows, 1}, style, shape.vertical);
  frame.fill({area.row, right, area.rows, 1}, style, shape.vertical);
  frame.fill({area.row, area.col, 1, 1}, style, shape.upper_left);
  frame.fill({area.row, right, 1, 1}, style, shape.upper_right);
  frame.fill({bottom, area.col, 1, 1}, style, shape.lower_left);
  frame.fill({bottom, right, 1, 1}, style, shape.lower_right);
  if (!title.empty() && area.cols > 4)
    draw_format(frame, area.row, area.col + 2, area.cols - 4, border, title);
}

void draw_box_line(Frame& frame, Rect area, int row, BoxLines lines, const model::Style& border) {
  const Shape& shape = shape_of(lines);
  const auto style = frame.atlas().style(to_style(border));
  frame.fill({row, area.col, 1, area.cols}, style, shape.horizontal);
  frame.fill({row, area.col, 1, 1}, style, shape.left);
  frame.fill({row, area.col + area.cols - 1, 1, 1}, style, shape.right);
}

}  // namespace sess::render
