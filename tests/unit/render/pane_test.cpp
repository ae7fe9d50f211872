#include "render/pane.hpp"

#include "render/diff.hpp"
#include "support/catch.hpp"
#include "support/oracle.hpp"
#include "terminal/act/emulator.hpp"

using namespace sess;
using namespace sess::render;

namespace {

struct Pane {
  explicit Pane(Size size) : emulator(size, store, sink) {}
  terminal::HeapSegmentStore store;
  terminal::NullSink sink;
  terminal::Emulator emulator;
};

}  // namespace

TEST_CASE("a pane shows its screen, cursor and styles in its rectangle", "[pane]") {
  Pane pane({4, 10});
  pane.emulator.feed("\033[1;31mhi\033[m 한글\r\nx");
  Frame frame({8, 20});
  draw_pane(frame, {2, 3, 4, 10}, pane.emulator.screen(), {.has_cursor = true});
  CHECK(frame.text(2) == "   hi 한글");
  CHECK(frame.text(3) == "   x");
  CHECK(frame.cursor == FrameCursor{3, 4, true, terminal::CursorShape::default_, frame.cursor.blink});
  CHECK(frame.atlas().style(frame.row(2)[3].style).fg == terminal::Color::indexed(1));
}

TEST_CASE("a view that is moved or larger than the screen cuts and blanks", "[pane]") {
  Pane pane({3, 10});
  pane.emulator.feed("a한글\r\nsecond");
  terminal::Style base;
  base.bg = terminal::Color::indexed(4);
  Frame frame({5, 12});
  draw_pane(frame, {0, 0, 5, 12}, pane.emulator.screen(),
            {.top = 0, .left = 2, .base = base, .has_cursor = true});
  CHECK(frame.text(0) == " 글");
  CHECK(frame.text(1) == "cond");
  CHECK(frame.atlas().style(frame.row(4)[11].style).bg == terminal::Color::indexed(4));
  CHECK(frame.atlas().style(frame.row(1)[0].style).bg == terminal::Color::indexed(4));
  draw_pane(frame, {1, 10, 3, 10}, pane.emulator.screen(), {});
  CHECK(frame.text(1) == "cond      a");
  draw_pane(frame, {-1, -3, 3, 10}, pane.emulator.screen(), {});
  CHECK(frame.text(0).substr(0, 3) == "ond");
}

TEST_CASE("links, clusters, palette and reversed screens are resolved", "[pane]") {
  Pane pane({2, 20});
  pane.emulator.feed("\033]8;id=q;https://example.org\033\\l\033]8;;\033\\e\xCC\x81");
  Frame frame({2, 20});
  draw_pane(frame, {0, 0, 2, 20}, pane.emulator.screen(), {});
  CHECK(frame.text(0) == "le\xCC\x81");
  CHECK(frame.atlas().link(frame.row(0)[0].style) == "id=q;https://example.org");
  CHECK(frame.atlas().link(frame.row(0)[1].style).empty());
  pane.emulator.feed("\033[?5h\033]4;1;rgb:10/20/30\033\\\r\n\033[31mx");
  draw_pane(frame, {0, 0, 2, 20}, pane.emulator.screen(), {});
  CHECK(frame.atlas().style(frame.row(1)[0].style).fg == terminal::Color::rgb(0x10, 0x20, 0x30));
  CHECK((frame.atlas().style(frame.row(1)[0].style).attrs & terminal::inverse) != 0);
}

TEST_CASE("what a composed client shows is what the pane's screen has", "[pane]") {
  Pane pane({20, 60});
  test::Oracle direct({20, 60});
  test::Oracle composed({20, 60});
  const TerminalFeatures features = TerminalFeatures::from_names("foot");
  Frame shown({20, 60});
  composed.feed(diff(nullptr, shown, features));
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes = "\033[3" + std::to_string(i % 8) + "mline " + std::to_string(i) + " 한글 text\033[m\r\n";
    if (i % 7 == 0) bytes += "\033[5;10H\033[2Kmiddle\033[20;1H";
    if (i % 11 == 0) bytes += "\033[3;12r\033[12;1H\n\n\033[r\033[20;1H";
    pane.emulator.feed(bytes);
    direct.feed(bytes);
    Frame next = shown.successor({20, 60});
    draw_pane(next, {0, 0, 20, 60}, pane.emulator.screen(), {.has_cursor = true});
    composed.feed(diff(&shown, next, features));
    REQUIRE(composed.screen() == direct.screen());
    REQUIRE(composed.cursor_row() == direct.cursor_row());
    REQUIRE(composed.cursor_col() == direct.cursor_col());
    shown = std::move(next);
  }
}

TEST_CASE("a key press in a large pane is one byte of difference", "[pane]") {
  const Size size{100, 300};
  Pane pane(size);
  for (int i = 0; i < 100; ++i) {
    pane.emulator.feed("\r\n\033[3" + std::to_string(i % 8) + "m" +
                       std::string(200, static_cast<char>('a' + i % 26)) + "\033[m x");
  }
  Frame shown(size);
  for (int i = 0; i < 5; ++i) {
    pane.emulator.feed("x");
    Frame next = shown.successor(size);
    draw_pane(next, {0, 0, 100, 300}, pane.emulator.screen(), {.has_cursor = true});
    const std::string bytes = diff(&shown, next, TerminalFeatures::from_names("foot"));
    if (i > 0) REQUIRE(bytes == "x");
    shown = std::move(next);
  }
}
