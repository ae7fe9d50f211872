#include "terminal/screen/sgr_text.hpp"

namespace sess::terminal {
namespace {

void put(std::string& out, unsigned n) {
  out += ';';
  out += std::to_string(n);
}

void put_color(std::string& out, Color color, unsigned base) {
  if (color.kind == Color::Kind::rgb) {
    put(out, base + 8);
    put(out, 2);
    put(out, color.r);
    put(out, color.g);
    put(out, color.b);
  } else if (color.kind == Color::Kind::indexed) {
    if (color.r < 8) {
      put(out, base + color.r);
    } else if (color.r < 16) {
      put(out, base + 60 + color.r - 8);
    } else {
      put(out, base + 8);
      put(out, 5);
      put(out, color.r);
    }
  }
}

}  // namespace

void append_sgr_parameters(std::string& out, const Style& style) {
  const auto has = [&](Attr attr) { return (style.attrs & attr) != 0; };
  if (has(bold)) put(out, 1);
  if (has(faint)) put(out, 2);
  if (has(italic)) put(out, 3);
  if (style.underline == Underline::single) put(out, 4);
  if (style.underline > Underline::single) {
    out += ";4:";
    out += std::to_string(static_cast<unsigned>(style.underline));
  }
  if (has(blink)) put(out, 5);
  if (has(inverse)) put(out, 7);
  if (has(conceal)) put(out, 8);
  if (has(strike)) put(out, 9);
  if (has(overline)) put(out, 53);
  put_color(out, style.fg, 30);
  put_color(out, style.bg, 40);
  const Color line = style.underline_color;
  if (line.kind == Color::Kind::indexed) {
    out += ";58:5:" + std::to_string(line.r);
  } else if (line.kind == Color::Kind::rgb) {
    out += ";58:2::" + std::to_string(line.r) + ':' + std::to_string(line.g) + ':' + std::to_string(line.b);
  }
}

void append_sgr(std::string& out, const Style& style) {
  out += "\x1b[";
  std::string parameters;
  append_sgr_parameters(parameters, style);
  if (!parameters.empty()) {
    out += '0';
    out += parameters;
  }
  out += 'm';
}

std::string rgb_text(Color color) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "rgb:";
  for (const std::uint8_t v : {color.r, color.g, color.b}) {
    out += kHex[v >> 4U];
    out += kHex[v & 15U];
    out += '/';
  }
  out.pop_back();
  return out;
}

void append_link(std::string& out, std::string_view id, std::string_view uri) {
  out += "\x1b]8;";
  if (!uri.empty() && !id.empty()) {
    out += "id=";
    out += id;
  }
  out += ';';
  out += uri;
  out += "\x1b\\";
}

}  // namespace sess::terminal
