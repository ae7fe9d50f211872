#include "store/cbor_reader.hpp"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace sess::store {
namespace {

/// What is written nests six deep.
constexpr std::size_t kDeepest = 64;
constexpr std::uint64_t kUntilBreak = std::numeric_limits<std::uint64_t>::max();

/// Initial byte and argument (§3); false where the bytes end in it or it is reserved.
struct Head {
  unsigned type = 0;
  std::uint64_t argument = 0;
  bool indefinite = false;
  bool read(std::string_view& rest) {
    if (rest.empty()) return false;
    const auto first = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    type = first >> 5U;
    const unsigned information = first & 31U;
    indefinite = information == 31;
    argument = information;
    if (information < 24 || indefinite) return true;
    if (information > 27) return false;
    const std::size_t length = std::size_t{1} << (information - 24);
    if (rest.size() < length) return false;
    argument = 0;
    for (const char byte : rest.substr(0, length))
      argument = argument << 8U | static_cast<unsigned char>(byte);
    rest.remove_prefix(length);
    return true;
  }
};

/// Whether one item ends where the bytes do, no deeper than it may be, with no more items than bytes.
bool has_shape(std::string_view rest) {
  constexpr unsigned kBytes = 2, kText = 3, kArray = 4, kMap = 5, kTag = 6, kSimple = 7;
  std::vector<std::uint64_t> open;  // items that each still wants
  do {
    Head head;
    if (!head.read(rest) || head.type == kTag) return false;
    const bool holds = head.type == kArray || head.type == kMap;
    const bool is_string = head.type == kBytes || head.type == kText;
    std::uint64_t items = 0;
    if (head.indefinite && (holds || is_string)) {
      items = kUntilBreak;
    } else if (head.indefinite) {
      if (head.type != kSimple || open.empty() || open.back() != kUntilBreak) return false;
      open.pop_back();
    } else if (holds) {
      if (head.argument > rest.size()) return false;
      items = head.type == kMap ? 2 * head.argument : head.argument;
    } else if (is_string) {
      if (head.argument > rest.size()) return false;
      rest.remove_prefix(static_cast<std::size_t>(head.argument));
    }
    if (items > 0) {
      open.push_back(items);
      if (open.size() > kDeepest) return false;
      continue;
    }
    while (!open.empty() && open.back() != kUntilBreak && --open.back() == 0) open.pop_back();
  } while (!open.empty());
  return rest.empty();
}

}  // namespace

nlohmann::json read_cbor(std::string_view bytes) {
  if (!has_shape(bytes)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::from_cbor(bytes, true, false);
}

}  // namespace sess::store
