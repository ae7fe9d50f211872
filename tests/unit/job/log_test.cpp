#include "job/log_reader.hpp"
#include "job/log_times.hpp"
#include "job/log_writer.hpp"
#include "support/catch.hpp"
#include "unit/job/memory_directory.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::LogReader;
using job::LogWriter;
using test::MemoryDirectory;

namespace {

const job::WallTime kNow = job::WallTime(std::chrono::seconds(1'767'225'600));

std::string read_rest(LogReader& reader) {
  std::string all;
  for (;;) {
    auto chunk = reader.next();
    REQUIRE(chunk);
    if (!*chunk) return all;
    all += (*chunk)->bytes;
  }
}

LogReader open_log(MemoryDirectory& directory) {
  auto reader = LogReader::open(directory, "x.log");
  REQUIRE(reader);
  return std::move(*reader);
}

}  // namespace

TEST_CASE("a log is the bytes as they came, with their times beside them", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  CHECK_FALSE(directory.has("x.log"));
  CHECK_FALSE(writer.write("one\n", kNow));
  CHECK_FALSE(writer.write(std::string("t\0wo", 4), kNow + 5s));
  CHECK(directory.content("x.log") == std::string("one\nt\0wo", 8));
  LogReader reader = open_log(directory);
  const auto first = reader.next().value();
  CHECK(first->bytes == "one\n");
  CHECK(first->time == kNow);
  const auto second = reader.next().value();
  CHECK(second->bytes.size() == 4);
  CHECK(second->time == kNow + 5s);
  CHECK_FALSE(reader.next().value());
}

TEST_CASE("a reader at the end goes on when more is written", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  (void)writer.write("a", kNow);
  LogReader reader = open_log(directory);
  CHECK(read_rest(reader) == "a");
  (void)writer.write("b", kNow);
  CHECK(read_rest(reader) == "b");
  CHECK(read_rest(reader).empty());
}

TEST_CASE("a full log is put aside, and the oldest one goes", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {10, 0s, 2});
  for (const auto* text : {"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd", "e"})
    CHECK_FALSE(writer.write(text, kNow));
  CHECK(directory.content("x.log") == "e");
  CHECK(directory.content("x.log.1") == "dddddddddd");
  CHECK(directory.content("x.log.2") == "cccccccccc");
  CHECK_FALSE(directory.has("x.log.3"));
  CHECK_FALSE(directory.has("x.log.3.times"));
  LogReader reader = open_log(directory);
  CHECK(read_rest(reader) == "ccccccccccdddddddddde");
}

TEST_CASE("a reader that follows misses nothing across rotations", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {100, 0s, 50});
  (void)writer.write("start\n", kNow);
  LogReader reader = open_log(directory);
  std::string written = "start\n";
  std::string read = read_rest(reader);
  for (int i = 0; i < 500; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    written += line;
    CHECK_FALSE(writer.write(line, kNow + std::chrono::seconds(i)));
    if (i % 37 == 0) read += read_rest(reader);
  }
  read += read_rest(reader);
  CHECK(read == written);
}

TEST_CASE("an old log is put aside by the age of its first byte, also when the writer is a new one",
          "[job]") {
  MemoryDirectory directory;
  {
    LogWriter writer(directory, "x.log", {0, 1h, 3});
    (void)writer.write("one ", kNow);
  }
  LogWriter writer(directory, "x.log", {0, 1h, 3});
  (void)writer.write("two ", kNow + 59min);
  CHECK(directory.content("x.log") == "one two ");
  (void)writer.write("three", kNow + 60min);
  CHECK(directory.content("x.log") == "three");
  CHECK(directory.content("x.log.1") == "one two ");
}

TEST_CASE("since finds the first byte that came then or later", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {20, 0s, 100});
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::to_string(1000 + i) + "\n";
    all += line;
    (void)writer.write(line, kNow + std::chrono::seconds(10 * i));
  }
  for (int i = 0; i < 100; ++i) {
    for (const auto offset : {-3s, 0s}) {
      LogReader reader = open_log(directory);
      REQUIRE(reader.seek_since(kNow + std::chrono::seconds(10 * i) + offset));
      CHECK(read_rest(reader) == all.substr(static_cast<std::size_t>(5 * i)));
    }
  }
  LogReader reader = open_log(directory);
  REQUIRE(reader.seek_since(kNow + 1h));
  CHECK(read_rest(reader).empty());
}

