#include "machine.hpp"
#include "support/relayed.hpp"
#include "terminal/show/relay_rules.hpp"

namespace sess::terminal {
namespace {

std::string relayed(std::string_view bytes, std::size_t piece = std::string_view::npos) {
  Relay relay;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size())) {
    relay.feed(bytes.substr(at, piece));
    relay.append_to(out);
    relay.clear();
  }
  return out;
}

}  // namespace

TEST_CASE("plain output passes as the very bytes that came", "[terminal][relay]") {
  const std::string_view bytes = "text \x1b[31mred\x1b[m \xed\x95\x9c\r\n\x1b]0;t\a\x1b[2J";
  Relay relay;
  relay.feed(bytes);
  REQUIRE(relay.pieces().size() == 1);
  CHECK(relay.pieces()[0].data() == bytes.data());
  CHECK(relay.pieces()[0].size() == bytes.size());
}

TEST_CASE("queries do not reach the terminal", "[terminal][relay]") {
  for (const char* query : {"\x1b[c",
                            "\x1b[>c",
                            "\x1b[=c",
                            "\x1b[5n",
                            "\x1b[6n",
                            "\x1b[?6n",
                            "\x1b[?996n",
                            "\x1b[?2026$p",
                            "\x1b[4$p",
                            "\x1bP$qm\x1b\\",
                            "\x1bP+q544e\x1b\\",
                            "\x1b[>q",
                            "\x1b]4;1;?\a",
                            "\x1b]10;?\a",
                            "\x1b]11;?\x1b\\",
                            "\x1b]12;?\a",
                            "\x1b[?u",
                            "\x1b[14t",
                            "\x1b[18t",
                            "\x1b[21t",
                            "\x1b[x",
                            "\x05",
                            "\x1b]52;c;?\a",
                            "\x1b[8;50;100t",
                            "\x1b[?3h",
                            "\x1b[?4m",
                            "\x1b[*y",
                            "\x1b[?1;1S",
                            "\x1bZ",
                            "\x1b]60\a",
                            "\x1b]1337;ReportCellSize\a",
                            "\x1b[0i",
                            "\x1b%@",
                            "\x1b^x\x1b\\",
                            "\x1bXx\x1b\\",
                            "\x1b_x\x1b\\"}) {
    INFO(query + 1);
    CHECK(relayed(std::string("a") + query + "b") == "ab");
    CHECK(relayed(std::string("a") + query + "b", 1) == "ab");
  }
}

TEST_CASE("what programs do passes", "[terminal][relay]") {
  for (const char* token : {"\x1b[1;2H",
                            "\x1b[?1049h",
                            "\x1b[>5u",
                            "\x1b[<u",
                            "\x1b[=1;2u",
                            "\x1b[>4;1m",
                            "\x1b[5 q",
                            "\x1b[!p",
                            "\x1b"
                            "7",
                            "\x1b(0",
                            "\x1b#8",
                            "\x1b]52;c;QQ==\a",
                            "\x1b]8;;http://x/\x1b\\",
                            "\x1b]133;A\a",
                            "\x1b]104\a",
                            "\x1b[22;0t",
                            "\x1bPq#0~\x1b\\",
                            "\x1b_Gf=100;AAAA\x1b\\",
                            "\x1b[?2026h",
                            "\x1b[1\"q",
                            "\x1b['}"}) {
    INFO(token + 1);
    CHECK(relayed(token) == token);
    CHECK(relayed(token, 1) == token);
  }
}

TEST_CASE("malformed text is sent as it was counted", "[terminal][relay]") {
  CHECK(relayed("a\xff"
                "b\xe2\x82"
                "c") ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd"
        "c");
  CHECK(relayed("a\xc2\x9b"
                "5n") == "a5n");
  CHECK(relayed("\x1b]0;a\xc2\x9c"
                "b\x01"
                "c\a") == "\x1b]0;abc\a");
}

TEST_CASE("forbidden modes are taken out of a list", "[terminal][relay]") {
  CHECK(relayed("\x1b[?3;7;2048;25h") == "\x1b[?7;25h");
  CHECK(relayed("\x1b[?1001h").empty());
}

TEST_CASE("screen's title becomes the standard one and tmux's wrapping is opened", "[terminal][relay]") {
  CHECK(relayed("\x1bkname\x1b\\").empty());
  CHECK(relayed("\x1bPtmux;\x1b\x1b]52;c;QQ==\a\x1b\\") == "\x1b]52;c;QQ==\x1b\\");
  CHECK(relayed("\x1bPtmux;\x1b\x1b[6n\x1b\\").empty());
}

