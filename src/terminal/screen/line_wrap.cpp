#include "terminal/screen/line_wrap.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "terminal/screen/code_points.hpp"
#include "terminal/decode/text_scan.hpp"

namespace sess::terminal {
namespace {

bool is_ascii(std::string_view text) {
  const char* end = text.data() + text.size();
  return find_high(text.data(), end) == end;
}

template <class Visit>
void each_row(std::string_view text, int cols, Visit visit) {
  visit(std::size_t{0});
  int col = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Cluster cluster = next_cluster(text, at);
    const int columns = std::min(cluster.columns, cols);
    if (col + columns > cols) {
      visit(at);
      col = 0;
    }
    col += columns;
    at += cluster.length;
  }
}

}  // namespace

Cluster next_cluster(std::string_view text, std::size_t begin) {
  const auto first = decode_utf8(text.substr(begin));
  std::size_t at = begin + first.length;
  const std::uint8_t bits = code_point_class(first.code_point);
  // Most text: the next code point begins a cluster whatever this one is.
  const auto ends = [&](char32_t next) {
    return (code_point_class(next) & kClassSimple) != 0 && (bits & kClassGlues) == 0;
  };
  if (at >= text.size()) return {begin, first.length, std::max(1, bits & kClassWidth)};
  auto next = decode_utf8(text.substr(at));
  if (ends(next.code_point)) return {begin, first.length, std::max(1, bits & kClassWidth)};
  GraphemeBreaker breaker;
  static_cast<void>(breaker.breaks_before(first.code_point));
  while (at < text.size()) {
    next = decode_utf8(text.substr(at));
    const bool breaks = breaker.breaks_before(next.code_point);
    if (breaks && (code_point_class(next.code_point) & kClassWidth) != 0) break;
    at += next.length;
  }
  return {begin, at - begin, std::clamp(cluster_width(text.substr(begin, at - begin)), 1, 2)};
}

std::vector<std::size_t> wrap_line(std::string_view text, int cols) {
  std::vector<std::size_t> rows;
  if (is_ascii(text)) {
    const auto width = static_cast<std::size_t>(cols);
    rows.push_back(0);
    for (std::size_t at = width; at < text.size(); at += width) rows.push_back(at);
    return rows;
  }
  each_row(text, cols, [&](std::size_t at) { rows.push_back(at); });
  return rows;
}

std::size_t wrapped_rows(std::string_view text, int cols) {
  if (text.size() <= static_cast<std::size_t>(cols)) return 1;  // no character has more columns than bytes
  if (is_ascii(text)) {
    const auto width = static_cast<std::size_t>(cols);
    return std::max<std::size_t>(1, (text.size() + width - 1) / width);
  }
  std::size_t rows = 0;
  each_row(text, cols, [&](std::size_t) { ++rows; });
  return rows;
}

}  // namespace sess::terminal
