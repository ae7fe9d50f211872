#include "terminal/act/rewrap.hpp"

#include <algorithm>
#include <limits>

#include "base/utf8.hpp"
#include "terminal/screen/line_wrap.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

/// A place in logical lines: it follows its character.
struct Point {
  Place* place = nullptr;
  std::size_t line = 0;
  std::size_t offset = 0;
  int below = 0;  ///< rows under the last line, when it stands on none
};

/// Part of a line that is one row of the new width.
struct Slice {
  std::size_t line = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool wrapped = false;
};

void slice_line(const std::vector<Cell>& cells, std::size_t line, bool open, int cols,
                std::vector<Slice>& out) {
  const auto width = static_cast<std::size_t>(cols);
  std::size_t begin = 0;
  do {
    std::size_t end = std::min(cells.size(), begin + width);
    // A wide character is not cut: it moves to the next row.
    if (end < cells.size() && cells[end].width == 0 && end - begin > 1) --end;
    out.push_back({line, begin, end, end < cells.size() || open});
    begin = end;
  } while (begin < cells.size());
}

/// In a single column a wide character has no place.
void make_narrow(Screens::Line& line) {
  auto& cells = line.cells;
  auto mark = line.marks.begin();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Cell cell = cells[i];
    for (; mark != line.marks.end() && mark->offset <= i; ++mark) mark->offset = kept;
    if (cell.width == 0) continue;
    if (cell.width == 2) cell = Cell{static_cast<std::uint32_t>(kReplacement), cell.style, 1, 0};
    cells[kept++] = cell;
  }
  cells.resize(kept);
  for (; mark != line.marks.end(); ++mark) mark->offset = kept;
}

/// The marks of a slice's row.
std::uint8_t marks_of(const Screens::Line& line, const Slice& slice) {
  const bool last = slice.end == line.cells.size();
  const auto before = [](const LineMark& mark, std::size_t offset) { return mark.offset < offset; };
  std::uint8_t marks = 0;
  for (auto it = std::lower_bound(line.marks.begin(), line.marks.end(), slice.begin, before);
       it != line.marks.end() && (it->offset < slice.end || last); ++it)
    marks = static_cast<std::uint8_t>(marks | it->marks);
  return marks;
}

}  // namespace

void Rewrap::run(Size to) {
  resize_main(to);
  if (screens_.alternate() != nullptr) resize_alternate(to);
  screens_.set_size(to);
  position_.resized();
}

/// Text of one style as cells, clusters interned. A damaged store may hold anything: controls are left out.
void Rewrap::append_cells(std::vector<Cell>& cells, std::string_view text, const Style& style) {
  if (!is_clean_text(text)) {
    const std::string clean = clean_text(text, std::string_view::npos);
    return append_cells(cells, clean, style);
  }
  const std::uint16_t id = pools_.intern(style);
  for (std::size_t at = 0; at < text.size();) {
    const Cluster cluster = next_cluster(text, at);
    const auto bytes = text.substr(at, cluster.length);
    at += cluster.length;
    const auto first = decode_utf8(bytes);
    std::uint32_t glyph = first.code_point;
    if (first.length != bytes.size()) {
      glyph = pools_.intern_cluster(bytes.substr(0, ClusterPool::kMaxBytes), cluster.columns);
    }
    cells.push_back(Cell{glyph, id, static_cast<std::uint8_t>(cluster.columns), 0});
    if (cluster.columns == 2) cells.push_back(Cell{0, id, 0, 0});
  }
}

/// Takes the open or the newest line out of the history, into line's front.
bool Rewrap::pull_line(Line& line) {
  std::string text;
  std::string links;
  std::vector<HistoryRun> runs;
  std::vector<LineMark> marks;
  if (!page_.history().take_last(text, runs, links, marks)) return false;
  // What is built lies in the line itself, so that collecting sees it.
  const std::size_t tail_at = line.cells.size();
  std::string_view rest = text;
  for (const auto& run : runs) {
    Style style = run.style;
    style.link = run.link.empty() ? std::uint16_t{0} : pools_.intern_link({}, run.link);
    append_cells(line.cells, rest.substr(0, run.length), style);
    rest.remove_prefix(std::min(rest.size(), run.length));
  }
  append_cells(line.cells, rest, Style{});
  std::rotate(line.cells.begin(), line.cells.begin() + static_cast<std::ptrdiff_t>(tail_at),
              line.cells.end());
  pull_marks(line, text, marks, line.cells.size() - tail_at);
  return true;
}

