// What the text path must know of a code point, in one byte: width, and whether the grapheme machinery can be
// skipped. Computed once per code point from base/width.hpp and kept (planes 0 to 3, pages touched on
// demand).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sess::terminal {

inline constexpr std::uint8_t kClassWidth = 3;   ///< mask: columns, 0..2
inline constexpr std::uint8_t kClassKnown = 4;   ///< always set
inline constexpr std::uint8_t kClassSimple = 8;  ///< begins a cluster, unless the code point before it glues
inline constexpr std::uint8_t kClassGlues =
    16;  ///< joins with some simple ones behind it: leading jamo, prepend

inline constexpr std::size_t kClassesKept = 0x40000;
extern std::array<std::atomic<std::uint8_t>, kClassesKept> code_point_classes;

[[nodiscard]] std::uint8_t find_code_point_class(char32_t c);

[[nodiscard]] inline std::uint8_t code_point_class(char32_t c) {
  if (c < kClassesKept) {
    const std::uint8_t bits = code_point_classes[c].load(std::memory_order_relaxed);
    if (bits != 0) return bits;
  }
  return find_code_point_class(c);
}

}  // namespace sess::terminal
