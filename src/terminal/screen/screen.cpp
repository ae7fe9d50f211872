#include "terminal/screen/screen.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/act/core.hpp"

namespace sess::terminal {

Size Screen::size() const {
  return core_.screens_.size();
}

std::span<const Cell> Screen::row(int r) const {
  return core_.screens_.grid().cells(std::clamp(r, 0, core_.screens_.rows() - 1));
}

bool Screen::wrapped(int r) const {
  return core_.screens_.grid().row(std::clamp(r, 0, core_.screens_.rows() - 1)).wrapped;
}

const Style& Screen::style(std::uint16_t id) const {
  return core_.pools_.style(id);
}

std::string_view Screen::link(std::uint16_t id) const {
  return core_.pools_.links().uri(id);
}

std::string_view Screen::link_id(std::uint16_t id) const {
  return core_.pools_.links().id(id);
}

void Screen::append_text(std::string& out, const Cell& cell) const {
  if (cell.glyph == 0) {
    if (cell.width != 0) out += ' ';
  } else if (cell.glyph < 0x80) {
    out += static_cast<char>(cell.glyph);
  } else if ((cell.glyph & kClusterBit) != 0) {
    out += core_.pools_.cluster(cell.glyph);
  } else {
    append_utf8(out, cell.glyph);
  }
}

std::span<const Cell> Screen::hidden_row(int r) const {
  r = std::clamp(r, 0, core_.screens_.rows() - 1);
  if (core_.modes().alternate_screen) return core_.screens_.main().cells(r);
  if (core_.screens_.alternate() != nullptr) return core_.screens_.alternate()->cells(r);
  return Grid::blank_cells(core_.screens_.cols());
}

std::uint8_t Screen::marks(int r) const {
  return core_.screens_.grid().row(std::clamp(r, 0, core_.screens_.rows() - 1)).marks;
}
bool Screen::hidden_wrapped(int r) const {
  r = std::clamp(r, 0, core_.screens_.rows() - 1);
  if (core_.modes().alternate_screen) return core_.screens_.main().row(r).wrapped;
  return core_.screens_.alternate() != nullptr && core_.screens_.alternate()->row(r).wrapped;
}

Cursor Screen::cursor() const {
  const Modes& modes = core_.modes();
  Cursor cursor;
  cursor.row = core_.position_.at().row;
  cursor.col = core_.position_.at().col;
  cursor.pending_wrap = core_.position_.at().pending;
  cursor.visible = modes.cursor_visible;
  cursor.shape = modes.cursor_shape;
  cursor.blink = modes.cursor_shape_blinks || modes.cursor_blink;
  return cursor;
}

const Modes& Screen::modes() const {
  return core_.modes();
}
const Style& Screen::pen() const {
  return core_.pen_.style();
}
int Screen::top_margin() const {
  return core_.position_.margins().top;
}
int Screen::bottom_margin() const {
  return core_.position_.margins().bottom;
}
int Screen::left_margin() const {
  return core_.position_.margins().left;
}
int Screen::right_margin() const {
  return core_.position_.margins().right;
}

bool Screen::tab_stop(int col) const {
  return col >= 0 && col < core_.screens_.cols() && core_.position_.tabs().at(col);
}

const Charsets& Screen::charsets() const {
  return core_.printing_.charsets();
}

const SavedCursor& Screen::saved_cursor(bool alternate) const {
  return core_.position_.saved(alternate);
}

std::string_view Screen::title() const {
  return core_.names_.title();
}
std::string_view Screen::icon_title() const {
  return core_.names_.icon();
}
std::string_view Screen::working_directory() const {
  return core_.names_.directory();
}
const History& Screen::history() const {
  return core_.page_.history();
}

std::optional<Color> Screen::default_foreground() const {
  return core_.colors_.dynamic(Colors::Dynamic::foreground);
}
std::optional<Color> Screen::default_background() const {
  return core_.colors_.dynamic(Colors::Dynamic::background);
}
std::optional<Color> Screen::cursor_color() const {
  return core_.colors_.dynamic(Colors::Dynamic::cursor);
}

std::optional<Color> Screen::palette(std::uint8_t index) const {
  return core_.colors_.chosen(index, core_.settings_);
}

bool Screen::palette_changed() const {
  return !core_.colors_.palette().empty() || !core_.settings_.palette.empty();
}

}  // namespace sess::terminal
