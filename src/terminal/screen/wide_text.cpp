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

[[gnu::target("sse4.1")]] WideTaken take_shuffled(Cell* out, std::size_t room, const char* p, const char* end,
                                                  std::uint16_t style, bool ascii) {
  const __m128i last_first =
      _mm_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);  // as numbers are in memory
  const __m128i looks = _mm_set1_epi32(static_cast<int>(style | 2U << 16U));
  const __m128i right_half = _mm_set1_epi64x(static_cast<long long>(std::uint64_t{style} << 32U));
  const auto narrow = std::bit_cast<std::uint64_t>(Cell{0, style, 1, 0});
  alignas(16) std::uint64_t made[kAtOnce + kStepCells];
  WideTaken taken;
  room = std::min(room, kAtOnce);
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
    auto* to = reinterpret_cast<__m128i*>(made + taken.cells);
    const __m128i low = _mm_unpacklo_epi32(values, looks);
    const __m128i high = _mm_unpackhi_epi32(values, looks);
    _mm_storeu_si128(to, _mm_unpacklo_epi64(low, right_half));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi64(low, right_half));
    _mm_storeu_si128(to + 2, _mm_unpacklo_epi64(high, right_half));
    _mm_storeu_si128(to + 3, _mm_unpackhi_epi64(high, right_half));
    if (wide != 0) taken.last = taken.cells + 2 * wide - 2;
    taken.cells += 2 * std::size_t{wide};
    p += 3 * wide;
    const auto next = static_cast<unsigned char>(*p);
    if (ascii && taken.cells < room && next < 0x80 && static_cast<unsigned char>(p[1]) >= 0x80) {
      taken.last = taken.cells;
      made[taken.cells] = narrow | next;
      ++taken.cells;
      ++p;
    } else if (wide == 0) {
      break;
    }
  }
  taken.bytes = static_cast<std::size_t>(p - begin);
  std::memcpy(static_cast<void*>(out), made, taken.cells * sizeof(Cell));
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

/// The sixteen bytes at p, with zeros from `end` on; `begin` is where bytes may be read from.
[[gnu::target("sse4.1")]] inline __m128i load_before(const char* begin, const char* p, const char* end) {
  alignas(16) static constexpr std::int8_t kMoves[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                         11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1,
                                                         -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  if (end - p >= kStepBytes) return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  if (end - begin >= kStepBytes) {
    const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - kStepBytes));
    const auto* moves = kMoves + (kStepBytes - (end - p));
    return _mm_shuffle_epi8(last, _mm_loadu_si128(reinterpret_cast<const __m128i*>(moves)));
  }
  char few[kStepBytes] = {};
  std::memcpy(few, p, static_cast<std::size_t>(end - p));
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(few));
}

