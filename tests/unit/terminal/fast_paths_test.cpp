// The inner loops of printing and scrolling against what they stand for, one cell or byte at a time.
#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "base/utf8.hpp"
#include "machine.hpp"
#include "terminal/act/emoji_cache.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/decode/text_scan.hpp"
#include "terminal/screen/cell_run.hpp"
#include "terminal/screen/code_points.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/screen/wide_text.hpp"

namespace sess::terminal {
namespace {

Style random_style(std::mt19937& random) {
  Style style;
  if (random() % 2 == 0) style.fg = Color::indexed(static_cast<std::uint8_t>(random()));
  if (random() % 3 == 0) style.bg = Color::rgb(static_cast<std::uint32_t>(random()));
  if (random() % 4 == 0) style.attrs = static_cast<std::uint16_t>(random() % 512);
  if (random() % 5 == 0) style.underline = static_cast<Underline>(random() % 6);
  if (random() % 6 == 0) style.underline_color = Color::rgb(static_cast<std::uint32_t>(random()));
  return style;
}

}  // namespace

TEST_CASE("a row in many styles is told apart as one cell after another would be", "[terminal][fast]") {
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::vector<Cell> cells(1 + random() % 200);
    std::uint16_t style = 0;
    for (auto& cell : cells) {
      if (random() % 5 == 0) style = static_cast<std::uint16_t>(random() % 3 == 0 ? 0xFFFF : random() % 300);
      cell = Cell{random() % 9 == 0 ? 0 : 0x20 + static_cast<std::uint32_t>(random() % 0x5F), style, 1, 0};
    }
    const bool ascii = random() % 4 != 0;
    if (!ascii) {
      Cell& odd = cells[random() % cells.size()];
      switch (random() % 4) {
        case 0:
          odd.glyph = 0x80 + static_cast<std::uint32_t>(random() % 0x10000);
          break;
        case 1:
          odd.glyph = kClusterBit | 0x41;
          break;
        case 2:
          odd.width = 2;
          break;
        default:
          odd.flags = kFiller;
          break;
      }
    }
    std::string text(cells.size(), '?');
    StyleEnds ends;
    REQUIRE(get_styled_ascii(cells.data(), cells.size(), text.data(), ends) == ascii);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::size_t end = i;
      while (end < cells.size() && cells[end].style == cells[i].style) ++end;
      REQUIRE(style_end(cells.data(), i, cells.size()) == end);
      if (!ascii) continue;
      REQUIRE(text[i] == (cells[i].glyph == 0 ? ' ' : static_cast<char>(cells[i].glyph)));
      REQUIRE((ends[i / 64] >> (i % 64) & 1U) == (end == i + 1 ? 1U : 0U));
    }
  }
}

TEST_CASE("runs from the table of styles are those that are encoded", "[terminal][fast]") {
  std::mt19937 random(8);
  RunEncoder encoder;
  std::vector<Style> styles(700);
  for (std::size_t id = 1; id < styles.size(); ++id) styles[id] = random_style(random);
  for (int round = 0; round < 20000; ++round) {
    if (round == 10000) {  // the numbers mean others now
      encoder.forget();
      for (std::size_t id = 1; id < styles.size(); ++id) styles[id] = random_style(random);
    }
    const auto id = static_cast<std::uint16_t>(random() % styles.size());
    const std::size_t length = 1 + random() % 20000;
    std::string expected;
    encode_run(expected, length, styles[id], {});
    std::array<char, RunEncoder::kMost> buffer{};
    const char* const end = encoder.put(buffer.data(), length, id, styles[id]);
    REQUIRE(end != nullptr);
    REQUIRE(std::string(static_cast<const char*>(buffer.data()), end) == expected);
  }
  Style linked;
  linked.link = 1;
  std::array<char, RunEncoder::kMost> buffer{};
  CHECK(encoder.put(buffer.data(), 5, 3, linked) == nullptr);
}

TEST_CASE("printing puts one cell a byte, whatever the length", "[terminal][fast]") {
  std::string text;
  for (std::size_t n = 0; n < 70; ++n) {
    std::vector<Cell> cells(n + 1);
    put_ascii(cells.data(), text.data(), n, 513);
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE(cells[i] == Cell{static_cast<std::uint32_t>(text[i]), 513, 1, 0});
    }
    REQUIRE(cells[n] == kBlank);  // not one more
    text += static_cast<char>(' ' + n % 95);
  }
}

