// Answers to queries. Nothing in them is text that the program chose: an answer is typed into its input.
#include <algorithm>

#include "terminal/act/core.hpp"

namespace sess::terminal {
namespace {

std::string number(int n) {
  return std::to_string(n);
}

}  // namespace

/// DA1: a VT220 with ANSI colour (22) and clipboard (52), with sixel (4) when the terminal has it. DA2: a
/// VT420 at xterm's level 354, so that programs that judge by it use SGR mouse reports. DA3: no unit number.
void Core::device_attributes(const Csi& token) {
  if (token.get(0, 0) != 0) return;
  if (token.marker == 0) reply(identity_.sixel ? "\x1b[?62;4;22;52c" : "\x1b[?62;22;52c");
  if (token.marker == '>') reply("\x1b[>41;354;0c");
  if (token.marker == '=') reply("\x1bP!|00000000\x1b\\");
}

void Core::device_status(const Csi& token) {
  const int what = token.get(0, 0);
  const bool is_private = token.marker == '?';
  if (what == 5 && !is_private) reply("\x1b[0n");
  if (what == 6) {
    const int row = at_.row + 1 - (modes_.origin ? top_ : 0);
    const int col = at_.col + 1 - (modes_.origin ? left_ : 0);
    std::string out = is_private ? "\x1b[?" : "\x1b[";
    out += number(row) + ';' + number(col) + (is_private ? ";1R" : "R");
    reply(out);
  }
  if (!is_private) return;
  switch (what) {
    case 15:
      reply("\x1b[?13n");
      break;  // no printer
    case 25:
      reply("\x1b[?21n");
      break;  // user-defined keys locked
    case 26:
      reply("\x1b[?27;1;0;0n");
      break;  // North American keyboard
    case 53:
    case 55:
      reply("\x1b[?50n");
      break;  // no locator
    case 996:
      report_theme();
      break;
    default:
      break;
  }
}

/// Dark or light as the terminal says, otherwise as its background looks.
Identity::Theme Core::theme() const {
  if (identity_.theme != Identity::Theme::unknown) return identity_.theme;
  if (!identity_.bg || identity_.bg->kind != Color::Kind::rgb) return Identity::Theme::unknown;
  const Color& c = *identity_.bg;
  const int luma = (299 * c.r + 587 * c.g + 114 * c.b) / 1000;
  return luma < 128 ? Identity::Theme::dark : Identity::Theme::light;
}

void Core::report_theme() {
  if (theme() == Identity::Theme::dark) reply("\x1b[?997;1n");
  if (theme() == Identity::Theme::light) reply("\x1b[?997;2n");
}

/// DECRQM.
void Core::report_mode(const Csi& token) {
  const int mode = token.get(0, 0);
  if (token.marker == '?') {
    reply("\x1b[?" + number(mode) + ';' + number(private_mode(mode)) + "$y");
  } else if (token.marker == 0) {
    reply("\x1b[" + number(mode) + ';' + number(ansi_mode(mode)) + "$y");
  }
}

/// XTWINOPS reports. Nothing is ever moved or resized, and titles are reported empty.
void Core::report_window(const Csi& token) {
  const auto sizes = [&](int kind, int a, int b) {
    reply("\x1b[" + number(kind) + ';' + number(a) + ';' + number(b) + 't');
  };
  const int width = identity_.pixel_width;
  const int height = identity_.pixel_height;
  const bool pixels = width != 0 && height != 0;
  switch (token.get(0, 0)) {
    case 11:
      reply("\x1b[1t");
      break;
    case 13:
      sizes(3, 0, 0);
      break;
    case 14:
      if (pixels) sizes(4, height, width);
      break;
    case 15:
      if (pixels) sizes(5, height, width);
      break;
    case 16:
      if (pixels) sizes(6, std::max(1, height / rows()), std::max(1, width / cols()));
      break;
    case 18:
      sizes(8, rows(), cols());
      break;
    case 19:
      sizes(9, rows(), cols());
      break;
    case 20:
      reply("\x1b]L\x1b\\");
      break;
    case 21:
      reply("\x1b]l\x1b\\");
      break;
    default:
      break;
  }
}

/// DECREQTPARM.
void Core::report_parameters(const Csi& token) {
  const int kind = token.get(0, 0);
  if (kind == 0) reply("\x1b[2;1;1;128;128;1;0x");
  if (kind == 1) reply("\x1b[3;1;1;128;128;1;0x");
}

}  // namespace sess::terminal