TEST_CASE("the last lines are counted across files", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {7, 0s, 100});
  for (int i = 0; i < 20; ++i)
    (void)writer.write(std::to_string(i % 10) + "\n", kNow + std::chrono::seconds(i));
  const auto last = [&](std::size_t lines) {
    LogReader reader = open_log(directory);
    REQUIRE(reader.seek_last_lines(lines));
    const auto chunk = reader.next().value();
    return chunk ? chunk->bytes + read_rest(reader) : std::string();
  };
  CHECK(last(0).empty());
  CHECK(last(1) == "9\n");
  CHECK(last(5) == "5\n6\n7\n8\n9\n");
  CHECK(last(20).size() == 40);
  CHECK(last(1000).size() == 40);
  (void)writer.write("unfinished", kNow + 1h);
  CHECK(last(2) == "9\nunfinished");
}

TEST_CASE("after a seek the times still belong to their bytes", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  (void)writer.write("a\nb\n", kNow);
  (void)writer.write("c\n", kNow + 7s);
  LogReader reader = open_log(directory);
  REQUIRE(reader.seek_last_lines(2));
  const auto first = reader.next().value();
  CHECK(first->bytes == "b\n");
  CHECK(first->time == kNow);
  CHECK(reader.next().value()->time == kNow + 7s);
}

TEST_CASE("a full disk stops the log once, loudly, and the log says what is missing when there is room again",
          "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  CHECK_FALSE(writer.write("before\n", kNow));
  directory.capacity = directory.used() + 4;
  const auto report = writer.write("0123456789", kNow + 1s);
  REQUIRE(report);
  CHECK(report->find("has stopped") != std::string::npos);
  CHECK(report->find("No space left") != std::string::npos);
  CHECK(writer.stopped());
  CHECK(writer.lost() == 6);
  CHECK_FALSE(writer.write("more", kNow + 2s));
  // Too early to try again, although there is room.
  directory.capacity = static_cast<std::size_t>(-1);
  CHECK_FALSE(writer.write("still", kNow + 29s));
  CHECK(writer.lost() == 15);
  const auto again = writer.write("after\n", kNow + 32s);
  REQUIRE(again);
  CHECK(again->find("goes on; 15 bytes are missing") != std::string::npos);
  CHECK_FALSE(writer.stopped());
  const std::string content = directory.content("x.log");
  CHECK(content.find("before\n0123") == 0);
  CHECK(content.find("[sess: 15 bytes are missing here: ") != std::string::npos);
  CHECK(content.substr(content.size() - 6) == "after\n");
}

TEST_CASE("a disk that stays full is reported once", "[job]") {
  MemoryDirectory directory;
  directory.capacity = 0;
  LogWriter writer(directory, "x.log", {});
  CHECK(writer.write("x", kNow));
  for (int i = 1; i < 200; ++i) CHECK_FALSE(writer.write("x", kNow + std::chrono::seconds(i)));
  CHECK(writer.lost() == 200);
}

TEST_CASE("a torn entry in the times does not shift those that follow", "[job]") {
  for (std::size_t torn = 0; torn < job::kStampSize; ++torn) {
    MemoryDirectory directory;
    {
      LogWriter writer(directory, "x.log", {});
      (void)writer.write("one ", kNow);
      (void)writer.write("two ", kNow + 1s);
    }
    directory.put("x.log.times", directory.content("x.log.times").substr(0, job::kStampSize + torn));
    LogWriter writer(directory, "x.log", {});
    (void)writer.write("three", kNow + 100s);
    LogReader reader = open_log(directory);
    std::string all;
    job::WallTime last{};
    while (auto chunk = reader.next().value()) {
      all += chunk->bytes;
      last = chunk->time;
    }
    CHECK(all == "one two three");
    CHECK(last == kNow + 100s);
  }
}

TEST_CASE("a log without times can still be read", "[job]") {
  MemoryDirectory directory;
  directory.put("x.log", "text");
  LogReader reader = open_log(directory);
  CHECK(read_rest(reader) == "text");
  CHECK_FALSE(LogReader::open(directory, "y.log"));
}

TEST_CASE("a write that was begun when its server was killed is known by the file's size", "[job]") {
  MemoryDirectory directory;
  std::uint64_t begun = 99;
  {
    LogWriter writer(directory, "x.log", {});
    (void)writer.write("before", kNow);
    CHECK_FALSE(writer.write("half", kNow, [&](std::uint64_t size) { begun = size; }));
  }
  CHECK(begun == 6);
  LogWriter next(directory, "x.log", {});
  CHECK(next.written_since(begun, kNow) == 4);
  CHECK(next.written_since(begun + 4, kNow) == 0);
  CHECK(next.written_since(begun + 100, kNow) == 0);
}

