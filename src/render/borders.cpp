#include "render/borders.hpp"

#include <array>

#include "render/format_draw.hpp"

namespace sess::render {
namespace {

enum class Edge { inside, outside, left, right, top, bottom };

/// Which neighbours of a border cell are borders too.
enum : unsigned { kBelow = 1, kAbove = 2, kRightOf = 4, kLeftOf = 8 };

/// Line characters by the neighbours that are borders; 0 where there is no line (a dot, outside).
using Lines = std::array<char32_t, 16>;
constexpr Lines kSingle = {0, 0, 0, U'│', 0, U'┌', U'└', U'├', 0, U'┐', U'┘', U'┤', U'─', U'┬', U'┴', U'┼'};
constexpr Lines kDouble = {0, 0, 0, U'║', 0, U'╔', U'╚', U'╠', 0, U'╗', U'╝', U'╣', U'═', U'╦', U'╩', U'╬'};
constexpr Lines kHeavy = {0, 0, 0, U'┃', 0, U'┏', U'┗', U'┣', 0, U'┓', U'┛', U'┫', U'━', U'┳', U'┻', U'╋'};
constexpr Lines kSimple = {0, 0, 0, U'|', 0, U'+', U'+', U'+', 0, U'+', U'+', U'+', U'-', U'+', U'+', U'+'};

[[nodiscard]] const Lines& lines_of(const BorderOptions& options) {
  if (!options.utf8) return kSimple;
  switch (options.lines) {
    case BorderLines::double_:
      return kDouble;
    case BorderLines::heavy:
      return kHeavy;
    case BorderLines::simple:
      return kSimple;
    case BorderLines::single:
    case BorderLines::number:
      break;
  }
  return kSingle;
}

/// The geometry of one window; positions are the window's.
class Window {
 public:
  Window(std::span<const BorderPane> panes, Size size, const BorderOptions& options)
      : panes_(panes), size_(size), options_(options) {
    if (panes.size() == 2) {
      side_by_side_ = panes[0].area.row == panes[1].area.row;
      stacked_ = !side_by_side_;
    }
    for (std::size_t i = 0; i < panes.size(); ++i) {
      if (panes[i].active) active_ = static_cast<int>(i);
    }
  }

  [[nodiscard]] int active() const { return active_; }

  /// On which side of a pane a position lies. With two panes and colour indicators, only half of the line
  /// between them counts as each one's: so the coloured half tells which is active.
  [[nodiscard]] Edge edge(const BorderPane& pane, int row, int col) const {
    const Rect& a = pane.area;
    if (a.contains(row, col)) return Edge::inside;
    const bool halves =
        options_.indicators == BorderIndicators::colour || options_.indicators == BorderIndicators::both;
    const int bottom = a.row + a.rows;
    const int right = a.col + a.cols;
    if ((a.row == 0 || row >= a.row - 1) && row <= bottom) {
      if (halves && side_by_side_ && options_.status == BorderStatus::off) {
        if (a.col == 0 && col == right && row <= a.rows / 2) return Edge::right;
        if (a.col != 0 && col == a.col - 1 && row > a.rows / 2) return Edge::left;
      } else {
        if (a.col != 0 && col == a.col - 1) return Edge::left;
        if (col == right) return Edge::right;
      }
    }
    if ((a.col != 0 && col < a.col - 1) || col > right) return Edge::outside;
    if (options_.status != BorderStatus::off) {
      if (options_.status == BorderStatus::top && row == a.row - 1) return Edge::top;
      if (options_.status == BorderStatus::bottom && row == bottom) return Edge::bottom;
      return Edge::outside;
    }
    if (halves && stacked_) {
      if (a.row == 0 && row == bottom && col <= a.cols / 2) return Edge::bottom;
      if (a.row != 0 && row == a.row - 1 && col > a.cols / 2) return Edge::top;
      return Edge::outside;
    }
    if (a.row != 0 && row == a.row - 1) return Edge::top;
    if (row == bottom) return Edge::bottom;
    return Edge::outside;
  }

