// The cells of a terminal: the main and the alternate screen, and which of them is shown.
//
// Owns both grids and their size. Where is written and what is decided by its callers (Page, Printing,
// Rewrap); styles and clusters are numbers here (PoolUse).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/size.hpp"
#include "terminal/screen/grid.hpp"
#include "terminal/screen/prompt_mark.hpp"

namespace sess::terminal {

class Screens {
 public:
  /// A logical line on its way between two grids.
  struct Line {
    std::vector<Cell> cells;           ///< without fillers
    bool open = false;                 ///< continues on what follows
    std::vector<LineMark> marks = {};  ///< by cell, in order
  };

  explicit Screens(Size size) : size_(size), main_(size.rows, size.cols) {}
  Screens(const Screens&) = delete;
  Screens& operator=(const Screens&) = delete;

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] int rows() const { return size_.rows; }
  [[nodiscard]] int cols() const { return size_.cols; }
  /// For whoever has brought both grids to it.
  void set_size(Size size) { size_ = size; }

  /// The one that is shown.
  [[nodiscard]] Grid& grid() { return *shown_; }
  [[nodiscard]] const Grid& grid() const { return *shown_; }
  [[nodiscard]] Grid& main() { return main_; }
  [[nodiscard]] const Grid& main() const { return main_; }
  /// Null until it is first used.
  [[nodiscard]] Grid* alternate() { return alternate_ ? &*alternate_ : nullptr; }
  [[nodiscard]] const Grid* alternate() const { return alternate_ ? &*alternate_ : nullptr; }
  [[nodiscard]] bool alternate_shown() const { return shown_ != &main_; }
  /// Makes the alternate grid where there is none.
  Grid& use_alternate();
  void show(bool alternate);
  /// What is on the alternate screen goes. It is not shown.
  void drop_alternate();
  /// Both blank, the main one shown.
  void reset();

  /// Row r of the shown grid, to be written.
  Row& row(int r) { return shown_->row(r); }

  /// Makes row r blank in the given cell; colours need cells, plain blanks need none.
  void blank_row(int r, Cell blank);
  /// Columns [from, to) of the row get the given cell.
  void fill(Row& row, int from, int to, Cell cell);
  /// If a wide character straddles the border left of `col`, both halves become blank.
  void split_wide(Row& row, int col) {
    if (row.wide && col > 0 && col < cols()) split_wide_cells(row, col);
  }

  /// Every cell, oldest first: the screen that is not shown, the one that is, and what is on its way between
  /// two grids.
  template <class Visit>
  void each_cell(Visit visit);
  /// Lines on their way that each_cell() is to see; null: none.
  void set_under_way(std::vector<Line>* lines) { under_way_ = lines; }

 private:
  void split_wide_cells(Row& row, int col);

  Size size_;
  Grid main_;
  std::optional<Grid> alternate_;
  Grid* shown_ = &main_;
  std::vector<Line>* under_way_ = nullptr;
};

template <class Visit>
void Screens::each_cell(Visit visit) {
  Grid* const hidden = alternate_shown() ? &main_ : alternate();
  for (Grid* one : {hidden, shown_}) {
    if (one == nullptr) continue;
    for (int r = 0; r < one->rows(); ++r) {
      Row& row = one->row(r);
      if (row.used == 0) continue;
      Cell* const cells = one->writable(row);
      for (std::size_t i = 0; i < row.used; ++i) visit(cells[i]);
    }
  }
  if (under_way_ == nullptr) return;
  for (auto& line : *under_way_) {
    for (Cell& cell : line.cells) visit(cell);
  }
}

}  // namespace sess::terminal
