// Runs of cells at once: ASCII into cells, cells back into ASCII, blanks. The inner loops of printing and
// scrolling, two to sixteen cells a step where the machine has SSE2.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "terminal/screen/cell.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sess::terminal {

/// std::memcpy() of what is mostly a word or two.
inline void copy_short(char* out, const char* from, std::size_t n) {
  const auto ends = [&]<class Word>(Word) {
    Word first, last;
    std::memcpy(&first, from, sizeof(first));
    std::memcpy(&last, from + n - sizeof(last), sizeof(last));
    std::memcpy(out, &first, sizeof(first));
    std::memcpy(out + n - sizeof(last), &last, sizeof(last));
  };
  if (n > 16) {
    std::memcpy(out, from, n);
  } else if (n >= 8) {
    ends(std::uint64_t{});
  } else if (n >= 4) {
    ends(std::uint32_t{});
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = from[i];
  }
}

/// Narrow cells of printable ASCII in one style.
inline void put_ascii(Cell* out, const char* text, std::size_t n, std::uint16_t style) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  const __m128i rest = _mm_set1_epi32(static_cast<int>(style | 1U << 16U));  // style, width 1, no flags
  auto* to = reinterpret_cast<__m128i*>(out);
  for (; i + 16 <= n; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    for (const __m128i words : {_mm_unpacklo_epi8(bytes, zero), _mm_unpackhi_epi8(bytes, zero)}) {
      for (const __m128i glyphs : {_mm_unpacklo_epi16(words, zero), _mm_unpackhi_epi16(words, zero)}) {
        _mm_storeu_si128(to++, _mm_unpacklo_epi32(glyphs, rest));
        _mm_storeu_si128(to++, _mm_unpackhi_epi32(glyphs, rest));
      }
    }
  }
  const auto put_four = [&](std::size_t at) {
    int four = 0;
    std::memcpy(&four, text + at, sizeof(four));
    const __m128i glyphs = _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero), zero);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), _mm_unpacklo_epi32(glyphs, rest));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at) + 1, _mm_unpackhi_epi32(glyphs, rest));
  };
  for (; i + 4 <= n; i += 4) put_four(i);
  if (i < n && n >= 4) return put_four(n - 4);  // some of them a second time
#endif
  const auto base = std::bit_cast<std::uint64_t>(Cell{0, style, 1, 0});
  for (; i < n; ++i) {
    const std::uint64_t cell = base | static_cast<unsigned char>(text[i]);
    std::memcpy(static_cast<void*>(out + i), &cell, sizeof(cell));  // one store: an assignment becomes four
  }
}

inline void put_blanks(Cell* out, std::size_t n) {
  static constexpr std::array<Cell, 256> kBlanks{};
  // Copied by the library, which has the widest loads and stores.
  for (std::size_t step = 0; n > 0; n -= step, out += step) {
    step = std::min(n, kBlanks.size());
    std::memcpy(static_cast<void*>(out), kBlanks.data(), step * sizeof(Cell));
  }
}

#if defined(__SSE2__)
/// Eight cells from memory.
struct CellBlock {
  explicit CellBlock(const Cell* cells) {
    const auto* from = reinterpret_cast<const __m128i*>(cells);
    for (int i = 0; i < 4; ++i) pairs[i] = _mm_loadu_si128(from + i);
  }
  /// The bits that any of them has, both cells of a pair side by side.
  [[nodiscard]] __m128i bits() const {
    return _mm_or_si128(_mm_or_si128(pairs[0], pairs[1]), _mm_or_si128(pairs[2], pairs[3]));
  }
  /// Style, width and flags of cells 0 to 3 (half 0) or 4 to 7.
  [[nodiscard]] __m128i looks(int half) const { return pick<_MM_SHUFFLE(3, 1, 3, 1)>(half); }
  /// The low bytes of their glyphs, 0 as a space: right where all are ASCII.
  void put_text(char* out) const {
    const __m128i zero = _mm_setzero_si128();
    constexpr int kGlyphs = _MM_SHUFFLE(2, 0, 2, 0);
    const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(pick<kGlyphs>(0), pick<kGlyphs>(1)), zero);
    const __m128i spaces = _mm_and_si128(_mm_cmpeq_epi8(bytes, zero), _mm_set1_epi8(' '));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_or_si128(bytes, spaces));
  }

 private:
  template <int kLanes>
  [[nodiscard]] __m128i pick(int half) const {
    return _mm_castps_si128(
        _mm_shuffle_ps(_mm_castsi128_ps(pairs[half * 2]), _mm_castsi128_ps(pairs[half * 2 + 1]), kLanes));
  }

  __m128i pairs[4];
};

/// The bits of both halves together.
inline std::uint64_t fold(__m128i both) {
  alignas(16) std::uint64_t halves[2];
  _mm_store_si128(reinterpret_cast<__m128i*>(halves), both);
  return halves[0] | halves[1];
}
#endif

