// What the user's options make of a pane's cursor where its program says nothing: cursor-style and
// cursor-colour.
#pragma once

#include "model/model.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::display {

struct PaneCursor {
  int style = 0;                ///< DECSCUSR's number; 0: the terminal's own
  terminal::Color colour = {};  ///< rgb; none: the terminal's own
};

[[nodiscard]] PaneCursor wanted_cursor(const model::Pane& pane);

}  // namespace sess::display
