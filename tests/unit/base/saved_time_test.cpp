#include "base/saved_time.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace sess;

TEST_CASE("a time that is written down comes back, and a number that is none can be counted with",
          "[saved_time]") {
  CHECK(saved_time(time_saved(1'700'000'000'123'456)) == 1'700'000'000'123'456);
  const auto now = std::chrono::system_clock::now();
  for (const auto number :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const auto time = time_saved(number);
    CHECK(saved_time(time) == (number < 0 ? 0 : 7'258'118'400'000'000));
    CHECK(std::chrono::abs(now - time) < std::chrono::hours(24 * 366 * 200));
  }
}
