// Lines is a text that a mode looks at: rows of a width, the last of them a screen, the others above it.
//
// What is shown stays while the program prints: a Lines is what there was when it was made. Rows are made
// when they are asked for, and few are kept; which text they come from is the derived class's business
// (PaneLines, TextLines). Rows count from 0, the oldest; the first row of the screen is history().
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/screen/prompt_mark.hpp"

namespace sess::modes {

/// One column of a row. A wide character is a cell with its text and then one that is padding.
struct RowCell {
  std::uint32_t begin = 0;   ///< in Row::text
  std::uint16_t length = 0;  ///< bytes; 0 for padding
  bool padding = false;
};

struct RowRun {
  std::size_t length = 0;  ///< bytes of the text
  terminal::Style style;
  std::string link;
};

struct Row {
  std::string text;
  std::vector<RowCell> cells;  ///< what was written, spaces at the end included
  std::vector<RowRun> runs;    ///< text behind the last has the default style
  bool wrapped = false;        ///< the next row continues this one
  int length = 0;              ///< columns without the spaces at the end

  [[nodiscard]] int columns() const { return static_cast<int>(cells.size()); }
  [[nodiscard]] std::string_view at(int col) const {
    const RowCell& cell = cells[static_cast<std::size_t>(col)];
    return std::string_view(text).substr(cell.begin, cell.length);
  }
  /// A column that was never written shows a space.
  [[nodiscard]] std::string_view shown_at(int col) const { return col < columns() ? at(col) : " "; }
  [[nodiscard]] bool padding_at(int col) const {
    return col < columns() && cells[static_cast<std::size_t>(col)].padding;
  }
};

/// A logical line: rows from `row` on, `text` in one piece. (One of more than terminal::History::kMaxLine
/// bytes comes as several.)
struct LogicalLine {
  int row = 0;
  std::string_view text;
};

class Lines {
 public:
  virtual ~Lines() = default;
  Lines() = default;
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] int cols() const { return size_.cols; }
  /// Rows above the screen.
  [[nodiscard]] int history() const { return history_; }
  [[nodiscard]] int rows() const { return history_ + size_.rows; }
  [[nodiscard]] int last_row() const { return rows() - 1; }
  /// A row in 0..last_row(); beyond them an empty one. Valid until the next call.
  [[nodiscard]] const Row& row(int number) const;
  [[nodiscard]] bool wrapped(int number) const { return row(number).wrapped; }
  [[nodiscard]] int length(int number) const { return row(number).length; }
  /// The row in which the logical line begins that visit() has for a row.
  [[nodiscard]] virtual int begin_of(int number) const = 0;

  /// Logical lines that begin in rows [from, to), in order, or with `backward` from the last one; until `see`
  /// says false. A line's text is valid during the call. With `wants` only those whose text it wants, which
  /// is asked in the same order: of the others no row is reckoned, and that is most of the work.
  using See = std::function<bool(const LogicalLine&)>;
  using Wants = std::function<bool(std::string_view)>;
  virtual void visit(int from, int to, bool backward, const See& see, const Wants& wants) const = 0;
  /// Where each row of a line begins in its text.
  [[nodiscard]] std::vector<std::size_t> starts_of(const LogicalLine& line) const;

  /// The nearest row below `number`, or with `backward` above it, that a shell gave this mark.
  [[nodiscard]] virtual std::optional<int> marked_row(int number, bool backward,
                                                      terminal::PromptMark mark) const {
    static_cast<void>(number);
    static_cast<void>(backward);
    static_cast<void>(mark);
    return std::nullopt;
  }

  /// Lines that the program has begun since the text was taken: they are not in it.
  [[nodiscard]] virtual std::uint64_t newer() const { return 0; }
  /// Rows that went away at the top since the last call: every row's number is that much smaller now.
  virtual int follow() { return 0; }
  /// Takes the text anew, in a new size. Returns where the row's character is then.
  struct Spot {
    int row = 0;
    int col = 0;
  };
  virtual Spot renew(Size size, Spot spot) = 0;

 protected:
  virtual void make_row(int number, Row& out) const = 0;
  void forget_rows() const { kept_.clear(); }
  /// The columns of a text, and its length.
  static void split(Row& row);

  Size size_;
  int history_ = 0;

 private:
  mutable std::list<std::pair<int, Row>> kept_;
};

}  // namespace sess::modes
