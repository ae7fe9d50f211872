// Colours by their X11 names (rgb.txt); private to colour.cpp, which looks for ANSI's eight names first.
//
// A table and nothing else: "default", "colour12", "#rrggbb" and SGR's numbers are colour.cpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sess::model {

/// 0xRRGGBB, without regard to case and spaces; none for an unknown name.
[[nodiscard]] std::optional<std::uint32_t> colour_by_name(std::string_view given);

}  // namespace sess::model
