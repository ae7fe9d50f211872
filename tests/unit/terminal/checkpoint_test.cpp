#include "machine.hpp"

namespace sess::terminal {
namespace {

/// A bit of everything that has state.
const std::string kSession =
    "prompt$ ls\r\n\x1b[01;34mdir\x1b[0m file \xed\x95\x9c\xea\xb8\x80\r\n\x1b[?2004h\x1b]0;title\a\x1b[22t"
    "\x1b]2;other\x1b\\\x1b[2;4r\x1b[?6h\x1b[2;2H\x1b"
    "7\x1b(0qq\x0e\x1b)0xx\x0f\x1b(B\x1b[?6l\x1b[r"
    "e\xcc\x81\x1b[2b\xf0\x9f\x87\xb0\xf0\x9f\x87\xb7\xf0\x9f\x87\xa9\x1b[1\"qP\x1b[0\"q\x1b[38:2::1:2:3;4:3;"
    "58:5:9mstyle"
    "\x1b]8;id=a;http://x/\x1b\\link\x1b]8;;\x1b\\\r\nwrapping line that is far longer than the width of it "
    "all\r\n"
    "\x1b[3g\x1b[5G\x1bH\x1b[20G\x1bH\r\tx\t\x1b[?1049h\x1b[>5u\x1b[?1003;1006h\x1b[5 qALT\x1b[2;3H\x1b"
    "7\x1b[44m"
    "\x1b[K\x1b[?69h\x1b[3;9s\x1b[2;3Hmargins\n\n\x1b[?69l\x1b[4hins\x1b[4l\x1b[>4;2m\x1b[?1234h\x1b[=1;"
    "2u\x1bPtmux;\x1b\x1b]52;c;QQ==\a\x1b\\"
    "\x1b[?1049l\x1b[<u\x1b]4;5;#010203\a\x1b]11;#fff\a\x1b]7;file:///"
    "tmp\a\x1bPq#1~~\x1b\\\x1b[?25l\x1b[2;1H\x1b[J"
    "a\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe2\x82\x1b[31\n;1m\xff\xc2\x9b "
    "\x1b[?7lxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\x1b[?7h"
    "\r\n\n\n\n\n\n1234567890123456789012345678901234567890\x1b[K\x1b[23t\x1b[?2026h\x1b[?s\x1b[?7s\x1b[?"
    "7r\x1b[!p\x1b[c\x1b[6n";

}  // namespace

TEST_CASE("a crash after any byte changes nothing", "[terminal][checkpoint]") {
  Machine whole({6, 24});
  whole.feed(kSession);
  for (std::size_t cut = 0; cut <= kSession.size(); ++cut) {
    Machine m({6, 24});
    m.feed(kSession.substr(0, cut));
    const std::string before = m.saved();
    m.crash();
    INFO("cut at " << cut);
    REQUIRE(m.saved() == before);
    m.feed(kSession.substr(cut));
    REQUIRE(m.saved() == whole.saved());
    REQUIRE(m.everything() == whole.everything());
    REQUIRE(m.notes.replies == whole.notes.replies);
  }
}

TEST_CASE("the same bytes give the same state however they were split", "[terminal][checkpoint]") {
  Machine whole({6, 24});
  whole.feed(kSession);
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U}) {
    Machine m({6, 24});
    for (std::size_t at = 0; at < kSession.size(); at += piece) m.feed(kSession.substr(at, piece));
    INFO(piece);
    CHECK(m.saved() == whole.saved());
    CHECK(m.notes.events == whole.notes.events);
  }
}

TEST_CASE("a crash with a resize behind it changes nothing", "[terminal][checkpoint]") {
  for (std::size_t cut = 0; cut <= kSession.size(); cut += 3) {
    Machine a({6, 24});
    Machine b({6, 24});
    for (Machine* m : {&a, &b}) m->feed(kSession.substr(0, cut));
    b.crash();
    for (Machine* m : {&a, &b}) {
      m->emulator->resize({4, 11});
      m->emulator->resize({9, 30});
      m->feed(kSession.substr(cut));
    }
    INFO("cut at " << cut);
    REQUIRE(a.saved() == b.saved());
    REQUIRE(a.everything() == b.everything());
  }
}

TEST_CASE("a blank screen costs almost nothing", "[terminal][checkpoint]") {
  Machine m({1024, 1024});
  CHECK(m.saved().size() < 1400);
}

