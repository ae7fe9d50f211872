#include "dispatch/mouse_text.hpp"

#include <vector>

namespace sess::dispatch {
namespace {

using Cells = std::vector<std::string>;  ///< a text a column; nothing for the right half of a wide character

bool separates(const std::string& text, std::string_view separators) {
  return text == " " || (!text.empty() && separators.find(text) != std::string_view::npos);
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string word_at(const Cells& cells, std::size_t at, std::string_view separators) {
  std::size_t begin = at;
  if (begin < cells.size() && separates(cells[begin], separators)) {
    ++begin;
  } else {
    while (begin > 0 && begin <= cells.size() && !separates(cells[begin - 1], separators)) --begin;
  }
  std::string word;
  for (; begin < cells.size() && !separates(cells[begin], separators); ++begin) word += cells[begin];
  return word;
}

}  // namespace

MouseText text_under(const terminal::Screen& screen, int row, int col, std::string_view separators) {
  const Size size = screen.size();
  if (row < 0 || row >= size.rows || col < 0 || col >= size.cols) return {};
  int first = row;
  while (first > 0 && screen.wrapped(first - 1)) --first;
  int last = row;
  while (last + 1 < size.rows && screen.wrapped(last)) ++last;
  Cells cells;
  MouseText out;
  for (int r = first; r <= last; ++r) {
    for (const auto& cell : screen.row(r)) {
      std::string text;
      screen.append_text(text, cell);
      if (r == row) out.line += text;
      cells.push_back(std::move(text));
    }
  }
  out.line = trimmed(std::move(out.line));
  const auto& under = screen.row(row)[static_cast<std::size_t>(col)];
  out.hyperlink = screen.link(screen.style(under.style).link);
  out.word = word_at(cells, static_cast<std::size_t>(row - first) * size.cols + static_cast<std::size_t>(col),
                     separators);
  return out;
}

MouseText text_under(const render::Frame& frame, int row, int col, std::string_view separators) {
  const Size size = frame.size();
  if (row < 0 || row >= size.rows || col < 0 || col >= size.cols) return {};
  Cells cells;
  for (const auto& cell : frame.row(row)) frame.atlas().append_text(cells.emplace_back(), cell);
  return {word_at(cells, static_cast<std::size_t>(col), separators), frame.text(row)};
}

}  // namespace sess::dispatch
