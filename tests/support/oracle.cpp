#include "support/oracle.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "support/vterm_compat.hpp"

namespace sess::test {

namespace {

/// libvterm marks the right half of a wide character with this in chars[0].
constexpr std::uint32_t kRightHalf = 0xFFFFFFFFU;

void append_cell(std::string& out, const VTermScreenCell& cell) {
  if (cell.chars[0] == kRightHalf) return;
  if (cell.chars[0] == 0) {
    out += ' ';
    return;
  }
  for (const std::uint32_t c : cell.chars) {
    if (c == 0) break;
    append_utf8(out, c);
  }
}

std::string trimmed(std::string text) {
  const auto last = text.find_last_not_of(' ');
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

OracleColor to_color(const VTermColor& color) {
  if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color)) return {};
  if (VTERM_COLOR_IS_INDEXED(&color)) return {OracleColor::Kind::indexed, {color.indexed.idx, 0, 0}};
  return {OracleColor::Kind::rgb, {color.rgb.red, color.rgb.green, color.rgb.blue}};
}

}  // namespace

/// libvterm's callbacks: C functions that find their Oracle in the user pointer.
struct Oracle::Hooks {
  static Oracle& of(void* user) { return *static_cast<Oracle*>(user); }

  static void on_output(const char* bytes, std::size_t length, void* user) {
    of(user).replies_.append(bytes, length);
  }
  static int on_bell(void* user) {
    ++of(user).bells_;
    return 1;
  }
  static int on_push_line(int cols, const VTermScreenCell* cells, void* user) {
    std::string line;
    for (int c = 0; c < cols; ++c) {
      append_cell(line, cells[c]);
      if (cells[c].width == 2) ++c;
    }
    of(user).scrollback_.push_back(trimmed(std::move(line)));
    return 1;
  }
  static int on_property(VTermProp property, VTermValue* value, void* user) {
    Oracle& self = of(user);
    switch (property) {
      case VTERM_PROP_CURSORVISIBLE:
        self.cursor_visible_ = value->boolean != 0;
        break;
      case VTERM_PROP_CURSORBLINK:
        self.cursor_blinks_ = value->boolean != 0;
        break;
      case VTERM_PROP_ALTSCREEN:
        self.alternate_ = value->boolean != 0;
        break;
      case VTERM_PROP_REVERSE:
        self.reverse_ = value->boolean != 0;
        break;
      case VTERM_PROP_TITLE:
        collect_string(self.title_, *value);
        break;
      case VTERM_PROP_ICONNAME:
        collect_string(self.icon_title_, *value);
        break;
      case VTERM_PROP_MOUSE:
        self.mouse_ = static_cast<OracleMouse>(value->number);
        break;
      case VTERM_PROP_CURSORSHAPE:
        self.cursor_shape_ = static_cast<OracleCursorShape>(value->number - VTERM_PROP_CURSORSHAPE_BLOCK);
        break;
      default:
        break;
    }
    return 1;
  }

  static const VTermScreenCallbacks& table() {
    static const VTermScreenCallbacks callbacks = [] {
      VTermScreenCallbacks c{};
      c.settermprop = on_property;
      c.bell = on_bell;
      c.sb_pushline = on_push_line;
      return c;
    }();
    return callbacks;
  }
};

Oracle::Oracle(Size size) : size_(size), vt_(vterm_new(size.rows, size.cols)) {
  vterm_set_utf8(vt_, 1);
  vterm_output_set_callback(vt_, Hooks::on_output, this);
  state_ = vterm_obtain_state(vt_);
  screen_ = vterm_obtain_screen(vt_);
  vterm_screen_set_callbacks(screen_, &Hooks::table(), this);
  vterm_screen_enable_altscreen(screen_, 1);
  disable_reflow(screen_);
  vterm_screen_reset(screen_, 1);
}

Oracle::~Oracle() {
  vterm_free(vt_);
}

void Oracle::feed(std::string_view bytes) {
  const std::string safe = filter_.pass(bytes);
  vterm_input_write(vt_, safe.data(), safe.size());
  vterm_screen_flush_damage(screen_);
}

void Oracle::resize(Size size) {
  if (size == size_) return;
  if (filter_.margins_set()) {
    // As xterm does; libvterm keeps margins that lie outside the new screen. DECSTBM homes the cursor.
    const std::string home = "\x1b[?6l\x1b[?69l\x1b[r\x1b[" + std::to_string(cursor_row() + 1) + ";" +
                             std::to_string(cursor_col() + 1) + "H";
    vterm_input_write(vt_, home.data(), home.size());
    filter_.margins_reset();
  }
  size_ = size;
  vterm_set_size(vt_, size.rows, size.cols);
  vterm_screen_flush_damage(screen_);
}

std::string Oracle::row(int r) const {
  std::string text;
  for (int c = 0; c < size_.cols; ++c) {
    VTermScreenCell cell{};
    vterm_screen_get_cell(screen_, VTermPos{r, c}, &cell);
    append_cell(text, cell);
    if (cell.width == 2) ++c;
  }
  return trimmed(std::move(text));
}

std::string Oracle::screen() const {
  std::string text;
  std::size_t used = 0;
  for (int r = 0; r < size_.rows; ++r) {
    const std::string line = row(r);
    text += line;
    text += '\n';
    if (!line.empty()) used = text.size();
  }
  text.resize(used);
  return text;
}

OracleCell Oracle::cell(int r, int c) const {
  VTermScreenCell raw{};
  vterm_screen_get_cell(screen_, VTermPos{r, c}, &raw);
  OracleCell cell;
  const bool right_half = raw.chars[0] == kRightHalf;
  if (!right_half && raw.chars[0] != 0) append_cell(cell.text, raw);
  cell.width = right_half ? 0 : raw.width;
  cell.fg = to_color(raw.fg);
  cell.bg = to_color(raw.bg);
  cell.bold = raw.attrs.bold != 0;
  cell.italic = raw.attrs.italic != 0;
  cell.reverse = raw.attrs.reverse != 0;
  cell.strike = raw.attrs.strike != 0;
  cell.blink = raw.attrs.blink != 0;
  cell.underline = static_cast<int>(raw.attrs.underline);
  return cell;
}

int Oracle::cursor_row() const {
  VTermPos at{};
  vterm_state_get_cursorpos(state_, &at);
  return at.row;
}

int Oracle::cursor_col() const {
  VTermPos at{};
  vterm_state_get_cursorpos(state_, &at);
  return at.col;
}

std::string Oracle::take_replies() {
  return std::exchange(replies_, {});
}

}  // namespace sess::test
