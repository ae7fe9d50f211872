#include "terminal/screen/code_points.hpp"

#include <initializer_list>

#include "base/width.hpp"

namespace sess::terminal {
namespace {

bool breaks(std::initializer_list<char32_t> before, char32_t c) {
  GraphemeBreaker breaker;
  for (const char32_t one : before) static_cast<void>(breaker.breaks_before(one));
  return breaker.breaks_before(c);
}

std::uint8_t classify(char32_t c) {
  auto bits = static_cast<std::uint8_t>(kClassKnown | (code_point_width(c) & kClassWidth));
  // Behind each of these something joins: marks, emoji behind ZWJ, flags, vowels and trailing jamo.
  const bool simple = breaks({U'a'}, c) && breaks({U'\U0001F468', U'\u200D'}, c) &&
                      breaks({U'\U0001F1F0'}, c) && breaks({U'\uAC00'}, c) && breaks({U'\uAC01'}, c) &&
                      (bits & kClassWidth) != 0;
  if (simple) bits |= kClassSimple;
  if (!breaks({c}, U'a') || !breaks({c}, U'\uAC00')) bits |= kClassGlues;
  return bits;
}

}  // namespace

std::array<std::atomic<std::uint8_t>, kClassesKept> code_point_classes;

std::uint8_t find_code_point_class(char32_t c) {
  const std::uint8_t bits = classify(c);
  if (c < kClassesKept) code_point_classes[c].store(bits, std::memory_order_relaxed);
  return bits;
}

}  // namespace sess::terminal
