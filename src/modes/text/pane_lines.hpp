// The text of a pane as it was at one moment: its history, read where it lies, and a copy of its screen.
//
// The screen must outlive it. History lines are known by number, so that what the program prints later
// changes nothing here; what the history's limit drops goes away at the top (follow()). An index of every
// 64th line's row makes finding a row cheap; it is the only thing whose size depends on the history.
#pragma once

#include "modes/text/lines.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::modes {

class PaneLines final : public Lines {
 public:
  /// `trimmed`: empty rows at the screen's end are left out of it (another pane's text in this one). `shown`
  /// is the size of what is looked through; for a pane's own text its own.
  PaneLines(const terminal::Screen& screen, Size shown, bool trimmed);

  void visit(int from, int to, bool backward, const See& see, const Wants& wants) const override;
  [[nodiscard]] int begin_of(int number) const override;
  [[nodiscard]] std::optional<int> marked_row(int number, bool backward,
                                              terminal::PromptMark mark) const override;
  [[nodiscard]] std::uint64_t newer() const override;
  int follow() override;
  Spot renew(Size size, Spot spot) override;
  /// Takes the text anew as it is now.
  void refresh();

 protected:
  void make_row(int number, Row& out) const override;

 private:
  /// A logical line whose end is on the screen.
  struct TailLine {
    int row = 0;
    std::string text;
    std::vector<RowRun> runs;
    std::vector<std::size_t> starts;
    std::vector<terminal::LineMark> marks;
  };
  void take_tail();
  void append_cells(std::span<const terminal::Cell> cells, bool wrapped);
  void index_history();
  /// The history line that holds a row, by number, and the row that it begins in.
  [[nodiscard]] std::pair<std::uint64_t, int> line_of(int row) const;
  /// The row in which a history line begins.
  [[nodiscard]] int row_of(std::uint64_t line) const;
  [[nodiscard]] std::optional<int> marked_history_row(int number, bool backward,
                                                      terminal::PromptMark mark) const;
  [[nodiscard]] const TailLine& tail_of(int row) const;
  /// Each history line in [first, end): false stops.
  void visit_history(std::uint64_t line, int row, std::uint64_t end,
                     const std::function<bool(std::uint64_t, int, std::string_view)>& see) const;
  /// visit() in the history's ended lines; false when `see` said so.
  bool visit_closed(int from, int to, bool backward, const See& see, const Wants& wants) const;
  static void slice(Row& out, std::string_view text, std::size_t begin, std::size_t end,
                    const std::vector<RowRun>& runs);

  static constexpr std::uint64_t kEvery = 64;
  static constexpr std::uint64_t kPiece = 256;  ///< lines that are read on before they are looked at backward

  const terminal::Screen& screen_;
  bool trimmed_;
  std::uint64_t first_ = 0;   ///< number of the oldest history line
  std::uint64_t end_ = 0;     ///< number behind the newest
  std::uint64_t marked_ = 0;  ///< number that index_[0] is for
  int marked_row_ = 0;        ///< rows before it that are gone
  std::vector<int> index_;    ///< rows before each kEvery-th line, from marked_
  int closed_rows_ = 0;       ///< of the history's ended lines
  int screen_cols_ = 0;
  int cursor_row_ = 0;  ///< when the text was taken
  std::vector<TailLine> tail_;
};

}  // namespace sess::modes
