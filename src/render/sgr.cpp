#include "render/sgr.hpp"

#include <charconv>
#include <string_view>

namespace sess::render {
namespace {

using terminal::Color;
using terminal::Style;
using terminal::Underline;

void number(std::string& out, unsigned value) {
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void parameter(std::string& out, std::string_view text) {
  if (!out.empty()) out += ';';
  out += text;
}

/// 30-37, 90-97, 38;5;n, 38;2;r;g;b, 39; `base` is 30 or 40.
void colour(std::string& out, Color color, unsigned base) {
  if (!out.empty()) out += ';';
  switch (color.kind) {
    case Color::Kind::none:
      number(out, base + 9);
      return;
    case Color::Kind::indexed:
      if (color.index() < 8) {
        number(out, base + color.index());
      } else if (color.index() < 16) {
        number(out, base + 60 + color.index() - 8);
      } else {
        number(out, base + 8);
        out += ";5;";
        number(out, color.index());
      }
      return;
    case Color::Kind::rgb:
      break;
  }
  number(out, base + 8);
  out += ";2;";
  number(out, color.r);
  out += ';';
  number(out, color.g);
  out += ';';
  number(out, color.b);
}

/// 58 only exists with colons on most terminals (kitty's underline protocol).
void underline_colour(std::string& out, Color color) {
  if (!out.empty()) out += ';';
  if (color.kind == Color::Kind::none) {
    out += "59";
  } else if (color.kind == Color::Kind::indexed) {
    out += "58:5:";
    number(out, color.index());
  } else {
    out += "58:2::";
    number(out, color.r);
    out += ':';
    number(out, color.g);
    out += ':';
    number(out, color.b);
  }
}

struct Switch {
  std::uint16_t bit;
  std::string_view on;
  std::string_view off;
};
// Bold and faint share their off; they are handled by hand.
constexpr Switch kSwitches[] = {{terminal::italic, "3", "23"},  {terminal::blink, "5", "25"},
                                {terminal::inverse, "7", "27"}, {terminal::conceal, "8", "28"},
                                {terminal::strike, "9", "29"},  {terminal::overline, "53", "55"}};

/// Parameters from `from` to `to` without a reset.
void change(std::string& out, const Style& from, const Style& to) {
  constexpr std::uint16_t kWeight = terminal::bold | terminal::faint;
  const auto lost = static_cast<std::uint16_t>(from.attrs & ~to.attrs);
  auto gained = static_cast<std::uint16_t>(to.attrs & ~from.attrs);
  if ((lost & kWeight) != 0) {
    parameter(out, "22");
    gained |= to.attrs & kWeight;
  }
  if ((gained & terminal::bold) != 0) parameter(out, "1");
  if ((gained & terminal::faint) != 0) parameter(out, "2");
  for (const Switch& one : kSwitches) {
    if ((lost & one.bit) != 0) parameter(out, one.off);
    if ((gained & one.bit) != 0) parameter(out, one.on);
  }
  if (from.underline != to.underline) {
    switch (to.underline) {
      case Underline::none:
        parameter(out, "24");
        break;
      case Underline::single:
        parameter(out, "4");
        break;
      case Underline::double_:
        parameter(out, "4:2");
        break;
      case Underline::curly:
        parameter(out, "4:3");
        break;
      case Underline::dotted:
        parameter(out, "4:4");
        break;
      case Underline::dashed:
        parameter(out, "4:5");
        break;
    }
  }
  if (from.fg != to.fg) colour(out, to.fg, 30);
  if (from.bg != to.bg) colour(out, to.bg, 40);
  if (from.underline_color != to.underline_color) underline_colour(out, to.underline_color);
}

}  // namespace

void append_sgr_change(std::string& out, const Style& from, const Style& to) {
  std::string direct;
  change(direct, from, to);
  if (direct.empty()) return;
  std::string anew;
  change(anew, Style{}, to);
  out += "\033[";
  if (anew.empty()) {
    // CSI m
  } else if (anew.size() + 1 < direct.size()) {
    out += ';';
    out += anew;
  } else {
    out += direct;
  }
  out += 'm';
}

}  // namespace sess::render
