// Values over commits, deaths at every byte, and places that are used again.
#include "store/keyed_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "support/catch.hpp"

using namespace sess;
using namespace sess::store;

namespace {

struct Memory {
  os::SharedMemory memory = os::SharedMemory::create("log", 0).value();
  [[nodiscard]] os::SharedMemory again() const {
    return os::SharedMemory::adopt(UniqueFd(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0))).value();
  }
  [[nodiscard]] KeyedLog open() const { return KeyedLog::open(again(), 2048, 4096).value(); }
  /// Pages that it holds, in bytes.
  [[nodiscard]] std::uint64_t held() const {
    struct stat facts {};
    REQUIRE(::fstat(memory.fd(), &facts) == 0);
    return static_cast<std::uint64_t>(facts.st_blocks) * 512;
  }
  /// A copy of it as it is now: what the next process finds when this one dies here.
  [[nodiscard]] Memory copy() const {
    Memory out;
    const auto now = again();
    REQUIRE(out.memory.grow(now.size()));
    for (std::uint64_t at = now.next_data(0).value_or(now.size()); at < now.size(); at += 4096) {
      const auto from = now.map(at, 4096).value();
      const auto to = out.memory.map(at, 4096).value();
      std::memcpy(to.data(), from.data(), 4096);
    }
    return out;
  }
};

using Values = std::map<KeyedLog::Key, std::string>;

Values all(const KeyedLog& log) {
  Values out;
  for (const auto key : log.keys()) out[key] = log.value(key).value_or("DAMAGED");
  return out;
}

}  // namespace

TEST_CASE("values are there again, the last ones, small and large", "[keyed_log]") {
  const Memory memory;
  const std::string large(KeyedLog::kBlob + 5, 'x');
  {
    auto log = memory.open();
    CHECK_FALSE(log.used());
    REQUIRE(log.put(1, "one"));
    REQUIRE(log.put(2, large));
    REQUIRE(log.put(3, "three"));
    REQUIRE(log.commit());
    REQUIRE(log.put(1, "uno"));
    log.erase(3);
    REQUIRE(log.commit());
    REQUIRE(log.put(4, "never committed"));
  }
  auto log = memory.open();
  CHECK(log.used());
  CHECK(all(log) == Values{{1, "uno"}, {2, large}});
  CHECK(log.size() == 3 + large.size());
}

TEST_CASE("what did not change is not written", "[keyed_log]") {
  const Memory memory;
  auto log = memory.open();
  const std::string large(1 << 20, 'x');
  REQUIRE(log.put(1, large));
  REQUIRE(log.put(2, "a"));
  REQUIRE(log.commit());
  const auto before = log.written();
  REQUIRE(log.put(1, large));
  REQUIRE(log.put(2, "a"));
  REQUIRE(log.commit());
  CHECK(log.written() == before);
  REQUIRE(log.put(2, "b"));
  REQUIRE(log.commit());
  CHECK(log.written() - before < 100);
}

TEST_CASE("a process that dies anywhere leaves the last whole commit", "[keyed_log]") {
  const Memory memory;
  std::mt19937 random(5);
  Values committed;
  auto log = std::make_optional(memory.open());
  for (int round = 0; round < 400; ++round) {
    Values next = committed;
    for (int i = 0; i < 4; ++i) {
      const KeyedLog::Key key = random() % 30;
      if (random() % 4 == 0) {
        log->erase(key);
        next.erase(key);
        continue;
      }
      std::string bytes(random() % 8 == 0 ? KeyedLog::kBlob + random() % 50'000 : random() % 9000, '\0');
      for (auto& c : bytes) c = static_cast<char>(random());
      REQUIRE(log->put(key, bytes));
      next[key] = bytes;
    }
    // It dies before the commit, with blobs written.
    if (round % 20 == 0) CHECK(all(memory.copy().open()) == committed);
    REQUIRE(log->commit());
    committed = next;
    if (round % 20 == 0) CHECK(all(memory.copy().open()) == committed);
    if (round % 50 == 0) {
      log.reset();
      log.emplace(memory.open());
    }
    REQUIRE(all(*log) == committed);
  }
  // Places are used again: what it holds follows what counts.
  CHECK(memory.held() < 4 * log->size() + (4 << 20));
}

TEST_CASE("a key that is put twice in a commit has the second value", "[keyed_log]") {
  const Memory memory;
  auto log = memory.open();
  const std::string large(KeyedLog::kBlob, 'y');
  REQUIRE(log.put(1, large));
  REQUIRE(log.put(1, "small"));
  REQUIRE(log.put(2, "a"));
  log.erase(2);
  REQUIRE(log.commit());
  CHECK(all(log)[1] == "small");
  CHECK(log.size() >= 5);
  CHECK(all(memory.open())[1] == "small");
}

TEST_CASE("damaged bytes lose what they hold and end nothing", "[keyed_log]") {
  const Memory memory;
  {
    auto log = memory.open();
    for (KeyedLog::Key key = 0; key < 20; ++key) {
      REQUIRE(log.put(key, std::string(200, static_cast<char>('a' + key))));
      REQUIRE(log.commit());
    }
  }
  for (std::uint64_t at = 2048; at < 4096 + 6000; at += 13) {
    const Memory copy = memory.copy();
    const auto page = copy.memory.map(at / 4096 * 4096, 4096).value();
    page.data()[at % 4096] ^= std::byte{0x55};
    const auto log = KeyedLog::open(copy.again(), 2048, 4096);
    if (log) static_cast<void>(all(*log));
  }
}

TEST_CASE(
    "a memory that is cut at any length holds the commits before the cut, or says that it cannot be read",
    "[keyed_log]") {
  const Memory memory;
  std::vector<Values> states{{}};
  {
    auto log = memory.open();
    for (KeyedLog::Key i = 0; i < 6; ++i) {
      REQUIRE(log.put(i % 4, std::string(20, static_cast<char>('a' + i))));
      REQUIRE(log.commit());
      states.push_back(all(log));
    }
  }
  constexpr std::uint64_t kRoot = 2048;
  constexpr std::uint64_t kFirst = 4096;
  const Memory copy = memory.copy();
  const std::size_t size = kFirst + 4096;  // what follows was never written
  const auto whole = memory.again().map(0, size).value();
  const auto there = copy.memory.map(0, size).value();
  std::size_t least = 0;
  std::size_t read = 0;
  for (std::uint64_t length = kRoot; length <= kFirst + 600; ++length) {
    if (length == kRoot + 256) length = kFirst;  // the root is shorter than that
    // One copy for all of them: what the former cut took, and opening gave back, is there again.
    std::memcpy(there.data(), whole.data(), there.size());
    std::memset(there.data() + length, 0, there.size() - length);
    const auto log = KeyedLog::open(copy.again(), kRoot, kFirst);
    if (!log) continue;
    ++read;
    const auto found = std::find(states.begin(), states.end(), all(*log));
    INFO("cut at " << length);
    REQUIRE(found != states.end());
    // The longer what is left, the more of the commits.
    if (length < kFirst) continue;
    const auto commits = static_cast<std::size_t>(found - states.begin());
    CHECK(commits >= least);
    least = commits;
  }
  CHECK(read > 0);
  CHECK(least == 6);
}
