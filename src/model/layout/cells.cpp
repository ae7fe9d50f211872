#include "model/layout/cells.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/check.hpp"

namespace sess::model::cells {

int& side(LayoutCell& cell, Kind kind) {
  return kind == Kind::row ? cell.rect.cols : cell.rect.rows;
}
int side(const LayoutCell& cell, Kind kind) {
  return kind == Kind::row ? cell.rect.cols : cell.rect.rows;
}

Owned make_leaf(PaneId pane, Rect rect, LayoutCell* parent) {
  auto cell = std::make_unique<LayoutCell>();
  cell->pane = pane;
  cell->rect = rect;
  cell->parent = parent;
  return cell;
}

Owned make_node(Kind kind, Rect rect, LayoutCell* parent) {
  auto cell = make_leaf(PaneId{}, rect, parent);
  cell->kind = kind;
  return cell;
}

std::size_t position(const LayoutCell& cell) {
  const auto& siblings = cell.parent->children;
  const auto it =
      std::find_if(siblings.begin(), siblings.end(), [&](const Owned& c) { return c.get() == &cell; });
  SESS_CHECK(it != siblings.end());
  return static_cast<std::size_t>(it - siblings.begin());
}

bool has_border_line(const LayoutCell& cell, BorderStatus border) {
  if (border == BorderStatus::off) return false;
  for (const LayoutCell* at = &cell; at->parent != nullptr; at = at->parent) {
    if (at->parent->kind != Kind::column) continue;
    const auto& siblings = at->parent->children;
    const auto& edge = border == BorderStatus::top ? siblings.front() : siblings.back();
    if (edge.get() != at) return false;
  }
  return true;
}

int spare(const LayoutCell& cell, Kind kind, BorderStatus border) {
  if (cell.kind == Kind::pane) {
    const bool line = kind == Kind::column && has_border_line(cell, border);
    return std::max(0, side(cell, kind) - (kPaneMinimum + (line ? 1 : 0)));
  }
  if (cell.kind == kind) {
    int sum = 0;
    for (const auto& child : cell.children) sum += spare(*child, kind, border);
    return sum;
  }
  int least = std::numeric_limits<int>::max();
  for (const auto& child : cell.children) least = std::min(least, spare(*child, kind, border));
  return least;
}

void adjust(LayoutCell& cell, Kind kind, int change, BorderStatus border) {
  side(cell, kind) += change;
  if (cell.kind == Kind::pane) return;
  if (cell.kind != kind) {
    for (auto& child : cell.children) adjust(*child, kind, change, border);
    return;
  }
  while (change != 0) {
    const int before = change;
    for (auto& child : cell.children) {
      if (change == 0) break;
      if (change > 0) {
        adjust(*child, kind, 1, border);
        --change;
      } else if (spare(*child, kind, border) > 0) {
        adjust(*child, kind, -1, border);
        ++change;
      }
    }
    // Callers ask spare() first; should nothing give, the cell keeps what its children need.
    if (change == before) {
      side(cell, kind) -= change;
      return;
    }
  }
}

void remove(Owned& root, LayoutCell* cell, BorderStatus border) {
  LayoutCell* parent = cell->parent;
  if (parent == nullptr) {
    root.reset();
    return;
  }
  const std::size_t at = position(*cell);
  if (parent->children.size() > 1) {
    LayoutCell& heir = *parent->children[at == 0 ? 1 : at - 1];
    adjust(heir, parent->kind, side(*cell, parent->kind) + 1, border);
  }
  parent->children.erase(parent->children.begin() + static_cast<std::ptrdiff_t>(at));
  if (parent->children.size() != 1) return;

  Owned only = std::move(parent->children.front());
  only->parent = parent->parent;
  if (only->parent == nullptr) {
    only->rect.left = 0;
    only->rect.top = 0;
    root = std::move(only);
  } else {
    LayoutCell* grandparent = only->parent;
    grandparent->children[position(*parent)] = std::move(only);
  }
}

namespace {

/// The side that a child gets when its parent, `previous` large, becomes `whole`: its proportion, but leaving
/// the `count_left` children from it on at least the minimum out of `left`.
std::uint32_t share(std::uint32_t previous, const LayoutCell& child, Kind kind, std::uint32_t whole,
                    std::uint32_t count_left, std::uint32_t left, BorderStatus border) {
  if (count_left == 1) return left;
  constexpr std::uint32_t kMinimum = kPaneMinimum;
  const auto now = static_cast<std::uint32_t>(side(child, kind));
  const auto available = static_cast<std::uint32_t>(spare(child, kind, border));
  const std::uint32_t least = std::max((kMinimum + 1) * (count_left - 1), now - available);
  std::uint32_t share = previous == 0 ? 0 : (now * whole) / previous;
  share = std::min(share, left - least);
  return std::max(share, kMinimum);
}

}  // namespace

bool can_have_side(const LayoutCell& cell, Kind kind, int wanted, BorderStatus border) {
  if (cell.kind == Kind::pane) return wanted >= kPaneMinimum;
  if (cell.kind != kind) {
    return std::all_of(cell.children.begin(), cell.children.end(), [&](const Owned& child) {
      return child->kind == Kind::pane || can_have_side(*child, kind, wanted, border);
    });
  }
  const auto count = static_cast<std::uint32_t>(cell.children.size());
  auto left = static_cast<std::uint32_t>(wanted);
  if (left < count * 2 - 1) return false;
  const auto previous = static_cast<std::uint32_t>(side(cell, kind));
  for (std::uint32_t i = 0; i < count; ++i) {
    const LayoutCell& child = *cell.children[i];
    const std::uint32_t got =
        share(previous, child, kind, static_cast<std::uint32_t>(wanted), count - i, left, border);
    const std::uint32_t taken = got + (i == count - 1 ? 0 : 1);
    if (taken > left) return false;
    left -= taken;
    if (!can_have_side(child, kind, static_cast<int>(got), border)) return false;
  }
  return true;
}

void fit_children(LayoutCell& cell, BorderStatus border) {
  if (cell.kind == Kind::pane) return;
  const Kind kind = cell.kind;
  const auto count = static_cast<std::uint32_t>(cell.children.size());
  std::uint32_t previous = count - 1;
  for (const auto& child : cell.children) previous += static_cast<std::uint32_t>(side(*child, kind));

  const auto whole = static_cast<std::uint32_t>(side(cell, kind));
  std::uint32_t left = whole;
  for (std::uint32_t i = 0; i < count; ++i) {
    LayoutCell& child = *cell.children[i];
    const std::uint32_t got = share(previous, child, kind, whole, count - i, left, border);
    if (kind == Kind::row) {
      child.rect.cols = static_cast<int>(got);
      child.rect.rows = cell.rect.rows;
    } else {
      child.rect.cols = cell.rect.cols;
      child.rect.left = cell.rect.left;
      child.rect.rows = static_cast<int>(got);
    }
    left -= got + 1;
    fit_children(child, border);
  }
}

bool spread(LayoutCell& parent, BorderStatus border) {
  const int count = static_cast<int>(parent.children.size());
  if (parent.kind == Kind::pane || count <= 1) return false;
  const Kind kind = parent.kind;
  const bool line = kind == Kind::column && has_border_line(parent, border);
  const int size = side(parent, kind) - (line ? 1 : 0);
  if (size < count - 1) return false;
  const int each = (size - (count - 1)) / count;
  if (each == 0) return false;

  std::vector<int> changes;
  for (int i = 0; i < count; ++i) {
    const LayoutCell& child = *parent.children[static_cast<std::size_t>(i)];
    int wanted = i == count - 1 ? size - (each + 1) * (count - 1) : each;
    if (kind == Kind::column && has_border_line(child, border)) ++wanted;
    const int change = wanted - side(child, kind);
    // A child whose own children do not fit into its share: leave everything as it is.
    if (child.kind != Kind::pane && change < -spare(child, kind, border)) return false;
    changes.push_back(change);
  }
  bool changed = false;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i] == 0) continue;
    adjust(*parent.children[i], kind, changes[i], border);
    changed = true;
  }
  return changed;
}

void fix_offsets(LayoutCell& cell) {
  int left = cell.rect.left;
  int top = cell.rect.top;
  for (auto& child : cell.children) {
    child->rect.left = left;
    child->rect.top = top;
    fix_offsets(*child);
    if (cell.kind == Kind::row) {
      left += child->rect.cols + 1;
    } else {
      top += child->rect.rows + 1;
    }
  }
}

}  // namespace sess::model::cells
