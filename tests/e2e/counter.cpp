// Prints numbered lines, each with the time of its writing, so that a reader can tell what is missing,
// doubled or late: `PREFIX NUMBER MILLISECONDS`. Usage: e2e_counter PREFIX LINES PER_SECOND [FILE [STOP]];
// LINES 0 is without end, PER_SECOND 0 is as fast as the terminal takes them, N+ the first million so and N a
// second after it: what a machine is too slow to end soon does not grow without bound. After the last line
// "PREFIX done" follows and it waits to be ended, as a job would. With FILE the longest time between two
// lines (milliseconds) is kept there. STOP is a file whose appearance makes the next line the last one.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  if (argc < 4) return 64;
  const char* prefix = argv[1];
  const long lines = std::atol(argv[2]);
  const bool sprint = std::string_view(argv[3]).ends_with('+');
  const long late_rate = std::atol(argv[3]);
  constexpr long kSprint = 1'000'000;
  std::FILE* report = argc > 4 ? std::fopen(argv[4], "w") : nullptr;
  const char* stop = argc > 5 ? argv[5] : nullptr;
  const auto began = Clock::now();
  auto due = began;
  auto before = began;
  long worst = 0;
  for (long i = 1; lines == 0 || i <= lines; ++i) {
    const long rate = sprint && i <= kSprint ? 0 : late_rate;
    const auto now = Clock::now();
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - began).count();
    const long gap =
        static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(now - before).count());
    before = now;
    std::printf("%s %ld %lld\n", prefix, i, static_cast<long long>(since));
    if (rate > 0 || i % 64 == 0) std::fflush(stdout);
    if (gap > worst) {
      worst = gap;
      if (report != nullptr) {
        std::rewind(report);
        std::fprintf(report, "%8ld\n", worst);
        std::fflush(report);
      }
    }
    if (stop != nullptr && (rate > 0 || i % 64 == 0) && ::access(stop, F_OK) == 0) break;
    if (rate == 0) continue;
    due = i == kSprint + 1 && sprint ? now : due;
    due += std::chrono::nanoseconds(1'000'000'000 / rate);
    std::this_thread::sleep_until(due);
  }
  std::printf("%s done\n", prefix);
  std::fflush(stdout);
  ::pause();
}
