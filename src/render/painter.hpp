// Painter writes cells of one frame to a terminal whose cursor and style it keeps track of. Private to
// render.
#pragma once

#include <optional>
#include <string>

#include "render/features.hpp"
#include "render/frame.hpp"

namespace sess::render {

class Painter {
 public:
  Painter(const Frame& frame, const TerminalFeatures& features) : frame_(frame), features_(features) {}

  /// Where the cursor is known to be.
  void at(int row, int col) {
    row_ = row;
    col_ = col;
  }
  void lost() { row_ = -1; }
  [[nodiscard]] bool is_at(int row, int col) const { return row_ == row && col_ == col; }

  /// The shortest way there.
  void move(int row, int col);
  /// Cells [from, to) of the frame's row, where the cursor then is behind.
  void put(int row, int from, int to);
  /// To the end of the line, or `count` cells, in the style of the cell at the start.
  void erase_line(int row, int from);
  void erase(int row, int from, int count);
  /// Scrolls rows top..bottom; up when `lines` is positive. Blank rows appear in the default style.
  void scroll(int top, int bottom, int lines);
  void clear();
  void reset_style();

  /// Whether the cell is a blank that erasing makes: no attribute, and a background that erasing fills with.
  [[nodiscard]] bool erasable(Cell cell) const;
  [[nodiscard]] std::uint32_t style() const { return style_; }

  std::string out;

 private:
  void set_style(std::uint32_t number);
  void number(int value);
  void control(int count, char final);

  const Frame& frame_;
  const TerminalFeatures& features_;
  int row_ = -1;
  int col_ = 0;
  std::uint32_t style_ = 0;
  terminal::Style look_;  ///< style_ as the terminal has it
  std::string link_;      ///< open hyperlink
};

}  // namespace sess::render
