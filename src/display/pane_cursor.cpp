#include "display/pane_cursor.hpp"

#include <algorithm>
#include <array>

#include "base/palette.hpp"
#include "render/style.hpp"

namespace sess::display {
namespace {

/// At the place of their numbers.
constexpr std::array<std::string_view, 7> kStyles{
    "default", "blinking-block", "block", "blinking-underline", "underline", "blinking-bar", "bar"};

}  // namespace

PaneCursor wanted_cursor(const model::Pane& pane) {
  PaneCursor out;
  const auto style = std::find(kStyles.begin(), kStyles.end(), pane.options.choice("cursor-style"));
  if (style != kStyles.end()) out.style = static_cast<int>(style - kStyles.begin());
  const auto& colour = pane.options.string("cursor-colour");
  if (colour.empty() || colour == "none" || colour == "default") return out;
  out.colour = render::to_color(render::style_on({}, "fg=" + colour).fg);
  if (out.colour.kind == terminal::Color::Kind::indexed) {
    out.colour = terminal::Color::rgb(palette_rgb(out.colour.index()));
  }
  return out;
}

}  // namespace sess::display
