// The arithmetic under Layout: functions over cells, private to the layout_*.cpp files.
//
// Each is tmux 3.3a's rule of the same purpose; sizes are unsigned there, and where that decides a result
// (shares that do not fit) it is unsigned here as well.
#pragma once

#include <cstddef>
#include <memory>

#include "model/layout/layout.hpp"

namespace sess::model::cells {

using Kind = LayoutCell::Kind;
using Owned = std::unique_ptr<LayoutCell>;

/// The kind of node whose children lie along an axis.
[[nodiscard]] constexpr Kind along(Axis axis) {
  return axis == Axis::horizontal ? Kind::row : Kind::column;
}

/// The side of a cell that a node of `kind` divides: columns for a row, lines for a column.
[[nodiscard]] int& side(LayoutCell& cell, Kind kind);
[[nodiscard]] int side(const LayoutCell& cell, Kind kind);

[[nodiscard]] Owned make_leaf(PaneId pane, Rect rect, LayoutCell* parent = nullptr);
[[nodiscard]] Owned make_node(Kind kind, Rect rect, LayoutCell* parent = nullptr);

/// Position among its parent's children.
[[nodiscard]] std::size_t position(const LayoutCell& cell);

/// Whether the title line of `border` is taken from this cell (it touches that edge of the window).
[[nodiscard]] bool has_border_line(const LayoutCell& cell, BorderStatus border);

/// How much a cell can shrink along `kind`.
[[nodiscard]] int spare(const LayoutCell& cell, Kind kind, BorderStatus border);

/// Changes a cell's side, children included; they share the change one by one. Shrinks no further than
/// spare().
void adjust(LayoutCell& cell, Kind kind, int change, BorderStatus border);

/// Takes a cell out of the tree under `root`; a neighbour gets its space, a parent left with one child goes.
void remove(Owned& root, LayoutCell* cell, BorderStatus border);

/// Whether `cell` and its children could have this side.
[[nodiscard]] bool can_have_side(const LayoutCell& cell, Kind kind, int side, BorderStatus border);

/// Fits the children into the cell in proportion to what they had.
void fit_children(LayoutCell& cell, BorderStatus border);

/// Equal shares for the children. True when something changed.
bool spread(LayoutCell& parent, BorderStatus border);

/// Offsets of everything below a cell from its own.
void fix_offsets(LayoutCell& cell);

}  // namespace sess::model::cells
