// What SGR sequences that came before made of the pen: coloured logs say the same few again and again.
//
// An entry is the pen before, the sequence's parameters and the pen after: true for every emulator, so all
// share one table and a pane costs nothing; emulators belong to one thread. (Thread-local it would be cleared
// at the start of every thread and process: 33 page faults, a fifth of what `sess ls` costs.) Of the pen
// before a sequence that begins with a reset only what no SGR resets counts. The number of the style belongs
// to one emulator's pool and to the time until that frees or renumbers any: an entry names both by an era,
// which the emulator renews.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "terminal/decode/tokens.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::terminal {

class SgrCache {
 public:
  struct Entry {
    std::uint64_t low = 0, high = 0;  ///< Sgr's. An entry of nothing says what is true: CSI m makes {} of {}
    Style before, after;
    std::uint16_t id = 0;   ///< of `after`
    std::uint64_t era = 0;  ///< in which id is that; 0: not known
    [[nodiscard]] bool holds(const Sgr& token, const Style& pen) const {
      return low == token.low && high == token.high && before == pen;
    }
  };

  /// Whether the sequence begins with a reset.
  [[nodiscard]] static bool resets(const Sgr& token) {
    char first[2];
    std::memcpy(first, &token.low, sizeof(first));
    return first[0] == '\0' || (first[0] == '0' && (first[1] == '\0' || first[1] == ';'));
  }

  /// Where this sequence has its place with this pen; another one may be there. Stays where it is, and may be
  /// another's at any later call.
  [[nodiscard]] static Entry& place(const Sgr& token, const Style& pen) {
    static std::array<Entry, std::size_t{1} << kBits> entries;
    std::uint64_t colors = 0;
    static_assert(sizeof(pen.fg) + sizeof(pen.bg) == sizeof(colors));
    std::memcpy(&colors, &pen, sizeof(colors));
    const std::uint64_t mixed =
        (token.low ^ (token.high * 31) ^ (colors << 7U) ^ pen.attrs) * 0x9E3779B97F4A7C15ULL;
    return entries[static_cast<std::size_t>(mixed >> (64U - kBits))];
  }

  /// One that no emulator had before.
  [[nodiscard]] static std::uint64_t new_era() {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

 private:
  static constexpr unsigned kBits = 11;  ///< 160 kB, of which pages are touched that are used
};

}  // namespace sess::terminal
