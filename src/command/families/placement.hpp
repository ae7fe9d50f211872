// Where a menu or a popup lies on a client's terminal: -x and -y of display-menu and display-popup, as
// tmux 3.3a reckons.
//
// Pure: what is around comes from the server (Surroundings), the pane from the model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/ports/overlays.hpp"

namespace sess::command {

struct ScreenPlace {
  int row = 0;
  int col = 0;
};

/// Where the pane's upper left corner is in its window, and its size.
struct PanePlace {
  int top = 0, left = 0;
  Size size;
};

/// popup_centre_x, popup_pane_left, popup_mouse_top and the others, for a box of this size.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> placement_formats(
    const Surroundings& around, const PanePlace& pane, std::optional<ScreenPlace> mouse, Size box);

/// The format that a word of -x (C, R, P, M, W) or -y (C, P, M, S, W) stands for; another text is a format
/// itself.
[[nodiscard]] std::string_view placement_x(std::string_view word);
[[nodiscard]] std::string_view placement_y(std::string_view word);

/// The box's upper left corner, inside the terminal: `x` and `y` are what the formats gave, y the row below
/// its last.
[[nodiscard]] ScreenPlace placed(std::string_view x, std::string_view y, Size box, Size terminal);

class Item;
/// The upper left corner of a box that the item's -x and -y place, for its pane; none: it does not fit on the
/// terminal.
[[nodiscard]] std::optional<ScreenPlace> place_box(const Item& item, const Surroundings& around, Size box);

}  // namespace sess::command
