// xterm's 256 colours (ctlseqs, "resource colorN"): what an index means until a program changes it.
#pragma once

#include <cstdint>

namespace sess {

/// 0xRRGGBB of index 0 to 255: sixteen named ones, a 6x6x6 cube, 24 greys. Indexes above read as 255.
[[nodiscard]] constexpr std::uint32_t palette_rgb(unsigned index) {
  constexpr std::uint32_t kNamed[] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD,
                                      0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00,
                                      0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
  if (index < 16) return kNamed[index];
  if (index >= 232) return (8U + 10U * ((index > 255 ? 255U : index) - 232U)) * 0x010101U;
  const auto level = [](unsigned n) { return n == 0 ? 0U : 55U + 40U * n; };
  const unsigned cube = index - 16U;
  return level(cube / 36) << 16U | level(cube / 6 % 6) << 8U | level(cube % 6);
}

}  // namespace sess
