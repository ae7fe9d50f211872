#include "terminal/screen/wide_text.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace sess::terminal {

#if defined(__x86_64__)
namespace {

/// What one call takes at the most. The cells are made aside: a step makes eight, of which the row may get
/// fewer.
constexpr std::size_t kAtOnce = 256;
/// What one step reads of text and makes of cells.
constexpr std::ptrdiff_t kStepBytes = 16;
constexpr std::size_t kStepCells = 8;

/// Asked for at the first wide text. Not by __builtin_cpu_supports: what that links asks the processor for
/// everything at the start of every process, and under a hypervisor each of these questions takes 5 to 50 µs.
bool has_shuffles() {
  static const bool has = [] {
    constexpr unsigned kNeeded = bit_SSE4_1 | bit_POPCNT;
    unsigned a = 0, b = 0, features = 0, d = 0;
    return __get_cpuid(1, &a, &b, &features, &d) != 0 && (features & kNeeded) == kNeeded;
  }();
  return has;
}

/// How many of four lanes are set, counted up to the first that is not.
inline unsigned leading(__m128i lanes) {
  const auto mask = static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(lanes)));
  return static_cast<unsigned>(std::countr_zero(~mask));
}

inline __m128i within(__m128i values, int first, int last) {
  return _mm_and_si128(_mm_cmpgt_epi32(values, _mm_set1_epi32(first - 1)),
                       _mm_cmpgt_epi32(_mm_set1_epi32(last + 1), values));
}

/// surely_wide() of each.
inline __m128i surely_wide(__m128i values) {
  const __m128i hangul_han = _mm_or_si128(within(values, 0xAC00, 0xD7A3), within(values, 0x4E00, 0x9FA5));
  if (_mm_movemask_epi8(hangul_han) == 0xFFFF) return hangul_han;
  const __m128i kana = _mm_or_si128(within(values, 0x3041, 0x3096), within(values, 0x30A1, 0x30FF));
  const __m128i signs = _mm_or_si128(within(values, 0x3001, 0x3029), within(values, 0xFF01, 0xFF60));
  return _mm_or_si128(hangul_han, _mm_or_si128(kana, signs));
}

enum class Make : bool { nothing, cells };

template <Make kMake>
[[gnu::target("sse4.1")]] WideTaken take_shuffled(Cell* out, std::size_t room, const char* p, const char* end,
                                                  std::uint16_t style, bool ascii) {
  const __m128i last_first =
      _mm_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);  // as numbers are in memory
  const __m128i looks = _mm_set1_epi32(static_cast<int>(style | 2U << 16U));
  const __m128i right_half = _mm_set1_epi64x(static_cast<long long>(std::uint64_t{style} << 32U));
  const auto narrow = std::bit_cast<std::uint64_t>(Cell{0, style, 1, 0});
  alignas(16) std::uint64_t made[kAtOnce + kStepCells];
  WideTaken taken;
  if (kMake == Make::cells && room > kAtOnce) room = kAtOnce;
  const char* const begin = p;
  while (end - p >= kStepBytes && taken.cells < room) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i lanes = _mm_shuffle_epi8(bytes, last_first);
    const __m128i formed =
        _mm_cmpeq_epi32(_mm_and_si128(lanes, _mm_set1_epi32(0x00F0C0C0)), _mm_set1_epi32(0x00E08080));
    const __m128i values =
        _mm_or_si128(_mm_or_si128(_mm_and_si128(lanes, _mm_set1_epi32(0x3F)),
                                  _mm_and_si128(_mm_srli_epi32(lanes, 2), _mm_set1_epi32(0xFC0))),
                     _mm_and_si128(_mm_srli_epi32(lanes, 4), _mm_set1_epi32(0xF000)));
    const auto fit = static_cast<unsigned>((room - taken.cells) / 2);
    const unsigned wide = std::min(leading(_mm_and_si128(formed, surely_wide(values))), fit);
    if constexpr (kMake == Make::cells) {
      auto* to = reinterpret_cast<__m128i*>(made + taken.cells);
      const __m128i low = _mm_unpacklo_epi32(values, looks);
      const __m128i high = _mm_unpackhi_epi32(values, looks);
      _mm_storeu_si128(to, _mm_unpacklo_epi64(low, right_half));
      _mm_storeu_si128(to + 1, _mm_unpackhi_epi64(low, right_half));
      _mm_storeu_si128(to + 2, _mm_unpacklo_epi64(high, right_half));
      _mm_storeu_si128(to + 3, _mm_unpackhi_epi64(high, right_half));
    }
    if (wide != 0) taken.last = taken.cells + 2 * wide - 2;
    taken.cells += 2 * std::size_t{wide};
    p += 3 * wide;
    const auto next = static_cast<unsigned char>(*p);
    if (ascii && taken.cells < room && next < 0x80 && static_cast<unsigned char>(p[1]) >= 0x80) {
      taken.last = taken.cells;
      if constexpr (kMake == Make::cells) made[taken.cells] = narrow | next;
      ++taken.cells;
      ++p;
    } else if (wide == 0) {
      break;
    }
  }
  taken.bytes = static_cast<std::size_t>(p - begin);
  if constexpr (kMake == Make::cells) std::memcpy(static_cast<void*>(out), made, taken.cells * sizeof(Cell));
  return taken;
}

