// What a program can make grow without a newline: links, styles, clusters, the line that has not ended.
#include <chrono>

#include "base/utf8.hpp"
#include "machine.hpp"
#include "terminal/screen/pools.hpp"

namespace sess::terminal {
namespace {

std::string link(int n, std::size_t length, std::string_view text = "L") {
  std::string out = "\x1b]8;;http://host/" + std::string(length, 'u') + std::to_string(n) + "\x1b\\";
  out += text;
  return out + "\x1b]8;;\x1b\\";
}

std::string colour(int n) {
  return "\x1b[38;2;" + std::to_string(n & 255) + ';' + std::to_string(n >> 8 & 255) + ';' +
         std::to_string(n >> 16) + 'm';
}

/// `count` code points of the combining diacritical marks, different for each n.
std::string marks(int n, int count) {
  std::string out;
  for (int i = 0; i < count; ++i, n /= 64) append_utf8(out, static_cast<char32_t>(0x300 + n % 64));
  return out;
}

std::string_view uri(const Machine& m, int r, int c) {
  return m.screen().link(m.style(r, c).link);
}

/// The same with a crash after each piece, and whether that changed anything.
void check_with_crashes(Size size, const std::vector<std::string>& pieces) {
  Machine whole(size);
  Machine crashed(size);
  for (const auto& piece : pieces) {
    whole.feed(piece);
    crashed.feed(piece);
    crashed.crash();
  }
  CHECK(whole.saved() == crashed.saved());
}

}  // namespace

TEST_CASE("twenty thousand long links without a newline fit a checkpoint", "[terminal][pools]") {
  Machine m;
  for (int i = 0; i < 20000; ++i) m.feed(link(i, 2000));
  CHECK(m.saved().size() < Emulator::kMaxSaved);
  // The line that has not ended is in the history in pieces, and the pieces have their links.
  m.feed("\r\n");
  const auto& history = m.screen().history();
  REQUIRE(history.lines() > 0);
  HistoryLine line;
  REQUIRE(history.read(history.end_line() - 1, line));
  REQUIRE(!line.runs.empty());
  CHECK(line.runs.front().link.rfind("http://host/uuu", 0) == 0);
  CHECK(line.wrapped);
  m.crash();
}

TEST_CASE("links that are all on the screen have a budget, and the oldest go", "[terminal][pools]") {
  Machine m({100, 100});
  for (int i = 0; i < 10000; ++i) m.feed(link(i, 2000));
  CHECK(m.saved().size() < LinkPool::kMaxTotal + (1U << 20U));
  CHECK(m.text(0, 0) == "L");
  CHECK(uri(m, 0, 0).empty());
  CHECK(uri(m, 99, 99).rfind("http://host/u", 0) == 0);
  CHECK(uri(m, 99, 99).ends_with("u9999"));
  CHECK(uri(m, 95, 0).ends_with("u9500"));
}

TEST_CASE("links in many styles are written once", "[terminal][pools]") {
  Machine m({50, 100});
  m.feed("\x1b]8;;http://host/" + std::string(2000, 'u') + "\x1b\\");
  for (int i = 0; i < 5000; ++i) m.feed(colour(i) + "L");
  CHECK(m.saved().size() < 200 * 1000);
  const std::string before = m.saved();
  m.crash();
  CHECK(m.saved() == before);
  CHECK(uri(m, 49, 99).size() > 2000);
}

TEST_CASE("clusters have a budget in bytes, are written once, and the oldest lose their marks",
          "[terminal][pools]") {
  Machine m({100, 200});
  for (int i = 0; i < 20000; ++i) m.feed("e" + marks(i, 60));
  CHECK(m.saved().size() < ClusterPool::kMaxTotal + 300 * 1000);
  CHECK(m.text(0, 0) == "e");
  CHECK(m.text(99, 199) == "e" + marks(19999, 60));
  const std::string before = m.saved();
  m.crash();
  CHECK(m.saved() == before);
  Machine same({100, 200});
  for (int i = 0; i < 20000; ++i) same.feed("e" + marks(7, 60));
  CHECK(same.saved().size() < 250 * 1000);
}

TEST_CASE("wide clusters that lose their marks keep their columns", "[terminal][pools]") {
  Machine m({100, 200});
  const std::string family = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";  // man, ZWJ, woman
  const std::string heart = "\xe2\x9d\xa4\xef\xb8\x8f";  // a narrow base made wide by VS16
  m.feed(family + heart);
  for (int i = 0; i < 19990; ++i) m.feed("e" + marks(i, 60));
  CHECK(m.text(0, 0) == "\xf0\x9f\x91\xa8");
  CHECK(m.cell(0, 0).width == 2);
  CHECK(m.text(0, 2) == "\xe3\x80\x93");
  CHECK(m.cell(0, 2).width == 2);
  CHECK(m.text(0, 4) == "e");
}

TEST_CASE("more styles than numbers: the newest are whole, the oldest get coarser colours",
          "[terminal][pools]") {
  Machine m({150, 500});
  for (int i = 1; i <= 75000; ++i) m.feed(colour(i * 8) + "x");
  CHECK(m.style(149, 499).fg.kind == Color::Kind::rgb);
  CHECK(m.style(0, 0).fg.kind == Color::Kind::indexed);
  const std::string before = m.saved();
  CHECK(before.size() < 3U << 20U);
  m.crash();
  CHECK(m.saved() == before);
}

TEST_CASE("what goes from full pools is the same with and without crashes", "[terminal][pools]") {
  std::vector<std::string> links;
  std::vector<std::string> clusters;
  for (int i = 0; i < 40; ++i) {
    links.emplace_back();
    for (int n = 0; n < 150; ++n) links.back() += link(i * 150 + n, 2000);
    clusters.emplace_back();
    for (int n = 0; n < 300; ++n) clusters.back() += "e" + marks(i * 300 + n, 60);
  }
  check_with_crashes({60, 100}, links);
  check_with_crashes({100, 120}, clusters);
}

TEST_CASE("a full pool costs no pass over the screen for each token", "[terminal][pools]") {
  // 8 192 links are all the numbers there are; the next ten thousand were each a scan of the screen.
  Machine m({200, 200});
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 40000; ++i) m.feed(link(i, 10));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK(uri(m, 199, 199).ends_with("u39999"));
}

TEST_CASE("a state that takes too much loses links first, then styles, then its text", "[terminal][pools]") {
  Machine m({40, 100});
  m.feed("\x1b]0;title\a");
  for (int i = 0; i < 1000; ++i) m.feed(link(i, 1000));
  for (int i = 0; i < 3000; ++i) m.feed(colour(i) + "x");
  const std::size_t full = m.saved().size();
  REQUIRE(full > 1000 * 1000);
  ByteWriter out;
  REQUIRE(m.emulator->save_within(out, full));
  CHECK(out.size() == full);
  REQUIRE(m.emulator->save_within(out, 600 * 1000));
  CHECK(out.size() <= 600 * 1000);
  CHECK(uri(m, 0, 0).empty());
  CHECK(uri(m, 9, 99).ends_with("u999"));
  CHECK(m.style(39, 99).fg.kind == Color::Kind::rgb);
  REQUIRE(m.emulator->save_within(out, 20 * 1000));
  CHECK(m.style(39, 99) == Style{});
  CHECK(m.row(39) == std::string(100, 'x'));
  REQUIRE(m.emulator->save_within(out, 1000));
  CHECK(m.row(39).empty());
  CHECK(out.bytes() == m.saved());
  CHECK_FALSE(m.emulator->save_within(out, 10));
}

}  // namespace sess::terminal
