#include "terminal/screen/history.hpp"

#include <string>

#include "machine.hpp"
#include "terminal/screen/line_codec.hpp"

namespace sess::terminal {
namespace {

std::string text_of(const History& history, std::uint64_t line) {
  HistoryLine out;
  return history.read(line, out) ? std::string(out.text) : "(none)";
}

void fill(History& history, int from, int to, std::size_t padding = 0) {
  for (int i = from; i < to; ++i) {
    history.append("line " + std::to_string(i) + std::string(padding, '.'), {}, LineEnd::hard);
  }
}

}  // namespace

TEST_CASE("lines are read back by number, across segments", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  fill(history, 0, 20000, 50);
  CHECK(store.count() > 3);
  CHECK(history.lines() == 20000);
  for (int i = 0; i < 20000; i += 37) {
    REQUIRE(text_of(history, static_cast<std::uint64_t>(i)).rfind("line " + std::to_string(i) + ".", 0) == 0);
  }
  CHECK(text_of(history, 20000) == "(none)");
}

TEST_CASE("the limits on lines and bytes drop the oldest and release segments", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  history.set_limits(1000, 1U << 30U);
  fill(history, 0, 50000, 50);
  CHECK(history.lines() == 1000);
  CHECK(history.first_line() == 49000);
  CHECK(store.count() <= 2);
  CHECK(text_of(history, 49000).rfind("line 49000.", 0) == 0);
  history.set_limits(1000, 5000);
  CHECK(history.bytes() <= 5000);
  CHECK(history.lines() > 50);
  history.clear();
  CHECK(history.lines() == 0);
  CHECK(store.count() == 0);
  CHECK(history.end_line() == 50000);
}

TEST_CASE("one pass over the texts sees the lines that are kept, in order", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  history.set_limits(9000, 1U << 30U);
  fill(history, 0, 20000, 50);
  CHECK(store.count() > 1);
  std::uint64_t line = history.first_line();
  history.visit_texts([&](std::string_view text) { REQUIRE(text == text_of(history, line++)); });
  CHECK(line == history.end_line());
}

TEST_CASE("a line that arrives in parts is one line", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  std::string runs;
  Style red;
  red.fg = Color::indexed(1);
  encode_run(runs, 3, red, "https://example.org/");
  history.append("abc", {}, LineEnd::open);
  history.append("def", runs, LineEnd::open);
  CHECK(history.lines() == 0);
  CHECK(history.open_line().text == "abcdef");
  history.append("ghi", {}, LineEnd::hard);
  HistoryLine line;
  REQUIRE(history.read(0, line));
  CHECK(line.text == "abcdefghi");
  REQUIRE(line.runs.size() == 3);
  CHECK(line.runs[0].style == Style{});
  CHECK(line.runs[1].length == 3);
  CHECK(line.runs[1].style.fg == Color::indexed(1));
  CHECK(line.runs[1].link == "https://example.org/");
}

TEST_CASE("a line without end is cut into records that continue", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  for (int i = 0; i < 1000; ++i) history.append(std::string(100, 'x'), {}, LineEnd::open);
  CHECK(history.open_line().text.size() <= History::kMaxLine);
  HistoryLine line;
  REQUIRE(history.read(0, line));
  CHECK(line.wrapped);
  CHECK(line.text.size() == History::kMaxLine);
}

TEST_CASE("a history is restored to where a checkpoint says, whatever was added since",
          "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  fill(history, 0, 9000, 50);
  history.append("open", {}, LineEnd::open);
  ByteWriter out;
  history.save(out);
  const std::uint64_t bytes = history.bytes();
  history.append(" and more", {}, LineEnd::hard);
  fill(history, 9000, 12000, 50);

  History other(store);
  ByteReader in(out.bytes());
  other.restore(in);
  REQUIRE(in.ok());
  CHECK(other.lines() == 9000);
  CHECK(other.bytes() == bytes);
  CHECK(other.open_line().text == "open");
  CHECK(text_of(other, 8999).rfind("line 8999.", 0) == 0);
  other.close_line();
  fill(other, 9000, 12000, 50);
  CHECK(text_of(other, 9000) == "open");
  CHECK(text_of(other, 11999).rfind("line 11998.", 0) == 0);
}

TEST_CASE("segments that are gone are skipped at restore", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  fill(history, 0, 20000, 50);
  ByteWriter out;
  history.save(out);
  store.release(0);
  History other(store);
  ByteReader in(out.bytes());
  other.restore(in);
  REQUIRE(in.ok());
  CHECK(other.first_line() > 0);
  CHECK(other.end_line() == 20000);
  CHECK(text_of(other, other.first_line()).rfind("line " + std::to_string(other.first_line()) + ".", 0) == 0);
}

TEST_CASE("truncate goes back to an earlier position", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  fill(history, 0, 100, 50);
  const auto position = history.position();
  fill(history, 100, 20000, 50);
  history.truncate(position);
  CHECK(history.position() == position);
  CHECK(history.lines() == 100);
  fill(history, 500, 501);
  CHECK(text_of(history, 100) == "line 500");
}

TEST_CASE("the last line is taken back off, its styles and links included", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  std::string runs;
  Style style;
  style.attrs = bold;
  encode_run(runs, 3, style, "https://example.org/");
  history.append("one", {}, LineEnd::hard);
  history.append("two", runs, LineEnd::hard);
  std::string text;
  std::string links;
  std::vector<HistoryRun> got;
  std::vector<LineMark> marks;
  REQUIRE(history.take_last(text, got, links, marks));
  CHECK(text == "two");
  REQUIRE(got.size() == 1);
  CHECK(got[0].link == "https://example.org/");
  CHECK(history.lines() == 1);
  REQUIRE(history.take_last(text, got, links, marks));
  CHECK(text == "one");
  CHECK_FALSE(history.take_last(text, got, links, marks));
}

TEST_CASE("every style survives the line codec", "[terminal][history]") {
  Style style;
  style.fg = Color::rgb(1, 2, 3);
  style.bg = Color::indexed(200);
  style.underline_color = Color::rgb(9, 8, 7);
  style.attrs = 0x1FF;
  style.underline = Underline::dashed;
  style.link = 1;
  std::string bytes;
  encode_run(bytes, 70000, style, "x:y");
  std::vector<HistoryRun> runs;
  std::vector<LineMark> marks;
  REQUIRE(decode_runs(bytes, runs, marks));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].style == style);
  CHECK(runs[0].length == 70000);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    runs.clear();
    CHECK_FALSE(decode_runs(std::string_view(bytes).substr(0, cut), runs, marks));
  }
}

