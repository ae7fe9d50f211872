#include "terminal/screen/grid.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/check.hpp"
#include "base/size.hpp"
#include "base/utf8.hpp"
#include "terminal/decode/text_scan.hpp"
#include "terminal/screen/cell_run.hpp"
#include "terminal/screen/wide_text.hpp"

namespace sess::terminal {
namespace {

constexpr std::array<Cell, kMaxSide> kBlankRow{};

}  // namespace

Grid::Grid(int rows, int cols) : rows_(static_cast<std::size_t>(rows)), count_(rows), cols_(cols) {}

Grid::~Grid() {
  for (auto& row : rows_) {
    delete[] row.cells;
    delete[] row.styles;
  }
}

Grid::Grid(Grid&& other) noexcept
    : rows_(std::move(other.rows_)),
      base_(std::exchange(other.base_, 0)),
      count_(std::exchange(other.count_, 0)),
      cols_(other.cols_) {
  other.rows_.clear();
}

Grid& Grid::operator=(Grid&& other) noexcept {
  swap(other);
  return *this;
}

void Grid::swap(Grid& other) noexcept {
  rows_.swap(other.rows_);
  std::swap(base_, other.base_);
  std::swap(count_, other.count_);
  std::swap(cols_, other.cols_);
}

std::span<const Cell> Grid::cells(int r) const {
  Row& found = rows_[index(r)];
  const Cell* begin = found.used != 0 || found.cells != nullptr ? writable(found) : kBlankRow.data();
  return {begin, static_cast<std::size_t>(cols_)};
}

std::span<const Cell> Grid::blank_cells(int cols) {
  return {kBlankRow.data(), static_cast<std::size_t>(cols)};
}

void Grid::allocate_text(Row& row) const {
  const std::size_t text = (2 * static_cast<std::size_t>(cols_) + sizeof(TextRun) - 1) / sizeof(TextRun);
  row.styles = new TextRun[most_runs() + text];
  row.text = reinterpret_cast<char*>(row.styles + most_runs());
}

void Grid::make_cells(Row& row) const {
  if (row.cells == nullptr) row.cells = new Cell[static_cast<std::size_t>(cols_)];
  // All of them are blank while the row is kept as text. That its columns are those which were counted when
  // it was printed is looked at here, for every row that anybody sees: what is written are cells, by number.
  TextRun before;
  for (std::size_t i = 0; i < row.runs; ++i) {
    const TextRun run = row.styles[i];
    SESS_CHECK(before.stop < run.stop && run.stop <= cols_ && before.bytes < run.bytes);
    Cell* to = row.cells + before.stop;
    const Cell* const stop = row.cells + run.stop;
    std::string_view text(row.text + before.bytes, static_cast<std::size_t>(run.bytes - before.bytes));
    before = run;
    while (!text.empty()) {
      const auto ascii =
          static_cast<std::size_t>(find_high(text.data(), text.data() + text.size()) - text.data());
      SESS_CHECK(ascii <= static_cast<std::size_t>(stop - to));
      put_ascii(to, text.data(), ascii, run.style);
      to += ascii;
      text.remove_prefix(ascii);
      if (text.empty()) break;
      const auto got = decode_utf8(text);
      SESS_CHECK(surely_wide(got.code_point) && stop - to >= 2);
      *to++ = Cell{static_cast<std::uint32_t>(got.code_point), run.style, 2, 0};
      *to++ = Cell{0, run.style, 0, 0};
      text.remove_prefix(got.length);
    }
    SESS_CHECK(to == stop);
  }
  SESS_CHECK(row.runs == 0 || row.used == before.stop + (row.filler ? 1 : 0));
  if (std::exchange(row.filler, false)) {
    SESS_CHECK(row.used == cols_);
    row.cells[row.used - 1].flags = kFiller;
  }
  row.runs = 0;
}

void Grid::clear(Row& row) {
  if (row.cells != nullptr && row.runs == 0) put_blanks(row.cells, row.used);
  row.runs = 0;
  row.used = 0;
  row.wrapped = false;
  row.wide = false;
  row.filler = false;
  row.marks = 0;
}

void Grid::rotate(int top, int bottom, int n) {
  const int height = bottom - top + 1;
  if (n == 0 || height <= 0) return;
  n = std::clamp(n, -height, height);
  if (top == 0 && height == rows()) {
    base_ += n;
    if (base_ < 0) base_ += height;
    if (base_ >= height) base_ -= height;
    return;
  }
  if (index(top) > index(bottom)) straighten();
  const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(index(top));
  const auto last = first + height;
  if (n > 0) {
    std::rotate(first, first + n, last);
  } else {
    std::rotate(first, last + n, last);
  }
}

void Grid::straighten() {
  std::rotate(rows_.begin(), rows_.begin() + base_, rows_.end());
  base_ = 0;
}

}  // namespace sess::terminal
