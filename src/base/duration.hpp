// Durations as people write them: systemd.time(7)'s "90", "1min 30s", "500ms", "2h", and back.
//
// Kept in milliseconds, which is what job files, `sess run`, restart limits and job listings need. Months,
// years and negative durations are not read.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sess {

/// A sum of numbers with units (us, ms, s, m/min, h, d, w, and their longer names); a bare number is seconds.
/// Fractions are allowed; the sum is rounded. "infinity" gives milliseconds::max(). Errors quote the text; a
/// sum beyond a hundred years is one.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The largest unit and what the next one adds: "3min 20s", "2d 4h", "850ms"; the rest is cut off,
/// milliseconds stand only alone. "0s", "-5s" and "infinity" occur, too.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace sess
