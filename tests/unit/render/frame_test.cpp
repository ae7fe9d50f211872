#include "render/frame.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::render;

TEST_CASE("text is cut at its columns, and never through a wide character", "[frame]") {
  Frame frame({2, 10});
  CHECK(frame.put_text(0, 0, 3, "한글", 0) == 2);
  CHECK(frame.text(0) == "한");
  CHECK(frame.put_text(0, 8, 10, "abcdef", 0) == 2);
  CHECK(frame.text(0) == "한      ab");
  CHECK(frame.put_text(1, -2, 10, "xyz", 0) == 3);
  CHECK(frame.text(1) == "z");
  CHECK(frame.put_text(7, 0, 10, "x", 0) == 0);
  // Half of a wide character before the first column once left half of what was there.
  frame.put_text(1, 0, 10, "한글", 0);
  frame.put_text(1, -1, 10, "가나", 0);
  CHECK(frame.text(1) == " 나");
}

TEST_CASE("overwriting half of a wide character leaves a blank", "[frame]") {
  Frame frame({1, 6});
  frame.put_text(0, 0, 6, "한글말", 0);
  frame.put_text(0, 1, 1, "x", 0);
  CHECK(frame.text(0) == " x글말");
  frame.put_text(0, 4, 1, "y", 0);
  CHECK(frame.text(0) == " x글y");
  frame.fill({0, 3, 1, 1}, 0, U'-');
  CHECK(frame.text(0) == " x -y");
  for (const Cell cell : frame.row(0)) CHECK(cell.width == 1);
}

TEST_CASE("clusters stay together in one cell", "[frame]") {
  Frame frame({1, 10});
  CHECK(frame.put_text(0, 0, 10, "e\xCC\x81x", 0) == 2);
  CHECK(frame.text(0) == "e\xCC\x81x");
}

TEST_CASE("a successor shares numbers with its frame until there are too many", "[frame]") {
  Frame frame({1, 4});
  CHECK(frame.successor({2, 2}).shares_atlas(frame));
  for (unsigned i = 0; i < 120000; ++i) {
    terminal::Style style;
    style.fg = terminal::Color::rgb(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                                    static_cast<std::uint8_t>(i >> 16));
    static_cast<void>(frame.atlas().style(style));
  }
  CHECK_FALSE(frame.successor({2, 2}).shares_atlas(frame));
}

TEST_CASE("restyling keeps the text", "[frame]") {
  Frame frame({1, 6});
  frame.put_text(0, 0, 6, "abc", 0);
  frame.restyle({0, 1, 1, 1}, [](terminal::Style style) {
    style.attrs |= terminal::inverse;
    return style;
  });
  CHECK(frame.text(0) == "abc");
  CHECK(frame.row(0)[0].style == 0);
  CHECK((frame.atlas().style(frame.row(0)[1].style).attrs & terminal::inverse) != 0);
}
