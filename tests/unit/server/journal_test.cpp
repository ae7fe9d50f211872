#include "server/journal.hpp"

#include <fcntl.h>

#include <cstring>

#include "support/catch.hpp"

using namespace sess;
using server::Journal;

namespace {

struct Memory {
  os::SharedMemory memory = os::SharedMemory::create("test", 0).value();
  [[nodiscard]] UniqueFd fd() const { return UniqueFd(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0)); }
  [[nodiscard]] std::unique_ptr<Journal> open() const { return Journal::open(fd()).value(); }
};

void put(Journal& journal, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = journal.write_space(bytes.size());
    REQUIRE_FALSE(space.empty());
    std::memcpy(space.data(), bytes.data(), space.size());
    journal.commit(space.size());
    bytes.remove_prefix(space.size());
  }
}

std::string all(const Journal& journal, std::uint64_t from) {
  std::string out;
  while (from + out.size() < journal.written()) out += journal.output(from + out.size());
  return out;
}

}  // namespace

TEST_CASE("what was committed is there for the next server", "[journal]") {
  Memory memory;
  {
    const auto journal = memory.open();
    put(*journal, "hello");
    journal->begin_parse(0, 5);
    journal->end_parse(5);
  }
  const auto journal = memory.open();
  CHECK(journal->written() == 5);
  CHECK(journal->parsed() == 5);
  CHECK(all(*journal, 0) == "hello");
}

TEST_CASE("bytes that were written but not committed do not exist", "[journal]") {
  Memory memory;
  {
    const auto journal = memory.open();
    std::memcpy(journal->write_space(5).data(), "hello", 5);
  }
  CHECK(memory.open()->written() == 0);
}

TEST_CASE("the ring never overwrites what lies behind the checkpoint", "[journal]") {
  Memory memory;
  const auto journal = memory.open();
  const std::string block(Journal::kRingSize / 4, 'x');
  for (int i = 0; i < 4; ++i) put(*journal, block);
  CHECK(journal->write_space(1).empty());
  REQUIRE(journal->save_checkpoint(journal->written() - 10, "state"));
  CHECK(journal->write_space(1 << 20).size() == Journal::kRingSize - 10);
}

TEST_CASE("output over the end of the ring comes in two pieces", "[journal]") {
  Memory memory;
  const auto journal = memory.open();
  put(*journal, std::string(Journal::kRingSize - 3, 'x'));
  REQUIRE(journal->save_checkpoint(journal->written(), ""));
  put(*journal, "abcdef");
  CHECK(all(*journal, Journal::kRingSize - 3) == "abcdef");
  CHECK(journal->output(Journal::kRingSize - 3) == "abc");
}

TEST_CASE("the newest whole checkpoint counts, a torn one does not", "[journal]") {
  Memory memory;
  const auto journal = memory.open();
  CHECK_FALSE(journal->checkpoint());
  put(*journal, "0123456789");
  REQUIRE(journal->save_checkpoint(3, "three"));
  REQUIRE(journal->save_checkpoint(5, "five"));
  CHECK(journal->checkpoint()->state == "five");
  // What a crash in the middle of writing leaves: the bytes of the newest slot no longer fit their checksum.
  const_cast<char&>(journal->checkpoint()->state[0]) = 'F';
  REQUIRE(journal->checkpoint());
  CHECK(journal->checkpoint()->state == "three");
  CHECK(journal->checkpoint()->offset == 3);
}

TEST_CASE("input is accepted together with its frame's number", "[journal]") {
  Memory memory;
  {
    const auto journal = memory.open();
    REQUIRE(journal->accept_input("ls\n", 77, 4));
    CHECK(journal->input_applied(77) == 4);
    journal->consume_input(1);
  }
  const auto journal = memory.open();
  CHECK(journal->pending_input() == "s\n");
  CHECK(journal->input_applied(77) == 4);
  CHECK(journal->input_applied(78) == 0);
}

TEST_CASE("input that does not fit changes nothing", "[journal]") {
  Memory memory;
  const auto journal = memory.open();
  REQUIRE(journal->accept_input(std::string(Journal::kInputSize - 1, 'x'), 5, 1));
  CHECK_FALSE(journal->accept_input("ab", 5, 2));
  CHECK(journal->input_applied(5) == 1);
  journal->consume_input(Journal::kInputSize - 1);
  REQUIRE(journal->accept_input("abc", 5, 2));
  CHECK(journal->pending_input() == "a");  // the ring's end
  journal->consume_input(1);
  CHECK(journal->pending_input() == "bc");
}

TEST_CASE("many clients do not push each other's numbers out too early", "[journal]") {
  Memory memory;
  const auto journal = memory.open();
  for (server::ClientToken token = 100; token < 116; ++token) REQUIRE(journal->accept_input("", token, token));
  CHECK(journal->input_applied(100) == 100);
  REQUIRE(journal->accept_input("", 200, 1));
  CHECK(journal->input_applied(100) == 0);  // the one used longest ago
  CHECK(journal->input_applied(101) == 101);
}

TEST_CASE("the same bytes are blamed the second time, others are not", "[journal]") {
  Memory memory;
  auto journal = memory.open();
  put(*journal, std::string(1000, 'x'));
  CHECK_FALSE(journal->blame());
  journal->begin_parse(100, 400);
  CHECK(memory.open()->blame()->count == 1);
  journal = memory.open();
  journal->begin_parse(200, 300);
  const auto suspect = memory.open()->blame();
  REQUIRE(suspect);
  CHECK(suspect->count == 2);
  CHECK(suspect->begin == 200);
  CHECK(suspect->end == 300);
  journal->begin_parse(700, 800);
  CHECK(memory.open()->blame()->count == 1);
  journal->end_parse(800);
  CHECK_FALSE(memory.open()->blame());
}

TEST_CASE("a file that is no journal is refused with its reason", "[journal]") {
  auto memory = os::SharedMemory::create("test", 4096).value();
  const auto got = Journal::open(memory.take_fd());
  REQUIRE_FALSE(got);
  CHECK(got.error().text.find("too short") != std::string::npos);
}
