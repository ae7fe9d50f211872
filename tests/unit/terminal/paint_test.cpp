#include "machine.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::terminal {
namespace {

CaptureOptions with_escapes() {
  CaptureOptions options;
  options.escapes = true;
  return options;
}

/// What two terminals must agree on after one was painted from the other.
void same_terminal(const Machine& a, const Machine& b) {
  CHECK(capture(a.screen(), with_escapes()) == capture(b.screen(), with_escapes()));
  CaptureOptions hidden = with_escapes();
  hidden.hidden = true;
  if (a.screen().modes().alternate_screen) CHECK(capture(a.screen(), hidden) == capture(b.screen(), hidden));
  CHECK(a.cursor() == b.cursor());
  CHECK(a.screen().cursor().pending_wrap == b.screen().cursor().pending_wrap);
  CHECK(a.screen().modes() == b.screen().modes());
  CHECK(a.screen().pen().fg == b.screen().pen().fg);
  CHECK(a.screen().top_margin() == b.screen().top_margin());
  CHECK(a.screen().bottom_margin() == b.screen().bottom_margin());
  CHECK(a.screen().title() == b.screen().title());
  for (int r = 0; r < a.screen().size().rows; ++r) CHECK(a.screen().wrapped(r) == b.screen().wrapped(r));
}

const char* const kStates[] = {
    "",
    "prompt$ ",
    "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8",
    "a line that is far longer than twenty columns and wraps\r\nnext\r\n\r\n\x1b[31mred\x1b[m end",
    "12345678901234567890",
    "한글이 마지막 칸에 안 들어가면 다음 줄로",
    "\x1b[2;4r\x1b[?6h\x1b[2;2Hx\x1b[1;32m",
    "main\x1b[2;3H\x1b[?1049h\x1b[?1003;1006h\x1b[>1u\x1b[4;5Halt\x1b[?25l\x1b[5 q\x1b]2;t\a",
    "\x1b[44mblue\x1b[K\r\n\x1b[41m\x1b[2Jx\x1b[m",
    "\x1b[?2004h\x1b[?1004h\x1b[?1h\x1b=\x1b[>4;2m\x1b[?4321h\x1b[4h",
    "\x1b(0qqq\x1b(B\x1b)0\x0e",
};

}  // namespace

TEST_CASE("an attaching terminal is given what the screen shows", "[terminal][paint]") {
  for (const char* state : kStates) {
    INFO(state);
    Machine from({5, 20});
    from.feed(state);
    Machine to({5, 20});
    to.feed("shell$ \r\nshell$ sess attach\r\n");
    PaintOptions options;
    options.client = {5, 20};
    to.feed(paint_for_attach(from.screen(), options));
    same_terminal(from, to);
  }
}

TEST_CASE("history is replayed into the terminal's own scrollback behind what was there",
          "[terminal][paint]") {
  Machine from({5, 20});
  for (int i = 0; i < 30; ++i) from.feed("line " + std::to_string(i) + " and it is longer than a row\r\n");
  Machine to({5, 20});
  to.feed("shell$ attach\r\n");
  PaintOptions options;
  options.client = {5, 20};
  to.feed(paint_for_attach(from.screen(), options));
  CHECK(to.everything() == "shell$ attach\n" + from.everything());
  Machine few({5, 20});
  options.history_lines = 3;
  few.feed(paint_for_attach(from.screen(), options));
  CHECK(few.everything().rfind("line 2", 0) == 0);
}

TEST_CASE("repainting brings a terminal back from anything and leaves its scrollback", "[terminal][paint]") {
  for (const char* state : kStates) {
    for (const char* other : kStates) {
      INFO(state << " over " << other);
      Machine from({5, 20});
      from.feed(state);
      Machine to({5, 20});
      to.feed(other);
      const auto lines = to.screen().history().lines();
      to.feed(repaint(from.screen()));
      CHECK(capture(from.screen(), with_escapes()) == capture(to.screen(), with_escapes()));
      CHECK(from.cursor() == to.cursor());
      CHECK(from.screen().modes().alternate_screen == to.screen().modes().alternate_screen);
      CHECK(from.screen().modes().mouse == to.screen().modes().mouse);
      CHECK(to.screen().history().lines() == lines);
    }
  }
}

TEST_CASE("missed history scrolls into the scrollback, then the screen is painted", "[terminal][paint]") {
  for (const int missed : {1, 3, 5, 40}) {
    INFO(missed);
    Machine from({5, 20});
    Machine to({5, 20});
    for (int i = 0; i < 10; ++i) from.feed("line " + std::to_string(i) + "\r\n");
    to.feed(paint_for_attach(from.screen(), {1000, {5, 20}}));
    const auto seen = from.screen().history().scrolled();
    for (int i = 0; i < missed; ++i) from.feed("more " + std::to_string(i) + " which wraps around\r\n");
    to.feed(repaint(from.screen(), seen));
    CHECK(to.everything() == from.everything());
  }
}

