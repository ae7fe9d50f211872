// What emoji become of their bytes: a look at the whole sequence instead of one at each of its code points,
// with the rules of UAX #29, its width so far and its number in the pool.
//
// An entry is what printing the sequence code point by code point would make of it, true for every emulator:
// all share one table and a pane costs nothing, as with SgrCache, and likewise emulators belong to one
// thread. The number of a cluster belongs to one emulator's pool until that frees any: an entry names both by
// an era.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sess::terminal {

class EmojiCache {
 public:
  /// Longer sequences are printed code point by code point: a family of four in skin tones has 41 bytes.
  static constexpr std::size_t kMostBytes = 43;

  struct Entry {
    std::uint64_t era = 0;                 ///< in which `glyph` is that; 0: in none
    std::uint32_t glyph = 0;               ///< of a cell, when there is more than one code point
    char32_t first = 0;                    ///< its first code point
    std::array<char, kMostBytes> bytes{};  ///< the sequence
    std::uint8_t size = 0;                 ///< bytes of it; 0: nothing is here
    std::uint8_t code_points = 0;
    std::uint8_t width =
        0;               ///< columns, 1 or 2; 0: it is not one cluster that only grows, or may join before
    bool glues = false;  ///< kClassGlues of the last code point
    [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
  };

  /// The bytes of the emoji sequence at p: an emoji or two regional indicators, and what goes on with them
  /// (variation selectors, skin tones, tags, the keycap, what ZWJ joins). 0 where none begins, a piece of it
  /// is missing, it is longer than kMostBytes or nothing follows in [p, end). What follows may still belong
  /// to it.
  [[nodiscard]] static std::size_t measure(const char* p, const char* end);

  /// The entry of a sequence that measure() found; may be another's at any later call.
  [[nodiscard]] static Entry& find(std::string_view sequence);

 private:
  static constexpr unsigned kBits = 10;  ///< 64 kB, of which pages are touched that are used
};

}  // namespace sess::terminal
