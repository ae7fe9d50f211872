#include "input/decoder.hpp"

#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace sess::input;

namespace {

/// What an event is, in words.
std::string describe(const Event& event) {
  std::string out;
  switch (event.kind) {
    case Event::Kind::key:
      out = key_name(event.key.key);
      if (event.key.action == KeyAction::release) out += " up";
      if (event.key.action == KeyAction::repeat) out += " again";
      return out;
    case Event::Kind::mouse:
      out = event.mouse.action == MouseAction::press     ? "press"
            : event.mouse.action == MouseAction::release ? "release"
                                                         : "motion";
      return out + " " + std::to_string(event.mouse.button) + " @" + std::to_string(event.mouse.row) + "," +
             std::to_string(event.mouse.col) +
             (event.mouse.mods != 0 ? "+" + std::to_string(event.mouse.mods) : "");
    case Event::Kind::paste:
      return std::string(event.paste_begin ? "<" : "") + "paste[" + std::string(event.text) + "]" +
             (event.paste_end ? ">" : "");
    case Event::Kind::focus_in:
      return "focus in";
    case Event::Kind::focus_out:
      return "focus out";
    case Event::Kind::reply:
      return "reply " + std::to_string(static_cast<int>(event.reply.kind)) + " " +
             std::string(event.reply.body);
    case Event::Kind::unknown:
      return "unknown";
  }
  return out;
}

/// All events, joined by a bar, after a flush at the end.
std::string decode(std::string_view bytes, Decoder::Options options = {}) {
  Decoder decoder;
  decoder.set_options(options);
  decoder.feed(bytes);
  std::string out;
  std::string raw;
  for (int pass = 0; pass < 2; ++pass) {
    while (const auto event = decoder.next()) {
      if (!out.empty()) out += '|';
      out += describe(*event);
      raw += event->raw;
    }
    decoder.flush();
  }
  CHECK(raw == bytes);
  return out;
}

std::string reply(ReplyKind kind, std::string_view body) {
  return "reply " + std::to_string(static_cast<int>(kind)) + " " + std::string(body);
}

}  // namespace

TEST_CASE("plain and control bytes are keys", "[decoder]") {
  CHECK(decode("aA한~ ") == "a|A|한|~|Space");
  CHECK(decode(std::string_view("\0\x01\x08\t\r\n\x1c\x1f\x7f", 9)) ==
        "C-Space|C-a|C-h|Tab|Enter|C-j|C-\\|C-_|BSpace");
  CHECK(decode("\x08\x7f", {.backspace_is_8 = true}) == "BSpace|C-?");
}

TEST_CASE("ESC before a key is Meta, alone it is Escape once flushed", "[decoder]") {
  CHECK(decode("\033x\033\001\033\177\033한\033\r") == "M-x|M-C-a|M-BSpace|M-한|M-Enter");
  CHECK(decode("\033") == "Escape");
  CHECK(decode("\033\033") == "Escape|Escape");
  CHECK(decode("\033[") == "M-[");
  CHECK(decode("\033O") == "M-O");
  CHECK(decode("\033]x\033PQ\033^") == "M-]|x|M-P|Q|M-^");
  CHECK(decode("\033\033[A\033\033OA") == "M-Up|M-Up");
}

TEST_CASE("a lone ESC waits, and says for how long it is worth waiting", "[decoder]") {
  Decoder decoder;
  decoder.feed("\033");
  CHECK_FALSE(decoder.next());
  CHECK(decoder.waiting());
  CHECK(decoder.waiting_for_escape());
  decoder.feed("[1;");
  CHECK_FALSE(decoder.next());
  CHECK(decoder.waiting());
  CHECK_FALSE(decoder.waiting_for_escape());
  decoder.feed("5A");
  CHECK(describe(*decoder.next()) == "C-Up");
  CHECK_FALSE(decoder.waiting());
}

TEST_CASE("function keys of every legacy terminal are known", "[decoder]") {
  CHECK(decode("\033[A\033OA\033[1;2A\033[1;5D\033[1;3C\033[1;8B") == "Up|Up|S-Up|C-Left|M-Right|C-M-S-Down");
  CHECK(decode("\033[H\033[F\033OH\033[1~\033[4~\033[7~\033[8~") == "Home|End|Home|Home|End|Home|End");
  CHECK(decode("\033[2~\033[3~\033[5~\033[6~\033[3;5~") == "IC|DC|PPage|NPage|C-DC");
  CHECK(decode("\033OP\033[11~\033[[A\033[15~\033[24~\033[[E\033[1;5P\033[1;2R") ==
        "F1|F1|F1|F5|F12|F5|C-F1|S-F3");
  CHECK(decode("\033[a\033Oa\033[7$\033[7^\033[7@\033[Z") == "S-Up|C-Up|S-Home|C-Home|C-S-Home|BTab");
  CHECK(decode("\033Op\033Oj\033OM\033On") == "KP0|KP*|KPEnter|KP.");
}

