// What the cells use of the pools: numbers for styles, clusters and links, and what goes when a pool is full.
//
// Owns the pools and what is known by their numbers. A full pool is collected first. When everything in it is
// in use, the oldest cells lose what they have of it until half of the pool is free: the rows of the screen
// that is not shown, then those at the top. Half, so that a program which fills a pool again and again pays
// one pass over the screen for thousands of tokens, not for each. What goes depends on the cells and the pen
// alone, so the same bytes give the same screen with or without a crash in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/act/pen.hpp"
#include "terminal/act/screens.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/screen/pools.hpp"

namespace sess::terminal {

class PoolUse {
 public:
  PoolUse(Screens& screens, Pen& pen) : screens_(screens), pen_(pen) {}

  /// The style's number; 0, the default's, when there is no room even after shedding.
  [[nodiscard]] std::uint16_t intern(const Style& style);
  /// The glyph of a cell that shows `text`: the cluster's number, or its first character when there is no
  /// room.
  [[nodiscard]] std::uint32_t intern_cluster(std::string_view text, int width);
  [[nodiscard]] std::uint16_t intern_link(std::string_view id, std::string_view uri);

  [[nodiscard]] const Style& style(std::uint16_t id) const { return styles_.get(id); }
  [[nodiscard]] std::string_view cluster(std::uint32_t glyph) const {
    return clusters_.get(glyph & ~kClusterBit);
  }
  [[nodiscard]] const LinkPool& links() const { return links_; }
  /// The cell's text, held by `scratch` or the pool.
  [[nodiscard]] std::string_view text(const Cell& cell, std::string& scratch) const;

  /// In which the numbers of styles mean what they do.
  [[nodiscard]] std::uint64_t era() const { return era_; }
  /// In which the numbers of clusters do.
  [[nodiscard]] std::uint64_t cluster_era() const { return cluster_era_; }
  /// Encodings of runs by the numbers of styles.
  [[nodiscard]] RunEncoder& runs() { return runs_; }

  /// While a checkpoint is read: what does not fit the pools goes, nothing that is there does.
  void set_loading(bool loading) { loading_ = loading; }
  void collect_links();
  /// Takes links from the oldest cells until at most so many bytes and links are left. The pen keeps its own.
  void shed_links(std::size_t keep_bytes, std::size_t keep);
  /// What is left of the screens is text: for a checkpoint that would not fit otherwise.
  void make_plain();
  void reset();

 private:
  void new_era();
  void collect_styles();
  void collect_clusters();
  void shed_styles();
  void shed_clusters(std::size_t keep_bytes);
  void renumber(const std::vector<std::uint16_t>& to);
  [[nodiscard]] std::size_t cells() const;

  Screens& screens_;
  Pen& pen_;
  StylePool styles_;
  ClusterPool clusters_;
  LinkPool links_;
  std::uint64_t era_ = SgrCache::new_era();
  std::uint64_t cluster_era_ = SgrCache::new_era();
  RunEncoder runs_;
  bool loading_ = false;
};

}  // namespace sess::terminal