/// The text of cells that are all ASCII (blanks as spaces) in one style; false, with `out` half written, when
/// one is not. A style whose bits are among those of `style` is not told from it: unless it is 0, the caller
/// knows.
inline bool get_ascii(const Cell* cells, std::size_t n, char* out, std::uint16_t style) {
  // Anything in a cell but seven bits of glyph, the style and the width 1.
  const std::uint64_t allowed = std::bit_cast<std::uint64_t>(Cell{0x7F, style, 1, 0});
  std::uint64_t seen = 0;
  std::size_t i = 0;
#if defined(__SSE2__)
  __m128i all = _mm_setzero_si128();
  for (; i + 8 <= n; i += 8) {
    const CellBlock block(cells + i);
    all = _mm_or_si128(all, block.bits());
    block.put_text(out + i);
  }
  seen = fold(all);
#endif
  for (; i < n; ++i) {
    seen |= std::bit_cast<std::uint64_t>(cells[i]);
    out[i] = cells[i].glyph == 0 ? ' ' : static_cast<char>(cells[i].glyph);
  }
  return (seen & ~allowed) == 0;
}

/// The text of the cells from i on that are narrow ASCII (blanks as spaces), whatever their styles, behind
/// `to`; returns the first cell that was not taken. Takes four at a time: less than there is near `stop`.
[[nodiscard]] inline std::size_t get_ascii_some(const Cell* cells, std::size_t i, std::size_t stop,
                                                char*& to) {
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  while (i + 4 <= stop) {
    const auto* from = reinterpret_cast<const __m128i*>(cells + i);
    const __m128 first = _mm_castsi128_ps(_mm_loadu_si128(from));
    const __m128 second = _mm_castsi128_ps(_mm_loadu_si128(from + 1));
    const __m128i glyphs = _mm_castps_si128(_mm_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0)));
    const __m128i looks = _mm_castps_si128(_mm_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1)));
    const __m128i odd =
        _mm_or_si128(_mm_srli_epi32(glyphs, 7), _mm_xor_si128(_mm_srli_epi32(looks, 16), _mm_set1_epi32(1)));
    const auto good = static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(odd, zero))));
    const auto taken = static_cast<unsigned>(std::countr_one(good));
    const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(glyphs, zero), zero);
    const int text = _mm_cvtsi128_si32(
        _mm_or_si128(bytes, _mm_and_si128(_mm_cmpeq_epi8(bytes, zero), _mm_set1_epi8(' '))));
    std::memcpy(to, &text, sizeof(text));
    to += taken;
    i += taken;
    if (taken != 4) break;
  }
#else
  static_cast<void>(cells);
  static_cast<void>(stop);
  static_cast<void>(to);
#endif
  return i;
}

/// Where the cells from i on end that have the style of the first, at the most n.
inline std::size_t style_end(const Cell* cells, std::size_t i, std::size_t n) {
  const std::uint16_t style = cells[i].style;
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(std::uint32_t{style} << 16U));
  for (; i + 4 <= n; i += 4) {
    const auto* from = reinterpret_cast<const __m128i*>(cells + i);
    const __m128i upper = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(_mm_loadu_si128(from)),
                                                          _mm_castsi128_ps(_mm_loadu_si128(from + 1)),
                                                          _MM_SHUFFLE(3, 1, 3, 1)));
    const __m128i same = _mm_cmpeq_epi32(_mm_slli_epi32(upper, 16), wanted);
    const unsigned differs = ~static_cast<unsigned>(_mm_movemask_epi8(same)) & 0xFFFFU;
    if (differs != 0) return i + static_cast<std::size_t>(std::countr_zero(differs)) / 4;
  }
#endif
  while (i < n && cells[i].style == style) ++i;
  return i;
}

/// The most cells that get_styled_ascii() takes.
inline constexpr std::size_t kMostStyled = 1024;
using StyleEnds = std::array<std::uint64_t, kMostStyled / 64 + 1>;

/// The text of n cells that are all ASCII (blanks as spaces), whatever their styles; false, with `out` and
/// `ends` half written, when one is not. Bit i of `ends` is set when cell i is the last one of its style, the
/// last cell's too. n from 1 to kMostStyled.
inline bool get_styled_ascii(const Cell* cells, std::size_t n, char* out, StyleEnds& ends) {
  const std::uint64_t allowed = std::bit_cast<std::uint64_t>(Cell{0x7F, 0xFFFF, 1, 0});
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (std::size_t word = 0; word <= n / 64; ++word) ends[word] = 0;
#if defined(__SSE2__)
  __m128i all = _mm_setzero_si128();
  for (; i + 9 <= n; i += 8) {
    const CellBlock block(cells + i);
    const CellBlock next(cells + i + 1);
    all = _mm_or_si128(all, block.bits());
    block.put_text(out + i);
    // Width and flags are the same everywhere, or all is in vain.
    const __m128i same = _mm_packs_epi32(_mm_cmpeq_epi32(block.looks(0), next.looks(0)),
                                         _mm_cmpeq_epi32(block.looks(1), next.looks(1)));
    const unsigned differ = ~static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(same, same))) & 0xFFU;
    ends[i / 64] |= std::uint64_t{differ} << (i % 64);
  }
  seen = fold(all);
#endif
  for (; i < n; ++i) {
    seen |= std::bit_cast<std::uint64_t>(cells[i]);
    out[i] = cells[i].glyph == 0 ? ' ' : static_cast<char>(cells[i].glyph);
    if (i + 1 == n || cells[i].style != cells[i + 1].style) ends[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return (seen & ~allowed) == 0;
}

}  // namespace sess::terminal
