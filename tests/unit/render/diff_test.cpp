#include "render/diff.hpp"

#include <random>

#include "support/catch.hpp"
#include "support/oracle.hpp"

using namespace sess;
using namespace sess::render;

namespace {

TerminalFeatures everything() {
  TerminalFeatures features = TerminalFeatures::from_names("foot", "truecolor");
  features.hyperlinks = false;  // libvterm 0.1.4 prints what it does not know of OSC
  return features;
}

test::OracleColor oracle_color(terminal::Color color) {
  test::OracleColor out;
  if (color.kind == terminal::Color::Kind::indexed) {
    out.kind = test::OracleColor::Kind::indexed;
    out.v = {color.r, 0, 0};
  } else if (color.kind == terminal::Color::Kind::rgb) {
    out.kind = test::OracleColor::Kind::rgb;
    out.v = {color.r, color.g, color.b};
  }
  return out;
}

/// The first place where the terminal does not show the frame; empty when it does.
std::string mismatch(const test::Oracle& oracle, const Frame& frame) {
  for (int r = 0; r < frame.size().rows; ++r) {
    for (int c = 0; c < frame.size().cols; ++c) {
      const Cell cell = frame.row(r)[static_cast<std::size_t>(c)];
      const auto shown = oracle.cell(r, c);
      std::string want;
      frame.atlas().append_text(want, cell);
      const bool blank = want == " ";
      const std::string text = shown.text.empty() && shown.width == 1 ? " " : shown.text;
      const terminal::Style& style = frame.atlas().style(cell.style);
      bool same = text == want && shown.width == static_cast<int>(cell.width);
      if (cell.width != 0) {
        same = same && shown.bg == oracle_color(style.bg);
        if (!blank) {
          same = same && shown.fg == oracle_color(style.fg) &&
                 shown.bold == ((style.attrs & terminal::bold) != 0) &&
                 shown.italic == ((style.attrs & terminal::italic) != 0) &&
                 shown.underline == static_cast<int>(style.underline);
        }
        same = same && shown.reverse == ((style.attrs & terminal::inverse) != 0);
      }
      if (!same) {
        return "row " + std::to_string(r) + " col " + std::to_string(c) + ": want '" + want + "' width " +
               std::to_string(cell.width) + ", shown '" + text + "' width " + std::to_string(shown.width);
      }
    }
  }
  if (oracle.cursor_visible() != frame.cursor.visible) return "cursor's visibility";
  if (oracle.cursor_row() != frame.cursor.row || oracle.cursor_col() != frame.cursor.col)
    return "cursor's place";
  return {};
}

class Painting {
 public:
  explicit Painting(unsigned seed) : random_(seed) {}

  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

  std::uint32_t style(Frame& frame) {
    terminal::Style style;
    const auto color = [&] {
      switch (pick(4)) {
        case 0:
          return terminal::Color::indexed(static_cast<std::uint8_t>(pick(256)));
        case 1:
          return terminal::Color::rgb(static_cast<std::uint8_t>(pick(256)), 7,
                                      static_cast<std::uint8_t>(pick(3)));
        default:
          return terminal::Color{};
      }
    };
    style.fg = color();
    style.bg = color();
    if (pick(4) == 0) style.attrs |= terminal::bold;
    if (pick(4) == 0) style.attrs |= terminal::italic;
    if (pick(6) == 0) style.attrs |= terminal::inverse;
    if (pick(6) == 0) style.underline = static_cast<terminal::Underline>(pick(4));
    return frame.atlas().style(style);
  }

