// Colours by their X11 names; private to colour.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sess::model {

/// 0xRRGGBB.
[[nodiscard]] std::optional<std::uint32_t> colour_by_name(std::string_view given);

}  // namespace sess::model