TEST_CASE("extended keyboard protocols are read", "[decoder]") {
  CHECK(decode("\033[27;5;97~\033[27;6;65~\033[27;5;9~\033[27;2;13~\033[27;5;33~") ==
        "C-a|S-C-a|C-Tab|S-Enter|C-!");
  CHECK(decode("\033[97;5u\033[27u\033[13;2u\033[9;2u\033[127;5u\033[105;5u") ==
        "C-a|Escape|S-Enter|BTab|C-BSpace|C-i");
  CHECK(decode("\033[97;1:3u\033[97;5:2u\033[1;1:3A") == "a up|C-a again|Up up");
  CHECK(decode("\033[97:65;2u\033[49:33;2u\033[49;2;33u\033[97;65u\033[1089::99;5u") == "A|!|!|a|C-c");
  CHECK(decode("\033[57399u\033[57414u\033[57376u\033[57419;5u") == "KP0|KPEnter|F13|C-Up");
  CHECK(decode("\033[45:95;6u\033[98;5u") == "C-_|C-b");
}

TEST_CASE("mouse reports of all encodings mean the same", "[decoder]") {
  CHECK(decode("\033[M !!\033[M#!!\033[M`\"#") == "press 1 @0,0|release 0 @0,0|press 4 @2,1");
  CHECK(decode("\033[<0;3;2M\033[<0;3;2m\033[<35;3;2M\033[<32;3;2M\033[<65;3;2M\033[<20;3;2M") ==
        "press 1 @1,2|release 1 @1,2|motion 0 @1,2|motion 1 @1,2|press 5 @1,2|press 1 @1,2+5");
  CHECK(decode("\033[32;3;2M\033[35;3;2M") == "press 1 @1,2|release 0 @1,2");
  CHECK(decode("\033[M \xc4\xa0!", {.utf8_mouse = true}) == "press 1 @0,255");
}

TEST_CASE("a paste comes as text, however it is split", "[decoder]") {
  CHECK(decode("\033[200~ab\033[Ac\033[201~d") == "<paste[]|paste[ab\033[Ac]>|d");
  Decoder decoder;
  std::string text;
  bool begun = false;
  bool ended = false;
  for (const char c : std::string_view("\033[200~one\033[20two\033[201~")) {
    decoder.feed({&c, 1});
    while (const auto event = decoder.next()) {
      REQUIRE(event->kind == Event::Kind::paste);
      begun = begun || event->paste_begin;
      ended = event->paste_end;
      text += event->text;
    }
  }
  CHECK(begun);
  CHECK(ended);
  CHECK(text == "one\033[20two");
}

TEST_CASE("answers of the terminal are replies, never keys", "[decoder]") {
  CHECK(decode("\033[?65;4;22c") == reply(ReplyKind::primary_attributes, "65;4;22"));
  CHECK(decode("\033[>41;354;0c") == reply(ReplyKind::secondary_attributes, "41;354;0"));
  CHECK(decode("\033P!|7E565445\033\\") == reply(ReplyKind::tertiary_attributes, "7E565445"));
  CHECK(decode("\033P>|foot(1.13.1)\033\\") == reply(ReplyKind::version, "foot(1.13.1)"));
  CHECK(decode("\033[0n") == reply(ReplyKind::status, "0"));
  CHECK(decode("\033[12;40R") == reply(ReplyKind::cursor_position, "12;40"));
  CHECK(decode("\033[?2026;2$y") == reply(ReplyKind::mode, "2026;2$"));
  CHECK(decode("\033[4;1$y") == reply(ReplyKind::mode, "4;1$"));
  CHECK(decode("\033[?1u") == reply(ReplyKind::kitty_flags, "1"));
  CHECK(decode("\033[?997;1n") == reply(ReplyKind::theme, "997;1"));
  CHECK(decode("\033]11;rgb:0000/0000/0000\033\\") == reply(ReplyKind::colour, "11;rgb:0000/0000/0000"));
  CHECK(decode("\033]11;rgb:00/00/00\a") == reply(ReplyKind::colour, "11;rgb:00/00/00"));
  CHECK(decode("\033P1+r5463\033\\") == reply(ReplyKind::terminfo, "1+r5463"));
  CHECK(decode("\033P1$r2 q\033\\") == reply(ReplyKind::setting, "1$r2 q"));
  CHECK(decode("\033[8;24;80t") == reply(ReplyKind::window, "8;24;80"));
  CHECK(decode("\033_Gi=1;OK\033\\") == reply(ReplyKind::graphics, "Gi=1;OK"));
  CHECK(decode("\033[I\033[O") == "focus in|focus out");
}