TEST_CASE("an unfinished token is held back", "[terminal][relay]") {
  Machine m;
  Relay relay;
  test::feed_both(*m.emulator, relay, "abc\x1b[3");
  CHECK(relay.size() == 3);
  CHECK(m.emulator->pending() == 3);
  relay.clear();
  test::feed_both(*m.emulator, relay, "1mx");
  std::string out;
  relay.append_to(out);
  CHECK(out == "\x1b[31mx");
  CHECK(m.emulator->pending() == 0);
}

TEST_CASE("a relay goes on with a string that the emulator has forgotten", "[terminal][relay]") {
  Machine m;
  Relay relay;
  std::string out;
  const auto feed = [&](std::string_view bytes) {
    test::feed_both(*m.emulator, relay, bytes);
    relay.append_to(out);
    relay.clear();
  };
  feed("a\x1bP");
  m.emulator->reset();
  for (const char* part : {"$q", "r text", " and more", "\x1b\\", "b\x1b[3", "1mc"}) feed(part);
  CHECK(out == "ab\x1b[31mc");
}

TEST_CASE("an attached relay and its own decoder agree", "[terminal][relay]") {
  const std::string bytes = "x\x1b[c\x1b[31m\xff\x1b]0;t\a\x1b[1\n;2H\x1b[6n\r\nend\x1b";
  Machine m;
  Relay attached;
  test::feed_both(*m.emulator, attached, bytes);
  std::string out;
  attached.append_to(out);
  CHECK(out == relayed(bytes));
  CHECK(out == relayed(bytes, 1));
}

TEST_CASE("a policy can keep clipboard and notifications from the terminal", "[terminal][relay]") {
  RelayPolicy policy;
  policy.clipboard = false;
  policy.notifications = false;
  Relay relay(policy);
  relay.feed("\x1b]52;c;QQ==\a\x1b]9;n\a\x1b]777;notify;a;b\a\x1bPtmux;\x1b\x1b]52;c;QQ==\a\x1b\\");
  CHECK(relay.empty());
}

TEST_CASE("titles, wrapped sequences and the cursor's looks are relayed as the user's options want",
          "[terminal][relay]") {
  RelayPolicy policy;
  policy.titles = false;
  policy.passthrough = true;
  policy.cursor_style = 3;
  policy.cursor_color = Color::rgb(1, 2, 255);
  const auto with = [&](std::string_view bytes) {
    Relay relay(policy);
    relay.feed(bytes);
    std::string out;
    relay.append_to(out);
    return out;
  };
  CHECK(with("\x1b]0;t\a\x1b]1;t\a\x1b]2;t\a\x1b[22;0t\x1b[23;0t").empty());
  CHECK(with("\x1bPtmux;\x1b\x1b]1337;Hello=1\a\x1b\\") == "\x1b]1337;Hello=1\a");
  CHECK(with("\x1b[0 q\x1b[ q\x1b[2 q") == "\x1b[3 q\x1b[3 q\x1b[2 q");
  CHECK(with("\x1b]112\a\x1b]12;red\a") == "\x1b]12;rgb:01/02/ff\x1b\\\x1b]12;red\a");
  CHECK(with("\x1b"
             "c") ==
        "\x1b"
        "c\x1b[3 q\x1b]12;rgb:01/02/ff\x1b\\");
}

TEST_CASE("of iTerm2's sequences marks and places are relayed", "[terminal][relay]") {
  const std::string safe = "\x1b]1337;SetMark\a\x1b]1337;CurrentDir=/tmp\a\x1b]1337;SetUserVar=a=Yg==\a";
  CHECK(relayed(safe) == safe);
  CHECK(relayed("\x1b]1337;ReportCellSize\a\x1b]1337;File=name=eA==:AAAA\a\x1b]1337;SetProfile=x\a\x1b]1337;"
                "StealFocus\a\x1b]1337;Copy=:eA==\a\x1b]1337;UnicodeVersion=9\a")
            .empty());
}

