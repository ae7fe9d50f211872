// Interned styles, clusters and hyperlinks: what a Cell or a Style names by number.
//
// Numbers stay until collect() frees those that nothing uses; the owner calls it when intern() finds the pool
// at its limit, having marked what is in use by scanning its grids. Nothing is counted per cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "terminal/screen/cell.hpp"

namespace sess::terminal {

class StylePool {
 public:
  static constexpr std::size_t kMax = 0xFFFF;

  /// Number 0 is the default style and always there.
  [[nodiscard]] const Style& get(std::uint16_t id) const {
    return id < styles_.size() ? styles_[id] : kDefault;
  }
  /// The style's number, or nothing when the limit is reached: collect, then try again.
  [[nodiscard]] std::optional<std::uint16_t> intern(const Style& style);
  /// Frees every number that `used` does not name; raises the limit when most are in use.
  void collect(const std::vector<bool>& used, std::size_t cells);
  [[nodiscard]] std::size_t size() const { return styles_.size(); }

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& style : styles_) visit(style);
  }

 private:
  static const Style kDefault;
  [[nodiscard]] static std::size_t hash(const Style& style);
  void grow_table();
  void insert(std::uint16_t id);

  std::vector<Style> styles_;
  std::vector<std::uint16_t> free_;
  std::vector<std::uint16_t> table_;  ///< open addressing over numbers, 0 empty
  std::size_t limit_ = 512;
};

/// Strings by number from 0: clusters.
class ClusterPool {
 public:
  static constexpr std::size_t kMaxBytes = 128;  ///< of one cluster; further marks are dropped

  [[nodiscard]] std::string_view get(std::uint32_t id) const {
    return id < texts_.size() ? std::string_view(texts_[id]) : std::string_view();
  }
  [[nodiscard]] std::optional<std::uint32_t> intern(std::string_view text);
  void collect(const std::vector<bool>& used, std::size_t cells);
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::size_t limit_ = 512;
};

/// Hyperlinks by number from 1: the URI and its id= parameter.
class LinkPool {
 public:
  static constexpr std::size_t kMax = 8192;

  [[nodiscard]] std::string_view uri(std::uint16_t id) const;
  [[nodiscard]] std::string_view id(std::uint16_t id) const;
  [[nodiscard]] std::optional<std::uint16_t> intern(std::string_view id, std::string_view uri);
  void collect(const std::vector<bool>& used);
  [[nodiscard]] std::size_t size() const { return links_.size(); }

 private:
  std::vector<std::string> links_;  ///< id, a newline, URI
  std::vector<std::uint16_t> free_;
  std::unordered_map<std::string, std::uint16_t> index_;
  std::size_t limit_ = 256;
};

}  // namespace sess::terminal
