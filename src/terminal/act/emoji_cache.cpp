#include "terminal/act/emoji_cache.hpp"

#include <algorithm>
#include <cstring>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "terminal/screen/code_points.hpp"

namespace sess::terminal {
namespace {

template <std::size_t kSize>
[[nodiscard]] inline bool begins(const char* p, const char (&bytes)[kSize]) {
  return std::memcmp(p, bytes, kSize - 1) == 0;
}

[[nodiscard]] inline bool trails(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// A code point of U+1F000..1FFFF or U+2000..2FFF, where emoji are. Four bytes are readable, or it is not
/// looked at.
[[nodiscard]] inline std::size_t base_size(const char* p, const char* end) {
  if (end - p >= 4 && begins(p, "\xF0\x9F")) return trails(p[2]) && trails(p[3]) ? 4 : 0;
  return end - p >= 3 && *p == '\xE2' && trails(p[1]) && trails(p[2]) ? 3 : 0;
}

[[nodiscard]] inline bool is_regional_indicator(const char* p) {
  return begins(p, "\xF0\x9F\x87") && static_cast<unsigned char>(p[3]) >= 0xA6;
}

/// What goes on with an emoji; 0: nothing here.
[[nodiscard]] inline std::size_t continuation_size(const char* p, const char* end) {
  if (end - p < 3) return 0;
  if (begins(p, "\xEF\xB8\x8E") || begins(p, "\xEF\xB8\x8F") || begins(p, "\xE2\x83\xA3")) return 3;
  if (begins(p, "\xE2\x80\x8D")) {
    const std::size_t joined = base_size(p + 3, end);
    return joined != 0 ? 3 + joined : 0;
  }
  if (end - p < 4) return 0;
  if (begins(p, "\xF0\x9F\x8F") && static_cast<unsigned char>(p[3]) >= 0xBB) return trails(p[3]) ? 4 : 0;
  return begins(p, "\xF3\xA0\x81") && trails(p[3]) ? 4 : 0;
}

/// Whether an emoji or a flag begins with it wherever it stands, but behind ZWJ or half a flag, and behind
/// what glues.
bool begins_anew(char32_t c) {
  for (const char32_t before : {U'a', U'\u0301', U'\uAC00', U'\U0001F600', U'\uFE0F'}) {
    GraphemeBreaker breaker;
    static_cast<void>(breaker.breaks_before(before));
    if (!breaker.breaks_before(c)) return false;
  }
  return (code_point_class(c) & kClassWidth) != 0;
}

EmojiCache::Entry learn(std::string_view sequence) {
  EmojiCache::Entry entry;
  entry.size = static_cast<std::uint8_t>(sequence.size());
  std::copy(sequence.begin(), sequence.end(), entry.bytes.begin());
  GraphemeBreaker breaker;
  ClusterWidth width;
  int columns = 0;
  for (std::string_view rest = sequence; !rest.empty();) {
    const auto got = decode_utf8(rest);
    rest.remove_prefix(got.length);
    const char32_t c = got.code_point;
    const bool breaks = breaker.breaks_before(c);
    const std::uint8_t bits = code_point_class(c);
    width.add(c);
    const int now = std::clamp(width.columns(), 1, 2);
    const bool joins = entry.code_points == 0 ? begins_anew(c) : !breaks || (bits & kClassWidth) == 0;
    // One that became narrower leaves a blank.
    if (got.status != Utf8Status::value || !joins || now < columns) return entry;
    if (entry.code_points == 0) entry.first = c;
    ++entry.code_points;
    entry.glues = (bits & kClassGlues) != 0;
    columns = now;
  }
  entry.width = static_cast<std::uint8_t>(columns);
  return entry;
}

[[nodiscard]] inline std::uint32_t word(const char* p) {
  std::uint32_t value = 0;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

}  // namespace

std::size_t EmojiCache::measure(const char* p, const char* end) {
  std::size_t size = base_size(p, end);
  if (size == 0) return 0;
  if (size == 4 && is_regional_indicator(p)) {
    if (end - p < 8 || !is_regional_indicator(p + 4) || !trails(p[7])) return 0;
    size = 8;
  }
  while (p + size < end && static_cast<unsigned char>(p[size]) >= 0x80) {
    const std::size_t more = continuation_size(p + size, end);
    if (more == 0) break;
    size += more;
    if (size > kMostBytes) return 0;
  }
  return p + size == end ? 0 : size;
}

EmojiCache::Entry& EmojiCache::find(std::string_view sequence) {
  static std::array<Entry, std::size_t{1} << kBits> entries;
  const char* const p = sequence.data();
  const std::size_t size = sequence.size();
  // Families differ in the middle.
  std::uint64_t mixed = size;
  if (size >= 4) {
    mixed ^=
        word(p) ^ std::uint64_t{word(p + size - 4)} << 16U ^ std::uint64_t{word(p + (size - 4) / 2)} << 32U;
  } else {
    for (const char byte : sequence) mixed = mixed << 8U | static_cast<unsigned char>(byte);
  }
  Entry& entry = entries[static_cast<std::size_t>(mixed * 0x9E3779B97F4A7C15ULL >> (64U - kBits))];
  if (entry.size != size || std::memcmp(entry.bytes.data(), p, size) != 0) entry = learn(sequence);
  return entry;
}

}  // namespace sess::terminal
