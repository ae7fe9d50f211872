#include "input/key.hpp"

#include "support/catch.hpp"

using namespace sess::input;

namespace {
std::string shown(std::string_view name) {
  const auto key = parse_key(name);
  return key ? key_name(*key) : "unknown";
}
}  // namespace

TEST_CASE("keys are named as tmux 3.3a names them", "[key]") {
  // Left: what was bound; right: what tmux's list-keys then shows, before quoting.
  const std::pair<const char*, const char*> pairs[] = {
      {"C-A", "C-a"},
      {"C-a", "C-a"},
      {"S-a", "S-a"},
      {"C-S-a", "S-C-a"},
      {"C-i", "Tab"},
      {"C-m", "Enter"},
      {"C-[", "Escape"},
      {"C-\\", "C-\\"},
      {"C-]", "C-]"},
      {"C-^", "C-^"},
      {"C-_", "C-_"},
      {"C-?", "C-?"},
      {"C-1", "C-1"},
      {"C-,", "C-,"},
      {"C-@", "C-Space"},
      {"C-~", "unknown"},
      {"C-Space", "C-Space"},
      {"C-M-x", "M-C-x"},
      {"M-C-S-Up", "C-M-S-Up"},
      {"^a", "C-a"},
      {"^A", "C-a"},
      {"^?", "C-?"},
      {"^M-a", "M-C-a"},
      {"^[", "Escape"},
      {"0x41", "A"},
      {"0x01", "C-a"},
      {"0x20ac", "€"},
      {"KPEnter", "KPEnter"},
      {"KP*", "KP*"},
      {"KP0", "KP0"},
      {"BSpace", "BSpace"},
      {"BTab", "BTab"},
      {"é", "é"},
      {"한", "한"},
      {"M-é", "M-é"},
      {"C-é", "C-é"},
      {"Any", "Any"},
      {"User0", "User0"},
      {"User999", "User999"},
      {"User1000", "unknown"},
      {"MouseDown4Pane", "unknown"},
      {"MouseUp1Border", "MouseUp1Border"},
      {"SecondClick1Pane", "SecondClick1Pane"},
      {"C-WheelUpPane", "C-WheelUpPane"},
      {"pageup", "PPage"},
      {"PgUp", "PPage"},
      {"Insert", "IC"},
      {"Delete", "DC"},
      {"s-up", "S-Up"},
      {"c-x", "C-x"},
      {"C-", "unknown"},
      {"M-", "unknown"},
      {"C", "C"},
      {"0x", "unknown"},
      {"0xzz", "unknown"},
      {"C-BSpace", "C-BSpace"},
      {"C-Enter", "C-Enter"},
      {"S-Tab", "S-Tab"},
      {"C-Escape", "C-Escape"},
      {"C-\"", "unknown"},
      {"C-'", "C-'"},
      {"C-%", "unknown"},
      {"C-{", "unknown"},
      {"C-`", "C-`"},
      {"C-/", "C-/"},
      {"C-;", "C-;"},
      {"M- ", "M-Space"},
      {" ", "Space"},
      {"\\", "\\"},
      {"~", "~"},
      {"C-M-S-a", "M-S-C-a"},
      {"M-A", "M-A"},
      {"S-F1", "S-F1"},
      {"F0", "unknown"},
      {"MouseDown1", "unknown"},
      {"ab", "unknown"},
      {"up", "Up"},
      {"KPPeriod", "unknown"},
      {"kp9", "KP9"},
      {"0x110000", "unknown"},
      {"", "unknown"},
      {"C-M-", "unknown"},
      {"MouseDragEnd2StatusLeft", "MouseDragEnd2StatusLeft"},
      {"TripleClick3StatusRight", "TripleClick3StatusRight"},
      {"DoubleClick", "unknown"},
      {"None", "None"},
  };
  for (const auto& [name, want] : pairs) {
    INFO(name);
    CHECK(shown(name) == want);
  }
}

TEST_CASE("every key name reads back as the same key", "[key]") {
  for (std::uint32_t code = 0; code < 0x2FF; ++code) {
    for (std::uint8_t mods = 0; mods < 8; ++mods) {
      const Key key = canonical({code < 0x180 ? code : code::kSpecial + code - 0x180, mods});
      const bool raw_control = (key.code < 32 && key.code != code::kTab && key.code != code::kEnter &&
                                key.code != code::kEscape) ||
                               key.code == 127;
      if (raw_control) continue;
      const auto back = parse_key(key_name(key));
      if (back) CHECK(canonical(*back) == key);
    }
  }
  for (int e = 0; e < kMouseEvents; ++e) {
    for (int l = 0; l < kMouseLocations; ++l) {
      const Key key = mouse_key(static_cast<MouseEvent>(e), static_cast<MouseLocation>(l), mod::kMeta);
      REQUIRE(is_mouse(key));
      CHECK(parse_key(key_name(key)) == key);
    }
  }
  for (std::uint32_t n = 0; n < 63; ++n)
    CHECK(parse_key(key_name({code::kF1 + n, 0})) == Key{code::kF1 + n, 0});
}

TEST_CASE("names of keys that only newer programs know are read too", "[key]") {
  CHECK(parse_key("F13")->code == code::kF1 + 12);
  CHECK(parse_key("F63")->code == code::kLastF);
  CHECK_FALSE(parse_key("F64"));
  CHECK(parse_key("FocusIn")->code == code::kFocusIn);
  CHECK(parse_key("PasteEnd")->code == code::kPasteEnd);
}
