// The active position (ECMA-48: where the next character goes), and what bounds its moves: margins, origin
// mode, tab stops.
//
// Owns the place, the margins, the tab stops and what DECSC kept for each screen. Moves never scroll: what
// does (index, wrapping) is Page's and Printing's. Pen and character sets belong to DECSC too; Core puts them
// together.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "terminal/act/screens.hpp"
#include "terminal/act/tab_stops.hpp"
#include "terminal/decode/tokens.hpp"
#include "terminal/screen/modes.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::terminal {

/// DECSTBM and DECSLRM, 0-based and inclusive.
struct Margins {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
};

class Position {
 public:
  Position(const Screens& screens, const Modes& modes) : screens_(screens), modes_(modes) { reset_margins(); }
  Position(const Position&) = delete;
  Position& operator=(const Position&) = delete;

  [[nodiscard]] Place& at() { return at_; }
  [[nodiscard]] const Place& at() const { return at_; }
  [[nodiscard]] const Margins& margins() const { return margins_; }
  [[nodiscard]] TabStops& tabs() { return tabs_; }
  [[nodiscard]] const TabStops& tabs() const { return tabs_; }
  /// What DECSC kept for either screen.
  [[nodiscard]] SavedCursor& saved(bool alternate) { return saved_[alternate ? 1 : 0]; }
  [[nodiscard]] const SavedCursor& saved(bool alternate) const { return saved_[alternate ? 1 : 0]; }

  /// Of the cluster just printed, while the position is right behind it; else -1.
  [[nodiscard]] int last_col() const { return last_col_; }
  void set_last_col(int col) { last_col_ = col; }
  void moved() { last_col_ = -1; }

  /// Absolute, clamped to the screen. Every move ends the last-column flag.
  void move_to(int row, int col);
  /// As CUP addresses it: with DECOM relative to the margins and clamped into them.
  void move_to_origin(int row, int col);
  /// The place as CUP would name it.
  [[nodiscard]] int origin_row() const { return at_.row - (modes_.origin ? margins_.top : 0); }
  [[nodiscard]] int origin_col() const { return at_.col - (modes_.origin ? margins_.left : 0); }
  void up(int n);
  void down(int n);
  void left(int n);
  void right(int n);
  void carriage_return();
  void tab(int n);
  void back_tab(int n);
  /// Of DECRC: what was kept for the shown screen. The caller has set origin mode as it was kept.
  void recall(const SavedCursor& from);

  void set_margins(const Csi& token);
  void set_side_margins(const Csi& token);
  void reset_margins();
  /// DECLRMM switches: the side margins are the screen's borders.
  void reset_side_margins();
  [[nodiscard]] bool between_sides() const { return at_.col >= margins_.left && at_.col <= margins_.right; }
  [[nodiscard]] bool inside_margins() const {
    return at_.row >= margins_.top && at_.row <= margins_.bottom && between_sides();
  }
  [[nodiscard]] bool full_width() const {
    return margins_.left == 0 && margins_.right == screens_.cols() - 1;
  }
  /// One behind the last column that text may reach from here.
  [[nodiscard]] int right_limit() const {
    return at_.col <= margins_.right ? margins_.right + 1 : screens_.cols();
  }

  /// To a screen that has just got another size.
  void resized();
  void reset();
  /// Margins, tab stops, last_col.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  const Screens& screens_;
  const Modes& modes_;
  Place at_;
  Margins margins_;
  TabStops tabs_;
  std::array<SavedCursor, 2> saved_;  ///< of the main and of the alternate screen
  int last_col_ = -1;
};

}  // namespace sess::terminal
