// The box around a menu or a popup: border lines with a title in them. The shapes are tmux's. Draws into a
// frame that its caller owns; where a box lies is command/families/placement's, what is in it its owner's.
#pragma once

#include <cstdint>
#include <string_view>

#include "render/frame.hpp"
#include "render/style.hpp"

namespace sess::render {

enum class BoxLines : std::uint8_t { single, double_, heavy, simple, rounded, padded, none };
/// By the option's word ("single", "double", ...); what is no such word is single.
[[nodiscard]] BoxLines box_lines(std::string_view word);

/// Blanks the area in `inside` and draws the border at its edges. The title, a format, stands in the upper
/// one from the third column on. A box of fewer than two rows or columns has no border.
void draw_box(Frame& frame, Rect area, BoxLines lines, const model::Style& border, const model::Style& inside,
              std::string_view title);
/// A line through the box from border to border.
void draw_box_line(Frame& frame, Rect area, int row, BoxLines lines, const model::Style& border);

}  // namespace sess::render
