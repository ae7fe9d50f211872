// Two slots: what a death, or a memory that lost its end, leaves of them.
#include "os/memory/slots.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sess;

namespace {

/// A directory and its slots, as they lie in a mapping.
struct Slots {
  os::SlotDirectory directory{};
  std::vector<std::byte> first = std::vector<std::byte>(64);
  std::vector<std::byte> second = std::vector<std::byte>(64);

  os::SlotPair pair() { return {directory, first, second}; }
};

std::string text_of(const std::optional<os::SlotPair::Content>& content) {
  return content ? std::to_string(content->tag) + " " + std::string(content->bytes) : "nothing";
}

void cut(std::span<std::byte> bytes, std::size_t length) {
  std::memset(bytes.data() + length, 0, bytes.size() - length);
}

}  // namespace

TEST_CASE("a checkpoint that is cut at any length is not valid, and the one before it is", "[slots]") {
  Slots slots;
  CHECK(text_of(slots.pair().newest()) == "nothing");
  CHECK(slots.pair().newest_tag() == 0);
  REQUIRE(slots.pair().save(1, "the oldest"));
  REQUIRE(slots.pair().save(2, "the one before"));
  REQUIRE(slots.pair().save(3, "the newest one"));
  CHECK(text_of(slots.pair().newest()) == "3 the newest one");
  CHECK(slots.pair().newest_tag() == 3);
  for (std::size_t length = 0; length < 14; ++length) {
    Slots now = slots;
    cut(now.first, length);
    CHECK(text_of(now.pair().newest()) == "2 the one before");
    cut(now.second, length);
    CHECK(text_of(now.pair().newest()) == "nothing");
    // The next one is whole, whatever stood there.
    REQUIRE(now.pair().save(4, "the next"));
    CHECK(text_of(now.pair().newest()) == "4 the next");
  }
}

TEST_CASE("a directory that is cut at any length names a whole checkpoint or none", "[slots]") {
  Slots slots;
  REQUIRE(slots.pair().save(1, "the one before"));
  REQUIRE(slots.pair().save(2, "the newest"));
  const std::vector<std::string> right{"nothing", "1 the one before", "2 the newest"};
  for (std::size_t length = 0; length <= sizeof slots.directory; ++length) {
    Slots now = slots;
    cut(std::as_writable_bytes(std::span(&now.directory, 1)), length);
    const auto text = text_of(now.pair().newest());
    INFO(length << ": " << text);
    CHECK(std::find(right.begin(), right.end(), text) != right.end());
    CHECK((length < sizeof slots.directory || text == right[2]));
  }
}

TEST_CASE("a length that no slot has is not followed, and what does not fit changes nothing", "[slots]") {
  Slots slots;
  REQUIRE(slots.pair().save(1, "whole"));
  CHECK(slots.pair().save(2, std::string(65, 'x')).error().code == ErrorCode::too_large);
  CHECK(text_of(slots.pair().newest()) == "1 whole");
  REQUIRE(slots.pair().save(2, "later"));
  slots.directory.entries[1].length = ~std::uint64_t{0};
  CHECK(text_of(slots.pair().newest()) == "1 whole");
}
