#include <deque>

#include "client/prediction/local_echo.hpp"
#include "support/catch.hpp"
#include "support/oracle.hpp"
#include "terminal/act/emulator.hpp"

using namespace sess;
using namespace sess::client::prediction;
using std::chrono::milliseconds;

namespace {

/// A terminal with local echo on a link of 150 ms, and a program at its other end whose echo the test plays.
class Line {
 public:
  explicit Line(Policy policy = Policy::automatic, Size size = {6, 20})
      : echo_(size, policy), terminal_(size) {
    echo_.round_trip(milliseconds(150));
  }
  /// The far side prints; what it says of the keys follows when acknowledge is called.
  void print(std::string_view bytes) {
    terminal_.feed(echo_.before_output(bytes));
    terminal_.feed(bytes);
    settle();
  }
  void type(std::string_view bytes) {
    echo_.typed(++sequence_, bytes, now_);
    settle();
  }
  /// As one flush of the server brings it.
  void answer(std::string_view bytes, std::uint64_t count = 1) {
    terminal_.feed(echo_.before_output(bytes));
    terminal_.feed(bytes);
    acknowledged_ += count;
    echo_.acknowledged(acknowledged_, now_);
    settle();
  }
  void pass(milliseconds time) {
    now_ += time;
    settle();
  }
  [[nodiscard]] std::string row(int number) const { return terminal_.row(number); }
  [[nodiscard]] bool underlined(int row, int col) const { return terminal_.cell(row, col).underline != 0; }
  [[nodiscard]] int column() const { return terminal_.cursor_col(); }
  [[nodiscard]] int cursor_row() const { return terminal_.cursor_row(); }
  [[nodiscard]] Predictor::Statistics statistics() const { return echo_.statistics(); }
  [[nodiscard]] LocalEcho& echo() { return echo_; }
  void settle() { terminal_.feed(echo_.update(now_)); }

 private:
  LocalEcho echo_;
  test::Oracle terminal_;
  Predictor::Time now_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t acknowledged_ = 0;
};

/// A shell at whose prompt the first character was echoed.
void trust(Line& line) {
  line.print("$ ");
  line.type("a");
  REQUIRE(line.row(0) == "$");
  line.answer("a");
  REQUIRE(line.row(0) == "$ a");
}

}  // namespace

TEST_CASE("a key is shown at once and underlined until it is confirmed, where keys are echoed",
          "[prediction]") {
  Line line;
  trust(line);
  line.type("b");
  line.type("c");
  CHECK(line.row(0) == "$ abc");
  CHECK(line.column() == 5);
  CHECK(line.underlined(0, 3));
  CHECK_FALSE(line.underlined(0, 2));
  line.answer("b");
  CHECK(line.row(0) == "$ abc");
  CHECK_FALSE(line.underlined(0, 3));
  CHECK(line.underlined(0, 4));
  line.answer("c");
  CHECK_FALSE(line.underlined(0, 4));
  CHECK(line.column() == 5);
  CHECK(line.statistics().right == 2);
  CHECK(line.statistics().wrong == 0);
}

TEST_CASE("a key whose bytes come apart is one key", "[prediction]") {
  Line line;
  trust(line);
  line.type("\xED");
  line.type("\x95");
  line.type("\x9C");
  line.type("b");
  CHECK(line.row(0) == "$ a한b");
}

TEST_CASE("what is typed at a password prompt is never shown", "[prediction]") {
  Line line;
  trust(line);
  line.type("\r");
  line.answer("\r\nPassword: ");
  for (const char* key : {"s", "e", "c", "r", "e", "t"}) {
    line.type(key);
    CHECK(line.row(1) == "Password:");
    line.pass(milliseconds(150));
    line.answer("");
    CHECK(line.row(1) == "Password:");
  }
  // Also where several are on their way, and where the prompt came by itself.
  line.type("\r");
  line.answer("\r\n$ ");
  line.type("b");
  line.type("c");
  CHECK(line.row(2) == "$ bc");  // the shell's again
  line.answer("bc", 2);
  line.print("\r\nPassphrase: ");
  line.type("x");
  line.type("y");
  CHECK(line.row(3) == "Passphrase:");
  line.pass(milliseconds(300));
  line.answer("", 2);
  line.pass(milliseconds(300));
  CHECK(line.row(3) == "Passphrase:");
}

TEST_CASE("at a prompt where keys were echoed before they are shown from the first one on", "[prediction]") {
  Line line;
  trust(line);
  line.type("\r");
  line.type("l");
  line.type("s");
  CHECK(line.row(0) == "$ a");
  CHECK(line.row(1) == "");
  line.answer("\r\n");
  CHECK(line.row(1) == "");
  line.print("$ ");
  CHECK(line.row(1) == "$ ls");
  line.answer("l");
  line.answer("s");
  CHECK(line.row(1) == "$ ls");
  CHECK_FALSE(line.underlined(1, 3));
}

