#include "render/atlas.hpp"

#include "base/utf8.hpp"

namespace sess::render {
namespace {

// A frame of a huge screen full of distinct colours needs 1 Mi styles; more than that is left over from
// others.
constexpr std::size_t kCrowdedStyles = 100'000;
constexpr std::size_t kCrowdedText = 1024 * 1024;

[[nodiscard]] std::uint64_t pack(terminal::Color color) {
  return static_cast<std::uint64_t>(color.kind) << 24 | static_cast<std::uint64_t>(color.r) << 16 |
         static_cast<std::uint64_t>(color.g) << 8 | color.b;
}

}  // namespace

std::size_t Atlas::Hash::operator()(const Entry& entry) const {
  std::uint64_t h = pack(entry.style.fg) | pack(entry.style.bg) << 32;
  h ^= (pack(entry.style.underline_color) << 20 | static_cast<std::uint64_t>(entry.style.attrs) << 4 |
        static_cast<std::uint64_t>(entry.style.underline)) *
       0x9E3779B97F4A7C15ULL;
  h ^= static_cast<std::uint64_t>(entry.link) << 40;
  h *= 0xFF51AFD7ED558CCDULL;
  return static_cast<std::size_t>(h ^ (h >> 32));
}

Atlas::Atlas() {
  links_.emplace_back();
  styles_.push_back({});
  style_numbers_.emplace(Entry{}, 0);
}

std::uint32_t Atlas::style(const terminal::Style& style, std::string_view link) {
  Entry entry{style, 0};
  entry.style.link = 0;
  if (!link.empty()) {
    if (const auto known = link_numbers_.find(link); known != link_numbers_.end()) {
      entry.link = known->second;
    } else {
      entry.link = static_cast<std::uint32_t>(links_.size());
      links_.emplace_back(link);
      link_numbers_.emplace(links_.back(), entry.link);
      text_bytes_ += link.size();
    }
  }
  const auto [at, inserted] = style_numbers_.try_emplace(entry, static_cast<std::uint32_t>(styles_.size()));
  if (inserted) styles_.push_back(entry);
  return at->second;
}

std::uint32_t Atlas::glyph(std::string_view cluster) {
  if (cluster.empty()) return U' ';
  const auto decoded = decode_utf8(cluster);
  if (decoded.length == cluster.size()) return static_cast<std::uint32_t>(decoded.code_point);
  if (const auto known = cluster_numbers_.find(cluster); known != cluster_numbers_.end()) {
    return Cell::kCluster | known->second;
  }
  const auto number = static_cast<std::uint32_t>(clusters_.size());
  clusters_.emplace_back(cluster);
  cluster_numbers_.emplace(clusters_.back(), number);
  text_bytes_ += cluster.size();
  return Cell::kCluster | number;
}

void Atlas::append_text(std::string& out, Cell cell) const {
  if (cell.width == 0) return;
  if ((cell.glyph & Cell::kCluster) != 0) {
    out += clusters_[cell.glyph & ~Cell::kCluster];
  } else if (cell.glyph < 128) {
    out += static_cast<char>(cell.glyph);
  } else {
    append_utf8(out, static_cast<char32_t>(cell.glyph));
  }
}

Cell Atlas::translate(Cell cell, const Atlas& from) const {
  constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
  Entry entry{from.style(cell.style), 0};
  const std::string_view target = from.link(cell.style);
  if (!target.empty()) {
    const auto known = link_numbers_.find(target);
    entry.link = known == link_numbers_.end() ? kUnknown : known->second;
  }
  const auto known = style_numbers_.find(entry);
  cell.style = known == style_numbers_.end() ? kUnknown : known->second;
  if ((cell.glyph & Cell::kCluster) != 0) {
    const auto cluster = cluster_numbers_.find(from.clusters_[cell.glyph & ~Cell::kCluster]);
    if (cluster == cluster_numbers_.end()) {
      cell.style = kUnknown;
    } else {
      cell.glyph = (Cell::kCluster | cluster->second) & 0xFFFFFFFU;
    }
  }
  return cell;
}

bool Atlas::crowded() const {
  return styles_.size() > kCrowdedStyles || text_bytes_ > kCrowdedText || clusters_.size() > kCrowdedStyles;
}

}  // namespace sess::render
