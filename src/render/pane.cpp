#include "render/pane.hpp"

#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::render {
namespace {

using terminal::Color;

/// What the pane's program and window-style make of a colour: changed palette entries become RGB.
[[nodiscard]] Color resolve(const terminal::Screen& screen, Color color, std::optional<Color> own,
                            Color base) {
  if (color.kind == Color::Kind::none) return own ? *own : base;
  if (color.kind == Color::Kind::indexed && screen.palette_changed()) {
    return screen.palette(color.index()).value_or(color);
  }
  return color;
}

[[nodiscard]] std::string link_text(std::string_view id, std::string_view uri) {
  std::string out;
  if (uri.empty()) return out;
  if (!id.empty()) out.append("id=").append(id);
  return out.append(";").append(uri);
}

/// Numbers of the screen's styles in the frame's atlas, found once each.
class StyleMap {
 public:
  StyleMap(Frame& frame, const terminal::Screen& screen, const PaneView& view)
      : frame_(frame), screen_(screen), view_(view), reverse_(screen.modes().reverse_screen) {}

  [[nodiscard]] std::uint32_t operator[](std::uint16_t id) {
    if (id == last_ && known_) return last_number_;
    if (id >= numbers_.size()) numbers_.resize(std::size_t{id} + 64, kUnknown);
    std::uint32_t& number = numbers_[id];
    if (number == kUnknown) number = make(id);
    last_ = id;
    known_ = true;
    last_number_ = number;
    return number;
  }

 private:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

  [[nodiscard]] std::uint32_t make(std::uint16_t id) {
    terminal::Style style = screen_.style(id);
    style.fg = resolve(screen_, style.fg, screen_.default_foreground(), view_.base.fg);
    style.bg = resolve(screen_, style.bg, screen_.default_background(), view_.base.bg);
    style.underline_color = resolve(screen_, style.underline_color, std::nullopt, {});
    style.attrs &= static_cast<std::uint16_t>(~terminal::protected_);
    if (reverse_) style.attrs ^= terminal::inverse;
    return frame_.atlas().style(style, link_text(screen_.link_id(style.link), screen_.link(style.link)));
  }

  Frame& frame_;
  const terminal::Screen& screen_;
  const PaneView& view_;
  bool reverse_;
  std::vector<std::uint32_t> numbers_;
  std::uint16_t last_ = 0;
  std::uint32_t last_number_ = 0;
  bool known_ = false;
};

}  // namespace

void draw_pane(Frame& frame, Rect area, const terminal::Screen& screen, const PaneView& view) {
  const Size size = screen.size();
  StyleMap styles(frame, screen, view);
  const std::uint32_t blank = styles[0];
  const int first_col = std::max(area.col, 0);
  const int last_col = std::min(area.col + area.cols, static_cast<int>(frame.size().cols));
  const int shown_cols = std::min(last_col, area.col + size.cols - view.left);
  std::string text;
  for (int r = 0; r < area.rows; ++r) {
    const int target = area.row + r;
    if (target < 0 || target >= frame.size().rows || first_col >= last_col) continue;
    const int source_row = r + view.top;
    if (source_row < 0 || source_row >= size.rows) {
      frame.fill({target, area.col, 1, area.cols}, blank);
      continue;
    }
    const auto source = screen.row(source_row);
    const auto out = frame.row(target);
    for (int c = first_col; c < shown_cols; ++c) {
      const int from = c - area.col + view.left;
      const terminal::Cell& cell = source[static_cast<std::size_t>(std::max(from, 0))];
      Cell& drawn = out[static_cast<std::size_t>(c)];
      std::uint32_t glyph = cell.glyph == 0 && cell.width != 0 ? std::uint32_t{U' '} : cell.glyph;
      if ((glyph & terminal::kClusterBit) != 0) {
        text.clear();
        screen.append_text(text, cell);
        glyph = frame.atlas().glyph(text);
      }
      drawn.glyph = glyph & 0xFFFFFFFU;
      drawn.width = cell.width & 15U;
      drawn.style = styles[cell.style];
    }
    // A right half takes the style of its left, whatever the screen says: cells must compare by their bytes.
    if (shown_cols > first_col) {
      for (int c = first_col + 1; c < shown_cols; ++c) {
        Cell& drawn = out[static_cast<std::size_t>(c)];
        if (drawn.width == 0) drawn.style = out[static_cast<std::size_t>(c) - 1].style;
      }
    }
    if (shown_cols < last_col)
      frame.fill({target, std::max(shown_cols, first_col), 1, last_col - std::max(shown_cols, first_col)},
                 blank);
    frame.mend(target, first_col, std::max(first_col, shown_cols));
    frame.mend(target, first_col, last_col);
  }
  if (!view.has_cursor) return;
  const terminal::Cursor cursor = screen.cursor();
  const int row = cursor.row - view.top;
  const int col = cursor.col - view.left;
  frame.cursor.row = area.row + row;
  frame.cursor.col = area.col + col;
  frame.cursor.shape = cursor.shape;
  frame.cursor.blink = cursor.blink;
  if (cursor.shape == terminal::CursorShape::default_ && view.cursor_style != 0) {
    frame.cursor.shape = static_cast<terminal::CursorShape>((view.cursor_style + 1) / 2);
    frame.cursor.blink = view.cursor_style % 2 == 1;
  }
  frame.cursor.colour = screen.cursor_color().value_or(view.cursor_colour);
  frame.cursor.visible = cursor.visible && row >= 0 && row < area.rows && col >= 0 && col < area.cols &&
                         frame.cursor.row < frame.size().rows && frame.cursor.col < frame.size().cols;
}

int draw_run(Frame& frame, int row, int col, int columns, std::string_view text, const terminal::Style& style,
             std::string_view link, const terminal::Style& base) {
  terminal::Style drawn = style;
  drawn.attrs &= static_cast<std::uint16_t>(~terminal::protected_);
  if (drawn.fg.kind == Color::Kind::none) drawn.fg = base.fg;
  if (drawn.bg.kind == Color::Kind::none) drawn.bg = base.bg;
  return frame.put_text(row, col, columns, text, frame.atlas().style(drawn, link_text({}, link)));
}

}  // namespace sess::render
