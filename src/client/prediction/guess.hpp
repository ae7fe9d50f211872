// One guess: what some rows and the cursor will be when a key has had its effect. Pure: a screen and a key
// in, the next guess out.
//
// A key puts a character in at the cursor, and what stands behind it moves on, up to where two blanks or a
// pane's border begin; Backspace takes one out; the arrows step over one. Nothing is said about anything
// else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/prediction/typed.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::client::prediction {

struct Glyph {
  std::string text = {};  ///< UTF-8, "" for a blank
  int width = 1;          ///< 0: the right half of a wide one
  bool operator==(const Glyph&) const = default;
};

/// A row with guessed columns from `from` up to, and without, `to`.
struct GuessedRow {
  std::vector<Glyph> glyphs;
  int from = 0;
  int to = 0;
};

struct Guess {
  int row = 0;  ///< of the cursor
  int col = 0;
  std::map<int, GuessedRow> rows;
};

/// The screen as it is: nothing is guessed.
[[nodiscard]] Guess guess_of(const terminal::Screen& screen);

/// Where the text begins that a line editor lets be changed, as far as that is known: nothing to its left is
/// erased or stepped to.
struct LineStart {
  int row = 0;
  int col = 0;
};

/// `before` after the key; nothing when what it does is not known (the edge of the screen, an empty line).
[[nodiscard]] std::optional<Guess> apply(Guess before, const Typed& key, const LineStart& start,
                                         const terminal::Screen& screen);

/// Whether the screen shows what was guessed.
[[nodiscard]] bool holds(const Guess& guess, const terminal::Screen& screen);
/// Whether the cursor is where the guess has it; behind the last column is the next row's first.
[[nodiscard]] bool cursor_holds(const Guess& guess, const terminal::Screen& screen);

/// What the screen has at a place, a space as a blank.
[[nodiscard]] Glyph glyph_at(const terminal::Screen& screen, int row, int col);
/// The text of a row to the left of a column.
[[nodiscard]] std::string text_before(const terminal::Screen& screen, int row, int col);

/// Whether keys mean here what they mean to a line editor: no odd margins, character sets or modes.
[[nodiscard]] bool is_plain(const terminal::Screen& screen);

}  // namespace sess::client::prediction