  /// Whether a line passes here: the window's own right and bottom edge, or anything between panes.
  [[nodiscard]] bool is_border(int row, int col) const {
    if (row < 0 || col < 0 || row > size_.rows || col > size_.cols) return false;
    if (row == size_.rows || col == size_.cols) return true;
    return pane_at(row, col) < 0;
  }

  [[nodiscard]] int pane_at(int row, int col) const {
    for (std::size_t i = 0; i < panes_.size(); ++i) {
      if (panes_[i].area.contains(row, col)) return static_cast<int>(i);
    }
    return -1;
  }

  /// The pane whose border this is: the active one before others.
  [[nodiscard]] int owner(int row, int col) const {
    const int count = static_cast<int>(panes_.size());
    for (int i = 0; i < count; ++i) {
      const int n = ((active_ < 0 ? 0 : active_) + i) % count;
      const Edge e = edge(panes_[static_cast<std::size_t>(n)], row, col);
      if (e != Edge::outside && e != Edge::inside) return n;
    }
    return -1;
  }

  [[nodiscard]] unsigned neighbours(int row, int col) const {
    unsigned bits = 0;
    if (col == 0 || is_border(row, col - 1)) bits |= kLeftOf;
    if (is_border(row, col + 1)) bits |= kRightOf;
    const bool top = options_.status == BorderStatus::top;
    const bool bottom = options_.status == BorderStatus::bottom;
    if (row == 0 ? !top : is_border(row - 1, col)) bits |= kAbove;
    if (!(bottom && row == size_.rows - 1) && is_border(row + 1, col)) bits |= kBelow;
    return bits;
  }

