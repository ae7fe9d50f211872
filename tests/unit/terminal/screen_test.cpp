#include "machine.hpp"

namespace sess::terminal {

TEST_CASE("a full-width scroll from the top goes into the history, others do not", "[terminal][scroll]") {
  Machine m({3, 10});
  m.feed("1\r\n2\r\n3\r\n4");
  CHECK(m.screen().history().lines() == 1);
  m.feed("\x1b[2;3r\x1b[3;1H\n\n");
  CHECK(m.screen().history().lines() == 1);
  m.feed("\x1b[1;2r\x1b[2;1H\n");
  CHECK(m.screen().history().lines() == 2);
  m.feed("\x1b[r\x1b[?1049h\r\n\n\n\n\n");
  CHECK(m.screen().history().lines() == 2);
}

TEST_CASE("side margins confine scrolling, inserting and text", "[terminal][scroll]") {
  Machine m({4, 8});
  m.feed("abcdefgh\r\nijklmnop\r\nqrstuvwx\r\nyz012345");
  m.feed("\x1b[?69h\x1b[3;6s\x1b[2;4r\x1b[4;3H\n");
  CHECK(m.row(0) == "abcdefgh");
  CHECK(m.row(1) == "ijstuvop");
  CHECK(m.row(2) == "qr0123wx");
  CHECK(m.row(3) == "yz    45");
  m.feed("\x1b[3;3HABCDEF");
  CHECK(m.row(2) == "qrABCDwx");
  CHECK(m.row(3) == "yzEF  45");
  m.feed("\x1b[3;4H\x1b[@\x1b[4;3H\x1b[2P");
  CHECK(m.row(2) == "qrA BCwx");
  CHECK(m.row(3) == "yz    45");
  m.feed("\x1b[2;3H\x1b['}");
  CHECK(m.row(1) == "ij stuop");
  m.feed("\x1b[2;3H\x1b['~");
  CHECK(m.row(1) == "ijstu op");
  CHECK(m.screen().history().lines() == 0);
}

TEST_CASE("erasing leaves the pen's background", "[terminal][erase]") {
  Machine m({3, 6});
  m.feed("abcdef\x1b[44m\x1b[1;3H\x1b[K\x1b[2;1H\x1b[2X");
  CHECK(m.row(0) == "ab");
  CHECK(m.style(0, 5).bg == Color::indexed(4));
  CHECK(m.style(1, 1).bg == Color::indexed(4));
  CHECK(m.style(1, 2).bg == Color{});
}

TEST_CASE("protected characters survive selective erase only", "[terminal][erase]") {
  Machine m({2, 8});
  m.feed("ab\x1b[1\"qcd\x1b[0\"qef\x1b[?2J");
  CHECK(m.row(0) == "  cd");
  m.feed("\x1b[2J");
  CHECK(m.row(0).empty());
}

TEST_CASE("the alternate screen is left as it was entered", "[terminal][modes]") {
  Machine m({3, 10});
  m.feed("main\x1b[2;3H\x1b[31m\x1b[?1049hALT\x1b[32m\x1b[?1049lx");
  CHECK(m.row(0) == "main");
  CHECK(m.row(1) == "  x");
  CHECK(m.style(1, 2).fg == Color::indexed(1));
  m.feed("\x1b[?1049h");
  CHECK(m.row(0).empty());
}

TEST_CASE("each screen has its saved cursor and its kitty flags", "[terminal][modes]") {
  Machine m({5, 10});
  Identity identity;
  identity.kitty_keyboard = true;
  m.emulator->set_identity(identity);
  m.feed(
      "\x1b[2;2H\x1b"
      "7\x1b[>5u\x1b[?47h\x1b[3;3H\x1b"
      "7\x1b[?u\x1b[>1u\x1b[?u\x1b[?47l\x1b[?u\x1b"
      "8");
  CHECK(m.replies() == "\x1b[?0u\x1b[?1u\x1b[?5u");
  CHECK(m.cursor() == std::pair(1, 1));
  m.feed(
      "\x1b[?47h\x1b"
      "8");
  CHECK(m.cursor() == std::pair(2, 2));
  m.feed("\x1b[<9u\x1b[=3u\x1b[=4;2u\x1b[=1;3u\x1b[?u");
  CHECK(m.replies() == "\x1b[?6u");
}

TEST_CASE("SGR takes semicolons and colons", "[terminal][sgr]") {
  Machine m;
  m.feed("\x1b[1;2;3;4:3;5;7;8;9;53;38;2;1;2;3;48:5:200;58:2::4:5:6ma\x1b[38:2:7:8:9;21mb\x1b[0mc");
  const Style& a = m.style(0, 0);
  CHECK(a.attrs == (bold | faint | italic | blink | inverse | conceal | strike | overline));
  CHECK(a.underline == Underline::curly);
  CHECK(a.fg == Color::rgb(1, 2, 3));
  CHECK(a.bg == Color::indexed(200));
  CHECK(a.underline_color == Color::rgb(4, 5, 6));
  CHECK(m.style(0, 1).fg == Color::rgb(7, 8, 9));
  CHECK(m.style(0, 1).underline == Underline::double_);
  CHECK(m.style(0, 2) == Style{});
}

TEST_CASE("a hyperlink is kept with its text and in the history", "[terminal][osc]") {
  Machine m({2, 20});
  m.feed("\x1b]8;id=7;https://example.org/x\x1b\\link\x1b]8;;\x1b\\ text");
  const Style& style = m.style(0, 1);
  CHECK(m.screen().link(style.link) == "https://example.org/x");
  CHECK(m.screen().link_id(style.link) == "7");
  CHECK(m.style(0, 5).link == 0);
  m.feed("\r\n\r\n");
  HistoryLine line;
  REQUIRE(m.screen().history().read(0, line));
  REQUIRE_FALSE(line.runs.empty());
  CHECK(line.runs[0].link == "https://example.org/x");
  CHECK(line.runs[0].length == 4);
}

TEST_CASE("titles are cleaned, limited and stacked", "[terminal][osc]") {
  Machine m;
  m.feed("\x1b]0;one\xc2\x9b\ttwo\a");
  CHECK(m.screen().title() == "onetwo");
  CHECK(m.screen().icon_title() == "onetwo");
  m.feed("\x1b[22t\x1b]2;" + std::string(300, 'x') + "\a");
  CHECK(m.screen().title().size() == 256);
  m.feed("\x1b[23t");
  CHECK(m.screen().title() == "onetwo");
  m.feed("\x1bkwindow\x1b\\");  // a window's name is no title
  CHECK(m.screen().title() == "onetwo");
  for (int i = 0; i < 100; ++i) m.feed("\x1b[22t");
  m.feed("\x1b[21t\x1b[20t");
  CHECK(m.replies() == "\x1b]l\x1b\\\x1b]L\x1b\\");
}

TEST_CASE("events reach the owner", "[terminal][osc]") {
  Machine m;
  m.feed(
      "\a\x1b]52;c;aGk=\a\x1b]52;c;?\a\x1b]9;body\a\x1b]9;4;1;50\a\x1b]777;notify;t;b\a\x1b]133;D;3\a\x1b]"
      "133;A\a"
      "\x1bPtmux;\x1b\x1b]52;p;eA==\x07\x1b\\");
  CHECK(m.notes.events == std::vector<std::string>{"bell", "clipboard c 4", "notify 9 |body", "progress 1 50",
                                                   "notify 777 t|b", "prompt D 3", "prompt A",
                                                   "clipboard p 4"});
  CHECK(m.replies().empty());
  m.feed("\x1b]7;file://host/tmp/a%20b\x1b\\");
  CHECK(m.screen().working_directory() == "/tmp/a b");
}

TEST_CASE("queries are answered", "[terminal][replies]") {
  struct Case {
    const char* query;
    const char* answer;
  };
  const Case cases[] = {
      {"\x1b[c", "\x1b[?62;22;52c"},
      {"\x1b[>c", "\x1b[>41;354;0c"},
      {"\x1b[=c", "\x1bP!|00000000\x1b\\"},
      {"\x1b[5n", "\x1b[0n"},
      {"\x1b[2;3H\x1b[6n", "\x1b[2;3R"},
      {"\x1b[?6n", "\x1b[?1;1;1R"},
      {"\x1b[?7$p", "\x1b[?7;1$y"},
      {"\x1b[?2026$p", "\x1b[?2026;2$y"},
      {"\x1b[?9999$p", "\x1b[?9999;0$y"},
      {"\x1b[4$p", "\x1b[4;2$y"},
      {"\x1b[>q", "\x1bP>|sess " SESS_VERSION "\x1b\\"},
      {"\x1b[1;31;4:3m\x1bP$qm\x1b\\", "\x1bP1$r0;1;4:3;31m\x1b\\"},
      {"\x1b[2;5r\x1bP$qr\x1b\\", "\x1bP1$r2;5r\x1b\\"},
      {"\x1b[5 q\x1bP$q q\x1b\\", "\x1bP1$r5 q\x1b\\"},
      {"\x1bP$qz\x1b\\", "\x1bP0$r\x1b\\"},
      {"\x1bP+q544e\x1b\\", "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\"},
      {"\x1bP+q7a7a\x1b\\", "\x1bP0+r7a7a\x1b\\"},
      {"\x1bP+qnonsense\x1b\\", "\x1bP0+r\x1b\\"},
      {"\x1b]4;1;?\a", "\x1b]4;1;rgb:cdcd/0000/0000\a"},
      {"\x1b]4;1;#123456\a\x1b]4;1;?\x1b\\", "\x1b]4;1;rgb:1212/3434/5656\x1b\\"},
      {"\x1b]11;?\a", "\x1b]11;rgb:1010/2020/3030\a"},
      {"\x1b]10;?\a", ""},
      {"\x1b]11;rgb:ff/00/80\a\x1b]11;?\a", "\x1b]11;rgb:ffff/0000/8080\a"},
      {"\x1b[?996n", "\x1b[?997;1n"},
      {"\x1b[18t", "\x1b[8;24;80t"},
      {"\x1b[14t", ""},
      {"\x1b[x", "\x1b[2;1;1;128;128;1;0x"},
      {"\x05", ""},
      {"\x1b[?u", ""},
  };
  for (const auto& one : cases) {
    INFO(one.query + 1);
    Machine m;
    Identity identity;
    identity.bg = Color::rgb(0x10, 0x20, 0x30);
    m.emulator->set_identity(identity);
    m.feed(one.query);
    CHECK(m.replies() == one.answer);
  }
}

TEST_CASE("abilities are those of the attached terminal", "[terminal][replies]") {
  Machine m;
  Identity identity;
  identity.sixel = true;
  identity.kitty_keyboard = true;
  identity.pixel_width = 800;
  identity.pixel_height = 480;
  m.emulator->set_identity(identity);
  m.feed("\x1b[c\x1b[?u\x1b[14t\x1b[16t");
  CHECK(m.replies() == "\x1b[?62;4;22;52c\x1b[?0u\x1b[4;480;800t\x1b[6;20;10t");
  m.feed("\x1b[?2031h");
  identity.theme = Identity::Theme::light;
  m.emulator->set_identity(identity);
  CHECK(m.replies() == "\x1b[?997;2n");
}

TEST_CASE("unknown private modes are remembered", "[terminal][modes]") {
  Machine m;
  m.feed("\x1b[?1234;2222h\x1b[?1234$p\x1b[?2222l\x1b[?2222$p");
  CHECK(m.replies() == "\x1b[?1234;1$y\x1b[?2222;0$y");
  CHECK(m.screen().modes().others == std::vector<std::uint16_t>{1234});
  CHECK(change_modes({}, m.screen().modes()) == "\x1b[?1234h");
  for (int i = 3000; i < 4000; ++i) m.feed("\x1b[?" + std::to_string(i) + "h");
  CHECK(m.screen().modes().others.size() == Modes::kMaxOthers);
}

TEST_CASE("synchronized output ends by itself in a flood", "[terminal][modes]") {
  Machine m;
  m.feed("\x1b[?2026h");
  CHECK(m.screen().modes().synchronized);
  const std::string flood(64 * 1024, 'x');
  for (int i = 0; i < 40; ++i) m.feed(flood);
  CHECK_FALSE(m.screen().modes().synchronized);
}

TEST_CASE("RIS clears everything but the history and the title", "[terminal][modes]") {
  Machine m({3, 10});
  m.feed(
      "1\r\n2\r\n3\r\n4\x1b[31m\x1b[?1000h\x1b[2;3r\x1b]0;t\a\x1b"
      "c");
  CHECK(m.screen().history().lines() == 1);
  CHECK(m.row(0).empty());
  CHECK(m.screen().modes() == Modes{});
  CHECK(m.screen().title() == "t");
  CHECK(m.screen().bottom_margin() == 2);
  m.feed("\x1b[3J");
  CHECK(m.screen().history().lines() == 0);
}

TEST_CASE("a screen that is cleared whole goes to the history when scroll-on-clear asks for it",
          "[terminal][erase]") {
  const auto history_of = [](std::string_view bytes, bool on) {
    Machine m({4, 20});
    Settings settings;
    settings.scroll_on_clear = on;
    m.emulator->set_settings(settings);
    m.feed("1\r\n\r\n3");
    m.feed(bytes);
    return m.screen().history().end_line();
  };
  for (const std::string_view clear : {"\x1b[2J", "\x1b[H\x1b[J", "\x1b[1;1H\x1b[0J",
                                       "\x1b"
                                       "c"}) {
    CAPTURE(clear);
    CHECK(history_of(clear, true) == 3);  // down to the last row that is not blank
    CHECK(history_of(clear, false) == 0);
    CHECK(history_of(std::string(clear) + std::string(clear), true) == 3);  // a blank screen adds nothing
  }
  CHECK(history_of("\x1b[1;2H\x1b[J", true) == 0);
  CHECK(history_of("\x1b[2;1H\x1b[J", true) == 0);
  CHECK(history_of("\x1b[H\x1b[1J", true) == 0);
  CHECK(history_of("\x1b[?2J", true) == 0);
  CHECK(history_of("\x1b[?1049hx\x1b[2J\x1b[H\x1b[J", true) == 0);
}

TEST_CASE("a line that began in the history and ends on a screen that is cleared is one line there",
          "[terminal][erase]") {
  Machine m({2, 4});
  Settings settings;
  settings.scroll_on_clear = true;
  m.emulator->set_settings(settings);
  m.feed("aaaabbbbccccdd\x1b[2J\x1b[Hnew");
  CHECK(m.screen().history().end_line() == 1);
  CHECK(m.row(0) == "new");
  m.feed("\x1b[2J");
  CHECK(m.screen().history().end_line() == 2);
}

TEST_CASE("with alternate-screen off no mode switches to it, and a program on it can leave",
          "[terminal][modes]") {
  for (const std::string_view mode : {"47", "1047", "1049"}) {
    CAPTURE(mode);
    Settings settings;
    settings.alternate_screen = false;
    const std::string on = "\x1b[?" + std::string(mode) + "h", off = "\x1b[?" + std::string(mode) + "l";
    Machine m({3, 20});
    m.emulator->set_settings(settings);
    m.feed("before\r\n\x1b[31m" + on + "inside" + off + "x");
    CHECK_FALSE(m.screen().modes().alternate_screen);
    CHECK(m.row(0) == "before");
    CHECK(m.row(1) == "insidex");
    CHECK(m.screen().saved_cursor(false) == SavedCursor{});

    Machine inside({3, 20});
    inside.feed("before" + on + "\x1b[2;1Hinside");
    inside.emulator->set_settings(settings);
    inside.feed(off);
    CHECK_FALSE(inside.screen().modes().alternate_screen);
    CHECK(inside.row(0) == "before");
  }
}

TEST_CASE("what the attached terminals lack is no mode", "[terminal][replies]") {
  Machine m({3, 20});
  constexpr std::string_view kAsks = "\x1b[?69$p\x1b[?45$p\x1b[?1016$p\x1b[20$p\x1b[?7$p";
  m.feed(kAsks);
  CHECK(m.replies() == "\x1b[?69;2$y\x1b[?45;2$y\x1b[?1016;2$y\x1b[20;2$y\x1b[?7;1$y");
  Identity identity;
  identity.lacks = ability::side_margins | ability::pixel_mouse | ability::newline;
  m.emulator->set_identity(identity);
  m.feed("\x1b[?69h").feed(kAsks);
  CHECK(m.replies() == "\x1b[?69;0$y\x1b[?45;2$y\x1b[?1016;0$y\x1b[20;0$y\x1b[?7;1$y");
  CHECK(needed(m.screen().modes()) == ability::side_margins);
  ByteWriter out;
  m.emulator->save(out);
  ByteReader in(out.bytes());
  auto restored = Emulator::restore(in, m.store, m.notes);
  REQUIRE(restored);
  CHECK((*restored)->identity() == identity);
}

TEST_CASE("DECRQCRA is answered only where the user allows it", "[terminal][replies]") {
  Machine m({3, 20});
  m.feed("a b\x1b[1mc\x1b[m\x1b[2;1H  x");
  m.feed("\x1b[7;1;1;1;1;1*y");
  CHECK(m.replies().empty());
  Settings settings;
  settings.rectangle_checksums = true;
  m.emulator->set_settings(settings);
  const auto sum = [&](std::string_view rectangle) {
    m.feed("\x1b[7;1;" + std::string(rectangle) + "*y");
    return m.replies();
  };
  CHECK(sum("1;1;1;1") == "\x1bP7!~FF9F\x1b\\");  // -'a'
  CHECK(sum("1;2;1;2") == "\x1bP7!~FFE0\x1b\\");  // a space that is the first
  CHECK(sum("1;1;1;3") == "\x1bP7!~FF3D\x1b\\");  // one that is not
  CHECK(sum("1;4;1;4") == "\x1bP7!~FF1D\x1b\\");  // bold
  CHECK(sum("3;1;3;20") == "\x1bP7!~0000\x1b\\");
  CHECK(sum("9;9;99;99") == "\x1bP7!~0000\x1b\\");
  CHECK(sum("2;1;1;1") == "\x1bP7!~0000\x1b\\");
  m.feed("\x1b[2;3r\x1b[?6h");
  CHECK(sum("1;3;1;3") == "\x1bP7!~FF88\x1b\\");  // the margins' corner is the origin
  CHECK(sum("") == "\x1bP7!~FF68\x1b\\");
}

TEST_CASE("settings are in a checkpoint and survive a reset", "[terminal][checkpoint]") {
  Machine m({4, 20});
  Settings settings;
  settings.scroll_on_clear = true;
  settings.alternate_screen = false;
  settings.rectangle_checksums = true;
  m.emulator->set_settings(settings);
  m.feed(
      "\x1b"
      "c");
  m.emulator->reset();
  ByteWriter out;
  m.emulator->save(out);
  ByteReader in(out.bytes());
  auto restored = Emulator::restore(in, m.store, m.notes);
  REQUIRE(restored);
  ByteWriter again;
  (*restored)->save(again);
  CHECK(again.bytes() == out.bytes());
  (*restored)->set_settings({});
  ByteWriter others;
  (*restored)->save(others);
  CHECK(others.bytes() != out.bytes());
}

}  // namespace sess::terminal
