#include "input/encode.hpp"

#include "input/decoder.hpp"
#include "support/catch.hpp"

using namespace sess::input;

namespace {
std::string send(std::string_view name, KeyModes modes = {}) {
  return encode_key(parse_key(name).value(), modes);
}
const KeyModes kApplication{.application_cursor = true, .application_keypad = true};
const KeyModes kOther1{.modify_other_keys = 1};
const KeyModes kOther2{.modify_other_keys = 2};
KeyModes kitty(int flags) {
  return {.kitty_flags = static_cast<std::uint8_t>(flags)};
}
}  // namespace

TEST_CASE("legacy programs get xterm's bytes", "[encode]") {
  CHECK(send("a") == "a");
  CHECK(send("한") == "한");
  CHECK(send("C-a") == "\001");
  CHECK(send("C-Space") == std::string(1, '\0'));
  CHECK(send("M-x") == "\033x");
  CHECK(send("M-C-x") == "\033\030");
  CHECK(send("BSpace") == "\177");
  CHECK(send("C-BSpace") == "\b");
  CHECK(send("BTab") == "\033[Z");
  CHECK(send("Up") == "\033[A");
  CHECK(send("Up", kApplication) == "\033OA");
  CHECK(send("C-Up", kApplication) == "\033[1;5A");
  CHECK(send("F1") == "\033OP");
  CHECK(send("S-F1") == "\033[1;2P");
  CHECK(send("F13") == "\033[1;2P");
  CHECK(send("F5") == "\033[15~");
  CHECK(send("F12") == "\033[24~");
  CHECK(send("C-DC") == "\033[3;5~");
  CHECK(send("KP5") == "5");
  CHECK(send("KP5", kApplication) == "\033Ou");
  CHECK(send("KPEnter") == "\r");
  CHECK(send("KPEnter", kApplication) == "\033OM");
  CHECK(send("Enter", {.newline = true}) == "\r\n");
  CHECK(send("C-_") == "\037");
  CHECK(send("C-/") == "\037");
  CHECK(send("C-1") == "1");
  CHECK(send("User3").empty());
  CHECK(send("WheelUpPane").empty());
}

TEST_CASE("modifyOtherKeys sends what legacy bytes would lose", "[encode]") {
  CHECK(send("C-a", kOther1) == "\001");
  CHECK(send("C-a", kOther2) == "\033[27;5;97~");
  CHECK(send("C-1", kOther1) == "\033[27;5;49~");
  CHECK(send("C-Tab", kOther1) == "\033[27;5;9~");
  CHECK(send("S-Enter", kOther1) == "\033[27;2;13~");
  CHECK(send("C-S-a", kOther1) == "\033[27;6;65~");
  CHECK(send("M-x", kOther1) == "\033x");
  CHECK(send("M-x", kOther2) == "\033[27;3;120~");
  CHECK(send("A", kOther2) == "A");
}

TEST_CASE("kitty's protocol follows its flags", "[encode]") {
  CHECK(send("a", kitty(1)) == "a");
  CHECK(send("A", kitty(1)) == "A");
  CHECK(send("C-a", kitty(1)) == "\033[97;5u");
  CHECK(send("Escape", kitty(1)) == "\033[27u");
  CHECK(send("Enter", kitty(1)) == "\r");
  CHECK(send("S-Enter", kitty(1)) == "\033[13;2u");
  CHECK(send("BTab", kitty(1)) == "\033[9;2u");
  CHECK(send("Up", kitty(1)) == "\033[A");
  CHECK(send("F3", kitty(1)) == "\033[13~");
  CHECK(send("C-F3", kitty(1)) == "\033[13;5~");
  CHECK(send("a", kitty(8)) == "\033[97u");
  CHECK(send("A", kitty(8)) == "\033[97;2u");
  CHECK(send("A", kitty(8 | 4)) == "\033[97:65;2u");
  CHECK(send("A", kitty(8 | 16)) == "\033[97;2;65u");
  CHECK(send("a", kitty(8 | 16)) == "\033[97;;97u");
  CHECK(send("Enter", kitty(8)) == "\033[13u");
  KeyPress up;
  up.key = {'a', 0};
  up.action = KeyAction::release;
  CHECK(encode_key(up, kitty(1)).empty());
  CHECK(encode_key(up, kitty(2)).empty());
  CHECK(encode_key(up, kitty(2 | 8)) == "\033[97;1:3u");
  CHECK(encode_key(up, KeyModes{}).empty());
}