TEST_CASE("parameters are taken up to the first byte that is none", "[terminal][fast]") {
  std::mt19937 random(9);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (int i = 0; i < 16; ++i) {
      bytes += random() % 12 == 0 ? static_cast<char>(random()) : "0123456789:;"[random() % 12];
    }
    const std::size_t count = std::min<std::size_t>(16, bytes.find_first_not_of("0123456789:;"));
    std::uint64_t low = 1, high = 1;
    REQUIRE(take_parameters(bytes.data(), low, high) == count);
    std::string kept(16, '\0');
    std::memcpy(kept.data(), &low, 8);
    std::memcpy(kept.data() + 8, &high, 8);
    REQUIRE(kept == bytes.substr(0, count) + std::string(16 - count, '\0'));
  }
}

TEST_CASE("what is printed as wide without a look is wide and joins nothing", "[terminal][fast]") {
  int found = 0;
  for (char32_t c = 0; c < 0x11000; ++c) {
    if (!surely_wide(c)) continue;
    ++found;
    INFO(static_cast<unsigned>(c));
    REQUIRE((code_point_class(c) & (kClassWidth | kClassSimple | kClassGlues)) == (2 | kClassSimple));
  }
  CHECK(found > 32000);
}

TEST_CASE("wide text in long steps becomes the cells and the text of single ones", "[terminal][fast]") {
  std::mt19937 random(10);
  std::size_t taken_in_all = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<Cell> expected;     // of all the text
    std::vector<std::size_t> ends;  // bytes behind each cell, counted where a character ends
    std::string text;
    for (unsigned i = 0, n = random() % 120; i < n; ++i) {
      char32_t c = 0;
      switch (random() % 8) {
        case 0:
          c = ' ' + random() % 95;
          break;
        case 1:
          c = 0x3001 + random() % 0xFF;
          break;
        case 2:
          c = random() % 20 == 0 ? 0xA0 + random() % 0x20000 : 0xFF01 + random() % 0x60;
          break;
        default:
          c = 0xAC00 + random() % 11172;
          break;
      }
      append_utf8(text, c);
      const bool wide = surely_wide(c);
      expected.push_back(Cell{static_cast<std::uint32_t>(c), 77, static_cast<std::uint8_t>(wide ? 2 : 1), 0});
      ends.push_back(text.size());
      if (!wide) continue;
      expected.push_back(Cell{0, 77, 0, 0});
      ends.push_back(text.size());
    }
    const std::size_t room = random() % 300;
    const bool ascii = random() % 4 != 0;
    std::vector<Cell> cells(room + 1);
    const WideTaken taken =
        put_wide_text(cells.data(), room, text.data(), text.data() + text.size(), 77, ascii);
    REQUIRE(taken.cells <= room);
    REQUIRE(taken.cells <= expected.size());
    taken_in_all += taken.cells;
    for (std::size_t i = 0; i < taken.cells; ++i) {
      REQUIRE(cells[i] == expected[i]);
      const bool may = expected[i].width != 1 || (ascii && expected[i].glyph < 0x80);
      REQUIRE(may);
    }
    for (std::size_t i = taken.cells; i < cells.size(); ++i) REQUIRE(cells[i] == kBlank);  // not one more
    if (taken.cells > 0) {
      REQUIRE(ends[taken.cells - 1] == taken.bytes);
      REQUIRE(expected[taken.last].width != 0);
      REQUIRE(taken.last + expected[taken.last].width == taken.cells);
    } else {
      REQUIRE(taken.bytes == 0);
    }
    std::string got(expected.size() * 4, '?');
    char* to = got.data();
    const std::size_t stop = get_wide_text(expected.data(), 0, expected.size(), to);
    const auto length = static_cast<std::size_t>(to - got.data());
    REQUIRE(stop <= expected.size());
    REQUIRE(got.substr(0, length) == text.substr(0, stop == 0 ? 0 : ends[stop - 1]));
    REQUIRE((stop == expected.size() || expected[stop].width != 0));

    // As text: up to the first that is neither wide nor ASCII.
    std::size_t fits = 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < expected.size(); i += expected[i].width) {
      const bool may = expected[i].width == 2 || (ascii && expected[i].glyph < 0x80);
      if (!may || fits + expected[i].width > room) break;
      fits += expected[i].width;
      bytes = ends[i];
    }
    const WideTaken measured = measure_wide_text(room, text.data(), text.data() + text.size(), ascii);
    REQUIRE(measured.cells == fits);
    REQUIRE(measured.bytes == bytes);
    // A character whose last bytes are missing is not taken.
    const std::size_t cut = std::min<std::size_t>(text.size(), 1 + random() % 2);
    const WideTaken before = measure_wide_text(room, text.data(), text.data() + text.size() - cut, ascii);
    const auto past = std::upper_bound(ends.begin(), ends.end(), std::min(bytes, text.size() - cut));
    const std::size_t whole = past == ends.begin() ? 0 : *(past - 1);
    REQUIRE(before.bytes == std::min(bytes, whole));
  }
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.1") != 0) CHECK(taken_in_all > 10000);
#endif
}

