#include "model/layout/layout.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/check.hpp"
#include "model/layout/cells.hpp"

namespace sess::model {

using cells::Kind;
using cells::Owned;

namespace {

Owned copy(const LayoutCell& cell, LayoutCell* parent) {
  auto made = cells::make_leaf(cell.pane, cell.rect, parent);
  made->kind = cell.kind;
  for (const auto& child : cell.children) made->children.push_back(copy(*child, made.get()));
  return made;
}

LayoutCell* find_leaf(LayoutCell* cell, PaneId pane) {
  if (cell == nullptr) return nullptr;
  if (cell->kind == Kind::pane) return cell->pane == pane ? cell : nullptr;
  for (auto& child : cell->children) {
    if (auto* found = find_leaf(child.get(), pane)) return found;
  }
  return nullptr;
}

void collect(const LayoutCell& cell, std::vector<PaneId>& out) {
  if (cell.kind == Kind::pane) out.push_back(cell.pane);
  for (const auto& child : cell.children) collect(*child, out);
}

/// The nearest cell at or above `cell` that lies in a node of `kind`; null when there is none.
LayoutCell* ancestor_in(LayoutCell* cell, Kind kind) {
  while (cell->parent != nullptr && cell->parent->kind != kind) cell = cell->parent;
  return cell->parent == nullptr ? nullptr : cell;
}

/// Grows `cell` by up to `needed` at the cost of those after it, or (opposite) before it. What it got.
int grow(LayoutCell& cell, Kind kind, int needed, bool opposite, BorderStatus border) {
  auto& siblings = cell.parent->children;
  const std::size_t at = cells::position(cell);
  LayoutCell* giver = nullptr;
  for (std::size_t i = at + 1; i < siblings.size() && giver == nullptr; ++i) {
    if (cells::spare(*siblings[i], kind, border) > 0) giver = siblings[i].get();
  }
  for (std::size_t i = at; opposite && i > 0 && giver == nullptr; --i) {
    if (cells::spare(*siblings[i - 1], kind, border) > 0) giver = siblings[i - 1].get();
  }
  if (giver == nullptr) return 0;
  const int size = std::min(cells::spare(*giver, kind, border), needed);
  cells::adjust(cell, kind, size, border);
  cells::adjust(*giver, kind, -size, border);
  return size;
}

/// Shrinks `cell`, or the nearest before it that can, by up to `needed`; the next cell gets it. How much.
int shrink(LayoutCell& cell, Kind kind, int needed, BorderStatus border) {
  auto& siblings = cell.parent->children;
  const std::size_t at = cells::position(cell);
  if (at + 1 >= siblings.size()) return 0;
  for (std::size_t i = at + 1; i > 0; --i) {
    LayoutCell& giver = *siblings[i - 1];
    const int size = std::min(cells::spare(giver, kind, border), needed);
    if (size == 0) continue;
    cells::adjust(*siblings[at + 1], kind, size, border);
    cells::adjust(giver, kind, -size, border);
    return size;
  }
  return 0;
}

/// Moves the border after `cell` (a child of a node of `kind`).
void move_border(LayoutCell& cell, Kind kind, int change, bool opposite, BorderStatus border) {
  int needed = change > 0 ? change : -change;
  while (needed != 0) {
    const int got =
        change > 0 ? grow(cell, kind, needed, opposite, border) : shrink(cell, kind, needed, border);
    if (got == 0) break;
    needed -= got;
  }
}

/// The cell whose far border lies at a point of the window, or null.
LayoutCell* cell_before_border(LayoutCell& cell, Layout::Point at) {
  LayoutCell* last = nullptr;
  for (auto& child : cell.children) {
    const Rect& r = child->rect;
    if (at.column >= r.left && at.column < r.left + r.cols && at.row >= r.top && at.row < r.top + r.rows) {
      return cell_before_border(*child, at);
    }
    if (last != nullptr) {
      const Rect& l = last->rect;
      const bool between = cell.kind == Kind::row ? at.column < r.left && at.column >= l.left + l.cols
                                                  : at.row < r.top && at.row >= l.top + l.rows;
      if (between) return last;
    }
    last = child.get();
  }
  return nullptr;
}

}  // namespace

Layout Layout::single(PaneId pane, Size size) {
  return Layout(cells::make_leaf(pane, Rect{0, 0, size.cols, size.rows}));
}

Layout Layout::clone() const {
  return root_ == nullptr ? Layout() : Layout(copy(*root_, nullptr));
}

LayoutCell* Layout::find(PaneId pane) const {
  return find_leaf(root_.get(), pane);
}

Size Layout::size() const {
  if (root_ == nullptr) return Size{0, 0};
  return Size{static_cast<std::uint16_t>(root_->rect.rows), static_cast<std::uint16_t>(root_->rect.cols)};
}

std::vector<PaneId> Layout::panes() const {
  std::vector<PaneId> out;
  if (root_ != nullptr) collect(*root_, out);
  return out;
}

std::optional<Rect> Layout::pane_rect(PaneId pane, BorderStatus border) const {
  const LayoutCell* found = find(pane);
  if (found == nullptr) return std::nullopt;
  Rect rect = found->rect;
  if (cells::has_border_line(*found, border)) {
    if (border == BorderStatus::top) ++rect.top;
    rect.rows = std::max(1, rect.rows - 1);
  }
  return rect;
}

bool Layout::has_title_line(PaneId pane, BorderStatus border) const {
  const LayoutCell* found = find(pane);
  return found != nullptr && cells::has_border_line(*found, border);
}

bool Layout::split(PaneId beside, PaneId created, const Split& how, BorderStatus border) {
  LayoutCell* cell = find(beside);
  if (cell == nullptr || find(created) != nullptr) return false;
  if (!how.full) return split_cell(cell, created, how, border);
  Layout saved = clone();
  if (!split_cell(root_.get(), created, how, border)) return false;
  if (validate().empty()) return true;
  // tmux's proportions can squeeze cells out of the tree when some are at their minimum.
  *this = std::move(saved);
  return split_root(created, how, border);
}

/// A full-size split that takes the space evenly, as resizing the window does.
bool Layout::split_root(PaneId created, const Split& how, BorderStatus border) {
  const Kind kind = cells::along(how.axis);
  const Rect was = root_->rect;
  const int available = cells::spare(*root_, kind, border) - 1;
  const int wanted = how.size.value_or((cells::side(*root_, kind) - 1) / 2);
  const int size = std::min(std::max(wanted, kPaneMinimum), available);
  if (size < kPaneMinimum) return false;
  cells::adjust(*root_, kind, -(size + 1), border);
  if (root_->kind != kind) {
    auto node = cells::make_node(kind, was);
    root_->parent = node.get();
    node->children.push_back(std::move(root_));
    root_ = std::move(node);
  }
  root_->rect = was;
  Rect rect = was;
  (kind == Kind::row ? rect.cols : rect.rows) = size;
  auto leaf = cells::make_leaf(created, rect, root_.get());
  root_->children.insert(how.before ? root_->children.begin() : root_->children.end(), std::move(leaf));
  fix_offsets();
  return true;
}

bool Layout::split_cell(LayoutCell* cell, PaneId created, const Split& how, BorderStatus border) {
  const Kind kind = cells::along(how.axis);
  const Rect was = cell->rect;
  const int whole = cells::side(*cell, kind);
  const bool line = kind == Kind::column && cells::has_border_line(*cell, border);
  if (whole < kPaneMinimum * 2 + (line ? 2 : 1)) return false;

  // first is the left or upper part, second the right or lower one; `size` is the new pane's.
  int second = 0;
  if (!how.size || *how.size < 0) {
    second = (whole + 1) / 2 - 1;
  } else if (how.before) {
    // A size that does not fit wraps around in tmux and ends as the smallest new pane.
    second = *how.size > whole - 1 ? whole - 2 : whole - *how.size - 1;
  } else {
    second = *how.size;
  }
  second = second < kPaneMinimum ? kPaneMinimum : std::min(second, whole - 2);
  const int first = whole - 1 - second;
  const int remaining = how.before ? second : first;  // what the old cell keeps
  if (how.full && !cells::can_have_side(*cell, kind, remaining, border)) return false;

  if (how.full && cell->parent == nullptr && cell->kind == kind) {
    // The root already divides that way: its children move together and the new cell joins them.
    cells::side(*cell, kind) = remaining;
    cells::fit_children(*cell, border);
    cells::side(*cell, kind) = whole;
    Rect rect = was;
    (kind == Kind::row ? rect.cols : rect.rows) = whole - 1 - remaining;
    auto made = cells::make_leaf(created, rect, cell);
    cell->children.insert(how.before ? cell->children.begin() : cell->children.end(), std::move(made));
    cells::fix_offsets(*root_);
    return true;
  }

  LayoutCell* made = nullptr;
  if (cell->parent != nullptr && cell->parent->kind == kind) {
    LayoutCell* parent = cell->parent;
    auto leaf = cells::make_leaf(created, was, parent);
    made = leaf.get();
    const auto at = static_cast<std::ptrdiff_t>(cells::position(*cell) + (how.before ? 0 : 1));
    parent->children.insert(parent->children.begin() + at, std::move(leaf));
  } else {
    LayoutCell* grandparent = cell->parent;
    auto node = cells::make_node(kind, was, grandparent);
    Owned& slot = grandparent == nullptr ? root_ : grandparent->children[cells::position(*cell)];
    auto leaf = cells::make_leaf(created, was, node.get());
    made = leaf.get();
    cell->parent = node.get();
    Owned old = std::move(slot);
    node->children.push_back(std::move(how.before ? leaf : old));
    node->children.push_back(std::move(how.before ? old : leaf));
    slot = std::move(node);
  }
  LayoutCell& low = how.before ? *made : *cell;
  LayoutCell& high = how.before ? *cell : *made;
  low.rect = was;
  high.rect = was;
  cells::side(low, kind) = first;
  cells::side(high, kind) = second;
  (kind == Kind::row ? high.rect.left : high.rect.top) += first + 1;
  if (how.full) {
    cells::fit_children(*cell, border);
    cells::fix_offsets(*root_);
  }
  return true;
}

void Layout::close(PaneId pane, BorderStatus border) {
  LayoutCell* cell = find(pane);
  if (cell == nullptr) return;
  cells::remove(root_, cell, border);
  fix_offsets();
}

void Layout::resize(Size size, BorderStatus border) {
  if (root_ == nullptr) return;
  for (const Kind kind : {Kind::row, Kind::column}) {
    const int wanted = kind == Kind::row ? size.cols : size.rows;
    const int change = wanted - cells::side(*root_, kind);
    const int limit = cells::spare(*root_, kind, border);
    const int allowed = std::max(change, -limit);
    if (allowed != 0) cells::adjust(*root_, kind, allowed, border);
  }
  fix_offsets();
}

void Layout::resize_pane(PaneId pane, Axis axis, int change, bool opposite, BorderStatus border) {
  LayoutCell* leaf = find(pane);
  if (leaf == nullptr) return;
  const Kind kind = cells::along(axis);
  LayoutCell* cell = ancestor_in(leaf, kind);
  if (cell == nullptr) return;
  // The last one has no border after it: it moves the one before.
  const auto& siblings = cell->parent->children;
  if (siblings.back().get() == cell && siblings.size() > 1) cell = siblings[siblings.size() - 2].get();
  move_border(*cell, kind, change, opposite, border);
  fix_offsets();
}

void Layout::resize_pane_to(PaneId pane, Axis axis, int size, BorderStatus border) {
  LayoutCell* leaf = find(pane);
  if (leaf == nullptr) return;
  const Kind kind = cells::along(axis);
  LayoutCell* cell = ancestor_in(leaf, kind);
  if (cell == nullptr) return;
  const int now = cells::side(*cell, kind);
  const bool last = cell->parent->children.back().get() == cell;
  resize_pane(pane, axis, last ? now - size : size - now, true, border);
}

bool Layout::drag_border(Point from, Point to, BorderStatus border) {
  if (root_ == nullptr) return false;
  static constexpr std::array<Point, 5> kNear{{{0, 0}, {0, 1}, {1, 0}, {0, -1}, {-1, 0}}};
  std::vector<LayoutCell*> found;
  for (const Point& offset : kNear) {
    auto* cell = cell_before_border(*root_, {from.column + offset.column, from.row + offset.row});
    if (cell != nullptr && std::find(found.begin(), found.end(), cell) == found.end()) found.push_back(cell);
  }
  for (LayoutCell* cell : found) {
    const Kind kind = cell->parent->kind;
    move_border(*cell, kind, kind == Kind::row ? to.column - from.column : to.row - from.row, false, border);
    fix_offsets();
  }
  return !found.empty();
}

void Layout::spread(PaneId pane, BorderStatus border) {
  LayoutCell* leaf = find(pane);
  if (leaf == nullptr) return;
  for (LayoutCell* parent = leaf->parent; parent != nullptr; parent = parent->parent) {
    if (!cells::spread(*parent, border)) continue;
    fix_offsets();
    return;
  }
}

void Layout::fix_offsets() {
  if (root_ == nullptr) return;
  root_->rect.left = 0;
  root_->rect.top = 0;
  cells::fix_offsets(*root_);
}

void Layout::swap(PaneId a, PaneId b) {
  LayoutCell* first = find(a);
  LayoutCell* second = find(b);
  if (first != nullptr && second != nullptr) std::swap(first->pane, second->pane);
}

void Layout::replace(PaneId old, PaneId now) {
  if (LayoutCell* cell = find(old)) cell->pane = now;
}

void Layout::permute(const std::vector<PaneId>& from, const std::vector<PaneId>& to) {
  std::vector<LayoutCell*> found;
  for (const PaneId pane : from) found.push_back(find(pane));
  for (std::size_t i = 0; i < found.size() && i < to.size(); ++i) {
    if (found[i] != nullptr) found[i]->pane = to[i];
  }
}

namespace {

std::string validate_cell(const LayoutCell& cell, std::set<PaneId>& seen) {
  const auto name = [&] {
    return fmt::format("cell {}x{},{},{}", cell.rect.cols, cell.rect.rows, cell.rect.left, cell.rect.top);
  };
  if (cell.rect.cols < kPaneMinimum || cell.rect.rows < kPaneMinimum) return name() + " is empty";
  if (cell.kind == Kind::pane) {
    if (!cell.children.empty()) return name() + " is a pane with children";
    if (!seen.insert(cell.pane).second) return to_string(cell.pane) + " has two cells";
    return {};
  }
  if (cell.children.size() < 2) return name() + " has fewer than two children";
  int left = cell.rect.left;
  int top = cell.rect.top;
  for (const auto& child : cell.children) {
    if (child->parent != &cell) return name() + " has a child with another parent";
    if (child->rect.left != left || child->rect.top != top) return name() + " has a child at a wrong offset";
    if (cell.kind == Kind::row) {
      if (child->rect.rows != cell.rect.rows) return name() + " has a child of another height";
      left += child->rect.cols + 1;
    } else {
      if (child->rect.cols != cell.rect.cols) return name() + " has a child of another width";
      top += child->rect.rows + 1;
    }
    if (auto wrong = validate_cell(*child, seen); !wrong.empty()) return wrong;
  }
  const int end = cell.kind == Kind::row ? left - cell.rect.left : top - cell.rect.top;
  if (end - 1 != cells::side(cell, cell.kind)) return name() + " is not filled by its children";
  return {};
}

}  // namespace

std::string Layout::validate() const {
  if (root_ == nullptr) return {};
  if (root_->parent != nullptr) return "the root has a parent";
  if (root_->rect.left != 0 || root_->rect.top != 0) return "the root is not at 0,0";
  std::set<PaneId> seen;
  return validate_cell(*root_, seen);
}

}  // namespace sess::model
