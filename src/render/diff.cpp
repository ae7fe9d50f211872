#include "render/diff.hpp"

#include <cstring>

#include "base/utf8.hpp"
#include "render/painter.hpp"
#include "render/sgr.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::render {
namespace {

/// Blanks that are shorter than this are written; a control sequence would not be shorter.
constexpr int kEraseLine = 4;
constexpr int kEraseCells = 10;
/// Unchanged cells between changed ones that are written again rather than jumped over.
constexpr int kRewrite = 3;
/// Output beyond which drawing is visible: the cursor is hidden or the update synchronized.
constexpr std::size_t kVisibleDrawing = 48;
constexpr int kMaxScrolls = 4;

/// What the terminal shows, row by row, in the numbers of the new frame's atlas.
class Shown {
 public:
  Shown(const Frame* before, const Frame& after) : size_(after.size()), blank_(size_.cols) {
    rows_.assign(size_.rows, blank_.data());
    if (before == nullptr || before->size() != size_) return;
    known_ = true;
    if (!before->shares_atlas(after)) {
      translated_.reserve(std::size_t{size_.rows} * size_.cols);
      for (int r = 0; r < size_.rows; ++r) {
        for (const Cell cell : before->row(r)) {
          translated_.push_back(after.atlas().translate(cell, before->atlas()));
        }
      }
    }
    for (int r = 0; r < size_.rows; ++r) {
      const auto row = static_cast<std::size_t>(r);
      rows_[row] = translated_.empty() ? before->row(r).data() : translated_.data() + row * size_.cols;
    }
  }
  /// False: the screen has to be cleared first.
  [[nodiscard]] bool known() const { return known_; }
  [[nodiscard]] const Cell* row(int r) const { return rows_[static_cast<std::size_t>(r)]; }
  [[nodiscard]] bool same(int r, const Cell* other) const {
    return std::memcmp(row(r), other, std::size_t{size_.cols} * sizeof(Cell)) == 0;
  }
  void scroll(int top, int bottom, int lines) {
    const auto begin = rows_.begin() + top;
    const auto end = rows_.begin() + bottom + 1;
    if (lines > 0) {
      std::move(begin + lines, end, begin);
      std::fill(end - lines, end, blank_.data());
    } else {
      std::move_backward(begin, end + lines, end);
      std::fill(begin, begin - lines, blank_.data());
    }
  }

 private:
  Size size_;
  std::vector<Cell> blank_;
  std::vector<Cell> translated_;
  std::vector<const Cell*> rows_;
  bool known_ = false;
};

[[nodiscard]] std::uint64_t hash_row(const Cell* cells, std::size_t count) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, cells + i, sizeof word);
    h = (h ^ word) * 0x9E3779B97F4A7C15ULL;
    h ^= h >> 29;
  }
  return h;
}

struct Scroll {
  int top = 0;
  int bottom = 0;
  int lines = 0;  ///< positive: up
  int gain = 0;   ///< rows that need not be drawn
};

/// The move of rows that saves most drawing: a run of new rows that stand `lines` further down on the
/// terminal.
[[nodiscard]] Scroll find_scroll(const std::vector<std::uint64_t>& before,
                                 const std::vector<std::uint64_t>& after, std::uint64_t blank, int first,
                                 int last) {
  Scroll best;
  const auto value = [](const std::vector<std::uint64_t>& rows, int r) {
    return rows[static_cast<std::size_t>(r)];
  };
  for (int lines = 1; lines <= last - first; ++lines) {
    for (const int sign : {1, -1}) {
      int gain = 0;
      int begin = -1;
      for (int r = first; r <= last + 1; ++r) {
        const int from = r + sign * lines;
        const bool matches =
            r <= last && from >= first && from <= last && value(after, r) == value(before, from);
        if (matches) {
          if (begin < 0) {
            begin = r;
            gain = 0;
          }
          if (value(after, r) != value(before, r) && value(after, r) != blank) ++gain;
          // Rows that were right already and that the move destroys are found again when they are drawn.
        } else if (begin >= 0) {
          const int end = r - 1;
          if (gain > best.gain) {
            best =
                sign > 0 ? Scroll{begin, end + lines, lines, gain} : Scroll{begin - lines, end, -lines, gain};
          }
          begin = -1;
        }
      }
    }
  }
  return best;
}