/// Marks of a text that is now the first `count` cells of the line, before those that it had.
void Rewrap::pull_marks(Line& line, std::string_view text, const std::vector<LineMark>& marks,
                        std::size_t count) {
  for (auto& mark : line.marks) mark.offset += count;
  std::vector<LineMark> pulled;
  std::size_t at = 0;
  std::size_t cell = 0;
  for (const auto& mark : marks) {
    while (at < std::min(mark.offset, text.size())) {
      const Cluster cluster = next_cluster(text, at);
      at += std::max<std::size_t>(cluster.length, 1);
      cell += static_cast<std::size_t>(cluster.columns);
    }
    pulled.push_back({std::min(cell, count), mark.marks});
  }
  line.marks.insert(line.marks.begin(), pulled.begin(), pulled.end());
}

void Rewrap::resize_main(Size to) {
  Grid& old = screens_.main();
  const int old_rows = old.rows();
  const int old_cols = old.cols();
  std::vector<Point> points;
  points.push_back({&position_.saved(false).place, 0, 0, 0});
  if (!screens_.alternate_shown()) points.push_back({&position_.at(), 0, 0, 0});
  const Place cursor = screens_.alternate_shown() ? position_.saved(false).place : position_.at();

  int last = std::min(cursor.row, old_rows - 1);
  for (int r = old_rows - 1; r > last; --r) {
    const auto cells = old.cells(r).first(old.row(r).used);
    if (std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell != kBlank; })) last = r;
    if (last == r) break;
  }
  for (Point& point : points) point.below = std::max(0, point.place->row - last);
  const int blank_below = old_rows - 1 - last;

  // Lines from the history are added behind these: the order on the screen is that of the slices.
  std::vector<Line> lines(1);
  lines.reserve(static_cast<std::size_t>(old_rows) + to.rows + 2U);
  screens_.set_under_way(&lines);
  if (page_.history().has_open_line()) static_cast<void>(pull_line(lines[0]));
  for (int r = 0; r <= last; ++r) {
    const Row& row = old.row(r);
    const auto cells = old.cells(r);
    Line& line = lines.back();
    const std::size_t start = line.cells.size();
    if (row.marks != 0) line.marks.push_back({start, row.marks});
    for (Point& point : points) {
      if (point.place->row != r) continue;
      point.line = lines.size() - 1;
      point.offset = start + static_cast<std::size_t>(point.place->col) + (point.place->pending ? 1U : 0U);
    }
    std::size_t used = row.used;
    if (!row.wrapped) {
      while (used > 0 && (cells[used - 1] == kBlank || (cells[used - 1].flags & kFiller) != 0)) --used;
    }
    line.cells.insert(line.cells.end(), cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(used));
    if (row.wrapped) {
      if (used > 0 && (cells[used - 1].flags & kFiller) != 0) {
        line.cells.pop_back();
      } else {
        line.cells.resize(start + static_cast<std::size_t>(old_cols), kBlank);
      }
    }
    if (r == last) {
      line.open = false;
    } else if (!row.wrapped) {
      lines.emplace_back();
    }
  }
  if (to.cols == 1) {
    for (auto& line : lines) make_narrow(line);
  }

  std::vector<Slice> slices;
  for (std::size_t i = 0; i < lines.size(); ++i)
    slice_line(lines[i].cells, i, lines[i].open, to.cols, slices);

  // Too few rows: the newest history lines come back, as long as the history's end is a whole line.
  auto missing =
      static_cast<std::ptrdiff_t>(to.rows) - blank_below - static_cast<std::ptrdiff_t>(slices.size());
  while (missing > 0) {
    lines.emplace_back();
    if (!pull_line(lines.back())) {
      lines.pop_back();
      break;
    }
    if (to.cols == 1) make_narrow(lines.back());
    std::vector<Slice> front;
    slice_line(lines.back().cells, lines.size() - 1, false, to.cols, front);
    missing -= static_cast<std::ptrdiff_t>(front.size());
    slices.insert(slices.begin(), front.begin(), front.end());
  }

  const auto row_of = [&](const Point& point) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < slices.size(); ++i) {
      if (slices[i].line != point.line) continue;
      found = i;
      if (point.offset < slices[i].end) break;
    }
    return found;
  };
  const Point& main_cursor = points.back();
  const std::size_t cursor_row = row_of(main_cursor);
  std::size_t top = slices.size() > to.rows ? slices.size() - to.rows : 0;
  top = std::min(top, cursor_row);

  for (std::size_t i = 0; i < top; ++i) {
    const Slice& slice = slices[i];
    Row row;
    row.cells = lines[slice.line].cells.data() + slice.begin;
    row.used = static_cast<std::uint16_t>(slice.end - slice.begin);
    row.wrapped = slice.wrapped;
    row.marks = marks_of(lines[slice.line], slice);
    page_.push_history(row);
  }
  Grid fresh(to.rows, to.cols);
  const std::size_t stop = std::min(slices.size(), top + to.rows);
  for (std::size_t i = top; i < stop; ++i) {
    const Slice& slice = slices[i];
    const auto& cells = lines[slice.line].cells;
    Row& row = fresh.row(static_cast<int>(i - top));
    const std::size_t count = slice.end - slice.begin;
    row.wrapped = slice.wrapped && i + 1 < stop;
    row.marks = marks_of(lines[slice.line], slice);
    if (count == 0) continue;
    Cell* out = fresh.writable(row);
    std::copy_n(cells.begin() + static_cast<std::ptrdiff_t>(slice.begin), count, out);
    row.used = static_cast<std::uint16_t>(count);
    row.wide = true;
    if (row.wrapped && count < to.cols) {
      for (std::size_t c = count; c < to.cols; ++c) out[c] = Cell{0, 0, 1, kFiller};
      row.used = to.cols;
    }
  }
  for (const Point& point : points) {
    if (point.below > 0) {
      const auto row = static_cast<int>(slices.size() - top) - 1 + point.below;
      point.place->row = std::min(row, to.rows - 1);
      continue;
    }
    const std::size_t row = row_of(point);
    const Slice& slice = slices[row];
    const std::size_t col = point.offset >= slice.begin ? point.offset - slice.begin : 0;
    point.place->row = static_cast<int>(row >= top ? std::min<std::size_t>(row - top, to.rows - 1U) : 0);
    // Right behind the last character of a full row is the last-column flag, not a column.
    const bool full = col >= to.cols && slice.end - slice.begin == to.cols && point.offset == slice.end;
    point.place->pending = full;
    point.place->col = static_cast<int>(std::min<std::size_t>(col, to.cols - 1U));
  }
  screens_.main().swap(fresh);
  screens_.set_under_way(nullptr);
}

void Rewrap::resize_alternate(Size to) {
  Grid fresh(to.rows, to.cols);
  Grid& old = *screens_.alternate();
  // The rows at the top go when the cursor would not be seen otherwise.
  const int shift = screens_.alternate_shown() ? std::max(0, position_.at().row - (to.rows - 1)) : 0;
  for (int r = 0; r + shift < old.rows() && r < to.rows; ++r) {
    const Row& from = old.row(r + shift);
    const std::uint16_t used = std::min(from.used, to.cols);
    if (used == 0) continue;
    Row& row = fresh.row(r);
    Cell* cells = fresh.writable(row);
    std::copy_n(old.cells(r + shift).begin(), used, cells);
    if (cells[used - 1].width == 2) cells[used - 1] = kBlank;
    row.used = used;
    row.wide = from.wide;
  }
  if (screens_.alternate_shown()) position_.at().row -= shift;
  screens_.alternate()->swap(fresh);
}

}  // namespace sess::terminal
