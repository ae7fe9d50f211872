#include "render/format_draw.hpp"

#include <array>
#include <optional>

#include "render/acs.hpp"
#include "render/format_text.hpp"

namespace sess::render {
namespace {

using model::Style;

enum Part : std::size_t { kLeft, kCentre, kRight, kAbsolute, kList, kListLeft, kListRight, kAfter, kParts };

/// One part of the line before layout: its cells, as wide as its text.
using Cells = std::vector<Cell>;

struct MarkedRange {
  Range range;
  Part part = kLeft;
};

struct Focus {
  int begin = -1;
  int end = -1;
};

/// The line split into parts: what tmux's format_draw() collects on its screens.
class Parts {
 public:
  Parts(Atlas& atlas, const Style& base, Colours colours)
      : atlas_(atlas), base_(base), current_default_(base), style_(base), colours_(colours) {
    style_.list = Style::List::off;
    number_ = atlas_.style(to_style(style_));
  }

  void read(std::string_view text) {
    FormatReader reader(text);
    for (FormatPiece piece = reader.next(); piece.kind != FormatPiece::Kind::end;
         piece = reader.next(style_.ignore)) {
      if (piece.kind == FormatPiece::Kind::style) {
        on_style(piece.text);
      } else {
        for (int i = 0; i < piece.count; ++i) put(piece);
      }
    }
    if (focus.begin != -1 && focus.end == -1) focus.end = width(kList);
  }

  [[nodiscard]] int width(Part part) const { return static_cast<int>(cells[part].size()); }

  std::array<Cells, kParts> cells;
  std::vector<MarkedRange> ranges;
  Focus focus;
  std::optional<Style::Align> list_align;
  std::optional<model::Colour> fill;

 private:
  void put(const FormatPiece& piece) {
    Cell cell;
    cell.glyph = (style_.attributes & model::kAcs) != 0 && piece.text.size() == 1
                     ? static_cast<std::uint32_t>(acs_character(piece.text[0])) & 0x1FFFFFU
                     : atlas_.glyph(piece.text) & 0xFFFFFFFU;
    cell.width = static_cast<std::uint32_t>(piece.width) & 15U;
    cell.style = number_;
    cells[current_].push_back(cell);
    if (piece.width == 2) {
      cell.glyph = 0;
      cell.width = 0;
      cells[current_].push_back(cell);
    }
  }

  void on_style(std::string_view text) {
    const Style saved = style_;
    if (!model::apply_style(style_, current_default_, text)) return;
    if (colours_ == Colours::base) {
      style_.fg = base_.fg;
      style_.bg = base_.bg;
    }
    if (style_.fill.kind != model::Colour::Kind::default_ && style_.fill.kind != model::Colour::Kind::none) {
      fill = style_.fill;
    }
    if (style_.default_ == Style::Default::push) current_default_ = saved;
    if (style_.default_ == Style::Default::pop) current_default_ = base_;
    style_.default_ = Style::Default::base;
    number_ = atlas_.style(to_style(style_));
    on_list();
    on_range();
  }

  void end_focus() {
    if (focus.begin != -1 && focus.end == -1) focus.end = width(kList);
  }

  void on_marker(Part part) {
    if (!in_list_ || !cells[part].empty()) return;
    open_.reset();
    if (focus.begin != -1 && focus.end == -1) focus = {};
    current_ = part;
  }

  void on_list() {
    switch (style_.list) {
      case Style::List::on:
        if (!in_list_) {
          open_.reset();
          in_list_ = true;
          list_align = style_.align;
        }
        end_focus();
        current_ = kList;
        break;
      case Style::List::focus:
        if (in_list_ && focus.begin == -1) focus.begin = width(kList);
        break;
      case Style::List::off:
        if (in_list_) {
          open_.reset();
          end_focus();
          place_[static_cast<std::size_t>(*list_align)] = kAfter;
          if (*list_align == Style::Align::left)
            place_[static_cast<std::size_t>(Style::Align::default_)] = kAfter;
          in_list_ = false;
        }
        current_ = place_[static_cast<std::size_t>(style_.align)];
        break;
      case Style::List::left_marker:
        on_marker(kListLeft);
        break;
      case Style::List::right_marker:
        on_marker(kListRight);
        break;
    }
  }

  void on_range() {
    const bool same = open_ && open_->range.kind == style_.range &&
                      (style_.range != Style::Range::window || open_->range.window == style_.range_window);
    if (open_ && !same) {
      open_->range.end = width(open_->part);
      if (open_->range.end != open_->range.begin) ranges.push_back(*open_);
      open_.reset();
    }
    if (!open_ && style_.range != Style::Range::none) {
      open_ = MarkedRange{{style_.range, style_.range_window, width(current_), 0}, current_};
    }
  }

