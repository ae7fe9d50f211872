#include "command/families/geometry.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace sess::command {
namespace {

using model::BorderStatus;
using model::Model;
using model::Pane;
using model::PaneId;
using model::Window;

/// Whether the stretch [from, last] touches [low, high], by tmux's rule.
bool touches(int from, int last, int low, int high) {
  return (from < low && last > high) || (from >= low && from <= high) || (last >= low && last <= high);
}

struct Box {
  int left, top, cols, rows;
};

Box box(const Pane& pane) {
  return {pane.left, pane.top, pane.size.cols, pane.size.rows};
}

}  // namespace

std::optional<PaneId> neighbour(const Model& model, PaneId id, Direction direction) {
  const Pane* pane = model.pane(id);
  const Window* window = pane != nullptr ? model.window(pane->window) : nullptr;
  if (window == nullptr) return std::nullopt;
  const Box own = box(*pane);
  const BorderStatus status = model.windows().border_status(*window);
  const int rows = window->size.rows;
  const int cols = window->size.cols;

  int edge = 0;
  switch (direction) {
    case Direction::up:
      edge = own.top;
      if (status == BorderStatus::top) {
        if (edge == 1) edge = rows + 1;
      } else if (edge == 0) {
        edge = status == BorderStatus::bottom ? rows : rows + 1;
      }
      break;
    case Direction::down:
      edge = own.top + own.rows + 1;
      if (status == BorderStatus::top) {
        if (edge >= rows) edge = 1;
      } else if (edge >= (status == BorderStatus::bottom ? rows - 1 : rows)) {
        edge = 0;
      }
      break;
    case Direction::left:
      edge = own.left == 0 ? cols + 1 : own.left;
      break;
    case Direction::right:
      edge = own.left + own.cols + 1;
      if (edge >= cols) edge = 0;
      break;
  }

  const Pane* best = nullptr;
  for (const PaneId other : window->panes) {
    const Pane* next = model.pane(other);
    if (next == nullptr || next == pane) continue;
    const Box there = box(*next);
    bool adjacent = false;
    switch (direction) {
      case Direction::up:
        adjacent = there.top + there.rows + 1 == edge;
        break;
      case Direction::down:
        adjacent = there.top == edge;
        break;
      case Direction::left:
        adjacent = there.left + there.cols + 1 == edge;
        break;
      case Direction::right:
        adjacent = there.left == edge;
        break;
    }
    if (!adjacent) continue;
    const bool vertical = direction == Direction::up || direction == Direction::down;
    const bool shares = vertical
                            ? touches(there.left, there.left + there.cols - 1, own.left, own.left + own.cols)
                            : touches(there.top, there.top + there.rows - 1, own.top, own.top + own.rows);
    if (shares && (best == nullptr || next->active_order > best->active_order)) best = next;
  }
  if (best == nullptr) return std::nullopt;
  return best->id;
}

std::optional<PaneId> pane_described(const Model& model, const Window& window, std::string_view where) {
  std::string word(where);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  int top = 0;
  int bottom = window.size.rows - 1;
  const BorderStatus status = model.windows().border_status(window);
  if (status == BorderStatus::top) ++top;
  if (status == BorderStatus::bottom) --bottom;
  const int right = window.size.cols - 1;
  int x = window.size.cols / 2;
  int y = window.size.rows / 2;

  struct Place {
    std::string_view name;
    int horizontal, vertical;  // -1 left or top, 1 right or bottom, 0 the middle
  };
  static constexpr std::array<Place, 8> kPlaces = {{{"top", 0, -1},
                                                    {"bottom", 0, 1},
                                                    {"left", -1, 0},
                                                    {"right", 1, 0},
                                                    {"top-left", -1, -1},
                                                    {"top-right", 1, -1},
                                                    {"bottom-left", -1, 1},
                                                    {"bottom-right", 1, 1}}};
  const auto place =
      std::find_if(kPlaces.begin(), kPlaces.end(), [&](const Place& p) { return p.name == word; });
  if (place == kPlaces.end()) return std::nullopt;
  if (place->horizontal != 0) x = place->horizontal < 0 ? 0 : right;
  if (place->vertical != 0) y = place->vertical < 0 ? top : bottom;

  for (const PaneId id : window.panes) {
    const Pane* pane = model.pane(id);
    if (pane == nullptr || (window.zoomed && id != window.active)) continue;
    const Box at = box(*pane);
    if (x >= at.left && x <= at.left + at.cols && y >= at.top && y <= at.top + at.rows) return id;
  }
  return std::nullopt;
}

std::optional<PaneId> pane_by_offset(const Window& window, PaneId from, long steps) {
  const auto it = std::find(window.panes.begin(), window.panes.end(), from);
  if (it == window.panes.end()) return std::nullopt;
  const long count = static_cast<long>(window.panes.size());
  long at = (it - window.panes.begin() + steps % count) % count;
  if (at < 0) at += count;
  return window.panes[static_cast<std::size_t>(at)];
}

}  // namespace sess::command
