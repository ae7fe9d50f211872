// Interned styles, clusters and hyperlinks: what a Cell or a Style names by number.
//
// Numbers stay until collect() frees those that nothing uses; the owner calls it when intern() finds the pool
// at its limit, having marked what is in use by scanning its grids. Nothing is counted per cell. Every pool
// is bounded in number or in bytes: whatever a program prints, a checkpoint fits its slot
// (Emulator::kMaxSaved).
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
  /// How many more there can ever be.
  [[nodiscard]] std::size_t room() const { return kMax - styles_.size() + free_.size(); }

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& style : styles_) visit(style);
  }

  /// Changes every style but number `fixed` with change(number, style) and returns the number that each has
  /// from now on: those that became equal share one. The owner renumbers its cells and then collects.
  template <class Change>
  [[nodiscard]] std::vector<std::uint16_t> rewrite(std::uint16_t fixed, Change change) {
    for (std::size_t id = 1; id < styles_.size(); ++id) {
      if (id != fixed) change(static_cast<std::uint16_t>(id), styles_[id]);
    }
    return renumber(fixed);
  }

 private:
  static const Style kDefault;
  [[nodiscard]] static std::size_t hash(const Style& style);
  [[nodiscard]] std::vector<std::uint16_t> renumber(std::uint16_t fixed);
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
  static constexpr std::size_t kMaxTotal = std::size_t{1} << 20;  ///< of all: 8 000 of the longest

  [[nodiscard]] std::string_view get(std::uint32_t id) const {
    return id < texts_.size() ? std::string_view(texts_[id]) : std::string_view();
  }
  [[nodiscard]] std::optional<std::uint32_t> intern(std::string_view text);
  void collect(const std::vector<bool>& used, std::size_t cells);
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::size_t limit_ = 512;
  std::size_t bytes_ = 0;
  std::size_t byte_limit_ = 16 * 1024;
};

/// Hyperlinks by number from 1: the URI and its id= parameter.
class LinkPool {
 public:
  static constexpr std::size_t kMax = 8192;
  static constexpr std::size_t kMaxTotal = std::size_t{4} << 20;  ///< bytes of all: 512 for each of so many

  [[nodiscard]] std::string_view uri(std::uint16_t id) const;
  [[nodiscard]] std::string_view id(std::uint16_t id) const;
  [[nodiscard]] std::optional<std::uint16_t> intern(std::string_view id, std::string_view uri);
  void collect(const std::vector<bool>& used);
  [[nodiscard]] std::size_t size() const { return links_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// How many are in use, and what one of them takes of kMaxTotal.
  [[nodiscard]] std::size_t live() const { return links_.size() - free_.size(); }
  [[nodiscard]] std::size_t bytes_of(std::uint16_t id) const {
    return id == 0 || id > links_.size() ? 0 : links_[id - 1U].size();
  }

 private:
  std::vector<std::string> links_;  ///< id, a newline, URI
  std::vector<std::uint16_t> free_;
  std::unordered_map<std::string, std::uint16_t> index_;
  std::size_t limit_ = 256;
  std::size_t bytes_ = 0;
  std::size_t byte_limit_ = 64 * 1024;
};

}  // namespace sess::terminal
