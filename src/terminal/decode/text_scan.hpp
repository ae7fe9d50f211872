// Finding where a run of bytes ends, sixteen at a time where the machine has SSE2: every byte of output
// passes here.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sess::terminal {

/// The first byte of [p, end) that is a control (below 0x20, or DEL), or end; `high` is set when a byte
/// before it is not ASCII.
inline const char* find_control(const char* p, const char* end, bool& high) {
#if defined(__SSE2__)
  unsigned seen = 0;
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Unsigned "below 0x20" is max(byte, 0x1F) == 0x1F.
    const __m128i floor = _mm_set1_epi8(0x1F);
    const __m128i low = _mm_cmpeq_epi8(_mm_max_epu8(bytes, floor), floor);
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, del)));
    const auto above = static_cast<unsigned>(_mm_movemask_epi8(bytes));
    if (mask != 0) {
      high = ((above & (mask - 1) & ~mask) | seen) != 0;  // those below the lowest control
      return p + __builtin_ctz(mask);
    }
    seen |= above;
    p += 16;
  }
  high = seen != 0;
#else
  high = false;
#endif
  for (; p < end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c == 0x7F) break;
    if (c >= 0x80) high = true;
  }
  return p;
}

/// The first byte of [p, end) from 0x80 on, or end.
inline const char* find_high(const char* p, const char* end) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int mask = _mm_movemask_epi8(bytes);
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
    p += 16;
  }
#endif
  while (end - p >= 4) {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, p, sizeof(bytes));
    if ((bytes & 0x80808080U) != 0) break;
    p += 4;
  }
  while (p < end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

/// The bytes of [p, p + 16) up to the first one that is no digit, colon or semicolon, as two words with zeros
/// behind them; returns their number, 16 when all are. All sixteen must be readable.
inline unsigned take_parameters(const char* p, std::uint64_t& low, std::uint64_t& high) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  // '0'..'9', ':' and ';' are 0x30..0x3B.
  const __m128i from_zero = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i inside = _mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(11)), from_zero);
  const unsigned outside = ~static_cast<unsigned>(_mm_movemask_epi8(inside)) & 0xFFFFU;
  const unsigned count = outside == 0 ? 16 : static_cast<unsigned>(__builtin_ctz(outside));
#else
  unsigned count = 0;
  while (count < 16 && p[count] >= '0' && p[count] <= ';') ++count;
#endif
  std::memcpy(&low, p, sizeof(low));
  std::memcpy(&high, p + sizeof(low), sizeof(high));
  if (count < 8) {
    low &= (std::uint64_t{1} << (8 * count)) - 1;
    high = 0;
  } else if (count < 16) {
    high &= (std::uint64_t{1} << (8 * (count - 8))) - 1;
  }
  return count;
}

}  // namespace sess::terminal