/// Which of sixteen bytes begin a character of three bytes that is surely_wide(); some that do are missing:
/// those with signs or the last few of a block. `second` and `third` are the bytes that follow each.
[[gnu::target("sse4.1")]] inline unsigned surely_wide_leads(__m128i bytes, __m128i second, __m128i third) {
  // By the first byte's low half: between which bytes the second one lies.
  const __m128i from = _mm_setr_epi8(-1, -1, -1, -0x80, -0x48, -0x80, -0x80, -0x80, -0x80, -0x80, -0x50,
                                     -0x80, -0x80, -0x80, -1, -1);
  const __m128i to = _mm_setr_epi8(0, 0, 0, -0x7D, -0x41, -0x41, -0x41, -0x41, -0x41, -0x43, -0x41, -0x41,
                                   -0x41, -0x63, 0, 0);
  const __m128i low_half = _mm_set1_epi8(0x0F);
  const auto between = [](__m128i values, __m128i least, __m128i most) {
    return _mm_and_si128(_mm_cmpeq_epi8(_mm_max_epu8(values, least), values),
                         _mm_cmpeq_epi8(_mm_min_epu8(values, most), values));
  };
  const __m128i which = _mm_and_si128(bytes, low_half);
  __m128i wide = between(second, _mm_shuffle_epi8(from, which), _mm_shuffle_epi8(to, which));
  const __m128i kana = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(-0x1D));  // U+3000 to U+3FFF
  if (_mm_movemask_epi8(kana) != 0) {
    // U+3001 to 3029, 3041 to 307F, 3080 to 3096 and 30A1 to 30BF, 30C0 to 30FF: by the second's low half.
    const __m128i least =
        _mm_setr_epi8(-0x7F, -0x7F, -0x80, -0x80, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i most = _mm_setr_epi8(-0x57, -0x41, -0x41, -0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i page = _mm_and_si128(second, low_half);
    const __m128i inside = between(third, _mm_shuffle_epi8(least, page), _mm_shuffle_epi8(most, page));
    const __m128i marks = _mm_and_si128(_mm_cmpeq_epi8(second, _mm_set1_epi8(-0x7E)),
                                        between(third, _mm_set1_epi8(-0x69), _mm_set1_epi8(-0x60)));
    wide = _mm_and_si128(
        wide, _mm_or_si128(_mm_andnot_si128(marks, inside), _mm_xor_si128(kana, _mm_set1_epi8(-1))));
  }
  return static_cast<unsigned>(_mm_movemask_epi8(wide));
}

/// Sixteen bytes a step, as long as all in them is wide or ASCII and fits. No branch depends on where a word
/// ends.
[[gnu::target("sse4.1,popcnt")]] void measure_shuffled(WideTaken& taken, std::size_t room, const char* begin,
                                                       const char* end) {
  const auto mask = [](__m128i lanes) { return static_cast<unsigned>(_mm_movemask_epi8(lanes)); };
  for (const char* p = begin + taken.bytes; p < end; p = begin + taken.bytes) {
    const __m128i bytes = load_before(begin, p, end);
    const __m128i second = _mm_srli_si128(bytes, 1);
    const unsigned high = mask(bytes);
    const unsigned leads =
        mask(_mm_cmpeq_epi8(_mm_and_si128(bytes, _mm_set1_epi8(-0x10)), _mm_set1_epi8(-0x20)));
    const unsigned rest =
        mask(_mm_cmpeq_epi8(_mm_and_si128(bytes, _mm_set1_epi8(-0x40)), _mm_set1_epi8(-0x80)));
    const unsigned left = end - p < kStepBytes ? static_cast<unsigned>(end - p) : 16U;
    // What begins in the last two bytes goes on in the next step.
    const unsigned cut = left < 16 ? left : (leads & 0xC000U) == 0 ? 16U : (leads & 0x4000U) != 0 ? 14U : 15U;
    const unsigned whole = (1U << cut) - 1U;
    const unsigned begun = leads & whole;
    const unsigned expected = begun << 1U | begun << 2U;
    const unsigned wide = surely_wide_leads(bytes, second, _mm_srli_si128(bytes, 2));
    const unsigned differ = ((high ^ (leads | expected)) | (rest ^ expected) | (leads & ~wide)) & whole;
    // A character that the next one's first byte cuts off, or the end, lacks bytes behind the cut.
    if ((differ | (expected & ~whole)) != 0) return;
    const auto many = static_cast<std::size_t>(__builtin_popcount(begun));
    const std::size_t cells = cut - many;  // of three bytes two columns
    if (taken.cells + cells > room) return;
    taken.cells += cells;
    taken.bytes += cut;
  }
}

}  // namespace

WideTaken put_wide_text(Cell* out, std::size_t room, const char* p, const char* end, std::uint16_t style,
                        bool ascii) {
  if (!has_shuffles()) return {};
  return take_shuffled(out, room, p, end, style, ascii);
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
  for (const char* q = p; q < end; q = p + taken.bytes) {
#if defined(__x86_64__)
    if (has_shuffles() && ascii) measure_shuffled(taken, room, p, end);
    q = p + taken.bytes;
#endif
    // One step's bytes, one by one: there is something that the fast way does not know, or the end.
    const char* const stop = end - q > 16 ? q + 16 : end;
    while (q < stop) {
      const auto first = static_cast<unsigned char>(*q);
      if (first < 0x80) {
        if (!ascii || taken.cells == room) return taken;
        ++taken.cells;
        ++q;
      } else {
        if ((first & 0xF0U) != 0xE0U || end - q < 3 || taken.cells + 2 > room) return taken;
        const auto second = static_cast<unsigned char>(q[1]);
        const auto third = static_cast<unsigned char>(q[2]);
        if ((second & 0xC0U) != 0x80U || (third & 0xC0U) != 0x80U) return taken;
        if (!surely_wide((first & 0x0FU) << 12U | (second & 0x3FU) << 6U | (third & 0x3FU))) return taken;
        taken.cells += 2;
        q += 3;
      }
      taken.bytes = static_cast<std::size_t>(q - p);
    }
  }
  return taken;
}

}  // namespace sess::terminal
