// What the user's options make of a pane's looks where its program says nothing: cursor-style, cursor-colour
// and pane-colours.
#pragma once

#include <cstdint>
#include <map>

#include "model/model.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::display {

struct PaneCursor {
  int style = 0;                ///< DECSCUSR's number; 0: the terminal's own
  terminal::Color colour = {};  ///< rgb; none: the terminal's own
};

[[nodiscard]] PaneCursor wanted_cursor(const model::Pane& pane);
/// The palette's colours that the user chose, rgb.
[[nodiscard]] std::map<std::uint8_t, terminal::Color> wanted_palette(const model::Pane& pane);

}  // namespace sess::display
