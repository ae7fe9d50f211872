// The size of a terminal, window or pane, in character cells.
//
// A plain value that may hold whatever a client, a file or a program claims: whoever makes cells or a PTY of
// it clamps it first, to the one limit that all layers share. Pixels are os::PixelSize.
#pragma once

#include <compare>
#include <cstdint>

namespace sess {

struct Size {
  std::uint16_t rows = 24;
  std::uint16_t cols = 80;
  auto operator<=>(const Size&) const = default;
};

/// The largest side that anything accepts; what a client claims beyond it is clamped (memory of a screen: 8
/// bytes a cell, so at most 8 MB a grid).
inline constexpr std::uint16_t kMaxSide = 1024;

/// Into 1..kMaxSide on both sides.
[[nodiscard]] constexpr Size clamp(Size size) {
  const auto side = [](std::uint16_t n) { return n < 1 ? std::uint16_t{1} : n > kMaxSide ? kMaxSide : n; };
  return {side(size.rows), side(size.cols)};
}

}  // namespace sess
