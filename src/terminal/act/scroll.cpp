// Scrolling of regions, and what leaves the top of the screen into the history.
#include <algorithm>
#include <bit>

#include "base/utf8.hpp"
#include "terminal/screen/cell_run.hpp"
#include "terminal/act/page.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/screen/wide_text.hpp"

namespace sess::terminal {

/// The margins are asked where the position comes from: the return to the left one is behind that, as in
/// xterm.
void Page::line_feed() {
  index();
  if (modes_.newline) position_.carriage_return();
}

void Page::index() {
  Place& at = position_.at();
  at.pending = false;
  position_.moved();
  if (at.row == margins().bottom) {
    if (!position_.between_sides()) return;
    if (margins().top == 0 && at.row == screens_.rows() - 1 && position_.full_width()) return scroll_screen();
    scroll_up(margins().top, 1, Keep::history);
  } else if (at.row < screens_.rows() - 1) {
    ++at.row;
  }
}

void Page::reverse_index() {
  Place& at = position_.at();
  at.pending = false;
  position_.moved();
  if (at.row == margins().top) {
    if (position_.between_sides()) scroll_down(margins().top, 1);
  } else if (at.row > 0) {
    --at.row;
  }
}

void Page::scroll_up(int n) {
  scroll_up(margins().top, n, Keep::history);
  position_.moved();
}

void Page::scroll_down(int n) {
  scroll_down(margins().top, n);
  position_.moved();
}

void Page::shift_columns(int from, int n) {
  shift_columns(margins().top, margins().bottom, from, n);
  position_.moved();
}

/// What row `top` was continued from is moved or gone.
void Page::cut_wrap_above(int top) {
  if (top > 0) {
    screens_.grid().row(top - 1).wrapped = false;
  } else if (!screens_.alternate_shown()) {
    history_.close_line();
  }
}

/// scroll_up() of one line of all that is shown, as output does it.
void Page::scroll_screen() {
  if (!screens_.alternate_shown()) {
    keep_rows(1);
  } else {
    cut_wrap_above(0);
  }
  Grid& grid = screens_.grid();
  Row& last = grid.scroll();
  if (const Cell blank = pen_.erased(pools_); blank.style != 0)
    screens_.fill(last, 0, screens_.cols(), blank);
  if (grid.rows() > 1) grid.row(grid.rows() - 2).wrapped = false;
}

void Page::scroll_up(int top, int n, Keep keep) {
  const int bottom = margins().bottom;
  const int height = bottom - top + 1;
  n = std::min(n, height);
  if (n <= 0) return;
  const Cell blank = pen_.erased(pools_);
  if (!position_.full_width()) {
    for (int r = top; r + n <= bottom; ++r) copy_sides(r, r + n);
    for (int r = bottom - n + 1; r <= bottom; ++r) blank_sides(r, blank);
    return;
  }
  if (keep == Keep::history && top == 0 && !screens_.alternate_shown()) {
    keep_rows(n);
  } else {
    cut_wrap_above(top);
  }
  screens_.grid().rotate(top, bottom, n);
  for (int r = bottom - n + 1; r <= bottom; ++r) screens_.blank_row(r, blank);
  if (n < height) screens_.grid().row(bottom - n).wrapped = false;
}

/// The first rows of the main screen into the history; they stay where they are, for the caller to take away.
void Page::keep_rows(int count) {
  for (int r = 0; r < count; ++r) {
    Row& row = screens_.grid().row(r);
    if (row.wrapped && row.used < screens_.cols()) {
      // The blanks at the end of a row that continues stand inside its line.
      static_cast<void>(screens_.grid().writable(row));
      row.used = screens_.size().cols;
    }
    if (row.runs != 0) {
      if (push_printed(row)) continue;
      static_cast<void>(screens_.grid().writable(row));
    }
    push_history(row);
  }
}

void Page::keep_screen() {
  if (screens_.alternate_shown()) return;
  int count = screens_.rows();
  while (count > 0) {
    const Row& row = screens_.grid().row(count - 1);
    const auto cells = screens_.grid().cells(count - 1).first(row.used);
    if (row.wrapped || std::any_of(cells.begin(), cells.end(), [](const Cell& c) { return c != kBlank; }))
      break;
    --count;
  }
  keep_rows(count);
}

void Page::scroll_down(int top, int n) {
  const int bottom = margins().bottom;
  const int height = bottom - top + 1;
  n = std::min(n, height);
  if (n <= 0) return;
  const Cell blank = pen_.erased(pools_);
  if (!position_.full_width()) {
    for (int r = bottom; r - n >= top; --r) copy_sides(r, r - n);
    for (int r = top; r < top + n; ++r) blank_sides(r, blank);
    return;
  }
  cut_wrap_above(top);
  screens_.grid().rotate(top, bottom, -n);
  for (int r = top; r < top + n; ++r) screens_.blank_row(r, blank);
  screens_.grid().row(bottom).wrapped = false;
}

void Page::blank_sides(int r, Cell blank) {
  Row& row = screens_.row(r);
  screens_.split_wide(row, margins().left);
  screens_.split_wide(row, margins().right + 1);
  screens_.fill(row, margins().left, margins().right + 1, blank);
}

/// Copies the columns between the side margins of row `from` to row `to`.
void Page::copy_sides(int to, int from) {
  Row& target = screens_.row(to);
  Row& source = screens_.grid().row(from);
  for (Row* row : {&target, &source}) {
    screens_.split_wide(*row, margins().left);
    screens_.split_wide(*row, margins().right + 1);
  }
  Cell* out = screens_.grid().writable(target);
  if ((out[screens_.cols() - 1].flags & kFiller) != 0) out[screens_.cols() - 1] = kBlank;
  const auto cells = screens_.grid().cells(from);
  std::copy(cells.begin() + margins().left, cells.begin() + margins().right + 1, out + margins().left);
  target.used = std::max(target.used, static_cast<std::uint16_t>(margins().right + 1));
  target.wide = target.wide || source.wide;
  target.wrapped = false;
}

void Page::shift_columns(int top, int bottom, int from, int n) {
  const int width = margins().right + 1 - from;
  const int count = std::min(n < 0 ? -n : n, width);
  if (count <= 0) return;
  const Cell blank = pen_.erased(pools_);
  for (int r = top; r <= bottom; ++r) {
    Row& row = screens_.row(r);
    screens_.split_wide(row, from);
    screens_.split_wide(row, margins().right + 1);
    Cell* cells = screens_.grid().writable(row);
    // A filler has its meaning in the last column only.
    if ((cells[screens_.cols() - 1].flags & kFiller) != 0) cells[screens_.cols() - 1] = kBlank;
    if (n > 0) {
      screens_.split_wide(row, margins().right + 1 - count);
      std::copy_backward(cells + from, cells + margins().right + 1 - count, cells + margins().right + 1);
      std::fill_n(cells + from, count, blank);
    } else {
      screens_.split_wide(row, from + count);
      std::copy(cells + from + count, cells + margins().right + 1, cells + from);
      std::fill_n(cells + margins().right + 1 - count, count, blank);
    }
    row.used = std::max(row.used, static_cast<std::uint16_t>(margins().right + 1));
    row.wrapped = false;
  }
}

/// The text of cells [i, stop) behind `to`, up to the first one of two bytes or of several code points:
/// returns where. Four bytes are written for each. Without a branch for what no processor can foresee: where
/// words end.
static std::size_t get_short(const Cell* cells, std::size_t i, std::size_t stop, char*& to) {
  char* out = to;
  while (i < stop) {
    i = get_ascii_some(cells, i, stop, out);
    if (i == stop) break;
    const Cell cell = cells[i];
    if (cell.width == 2 && cell.glyph - 0x800U < 0xF800U && cell.flags == 0) {
      // Text in two columns comes in runs.
      const std::size_t taken = get_wide_text(cells, i, stop, out);
      if (taken != i) {
        i = taken;
        continue;
      }
      const std::uint32_t c = cell.glyph;
      const std::uint32_t bytes = 0x8080E0U | c >> 12U | (c >> 6U & 0x3FU) << 8U | (c & 0x3FU) << 16U;
      out[0] = static_cast<char>(bytes);
      out[1] = static_cast<char>(bytes >> 8U);
      out[2] = static_cast<char>(bytes >> 16U);
      out += 3;
      i += 2;
      continue;
    }
    const std::uint32_t c = cell.glyph;
    if (cell.width == 0 || (cell.flags & kFiller) != 0) {
      ++i;
      continue;
    }
    if (c >= 0x10000 && c < kClusterBit) {
      const std::uint32_t bytes =
          0x808080F0U | c >> 18U | (c >> 12U & 0x3FU) << 8U | (c >> 6U & 0x3FU) << 16U | (c & 0x3FU) << 24U;
      out[0] = static_cast<char>(bytes);
      out[1] = static_cast<char>(bytes >> 8U);
      out[2] = static_cast<char>(bytes >> 16U);
      out[3] = static_cast<char>(bytes >> 24U);
      out += 4;
      i += cell.width;
      continue;
    }
    if (c >= 0x10000 || (c >= 0x80 && c < 0x800)) break;
    const std::uint32_t one = c + (c == 0 ? 0x20U : 0U);
    const std::uint32_t three = 0x8080E0U | c >> 12U | (c >> 6U & 0x3FU) << 8U | (c & 0x3FU) << 16U;
    const std::uint32_t high = 0U - static_cast<std::uint32_t>(c >= 0x80);
    const std::uint32_t bytes = (one & ~high) | (three & high);
    out[0] = static_cast<char>(bytes);
    out[1] = static_cast<char>(bytes >> 8U);
    out[2] = static_cast<char>(bytes >> 16U);
    out += 1 + (high & 2U);
    i += cell.width;  // the right half holds nothing
  }
  to = out;
  return i;
}

/// The same for cells that are ASCII in styles without links; false, with nothing done, when they are not.
bool Page::push_styled(const Cell* cells, std::size_t used, LineEnd end) {
  StyleEnds ends;
  if (!get_styled_ascii(cells, used, text_.data(), ends)) return false;
  std::size_t runs = 0;
  for (std::size_t word = 0; word <= (used - 1) / 64; ++word)
    runs += static_cast<std::size_t>(std::popcount(ends[word]));
  if (styled_.size() < runs * RunEncoder::kMost) styled_.resize(runs * RunEncoder::kMost);
  char* const begin = styled_.data();
  char* to = begin;
  char* last_run = begin;
  std::size_t at = 0;
  for (std::size_t word = 0; word <= (used - 1) / 64; ++word) {
    for (std::uint64_t bits = ends[word]; bits != 0; bits &= bits - 1) {
      const std::size_t stop = word * 64 + static_cast<std::size_t>(std::countr_zero(bits)) + 1;
      const std::uint16_t id = cells[at].style;
      last_run = to;
      to = pools_.runs().put(to, stop - at, id, pools_.style(id));
      if (to == nullptr) return false;
      at = stop;
    }
  }
  if (end == LineEnd::hard && cells[used - 1].style == 0) to = last_run;  // as below
  history_.append({text_.data(), used}, {begin, static_cast<std::size_t>(to - begin)}, end);
  return true;
}

/// The same for a row that is kept as text.
bool Page::push_printed(const Row& row) {
  if (row.marks != 0) return false;
  const LineEnd end = row.wrapped ? LineEnd::open : LineEnd::hard;
  const std::string_view text(row.text, row.styles[row.runs - 1].bytes);
  const bool narrow = text.size() == row.used && !row.filler;
  if (row.runs == 1 && row.styles[0].style == 0 && (end == LineEnd::hard || narrow)) {
    history_.append(text, {}, end);
    return true;
  }
  if (styled_.size() < row.runs * RunEncoder::kMost) styled_.resize(row.runs * RunEncoder::kMost);
  char* const begin = styled_.data();
  char* to = begin;
  std::size_t at = 0;
  // A last run in the default style says nothing, unless something follows.
  const bool silent = end == LineEnd::hard && row.styles[row.runs - 1].style == 0;
  for (const TextRun& run : std::span(row.styles, row.runs - (silent ? 1U : 0U))) {
    to = pools_.runs().put(to, run.bytes - at, run.style, pools_.style(run.style));
    if (to == nullptr) return false;
    at = run.bytes;
  }
  history_.append(text, {begin, static_cast<std::size_t>(to - begin)}, end);
  return true;
}

void Page::push_history(const Row& row) {
  std::string& text = text_;
  const LineEnd end = row.wrapped ? LineEnd::open : LineEnd::hard;
  std::size_t used = row.used;
  if (!row.wrapped) {
    // Blanks that were never written are no text; written spaces and coloured blanks are.
    while (used > 0 && row.cells[used - 1] == kBlank) --used;
  }
  // Four bytes a cell hold all but clusters, which make room for themselves. Never made smaller: only what is
  // new would have to be filled again.
  if (text.size() < used * 4) text.resize(used * 4);
  // Plain ASCII, most lines of most programs: one pass that finds out while it copies.
  const bool may_be_plain =
      used == 0 || (row.cells[0].glyph < 0x80 && (row.cells[0].style | row.cells[used / 2].style) == 0);
  if (row.marks == 0 && may_be_plain && get_ascii(row.cells, used, text.data(), 0)) {
    return history_.append({text.data(), used}, {}, end);
  }

  if (row.marks == 0 && row.cells[0].glyph < 0x80 && used <= kMostStyled && push_styled(row.cells, used, end))
    return;

  runs_.clear();
  std::size_t out = 0;       // bytes of text
  std::size_t last_run = 0;  // where the last run begins
  bool last_default = true;
  if (row.marks != 0) {
    encode_mark(runs_, row.marks);
    last_run = runs_.size();
  }
  for (std::size_t i = 0; i < used;) {
    const std::uint16_t id = row.cells[i].style;
    const std::size_t run_start = out;
    const std::size_t stop = style_end(row.cells, i, used);
    // Most runs of colour are ASCII; whether this one is shows while it is copied.
    if (row.cells[i].glyph < 0x80 && get_ascii(row.cells + i, stop - i, text.data() + out, id)) {
      out += stop - i;
      i = stop;
    }
    while (i < stop) {
      char* to = text.data() + out;
      i = get_short(row.cells, i, stop, to);
      out = static_cast<std::size_t>(to - text.data());
      if (i >= stop) break;
      const std::string_view bytes = pools_.text(row.cells[i++], cell_);
      if (text.size() < out + bytes.size() + (used - i) * 4) text.resize(out + bytes.size() + (used - i) * 4);
      std::copy(bytes.begin(), bytes.end(), text.data() + out);
      out += bytes.size();
    }
    if (out == run_start) continue;
    last_run = runs_.size();
    last_default = id == 0;
    const Style& style = pools_.style(id);
    encode_run(runs_, out - run_start, style, pools_.links().uri(style.link));
  }
  // A last run in the default style says nothing, unless something follows.
  if (end == LineEnd::hard && last_default) runs_.resize(last_run);
  history_.append({text.data(), out}, runs_, end);
}

}  // namespace sess::terminal
