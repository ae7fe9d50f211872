// Durations as people write them: systemd.time(7)'s "90", "1min 30s", "500ms", "2h", and back.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sess {

/// A sum of numbers with units (us, ms, s, m/min, h, d, w); a bare number is seconds. Fractions are allowed.
/// Errors name the text. "infinity" gives milliseconds::max().
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The two largest units, as systemd prints: "3min 20s", "2d 4h", "850ms".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace sess