TEST_CASE("no bytes are a checkpoint that breaks anything", "[terminal][checkpoint]") {
  Machine m({6, 24});
  m.feed(kSession.substr(0, kSession.size() - 30));
  const std::string good = m.saved();
  unsigned seed = 99;
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bad = good;
    seed = seed * 1664525U + 1013904223U;
    for (unsigned flips = 0; flips <= (seed >> 30U); ++flips) {
      seed = seed * 1664525U + 1013904223U;
      bad[(seed >> 8U) % bad.size()] = static_cast<char>(seed >> 24U);
    }
    if (round % 7 == 0) bad.resize((seed >> 8U) % bad.size());
    HeapSegmentStore store;
    Notes notes;
    ByteReader in(bad);
    auto restored = Emulator::restore(in, store, notes);
    if (!restored) continue;
    ++accepted;
    Emulator& emulator = **restored;
    emulator.feed(kSession);
    emulator.resize({5, 9});
    emulator.feed(kSession);
    CaptureOptions options;
    options.start = CaptureOptions::kHistoryStart;
    options.escapes = true;
    CHECK_FALSE(capture(emulator.screen(), options).empty());
  }
  CHECK(accepted > 0);
}

TEST_CASE("random bytes crash nothing and split alike", "[terminal][checkpoint]") {
  // Drawn from what sequences are made of, so that most of them are some.
  constexpr std::string_view kAlphabet =
      "\x1b\x1b\x1b[[[]]PX_^k\\;;;::0123456789?<=>!\"#$ 'ABCDGHJKLMPSTXZ@bdfghlmnpqrstux"
      "abc\r\n\t\b\x0e\x0f\a\x18\xed\x95\x9c\xcc\x81\xf0\x9f\x91\xa9\xe2\x80\x8d\xff\xc2\x9b";
  unsigned seed = 5;
  for (int round = 0; round < 400; ++round) {
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
      seed = seed * 1664525U + 1013904223U;
      bytes += kAlphabet[(seed >> 9U) % kAlphabet.size()];
    }
    seed = seed * 1664525U + 1013904223U;
    const Size size{static_cast<std::uint16_t>(1 + (seed >> 8U) % 9),
                    static_cast<std::uint16_t>(1 + (seed >> 16U) % 20)};
    Machine whole(size);
    Machine single(size);
    Machine crashed(size);
    whole.feed(bytes);
    for (const char& c : bytes) single.feed({&c, 1});
    const std::size_t cut = (seed >> 4U) % bytes.size();
    crashed.feed(std::string_view(bytes).substr(0, cut));
    crashed.crash();
    crashed.feed(std::string_view(bytes).substr(cut));
    INFO("round " << round);
    REQUIRE(single.saved() == whole.saved());
    REQUIRE(crashed.saved() == whole.saved());
    whole.emulator->resize({static_cast<std::uint16_t>(size.rows + 3), 7});
    whole.emulator->resize({2, static_cast<std::uint16_t>(size.cols + 5)});
    whole.feed(bytes);
  }
}

TEST_CASE("a checkpoint of version 1, which had links and clusters in full at each use, is read",
          "[terminal][checkpoint]") {
  constexpr std::string_view kHex =
      "01040014000000000000000000000000000000000814000000000000000000030f0000000000010400000000000000000001"
      "0009687474703a2f2f782f424242420000030600000000000000000000000000000000004242424200000000000000000000"
      "0000000000000000000000004242424200000000030013000e000000006e00000000057469746c65057469746c6500000000"
      "00000000000e0701000000000000000000000000000000006b6c767772757c24040202010203000000000000000001000000"
      "65726f67010123040300000000000000000000000000000001016109687474703a2f2f782f6f6c716e040400000000000000"
      "000000000000000101016109687474703a2f2f782f6f6c7168050123010365cc81010365cc810083d8020603050000000000"
      "00000000000000000000010009687474703a2f2f792f777a720c0605776b75686823010000001e0601030303030303060600"
      "0000000104000000000000000000010009687474703a2f2f792f444f572300010bf09f91a8e2808df09f91a9030700000000"
      "0104000000000000000000010009687474703a2f2f782f736871d08603808080200100200000240101000000";
  std::string bytes;
  for (std::size_t i = 0; i < kHex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(kHex.substr(i, 2)), nullptr, 16));
  }
  REQUIRE(bytes.front() == 1);
  Machine m({4, 20});
  ByteReader in(bytes);
  auto restored = Emulator::restore(in, m.store, m.notes);
  REQUIRE(restored);
  CHECK(in.at_end());
  m.emulator = std::move(*restored);
  const auto uri = [&](int r, int c) { return m.screen().link(m.style(r, c).link); };
  CHECK(m.screen().title() == "title");
  CHECK(m.row(3) == "      ALT \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9pen");
  CHECK(m.text(3, 10) == "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9");
  CHECK(uri(3, 12) == "http://x/");
  m.feed("\x1b[?1049l");
  CHECK(m.row(1) ==
        "bold linkline e\xcc\x81"
        "e\xcc\x81\xea\xb0\x80");
  CHECK(uri(1, 5) == "http://x/");
  CHECK(m.screen().link_id(m.style(1, 9).link) == "a");
  CHECK(m.style(1, 9).underline == Underline::single);
  CHECK(uri(2, 0) == "http://y/");
  CHECK(m.style(1, 0).fg == Color::rgb(1, 2, 3));
}

}  // namespace sess::terminal