TEST_CASE("what is encoded decodes to the same key", "[encode]") {
  const char* names[] = {"a",      "A",   "M-x",    "C-a",  "M-C-a", "Up",      "S-Up", "C-M-S-Left", "F1",
                         "F5",     "F12", "C-F7",   "IC",   "DC",    "NPage",   "BTab", "Tab",        "Enter",
                         "BSpace", "한",  "Escape", "Home", "C-End", "C-Space", "M-é"};
  for (const KeyModes modes : {KeyModes{}, kApplication, kOther1, kOther2, kitty(1), kitty(9), kitty(31)}) {
    for (const char* name : names) {
      INFO(name << " " << int(modes.kitty_flags) << " " << int(modes.modify_other_keys));
      Decoder decoder;
      const std::string bytes = send(name, modes);
      decoder.feed(bytes);
      auto event = decoder.next();
      if (!event) {
        decoder.flush();
        event = decoder.next();
      }
      REQUIRE(event);
      CHECK(key_name(event->key.key) == name);
      CHECK(event->raw == bytes);
    }
  }
}

TEST_CASE("the mouse is reported only as far as the program asked", "[encode]") {
  const Mouse press{MouseAction::press, 1, 0, 4, 9};
  const Mouse release{MouseAction::release, 1, 0, 4, 9};
  const Mouse drag{MouseAction::motion, 1, 0, 4, 9};
  const Mouse move{MouseAction::motion, 0, 0, 4, 9};
  using T = MouseTracking;
  using E = MouseEncoding;
  CHECK(encode_mouse(press, T::none, E::sgr).empty());
  CHECK(encode_mouse(release, T::x10, E::sgr).empty());
  CHECK(encode_mouse(drag, T::normal, E::sgr).empty());
  CHECK(encode_mouse(move, T::button, E::sgr).empty());
  CHECK(encode_mouse(press, T::normal, E::sgr) == "\033[<0;10;5M");
  CHECK(encode_mouse(release, T::normal, E::sgr) == "\033[<0;10;5m");
  CHECK(encode_mouse(drag, T::button, E::sgr) == "\033[<32;10;5M");
  CHECK(encode_mouse(move, T::any, E::sgr) == "\033[<35;10;5M");
  CHECK(encode_mouse(press, T::normal, E::legacy) == "\033[M *%");
  CHECK(encode_mouse(release, T::normal, E::legacy) == "\033[M#*%");
  CHECK(encode_mouse(press, T::normal, E::urxvt) == "\033[32;10;5M");
  CHECK(encode_mouse({MouseAction::press, 4, mod::kCtrl, 0, 0}, T::normal, E::sgr) == "\033[<80;1;1M");
  CHECK(encode_mouse({MouseAction::press, 1, 0, 0, 300}, T::normal, E::legacy).empty());
  CHECK(encode_mouse({MouseAction::press, 1, 0, 0, 300}, T::normal, E::utf8) == "\033[M \xc5\x8d!");
}

TEST_CASE("a paste cannot end its bracket or press keys", "[encode]") {
  CHECK(encode_paste("a\033[201~rm\r\n", true) == "\033[200~a[201~rm\r\n\033[201~");
  CHECK(encode_paste("a\nb\003\177\xc2\x9b", false) == "a\rb");
  CHECK(encode_paste("a", true, {.begin = true, .end = false}) == "\033[200~a");
  CHECK(encode_paste("b\t한", true, {.begin = false, .end = true}) == "b\t한\033[201~");
}