TEST_CASE("a wide character that the next one cuts off is not measured as text", "[terminal][fast]") {
  // At every place of a step: what is left of it was counted as one column and read back as two.
  for (std::size_t before = 0; before < 40; ++before) {
    for (const std::string_view cut : {"\xed", "\xed\x95"}) {
      for (const std::string_view behind : {"\xea\xb0\x80", "x", " \xea\xb0\x80"}) {
        std::string text(before, 'a');
        text += cut;
        for (int i = 0; i < 12; ++i) text += behind;
        const WideTaken taken = measure_wide_text(200, text.data(), text.data() + text.size(), true);
        INFO(before << ' ' << cut.size() << ' ' << behind);
        REQUIRE(taken.bytes == before);
        REQUIRE(taken.cells == before);

        const Size size{2, 60};
        Machine whole(size);
        Machine bytes(size);
        text = "\xea\xb0\x80" + text;
        whole.feed(text);
        for (const char byte : text) bytes.feed(std::string_view(&byte, 1));
        ByteWriter one;
        ByteWriter other;
        whole.emulator->save(one);
        bytes.emulator->save(other);
        REQUIRE(one.take() == other.take());
      }
    }
  }
}

TEST_CASE("rows that nobody looks at are what rows of cells would be", "[terminal][fast]") {
  std::mt19937 random(12);
  const std::string_view kTokens[] = {"word",
                                      " ",
                                      "\r\n",
                                      "\r\n",
                                      "\x1b[31m",
                                      "\x1b[0;1;44m",
                                      "\x1b[m",
                                      "\xed\x95\x9c\xea\xb8\x80 \xe6\xbc\xa2",
                                      "\x1b[K",
                                      "\x1b[1K",
                                      "\x1b[5G",
                                      "\t",
                                      "\b",
                                      "e\xcc\x81",
                                      "\xf0\x9f\x9a\x80",
                                      "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
                                      "\x1b[2J\x1b[H",
                                      "\x1b[3;2H",
                                      "\x1b[4h",
                                      "\x1b[4l",
                                      "\x1b[?7l",
                                      "\x1b[?7h",
                                      "\x1b]133;A\x1b\\",
                                      "\x1b[L",
                                      "\x1b[2P"};
  for (int round = 0; round < 300; ++round) {
    const Size size{static_cast<std::uint16_t>(1 + random() % 6),
                    static_cast<std::uint16_t>(1 + random() % 30)};
    Machine alone(size);
    Machine looked(size);
    for (int i = 0; i < 120; ++i) {
      const auto token = kTokens[random() % (random() % 2 == 0 ? std::size(kTokens) : 8)];
      alone.feed(token);
      looked.feed(token);
      for (int r = 0; r < size.rows; ++r) static_cast<void>(looked.emulator->screen().row(r));
    }
    ByteWriter one;
    ByteWriter other;
    alone.emulator->save(one);
    looked.emulator->save(other);
    REQUIRE(one.take() == other.take());
    CaptureOptions options;
    options.start = CaptureOptions::kHistoryStart;
    options.escapes = true;
    REQUIRE(capture(alone.emulator->screen(), options) == capture(looked.emulator->screen(), options));
  }
}

