#include "protocol/input_buffer.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sess::protocol;

namespace {

std::string replayed(InputBuffer& buffer, std::uint64_t applied) {
  std::string out;
  buffer.replay(applied, [&](std::uint64_t sequence, std::string_view bytes) {
    out += std::to_string(sequence) + ":" + std::string(bytes) + " ";
  });
  return out;
}

}  // namespace

TEST_CASE("chunks are numbered from one and kept until they are acknowledged", "[protocol]") {
  InputBuffer buffer;
  CHECK(buffer.last_sequence() == 0);
  CHECK(buffer.push("a") == 1);
  CHECK(buffer.push("bc") == 2);
  CHECK(buffer.push("d") == 3);
  CHECK(buffer.bytes() == 4);
  buffer.acknowledge(1);
  CHECK(buffer.bytes() == 3);
  CHECK(replayed(buffer, 0) == "2:bc 3:d ");
  buffer.acknowledge(3);
  CHECK(buffer.empty());
  CHECK(buffer.last_sequence() == 3);
  CHECK(buffer.push("e") == 4);
}

TEST_CASE("a replay starts after what was applied", "[protocol]") {
  InputBuffer buffer;
  for (const char* text : {"a", "b", "c"}) buffer.push(text);
  CHECK(replayed(buffer, 2) == "3:c ");
  CHECK(replayed(buffer, 2) == "3:c ");
  CHECK(replayed(buffer, 3).empty());
}

TEST_CASE("an acknowledgement of what was never sent, or again, changes nothing", "[protocol]") {
  InputBuffer buffer;
  buffer.push("a");
  buffer.push("b");
  buffer.acknowledge(9);
  CHECK(buffer.bytes() == 2);
  buffer.acknowledge(1);
  buffer.acknowledge(1);
  buffer.acknowledge(0);
  CHECK(replayed(buffer, 0) == "2:b ");
}

TEST_CASE("a full buffer takes nothing and room comes back with acknowledgements", "[protocol]") {
  InputBuffer buffer;
  const std::string chunk(64 * 1024, 'x');
  for (int i = 0; i < 4; ++i) CHECK(buffer.push(chunk) != 0);
  CHECK(buffer.room() == 0);
  CHECK(buffer.push("y") == 0);
  CHECK(buffer.last_sequence() == 4);
  buffer.acknowledge(1);
  CHECK(buffer.room() == chunk.size());
  CHECK(buffer.push("y") == 5);
}

TEST_CASE("many single keys are bounded, too", "[protocol]") {
  InputBuffer buffer;
  while (buffer.room() > 0) REQUIRE(buffer.push("k") != 0);
  CHECK(buffer.bytes() == InputBuffer::kMaxChunks);
}

TEST_CASE("a dropped buffer is empty and its numbers are not used again", "[protocol]") {
  InputBuffer buffer;
  buffer.push("a");
  buffer.push("b");
  buffer.drop();
  CHECK(buffer.empty());
  CHECK(buffer.push("c") == 3);
}

TEST_CASE("whatever the acknowledgements, sent and kept bytes agree", "[protocol]") {
  InputBuffer buffer;
  std::vector<std::string> sent(1);
  std::uint64_t acknowledged = 0;
  unsigned seed = 1;
  for (int round = 0; round < 5000; ++round) {
    seed = seed * 1103515245 + 12345;
    const unsigned pick = seed >> 16;
    if (pick % 3 != 0) {
      sent.push_back(std::string(1 + pick % 7, static_cast<char>('a' + pick % 26)));
      REQUIRE(buffer.push(sent.back()) == sent.size() - 1);
    } else {
      acknowledged += (pick / 3) % (sent.size() - acknowledged);
      buffer.acknowledge(acknowledged);
    }
    std::uint64_t next = acknowledged + 1;
    buffer.replay(acknowledged, [&](std::uint64_t sequence, std::string_view bytes) {
      REQUIRE(sequence == next);
      REQUIRE(bytes == sent[next]);
      ++next;
    });
    REQUIRE(next == sent.size());
  }
}
