// Answers to queries. Nothing in them is text that the program chose: an answer is typed into its input.
#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
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
    std::string out = is_private ? "\x1b[?" : "\x1b[";
    out += number(position_.origin_row() + 1) + ';' + number(position_.origin_col() + 1) +
           (is_private ? ";1R" : "R");
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

/// DECRQM. What an attached terminal lacks is no mode: a program that uses it all the same is drawn for.
void Core::report_mode(const Csi& token) {
  const int mode = token.get(0, 0);
  if (token.marker == '?') {
    const bool lacks = (identity_.lacks & ability_of_mode(mode)) != 0;
    reply("\x1b[?" + number(mode) + ';' +
          number(lacks ? 0 : static_cast<int>(mode_set_.private_state(mode))) + "$y");
  } else if (token.marker == 0) {
    const bool lacks = mode == 20 && (identity_.lacks & ability::newline) != 0;
    reply("\x1b[" + number(mode) + ';' + number(lacks ? 0 : static_cast<int>(mode_set_.ansi(mode))) + "$y");
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
      if (pixels) sizes(6, std::max(1, height / screens_.rows()), std::max(1, width / screens_.cols()));
      break;
    case 18:
      sizes(8, screens_.rows(), screens_.cols());
      break;
    case 19:
      sizes(9, screens_.rows(), screens_.cols());
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

/// DECRQCRA: what stands in a rectangle, as a sum (as xterm and the VT520 reckon it: characters and
/// renditions, blanks left out but for the first, negated). A program that may ask reads the screen, so the
/// user has to allow it.
void Core::report_checksum(const Csi& token) {
  if (!settings_.rectangle_checksums) return;
  const int first_row = modes().origin ? position_.margins().top : 0;
  const int last_row = modes().origin ? position_.margins().bottom : screens_.rows() - 1;
  const int first_col = modes().origin ? position_.margins().left : 0;
  const int last_col = modes().origin ? position_.margins().right : screens_.cols() - 1;
  const int bottom = std::min(first_row + token.positive(4, screens_.rows()) - 1, last_row);
  const int right = std::min(first_col + token.positive(5, screens_.cols()) - 1, last_col);
  constexpr std::array<std::pair<unsigned, unsigned>, 5> kWeights{
      {{protected_, 0x04U}, {conceal, 0x08U}, {inverse, 0x20U}, {blink, 0x40U}, {bold, 0x80U}}};
  std::uint32_t sum = 0;
  bool first = true;
  std::string scratch;
  for (int r = first_row + token.positive(2, 1) - 1; r <= bottom; ++r) {
    const auto cells = screens_.grid().cells(r);
    for (int c = first_col + token.positive(3, 1) - 1; c <= right; ++c) {
      const Cell& cell = cells[static_cast<std::size_t>(c)];
      if (cell.glyph == 0) continue;  // never written, or the right half of a wide one
      const Style& style = pools_.style(cell.style);
      std::uint32_t value = 0;
      for (std::string_view rest = pools_.text(cell, scratch); !rest.empty();) {
        const auto got = decode_utf8(rest);
        value += static_cast<std::uint32_t>(got.code_point) & 0xFFU;
        rest.remove_prefix(got.length);
      }
      if (style.underline != Underline::none) value += 0x10U;
      for (const auto& [attribute, weight] : kWeights) value += (style.attrs & attribute) != 0 ? weight : 0U;
      if (value != 0x20U || first) sum += value;
      first = false;
    }
  }
  constexpr char kHex[] = "0123456789ABCDEF";
  const std::uint32_t checksum = (0U - sum) & 0xFFFFU;
  std::string out = "\x1bP" + number(token.get(0, 0)) + "!~";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHex[checksum >> shift & 15U];
  reply(out + "\x1b\\");
}

/// DECREQTPARM.
void Core::report_parameters(const Csi& token) {
  const int kind = token.get(0, 0);
  if (kind == 0) reply("\x1b[2;1;1;128;128;1;0x");
  if (kind == 1) reply("\x1b[3;1;1;128;128;1;0x");
}

}  // namespace sess::terminal
