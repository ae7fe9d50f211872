#include "client/prediction/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "terminal/screen/sgr_text.hpp"

namespace sess::client::prediction {
namespace {

using terminal::Screen;
using terminal::Style;

void go_to(std::string& out, int row, int col) {
  out += fmt::format("\033[{};{}H", row + 1, col + 1);
}

/// One cell of the screen as it is; a place that was never written is erased, not written.
void restore_cell(std::string& out, const Screen& screen, const terminal::Cell& cell) {
  const Style& style = screen.style(cell.style);
  terminal::append_sgr(out, style);
  if (cell.glyph == 0) {
    out += "\033[X\033[C";
    return;
  }
  if (style.link != 0) terminal::append_link(out, screen.link_id(style.link), screen.link(style.link));
  screen.append_text(out, cell);
  if (style.link != 0) terminal::append_link(out, {}, {});
}

/// Columns from..to of a row, whole characters.
void restore(std::string& out, const Screen& screen, int row, int from, int to) {
  const auto cells = screen.row(row);
  const int cols = static_cast<int>(cells.size());
  to = std::min(to, cols);
  while (from > 0 && cells[static_cast<std::size_t>(from)].width == 0) --from;
  while (to < cols && cells[static_cast<std::size_t>(to)].width == 0) ++to;
  if (from >= to) return;
  go_to(out, row, from);
  for (int col = from; col < to; ++col) {
    if (const auto& cell = cells[static_cast<std::size_t>(col)]; cell.width > 0)
      restore_cell(out, screen, cell);
  }
}

/// The cursor and what the program's next text is written with.
void restore_state(std::string& out, const Screen& screen) {
  const auto cursor = screen.cursor();
  if (cursor.pending_wrap) {
    restore(out, screen, cursor.row, cursor.col, cursor.col + 1);
  } else {
    go_to(out, cursor.row, cursor.col);
  }
  terminal::append_sgr(out, screen.pen());
}

}  // namespace

std::string Overlay::draw(const Guess& guess, const Screen& screen) {
  std::string out = take_away(screen);
  for (const auto& [number, row] : guess.rows) {
    for (int col = row.from; col < row.to; ++col) {
      const auto& glyph = row.glyphs[static_cast<std::size_t>(col)];
      if (glyph.width == 0 || glyph == glyph_at(screen, number, col)) continue;
      Style style = screen.style(screen.row(number)[static_cast<std::size_t>(col)].style);
      style.link = 0;
      if (!glyph.text.empty()) style.underline = terminal::Underline::single;
      go_to(out, number, col);
      terminal::append_sgr(out, style);
      out += glyph.text.empty() ? " " : glyph.text;
      if (!spans_.empty() && spans_.back().row == number && spans_.back().to == col) {
        spans_.back().to = col + glyph.width;
      } else {
        spans_.push_back({number, col, col + glyph.width});
      }
    }
  }
  if (spans_.empty() && cursor_holds(guess, screen)) return out;
  terminal::append_sgr(out, screen.pen());
  go_to(out, guess.row, guess.col);
  drawn_ = true;
  return out;
}

std::string Overlay::take_away(const Screen& screen) {
  std::string out;
  if (!drawn_) return out;
  for (const auto& span : spans_) restore(out, screen, span.row, span.from, span.to);
  restore_state(out, screen);
  forget();
  return out;
}

void Overlay::forget() {
  drawn_ = false;
  spans_.clear();
}

}  // namespace sess::client::prediction