  /// The frame before with some change, as programs make them.
  Frame next(const Frame& before) {
    Frame frame = pick(12) == 0 ? Frame(before.size()) : before.successor(before.size());
    const int rows = frame.size().rows;
    const int cols = frame.size().cols;
    if (frame.shares_atlas(before)) {
      const int top = pick(3) == 0 ? static_cast<int>(pick(static_cast<unsigned>(rows))) : 0;
      const int bottom =
          pick(3) == 0 ? top + static_cast<int>(pick(static_cast<unsigned>(rows - top))) : rows - 1;
      const int shift = pick(3) == 0 ? static_cast<int>(pick(7)) - 3 : 0;
      for (int r = 0; r < rows; ++r) {
        int from = r;
        if (r >= top && r <= bottom) from = r + shift;
        if (from < 0 || from >= rows) continue;
        std::copy(before.row(from).begin(), before.row(from).end(), frame.row(r).begin());
      }
    }
    const unsigned changes = pick(3) == 0 ? pick(60) : pick(4);
    for (unsigned i = 0; i < changes; ++i) {
      const int row = static_cast<int>(pick(static_cast<unsigned>(rows)));
      const int col = static_cast<int>(pick(static_cast<unsigned>(cols + 2))) - 2;
      switch (pick(5)) {
        case 0:
          frame.fill({row, col, 1 + static_cast<int>(pick(4)), static_cast<int>(pick(60))}, style(frame));
          break;
        case 1:
          frame.fill({row, col, 1, cols}, pick(2) == 0 ? 0 : style(frame));
          break;
        default: {
          constexpr std::string_view kWords[] = {"hello",
                                                 "한글",
                                                 "a",
                                                 "値段 ok",
                                                 "e\xCC\x81t\xC3\xA9",
                                                 "      ",
                                                 "x y z",
                                                 "0123456789012345678901234567890123456789"};
          frame.put_text(row, col, cols - col, kWords[pick(std::size(kWords))],
                         pick(2) == 0 ? 0 : style(frame));
        }
      }
    }
    frame.cursor.row = static_cast<int>(pick(static_cast<unsigned>(rows)));
    frame.cursor.col = static_cast<int>(pick(static_cast<unsigned>(cols)));
    frame.cursor.visible = pick(4) != 0;
    return frame;
  }

 private:
  std::mt19937 random_;
};

/// A frame of text as a log has it.
Frame log_frame(Size size, const Frame* before, int first_line) {
  Frame frame = before != nullptr ? before->successor(size) : Frame(size);
  for (int r = 0; r < size.rows; ++r) {
    frame.put_text(r, 0, size.cols,
                   "line number " + std::to_string(first_line + r) + " of the log says nothing", 0);
  }
  frame.cursor = {size.rows - 1, 0, true, terminal::CursorShape::default_, false};
  return frame;
}

}  // namespace

TEST_CASE("after a diff the terminal shows the new frame, whatever the two frames are", "[diff]") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Painting painting(seed);
    const Size size{static_cast<std::uint16_t>(4 + painting.pick(20)),
                    static_cast<std::uint16_t>(8 + painting.pick(70))};
    TerminalFeatures features = everything();
    if (seed % 4 == 1) features.back_colour_erase = features.erase_characters = false;
    if (seed % 4 == 2) features.scroll_region = false;
    if (seed % 4 == 3) features.sync = false;
    test::Oracle oracle(size);
    Frame shown(size);
    oracle.feed(diff(nullptr, shown, features));
    for (int step = 0; step < 40; ++step) {
      Frame next = painting.next(shown);
      const std::string bytes = diff(&shown, next, features);
      oracle.feed(bytes);
      INFO("seed " << seed << " step " << step << " bytes " << bytes);
      REQUIRE(mismatch(oracle, next) == "");
      CHECK(diff(&next, next, features).empty());
      shown = std::move(next);
    }
  }
}

TEST_CASE("a first frame is drawn whole on whatever was there", "[diff]") {
  test::Oracle oracle({6, 30});
  oracle.feed("\033[41mgarbage\r\nall\r\nover\033[1;7m");
  Frame frame({6, 30});
  frame.put_text(2, 3, 20, "hello 한글", 0);
  frame.cursor = {2, 5, true, terminal::CursorShape::bar, true};
  frame.title = "a title";
  oracle.feed(diff(nullptr, frame, everything()));
  CHECK(mismatch(oracle, frame) == "");
  CHECK(oracle.title() == "a title");
  CHECK(oracle.cursor_shape() == test::OracleCursorShape::bar);
  CHECK(oracle.cursor_blinks());
}

TEST_CASE("a typed character costs about one byte", "[diff]") {
  Frame before({24, 80});
  before.put_text(0, 0, 80, "$ ls", 0);
  before.cursor = {0, 4, true, {}, false};
  Frame after = before.successor(before.size());
  after.put_text(0, 0, 80, "$ ls x", 0);
  after.cursor = {0, 6, true, {}, false};
  CHECK(diff(&before, after, everything()) == "\033[Cx");
  after.put_text(0, 4, 76, "yx", 0);
  CHECK(diff(&before, after, everything()) == "yx");
}

TEST_CASE("scrolled rows are moved, not drawn again", "[diff]") {
  const Size size{24, 80};
  const Frame before = log_frame(size, nullptr, 0);
  const Frame after = log_frame(size, &before, 1);
  const std::string bytes = diff(&before, after, everything());
  CHECK(bytes.find("\033[S") != bytes.npos);
  CHECK(bytes.size() < 120);
  test::Oracle oracle(size);
  oracle.feed(diff(nullptr, before, everything()));
  oracle.feed(bytes);
  CHECK(mismatch(oracle, after) == "");
}

