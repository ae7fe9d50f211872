// What listings print: columns by display width, coloured and cut where a terminal is to show them.
//
// Pure but for look_of(), which asks what the client that typed the command prints to. Into a pipe goes the
// same text whole and plain, so that scripts read all of it. Every table of ours goes through here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/args.hpp"

namespace sess::command {

class Item;

/// What a text means, where colours can say it.
enum class Tone : std::uint8_t { plain, good, bad, uncertain, dim, strong };

/// What a reader's terminal shows.
struct Look {
  bool colours = false;
  int columns = 0;  ///< 0: lines are not cut
};

/// Letters of flags that have no short form, or one that every listing has.
inline constexpr char kColorFlag = '\x7f';
inline constexpr char kWideFlag = 'w';
inline constexpr Flag kColorRow = {kColorFlag, "color", "when", "always, auto or never"};
inline constexpr Flag kWideRow = {kWideFlag, "wide", "", "do not cut lines at the width of the terminal"};

/// Colours on a terminal (not with NO_COLOR or TERM=dumb), unless --color says otherwise; its width, unless
/// -w was given. The error names a wrong --color.
[[nodiscard]] Result<Look> look_of(const Item& item);

/// The text with what makes its tone before and behind it; as it is without colours.
[[nodiscard]] std::string toned(std::string_view text, Tone tone, const Look& look);

/// At most so many columns, the last one being an ellipsis when something was cut.
[[nodiscard]] std::string shortened(std::string_view text, int columns);

/// A text of words for behind `indent` columns: where the terminal is too narrow it goes on in the next line,
/// below where it began.
[[nodiscard]] std::string wrapped(std::string_view text, const Look& look, int indent);

struct Cell {
  Cell(std::string words, Tone meaning = Tone::plain)  // NOLINT(google-explicit-constructor)
      : text(std::move(words)), tone(meaning) {}
  Cell(const char* words) : text(words) {}  // NOLINT(google-explicit-constructor)
  std::string text;
  Tone tone = Tone::plain;
};

struct Column {
  std::string_view head;
  /// Where a terminal is too narrow, the columns of least worth are left out first.
  int worth = kNeeded;
  static constexpr int kNeeded = 100;
};

/// Rows below a head, columns two blanks apart. The last column is not padded and is what is cut first.
class Table {
 public:
  Table(std::vector<Column> columns, Look look) : columns_(std::move(columns)), look_(look) {}
  /// As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Without a newline at the end.
  [[nodiscard]] std::string text() const;

 private:
  /// Widths of the columns; -1 for one that is left out.
  [[nodiscard]] std::vector<int> widths() const;
  void append_line(std::string& out, const std::vector<Cell>& row, const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  Look look_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace sess::command
