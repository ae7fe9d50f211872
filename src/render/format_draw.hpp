// Draws an expanded format (a status line, a pane border's status, a message) with its `#[...]` styles into a
// row, laid out as tmux does: left, centre and right parts, and the window list scrolled to keep its focus in
// view.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/frame.hpp"
#include "render/style.hpp"

namespace sess::render {

/// A stretch of the drawn row that stands for something when the mouse hits it: columns [begin, end) counted
/// from the left of what was drawn. `window` is the window's index, for Range::window.
struct Range {
  model::Style::Range kind = model::Style::Range::none;
  std::uint32_t window = 0;
  int begin = 0;
  int end = 0;
  bool operator==(const Range&) const = default;
};

/// Whether the text's own colours are used, or the base's everywhere (tmux's prompts).
enum class Colours { own, base };

/// Draws into `columns` columns. What the text does not reach keeps what was there: fill first. Control
/// characters and malformed UTF-8 are skipped, so are style texts that are wrong. Returns the ranges in the
/// text's order.
std::vector<Range> draw_format(Frame& frame, int row, int col, int columns, const model::Style& base,
                               std::string_view text, Colours colours = Colours::own);

/// Fills the row with the base style and draws the format: a status line or a message.
std::vector<Range> draw_line(Frame& frame, int row, int col, int columns, const model::Style& base,
                             std::string_view text, Colours colours = Colours::own);

/// Columns that the text takes, all parts together (tmux's format_width).
[[nodiscard]] int format_width(std::string_view text);

}  // namespace sess::render
