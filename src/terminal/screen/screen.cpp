#include "terminal/screen/screen.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/act/core.hpp"

namespace sess::terminal {

Size Screen::size() const {
  return core_.size_;
}

std::span<const Cell> Screen::row(int r) const {
  return core_.grid().cells(std::clamp(r, 0, core_.rows() - 1));
}

bool Screen::wrapped(int r) const {
  return core_.grid().row(std::clamp(r, 0, core_.rows() - 1)).wrapped;
}

bool Screen::continues_history() const {
  return core_.history_.has_open_line();
}

const Style& Screen::style(std::uint16_t id) const {
  return core_.styles_.get(id);
}

std::string_view Screen::link(std::uint16_t id) const {
  return core_.links_.uri(id);
}

std::string_view Screen::link_id(std::uint16_t id) const {
  return core_.links_.id(id);
}

void Screen::append_text(std::string& out, const Cell& cell) const {
  if (cell.glyph == 0) {
    if (cell.width != 0) out += ' ';
  } else if (cell.glyph < 0x80) {
    out += static_cast<char>(cell.glyph);
  } else if ((cell.glyph & kClusterBit) != 0) {
    out += core_.clusters_.get(cell.glyph & ~kClusterBit);
  } else {
    append_utf8(out, cell.glyph);
  }
}

std::span<const Cell> Screen::hidden_row(int r) const {
  r = std::clamp(r, 0, core_.rows() - 1);
  if (core_.modes_.alternate_screen) return core_.main_->cells(r);
  if (core_.alternate_) return core_.alternate_->cells(r);
  return Grid::blank_cells(core_.cols());
}

bool Screen::hidden_wrapped(int r) const {
  r = std::clamp(r, 0, core_.rows() - 1);
  if (core_.modes_.alternate_screen) return core_.main_->row(r).wrapped;
  return core_.alternate_ && core_.alternate_->row(r).wrapped;
}

Cursor Screen::cursor() const {
  const Modes& modes = core_.modes_;
  Cursor cursor;
  cursor.row = core_.at_.row;
  cursor.col = core_.at_.col;
  cursor.pending_wrap = core_.at_.pending;
  cursor.visible = modes.cursor_visible;
  cursor.shape = modes.cursor_shape;
  cursor.blink = modes.cursor_shape_blinks || modes.cursor_blink;
  return cursor;
}

const Modes& Screen::modes() const {
  return core_.modes_;
}
const Style& Screen::pen() const {
  return core_.pen_;
}
int Screen::top_margin() const {
  return core_.top_;
}
int Screen::bottom_margin() const {
  return core_.bottom_;
}
int Screen::left_margin() const {
  return core_.left_;
}
int Screen::right_margin() const {
  return core_.right_;
}

bool Screen::tab_stop(int col) const {
  return col >= 0 && col < core_.cols() && core_.tabs_.test(static_cast<std::size_t>(col));
}

const Charsets& Screen::charsets() const {
  return core_.charsets_;
}

const SavedCursor& Screen::saved_cursor(bool alternate) const {
  return alternate ? core_.saved_alternate_ : core_.saved_main_;
}

std::string_view Screen::title() const {
  return core_.titles_.title;
}
std::string_view Screen::icon_title() const {
  return core_.titles_.icon;
}
std::string_view Screen::working_directory() const {
  return core_.directory_;
}
std::string_view Screen::working_directory_url() const {
  return core_.directory_url_;
}
const History& Screen::history() const {
  return core_.history_;
}
std::uint64_t Screen::generation() const {
  return core_.generation_;
}

std::uint64_t Screen::row_generation(int r) const {
  const Row& row = core_.grid().row(std::clamp(r, 0, core_.rows() - 1));
  return std::max(row.generation, core_.scrolled_generation_);
}

std::optional<Color> Screen::default_foreground() const {
  return core_.dynamic_[0];
}
std::optional<Color> Screen::default_background() const {
  return core_.dynamic_[1];
}
std::optional<Color> Screen::cursor_color() const {
  return core_.dynamic_[2];
}

std::optional<Color> Screen::palette(std::uint8_t index) const {
  const auto found = core_.palette_.find(index);
  if (found != core_.palette_.end()) return found->second;
  const auto chosen = core_.settings_.palette.find(index);
  return chosen == core_.settings_.palette.end() ? std::nullopt : std::optional(chosen->second);
}

bool Screen::palette_changed() const {
  return !core_.palette_.empty() || !core_.settings_.palette.empty();
}

}  // namespace sess::terminal
