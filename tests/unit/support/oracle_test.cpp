#include "support/oracle.hpp"

#include "support/catch.hpp"

using namespace sess::test;
using sess::Size;

TEST_CASE("the oracle shows text, attributes and the cursor", "[support]") {
  Oracle oracle({5, 20});
  oracle.feed("plain \x1b[1;3;4;7;9;31;48;5;200mX\x1b[0m\x1b[38;2;1;2;3my");
  CHECK(oracle.row(0) == "plain Xy");
  const auto cell = oracle.cell(0, 6);
  CHECK((cell.bold && cell.italic && cell.reverse && cell.strike && cell.underline == 1));
  CHECK(cell.fg == OracleColor{OracleColor::Kind::indexed, {1, 0, 0}});
  CHECK(cell.bg == OracleColor{OracleColor::Kind::indexed, {200, 0, 0}});
  CHECK(oracle.cell(0, 7).fg == OracleColor{OracleColor::Kind::rgb, {1, 2, 3}});
  CHECK(oracle.cell(0, 0).fg == OracleColor{});
  CHECK(oracle.cursor_row() == 0);
  CHECK(oracle.cursor_col() == 8);
}

TEST_CASE("a wide character takes two cells in the oracle and appears once in its row", "[support]") {
  Oracle oracle({3, 10});
  oracle.feed("a한b");
  CHECK(oracle.row(0) == "a한b");
  CHECK(oracle.cell(0, 1).width == 2);
  CHECK(oracle.cell(0, 2).width == 0);
  CHECK(oracle.cell(0, 3).text == "b");
}

TEST_CASE("lines that leave the top are the oracle's scrollback", "[support]") {
  Oracle oracle({2, 10});
  oracle.feed("1\r\n2\r\n3\r\n4");
  CHECK(oracle.scrollback() == std::vector<std::string>{"1", "2"});
  CHECK(oracle.screen() == "3\n4\n");
}

TEST_CASE("titles, modes, bells and answers are reported by the oracle", "[support]") {
  Oracle oracle;
  oracle.feed("\x1b]2;hello\x07\x07\x1b[?1049h\x1b[?25l\x1b[?1002h\x1b[5 q\x1b[c");
  CHECK(oracle.title() == "hello");
  CHECK(oracle.bells() == 1);
  CHECK(oracle.alternate());
  CHECK_FALSE(oracle.cursor_visible());
  CHECK(oracle.mouse() == OracleMouse::drag);
  CHECK(oracle.cursor_shape() == OracleCursorShape::bar);
  CHECK(oracle.take_replies().starts_with("\x1b[?"));
  CHECK(oracle.take_replies().empty());
}

TEST_CASE("sequences that libvterm does not survive never reach it", "[support]") {
  OracleFilter filter;
  CHECK(filter.pass("a\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16mb") ==
        "a\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16mb");
  CHECK(filter.pass("a\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17mb") == "ab");
  CHECK(filter.pass("\x1b[1000000000b") == "\x1b[32767b");
  CHECK(OracleFilter().pass("\x1b[5bx") == "x");
  CHECK(OracleFilter().pass("\x1bP$qz\x1b\\x") == "\x1b\\x");
  CHECK(OracleFilter().pass("\x1bP$q" + std::string(1000, 'z') + "\x1b\\x") == "\x1b\\x");
  CHECK(OracleFilter().pass("\x1bP$qm\x1b\\") == "\x1bP$qm\x1b\\");
  CHECK(OracleFilter().pass("\x1bP1;2zq\x1b\\") == "\x1bP1;2zq\x1b\\");
  CHECK(filter.pass("\x1b[00000003;0m") == "\x1b[3;0m");
  CHECK(filter.pass("\x1b[" + std::string(100000, '1')).empty());
  CHECK(filter.pass("mx") == "x");
  CHECK(filter.pass("\x1b]2;t\x07\x1b(B\x1b[?25h") == "\x1b]2;t\x07\x1b(B\x1b[?25h");
}

TEST_CASE("a sequence split between two feeds reaches the oracle whole", "[support]") {
  Oracle oracle({3, 10});
  for (const char c : std::string("\x1b[2;3Hx")) oracle.feed({&c, 1});
  CHECK(oracle.row(1) == "  x");
}

TEST_CASE("the oracle survives a scroll region followed by a smaller screen", "[support]") {
  Oracle oracle({24, 80});
  oracle.feed("\x1b[5;20r\x1b[19Htext");
  oracle.resize({4, 10});
  oracle.feed("\x1b[4H\n\n\n\nend");
  CHECK(oracle.size() == Size{4, 10});
  CHECK(oracle.screen().find("end") != std::string::npos);
}
