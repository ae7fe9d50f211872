// Atlas gives numbers to the styles, hyperlinks and grapheme clusters of frames, so that a cell is eight
// bytes and two cells of frames that share an atlas are equal exactly when their bytes are.
//
// It only grows; Frame::successor() begins a new one when it is crowded, so memory stays bounded. Owned
// jointly by the frames that use it, on one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "terminal/screen/cell.hpp"

namespace sess::render {

/// One drawn cell. A wide character is a cell of width 2 and then one of width 0 with the same style.
struct Cell {
  static constexpr std::uint32_t kCluster = 1U << 27;  ///< the glyph is kCluster | cluster number
  std::uint32_t glyph : 28 = U' ';                     ///< a blank is a space
  std::uint32_t width : 4 = 1;
  std::uint32_t style = 0;  ///< number in the atlas; 0 is the terminal's own colours without attributes
  bool operator==(const Cell&) const = default;
};
static_assert(sizeof(Cell) == 8);

class Atlas {
 public:
  Atlas();

  /// The number of a style. `style.link` is ignored; `link` is what OSC 8 has after "8;"
  /// ("id=x;https://...", ";https://..."), empty for none.
  [[nodiscard]] std::uint32_t style(const terminal::Style& style, std::string_view link = {});
  /// By number; Style::link of the result is 0.
  [[nodiscard]] const terminal::Style& style(std::uint32_t number) const { return styles_[number].style; }
  [[nodiscard]] std::string_view link(std::uint32_t number) const { return links_[styles_[number].link]; }

  /// The glyph of a grapheme cluster: its code point when it is one, otherwise kCluster | number.
  [[nodiscard]] std::uint32_t glyph(std::string_view cluster);
  void append_text(std::string& out, Cell cell) const;

  /// The cell of another atlas in this one's numbers; one that is equal to no cell when its parts are unknown
  /// here.
  [[nodiscard]] Cell translate(Cell cell, const Atlas& from) const;

  /// Whether frames should move to a new atlas.
  [[nodiscard]] bool crowded() const;

 private:
  struct Entry {
    terminal::Style style;
    std::uint32_t link = 0;
    bool operator==(const Entry&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Entry& entry) const;
  };
  std::vector<Entry> styles_;
  std::unordered_map<Entry, std::uint32_t, Hash> style_numbers_;
  std::deque<std::string> links_;
  std::unordered_map<std::string_view, std::uint32_t> link_numbers_;
  std::deque<std::string> clusters_;
  std::unordered_map<std::string_view, std::uint32_t> cluster_numbers_;
  std::size_t text_bytes_ = 0;
};

}  // namespace sess::render