TEST_CASE("bytes whose time was not written any more can be read", "[job]") {
  MemoryDirectory directory;
  {
    LogWriter writer(directory, "x.log", {});
    (void)writer.write("first\n", kNow);
  }
  std::size_t written = 0;
  REQUIRE((*directory.open_append("x.log"))->append("last\n", written));
  LogWriter next(directory, "x.log", {});
  CHECK(next.written_since(6, kNow + 1s) == 5);
  LogReader reader = open_log(directory);
  CHECK(read_rest(reader) == "first\nlast\n");
}

TEST_CASE("what an earlier server could not write is named when the log goes on", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  writer.resume(7);
  CHECK(writer.stopped());
  CHECK(writer.write("more", kNow) == "the log x.log goes on; 7 bytes are missing");
  CHECK(directory.content("x.log").find("7 bytes are missing here") != std::string::npos);
  CHECK(directory.content("x.log").ends_with("more"));
}

TEST_CASE("a rotation that was cut off loses nothing that was kept", "[job]") {
  MemoryDirectory directory;
  {
    LogWriter writer(directory, "x.log", {10, 0s, 5});
    for (const auto* text : {"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"}) CHECK_FALSE(writer.write(text, kNow));
  }
  // Killed between the current log and its times.
  REQUIRE(directory.rename("x.log.2", "x.log.3"));
  REQUIRE(directory.rename("x.log.2.times", "x.log.3.times"));
  REQUIRE(directory.rename("x.log.1", "x.log.2"));
  REQUIRE(directory.rename("x.log.1.times", "x.log.2.times"));
  REQUIRE(directory.rename("x.log", "x.log.1"));
  LogWriter next(directory, "x.log", {100, 0s, 5});
  CHECK_FALSE(next.write("dd", kNow + 5s));
  LogReader reader = open_log(directory);
  CHECK(read_rest(reader) == "aaaaaaaaaabbbbbbbbbbccccccccccdd");
  REQUIRE(reader.seek_since(kNow + 5s));
  CHECK(read_rest(reader) == "dd");
  // Killed between two older ones: a number is missing.
  REQUIRE(directory.rename("x.log.2", "x.log.9"));
  LogReader gap = open_log(directory);
  CHECK(read_rest(gap) == "aaaaaaaaaaccccccccccdd");
}

namespace {

/// A log with three runs, each of which ends in the middle of a line, the first and the third in files of
/// their own.
void write_three_runs(MemoryDirectory& directory) {
  for (int run = 1; run <= 3; ++run) {
    LogWriter writer(directory, "x.log", {60, 0s, 9});
    CHECK_FALSE(writer.begin_run(kNow + run * 1h));
    CHECK_FALSE(writer.write("run " + std::to_string(run) + "\r\n", kNow + run * 1h + 1s));
    CHECK_FALSE(writer.write("part", kNow + run * 1h + 2s));
  }
}

std::string output_of(LogReader& reader) {
  std::string all;
  for (;;) {
    auto chunk = reader.next();
    REQUIRE(chunk);
    if (!*chunk) return all;
    if ((*chunk)->what == job::Written::output) all += (*chunk)->bytes;
  }
}

}  // namespace

TEST_CASE("each run of a log begins on a line of its own, behind a mark that is told apart", "[job]") {
  MemoryDirectory directory;
  write_three_runs(directory);
  CHECK(directory.has("x.log.1"));
  LogReader reader = open_log(directory);
  std::string all;
  int marks = 0;
  while (const auto chunk = reader.next().value()) {
    if (chunk->what == job::Written::run_begins) {
      ++marks;
      CHECK((all.empty() || all.back() != '\n' || chunk->bytes.front() == '['));
      CHECK(chunk->bytes.find("[sess: run began 20") != std::string::npos);
      CHECK(chunk->bytes.ends_with("]\r\n"));
      CHECK(chunk->time == kNow + (marks + 1) * 1h);
      continue;
    }
    all += chunk->bytes;
  }
  CHECK(marks == 2);
  CHECK(all == "run 1\r\npartrun 2\r\npartrun 3\r\npart");
}

