// Frame is what a client's terminal shows: cells, cursor, title. It is drawn anew for each update out of
// panes, borders and status lines, and diff() turns the step from one frame to the next into bytes.
//
//   Frame next = shown.successor(size);
//   draw_pane(next, ...); draw_borders(next, ...); draw_format(next, ...);
//   send(diff(&shown, next, features)); shown = std::move(next);
//
// Drawing clips to the frame: any rectangle is allowed. It knows nothing of clients or bytes.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "render/atlas.hpp"
#include "render/rect.hpp"
#include "terminal/screen/modes.hpp"

namespace sess::render {

struct FrameCursor {
  int row = 0;
  int col = 0;
  bool visible = false;
  terminal::CursorShape shape = {};
  bool blink = false;
  terminal::Color colour = {};  ///< rgb; none: the terminal's own
  bool operator==(const FrameCursor&) const = default;
};

class Frame {
 public:
  /// Blank, with an atlas of its own.
  explicit Frame(Size size);
  /// Blank, sharing the atlas (unless that is crowded), cursor hidden, the same title.
  [[nodiscard]] Frame successor(Size size) const;
  /// Blank, sharing the atlas: to draw something of which paste() then takes a part.
  [[nodiscard]] Frame sheet(Size size) const { return Frame(size, atlas_); }

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] std::span<const Cell> row(int r) const {
    return {cells_.data() + static_cast<std::size_t>(r) * size_.cols, size_.cols};
  }
  /// To write cells in bulk; the writer keeps wide characters whole, or calls mend().
  [[nodiscard]] std::span<Cell> row(int r) {
    return {cells_.data() + static_cast<std::size_t>(r) * size_.cols, size_.cols};
  }
  [[nodiscard]] Atlas& atlas() { return *atlas_; }
  [[nodiscard]] const Atlas& atlas() const { return *atlas_; }
  [[nodiscard]] bool shares_atlas(const Frame& other) const { return atlas_ == other.atlas_; }

  /// Takes over what another frame shows in `area`. False, and nothing changes, when that frame has another
  /// size or another atlas.
  bool keep(const Frame& other, Rect area);
  /// Fills `area` with what a sheet of this frame has from (top, left) on.
  void paste(const Frame& sheet, int top, int left, Rect area);
  /// Fills with one narrow character.
  void fill(Rect area, std::uint32_t style, char32_t character = U' ');
  /// Writes text without control characters (they are skipped) into at most `columns`; a wide character that
  /// does not fit whole is left out. Returns the columns written.
  int put_text(int row, int col, int columns, std::string_view text, std::uint32_t style);
  /// Changes the style of cells, keeping their text: selections, the marked pane.
  template <class Change>
  void restyle(Rect area, Change change);
  /// Blanks halves of wide characters that were cut at columns `from` and `to` of a row by what was drawn
  /// between.
  void mend(int row, int from, int to);

  /// Row as text without trailing blanks.
  [[nodiscard]] std::string text(int row) const;

  FrameCursor cursor;
  std::string title;

 private:
  Frame(Size size, std::shared_ptr<Atlas> atlas);
  Size size_;
  std::shared_ptr<Atlas> atlas_;
  std::vector<Cell> cells_;
};

/// `change` gets a terminal::Style and gives the new one; it is called once per distinct style.
template <class Change>
void Frame::restyle(Rect area, Change change) {
  const int bottom = std::min(area.row + area.rows, static_cast<int>(size_.rows));
  const int right = std::min(area.col + area.cols, static_cast<int>(size_.cols));
  std::uint32_t last = 0;
  std::uint32_t mapped = 0;
  bool known = false;
  for (int r = std::max(area.row, 0); r < bottom; ++r) {
    for (int c = std::max(area.col, 0); c < right; ++c) {
      Cell& cell = row(r)[static_cast<std::size_t>(c)];
      if (!known || cell.style != last) {
        last = cell.style;
        mapped = atlas_->style(change(atlas_->style(last)), std::string(atlas_->link(last)));
        known = true;
      }
      cell.style = mapped;
    }
  }
}

}  // namespace sess::render
