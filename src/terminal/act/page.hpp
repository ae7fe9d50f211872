// What moves and clears lines: scrolling within the margins, erasing, inserting and deleting; and the
// history, into which lines leave at the top of the main screen.
//
// Owns the history. Cells are written through Screens in numbers of PoolUse; where, the active position and
// the margins say. Printing and Core call it; it decides nothing of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "terminal/act/pen.hpp"
#include "terminal/act/pool_use.hpp"
#include "terminal/act/position.hpp"
#include "terminal/act/screens.hpp"
#include "terminal/screen/history.hpp"

namespace sess::terminal {

class Page {
 public:
  /// What DECSED and DECSEL leave: cells that DECSCA protects.
  enum class Guard : std::uint8_t { none, selective };

  Page(SegmentStore& store, Screens& screens, PoolUse& pools, const Pen& pen, Position& position,
       const Modes& modes)
      : screens_(screens), pools_(pools), pen_(pen), position_(position), modes_(modes), history_(store) {}

  [[nodiscard]] History& history() { return history_; }
  [[nodiscard]] const History& history() const { return history_; }

  /// IND: down, scrolling at the bottom margin.
  void index();
  void reverse_index();
  void line_feed();
  /// SU and SD.
  void scroll_up(int n);
  void scroll_down(int n);
  /// DECIC (n > 0) and DECDC: moves the columns from `from` to the right margin by n, within the margins.
  void shift_columns(int from, int n);

  /// Columns [from, to) of a row.
  void erase(int row, int from, int to, Guard guard);
  /// Whole rows [from, to): what they continued ends, too.
  void erase_rows(int from, int to, Guard guard);
  /// ED; with `keep` a main screen that is cleared whole is in the history first.
  void erase_display(int kind, Guard guard, bool keep);
  void erase_line(int kind, Guard guard);
  /// ICH: within the margins, what passes the right one is lost.
  void insert_chars(int n);
  void delete_chars(int n);
  void insert_lines(int n);
  void delete_lines(int n);
  void clear_history();
  /// What a shell says of the row that it prints on; programs on the alternate screen have no prompts.
  void mark_row(PromptMark mark);
  /// DECALN.
  void align_test();
  /// What stands on the main screen, down to its last row that is not blank, into the history. As tmux has
  /// it: not the alternate one, whose program draws it again.
  void keep_screen();
  /// Adds a row that leaves the screen to the history, as text and runs of styles. It has cells.
  void push_history(const Row& row);

 private:
  enum class Keep : std::uint8_t { drop, history };
  void scroll_up(int top, int n, Keep keep);
  void scroll_screen();
  void scroll_down(int top, int n);
  void shift_columns(int top, int bottom, int from, int n);
  void copy_sides(int to, int from);
  void blank_sides(int row, Cell blank);
  [[nodiscard]] bool push_styled(const Cell* cells, std::size_t used, LineEnd end);
  [[nodiscard]] bool push_printed(const Row& row);
  void keep_rows(int count);
  void cut_wrap_above(int top);
  [[nodiscard]] const Margins& margins() const { return position_.margins(); }

  Screens& screens_;
  PoolUse& pools_;
  const Pen& pen_;
  Position& position_;
  const Modes& modes_;
  History history_;
  std::string text_;    ///< of the line that is on its way into the history
  std::string runs_;    ///< its styles
  std::string styled_;  ///< the same of a line of ASCII
  std::string cell_;
};

}  // namespace sess::terminal
