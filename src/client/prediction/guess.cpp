#include "client/prediction/guess.hpp"

#include <algorithm>

namespace sess::client::prediction {
namespace {

using terminal::Screen;

int columns(const Screen& screen) {
  return screen.size().cols;
}

GuessedRow& touch(Guess& guess, const Screen& screen) {
  const auto [found, fresh] = guess.rows.try_emplace(guess.row);
  GuessedRow& row = found->second;
  if (fresh) {
    for (int col = 0; col < columns(screen); ++col) row.glyphs.push_back(glyph_at(screen, guess.row, col));
    row.from = row.to = guess.col;
  }
  return row;
}

void widen(GuessedRow& row, int from, int to) {
  if (row.from == row.to) row.from = row.to = from;
  row.from = std::min(row.from, from);
  row.to = std::max(row.to, to);
}

bool is_blank(const GuessedRow& row, int col) {
  return col >= static_cast<int>(row.glyphs.size()) ||
         (row.glyphs[static_cast<std::size_t>(col)].width == 1 &&
          row.glyphs[static_cast<std::size_t>(col)].text.empty());
}

bool is_border(const GuessedRow& row, int col) {
  const auto& text = row.glyphs[static_cast<std::size_t>(col)].text;
  return text == "│" || text == "┃" || text == "║";
}

/// Where the text that begins at a column ends.
int end_of_text(const GuessedRow& row, int col) {
  const int cols = static_cast<int>(row.glyphs.size());
  while (col < cols && !is_border(row, col) &&
         !(is_blank(row, col) && (is_blank(row, col + 1) || is_border(row, col + 1))))
    ++col;
  return col;
}

/// What a shell proposes behind the cursor stands there in grey, and is not pushed on by what is typed.
bool is_proposal(const Screen& screen, int row, int col) {
  if (col >= columns(screen)) return false;
  const auto& cell = screen.row(row)[static_cast<std::size_t>(col)];
  const auto& style = screen.style(cell.style);
  constexpr std::uint8_t kBrightBlack = 8, kFirstGrey = 238, kLastGrey = 250;
  const std::uint8_t colour = style.fg.index();
  const bool grey = style.fg.kind == terminal::Color::Kind::indexed &&
                    (colour == kBrightBlack || (colour >= kFirstGrey && colour <= kLastGrey));
  return cell.glyph != 0 && cell.glyph != ' ' && (grey || (style.attrs & terminal::faint) != 0);
}

void put(GuessedRow& row, int col, const Typed& key) {
  row.glyphs[static_cast<std::size_t>(col)] = {key.text == " " ? "" : key.text, key.width};
  for (int i = 1; i < key.width; ++i) row.glyphs[static_cast<std::size_t>(col + i)] = {"", 0};
}

std::optional<Guess> insert(Guess guess, const Typed& key, const Screen& screen) {
  const int cols = columns(screen);
  const int behind = guess.col + key.width;
  if (behind > cols) return std::nullopt;
  GuessedRow& row = touch(guess, screen);
  int end = end_of_text(row, guess.col);
  if (is_proposal(screen, guess.row, guess.col)) end = guess.col;
  if (end > guess.col) {
    if (end + key.width > cols || (end < cols && is_border(row, end))) return std::nullopt;
    const auto first = row.glyphs.begin() + guess.col;
    const auto last = row.glyphs.begin() + end;
    std::move_backward(first, last, last + key.width);
  } else if (behind < cols && row.glyphs[static_cast<std::size_t>(behind)].width == 0) {
    return std::nullopt;  // half of a wide one would be left
  }
  put(row, guess.col, key);
  widen(row, guess.col, std::max(behind, end + key.width));
  guess.col = behind;
  if (guess.col < cols) return guess;
  if (++guess.row >= screen.size().rows) return std::nullopt;
  guess.col = 0;
  return guess;
}

/// The column of what stands before the cursor; nothing at the line's start.
std::optional<int> step_left(const Guess& guess, const GuessedRow& row, const LineStart& start) {
  if (guess.row < start.row) return std::nullopt;
  const int least = guess.row == start.row ? start.col : 0;
  int col = guess.col - 1;
  if (col >= 0 && row.glyphs[static_cast<std::size_t>(col)].width == 0) --col;
  return col < least ? std::nullopt : std::optional(col);
}

std::optional<Guess> erase(Guess guess, const LineStart& start, const Screen& screen) {
  GuessedRow& row = touch(guess, screen);
  const auto to = step_left(guess, row, start);
  if (!to) return std::nullopt;
  const int width = guess.col - *to;
  const int end = is_proposal(screen, guess.row, guess.col) ? guess.col : end_of_text(row, guess.col);
  std::move(row.glyphs.begin() + guess.col, row.glyphs.begin() + end, row.glyphs.begin() + *to);
  std::fill(row.glyphs.begin() + end - width, row.glyphs.begin() + end, Glyph{});
  widen(row, *to, end);
  guess.col = *to;
  return guess;
}

}  // namespace

Glyph glyph_at(const Screen& screen, int row, int col) {
  const auto& cell = screen.row(row)[static_cast<std::size_t>(col)];
  Glyph out;
  out.width = cell.width;
  if (cell.glyph != 0 && cell.glyph != ' ') screen.append_text(out.text, cell);
  return out;
}

std::string text_before(const Screen& screen, int row, int col) {
  std::string out;
  for (int i = 0; i < col && i < columns(screen); ++i) {
    const auto glyph = glyph_at(screen, row, i);
    if (glyph.width > 0) out += glyph.text.empty() ? " " : glyph.text;
  }
  return out;
}

Guess guess_of(const Screen& screen) {
  const auto cursor = screen.cursor();
  Guess out{cursor.row, cursor.col, {}};
  if (cursor.pending_wrap && cursor.row + 1 < screen.size().rows) out = {cursor.row + 1, 0, {}};
  return out;
}

std::optional<Guess> apply(Guess before, const Typed& key, const LineStart& start, const Screen& screen) {
  switch (key.kind) {
    case Typed::Kind::insert:
      return insert(std::move(before), key, screen);
    case Typed::Kind::erase:
      return erase(std::move(before), start, screen);
    case Typed::Kind::left: {
      const auto to = step_left(before, touch(before, screen), start);
      if (!to) return std::nullopt;
      before.col = *to;
      return before;
    }
    case Typed::Kind::right: {
      const GuessedRow& row = touch(before, screen);
      if (is_proposal(screen, before.row, before.col) || end_of_text(row, before.col) <= before.col)
        return std::nullopt;
      before.col += std::max(1, row.glyphs[static_cast<std::size_t>(before.col)].width);
      if (before.col >= columns(screen)) return std::nullopt;
      return before;
    }
    case Typed::Kind::enter:
    case Typed::Kind::other:
      break;
  }
  return std::nullopt;
}

bool cursor_holds(const Guess& guess, const Screen& screen) {
  const auto cursor = screen.cursor();
  if (cursor.pending_wrap) return guess.col == 0 && guess.row == cursor.row + 1;
  return cursor.row == guess.row && cursor.col == guess.col;
}

bool holds(const Guess& guess, const Screen& screen) {
  if (!cursor_holds(guess, screen)) return false;
  return std::all_of(guess.rows.begin(), guess.rows.end(), [&](const auto& entry) {
    const auto& [number, row] = entry;
    if (number >= screen.size().rows || static_cast<int>(row.glyphs.size()) != columns(screen)) return false;
    for (int col = row.from; col < row.to; ++col) {
      if (glyph_at(screen, number, col) != row.glyphs[static_cast<std::size_t>(col)]) return false;
    }
    return true;
  });
}

bool is_plain(const Screen& screen) {
  const auto& modes = screen.modes();
  const auto& sets = screen.charsets();
  return !modes.origin && !modes.insert && !modes.left_right_margins && !modes.synchronized &&
         modes.cursor_visible && modes.autowrap && sets.gl == 0 && sets.g[0] == 'B' &&
         sets.single_shift == 0 && screen.pen().link == 0 && (screen.pen().attrs & terminal::protected_) == 0;
}

}  // namespace sess::client::prediction
