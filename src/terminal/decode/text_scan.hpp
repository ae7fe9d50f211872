// Finding where a run of bytes ends, sixteen at a time where the machine has SSE2: every byte of output
// passes here.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sess::terminal {

/// The first byte of [p, end) that is a control (below 0x20, or DEL), or end.
inline const char* find_control(const char* p, const char* end) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Unsigned "below 0x20" is max(byte, 0x1F) == 0x1F.
    const __m128i floor = _mm_set1_epi8(0x1F);
    const __m128i low = _mm_cmpeq_epi8(_mm_max_epu8(bytes, floor), floor);
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    const int mask = _mm_movemask_epi8(_mm_or_si128(low, del));
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
    p += 16;
  }
#endif
  while (p < end && static_cast<unsigned char>(*p) >= 0x20 && *p != 0x7F) ++p;
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
  while (p < end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

}  // namespace sess::terminal
