// The named layouts, and the order in which next-layout goes through them.
#include <algorithm>
#include <array>

#include "model/layout/cells.hpp"
#include "model/layout/layout.hpp"
#include "model/number.hpp"

namespace sess::model {

using cells::Kind;
using cells::Owned;

namespace {

struct Row {
  std::string_view name;
  Preset preset;
};
constexpr std::array<Row, 7> kPresets{{
    {"even-horizontal", Preset::even_horizontal},
    {"even-vertical", Preset::even_vertical},
    {"main-horizontal", Preset::main_horizontal},
    {"main-vertical", Preset::main_vertical},
    {"tiled", Preset::tiled},
    {"main-horizontal-mirrored", Preset::main_horizontal_mirrored},
    {"main-vertical-mirrored", Preset::main_vertical_mirrored},
}};
constexpr std::size_t kCycled = 5;  // those of 3.3a

/// A side that holds `count` panes along `kind` at their minimum, at least `wanted`. One line more where a
/// title line is taken (tmux forgets it, and its layout does not add up then).
int fitting(std::size_t count, Kind kind, int wanted, BorderStatus border) {
  const int line = kind == Kind::column && border != BorderStatus::off ? 1 : 0;
  return std::max(static_cast<int>(count) * (kPaneMinimum + 1) - 1 + line, wanted);
}

Owned even(const std::vector<PaneId>& panes, Kind kind, Size size, BorderStatus border) {
  Rect rect{0, 0, size.cols, size.rows};
  (kind == Kind::row ? rect.cols : rect.rows) =
      fitting(panes.size(), kind, kind == Kind::row ? size.cols : size.rows, border);
  auto root = cells::make_node(kind, rect);
  for (const PaneId pane : panes) {
    root->children.push_back(cells::make_leaf(pane, Rect{0, 0, size.cols, size.rows}, root.get()));
  }
  cells::spread(*root, border);
  return root;
}

/// The sides of the main pane and of the others, out of `whole` without the border between them.
std::pair<int, int> main_sides(int whole, const std::string& main_text, const std::string& other_text,
                               int fallback) {
  const auto main = parse_size(main_text, 0, whole, whole);
  int first = main ? static_cast<int>(*main) : fallback;
  if (first + kPaneMinimum >= whole) {
    first = whole <= kPaneMinimum * 2 ? kPaneMinimum : whole - kPaneMinimum;
    return {first, kPaneMinimum};
  }
  const auto other = parse_size(other_text, 0, whole, whole);
  const int second = other ? static_cast<int>(*other) : 0;
  if (second == 0 || second > whole || whole - second < first) return {first, whole - first};
  return {whole - second, second};
}

/// One large pane and the others in a line beside it. `kind` is how the large one and the line lie.
Owned with_main(const std::vector<PaneId>& panes, Kind kind, bool mirrored, Size size,
                const PresetSizes& sizes, BorderStatus border) {
  const bool columns = kind == Kind::row;  // main-vertical: side by side
  const auto [main, other] = columns ? main_sides(size.cols - 1, sizes.main_width, sizes.other_width, 80)
                                     : main_sides(size.rows - 1, sizes.main_height, sizes.other_height, 24);
  const std::size_t others = panes.size() - 1;
  const int across =
      fitting(others, columns ? Kind::column : Kind::row, columns ? size.rows : size.cols, border);
  const auto rect = [&](int along, int cross) {
    return columns ? Rect{0, 0, along, cross} : Rect{0, 0, cross, along};
  };
  auto root = cells::make_node(kind, rect(main + other + 1, across));
  root->children.push_back(cells::make_leaf(panes.front(), rect(main, across), root.get()));
  if (others == 1) {
    root->children.push_back(cells::make_leaf(panes[1], rect(other, across), root.get()));
  } else {
    auto line = cells::make_node(columns ? Kind::column : Kind::row, rect(other, across), root.get());
    for (std::size_t i = 1; i < panes.size(); ++i) {
      line->children.push_back(cells::make_leaf(panes[i], rect(other, kPaneMinimum), line.get()));
    }
    root->children.push_back(std::move(line));
  }
  if (mirrored) std::swap(root->children[0], root->children[1]);
  for (auto& child : root->children) cells::spread(*child, border);
  return root;
}

Owned tiled(const std::vector<PaneId>& panes, Size size, BorderStatus border) {
  const int count = static_cast<int>(panes.size());
  int rows = 1;
  int columns = 1;
  while (rows * columns < count) {
    ++rows;
    if (rows * columns < count) ++columns;
  }
  const int width = std::max((size.cols - (columns - 1)) / columns, kPaneMinimum);
  const int height = std::max((size.rows - (rows - 1)) / rows, kPaneMinimum);
  const int whole_cols = std::max((width + 1) * columns - 1, static_cast<int>(size.cols));
  const int whole_rows = std::max((height + 1) * rows - 1, static_cast<int>(size.rows));
  auto root = cells::make_node(Kind::column, Rect{0, 0, whole_cols, whole_rows});

  for (int next = 0; next < count;) {
    if (count - next == 1 || columns == 1) {
      const auto pane = panes[static_cast<std::size_t>(next++)];
      root->children.push_back(cells::make_leaf(pane, Rect{0, 0, whole_cols, height}, root.get()));
      continue;
    }
    auto row = cells::make_node(Kind::row, Rect{0, 0, whole_cols, height}, root.get());
    int used = -1;
    for (int i = 0; i < columns && next < count; ++i) {
      const auto pane = panes[static_cast<std::size_t>(next++)];
      row->children.push_back(cells::make_leaf(pane, Rect{0, 0, width, height}, row.get()));
      used += width + 1;
    }
    if (whole_cols > used) cells::adjust(*row->children.back(), Kind::row, whole_cols - used, border);
    root->children.push_back(std::move(row));
  }
  const int used = rows * height + rows - 1;
  if (whole_rows > used) cells::adjust(*root->children.back(), Kind::column, whole_rows - used, border);
  return root;
}

}  // namespace

std::optional<Preset> find_preset(std::string_view name) {
  for (const Row& row : kPresets) {
    if (row.name == name) return row.preset;
  }
  if (name.empty()) return std::nullopt;
  // Abbreviations mean what they mean in 3.3a; the newer names are found when no old one begins that way.
  const auto unique = [&](auto first, auto last) -> std::optional<Preset> {
    std::optional<Preset> found;
    for (auto it = first; it != last; ++it) {
      if (!it->name.starts_with(name)) continue;
      if (found) return std::nullopt;
      found = it->preset;
    }
    return found;
  };
  const auto middle = kPresets.begin() + kCycled;
  if (std::any_of(kPresets.begin(), middle, [&](const Row& row) { return row.name.starts_with(name); })) {
    return unique(kPresets.begin(), middle);
  }
  return unique(middle, kPresets.end());
}

Preset next_preset(std::optional<Preset> last) {
  if (!last) return kPresets.front().preset;
  const auto at = static_cast<std::size_t>(*last) + 1;
  return kPresets[at < kCycled ? at : 0].preset;
}

Preset previous_preset(std::optional<Preset> last) {
  if (!last || *last == kPresets.front().preset) return kPresets[kCycled - 1].preset;
  return kPresets[std::min(static_cast<std::size_t>(*last), kCycled) - 1].preset;
}

void Layout::arrange(Preset preset, const std::vector<PaneId>& panes, Size size, const PresetSizes& sizes,
                     BorderStatus border) {
  if (panes.size() <= 1) return;
  switch (preset) {
    case Preset::even_horizontal:
      root_ = even(panes, Kind::row, size, border);
      break;
    case Preset::even_vertical:
      root_ = even(panes, Kind::column, size, border);
      break;
    case Preset::main_horizontal:
      root_ = with_main(panes, Kind::column, false, size, sizes, border);
      break;
    case Preset::main_vertical:
      root_ = with_main(panes, Kind::row, false, size, sizes, border);
      break;
    case Preset::main_horizontal_mirrored:
      root_ = with_main(panes, Kind::column, true, size, sizes, border);
      break;
    case Preset::main_vertical_mirrored:
      root_ = with_main(panes, Kind::row, true, size, sizes, border);
      break;
    case Preset::tiled:
      root_ = tiled(panes, size, border);
      break;
  }
  fix_offsets();
}

}  // namespace sess::model