/// Rows that a scroll spoils although they were right: they come into the region as blanks.
[[nodiscard]] int spoiled(const Shown& shown, const Frame& after, const Scroll& scroll) {
  int count = 0;
  const int begin = scroll.lines > 0 ? scroll.bottom - scroll.lines + 1 : scroll.top;
  const int end = scroll.lines > 0 ? scroll.bottom : scroll.top - scroll.lines - 1;
  for (int r = begin; r <= end; ++r) {
    if (shown.same(r, after.row(r).data())) ++count;
  }
  return count;
}

void scroll_rows(Painter& painter, Shown& shown, const Frame& after) {
  const std::size_t cols = after.size().cols;
  const std::vector<Cell> blank_row(cols);
  const std::uint64_t blank = hash_row(blank_row.data(), cols);
  std::vector<std::uint64_t> old_hashes(after.size().rows);
  std::vector<std::uint64_t> new_hashes(after.size().rows);
  for (int pass = 0; pass < kMaxScrolls; ++pass) {
    int first = -1;
    int last = -1;
    int changed = 0;
    for (int r = 0; r < after.size().rows; ++r) {
      if (shown.same(r, after.row(r).data())) continue;
      if (first < 0) first = r;
      last = r;
      ++changed;
    }
    if (changed < 2) return;
    for (int r = first; r <= last; ++r) {
      const auto i = static_cast<std::size_t>(r);
      old_hashes[i] = hash_row(shown.row(r), cols);
      new_hashes[i] = hash_row(after.row(r).data(), cols);
    }
    const Scroll scroll = find_scroll(old_hashes, new_hashes, blank, first, last);
    if (scroll.gain < 2 || scroll.gain <= spoiled(shown, after, scroll)) return;
    painter.scroll(scroll.top, scroll.bottom, scroll.lines);
    shown.scroll(scroll.top, scroll.bottom, scroll.lines);
  }
}

[[nodiscard]] int blanks(std::span<const Cell> cells, int from, int to) {
  int c = from;
  while (c < to && cells[static_cast<std::size_t>(c)] == cells[static_cast<std::size_t>(from)]) ++c;
  return c - from;
}

void draw_row(Painter& painter, const Frame& after, int row, const Cell* old,
              const TerminalFeatures& features) {
  const auto cells = after.row(row);
  const int cols = static_cast<int>(cells.size());
  const auto differs = [&](int c) { return !(cells[static_cast<std::size_t>(c)] == old[c]); };
  int first = 0;
  while (first < cols && !differs(first)) ++first;
  int last = cols - 1;
  while (last > first && !differs(last)) --last;
  if (first >= cols) return;

  // Blanks up to the end of the row are erased when that is shorter.
  int tail = cols;
  while (tail > first &&
         cells[static_cast<std::size_t>(tail) - 1] == cells[static_cast<std::size_t>(cols) - 1])
    --tail;
  const bool erase_tail = last >= tail && cols - tail >= kEraseLine && last - tail + 1 >= kEraseLine &&
                          painter.erasable(cells[static_cast<std::size_t>(cols) - 1]);
  const int end = erase_tail ? tail : last + 1;

  int c = first;
  while (c < end) {
    if (!differs(c)) {
      int next = c;
      while (next < end && !differs(next)) ++next;
      if (next >= end) break;
      bool rewrite = next - c <= kRewrite && painter.is_at(row, c);
      for (int i = c; rewrite && i < next; ++i) {
        const Cell cell = cells[static_cast<std::size_t>(i)];
        rewrite = cell.width == 1 && cell.glyph < 128 && cell.style == painter.style();
      }
      if (rewrite) painter.put(row, c, next);
      c = next;
      continue;
    }
    if (cells[static_cast<std::size_t>(c)].width == 0 && c > 0) {
      painter.put(row, c - 1, c + 1);  // the whole wide character
      ++c;
      continue;
    }
    if (features.erase_characters && painter.erasable(cells[static_cast<std::size_t>(c)])) {
      const int count = blanks(cells, c, end);
      if (count >= kEraseCells) {
        painter.erase(row, c, count);
        c += count;
        continue;
      }
    }
    int next = c + 1;
    while (next < end && cells[static_cast<std::size_t>(next)].width == 0) ++next;
    painter.put(row, c, next);
    c = next;
  }
  if (erase_tail) painter.erase_line(row, std::max(tail, first));
}

