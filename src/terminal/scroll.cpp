// Scrolling of regions, and what leaves the top of the screen into the history.
#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/core.hpp"

namespace sess::terminal {

/// Makes row r blank in the given cell; colours need cells, plain blanks need none.
void Core::blank_row(int r, Cell blank) {
  Row& row = touch(r);
  Grid::clear(row);
  if (blank.style == 0) return;
  std::fill_n(grid().writable(row), cols(), blank);
  row.used = size_.cols;
}

/// What row `top` was continued from is moved or gone.
void Core::cut_wrap_above(int top) {
  if (top > 0) {
    grid().row(top - 1).wrapped = false;
  } else if (!modes_.alternate_screen) {
    history_.close_line();
  }
}

void Core::scroll_up(int top, int bottom, int n, Keep keep) {
  const int height = bottom - top + 1;
  n = std::min(n, height);
  if (n <= 0) return;
  const Cell blank = erased_cell();
  if (left_ != 0 || right_ != cols() - 1) {
    for (int r = top; r + n <= bottom; ++r) copy_sides(r, r + n);
    for (int r = bottom - n + 1; r <= bottom; ++r) {
      Row& row = touch(r);
      split_wide(row, left_);
      split_wide(row, right_ + 1);
      Cell* cells = grid().writable(row);
      std::fill(cells + left_, cells + right_ + 1, blank);
      row.used = std::max(row.used, static_cast<std::uint16_t>(right_ + 1));
    }
    return;
  }
  if (keep == Keep::history && top == 0 && !modes_.alternate_screen) {
    for (int r = 0; r < n; ++r) push_history(grid().row(r));
  } else {
    cut_wrap_above(top);
  }
  grid().rotate(top, bottom, n);
  for (int r = bottom - n + 1; r <= bottom; ++r) blank_row(r, blank);
  if (n < height) grid().row(bottom - n).wrapped = false;
  if (top == 0 && bottom == rows() - 1) {
    touch_all();
  } else {
    for (int r = top; r <= bottom; ++r) touch(r);
  }
}

void Core::scroll_down(int top, int bottom, int n) {
  const int height = bottom - top + 1;
  n = std::min(n, height);
  if (n <= 0) return;
  const Cell blank = erased_cell();
  if (left_ != 0 || right_ != cols() - 1) {
    for (int r = bottom; r - n >= top; --r) copy_sides(r, r - n);
    for (int r = top; r < top + n; ++r) {
      Row& row = touch(r);
      split_wide(row, left_);
      split_wide(row, right_ + 1);
      Cell* cells = grid().writable(row);
      std::fill(cells + left_, cells + right_ + 1, blank);
      row.used = std::max(row.used, static_cast<std::uint16_t>(right_ + 1));
    }
    return;
  }
  cut_wrap_above(top);
  grid().rotate(top, bottom, -n);
  for (int r = top; r < top + n; ++r) blank_row(r, blank);
  grid().row(bottom).wrapped = false;
  for (int r = top; r <= bottom; ++r) touch(r);
}

/// Copies the columns between the side margins of row `from` to row `to`.
void Core::copy_sides(int to, int from) {
  Row& target = touch(to);
  Row& source = grid().row(from);
  for (Row* row : {&target, &source}) {
    split_wide(*row, left_);
    split_wide(*row, right_ + 1);
  }
  Cell* out = grid().writable(target);
  if ((out[cols() - 1].flags & kFiller) != 0) out[cols() - 1] = kBlank;
  const auto cells = grid().cells(from);
  std::copy(cells.begin() + left_, cells.begin() + right_ + 1, out + left_);
  target.used = std::max(target.used, static_cast<std::uint16_t>(right_ + 1));
  target.wide = target.wide || source.wide;
  target.wrapped = false;
}

/// DECIC (n > 0) and DECDC: moves the columns from `from` to the right margin by n, within rows top..bottom.
void Core::shift_columns(int top, int bottom, int from, int n) {
  const int width = right_ + 1 - from;
  const int count = std::min(n < 0 ? -n : n, width);
  if (count <= 0) return;
  const Cell blank = erased_cell();
  for (int r = top; r <= bottom; ++r) {
    Row& row = touch(r);
    split_wide(row, from);
    split_wide(row, right_ + 1);
    Cell* cells = grid().writable(row);
    // A filler has its meaning in the last column only.
    if ((cells[cols() - 1].flags & kFiller) != 0) cells[cols() - 1] = kBlank;
    if (n > 0) {
      split_wide(row, right_ + 1 - count);
      std::copy_backward(cells + from, cells + right_ + 1 - count, cells + right_ + 1);
      std::fill_n(cells + from, count, blank);
    } else {
      split_wide(row, from + count);
      std::copy(cells + from + count, cells + right_ + 1, cells + from);
      std::fill_n(cells + right_ + 1 - count, count, blank);
    }
    row.used = std::max(row.used, static_cast<std::uint16_t>(right_ + 1));
    row.wrapped = false;
  }
}

/// Adds a row that leaves the screen to the history, as text and runs of styles.
void Core::push_history(const Row& row) {
  std::string& text = scratch_;
  text.clear();
  scratch_runs_.clear();
  const LineEnd end = row.wrapped ? LineEnd::open : LineEnd::hard;
  std::size_t used = row.used;
  if (!row.wrapped) {
    // Blanks that were never written are no text; written spaces and coloured blanks are.
    while (used > 0 && row.cells[used - 1] == kBlank) --used;
  }
  // Plain ASCII, most lines of most programs: one pass that finds out while it copies.
  text.resize(used);
  std::uint32_t glyphs = 0;
  std::uint32_t styles = 0;
  for (std::size_t i = 0; i < used; ++i) {
    const Cell& cell = row.cells[i];
    glyphs |= cell.glyph | (cell.flags != 0 ? kClusterBit : 0U);
    styles |= cell.style;
    text[i] = cell.glyph == 0 ? ' ' : static_cast<char>(cell.glyph);
  }
  if ((glyphs & ~0x7FU) == 0 && styles == 0) return history_.append(text, {}, end);

  text.clear();
  std::size_t run_start = 0;
  std::uint16_t run_style = used > 0 ? row.cells[0].style : std::uint16_t{0};
  const auto close_run = [&] {
    if (text.size() == run_start) return;
    HistoryRun run;
    run.length = text.size() - run_start;
    run.style = styles_.get(run_style);
    run.link = links_.uri(run.style.link);
    run.style.link = run.link.empty() ? 0 : 1;
    scratch_runs_.push_back(run);
    run_start = text.size();
  };
  for (std::size_t i = 0; i < used; ++i) {
    const Cell& cell = row.cells[i];
    if (cell.width == 0 || (cell.flags & kFiller) != 0) continue;
    if (cell.style != run_style) {
      close_run();
      run_style = cell.style;
    }
    if (cell.glyph == 0) {
      text += ' ';
    } else if (cell.glyph < 0x80) {
      text += static_cast<char>(cell.glyph);
    } else if ((cell.glyph & kClusterBit) != 0) {
      text += clusters_.get(cell.glyph & ~kClusterBit);
    } else {
      append_utf8(text, cell.glyph);
    }
  }
  if (run_style != 0 || styles != 0) close_run();
  // A last run in the default style says nothing.
  if (end == LineEnd::hard && !scratch_runs_.empty() && scratch_runs_.back().style == Style{}) {
    scratch_runs_.pop_back();
  }
  history_.append(text, scratch_runs_, end);
}

}  // namespace sess::terminal
