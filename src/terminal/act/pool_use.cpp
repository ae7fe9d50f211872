// What the cells use of the pools: numbers for styles, clusters and links, and what goes when a pool is full.
//
// A full pool is collected first. When everything in it is in use, the oldest cells lose what they have of it
// until half of the pool is free: the rows of the screen that is not shown, then those at the top. Half, so
// that a program which fills a pool again and again pays one pass over the screen for thousands of tokens,
// not for each. What goes depends on the cells and the pen alone, so the same bytes give the same screen with
// or without a crash in between.
#include <algorithm>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "terminal/act/core.hpp"

namespace sess::terminal {
namespace {

constexpr char32_t kWideReplacement =
    0x3013;  // GETA MARK: what stands for a missing character of two columns

/// What is left of a cluster without its marks, in the same columns.
std::uint32_t without_marks(std::string_view cluster, int width) {
  const char32_t base = cluster.empty() ? kReplacement : decode_utf8(cluster).code_point;
  if (base >= 0xA0 || (base >= 0x20 && base < 0x7F)) {
    if (code_point_width(base) == width) return base;
  }
  return width == 2 ? kWideReplacement : kReplacement;
}

/// The nearest of the palette's 6x6x6 cube.
Color coarse(Color color) {
  if (color.kind != Color::Kind::rgb) return color;
  const auto level = [](unsigned v) { return v < 48 ? 0U : v < 115 ? 1U : (v - 35U) / 40U; };
  return Color::indexed(
      static_cast<std::uint8_t>(16 + 36 * level(color.r) + 6 * level(color.g) + level(color.b)));
}

}  // namespace

/// Every cell, oldest first.
template <class Visit>
void Core::each_cell(Visit visit) {
  const bool alternate = modes_.alternate_screen;
  for (Grid* one : {alternate ? main_.get() : alternate_.get(), alternate ? alternate_.get() : main_.get()}) {
    if (one == nullptr) continue;
    for (int r = 0; r < one->rows(); ++r) {
      Row& row = one->row(r);
      for (std::size_t i = 0; i < row.used; ++i) visit(row.cells[i]);
    }
  }
  if (rewrapped_ == nullptr) return;
  for (auto& line : *rewrapped_) {
    for (Cell& cell : line.cells) visit(cell);
  }
}

// --- styles ---------------------------------------------------------------------------------------------

std::uint16_t Core::intern(const Style& style) {
  auto id = styles_.intern(style);
  if (!id) {
    collect_styles();
    id = styles_.intern(style);
  }
  if (!id && !loading_) {
    shed_styles();
    id = styles_.intern(style);
  }
  return id.value_or(0);
}

void Core::collect_styles() {
  std::vector<bool> used(std::max<std::size_t>(1, styles_.size()));
  used[0] = true;
  if (!pen_changed_ && pen_id_ < used.size()) used[pen_id_] = true;
  each_cell([&](const Cell& cell) {
    if (cell.style < used.size()) used[cell.style] = true;
  });
  style_era_ = SgrCache::new_era();
  run_encoder_.forget();
  styles_.collect(used, static_cast<std::size_t>(rows()) * static_cast<std::size_t>(cols()));
}

void Core::renumber(const std::vector<std::uint16_t>& to) {
  each_cell([&](Cell& cell) { cell.style = cell.style < to.size() ? to[cell.style] : std::uint16_t{0}; });
  collect_styles();
  touch_all();
}

/// More styles are on the screen than numbers exist: the older half gets the palette's colours and plain
/// underlines, and no colours at all where even those are too many.
void Core::shed_styles() {
  const std::uint16_t pen = pen_changed_ ? std::uint16_t{0} : pen_id_;
  for (const bool colourless : {false, true}) {
    std::vector<bool> old(styles_.size());
    std::size_t left = styles_.size() - 1;
    each_cell([&](const Cell& cell) {
      if (left <= StylePool::kMax / 2 || cell.style >= old.size() || old[cell.style]) return;
      old[cell.style] = true;
      --left;
    });
    renumber(styles_.rewrite(pen, [&](std::uint16_t id, Style& style) {
      if (!old[id]) return;
      style.link = 0;
      style.underline_color = {};
      if (style.underline != Underline::none) style.underline = Underline::single;
      style.fg = colourless ? Color{} : coarse(style.fg);
      style.bg = colourless ? Color{} : coarse(style.bg);
    }));
    if (styles_.room() >= StylePool::kMax / 4) return;
  }
}

// --- clusters -------------------------------------------------------------------------------------------

/// The glyph of a cell that shows `text`: the cluster's number, or its first character when there is no room.
std::uint32_t Core::intern_cluster(std::string_view text, int width) {
  auto id = clusters_.intern(text);
  if (!id) {
    collect_clusters();
    id = clusters_.intern(text);
  }
  if (!id && !loading_) {
    shed_clusters(ClusterPool::kMaxTotal / 2);
    id = clusters_.intern(text);
  }
  return id ? kClusterBit | *id : without_marks(text, width);
}

void Core::collect_clusters() {
  std::vector<bool> used(clusters_.size());
  each_cell([&](const Cell& cell) {
    const std::uint32_t id = cell.glyph & ~kClusterBit;
    if ((cell.glyph & kClusterBit) != 0 && id < used.size()) used[id] = true;
  });
  clusters_.collect(used, static_cast<std::size_t>(rows()) * static_cast<std::size_t>(cols()));
}

void Core::shed_clusters(std::size_t keep_bytes) {
  std::vector<bool> gone(clusters_.size());
  std::size_t left = clusters_.bytes();
  each_cell([&](Cell& cell) {
    const std::uint32_t id = cell.glyph & ~kClusterBit;
    if ((cell.glyph & kClusterBit) == 0 || id >= gone.size()) return;
    const std::string_view text = clusters_.get(id);
    if (!gone[id]) {
      if (left <= keep_bytes) return;
      gone[id] = true;
      left -= std::min(left, text.size());
    }
    cell.glyph = without_marks(text, cell.width);
  });
  collect_clusters();
  touch_all();
}

// --- links ----------------------------------------------------------------------------------------------

std::uint16_t Core::intern_link(std::string_view id, std::string_view uri) {
  auto link = links_.intern(id, uri);
  if (!link) {
    collect_links();
    link = links_.intern(id, uri);
  }
  if (!link && !loading_) {
    shed_links(LinkPool::kMaxTotal / 2, LinkPool::kMax / 2);
    link = links_.intern(id, uri);
  }
  return link.value_or(0);
}

void Core::collect_links() {
  collect_styles();
  std::vector<bool> used(links_.size() + 1);
  const auto mark = [&](const Style& style) {
    if (style.link < used.size()) used[style.link] = true;
  };
  styles_.each(mark);
  mark(pen_);
  links_.collect(used);
}

/// Takes links from the oldest cells until at most so many bytes and links are left. The pen keeps its own.
void Core::shed_links(std::size_t keep_bytes, std::size_t keep) {
  std::vector<bool> gone(links_.size() + 1);
  std::size_t bytes = links_.bytes();
  std::size_t live = links_.live();
  each_cell([&](const Cell& cell) {
    const std::uint16_t link = styles_.get(cell.style).link;
    if (link == 0 || link == pen_.link || gone[link] || (bytes <= keep_bytes && live <= keep)) return;
    gone[link] = true;
    bytes -= std::min(bytes, links_.bytes_of(link));
    live -= std::min<std::size_t>(live, 1);
  });
  const std::uint16_t pen = pen_changed_ ? std::uint16_t{0} : pen_id_;
  renumber(styles_.rewrite(pen, [&](std::uint16_t, Style& style) {
    if (gone[style.link]) style.link = 0;
  }));
  collect_links();
}

/// What is left of the screens is text: for a checkpoint that would not fit otherwise.
void Core::make_plain() {
  shed_clusters(0);
  each_cell([](Cell& cell) { cell.style = 0; });
  pen_ = {};
  pen_changed_ = true;
  collect_links();
  touch_all();
}

}  // namespace sess::terminal