  Atlas& atlas_;
  const Style& base_;
  Style current_default_;
  Style style_;
  Colours colours_;
  std::uint32_t number_ = 0;
  Part current_ = kLeft;
  bool in_list_ = false;
  std::optional<MarkedRange> open_;
  std::array<Part, 5> place_ = {kLeft, kLeft, kCentre, kRight, kAbsolute};
};

/// Puts parts into the row and moves their ranges along.
class Layout {
 public:
  Layout(Frame& frame, int row, int col, int columns, Parts& parts)
      : frame_(frame), row_(row), col_(col), columns_(columns), parts_(parts) {
    for (std::size_t p = 0; p < kParts; ++p) width_[p] = parts.width(static_cast<Part>(p));
  }

  void draw() {
    if (!parts_.list_align) {
      plain();
      return;
    }
    switch (*parts_.list_align) {
      case Style::Align::default_:
        plain();
        break;
      case Style::Align::left:
        list_left();
        break;
      case Style::Align::centre:
        list_centre();
        break;
      case Style::Align::right:
        list_right();
        break;
      case Style::Align::absolute_centre:
        list_absolute();
        break;
    }
  }

  [[nodiscard]] std::vector<Range> take_ranges() {
    std::vector<Range> out;
    for (const auto& marked : placed_) out.push_back(marked.range);
    return out;
  }

 private:
  [[nodiscard]] int sum(std::initializer_list<Part> parts) const {
    int total = 0;
    for (const Part part : parts) total += width_[part];
    return total;
  }

  /// Shortens parts in this order, one column at a time, until all fit.
  void trim(std::initializer_list<Part> order) {
    int excess = sum(order) - columns_;
    for (const Part part : order) {
      if (excess <= 0) return;
      const int cut = std::min(excess, width_[part]);
      width_[part] -= cut;
      excess -= cut;
    }
  }

  void copy(const Cells& cells, int offset, int start, int width) {
    if (width <= 0 || row_ < 0 || row_ >= frame_.size().rows) return;
    const auto out = frame_.row(row_);
    const int limit = std::min(col_ + columns_, static_cast<int>(frame_.size().cols));
    for (int i = 0; i < width; ++i) {
      const int from = start + i;
      const int to = col_ + offset + i;
      if (from < 0 || from >= static_cast<int>(cells.size()) || to < col_ || to < 0 || to >= limit) continue;
      out[static_cast<std::size_t>(to)] = cells[static_cast<std::size_t>(from)];
    }
    const int begin = std::clamp(col_ + offset, 0, limit);
    frame_.mend(row_, begin, std::clamp(col_ + offset + width, begin, limit));
  }

  void put(Part part, int offset, int start, int width) {
    copy(parts_.cells[part], offset, start, width);
    for (const MarkedRange& marked : parts_.ranges) {
      if (marked.part != part) continue;
      MarkedRange moved = marked;
      moved.range.begin = std::max(moved.range.begin, start) - start + offset;
      moved.range.end = std::min(moved.range.end, start + width) - start + offset;
      if (moved.range.begin < moved.range.end) placed_.push_back(moved);
    }
  }

  void put_absolute() {
    const int width = std::min(width_[kAbsolute], columns_);
    put(kAbsolute, (columns_ - width) / 2, 0, width);
  }

  void put_middle(int left_end, int right_begin) {
    put(kCentre, left_end + (right_begin - left_end) / 2 - width_[kCentre] / 2,
        parts_.width(kCentre) / 2 - width_[kCentre] / 2, width_[kCentre]);
  }

  void plain() {
    trim({kCentre, kRight, kLeft});
    put(kLeft, 0, 0, width_[kLeft]);
    put(kRight, columns_ - width_[kRight], parts_.width(kRight) - width_[kRight], width_[kRight]);
    put_middle(width_[kLeft], columns_ - width_[kRight]);
    put_absolute();
  }

  /// No room for the list: the line is drawn without it and without what follows it.
  void without_list() {
    for (std::size_t p = 0; p < kParts; ++p) width_[p] = parts_.width(static_cast<Part>(p));
    plain();
  }

  void list_left() {
    trim({kCentre, kList, kRight, kAfter, kLeft});
    if (width_[kList] == 0) return without_list();
    put(kLeft, 0, 0, width_[kLeft]);
    put(kRight, columns_ - width_[kRight], parts_.width(kRight) - width_[kRight], width_[kRight]);
    put(kAfter, width_[kLeft] + width_[kList], 0, width_[kAfter]);
    put_middle(sum({kLeft, kList, kAfter}), columns_ - width_[kRight]);
    put_list(width_[kLeft], 0);
    put_absolute();
  }

