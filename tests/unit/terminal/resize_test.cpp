#include "machine.hpp"

namespace sess::terminal {

TEST_CASE("lines are rewrapped and the cursor follows its character", "[terminal][resize]") {
  Machine m({4, 10});
  m.feed("abcdefghijklmno\r\nxyz\x1b[1;4H");
  m.emulator->resize({4, 5});
  CHECK(m.row(0) == "abcde");
  CHECK(m.row(1) == "fghij");
  CHECK(m.row(2) == "klmno");
  CHECK(m.row(3) == "xyz");
  CHECK(m.cursor() == std::pair(0, 3));
  m.emulator->resize({4, 20});
  CHECK(m.row(0) == "abcdefghijklmno");
  CHECK(m.row(1) == "xyz");
  CHECK(m.cursor() == std::pair(0, 3));
}

TEST_CASE("shrinking pushes lines into the history and growing brings them back", "[terminal][resize]") {
  Machine m({6, 10});
  m.feed("1\r\n2\r\n3\r\n4\r\n5\r\n6");
  m.emulator->resize({3, 10});
  CHECK(m.screen().history().lines() == 3);
  CHECK(m.row(0) == "4");
  CHECK(m.cursor() == std::pair(2, 1));
  m.emulator->resize({6, 10});
  CHECK(m.screen().history().lines() == 0);
  CHECK(m.row(0) == "1");
  CHECK(m.cursor() == std::pair(5, 1));
}

TEST_CASE("blank rows below the text are given up first", "[terminal][resize]") {
  Machine m({6, 10});
  m.feed("1\r\n2");
  m.emulator->resize({3, 10});
  CHECK(m.screen().history().lines() == 0);
  CHECK(m.row(0) == "1");
  m.emulator->resize({1, 10});
  CHECK(m.screen().history().lines() == 1);
  CHECK(m.row(0) == "2");
}

TEST_CASE("a line that is open between history and screen is rewrapped as one", "[terminal][resize]") {
  Machine m({3, 5});
  m.feed("start\r\nabcdefghijklmnopqrstuvwxyz");
  REQUIRE(m.screen().history().has_open_line());
  const std::string before = m.everything();
  for (const int cols : {7, 4, 13, 26, 1, 3, 80, 5}) {
    m.emulator->resize({3, static_cast<std::uint16_t>(cols)});
    INFO(cols);
    CAPTURE(m.everything());
    std::string now = m.everything();
    while (!now.empty() && now.back() == '\n') now.pop_back();
    CHECK(now == "start\nabcdefghijklmnopqrstuvwxyz");
  }
  m.feed("!");
  CHECK(m.everything().find("wxyz!") != std::string::npos);
  CHECK(before.find("start\nabc") == 0);
}

TEST_CASE("the last-column flag follows its character", "[terminal][resize]") {
  Machine m({3, 5});
  m.feed("abcde");
  m.emulator->resize({3, 10});
  CHECK(m.cursor() == std::pair(0, 5));
  CHECK_FALSE(m.screen().cursor().pending_wrap);
  m.emulator->resize({3, 5});
  CHECK(m.screen().cursor().pending_wrap);
  m.feed("f");
  CHECK(m.row(1) == "f");
}

TEST_CASE("wide characters are rewrapped whole", "[terminal][resize]") {
  Machine m({4, 6});
  m.feed("한글로abc한");
  m.emulator->resize({4, 5});
  CHECK(m.row(0) == "한글");
  CHECK(m.row(1) == "로abc");
  CHECK(m.row(2) == "한");
  m.emulator->resize({4, 6});
  CHECK(m.row(0) == "한글로");
  CHECK(m.row(1) == "abc한");
}

TEST_CASE("styles, clusters and links come back from the history", "[terminal][resize]") {
  Machine m({2, 10});
  m.feed("\x1b[1;31m\x1b]8;;http://a/\x1b\\e\xcc\x81x\x1b]8;;\x1b\\\x1b[m👩‍👩‍👧\r\n1\r\n2");
  CHECK(m.screen().history().lines() == 1);
  m.emulator->resize({3, 10});
  CHECK(m.screen().history().lines() == 0);
  CHECK(m.row(0) == "e\xcc\x81x👩‍👩‍👧");
  CHECK(m.style(0, 0).fg == Color::indexed(1));
  CHECK(m.screen().link(m.style(0, 1).link) == "http://a/");
  CHECK(m.style(0, 2) == Style{});
}

TEST_CASE("the main screen is rewrapped behind the alternate one", "[terminal][resize]") {
  Machine m({4, 10});
  m.feed("abcdefghijklmno\x1b[?1049hALT\x1b[4;10Hx");
  m.emulator->resize({3, 5});
  CHECK(m.screen().size() == Size{3, 5});
  m.feed("\x1b[?1049l");
  CHECK(m.row(0) == "abcde");
  CHECK(m.row(2) == "klmno");
  CHECK(m.screen().cursor().pending_wrap);
  m.feed("!");
  CHECK(m.everything().find("abcdefghijklmno!") != std::string::npos);
}

TEST_CASE("any order of sizes keeps every character", "[terminal][resize]") {
  Machine m({10, 40});
  std::string all;
  for (int i = 0; i < 60; ++i) {
    const std::string line =
        "line " + std::to_string(i) + " 한글 " + std::string(static_cast<std::size_t>(i), 'x');
    m.feed(line + "\r\n");
    all += line + "\n";
  }
  unsigned seed = 3;
  for (int round = 0; round < 300; ++round) {
    seed = seed * 1664525U + 1013904223U;
    const Size size{static_cast<std::uint16_t>(1 + (seed >> 10U) % 30),
                    static_cast<std::uint16_t>(2 + (seed >> 20U) % 60)};
    m.emulator->resize(size);
    if (round % 10 == 0) m.crash();
    std::string now = m.everything();
    while (now.size() > 1 && now.back() == '\n' && now[now.size() - 2] == '\n') now.pop_back();
    REQUIRE(now == all);
  }
}

}  // namespace sess::terminal
