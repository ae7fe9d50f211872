#include "render/style.hpp"

namespace sess::render {
namespace {

[[nodiscard]] bool is_default(const model::Colour& colour) {
  return colour.kind == model::Colour::Kind::default_ || colour.kind == model::Colour::Kind::none;
}

}  // namespace

terminal::Color to_color(const model::Colour& colour) {
  switch (colour.kind) {
    case model::Colour::Kind::ansi:
    case model::Colour::Kind::indexed:
      return terminal::Color::indexed(colour.red);
    case model::Colour::Kind::rgb:
      return terminal::Color::rgb(colour.red, colour.green, colour.blue);
    case model::Colour::Kind::none:
    case model::Colour::Kind::default_:
    case model::Colour::Kind::terminal:
      break;
  }
  return {};
}

terminal::Style to_style(const model::Style& style) {
  terminal::Style out;
  out.fg = to_color(style.fg);
  out.bg = to_color(style.bg);
  out.underline_color = to_color(style.underline);
  constexpr std::pair<std::uint16_t, std::uint16_t> kAttributes[] = {
      {model::kBright, terminal::bold},          {model::kDim, terminal::faint},
      {model::kItalics, terminal::italic},       {model::kBlink, terminal::blink},
      {model::kReverse, terminal::inverse},      {model::kHidden, terminal::conceal},
      {model::kStrikethrough, terminal::strike}, {model::kOverline, terminal::overline}};
  for (const auto& [from, to] : kAttributes) {
    if ((style.attributes & from) != 0) out.attrs |= to;
  }
  constexpr std::pair<std::uint16_t, terminal::Underline> kUnderlines[] = {
      {model::kUnderscore, terminal::Underline::single},
      {model::kDoubleUnderscore, terminal::Underline::double_},
      {model::kCurlyUnderscore, terminal::Underline::curly},
      {model::kDottedUnderscore, terminal::Underline::dotted},
      {model::kDashedUnderscore, terminal::Underline::dashed}};
  for (const auto& [from, to] : kUnderlines) {
    if ((style.attributes & from) != 0) out.underline = to;
  }
  return out;
}

model::Style style_on(const model::Style& base, std::string_view text) {
  model::Style style = base;
  // A malformed text leaves the style as it was.
  static_cast<void>(model::apply_style(style, base, text));
  return style;
}

terminal::Style window_style(const model::Style& under, const model::Style& over) {
  terminal::Style out;
  out.fg = to_color(is_default(over.fg) ? under.fg : over.fg);
  out.bg = to_color(is_default(over.bg) ? under.bg : over.bg);
  return out;
}

}  // namespace sess::render
