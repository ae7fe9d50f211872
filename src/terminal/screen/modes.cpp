#include "terminal/screen/modes.hpp"

#include <algorithm>

#include "terminal/screen/mode_rows.hpp"

namespace sess::terminal {
namespace {

void private_mode(std::string& out, int mode, bool on) {
  out += "\x1b[?";
  out += std::to_string(mode);
  out += on ? 'h' : 'l';
}

int mouse_mode(MouseTracking mouse) {
  switch (mouse) {
    case MouseTracking::none:
      break;
    case MouseTracking::x10:
      return 9;
    case MouseTracking::normal:
      return 1000;
    case MouseTracking::button:
      return 1002;
    case MouseTracking::any:
      return 1003;
  }
  return 0;
}

int encoding_mode(MouseEncoding encoding) {
  switch (encoding) {
    case MouseEncoding::legacy:
      break;
    case MouseEncoding::utf8:
      return 1005;
    case MouseEncoding::sgr:
      return 1006;
    case MouseEncoding::urxvt:
      return 1015;
    case MouseEncoding::sgr_pixels:
      return 1016;
  }
  return 0;
}

void cursor_shape(std::string& out, const Modes& modes) {
  int n = 0;
  if (modes.cursor_shape != CursorShape::default_) {
    n = static_cast<int>(modes.cursor_shape) * 2 - (modes.cursor_shape_blinks ? 1 : 0);
  } else if (modes.cursor_shape_blinks) {
    n = 1;
  }
  out += "\x1b[" + std::to_string(n) + " q";
}

}  // namespace

void append_kitty_push(std::string& out, const KittyStack& stack) {
  for (std::size_t i = 0; i < stack.size; ++i) out += "\x1b[>" + std::to_string(stack.flags[i]) + 'u';
}

void append_kitty_pop(std::string& out, const KittyStack& stack) {
  if (stack.size != 0) out += "\x1b[<" + std::to_string(stack.size) + 'u';
}

std::string change_modes(const Modes& from, const Modes& to) {
  std::string out;
  for (const ModeRow& row : kModeRows) {
    if (row.told && from.*row.field != to.*row.field) private_mode(out, row.number, to.*row.field);
  }
  if (from.insert != to.insert) out += to.insert ? "\x1b[4h" : "\x1b[4l";
  if (from.newline != to.newline) out += to.newline ? "\x1b[20h" : "\x1b[20l";
  if (from.application_keypad != to.application_keypad) out += to.application_keypad ? "\x1b=" : "\x1b>";
  if (from.mouse != to.mouse) {
    if (from.mouse != MouseTracking::none) private_mode(out, mouse_mode(from.mouse), false);
    if (to.mouse != MouseTracking::none) private_mode(out, mouse_mode(to.mouse), true);
  }
  if (from.mouse_encoding != to.mouse_encoding) {
    if (from.mouse_encoding != MouseEncoding::legacy)
      private_mode(out, encoding_mode(from.mouse_encoding), false);
    if (to.mouse_encoding != MouseEncoding::legacy) private_mode(out, encoding_mode(to.mouse_encoding), true);
  }
  if (from.cursor_shape != to.cursor_shape || from.cursor_shape_blinks != to.cursor_shape_blinks) {
    cursor_shape(out, to);
  }
  if (from.modify_other_keys != to.modify_other_keys) {
    out += to.modify_other_keys == 0 ? "\x1b[>4m" : "\x1b[>4;" + std::to_string(to.modify_other_keys) + 'm';
  }
  const KittyStack& before = from.alternate_screen ? from.kitty_alternate : from.kitty_main;
  const KittyStack& after = to.alternate_screen ? to.kitty_alternate : to.kitty_main;
  if (!(before == after)) {
    append_kitty_pop(out, before);
    append_kitty_push(out, after);
  }
  for (const std::uint16_t mode : from.others) {
    if (std::find(to.others.begin(), to.others.end(), mode) == to.others.end())
      private_mode(out, mode, false);
  }
  for (const std::uint16_t mode : to.others) {
    if (std::find(from.others.begin(), from.others.end(), mode) == from.others.end())
      private_mode(out, mode, true);
  }
  return out;
}

std::string undo_modes(const Modes& modes) {
  std::string out = "\x1b[?2026l";
  Modes plain;
  plain.alternate_screen = modes.alternate_screen;
  // The shown screen's kitty flags are popped here when it is the alternate one, the main one's below.
  plain.kitty_main = modes.kitty_main;
  out += change_modes(modes, plain);
  if (modes.alternate_screen) {
    out += "\x1b[?1049l";
  } else if (modes.kitty_alternate.size != 0) {
    out += "\x1b[?47h";
    append_kitty_pop(out, modes.kitty_alternate);
    out += "\x1b[?47l";
  }
  append_kitty_pop(out, modes.kitty_main);
  // Also what the ledger says is off: the terminal may have been cut off in the middle of a change.
  out += "\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l";
  out += "\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?1l\x1b>\x1b[4l\x1b[20l\x1b[?7h\x1b[?25h";
  // The margins home the cursor: it is kept over that.
  out +=
      "\x1b[m\x1b(B\x0f\x1b"
      "7\x1b[r\x1b"
      "8";
  return out;
}

}  // namespace sess::terminal
