// The cells of one screen: rows in a ring, so that scrolling everything is turning it, allocated when first
// written.
//
// A blank row costs its 40 bytes here and nothing else. Cells from Row::used on are always blank, so clearing
// and encoding cost what was written, not the width. Which cells change is decided in act/.
//
// Most rows are printed to from the first column on and leave for the history without anybody having looked
// at them: one of ASCII and surely_wide() characters is kept as the text that it was and where its styles
// end, a fraction of its cells. It gets cells when somebody asks for them (writable(), cells()), and stays
// with them until it is cleared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "terminal/screen/cell.hpp"
#include "terminal/screen/cell_run.hpp"

namespace sess::terminal {

/// A piece of a row that is kept as text: up to which column and which byte, in which style.
struct TextRun {
  std::uint16_t stop = 0;
  std::uint16_t bytes = 0;
  std::uint16_t style = 0;
};

struct Row {
  Cell* cells = nullptr;      ///< `cols` of them, or none: all blank
  TextRun* styles = nullptr;  ///< room for those of a row that is kept as text, or none
  char* text = nullptr;       ///< room for two bytes a column, or none
  std::uint16_t used = 0;     ///< cells from here on are blank
  std::uint16_t runs = 0;     ///< of the text that this row is kept as; 0: it is not, `cells` are true
  bool wrapped = false;       ///< continues on the next row
  bool wide = false;          ///< may hold wide characters
  bool filler = false;        ///< of a row that is kept as text: its last column is a filler
  std::uint8_t marks = 0;     ///< PromptMark
};

class Grid {
 public:
  Grid(int rows, int cols);
  ~Grid();
  Grid(Grid&& other) noexcept;
  Grid& operator=(Grid&& other) noexcept;
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;

  [[nodiscard]] int rows() const { return count_; }
  [[nodiscard]] int cols() const { return cols_; }

  [[nodiscard]] Row& row(int r) { return rows_[index(r)]; }
  [[nodiscard]] const Row& row(int r) const { return rows_[index(r)]; }
  /// All cells of a row, never empty: a blank row reads from a shared one.
  [[nodiscard]] std::span<const Cell> cells(int r) const;
  [[nodiscard]] static std::span<const Cell> blank_cells(int cols);
  /// The cells for writing; allocates them. The caller keeps Row::used true.
  [[nodiscard]] Cell* writable(Row& row) const {
    if (row.runs != 0 || row.cells == nullptr) make_cells(row);
    return row.cells;
  }
  /// Whether put_text() at `col` may do something: the row ends there and has no cells.
  [[nodiscard]] static bool takes_text(const Row& row, int col) {
    return col == row.used && (row.runs != 0 || col == 0);
  }
  /// put_text() of n bytes of ASCII where that does not need to look far; false, with nothing done,
  /// elsewhere.
  [[nodiscard]] static bool append_ascii(Row& row, int col, const char* bytes, std::size_t n,
                                         std::uint16_t style) {
    if (col != row.used || row.runs == 0) return false;
    TextRun* run = row.styles + row.runs - 1;
    char* const to = row.text + run->bytes;
    const auto stop = static_cast<std::uint16_t>(static_cast<std::size_t>(col) + n);
    const auto length = static_cast<std::uint16_t>(run->bytes + n);
    if (run->style != style) {
      // A run has at least one column: with one more than every second one there is room for another.
      if (row.runs * 2 > col) return false;
      ++run;
      ++row.runs;
    }
    *run = {stop, length, style};
    row.used = stop;
    copy_short(to, bytes, n);
    return true;
  }
  /// Puts n bytes of ASCII and wide characters (whose columns all fit) at `col`, as text; false, with nothing
  /// done, where the row does not take any or has as many styles as a row of text may: writable() is for
  /// that. The caller sees to Row::wide.
  [[nodiscard]] bool put_text(Row& row, int col, const char* bytes, std::size_t n, std::size_t columns,
                              std::uint16_t style) const {
    if (!takes_text(row, col)) return false;
    if (row.text == nullptr) allocate_text(row);
    const std::size_t at = row.runs != 0 ? row.styles[row.runs - 1].bytes : 0U;
    const auto stop = static_cast<std::uint16_t>(static_cast<std::size_t>(col) + columns);
    if (row.runs == 0 || row.styles[row.runs - 1].style != style) {
      if (row.runs == most_runs()) return false;
      ++row.runs;
    }
    row.styles[row.runs - 1] = {stop, static_cast<std::uint16_t>(at + n), style};
    copy_short(row.text + at, bytes, n);
    row.used = stop;
    return true;
  }
  /// A filler behind the text, in the last column, which is `col`; false, with nothing done, where the row is
  /// not text up to there.
  [[nodiscard]] static bool leave_last_column(Row& row, int col) {
    if (row.runs == 0 || col != row.used) return false;
    row.filler = true;
    ++row.used;
    return true;
  }
  /// Makes a row blank; its memory is kept for what is written next.
  static void clear(Row& row);

  /// Moves rows [top, bottom] up (n > 0) or down (n < 0) by |n|, at most their number. Rows that enter hold
  /// what the leaving ones held: the caller clears them.
  void rotate(int top, int bottom, int n);

  /// rotate(top, bottom, 1) and clear() of the last row where the rows are all.
  Row& scroll() {
    Row& leaves = rows_[static_cast<std::size_t>(base_)];
    if (++base_ == count_) base_ = 0;
    clear(leaves);
    return leaves;
  }

  void swap(Grid& other) noexcept;

 private:
  [[nodiscard]] std::size_t index(int r) const {
    const int i = base_ + r;
    return static_cast<std::size_t>(i < count_ ? i : i - count_);
  }
  /// Of a row of text: one for every second column.
  [[nodiscard]] std::size_t most_runs() const { return static_cast<std::size_t>(cols_) / 2 + 1; }
  void allocate_text(Row& row) const;
  void make_cells(Row& row) const;
  void straighten();

  mutable std::vector<Row> rows_;  ///< mutable: a row that is looked at gets cells
  int base_ = 0;
  int count_;  ///< of rows_
  int cols_;
};

}  // namespace sess::terminal
