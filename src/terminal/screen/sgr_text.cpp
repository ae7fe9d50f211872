#include "terminal/screen/sgr_text.hpp"

#include <fmt/format.h>

#include <utility>

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

namespace {

/// Attributes with their parameters, in the order in which tmux writes them; underlines of the other kinds
/// stand before the last.
constexpr std::pair<std::uint16_t, std::string_view> kAttributes[] = {
    {bold, "1"},  {faint, "2"},   {italic, "3"},  {0, "4"},
    {blink, "5"}, {inverse, "7"}, {conceal, "8"}, {strike, "9"}};

void put_sequence(std::string& out, std::string_view parameters) {
  if (parameters.empty()) return;
  out += "\x1b[";
  out += parameters.front() == ';' ? parameters.substr(1) : parameters;
  out += 'm';
}

std::string color_parameters(Color color, unsigned base) {
  std::string out;
  if (color.kind == Color::Kind::none) {
    put(out, base + 9);
  } else {
    put_color(out, color, base);
  }
  return out;
}

std::string underline_parameters(Color color) {
  if (color.kind == Color::Kind::indexed) return fmt::format("58;5;{}", color.r);
  if (color.kind == Color::Kind::rgb) return fmt::format("58;2;{};{};{}", color.r, color.g, color.b);
  return {};
}

}  // namespace

void append_tmux_sgr(std::string& out, const Style& from, const Style& to) {
  const bool other_line = from.underline != Underline::none && from.underline != to.underline;
  const bool line_color_goes =
      from.underline_color.kind != Color::Kind::none && to.underline_color.kind == Color::Kind::none;
  const bool reset = (from.attrs & ~to.attrs) != 0 || other_line || line_color_goes;
  std::string codes = reset ? ";0" : "";
  const unsigned had = reset ? 0 : from.attrs;
  const Underline line_had = reset ? Underline::none : from.underline;
  const bool line_new = to.underline != line_had;
  for (const auto& [attribute, code] : kAttributes) {
    const bool fresh = attribute == 0 ? line_new && to.underline == Underline::single
                                      : (to.attrs & attribute) != 0 && (had & attribute) == 0;
    if (fresh) codes.append(";").append(code);
  }
  if (line_new && to.underline > Underline::single)
    codes += fmt::format(";4:{}", static_cast<unsigned>(to.underline));
  if ((to.attrs & overline) != 0 && (had & overline) == 0) codes += ";53";
  put_sequence(out, codes);
  if (reset || !(from.fg == to.fg)) put_sequence(out, color_parameters(to.fg, 30));
  if (reset || !(from.bg == to.bg)) put_sequence(out, color_parameters(to.bg, 40));
  if (reset || !(from.underline_color == to.underline_color))
    put_sequence(out, underline_parameters(to.underline_color));
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