void append_title(std::string& out, std::string_view title) {
  out += "\033]2;";
  while (!title.empty()) {
    const auto decoded = decode_utf8(title);
    if (decoded.code_point >= 32 && !(decoded.code_point >= 127 && decoded.code_point < 160)) {
      append_utf8(out, decoded.code_point);
    }
    title.remove_prefix(decoded.length);
  }
  out += "\033\\";
}

[[nodiscard]] int cursor_style(const FrameCursor& cursor) {
  switch (cursor.shape) {
    case terminal::CursorShape::default_:
      return 0;
    case terminal::CursorShape::block:
      return cursor.blink ? 1 : 2;
    case terminal::CursorShape::underline:
      return cursor.blink ? 3 : 4;
    case terminal::CursorShape::bar:
      return cursor.blink ? 5 : 6;
  }
  return 0;
}

void append_cursor_colour(std::string& out, terminal::Color colour) {
  if (colour.kind == terminal::Color::Kind::rgb) {
    out += "\033]12;" + terminal::rgb_text(colour) + "\033\\";
  } else {
    out += "\033]112\033\\";
  }
}

/// Where the terminal's cursor is for a frame: always on the screen, hidden or not.
[[nodiscard]] std::pair<int, int> cursor_place(const Frame& frame) {
  return {std::clamp(frame.cursor.row, 0, frame.size().rows - 1),
          std::clamp(frame.cursor.col, 0, frame.size().cols - 1)};
}

}  // namespace

std::string diff(const Frame* before, const Frame& after, const TerminalFeatures& features) {
  Shown shown(before, after);
  Painter painter(after, features);
  const bool fresh = !shown.known();
  if (fresh) {
    painter.clear();
  } else {
    const auto [row, col] = cursor_place(*before);
    painter.at(row, col);
    if (features.scroll_region) scroll_rows(painter, shown, after);
  }
  for (int r = 0; r < after.size().rows; ++r) {
    const Cell* cells = after.row(r).data();
    if (!shown.same(r, cells)) draw_row(painter, after, r, shown.row(r), features);
  }
  painter.reset_style();
  const bool drawn = !painter.out.empty();
  const auto [row, col] = cursor_place(after);
  painter.move(row, col);
  if (features.title && (before == nullptr ? !after.title.empty() : before->title != after.title)) {
    append_title(painter.out, after.title);
  }
  if (features.cursor_style) {
    const int style = cursor_style(after.cursor);
    const int had = before == nullptr ? 0 : cursor_style(before->cursor);
    if (style != had) painter.out += "\033[" + std::to_string(style) + " q";
  }

  if (features.cursor_colour) {
    const terminal::Color had = before == nullptr ? terminal::Color{} : before->cursor.colour;
    if (!(after.cursor.colour == had)) append_cursor_colour(painter.out, after.cursor.colour);
  }

  const bool was_visible = before == nullptr || before->cursor.visible;
  const bool visible_drawing = drawn && painter.out.size() > kVisibleDrawing;
  const bool sync = features.sync && visible_drawing;
  const bool hide = was_visible && (!after.cursor.visible || (visible_drawing && !features.sync) || fresh);
  const bool show = after.cursor.visible && (hide || !was_visible);
  std::string out;
  out.reserve(painter.out.size() + 32);
  if (sync) out += "\033[?2026h";
  if (hide) out += "\033[?25l";
  out += painter.out;
  if (show) out += "\033[?25h";
  if (sync) out += "\033[?2026l";
  return out;
}

std::string row_text(const Frame& frame, int row) {
  const auto cells = frame.row(row);
  std::size_t end = cells.size();
  while (end > 0 && cells[end - 1] == Cell{}) --end;
  std::string out;
  terminal::Style style;
  for (std::size_t i = 0; i < end; ++i) {
    const terminal::Style& next = frame.atlas().style(cells[i].style);
    append_sgr_change(out, style, next);
    style = next;
    frame.atlas().append_text(out, cells[i]);
  }
  append_sgr_change(out, style, {});
  return out;
}

}  // namespace sess::render