[[gnu::target("sse4.1")]] std::size_t get_shuffled(const Cell* cells, std::size_t i, std::size_t stop,
                                                   char*& to) {
  const __m128i together = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  char* out = to;
  while (i + 8 <= stop) {
    const auto* from = reinterpret_cast<const __m128i*>(cells + i);
    const __m128i first = _mm_unpacklo_epi32(_mm_loadu_si128(from), _mm_loadu_si128(from + 1));
    const __m128i second = _mm_unpacklo_epi32(_mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3));
    const __m128i values = _mm_unpacklo_epi64(first, second);
    const __m128i looks = _mm_unpackhi_epi64(first, second);
    const __m128i in_two_columns = _mm_cmpeq_epi32(_mm_srli_epi32(looks, 16), _mm_set1_epi32(2));
    const unsigned wide = leading(_mm_and_si128(in_two_columns, within(values, 0x800, 0xFFFF)));
    const __m128i bytes =
        _mm_or_si128(_mm_or_si128(_mm_set1_epi32(0x8080E0), _mm_srli_epi32(values, 12)),
                     _mm_or_si128(_mm_and_si128(_mm_slli_epi32(values, 2), _mm_set1_epi32(0x3F00)),
                                  _mm_and_si128(_mm_slli_epi32(values, 16), _mm_set1_epi32(0x3F0000))));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(bytes, together));
    out += 3 * wide;
    i += 2 * std::size_t{wide};
    if (i == stop) break;
    const Cell next = cells[i];
    if (next.glyph < 0x80 && next.width == 1 && next.flags == 0) {
      *out++ = next.glyph == 0 ? ' ' : static_cast<char>(next.glyph);
      ++i;
    } else if (wide == 0) {
      break;
    }
  }
  to = out;
  return i;
}

}  // namespace

WideTaken put_wide_text(Cell* out, std::size_t room, const char* p, const char* end, std::uint16_t style,
                        bool ascii) {
  if (!has_shuffles()) return {};
  return take_shuffled<Make::cells>(out, room, p, end, style, ascii);
}

std::size_t get_wide_text(const Cell* cells, std::size_t i, std::size_t stop, char*& to) {
  return has_shuffles() ? get_shuffled(cells, i, stop, to) : i;
}

#else

WideTaken put_wide_text(Cell*, std::size_t, const char*, const char*, std::uint16_t, bool) {
  return {};
}

std::size_t get_wide_text(const Cell*, std::size_t i, std::size_t, char*&) {
  return i;
}

#endif

WideTaken measure_wide_text(std::size_t room, const char* p, const char* end, bool ascii) {
  WideTaken taken;
#if defined(__x86_64__)
  if (has_shuffles()) taken = take_shuffled<Make::nothing>(nullptr, room, p, end, 0, ascii);
#endif
  for (const char* q = p + taken.bytes; q < end; q = p + taken.bytes) {
    const auto first = static_cast<unsigned char>(*q);
    if (first < 0x80) {
      if (!ascii || taken.cells == room || end - q < 2 || static_cast<unsigned char>(q[1]) < 0x80) break;
      taken.last = taken.cells++;
      ++taken.bytes;
      continue;
    }
    if ((first & 0xF0U) != 0xE0U || end - q < 3 || taken.cells + 2 > room) break;
    const auto second = static_cast<unsigned char>(q[1]);
    const auto third = static_cast<unsigned char>(q[2]);
    if ((second & 0xC0U) != 0x80U || (third & 0xC0U) != 0x80U) break;
    if (!surely_wide((first & 0x0FU) << 12U | (second & 0x3FU) << 6U | (third & 0x3FU))) break;
    taken.last = taken.cells;
    taken.cells += 2;
    taken.bytes += 3;
  }
  return taken;
}

}  // namespace sess::terminal
