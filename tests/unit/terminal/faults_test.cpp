// What breaks libvterm 0.1.4, and must not break this.
#include <malloc.h>

#include "machine.hpp"

namespace sess::terminal {

TEST_CASE("a sequence with a thousand parameters overruns nothing", "[terminal][faults]") {
  Machine m;
  std::string many = "\x1b[";
  for (int i = 0; i < 1000; ++i) many += "1;";
  m.feed(many + "m" + many + "H" + many + "h" + many + "r");
  std::string few = "\x1b[";
  for (int i = 0; i < 40; ++i) few += "1;";
  m.feed(few + "3mx");
  CHECK((m.style(m.cursor().first, m.cursor().second - 1).attrs & italic) != 0);
}

TEST_CASE("REP of a thousand million is done at once", "[terminal][faults]") {
  Machine m;
  m.feed("a\x1b[1000000000b");
  CHECK(m.screen().history().lines() == 0);
  CHECK(m.row(10) == std::string(80, 'a'));
}

TEST_CASE("a wide character on a screen of one cell is shown in some way", "[terminal][faults]") {
  Machine m({1, 1});
  m.feed(
      "한글👩‍👩‍👧‍👦❤\xef\xb8\x8f\x1b[5b\x1b#8\x1b[2J\x1b[10L\x1b[10M\x1b[10P\x1b[10@"
      "한");
  CHECK(m.screen().row(0).size() == 1);
  CHECK(m.cell(0, 0).width == 1);
  for (const Size size : {Size{1, 2}, Size{2, 1}, Size{3, 3}, Size{1, 1}}) {
    m.emulator->resize(size);
    m.feed("한a글b👩‍👩‍👧‍👦\r\n");
    CHECK(m.screen().row(0).size() == size.cols);
  }
}

TEST_CASE("a scroll region followed by a shrink stays inside the screen", "[terminal][faults]") {
  Machine m({24, 80});
  m.feed("\x1b[10;24r\x1b[24;80Hx");
  m.emulator->resize({5, 10});
  CHECK(m.screen().bottom_margin() == 4);
  m.feed("\x1b[24;1H\n\n\n\x1b[20T\x1b[20S\x1b[20L\x1b[20Mok");
  CHECK(m.row(4) == "ok");
}

TEST_CASE("faint, conceal, overline and the underline's colour are kept", "[terminal][faults]") {
  Machine m;
  m.feed("\x1b[2;8;53;4;58;5;9mx");
  CHECK(m.style(0, 0).attrs == (faint | conceal | overline));
  CHECK(m.style(0, 0).underline_color == Color::indexed(9));
}

TEST_CASE("every size from one cell to the largest works", "[terminal][faults]") {
  Machine m({1024, 1024});
  m.feed("\x1b[1024;1024Hx\x1b[65535;65535Hy\x1b[65535A\x1b[65535D\x1b[65535@\x1b[65535P\x1b[65535X");
  CHECK(m.text(1023, 1023) == "y");
  m.emulator->resize({65535, 65535});
  CHECK(m.screen().size() == Size{1024, 1024});
  m.emulator->resize({0, 0});
  CHECK(m.screen().size() == Size{1, 1});
}

TEST_CASE("a zero parameter is one where one is the least", "[terminal][faults]") {
  Machine m({5, 10});
  m.feed("\x1b[3;3H\x1b[0A\x1b[0C");
  CHECK(m.cursor() == std::pair(1, 3));
  m.feed("\x1b[0;0H");
  CHECK(m.cursor() == std::pair(0, 0));
}

#if defined(__GLIBC__) && !defined(SESS_SANITIZED)
TEST_CASE("an idle terminal takes less than six kilobytes of heap", "[terminal][memory]") {
  HeapSegmentStore store;
  NullSink sink;
  constexpr std::size_t kCount = 50;
  std::vector<std::unique_ptr<Emulator>> terminals;
  terminals.reserve(kCount);
  const std::size_t before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < kCount; ++i) {
    terminals.push_back(std::make_unique<Emulator>(Size{24, 80}, store, sink));
    terminals.back()->feed(
        "\x1b[?2004h\x1b[1;32muser@host\x1b[m:\x1b[1;34m~\x1b[m$ \x1b[?1049h\x1b[2J\x1b[?1049l");
  }
  CHECK((mallinfo2().uordblks - before) / kCount < 6000);
}
#endif

}  // namespace sess::terminal
