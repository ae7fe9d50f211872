#include "job/record.hpp"

#include <csignal>

#include "support/catch.hpp"
#include "unit/job/memory_directory.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::Exit;
using job::Record;
using job::RecordStore;
using test::MemoryDirectory;

namespace {

const job::WallTime kNow = job::WallTime(std::chrono::seconds(1'767'225'600));

Record make_record(const std::string& name, job::WallTime end, Exit exit = {}) {
  Record record;
  record.name = name;
  record.command = {"/bin/sh", "-c", "echo \"a\\b\"\n\t\033[31m; exit 3"};
  record.exit = exit;
  record.success = exit == Exit{};
  record.start = end - 90s - 123us;
  record.end = end;
  record.cpu_user = 1500ms;
  record.cpu_system = 20us;
  record.peak_memory = 123'456'789;
  record.restart = 4;
  record.pid = 4711;
  return record;
}

}  // namespace

TEST_CASE("a record reads back as it was written, for every kind of end", "[job]") {
  for (const Exit& exit : {Exit{}, Exit{1, 0, false}, Exit{255, 0, false}, Exit{0, SIGKILL, false},
                           Exit{0, SIGSEGV, true}, Exit{0, 33, false}, Exit{0, SIGRTMIN + 5, false}}) {
    const Record record = make_record("make", kNow, exit);
    const auto read = job::decode_record(job::encode_record(record));
    REQUIRE(read);
    CHECK(*read == record);
  }
}

TEST_CASE("a record of a huge command line keeps the exit and cuts the command", "[job]") {
  Record record = make_record("make", kNow, {0, SIGKILL, false});
  record.command.assign(100, std::string(10'000, 'x'));
  const std::string text = job::encode_record(record);
  CHECK(text.size() < 128 * 1024);
  CHECK(job::decode_record(text).value().exit.signal == SIGKILL);
}

TEST_CASE("a damaged record is an error and never a wrong exit", "[job]") {
  const std::string text = job::encode_record(make_record("make", kNow, {7, 0, false}));
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto read = job::decode_record(text.substr(0, length));
    if (read) CHECK(read->exit == Exit{7, 0, false});
  }
  CHECK_FALSE(job::decode_record("name = 'x'\ncode = 300\n"));
  CHECK_FALSE(job::decode_record("\xff\xfe"));
}

TEST_CASE("the newest record of a name is found, others do not get in the way", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  for (int i = 0; i < 5; ++i)
    REQUIRE(store.add(make_record("make", kNow + std::chrono::seconds(i), {i, 0, false})));
  REQUIRE(store.add(make_record("make-2", kNow + 1h, {99, 0, false})));
  CHECK(store.newest("make").value().exit.code == 4);
  CHECK(store.list("make").value().size() == 5);
  CHECK(store.list().value().size() == 6);
  CHECK(store.newest("cmake").error().code == ErrorCode::not_found);
}

TEST_CASE("files that are not records, and torn ones, are left out", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  REQUIRE(store.add(make_record("make", kNow, {1, 0, false})));
  directory.put("make@99999999999999999.toml", "name = 'make'\nco");
  directory.put("make@abc.toml", "");
  directory.put("notes.txt", "");
  CHECK(store.newest("make").value().exit.code == 1);
  CHECK(store.list().value().size() == 1);
}

TEST_CASE("records go by name, or by age of their end", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  REQUIRE(store.add(make_record("old", kNow - 25h)));
  REQUIRE(store.add(make_record("new", kNow - 23h)));
  CHECK(store.expire(24h, kNow).value() == 1);
  CHECK_FALSE(store.newest("old"));
  CHECK(store.newest("new"));
  CHECK(store.remove("new").value() == 1);
  CHECK(store.remove("new").value() == 0);
  CHECK_FALSE(store.remove(""));
}

TEST_CASE("a record that has no room is an error, and leaves the others alone", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  REQUIRE(store.add(make_record("make", kNow)));
  directory.capacity = directory.used() + 10;
  CHECK(store.add(make_record("make", kNow + 1s, {1, 0, false})).error().sys_errno == ENOSPC);
  CHECK(store.newest("make").value().exit == Exit{});
}

TEST_CASE("a name that leads out of the directory is refused", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  CHECK_FALSE(store.add(make_record("../x", kNow)));
}

TEST_CASE("the newest record is found again without reading the directory, also when it went away", "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  for (int i = 0; i < 3; ++i)
    REQUIRE(store.add(make_record("make", kNow + std::chrono::seconds(i), {i, 0, false})));
  CHECK(store.newest("make").value().exit.code == 2);
  const Record later = make_record("make", kNow + 1h, {9, 0, false});
  REQUIRE(store.add(later));
  store.added(later);
  CHECK(store.newest("make").value().exit.code == 9);
  CHECK(store.list("make", 2).value().front().exit.code == 2);
  CHECK(store.expire(0h, kNow + 30min).value() == 3);
  CHECK(store.newest("make").value().exit.code == 9);
  CHECK(store.remove("make").value() == 1);
  CHECK_FALSE(store.newest("make"));
}

TEST_CASE("when the newest record ended is known of a thousand new names after reading the directory once",
          "[job]") {
  MemoryDirectory directory;
  RecordStore store(directory);
  REQUIRE(store.add(make_record("before", kNow)));
  REQUIRE(store.add(make_record("before", kNow + 1s)));
  for (int i = 0; i < 1000; ++i) {
    const Record record = make_record("new" + std::to_string(i), kNow + 1h);
    CHECK_FALSE(store.newest_end(record.name));
    REQUIRE(store.add(record));
    store.added(record);
    CHECK(store.newest_end(record.name) == record.end);
  }
  CHECK(store.newest_end("before") == kNow + 1s);
  CHECK(directory.lists == 1);
}
