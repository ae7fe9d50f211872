#include "render/painter.hpp"

#include <charconv>

#include "render/sgr.hpp"

namespace sess::render {

void Painter::number(int value) {
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void Painter::control(int count, char final) {
  out += "\033[";
  if (count != 1) number(count);
  out += final;
}

void Painter::move(int row, int col) {
  if (row_ == row && col_ == col) return;
  if (row_ == row) {
    if (col == 0) {
      out += '\r';
    } else if (col > col_) {
      control(col - col_, 'C');
    } else if (col_ - col <= 3) {
      out.append(static_cast<std::size_t>(col_ - col), '\b');
    } else {
      control(col_ - col, 'D');
    }
  } else if (row_ >= 0 && col == 0 && row == row_ + 1) {
    out += "\r\n";
  } else if (row_ >= 0 && col == col_) {
    control(row > row_ ? row - row_ : row_ - row, row > row_ ? 'B' : 'A');
  } else {
    out += "\033[";
    if (row > 0 || col > 0) number(row + 1);
    if (col > 0) {
      out += ';';
      number(col + 1);
    }
    out += 'H';
  }
  row_ = row;
  col_ = col;
}

void Painter::set_style(std::uint32_t wanted) {
  if (wanted == style_) return;
  const terminal::Style to = reduce(frame_.atlas().style(wanted), features_);
  append_sgr_change(out, look_, to);
  look_ = to;
  style_ = wanted;
  if (!features_.hyperlinks) return;
  const std::string_view target = frame_.atlas().link(wanted);
  if (target == link_) return;
  out += "\033]8;";
  out += target.empty() ? std::string_view(";") : target;
  out += "\033\\";
  link_ = target;
}

void Painter::reset_style() {
  set_style(0);
}

void Painter::put(int row, int from, int to) {
  const auto cells = frame_.row(row);
  for (int c = from; c < to; ++c) {
    const Cell cell = cells[static_cast<std::size_t>(c)];
    if (cell.width == 0) continue;
    move(row, c);
    set_style(cell.style);
    if (features_.utf8 || cell.glyph < 128) {
      frame_.atlas().append_text(out, cell);
    } else {
      out.append(cell.width, '_');
    }
    col_ = c + static_cast<int>(cell.width);
    // In the last column the next character would wrap; and terminals disagree about the width of clusters
    // and emoji, so what follows one is addressed.
    const bool doubtful =
        (cell.glyph & Cell::kCluster) != 0 || (cell.glyph >= 0x1F000 && cell.glyph < 0x20000);
    if (col_ >= frame_.size().cols || doubtful) lost();
  }
}

void Painter::erase_line(int row, int from) {
  move(row, from);
  set_style(frame_.row(row)[static_cast<std::size_t>(from)].style);
  out += "\033[K";
}

void Painter::erase(int row, int from, int count) {
  move(row, from);
  set_style(frame_.row(row)[static_cast<std::size_t>(from)].style);
  control(count, 'X');
}

void Painter::scroll(int top, int bottom, int lines) {
  reset_style();
  const bool whole = top == 0 && bottom == frame_.size().rows - 1;
  if (!whole) {
    out += "\033[";
    number(top + 1);
    out += ';';
    number(bottom + 1);
    out += 'r';
  }
  control(lines > 0 ? lines : -lines, lines > 0 ? 'S' : 'T');
  if (!whole) {
    out += "\033[r";
    at(0, 0);  // DECSTBM homes the cursor
  }
}

void Painter::clear() {
  out += "\033[m\033[H\033[2J";
  at(0, 0);
}

bool Painter::erasable(Cell cell) const {
  if (cell.glyph != U' ' || cell.width != 1) return false;
  if (cell.style == 0) return true;
  if (!frame_.atlas().link(cell.style).empty()) return false;
  const terminal::Style style = frame_.atlas().style(cell.style);
  constexpr std::uint16_t kVisible =
      terminal::inverse | terminal::strike | terminal::overline | terminal::blink;
  return (style.attrs & kVisible) == 0 && style.underline == terminal::Underline::none &&
         (style.bg.kind == terminal::Color::Kind::none || features_.back_colour_erase);
}

}  // namespace sess::render