TEST_CASE("half of a wide character that a run ends in keeps its colours", "[terminal][fast]") {
  for (const std::string_view over :
       {"\xed\x95\x9c", "\xed\x95\x9c\xea\xb8\x80", "\xed\x95\x9c\xea\xb8\x80x"}) {
    const Size size{3, 20};
    Machine whole(size);
    Machine bytes(size);
    std::string stream = "\x1b[41m";
    for (int i = 0; i < 8; ++i) stream += "\xea\xb0\x80";
    stream += over.size() % 3 == 0 ? "\x1b[42m\x1b[4G" : "\x1b[42m\x1b[5G";  // half of one is left behind it
    stream += over;
    whole.feed(stream);
    for (const char byte : stream) bytes.feed(std::string_view(&byte, 1));
    CaptureOptions options;
    options.escapes = true;
    REQUIRE(capture(whole.emulator->screen(), options) == capture(bytes.emulator->screen(), options));
    const auto row = whole.emulator->screen().row(0);
    const auto behind = static_cast<std::size_t>(whole.emulator->screen().cursor().col);
    REQUIRE(row[behind].glyph == 0);
    REQUIRE(row[behind].style == row[0].style);
    ByteWriter one;
    ByteWriter other;
    whole.emulator->save(one);
    bytes.emulator->save(other);
    REQUIRE(one.take() == other.take());
  }
}

TEST_CASE("narrow ASCII is taken from among other cells up to the first of those", "[terminal][fast]") {
  std::mt19937 random(14);
  for (int round = 0; round < 4000; ++round) {
    std::vector<Cell> cells(random() % 30);
    for (Cell& cell : cells) {
      const auto style = static_cast<std::uint16_t>(random());
      switch (random() % 30) {
        case 0:
          cell = Cell{0x80 + static_cast<std::uint32_t>(random() % 0x30000), style, 1, 0};
          break;
        case 1:
          cell = Cell{kClusterBit | 0x41, style, 1, 0};
          break;
        case 2:
          cell = Cell{0x41, style, static_cast<std::uint8_t>(random() % 2 * 2), 0};
          break;
        case 3:
          cell = Cell{0, style, 1, kFiller};
          break;
        default:
          cell = Cell{static_cast<std::uint32_t>(random() % 0x80), style, 1, 0};
          break;
      }
    }
    std::size_t end = 0;
    std::string expected;
    for (; end < cells.size() && cells[end].glyph < 0x80 && cells[end].width == 1 && cells[end].flags == 0;
         ++end)
      expected += cells[end].glyph == 0 ? ' ' : static_cast<char>(cells[end].glyph);
    std::string text(cells.size() * 4, '?');
    char* to = text.data();
    const std::size_t stop = get_ascii_some(cells.data(), 0, cells.size(), to);
    REQUIRE(stop <= end);
#if defined(__SSE2__)
    REQUIRE((stop == end || stop + 4 > cells.size()));
#endif
    REQUIRE(text.substr(0, static_cast<std::size_t>(to - text.data())) == expected.substr(0, stop));
  }
}

TEST_CASE("an emoji sequence is measured whole or not at all", "[terminal][fast]") {
  struct Case {
    std::string_view text;
    std::size_t size;
    int width;  ///< 0: code point by code point
  };
  // What follows is in none of them.
  for (const auto& [text, size, width] :
       {Case{"\U0001F600 ", 4, 2}, Case{"\u2705 ", 3, 2}, Case{"\u26A0 ", 3, 1}, Case{"\u26A0\uFE0F ", 6, 2},
        Case{"\u2764\uFE0E ", 6, 1}, Case{"\U0001F600\uFE0E ", 7, 0}, Case{"\U0001F44D\U0001F3FD ", 8, 2},
        Case{"\U0001F3FD ", 4, 0}, Case{"\U0001F1F0\U0001F1F7\U0001F1F0", 8, 2}, Case{"\U0001F1F0 ", 0, 0},
        Case{"\U0001F469\u200D\U0001F4BB\U0001F600", 11, 2}, Case{"\U0001F469\u200D ", 4, 2},
        Case{"\U0001F469\u200D\u2500 ", 10, 0}, Case{"\u200D ", 3, 0}, Case{"\u20E3 ", 3, 0},
        Case{"\U0001F600", 0, 0}, Case{"\U0001F469\u200D\xF0\x9F", 4, 2}, Case{"a", 0, 0},
        Case{"\uD55C ", 0, 0}}) {
    INFO(text);
    REQUIRE(EmojiCache::measure(text.data(), text.data() + text.size()) == size);
    if (size == 0) continue;
    for (int time = 0; time < 2; ++time) {
      const auto& entry = EmojiCache::find(text.substr(0, size));
      REQUIRE(entry.text() == text.substr(0, size));
      REQUIRE(int{entry.width} == width);
    }
  }
  std::string long_one = "\U0001F469";
  while (long_one.size() <= EmojiCache::kMostBytes) long_one += "\uFE0F";
  long_one += ' ';
  CHECK(EmojiCache::measure(long_one.data(), long_one.data() + long_one.size()) == 0);
}

