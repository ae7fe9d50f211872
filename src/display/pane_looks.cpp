#include "display/pane_looks.hpp"

#include <algorithm>
#include <array>

#include "base/palette.hpp"
#include "render/style.hpp"

namespace sess::display {
namespace {

/// At the place of their numbers.
constexpr std::array<std::string_view, 7> kStyles{
    "default", "blinking-block", "block", "blinking-underline", "underline", "blinking-bar", "bar"};

/// As rgb; none where it is no colour of its own.
terminal::Color rgb_of(const std::string& colour) {
  if (colour.empty() || colour == "none" || colour == "default") return {};
  const auto parsed = render::to_color(render::style_on({}, "fg=" + colour).fg);
  if (parsed.kind != terminal::Color::Kind::indexed) return parsed;
  return terminal::Color::rgb(palette_rgb(parsed.index()));
}

}  // namespace

PaneCursor wanted_cursor(const model::Pane& pane) {
  PaneCursor out;
  const auto style = std::find(kStyles.begin(), kStyles.end(), pane.options.choice("cursor-style"));
  if (style != kStyles.end()) out.style = static_cast<int>(style - kStyles.begin());
  out.colour = rgb_of(pane.options.string("cursor-colour"));
  return out;
}

std::map<std::uint8_t, terminal::Color> wanted_palette(const model::Pane& pane) {
  std::map<std::uint8_t, terminal::Color> out;
  for (const auto& [index, text] : pane.options.array("pane-colours")) {
    const auto colour = rgb_of(text);
    if (index < 256 && colour.kind == terminal::Color::Kind::rgb)
      out[static_cast<std::uint8_t>(index)] = colour;
  }
  return out;
}

}  // namespace sess::display