TEST_CASE("a line editor's keys are guessed: insertion, erasure, steps, wide characters", "[prediction]") {
  Line line;
  trust(line);
  line.type("b");
  line.type("\033[D");
  CHECK(line.column() == 3);
  line.type("x");
  CHECK(line.row(0) == "$ axb");
  CHECK(line.column() == 4);
  line.type("\033[C");
  CHECK(line.column() == 5);
  line.type("\x7f");
  line.type("한");
  CHECK(line.row(0) == "$ ax한");
  CHECK(line.column() == 6);
  line.type("\x7f");
  CHECK(line.row(0) == "$ ax");
  CHECK(line.column() == 4);
  // Not beyond the prompt, whose end is known.
  line.type("\x7f");
  line.type("\x7f");
  CHECK(line.row(0) == "$");
  line.type("\x7f");
  CHECK(line.column() == 2);
}

TEST_CASE("a line that wraps goes on in the next row", "[prediction]") {
  Line line(Policy::automatic, {6, 8});
  trust(line);
  for (const char* key : {"b", "c", "d", "e", "f", "g"}) line.type(key);
  CHECK(line.row(0) == "$ abcdef");
  CHECK(line.row(1) == "g");
  CHECK(line.column() == 1);
  line.answer("bcdef", 5);
  CHECK(line.row(1) == "g");
  line.answer("g");
  CHECK(line.row(1) == "g");
  CHECK_FALSE(line.underlined(1, 0));
  CHECK(line.statistics().wrong == 0);
}

TEST_CASE("a guess that is wrong goes when the answer is there, and trust takes more than one to come back",
          "[prediction]") {
  Line line;
  trust(line);
  line.type("b");
  CHECK(line.row(0) == "$ ab");
  line.answer("\r\n* b? [yn] ");  // it was a command of its own
  line.pass(milliseconds(20));
  CHECK(line.row(0) == "$ a");
  CHECK(line.row(1) == "* b? [yn]");
  CHECK(line.statistics().wrong == 1);
  line.type("y");
  line.answer("y");
  line.type("e");
  CHECK(line.row(1) == "* b? [yn] y");
  line.answer("e");
  line.type("s");
  line.answer("s");
  line.type("!");
  CHECK(line.row(1) == "* b? [yn] yes!");
}

TEST_CASE("a key without any effect is taken back", "[prediction]") {
  Line line;
  trust(line);
  line.type("b");
  line.answer("");
  CHECK(line.row(0) == "$ ab");  // the answer may still be under way
  REQUIRE(line.echo().deadline());
  line.pass(milliseconds(100));
  CHECK(line.row(0) == "$ a");
  CHECK(line.column() == 3);
}

TEST_CASE("keys of a pager or of an editor's commands are not shown", "[prediction]") {
  Line line;
  trust(line);
  line.type("\r");
  line.answer("\033[?1049h\033[H\033[2Jtext\r\n~\r\n:");
  for (const char* key : {"j", "k", "/"}) {
    line.type(key);
    CHECK(line.row(2) == ":");
    line.answer("");
  }
  line.type("w");
  line.answer("w");
  line.type("q");
  CHECK(line.row(2) == ":wq");
}

TEST_CASE("only on slow links, always or never", "[prediction]") {
  Line quick;
  for (int i = 0; i < 40; ++i) quick.echo().round_trip(milliseconds(20));
  quick.print("$ ");
  quick.type("a");
  quick.answer("a");
  quick.type("b");
  CHECK(quick.row(0) == "$ a");
  Line always(Policy::always);
  for (int i = 0; i < 40; ++i) always.echo().round_trip(milliseconds(2));
  trust(always);
  always.type("b");
  CHECK(always.row(0) == "$ ab");
}

TEST_CASE("what is drawn over the screen leaves no trace in it", "[prediction]") {
  Line line;
  line.print("\033[31m$ \033[44m");
  line.type("a");
  line.answer("a");
  line.type("b");
  line.type("c");
  CHECK(line.row(0) == "$ abc");
  line.print("\0337\033[3;1Hclock\0338");  // from elsewhere
  CHECK(line.row(2) == "clock");
  CHECK(line.row(0) == "$ abc");
  line.answer("b");
  line.answer("c");
  CHECK(line.row(0) == "$ abc");
  // The line wrapped exactly, and the next character comes from the far side.
  line.print("\r\n0123456789012345678");
  line.type("x");
  line.answer("9");
  line.pass(milliseconds(200));
  line.print("!");
  CHECK(line.row(1) == "01234567890123456789");
  CHECK(line.row(2) == "!lock");
}

TEST_CASE("a proposal in grey behind the cursor is written over, not pushed on", "[prediction]") {
  Line line;
  trust(line);
  line.print("\033[90mpt install\033[m\033[10D");
  line.type("p");
  CHECK(line.row(0) == "$ apt install");
  CHECK(line.column() == 4);
}

TEST_CASE("in a pane beside others only the text up to the border moves", "[prediction]") {
  Line line;
  line.print("\033[1;10H│other\033[H$ ");
  line.type("a");
  line.answer("a");
  line.type("b");
  line.type("\033[D");
  line.type("x");
  CHECK(line.row(0) == "$ axb    │other");
}