TEST_CASE("emoji in one step leave what their bytes one by one leave", "[terminal][fast]") {
  std::mt19937 random(15);
  const Size size{4, 33};
  // Terminals side by side share what is known of emoji; the numbers of clusters are each one's own, and go
  // where more come than a pool has room for.
  std::vector<std::unique_ptr<Machine>> whole;
  std::vector<std::unique_ptr<Machine>> bytes;
  for (int i = 0; i < 3; ++i) {
    whole.push_back(std::make_unique<Machine>(size));
    bytes.push_back(std::make_unique<Machine>(size));
  }
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (unsigned i = 0, n = 1 + random() % 12; i < n; ++i) {
      const char32_t base = random() % 4 == 0 ? 0x2600 + random() % 0x1C0 : 0x1F300 + random() % 0x800;
      switch (random() % 8) {
        case 0:
          text += "word ";
          break;
        case 1:
          append_utf8(text, 0x1F1E6 + random() % 26);
          append_utf8(text, 0x1F1E6 + random() % 26);
          break;
        case 2:
          append_utf8(text, base);
          append_utf8(text, random() % 4 == 0 ? U'\uFE0E' : U'\uFE0F');
          break;
        case 3:
          append_utf8(text, base);
          append_utf8(text, 0x1F3FB + random() % 5);
          break;
        case 4:
          append_utf8(text, base);
          append_utf8(text, U'\u200D');
          append_utf8(text, 0x1F300 + random() % 0x800);
          break;
        case 5:
          text += random() % 9 == 0 ? "\x1b[2b" : random() % 2 == 0 ? "\r\n" : " ";
          break;
        case 6:
          text += random() % 2 == 0 ? "\x1b[4" + std::to_string(random() % 8) + 'm' : "\x1b[7G";
          break;
        default:
          append_utf8(text, base);
          break;
      }
    }
    text += '\r';
    const std::size_t which = random() % whole.size();
    whole[which]->feed(text);
    for (const char byte : text) bytes[which]->feed(std::string_view(&byte, 1));
    REQUIRE(whole[which]->saved() == bytes[which]->saved());
  }
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole[i]->everything() == bytes[i]->everything());
}

TEST_CASE("numbers alone are parsed as any parameters", "[terminal][fast]") {
  std::mt19937 random(13);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (unsigned i = 0, n = random() % 16; i < n; ++i) bytes += "0123456789;;:"[random() % 13];
    bytes += "mH?\x1b "[random() % 5];
    Csi quick;
    if (!parse_numbers(bytes.data(), static_cast<unsigned>(bytes.size() - 1), quick)) continue;
    Csi slow;
    REQUIRE(parse_csi(bytes.data(), bytes.data() + bytes.size(), slow) == bytes.data() + bytes.size());
    REQUIRE(quick.final == slow.final);
    REQUIRE(quick.count == slow.count);
    REQUIRE(quick.colons == slow.colons);
    for (int i = 0; i < slow.count; ++i) REQUIRE(quick.get(i, -1) == slow.get(i, -1));
  }
}

TEST_CASE("text is told from controls and ASCII from other text, whatever the length", "[terminal][fast]") {
  std::mt19937 random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (unsigned i = 0, n = random() % 60; i < n; ++i) {
      const unsigned pick = random() % 64;
      bytes += static_cast<char>(pick == 0   ? random() % 0x20
                                 : pick == 1 ? 0x7F
                                 : pick == 2 ? 0x80 + random() % 0x80
                                             : 0x20 + random() % 0x5F);
    }
    std::size_t end = 0;
    bool expected = false;
    for (; end < bytes.size(); ++end) {
      const auto c = static_cast<unsigned char>(bytes[end]);
      if (c < 0x20 || c == 0x7F) break;
      expected = expected || c >= 0x80;
    }
    bool high = !expected;
    REQUIRE(find_control(bytes.data(), bytes.data() + bytes.size(), high) == bytes.data() + end);
    REQUIRE(high == expected);
  }
}

}  // namespace sess::terminal
