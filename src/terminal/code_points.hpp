// What the text path must know of a code point, in one byte: width, and whether the grapheme machinery can be
// skipped. Computed once per code point from base/width.hpp and kept (planes 0 to 3, pages touched on
// demand).
#pragma once

#include <cstdint>

namespace sess::terminal {

inline constexpr std::uint8_t kClassWidth = 3;   ///< mask: columns, 0..2
inline constexpr std::uint8_t kClassKnown = 4;   ///< always set
inline constexpr std::uint8_t kClassSimple = 8;  ///< begins a cluster, unless the code point before it glues
inline constexpr std::uint8_t kClassGlues =
    16;  ///< joins with some simple ones behind it: leading jamo, prepend

[[nodiscard]] std::uint8_t code_point_class(char32_t c);

}  // namespace sess::terminal