 private:
  std::span<const BorderPane> panes_;
  Size size_;
  const BorderOptions& options_;
  bool side_by_side_ = false;
  bool stacked_ = false;
  int active_ = -1;
};

/// The arrow that points from a border to the active pane, or 0: at the second column and row of its edges.
[[nodiscard]] char32_t arrow(const Window& window, std::span<const BorderPane> panes,
                             const BorderOptions& options, int row, int col, unsigned neighbours) {
  if (options.indicators != BorderIndicators::arrows && options.indicators != BorderIndicators::both)
    return 0;
  if (window.active() < 0) return 0;
  const BorderPane& pane = panes[static_cast<std::size_t>(window.active())];
  if (col != pane.area.col + 1 && row != pane.area.row + 1) return 0;
  const Edge edge = window.edge(pane, row, col);
  if (edge == Edge::inside || edge == Edge::outside) return 0;
  bool shown = false;
  if (col == pane.area.col + 1) {
    shown = neighbours == (kLeftOf | kRightOf) ||
            (neighbours == (kLeftOf | kRightOf | kBelow) && edge == Edge::bottom) ||
            (neighbours == (kLeftOf | kRightOf | kAbove) && edge == Edge::top);
  }
  if (row == pane.area.row + 1) {
    shown = shown || neighbours == (kAbove | kBelow) ||
            (neighbours == (kAbove | kBelow | kRightOf) && edge == Edge::right) ||
            (neighbours == (kAbove | kBelow | kLeftOf) && edge == Edge::left);
  }
  if (!shown) return 0;
  switch (edge) {
    case Edge::left:
      return options.utf8 ? U'→' : U'>';
    case Edge::right:
      return options.utf8 ? U'←' : U'<';
    case Edge::top:
      return options.utf8 ? U'↓' : U'v';
    case Edge::bottom:
      return options.utf8 ? U'↑' : U'^';
    case Edge::inside:
    case Edge::outside:
      break;
  }
  return 0;
}

[[nodiscard]] char32_t line_character(const BorderOptions& options, unsigned neighbours,
                                      const BorderPane* owner) {
  if (options.lines == BorderLines::number) {
    if (owner == nullptr) return U'*';
    return U'0' + static_cast<char32_t>(owner->index % 10);
  }
  return lines_of(options)[neighbours];
}

[[nodiscard]] model::Style border_style(const Window& window, std::span<const BorderPane> panes,
                                        const BorderPane& pane, int row, int col) {
  bool active = false;
  bool marked = false;
  for (const BorderPane& other : panes) {
    const Edge edge = window.edge(other, row, col);
    if (edge == Edge::inside || edge == Edge::outside) continue;
    active = active || other.active;
    marked = marked || other.marked;
  }
  model::Style style = active ? pane.active_style : pane.style;
  if (marked) style.attributes ^= model::kReverse;
  return style;
}

/// The text on a pane's line of pane-border-status: from its third column, two columns short of its end.
void draw_status(Frame& frame, Rect window, const BorderPane& pane, const BorderOptions& options, Rect area) {
  if (pane.area.cols < 4) return;
  const int row = options.status == BorderStatus::top ? pane.area.row - 1 : pane.area.row + pane.area.rows;
  const int target = window.row + row;
  if (target < area.row || target >= area.row + area.rows) return;
  const int begin = window.col + pane.area.col + 2;
  const int end = std::min(begin + pane.area.cols - 4, area.col + area.cols);
  if (begin < area.col) return;
  const model::Style& style = pane.active ? pane.active_style : pane.style;
  // Here the line shows whether the pane is active, but not a mark.
  frame.restyle({target, begin, 1, end - begin},
                [&style](const terminal::Style&) { return to_style(style); });
  static_cast<void>(draw_format(frame, target, begin, end - begin, style, pane.status));
}

}  // namespace

void draw_borders(Frame& frame, Rect area, Rect window_rect, std::span<const BorderPane> panes,
                  const BorderOptions& options) {
  const Size size{static_cast<std::uint16_t>(window_rect.rows), static_cast<std::uint16_t>(window_rect.cols)};
  const Window window(panes, size, options);
  const int bottom = std::min(area.row + area.rows, static_cast<int>(frame.size().rows));
  const int right = std::min(area.col + area.cols, static_cast<int>(frame.size().cols));
  std::uint32_t outside = U'·';
  if (!options.utf8) outside = '.';
  if (!options.fill.empty()) outside = frame.atlas().glyph(options.fill);
  const std::uint32_t plain = panes.empty() ? 0 : frame.atlas().style(to_style(panes[0].style));
  for (int r = std::max(area.row, 0); r < bottom; ++r) {
    for (int c = std::max(area.col, 0); c < right; ++c) {
      const int row = r - window_rect.row;
      const int col = c - window_rect.col;
      if (row < 0 || col < 0) continue;
      if (const int inside = window.pane_at(row, col); inside >= 0) {
        const Rect& pane = panes[static_cast<std::size_t>(inside)].area;
        c = window_rect.col + pane.col + pane.cols - 1;  // to the pane's end
        continue;
      }
      Cell cell;
      cell.glyph = outside & 0xFFFFFFFU;
      cell.style = plain;
      if (row <= window_rect.rows && col <= window_rect.cols) {
        const unsigned neighbours = window.neighbours(row, col);
        // The window's own edge belongs to no pane.
        const bool edge = row == window_rect.rows || col == window_rect.cols;
        const int owner = edge ? -1 : window.owner(row, col);
        char32_t line = edge ? 0 : arrow(window, panes, options, row, col, neighbours);
        if (line == 0) {
          line = line_character(options, neighbours,
                                owner < 0 ? nullptr : &panes[static_cast<std::size_t>(owner)]);
        }
        if (line != 0) cell.glyph = static_cast<std::uint32_t>(line) & 0xFFFFFFFU;
        if (owner >= 0) {
          cell.style = frame.atlas().style(
              to_style(border_style(window, panes, panes[static_cast<std::size_t>(owner)], row, col)));
        }
      }
      frame.row(r)[static_cast<std::size_t>(c)] = cell;
    }
  }
  if (options.status == BorderStatus::off) return;
  for (const BorderPane& pane : panes) draw_status(frame, window_rect, pane, options, area);
}

}  // namespace sess::render
