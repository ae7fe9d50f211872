#include "render/digits.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>

namespace sess::render {
namespace {

constexpr int kSide = 5;     ///< a digit is five by five
constexpr int kAdvance = 6;  ///< and one column from the next

using Shape = std::array<std::uint8_t, kSide>;  ///< rows, the highest of five bits at the left

constexpr std::array<Shape, 10> kDigits = {{{0b11111, 0b10001, 0b10001, 0b10001, 0b11111},
                                            {0b00001, 0b00001, 0b00001, 0b00001, 0b00001},
                                            {0b11111, 0b00001, 0b11111, 0b10000, 0b11111},
                                            {0b11111, 0b00001, 0b11111, 0b00001, 0b11111},
                                            {0b10001, 0b10001, 0b11111, 0b00001, 0b00001},
                                            {0b11111, 0b10000, 0b11111, 0b00001, 0b11111},
                                            {0b11111, 0b10000, 0b11111, 0b10001, 0b11111},
                                            {0b11111, 0b00001, 0b00001, 0b00001, 0b00001},
                                            {0b11111, 0b10001, 0b11111, 0b10001, 0b11111},
                                            {0b11111, 0b10001, 0b11111, 0b00001, 0b11111}}};
constexpr Shape kColon = {0b00000, 0b00100, 0b00000, 0b00100, 0b00000};
constexpr Shape kA = {0b11111, 0b10001, 0b11111, 0b10001, 0b10001};
constexpr Shape kP = {0b11111, 0b10001, 0b11111, 0b10000, 0b10000};
constexpr Shape kM = {0b10001, 0b11011, 0b10101, 0b10001, 0b10001};

const Shape* shape_of(char c) {
  if (c >= '0' && c <= '9') return &kDigits[static_cast<std::size_t>(c - '0')];
  if (c == ':') return &kColon;
  if (c == 'A') return &kA;
  if (c == 'P') return &kP;
  if (c == 'M') return &kM;
  return nullptr;
}

/// Text in large characters; what does not fit into the area is left out.
void draw_large(Frame& frame, Rect area, int row, int col, std::string_view text, std::uint32_t style) {
  for (const char c : text) {
    if (const Shape* shape = shape_of(c)) {
      for (int y = 0; y < kSide; ++y) {
        for (int x = 0; x < kSide; ++x) {
          if (((*shape)[static_cast<std::size_t>(y)] >> (kSide - 1 - x) & 1) == 0) continue;
          if (!area.contains(row + y, col + x)) continue;
          frame.fill({row + y, col + x, 1, 1}, style);
        }
      }
    }
    col += kAdvance;
  }
}

std::uint32_t background(Frame& frame, const model::Style& colour) {
  model::Style out;
  out.bg = colour.fg;
  return frame.atlas().style(to_style(out));
}

}  // namespace

void draw_pane_number(Frame& frame, Rect area, Size pane, int number, const model::Style& colour) {
  const std::string digits = std::to_string(number);
  const int length = static_cast<int>(digits.size());
  if (area.cols < length) return;
  const std::string letter =
      number > 9 && number < 35 ? std::string(1, static_cast<char>('a' + number - 10)) : "";
  const int letters = static_cast<int>(letter.size());
  const std::uint32_t text_style = frame.atlas().style(to_style(colour));
  const auto write = [&](int row, int col, std::string_view text) {
    frame.put_text(area.row + row, area.col + col, area.cols - col, text, text_style);
  };
  const int middle_col = area.cols / 2;
  const int middle_row = area.rows / 2;
  if (area.cols < length * kAdvance || area.rows < kSide) {
    const bool both = area.cols >= length + letters + 1;
    const std::string text = both ? digits + " " + letter : digits;
    return write(middle_row, middle_col - (both ? length + letters + 1 : length) / 2, text);
  }
  draw_large(frame, area, area.row + middle_row - 2, area.col + middle_col - length * 3, digits,
             background(frame, colour));
  if (area.rows <= kSide + 1) return;
  const std::string size = fmt::format("{}x{}", pane.cols, pane.rows);
  const int width = static_cast<int>(size.size());
  if (area.cols >= width) write(0, area.cols - width, size);
  if (letters > 0) write(middle_row - 2 + kSide, middle_col + length * 3 - letters - 1, letter);
}

void draw_clock(Frame& frame, Rect area, std::string_view time, const model::Style& colour) {
  frame.fill(area, 0);
  const int length = static_cast<int>(time.size());
  if (area.cols < kAdvance * length || area.rows < kSide + 1) {
    if (area.cols < length || area.rows == 0) return;
    frame.put_text(area.row + area.rows / 2, area.col + area.cols / 2 - length / 2, length, time,
                   frame.atlas().style(to_style(colour)));
    return;
  }
  draw_large(frame, area, area.row + area.rows / 2 - 3, area.col + area.cols / 2 - 3 * length, time,
             background(frame, colour));
}

}  // namespace sess::render
