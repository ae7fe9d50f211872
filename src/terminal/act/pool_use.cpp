#include "terminal/act/pool_use.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "base/width.hpp"

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

std::string_view PoolUse::text(const Cell& cell, std::string& scratch) const {
  if ((cell.glyph & kClusterBit) != 0) return cluster(cell.glyph);
  scratch.clear();
  append_utf8(scratch, cell.glyph);
  return scratch;
}

std::size_t PoolUse::cells() const {
  return static_cast<std::size_t>(screens_.rows()) * static_cast<std::size_t>(screens_.cols());
}

void PoolUse::new_era() {
  era_ = SgrCache::new_era();
  runs_.forget();
}

void PoolUse::reset() {
  styles_ = {};
  clusters_ = {};
  links_ = {};
  new_era();
  cluster_era_ = SgrCache::new_era();
}

// --- styles ---------------------------------------------------------------------------------------------

std::uint16_t PoolUse::intern(const Style& style) {
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

void PoolUse::collect_styles() {
  std::vector<bool> used(std::max<std::size_t>(1, styles_.size()));
  used[0] = true;
  if (pen_.held() < used.size()) used[pen_.held()] = true;
  screens_.each_cell([&](const Cell& cell) {
    if (cell.style < used.size()) used[cell.style] = true;
  });
  new_era();
  styles_.collect(used, cells());
}

void PoolUse::renumber(const std::vector<std::uint16_t>& to) {
  screens_.each_cell(
      [&](Cell& cell) { cell.style = cell.style < to.size() ? to[cell.style] : std::uint16_t{0}; });
  collect_styles();
}

/// More styles are on the screen than numbers exist: the older half gets the palette's colours and plain
/// underlines, and no colours at all where even those are too many.
void PoolUse::shed_styles() {
  const std::uint16_t pen = pen_.held();
  for (const bool colourless : {false, true}) {
    std::vector<bool> old(styles_.size());
    std::size_t left = styles_.size() - 1;
    screens_.each_cell([&](const Cell& cell) {
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

std::uint32_t PoolUse::intern_cluster(std::string_view text, int width) {
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

void PoolUse::collect_clusters() {
  std::vector<bool> used(clusters_.size());
  screens_.each_cell([&](const Cell& cell) {
    const std::uint32_t id = cell.glyph & ~kClusterBit;
    if ((cell.glyph & kClusterBit) != 0 && id < used.size()) used[id] = true;
  });
  cluster_era_ = SgrCache::new_era();
  clusters_.collect(used, cells());
}

void PoolUse::shed_clusters(std::size_t keep_bytes) {
  std::vector<bool> gone(clusters_.size());
  std::size_t left = clusters_.bytes();
  screens_.each_cell([&](Cell& cell) {
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
}

// --- links ----------------------------------------------------------------------------------------------

std::uint16_t PoolUse::intern_link(std::string_view id, std::string_view uri) {
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

void PoolUse::collect_links() {
  collect_styles();
  std::vector<bool> used(links_.size() + 1);
  const auto mark = [&](const Style& style) {
    if (style.link < used.size()) used[style.link] = true;
  };
  styles_.each(mark);
  mark(pen_.style());
  links_.collect(used);
}

void PoolUse::shed_links(std::size_t keep_bytes, std::size_t keep) {
  std::vector<bool> gone(links_.size() + 1);
  std::size_t bytes = links_.bytes();
  std::size_t live = links_.live();
  screens_.each_cell([&](const Cell& cell) {
    const std::uint16_t link = styles_.get(cell.style).link;
    if (link == 0 || link == pen_.style().link || gone[link] || (bytes <= keep_bytes && live <= keep)) return;
    gone[link] = true;
    bytes -= std::min(bytes, links_.bytes_of(link));
    live -= std::min<std::size_t>(live, 1);
  });
  const std::uint16_t pen = pen_.held();
  renumber(styles_.rewrite(pen, [&](std::uint16_t, Style& style) {
    if (gone[style.link]) style.link = 0;
  }));
  collect_links();
}

void PoolUse::make_plain() {
  shed_clusters(0);
  screens_.each_cell([](Cell& cell) { cell.style = 0; });
  pen_.change();
  collect_links();
}

}  // namespace sess::terminal