  void list_centre() {
    trim({kList, kAfter, kCentre, kRight, kLeft});
    if (width_[kList] == 0) return without_list();
    put(kLeft, 0, 0, width_[kLeft]);
    put(kRight, columns_ - width_[kRight], parts_.width(kRight) - width_[kRight], width_[kRight]);
    const int middle = width_[kLeft] + (columns_ - width_[kRight] - width_[kLeft]) / 2;
    put(kCentre, middle - width_[kList] / 2 - width_[kCentre], 0, width_[kCentre]);
    put(kAfter, middle - width_[kList] / 2 + width_[kList], 0, width_[kAfter]);
    put_list(middle - width_[kList] / 2, parts_.width(kList) / 2);
    put_absolute();
  }

  void list_right() {
    trim({kCentre, kList, kRight, kAfter, kLeft});
    if (width_[kList] == 0) return without_list();
    put(kLeft, 0, 0, width_[kLeft]);
    put(kAfter, columns_ - width_[kAfter], parts_.width(kAfter) - width_[kAfter], width_[kAfter]);
    const int right_begin = columns_ - sum({kRight, kList, kAfter});
    put(kRight, right_begin, 0, width_[kRight]);
    put_middle(width_[kLeft], right_begin);
    put_list(columns_ - width_[kList] - width_[kAfter], 0);
    put_absolute();
  }

  void list_absolute() {
    trim({kCentre, kRight, kLeft});
    trim({kList, kAfter, kAbsolute});
    put(kLeft, 0, 0, width_[kLeft]);
    put(kRight, columns_ - width_[kRight], parts_.width(kRight) - width_[kRight], width_[kRight]);
    const int middle = width_[kLeft] + (columns_ - width_[kRight] - width_[kLeft]) / 2;
    put(kCentre, middle - width_[kCentre], 0, width_[kCentre]);
    int offset = (columns_ - width_[kList] - width_[kAbsolute]) / 2;
    put(kAbsolute, offset, 0, width_[kAbsolute]);
    offset += width_[kAbsolute];
    put_list(offset, parts_.width(kList) / 2);
    put(kAfter, offset + width_[kList], 0, width_[kAfter]);
  }

  /// The list, scrolled so that its focus is in the middle, with markers where it goes on.
  void put_list(int offset, int without_focus) {
    int width = width_[kList];
    const int whole = parts_.width(kList);
    if (width >= whole) return put(kList, offset, 0, width);
    Focus focus = parts_.focus;
    if (focus.begin == -1 || focus.end == -1) focus = {without_focus, without_focus};
    const int centre = focus.begin + (focus.end - focus.begin) / 2;
    int start = centre < width / 2 ? 0 : centre - width / 2;
    if (start + width > whole) start = whole - width;
    const int left = parts_.width(kListLeft);
    const int right = parts_.width(kListRight);
    if (start != 0 && width > left) {
      copy(parts_.cells[kListLeft], offset, 0, left);
      offset += left;
      start += left;
      width -= left;
    }
    if (start + width < whole && width > right) {
      copy(parts_.cells[kListRight], offset + width - right, 0, right);
      width -= right;
    }
    put(kList, offset, start, width);
  }

  Frame& frame_;
  int row_;
  int col_;
  int columns_;
  Parts& parts_;
  std::array<int, kParts> width_{};
  std::vector<MarkedRange> placed_;
};

}  // namespace

std::vector<Range> draw_format(Frame& frame, int row, int col, int columns, const model::Style& base,
                               std::string_view text, Colours colours) {
  if (columns <= 0) return {};
  Parts parts(frame.atlas(), base, colours);
  parts.read(text);
  if (parts.fill) {
    Style filled;
    filled.bg = *parts.fill;
    frame.fill({row, col, 1, columns}, frame.atlas().style(to_style(filled)));
  }
  Layout layout(frame, row, col, columns, parts);
  layout.draw();
  return layout.take_ranges();
}

std::vector<Range> draw_line(Frame& frame, int row, int col, int columns, const model::Style& base,
                             std::string_view text, Colours colours) {
  frame.fill({row, col, 1, columns}, frame.atlas().style(to_style(base)));
  return draw_format(frame, row, col, columns, base, text, colours);
}

int format_width(std::string_view text) {
  int width = 0;
  FormatReader reader(text);
  for (FormatPiece piece = reader.next(); piece.kind != FormatPiece::Kind::end; piece = reader.next()) {
    width += piece.width * piece.count;
  }
  return width;
}

}  // namespace sess::render
