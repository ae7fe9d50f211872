// From model's styles (what options and `#[...]` say) to what is drawn.
//
// model/style.hpp parses and keeps the words; here they become terminal::Style. Pure.
#pragma once

#include <string_view>

#include "model/style.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::render {

/// The colour to draw; "default", "terminal" and unset are Color::Kind::none.
[[nodiscard]] terminal::Color to_color(const model::Colour& colour);
[[nodiscard]] terminal::Style to_style(const model::Style& style);

/// A style text on a base, as an option means it: what is wrong in it leaves the base.
[[nodiscard]] model::Style style_on(const model::Style& base, std::string_view text);

/// A pane's base colours from window-style and window-active-style: `over` where it sets a colour, else
/// `under`. For the active pane over is window-active-style; for others pass an empty one. "terminal" stops:
/// the terminal's own colour.
[[nodiscard]] terminal::Style window_style(const model::Style& under, const model::Style& over);

}  // namespace sess::render