TEST_CASE("history costs what the text costs", "[terminal][history]") {
  const auto cost = [](std::string_view line, int cells) {
    Machine m;
    for (int i = 0; i < 2000; ++i) m.feed(line);
    return static_cast<double>(m.screen().history().bytes()) /
           static_cast<double>(m.screen().history().lines() * static_cast<std::uint64_t>(cells));
  };
  CHECK(cost("2024-05-17T12:31:00 host daemon[123]: request 123456 served in 12 ms\r\n", 68) < 1.2);
  CHECK(cost("\x1b[32m12:31:00\x1b[m \x1b[1;33mINFO\x1b[m \x1b[38;5;99mmodule\x1b[m: message "
             "\x1b[36m123\x1b[m\r\n",
             34) < 2.5);
  CHECK(cost("\xed\x95\x9c\xea\xb8\x80 \xeb\xac\xb8\xec\x9e\xa5\r\n", 9) < 2.0);
}

namespace {

/// A store with memory for so many segments and no more.
class SmallStore final : public HeapSegmentStore {
 public:
  explicit SmallStore(std::size_t most) : most_(most) {}
  std::span<std::byte> map(std::uint64_t segment) override {
    const bool held = find(segment) == segment;
    return held || count() < most_ ? HeapSegmentStore::map(segment) : std::span<std::byte>();
  }

 private:
  std::size_t most_;
};

}  // namespace

TEST_CASE("a history without memory for more gives up its oldest lines", "[terminal][history]") {
  SmallStore store(3);
  History history(store);
  fill(history, 0, 20000, 50);
  CHECK(store.count() == 3);
  CHECK(history.starved());
  CHECK(history.end_line() == 20000);
  CHECK(history.first_line() > 0);
  CHECK(history.lines() > 5000);
  for (std::uint64_t i = history.first_line(); i < 20000; i += 37) {
    REQUIRE(text_of(history, i).rfind("line " + std::to_string(i) + ".", 0) == 0);
  }
  SmallStore none(0);
  History empty(none);
  fill(empty, 0, 100);
  CHECK(empty.lines() == 0);
  CHECK(empty.starved());
}

TEST_CASE("a line whose styles outweigh its text is cut, and no part loses them", "[terminal][history]") {
  HeapSegmentStore store;
  History history(store);
  std::string text;
  std::string runs;
  const std::string link(2000, 'u');
  for (int i = 0; i < 1000; ++i) {
    text += "ab\xed\x95\x9c";
    Style style;
    style.attrs = bold;
    encode_run(runs, 5, style, link + std::to_string(i));
  }
  history.append(text, runs, LineEnd::open);
  history.append(text, {}, LineEnd::hard);
  std::string joined;
  int next = 0;
  std::size_t styled = 0;
  HistoryLine line;
  for (std::uint64_t n = history.first_line(); n < history.end_line(); ++n) {
    REQUIRE(history.read(n, line));
    CHECK(line.wrapped == (n + 1 < history.end_line()));
    joined += line.text;
    for (const auto& run : line.runs) {
      if (run.link.empty()) continue;
      styled += run.length;
      REQUIRE(run.link == link + std::to_string(next++));
    }
  }
  CHECK(joined == text + text);
  CHECK(styled == text.size());
  CHECK(next == 1000);
}

}  // namespace sess::terminal