TEST_CASE("switching screens is relayed in words that all terminals understand alike", "[terminal][relay]") {
  const auto from = [](std::optional<bool> alternate, std::string_view bytes, bool allowed = true) {
    RelayPolicy policy;
    policy.alternate_screen = allowed;
    Relay relay(policy, alternate);
    relay.feed(bytes);
    std::string out;
    relay.append_to(out);
    return out;
  };
  CHECK(from(false, "\x1b[?1049h\x1b[?1049l") == "\x1b[?1049h\x1b[?1049l");
  CHECK(from(false, "\x1b[?1049l\x1b[?47l") ==
        "\x1b"
        "8");
  CHECK(from(true, "\x1b[?1049h\x1b[?1047h") == "\x1b[2J");
  CHECK(from(std::nullopt, "\x1b[?1049l\x1b[?1049l") ==
        "\x1b[?1049l\x1b"
        "8");
  CHECK(from(false, "\x1b[?1;1049;25;3;2004h") == "\x1b[?1h\x1b[?1049h\x1b[?25;2004h");
  CHECK(from(true,
             "\x1b"
             "c\x1b[?47l") ==
        "\x1b"
        "c");
  CHECK(from(false, "\x1b[?1049hx\x1b[?1049l\x1b[?47h\x1b[?1047;25h", false) == "x\x1b[?25h");
  CHECK(from(true, "\x1b[?1049l", false) == "\x1b[?1049l");
}

TEST_CASE("a terminal is not sent what it lacks, and what that changes is to be painted",
          "[terminal][relay]") {
  RelayPolicy policy;
  policy.lacks = ability::picture;
  const auto text = [](Relay& relay) {
    std::string out;
    relay.append_to(out);
    relay.clear();
    return out;
  };
  for (const std::string_view changes : {"\x1b[2'}", "\x1b[2'~",
                                         "\x1b"
                                         "6",
                                         "\x1b"
                                         "9",
                                         "\x1b[?J", "\x1b[?2K", "\x1b[2;4s"}) {
    CAPTURE(changes);
    Relay relay(policy);
    const std::string bytes = std::string(changes) + "x";  // what is relayed points into it
    relay.feed(bytes);
    CHECK(text(relay) == "x");
    CHECK_FALSE(relay.halted());
    CHECK(relay.take_missing());
    CHECK_FALSE(relay.take_missing());
  }
  for (const std::string_view harmless : {"\x1b[1\"q", "\x1b[?69l", "\x1b[?45l"}) {
    CAPTURE(harmless);
    Relay relay(policy);
    relay.feed(harmless);
    CHECK(relay.empty());
    CHECK_FALSE(relay.take_missing());
  }
  for (const std::string_view mode : {"\x1b[?25;69h", "\x1b[?25;45;2004h", "\x1b[?25;1045h"}) {
    CAPTURE(mode);
    Relay relay(policy);
    const std::string bytes = "a" + std::string(mode) + "b\x1b[?25l";
    relay.feed(bytes);
    CHECK(relay.halted());
    CHECK(text(relay) == "a\x1b[?25h");
  }
  Relay newline(policy);
  newline.feed("a\x1b[20hb");
  CHECK(newline.halted());
  CHECK(text(newline) == "a");
  Relay all(RelayPolicy{});
  all.feed("\x1b[?69h\x1b[2;4s\x1b[2'}\x1b[20h");
  CHECK(text(all) == "\x1b[?69h\x1b[2;4s\x1b[2'}\x1b[20h");
}

TEST_CASE("a picture that is broken off is ended for the terminal", "[terminal][relay]") {
  CHECK(relayed("\x1bPq#0\x1b[31m") == "\x1bPq#0\x1b\\\x1b[31m");
}

TEST_CASE("what is relayed shows the same on a second emulator", "[terminal][relay]") {
  constexpr std::string_view kAlphabet =
      "\x1b\x1b\x1b[[[]];;:0123456789?>ABCDHJKLMPSTXmhlrabc\r\n\t\a\xed\x95\x9c\xcc\x81\xff\xc2\x9b";
  unsigned seed = 11;
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    for (int i = 0; i < 400; ++i) {
      seed = seed * 1664525U + 1013904223U;
      bytes += kAlphabet[(seed >> 9U) % kAlphabet.size()];
    }
    bytes += "\x18";
    Machine first({5, 15});
    Machine second({5, 15});
    Relay relay;
    test::feed_both(*first.emulator, relay, bytes);
    std::string out;
    relay.append_to(out);
    second.feed(out);
    INFO("round " << round);
    REQUIRE(second.everything() == first.everything());
    REQUIRE(second.cursor() == first.cursor());
  }
}

}  // namespace sess::terminal
