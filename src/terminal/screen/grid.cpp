#include "terminal/screen/grid.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/size.hpp"
#include "terminal/screen/cell_run.hpp"

namespace sess::terminal {
namespace {

constexpr std::array<Cell, kMaxSide> kBlankRow{};

}  // namespace

Grid::Grid(int rows, int cols) : rows_(static_cast<std::size_t>(rows)), cols_(cols) {}

Grid::~Grid() {
  for (auto& row : rows_) delete[] row.cells;
}

Grid::Grid(Grid&& other) noexcept
    : rows_(std::move(other.rows_)), base_(std::exchange(other.base_, 0)), cols_(other.cols_) {
  other.rows_.clear();
}

Grid& Grid::operator=(Grid&& other) noexcept {
  swap(other);
  return *this;
}

void Grid::swap(Grid& other) noexcept {
  rows_.swap(other.rows_);
  std::swap(base_, other.base_);
  std::swap(cols_, other.cols_);
}

std::span<const Cell> Grid::cells(int r) const {
  const Row& found = row(r);
  const Cell* begin = found.cells != nullptr ? found.cells : kBlankRow.data();
  return {begin, static_cast<std::size_t>(cols_)};
}

std::span<const Cell> Grid::blank_cells(int cols) {
  return {kBlankRow.data(), static_cast<std::size_t>(cols)};
}

void Grid::allocate(Row& row) const {
  row.cells = new Cell[static_cast<std::size_t>(cols_)];
  row.used = 0;
}

void Grid::clear(Row& row) {
  if (row.cells != nullptr) put_blanks(row.cells, row.used);
  row.used = 0;
  row.wrapped = false;
  row.wide = false;
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