TEST_CASE("a position report in the first row is a reply when one was asked for", "[decoder]") {
  Decoder decoder;
  decoder.expect_cursor_reports(1);
  decoder.feed("\033[1;5R\033[1;5R");
  CHECK(describe(*decoder.next()) == reply(ReplyKind::cursor_position, "1;5"));
  CHECK(describe(*decoder.next()) == "C-F3");
}

TEST_CASE("a string without an end keeps memory bounded and does not become typed text", "[decoder]") {
  Decoder decoder;
  decoder.feed("\033]52;c;");
  const std::string chunk(4096, 'A');
  std::size_t total = 0;
  for (int i = 0; i < 1000; ++i) {
    decoder.feed(chunk);
    while (const auto event = decoder.next()) {
      REQUIRE(event->kind == Event::Kind::reply);
      REQUIRE(event->raw.size() <= Decoder::kMaxSequence + chunk.size());
      total += event->raw.size();
    }
  }
  decoder.feed("\033\\x");
  auto last = decoder.next();
  CHECK(last->kind == Event::Kind::reply);
  last = decoder.next();
  CHECK(describe(*last) == "x");
  CHECK(total > 4000000);
}

TEST_CASE("whatever comes, split anywhere, the raw bytes of the events are the input", "[decoder]") {
  std::mt19937 random(7);
  const std::string_view pieces[] = {"\033",     "[",    "O",    "]", "P", "_G",  "<",      "?",  "1;5",
                                     "A",        "~",    "u",    "M", "m", "\a",  "\033\\", "한", "\xff",
                                     "\xed\x95", "200~", "201~", "$", "x", "11;", ":",      "c",  "R"};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    const auto length = random() % 60;
    for (std::size_t i = 0; i < length; ++i) {
      if (random() % 4 == 0) {
        bytes += static_cast<char>(random());
      } else {
        bytes += pieces[random() % std::size(pieces)];
      }
    }
    Decoder decoder;
    decoder.set_options({.utf8_mouse = random() % 2 == 0});
    std::string raw;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 5, bytes.size() - at);
      decoder.feed(std::string_view(bytes).substr(at, n));
      at += n;
      if (random() % 8 == 0) decoder.flush();
      while (const auto event = decoder.next()) {
        REQUIRE_FALSE(event->raw.empty());
        raw += event->raw;
      }
    }
    decoder.flush();
    while (const auto event = decoder.next()) raw += event->raw;
    REQUIRE(raw == bytes);
  }
}

TEST_CASE("the fast check lets plain input pass and stops at the prefix", "[decoder]") {
  Decoder decoder;
  const Key prefix[] = {{'b', mod::kCtrl}};
  CHECK(decoder.passes("ls -l\r한", prefix));
  CHECK_FALSE(decoder.passes("ls\002", prefix));
  CHECK_FALSE(decoder.passes("\033[A", prefix));
  CHECK_FALSE(decoder.passes("\xed\x95", prefix));
  decoder.feed("\033");
  CHECK_FALSE(decoder.next());
  CHECK_FALSE(decoder.passes("x", prefix));
}

TEST_CASE("the user's sequences are keys, before anything else that they would be", "[decoder]") {
  Decoder decoder;
  decoder.set_user_keys({"\033[5;30012~", "", "\033OZ", "\033OZZ", "~~"});
  const auto all = [&](std::string_view bytes) {
    std::string out;
    decoder.feed(bytes);
    while (const auto event = decoder.next()) out += (out.empty() ? "" : "|") + describe(*event);
    return out;
  };
  CHECK(all("a\033[5;30012~b") == "a|User0|b");
  CHECK(all("\033[5~") == "PPage");
  CHECK(all("\033OZZ") == "User3");
  CHECK(all("\033OZ") == "");  // it may become the longer one
  CHECK(decoder.waiting_for_escape());
  decoder.flush();
  CHECK(all("") == "User2");
  CHECK(all("~") == "");
  CHECK(decoder.waiting_for_escape());
  CHECK(all("~") == "User4");
  CHECK(all("~x") == "~|x");
  const Key prefix[] = {{'b', mod::kCtrl}};
  CHECK(decoder.passes("plain", prefix));
  CHECK_FALSE(decoder.passes("a~b", prefix));
}
