#include "modes/copy/gutter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace sess::modes {

Gutter Gutter::of(LineNumbers wanted, const Lines& lines) {
  if (wanted == LineNumbers::off) return {};
  const int digits = std::max(static_cast<int>(fmt::formatted_size("{}", lines.rows() + 1)), 3);
  return digits + 1 < lines.cols() ? Gutter{wanted, digits + 1} : Gutter{};
}

int Gutter::number(const Cursor& cursor, int y) const {
  const int absolute = cursor.top() + y + 1;
  const int away = std::abs(y - cursor.y);
  switch (numbers) {
    case LineNumbers::off:
      return 0;
    case LineNumbers::screen:
      return std::abs(y - cursor.scroll);
    case LineNumbers::absolute:
      return absolute;
    case LineNumbers::relative:
      return away;
    case LineNumbers::hybrid:
      return away == 0 ? absolute : away;
  }
  return 0;
}

std::string Gutter::text(const Cursor& cursor, int y) const {
  return fmt::format("{:>{}} ", number(cursor, y), width - 1);
}

MouseAt Gutter::in_text(MouseAt at) const {
  at.col = std::max(at.col - width, 0);
  return at;
}

}  // namespace sess::modes