TEST_CASE("one run of a log is read alone, counted from either end, and its last lines are its own",
          "[job]") {
  MemoryDirectory directory;
  CHECK_FALSE(LogWriter(directory, "x.log", {}).begin_run(kNow));
  CHECK_FALSE(directory.has("x.log"));  // a first run that prints nothing needs no log
  write_three_runs(directory);
  for (const auto& [number, run] : {std::pair(1, 1), {2, 2}, {3, 3}, {-1, 3}, {-2, 2}, {-3, 1}}) {
    CAPTURE(number);
    LogReader reader = open_log(directory);
    REQUIRE(reader.seek_run(number));
    const std::string text = "run " + std::to_string(run) + "\r\npart";
    CHECK(output_of(reader) == text);
    CHECK(reader.at_next_run() == (run < 3));
    for (const auto& [lines, last] : {std::pair(0, std::string()), {1, "part"}, {2, text}, {9, text}}) {
      LogReader part = open_log(directory);
      REQUIRE(part.seek_run(number));
      REQUIRE(part.seek_last_lines(static_cast<std::size_t>(lines)));
      CHECK(output_of(part) == last);
    }
  }
  for (const int number : {0, 4, -4}) {
    LogReader reader = open_log(directory);
    CHECK_FALSE(reader.seek_run(number));
  }
}

TEST_CASE("a run's mark that a full disk has cut is written when there is room, and is one run", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {});
  (void)writer.write("one\n", kNow);
  directory.capacity = directory.used() + 7;
  CHECK(writer.begin_run(kNow + 1h));
  directory.capacity = static_cast<std::size_t>(-1);
  CHECK(writer.write("two\n", kNow + 2h));
  LogReader reader = open_log(directory);
  REQUIRE(reader.seek_run(-1));
  CHECK(output_of(reader) == "two\n");
  LogReader none = open_log(directory);
  CHECK_FALSE(none.seek_run(3));
}

TEST_CASE("a place so many bytes of output before the end is found over marks, files and what is missing",
          "[job]") {
  MemoryDirectory directory;
  write_three_runs(directory);
  const std::string all = "run 1\r\npartrun 2\r\npartrun 3\r\npart";
  for (std::size_t bytes = 0; bytes <= all.size(); ++bytes) {
    LogReader back = open_log(directory);
    CHECK(back.seek_back(bytes).value() == 0);
    CHECK(output_of(back) == all.substr(all.size() - bytes));
    LogReader ahead = open_log(directory);
    CHECK(ahead.skip(bytes).value() == 0);
    CHECK(output_of(ahead) == all.substr(bytes));
  }
  LogReader more = open_log(directory);
  CHECK(more.seek_back(all.size() + 5).value() == 5);
  CHECK(output_of(more) == all);
  CHECK(more.skip(3).value() == 3);

  directory.capacity = directory.used() + 4;
  LogWriter writer(directory, "x.log", {});
  CHECK(writer.write("0123456789", kNow + 9h));
  directory.capacity = static_cast<std::size_t>(-1);
  CHECK(writer.write("after", kNow + 10h));
  for (const auto& [bytes, rest] : {std::pair(5, "after"), {7, "after"}, {11, "after"}, {13, "23after"}}) {
    LogReader reader = open_log(directory);
    CHECK(reader.seek_back(static_cast<std::uint64_t>(bytes)).value() == 0);
    const auto first = reader.next().value();
    CHECK((first->what == job::Written::missing) == (bytes == 7 || bytes == 11));
    if (first->what == job::Written::missing) CHECK(first->missing == 6);
    CHECK((first->what == job::Written::output ? first->bytes : std::string()) + output_of(reader) == rest);
  }
}

TEST_CASE("a place in a log is found again after its file was put aside, and not when it is gone", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {8, 0s, 1});
  (void)writer.write("12345678", kNow);
  LogReader reader = open_log(directory);
  REQUIRE(reader.skip(4));
  const auto place = reader.place();
  (void)writer.write("abcdefgh", kNow);
  LogReader again = open_log(directory);
  REQUIRE(again.seek_place(place));
  CHECK(output_of(again) == "5678abcdefgh");
  (void)writer.write("ABCDEFGH", kNow);
  LogReader late = open_log(directory);
  CHECK_FALSE(late.seek_place(place));
}

TEST_CASE("a reader that follows says so when what it had not read was removed", "[job]") {
  MemoryDirectory directory;
  LogWriter writer(directory, "x.log", {4, 0s, 2});
  (void)writer.write("1111", kNow);
  LogReader reader = open_log(directory);
  for (const auto* text : {"2222", "3333", "4444", "5555"}) (void)writer.write(text, kNow);
  CHECK(reader.next().value()->bytes == "1111");
  const auto gap = reader.next().value();
  CHECK(gap->what == job::Written::missing);
  CHECK(output_of(reader) == "333344445555");
}
