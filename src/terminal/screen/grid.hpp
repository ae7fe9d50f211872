// The cells of one screen: rows in a ring, so that scrolling everything is turning it, allocated when first
// written.
//
// A blank row costs its 24 bytes here and nothing else. Cells from Row::used on are always blank, so clearing
// and encoding cost what was written, not the width. Which cells change is decided in act/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "terminal/screen/cell.hpp"

namespace sess::terminal {

struct Row {
  Cell* cells = nullptr;         ///< `cols` of them, or none: all blank
  std::uint64_t generation = 0;  ///< of the last change
  std::uint16_t used = 0;        ///< cells from here on are blank
  bool wrapped = false;          ///< continues on the next row
  bool wide = false;             ///< may hold wide characters
  std::uint8_t marks = 0;        ///< PromptMark
};

class Grid {
 public:
  Grid(int rows, int cols);
  ~Grid();
  Grid(Grid&& other) noexcept;
  Grid& operator=(Grid&& other) noexcept;
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;

  [[nodiscard]] int rows() const { return static_cast<int>(rows_.size()); }
  [[nodiscard]] int cols() const { return cols_; }

  [[nodiscard]] Row& row(int r) { return rows_[index(r)]; }
  [[nodiscard]] const Row& row(int r) const { return rows_[index(r)]; }
  /// All cells of a row, never empty: a blank row reads from a shared one.
  [[nodiscard]] std::span<const Cell> cells(int r) const;
  [[nodiscard]] static std::span<const Cell> blank_cells(int cols);
  /// The cells for writing; allocates them. The caller keeps Row::used true.
  [[nodiscard]] Cell* writable(Row& row) {
    if (row.cells == nullptr) allocate(row);
    return row.cells;
  }
  /// Makes a row blank; its memory is kept for what is written next.
  static void clear(Row& row);

  /// Moves rows [top, bottom] up (n > 0) or down (n < 0) by |n|, at most their number. Rows that enter hold
  /// what the leaving ones held: the caller clears them.
  void rotate(int top, int bottom, int n);

  void swap(Grid& other) noexcept;

 private:
  [[nodiscard]] std::size_t index(int r) const {
    const auto i = static_cast<std::size_t>(base_ + r);
    return i < rows_.size() ? i : i - rows_.size();
  }
  void allocate(Row& row) const;
  void straighten();

  std::vector<Row> rows_;
  int base_ = 0;
  int cols_;
};

}  // namespace sess::terminal
