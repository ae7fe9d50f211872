// Times of day as they are written down: microseconds since 1970, and back, whatever stands there.
//
// For records, saved sessions, the model's memory and jobs. A number that no clock of ours can have shown,
// out of a damaged file, becomes the nearest that one could: counting with it cannot overflow.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sess {

[[nodiscard]] inline std::int64_t saved_time(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

[[nodiscard]] inline std::chrono::system_clock::time_point time_saved(std::int64_t microseconds) {
  constexpr std::int64_t kYear2200 = 7'258'118'400'000'000;  // 64 bits of nanoseconds end in 2262
  return std::chrono::system_clock::time_point(
      std::chrono::microseconds(std::clamp<std::int64_t>(microseconds, 0, kYear2200)));
}

}  // namespace sess
