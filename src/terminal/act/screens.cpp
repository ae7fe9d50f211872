#include "terminal/act/screens.hpp"

#include <algorithm>

namespace sess::terminal {

Grid& Screens::use_alternate() {
  if (!alternate_) alternate_.emplace(rows(), cols());
  return *alternate_;
}

void Screens::show(bool alternate) {
  shown_ = alternate ? &use_alternate() : &main_;
}

void Screens::drop_alternate() {
  alternate_.reset();
}

void Screens::reset() {
  shown_ = &main_;
  main_ = Grid(rows(), cols());
  alternate_.reset();
}

void Screens::blank_row(int r, Cell blank) {
  Row& row = shown_->row(r);
  Grid::clear(row);
  if (blank.style != 0) fill(row, 0, cols(), blank);
}

void Screens::fill(Row& row, int from, int to, Cell cell) {
  Cell* cells = grid().writable(row);
  std::fill(cells + from, cells + to, cell);
  row.used = std::max(row.used, static_cast<std::uint16_t>(to));
}

void Screens::split_wide_cells(Row& row, int col) {
  Cell* cells = grid().writable(row);
  if (cells[col].width != 0) return;
  Cell blank = kBlank;
  blank.style = cells[col - 1].style;
  if (col + 1 > row.used) row.used = static_cast<std::uint16_t>(col + 1);
  cells[col - 1] = blank;
  cells[col] = blank;
}

}  // namespace sess::terminal