TEST_CASE("a line of which a part has scrolled off is whole in a scrollback that missed that part",
          "[terminal][paint]") {
  // A screen of 5 rows of 20: the wrapped line begins above it and ends in it, or goes on below.
  const std::string wrapped = "wrapped 0123456789012345678901234567890123456789";
  for (const std::string& last :
       {std::string("\r\na\r\nb\r\nc"), std::string("\r\na\r\nb\r\nc\r\nd"), std::string(200, 'x')}) {
    for (const bool away : {false, true}) {
      INFO(last << (away ? " behind the alternate screen" : ""));
      Machine from({5, 20});
      Machine to({5, 20});
      from.feed("one\r\ntwo\r\nthree\r\n");
      to.feed(paint_for_attach(from.screen(), {1000, {5, 20}}));
      Scrolled seen = from.screen().history().scrolled();
      from.feed(wrapped + last);
      if (away) from.feed("\x1b[?1049h\x1b[Helsewhere");
      REQUIRE(from.screen().history().has_open_line());
      to.feed(repaint(from.screen(), seen));
      seen = from.screen().history().scrolled();
      // And the rest of it, once, when that scrolls off.
      if (away) from.feed("\x1b[?1049l");
      from.feed("\r\nm\r\nn\r\no\r\np\r\nq\r\nr\r\ns");
      to.feed(repaint(from.screen(), seen));
      CHECK(to.everything() == from.everything());
    }
  }
}

TEST_CASE("what is missed goes into the scrollback in portions of whole lines", "[terminal][paint]") {
  Machine from({5, 20});
  Machine to({5, 20});
  from.feed("begin");
  to.feed(paint_for_attach(from.screen(), {1000, {5, 20}}));
  Scrolled at = from.screen().history().scrolled();
  for (int i = 0; i < 100; ++i)
    from.feed("\r\nmore " + std::to_string(i) + std::string(static_cast<std::size_t>(i), '.'));
  int portions = 0;
  for (auto part = missed_lines(from.screen(), at, 500); !part.empty();
       part = missed_lines(from.screen(), at, 500)) {
    CHECK(at.bytes == 0);
    CHECK(part.size() < 1000);
    to.feed(part);
    ++portions;
    if (portions % 2 == 0) to.feed(repaint(from.screen()));  // what is shown in between is no part of it
  }
  CHECK(portions > 5);
  to.feed(repaint(from.screen(), at));
  CHECK(to.everything() == from.everything());
}

TEST_CASE("a terminal that is sent the newest lines alone does not join them to an older one",
          "[terminal][paint]") {
  Machine from({5, 20});
  Machine to({5, 20});
  from.feed("wrapped 0123456789012345678901234567890123456789\r\na\r\nb\r\nc");
  to.feed(paint_for_attach(from.screen(), {1000, {5, 20}}));
  const Scrolled seen = from.screen().history().scrolled();
  REQUIRE(seen.bytes == 20);
  for (int i = 0; i < 100; ++i) from.feed("\r\nmore " + std::to_string(i));
  const Scrolled newest = newest_lines(from.screen(), seen, 10);
  CHECK(newest == Scrolled{from.screen().history().end_line() - 10, 0});
  to.feed(left_out(from.screen(), 91));
  to.feed(repaint(from.screen(), newest));
  const auto all = to.everything();
  CHECK(all.find("\nmore 85\n") != std::string::npos);
  CHECK(all.find("more 84") == std::string::npos);
  CHECK(all.find("\n[sess: 91 lines left") != std::string::npos);
}

TEST_CASE("undoing leaves a terminal with no mode set", "[terminal][paint]") {
  for (const char* state : kStates) {
    INFO(state);
    Machine m({5, 20});
    m.feed(state);
    m.feed(undo_for_detach(m.screen()));
    Modes plain;
    plain.others = {};
    CHECK(m.screen().modes() == plain);
    CHECK(m.screen().pen() == Style{});
    CHECK(m.screen().bottom_margin() == 4);
    CHECK_FALSE(m.screen().modes().alternate_screen);
  }
}

TEST_CASE("modes change from any to any", "[terminal][paint]") {
  for (const char* state : kStates) {
    for (const char* other : kStates) {
      Machine a({5, 20});
      Machine b({5, 20});
      a.feed(state);
      b.feed(other);
      if (a.screen().modes().alternate_screen != b.screen().modes().alternate_screen) continue;
      const Modes wanted = b.screen().modes();
      a.feed(change_modes(a.screen().modes(), wanted));
      CHECK(a.screen().modes() == wanted);
    }
  }
}

TEST_CASE("capture counts rows as tmux does", "[terminal][capture]") {
  Machine m({3, 10});
  m.feed("1\r\nabcdefghijklmno\r\n3\r\n4\r\n5  \x1b[31mx\x1b[m\\");
  CaptureOptions options;
  options.start = -2;
  options.end = 0;
  CHECK(capture(m.screen(), options) == "abcdefghij\nklmno\n3\n");
  options.start = CaptureOptions::kHistoryStart;
  options.end = CaptureOptions::kScreenEnd;
  CHECK(capture(m.screen(), options) == "1\nabcdefghij\nklmno\n3\n4\n5  x\\\n");
  options.join = true;
  CHECK(capture(m.screen(), options) == "1\nabcdefghijklmno\n3\n4\n5  x\\\n");
  options.join = false;
  options.start = 2;
  options.escapes = true;
  options.octal = true;
  CHECK(capture(m.screen(), options) == "5  \\033[31mx\\033[39m\\\\\n");
  CHECK(history_rows(m.screen()) == 3);
}

TEST_CASE("capture keeps trailing spaces only when asked", "[terminal][capture]") {
  Machine m({2, 10});
  m.feed("a   \r\n");
  CHECK(capture(m.screen()) == "a\n\n");
  CaptureOptions options;
  options.trailing_spaces = true;
  CHECK(capture(m.screen(), options) == "a   \n\n");
}

TEST_CASE("capture reads the screen that is hidden", "[terminal][capture]") {
  Machine m({2, 10});
  m.feed("main\x1b[?1049halt");
  CaptureOptions options;
  options.hidden = true;
  CHECK(capture(m.screen(), options) == "main\n\n");
}

}  // namespace sess::terminal
