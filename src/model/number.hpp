// Numbers and sizes as users write them in options and flags, with the error words that tmux (strtonum(3))
// uses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/size.hpp"

namespace sess::model {

/// A decimal number within bounds. Error texts are one word group: "invalid", "too small", "too large".
[[nodiscard]] Result<std::int64_t> parse_number(std::string_view text, std::int64_t minimum,
                                                std::int64_t maximum);

/// A number, or `N%` of `whole` (0..100). Errors as above, and "empty".
[[nodiscard]] Result<std::int64_t> parse_size(std::string_view text, std::int64_t minimum,
                                              std::int64_t maximum, std::int64_t whole);

/// Columns and rows, "80x24" or "80,24", each 1 to kMaxSide; none when it is anything else.
[[nodiscard]] std::optional<Size> parse_dimensions(std::string_view text);

}  // namespace sess::model