TEST_CASE("a region between fixed rows scrolls alone", "[diff]") {
  const Size size{24, 80};
  Frame before = log_frame(size, nullptr, 0);
  Frame after = log_frame(size, &before, 3);
  for (Frame* frame : {&before, &after}) {
    frame->fill({0, 0, 1, 80}, 0);
    frame->put_text(0, 0, 80, "top", 0);
    frame->fill({23, 0, 1, 80}, 0);
    frame->put_text(23, 0, 80, "status", 0);
  }
  const std::string bytes = diff(&before, after, everything());
  CHECK(bytes.find("r\033[3S\033[r") != bytes.npos);
  test::Oracle oracle(size);
  oracle.feed(diff(nullptr, before, everything()));
  oracle.feed(bytes);
  CHECK(mismatch(oracle, after) == "");
}

TEST_CASE("drawing is synchronized where the terminal can, else the cursor is hidden meanwhile", "[diff]") {
  const Size size{24, 80};
  const Frame before = log_frame(size, nullptr, 0);
  Frame after = before.successor(size);
  for (int r = 0; r < 24; ++r) after.put_text(r, 0, 80, "another text altogether", 0);
  after.cursor = before.cursor;
  TerminalFeatures features = everything();
  const std::string with = diff(&before, after, features);
  CHECK(with.substr(0, 8) == "\033[?2026h");
  CHECK(with.substr(with.size() - 8) == "\033[?2026l");
  CHECK(with.find("\033[?25l") == with.npos);
  features.sync = false;
  const std::string without = diff(&before, after, features);
  CHECK(without.substr(0, 6) == "\033[?25l");
  CHECK(without.substr(without.size() - 6) == "\033[?25h");
}

TEST_CASE("hyperlinks open and close around their text", "[diff]") {
  TerminalFeatures features = TerminalFeatures::from_names("foot");
  Frame before({2, 20});
  Frame after = before.successor(before.size());
  after.put_text(0, 0, 20, "link", after.atlas().style({}, ";https://example.org"));
  CHECK(diff(&before, after, features) == "\033]8;;https://example.org\033\\link\033]8;;\033\\\r");
  features.hyperlinks = false;
  CHECK(diff(&before, after, features) == "link\r");
}

TEST_CASE("what the terminal lacks is drawn with the nearest", "[diff]") {
  Frame before({2, 20});
  Frame after = before.successor(before.size());
  terminal::Style style;
  style.fg = terminal::Color::rgb(255, 0, 0);
  style.underline = terminal::Underline::curly;
  after.put_text(0, 0, 20, "x", after.atlas().style(style));
  CHECK(diff(&before, after, TerminalFeatures::from_names("foot")).find("\033[4:3;38;2;255;0;0mx") !=
        std::string::npos);
  CHECK(diff(&before, after, TerminalFeatures::from_names("xterm-256color")).find("\033[4;38;5;196mx") !=
        std::string::npos);
  CHECK(diff(&before, after, TerminalFeatures::from_names("linux")).find("\033[4;31mx") != std::string::npos);
}

TEST_CASE("leaving undoes what entering did", "[diff]") {
  TerminalFeatures features = everything();
  features.kitty_keyboard = false;
  const TerminalModes modes{TerminalModes::Mouse::all, true, true, true};
  test::Oracle oracle({5, 20});
  oracle.feed("shell");
  oracle.feed(enter_terminal(modes, features));
  CHECK(oracle.alternate());
  CHECK(oracle.mouse() == test::OracleMouse::move);
  oracle.feed(change_modes(modes, {TerminalModes::Mouse::buttons, true, true, true}, features));
  CHECK(oracle.mouse() == test::OracleMouse::drag);
  oracle.feed(leave_terminal(modes, features));
  CHECK_FALSE(oracle.alternate());
  CHECK(oracle.mouse() == test::OracleMouse::none);
  CHECK(oracle.row(0) == "shell");
  CHECK(oracle.cursor_visible());
}

TEST_CASE("a large frame with little change is a few bytes", "[diff]") {
  const Size size{100, 300};
  const Frame before = log_frame(size, nullptr, 0);
  Frame after = log_frame(size, &before, 0);
  after.put_text(50, 10, 20, "changed", 0);
  CHECK(diff(&before, after, everything()).size() < 64);
}
