#include "modes/text/text_lines.hpp"

#include <algorithm>

#include "base/width.hpp"
#include "terminal/screen/line_wrap.hpp"

namespace sess::modes {

TextLines::TextLines(Size size) {
  size_ = size;
}

void TextLines::append(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string line;
    for (const char c : text.substr(0, end)) {
      if (c == '\t') {
        line.append(8 - static_cast<std::size_t>(display_width(line)) % 8, ' ');
      } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
        line += c;
      }
    }
    lines_.push_back(std::move(line));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  wrap();
}

void TextLines::wrap() {
  forget_rows();
  rows_.clear();
  int row = 0;
  for (const auto& line : lines_) {
    rows_.push_back(row);
    row += static_cast<int>(terminal::wrapped_rows(line, cols()));
  }
  history_ = std::max(0, row - size_.rows);
}

std::size_t TextLines::line_of(int row) const {
  const auto after = std::upper_bound(rows_.begin(), rows_.end(), row);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - rows_.begin() - 1, 0));
}

void TextLines::make_row(int number, Row& out) const {
  if (lines_.empty()) return;
  const std::size_t line = line_of(number);
  const auto starts = terminal::wrap_line(lines_[line], cols());
  const auto part = static_cast<std::size_t>(number - rows_[line]);
  if (part >= starts.size()) return;
  out.wrapped = part + 1 < starts.size();
  const std::size_t end = out.wrapped ? starts[part + 1] : lines_[line].size();
  out.text = lines_[line].substr(starts[part], end - starts[part]);
  split(out);
}

void TextLines::visit(int from, int to, bool backward, const See& see, const Wants& wants) const {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t line = backward ? lines_.size() - 1 - i : i;
    if (rows_[line] < from || rows_[line] >= to || (wants && !wants(lines_[line]))) continue;
    if (!see({rows_[line], lines_[line]})) return;
  }
}

int TextLines::begin_of(int number) const {
  return lines_.empty() ? number : rows_[line_of(number)];
}

Lines::Spot TextLines::renew(Size size, Spot spot) {
  const std::size_t line = lines_.empty() ? 0 : line_of(spot.row);
  size_ = size;
  wrap();
  return {lines_.empty() ? 0 : std::min(rows_[line], last_row()), std::min<int>(spot.col, size.cols)};
}

}  // namespace sess::modes
