#include "render/frame.hpp"

#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::render {

Frame::Frame(Size size) : Frame(size, std::make_shared<Atlas>()) {}

Frame::Frame(Size size, std::shared_ptr<Atlas> atlas)
    : size_(clamp(size)), atlas_(std::move(atlas)), cells_(std::size_t{size_.rows} * size_.cols) {}

Frame Frame::successor(Size size) const {
  Frame next(size, atlas_->crowded() ? std::make_shared<Atlas>() : atlas_);
  next.title = title;
  return next;
}

bool Frame::keep(const Frame& other, Rect area) {
  if (other.size_ != size_ || !shares_atlas(other)) return false;
  const int left = std::clamp(area.col, 0, static_cast<int>(size_.cols));
  const int right = std::clamp(area.col + area.cols, left, static_cast<int>(size_.cols));
  const int bottom = std::min(area.row + area.rows, static_cast<int>(size_.rows));
  for (int r = std::max(area.row, 0); r < bottom; ++r) {
    const auto from = other.row(r);
    std::copy(from.begin() + left, from.begin() + right, row(r).begin() + left);
    mend(r, left, right);
  }
  return true;
}

void Frame::paste(const Frame& sheet, int top, int left, Rect area) {
  const int columns = std::min({area.cols, sheet.size_.cols - left, size_.cols - area.col});
  const int rows = std::min({area.rows, sheet.size_.rows - top, size_.rows - area.row});
  if (columns <= 0 || area.col < 0 || area.row < 0) return;
  for (int r = 0; r < rows; ++r) {
    const auto from =
        sheet.row(top + r).subspan(static_cast<std::size_t>(left), static_cast<std::size_t>(columns));
    std::copy(from.begin(), from.end(), row(area.row + r).begin() + area.col);
    mend(area.row + r, area.col, area.col + columns);
  }
}

void Frame::fill(Rect area, std::uint32_t style, char32_t character) {
  Cell cell;
  cell.glyph = static_cast<std::uint32_t>(character) & 0x1FFFFFU;
  cell.style = style;
  const int left = std::max(area.col, 0);
  const int right = std::min(area.col + area.cols, static_cast<int>(size_.cols));
  if (left >= right) return;
  const int bottom = std::min(area.row + area.rows, static_cast<int>(size_.rows));
  for (int r = std::max(area.row, 0); r < bottom; ++r) {
    const auto cells = row(r);
    std::fill(cells.begin() + left, cells.begin() + right, cell);
    mend(r, left, right);
  }
}

int Frame::put_text(int row_number, int col, int columns, std::string_view text, std::uint32_t style) {
  if (row_number < 0 || row_number >= size_.rows) return 0;
  const auto cells = row(row_number);
  const int limit = std::min(col + columns, static_cast<int>(size_.cols));
  int at = col;
  while (!text.empty()) {
    // One cluster: the base and what joins it.
    GraphemeBreaker breaker;
    std::size_t length = 0;
    bool control = false;
    while (length < text.size()) {
      const auto decoded = decode_utf8(text.substr(length));
      const bool ends = breaker.breaks_before(decoded.code_point);
      if (length > 0 && ends) break;
      if (length == 0)
        control = decoded.code_point < 32 || (decoded.code_point >= 127 && decoded.code_point < 160);
      length += decoded.length;
      if (control) break;
    }
    const std::string_view cluster = text.substr(0, length);
    text.remove_prefix(length);
    const int width = control ? 0 : cluster_width(cluster);
    if (width == 0) continue;
    if (at + width > limit) break;
    if (at >= 0) {
      Cell cell;
      cell.glyph = atlas_->glyph(is_utf8(cluster) ? cluster : std::string_view("\xEF\xBF\xBD"));
      cell.width = static_cast<std::uint32_t>(width) & 15U;
      cell.style = style;
      cells[static_cast<std::size_t>(at)] = cell;
      if (width == 2) {
        cell.glyph = 0;
        cell.width = 0;
        cells[static_cast<std::size_t>(at) + 1] = cell;
      }
    } else if (at + width > 0) {  // the right half of one that begins left of the frame
      cells[0] = Cell{};
      cells[0].style = style;
    }
    at += width;
  }
  mend(row_number, std::max(col, 0), std::max(at, 0));
  return at - col;
}

void Frame::mend(int row_number, int from, int to) {
  const auto cells = row(row_number);
  const auto blank = [&](int c) {
    Cell& cell = cells[static_cast<std::size_t>(c)];
    cell.glyph = U' ';
    cell.width = 1;
  };
  if (from > 0 && from < size_.cols) {
    // A wide character to the left that lost its right half, or a right half drawn without its left.
    if (cells[static_cast<std::size_t>(from)].width != 0 &&
        cells[static_cast<std::size_t>(from) - 1].width == 2) {
      blank(from - 1);
    }
  }
  if (from >= 0 && from < size_.cols && cells[static_cast<std::size_t>(from)].width == 0 &&
      (from == 0 || cells[static_cast<std::size_t>(from) - 1].width != 2)) {
    blank(from);
  }
  if (to > 0 && to <= size_.cols) {
    if (cells[static_cast<std::size_t>(to) - 1].width == 2 &&
        (to == size_.cols || cells[static_cast<std::size_t>(to)].width != 0)) {
      blank(to - 1);
    }
    if (to < size_.cols && cells[static_cast<std::size_t>(to)].width == 0 &&
        cells[static_cast<std::size_t>(to) - 1].width != 2) {
      blank(to);
    }
  }
}

std::string Frame::text(int row_number) const {
  std::string out;
  for (const Cell& cell : row(row_number)) atlas_->append_text(out, cell);
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace sess::render
