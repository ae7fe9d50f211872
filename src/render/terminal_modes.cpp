// Entering, changing and leaving the modes of a composed client's terminal.
#include "render/diff.hpp"

namespace sess::render {
namespace {

void mouse_on(std::string& out, TerminalModes::Mouse mouse) {
  if (mouse == TerminalModes::Mouse::off) return;
  out += "\033[?1000h\033[?1002h";
  if (mouse == TerminalModes::Mouse::all) out += "\033[?1003h";
  out += "\033[?1006h";
}

void mouse_off(std::string& out) {
  out += "\033[?1006l\033[?1003l\033[?1002l\033[?1000l";
}

void keys_on(std::string& out, const TerminalFeatures& features) {
  if (features.kitty_keyboard) {
    out += "\033[>1u";
  } else if (features.extended_keys) {
    out += "\033[>4;2m";
  }
}

void keys_off(std::string& out, const TerminalFeatures& features) {
  if (features.kitty_keyboard) {
    out += "\033[<u";
  } else if (features.extended_keys) {
    out += "\033[>4m";
  }
}

}  // namespace

std::string enter_terminal(const TerminalModes& modes, const TerminalFeatures& features) {
  std::string out;
  if (features.title) out += "\033[22;0t";
  // Margins, origin, insert and autowrap as diff() expects them; normal cursor keys and keypad.
  out += "\033[?1049h\033[m\033[r\033[?6l\033[4l\033[?7h\033[?1l\033>\033[H\033[2J";
  // A change of its theme is told (client-dark-theme, client-light-theme).
  out += "\033[?2031h";
  return out + change_modes({TerminalModes::Mouse::off, false, false, false}, modes, features);
}

std::string change_modes(const TerminalModes& from, const TerminalModes& to,
                         const TerminalFeatures& features) {
  std::string out;
  if (from.mouse != to.mouse && features.mouse) {
    if (from.mouse != TerminalModes::Mouse::off) mouse_off(out);
    mouse_on(out, to.mouse);
  }
  if (from.focus != to.focus && features.focus) out += to.focus ? "\033[?1004h" : "\033[?1004l";
  if (from.bracketed_paste != to.bracketed_paste && features.bracketed_paste) {
    out += to.bracketed_paste ? "\033[?2004h" : "\033[?2004l";
  }
  if (from.extended_keys != to.extended_keys) {
    if (to.extended_keys) {
      keys_on(out, features);
    } else {
      keys_off(out, features);
    }
  }
  return out;
}

std::string leave_terminal(const TerminalModes& modes, const TerminalFeatures& features) {
  std::string out;
  if (features.sync) out += "\033[?2026l";
  out += change_modes(modes, {TerminalModes::Mouse::off, false, false, false}, features);
  out += "\033[?2031l";
  if (features.hyperlinks) out += "\033]8;;\033\\";
  out += "\033[m\033[r\033[H\033[2J";
  if (features.cursor_style) out += "\033[0 q";
  if (features.cursor_colour) out += "\033]112\033\\";
  out += "\033[?1049l\033[?25h";
  if (features.title) out += "\033[23;0t";
  return out;
}

}  // namespace sess::render
