#include "machine.hpp"

namespace sess::terminal {

TEST_CASE("text wraps behind the last column and not in it", "[terminal][text]") {
  Machine m({3, 5});
  m.feed("abcde");
  CHECK(m.cursor() == std::pair(0, 4));
  CHECK(m.screen().cursor().pending_wrap);
  CHECK_FALSE(m.screen().wrapped(0));
  m.feed("f");
  CHECK(m.screen().wrapped(0));
  CHECK(m.row(1) == "f");
  m.feed("\r\nabcde\r\n");
  CHECK(m.row(1) == "abcde");
  CHECK_FALSE(m.screen().wrapped(1));
}

TEST_CASE("without autowrap the last column takes what comes last", "[terminal][text]") {
  Machine m({3, 5});
  m.feed("\x1b[?7labcdefgh");
  CHECK(m.row(0) == "abcdh");
  CHECK(m.cursor() == std::pair(0, 4));
  m.feed("i");
  CHECK(m.row(0) == "abcdi");
}

TEST_CASE("a wide character that does not fit the last column wraps", "[terminal][text]") {
  Machine m({3, 5});
  m.feed("abcd한");
  CHECK(m.row(0) == "abcd");
  CHECK(m.row(1) == "한");
  CHECK(m.cursor() == std::pair(1, 2));
  CHECK(m.everything() == "abcd한\n\n");
}

TEST_CASE("overwriting half of a wide character blanks the other half", "[terminal][text]") {
  Machine m({3, 8});
  m.feed("한글한글\x1b[1;2Hx\x1b[1;5Hy");
  CHECK(m.row(0) == " x글y 글");
  m.feed("\x1b[2;1H한글한글\x1b[2;4H한");
  CHECK(m.row(1) == "한 한 글");
  m.feed("\x1b[3;1Habcd\x1b[3;2H한");
  CHECK(m.row(2) == "a한d");
}

TEST_CASE("marks join the cell before them, even after a cursor save", "[terminal][text]") {
  Machine m({3, 10});
  m.feed(
      "e\x1b"
      "7\xcc\x81x");
  CHECK(m.text(0, 0) == "e\xcc\x81");
  CHECK(m.row(0) == "e\xcc\x81x");
  m.feed("\x1b[2;3Ha\x1b[2;4H\xcc\x81");
  CHECK(m.text(1, 2) == "a\xcc\x81");
  m.feed("\x1b[3;1H\xcc\x81z");
  CHECK(m.row(2) == "z");
}

TEST_CASE("clusters take the width that they have as one", "[terminal][text]") {
  struct Case {
    const char* text;
    int columns;
  };
  const Case cases[] = {
      {"👩‍👩‍👧‍👦", 2},             // family with ZWJ
      {"🇰🇷", 2},                                    // flag
      {"👍🏽", 2},                              // skin tone
      {"❤️", 2},                                // VS16 widens
      {"❤", 1},                                     //
      {"⌚\xef\xb8\x8e", 1},                         // VS15 narrows
      {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2},  // jamo
      {"한", 2},
      {"é", 1},
      {"🫠", 2},  // Unicode 14
  };
  for (const auto& one : cases) {
    INFO(one.text);
    Machine m({3, 20});
    m.feed(one.text);
    CHECK(m.cursor() == std::pair(0, one.columns));
    CHECK(m.text(0, 0) == one.text);
    m.feed("|");
    CHECK(m.row(0) == std::string(one.text) + "|");
    Machine bytewise({3, 20});
    for (const char* p = one.text; *p != 0; ++p) bytewise.feed({p, 1});
    bytewise.feed("|");
    CHECK(bytewise.row(0) == m.row(0));
    CHECK(bytewise.saved() == m.saved());
  }
}

TEST_CASE("a cluster that becomes wide in the last column moves to the next line", "[terminal][text]") {
  Machine m({3, 4});
  m.feed("abc❤\xef\xb8\x8fx");
  CHECK(m.row(0) == "abc");
  CHECK(m.row(1) == "❤\xef\xb8\x8fx");
  CHECK(m.everything() == "abc❤\xef\xb8\x8fx\n\n");
}

TEST_CASE("two flags side by side stay two", "[terminal][text]") {
  Machine m({2, 20});
  m.feed("🇰🇷🇩🇪!");
  CHECK(m.text(0, 0) == "🇰🇷");
  CHECK(m.text(0, 2) == "🇩🇪");
  CHECK(m.cursor() == std::pair(0, 5));
}

TEST_CASE("a cluster has a largest size", "[terminal][text]") {
  Machine m({2, 20});
  m.feed("a");
  for (int i = 0; i < 10000; ++i) m.feed("\xcc\x81");
  CHECK(m.text(0, 0).size() <= 128);
  m.feed("b");
  CHECK(m.text(0, 1) == "b");
}

TEST_CASE("more clusters and styles than there are numbers are collected", "[terminal][text]") {
  Machine m({4, 20});
  for (int i = 0; i < 99999; ++i) {
    m.feed("\x1b[38;2;" + std::to_string(i % 256) + ';' + std::to_string(i / 256 % 256) + ";7m" +
           static_cast<char>('a' + i % 26) + (i % 2 != 0 ? "\xcc\x81" : "\xcc\x82") + "\xcc\x83");
  }
  const Style& last = m.style(m.cursor().first, m.cursor().second - 1);
  CHECK(last.fg == Color::rgb(99998 % 256, 99998 / 256 % 256, 7));
  CHECK(m.text(m.cursor().first, m.cursor().second - 1) ==
        std::string(1, 'a' + 99998 % 26) + "\xcc\x82\xcc\x83");
}

TEST_CASE("line drawing comes from any of the four sets", "[terminal][text]") {
  Machine m({2, 20});
  m.feed("\x1b(0lqk\x1b(Bx\x1b)0\x0eq\x0fq\x1b*0\x1bNqq\x1b+0\x1bOqq");
  CHECK(m.row(0) == "┌─┐x─q─q─q");
}

TEST_CASE("insert mode moves the rest of the line", "[terminal][text]") {
  Machine m({2, 6});
  m.feed("abcdef\x1b[1;3H\x1b[4hXY\x1b[4l");
  CHECK(m.row(0) == "abXYcd");
  m.feed("\x1b[1;1H\x1b[4h한");
  CHECK(m.row(0) == "한abXY");
}

TEST_CASE("REP repeats the last character, its marks included", "[terminal][text]") {
  Machine m({3, 10});
  m.feed("a\x1b[3b");
  CHECK(m.row(0) == "aaaa");
  m.feed("\r\ne\xcc\x81\x1b[2b");
  CHECK(m.row(1) ==
        "e\xcc\x81"
        "e\xcc\x81"
        "e\xcc\x81");
  m.feed("\r\n한\x1b[2b");
  CHECK(m.row(2) == "한한한");
}

TEST_CASE("DEC special places: DECALN fills, tabs stop, backspace does not wrap", "[terminal][text]") {
  Machine m({2, 12});
  m.feed("\x1b#8");
  CHECK(m.row(1) == "EEEEEEEEEEEE");
  m.feed("\x1b[2J\x1b[H\ta\x1b[3g\x1b[1;4H\x1bH\r\tb\x1b[Zc\b\b\b\b\b\b\bd");
  CHECK(m.row(0) == "d  c    a");
}

}  // namespace sess::terminal
