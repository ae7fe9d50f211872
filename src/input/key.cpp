#include "input/key.hpp"

#include <fmt/format.h>

#include <array>

#include "base/utf8.hpp"

namespace sess::input {
namespace {

struct Named {
  std::string_view name;
  std::uint32_t code;
};

// The first name of a code is the one that is shown. FocusIn to Mouse are names of 3.3a's output only.
constexpr std::array kNames = {
    Named{"Any", code::kAny},
    Named{"FocusIn", code::kFocusIn},
    Named{"FocusOut", code::kFocusOut},
    Named{"PasteStart", code::kPasteStart},
    Named{"PasteEnd", code::kPasteEnd},
    Named{"Mouse", code::kMouse},
    Named{"BSpace", code::kBSpace},
    Named{"IC", code::kIC},
    Named{"Insert", code::kIC},
    Named{"DC", code::kDC},
    Named{"Delete", code::kDC},
    Named{"Home", code::kHome},
    Named{"End", code::kEnd},
    Named{"NPage", code::kNPage},
    Named{"PageDown", code::kNPage},
    Named{"PgDn", code::kNPage},
    Named{"PPage", code::kPPage},
    Named{"PageUp", code::kPPage},
    Named{"PgUp", code::kPPage},
    Named{"Tab", code::kTab},
    Named{"BTab", code::kBTab},
    Named{"Space", code::kSpace},
    Named{"Enter", code::kEnter},
    Named{"Escape", code::kEscape},
    Named{"Up", code::kUp},
    Named{"Down", code::kDown},
    Named{"Left", code::kLeft},
    Named{"Right", code::kRight},
    Named{"KP/", code::kKpSlash},
    Named{"KP*", code::kKpStar},
    Named{"KP-", code::kKpMinus},
    Named{"KP7", code::kKp7},
    Named{"KP8", code::kKp8},
    Named{"KP9", code::kKp9},
    Named{"KP+", code::kKpPlus},
    Named{"KP4", code::kKp4},
    Named{"KP5", code::kKp5},
    Named{"KP6", code::kKp6},
    Named{"KP1", code::kKp1},
    Named{"KP2", code::kKp2},
    Named{"KP3", code::kKp3},
    Named{"KPEnter", code::kKpEnter},
    Named{"KP0", code::kKp0},
    Named{"KP.", code::kKpPeriod},
    Named{"KP=", code::kKpEqual},
    Named{"KP,", code::kKpComma},
    Named{"KPBegin", code::kKpBegin},
};

constexpr std::array<std::string_view, kMouseEvents> kMouseNames = {
    "MouseMove",     "MouseDown1",   "MouseDown2",   "MouseDown3",   "MouseUp1",      "MouseUp2",
    "MouseUp3",      "MouseDrag1",   "MouseDrag2",   "MouseDrag3",   "MouseDragEnd1", "MouseDragEnd2",
    "MouseDragEnd3", "WheelUp",      "WheelDown",    "SecondClick1", "SecondClick2",  "SecondClick3",
    "DoubleClick1",  "DoubleClick2", "DoubleClick3", "TripleClick1", "TripleClick2",  "TripleClick3"};
constexpr std::array<std::string_view, kMouseLocations> kLocationNames = {
    "Pane", "Status", "StatusLeft", "StatusRight", "StatusDefault", "Border"};

// Characters that tmux keeps with Control although they have no C0 code of their own.
constexpr std::string_view kControlOther = "!#()+,-.0123456789:;<=>'\r\t\177`/";

[[nodiscard]] char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

[[nodiscard]] bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// Digits of a name: at most `most`, without leading zeros.
[[nodiscard]] std::optional<std::uint32_t> number(std::string_view digits, std::uint32_t most) {
  if (digits.empty() || digits.size() > 4 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

[[nodiscard]] std::optional<std::uint32_t> code_of_name(std::string_view name) {
  for (const auto& entry : kNames) {
    if (same(name, entry.name)) return entry.code;
  }
  if (name.size() >= 2 && lower(name[0]) == 'f') {
    if (const auto n = number(name.substr(1), 63); n && *n >= 1) return code::kF1 + *n - 1;
  }
  if (name.size() >= 5 && same(name.substr(0, 4), "user")) {
    if (const auto n = number(name.substr(4), 999)) return code::kUserBase + *n;
  }
  for (std::size_t e = 0; e < kMouseNames.size(); ++e) {
    if (name.size() <= kMouseNames[e].size() ||
        !same(name.substr(0, kMouseNames[e].size()), kMouseNames[e])) {
      continue;
    }
    for (std::size_t l = 0; l < kLocationNames.size(); ++l) {
      if (same(name.substr(kMouseNames[e].size()), kLocationNames[l])) {
        return mouse_key(static_cast<MouseEvent>(e), static_cast<MouseLocation>(l)).code;
      }
    }
  }
  return std::nullopt;
}

/// 0xHH...: a code point; the C0 ones are what a legacy terminal means by them.
[[nodiscard]] std::optional<Key> parse_hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits) {
    const char l = lower(c);
    const bool hex = (l >= '0' && l <= '9') || (l >= 'a' && l <= 'f');
    if (!hex) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(l <= '9' ? l - '0' : l - 'a' + 10);
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return std::nullopt;
  if (value == 0) return Key{code::kSpace, mod::kCtrl};
  if (value == 0x7F) return Key{'?', mod::kCtrl};
  if (value == code::kTab || value == code::kEnter || value == code::kEscape) return Key{value, 0};
  if (value < 27) return Key{value + 96, mod::kCtrl};
  if (value < 32) return Key{value + 64, mod::kCtrl};
  return Key{value, 0};
}

}  // namespace

Key canonical(Key key) {
  if (!is_character(key)) {
    if (key.code == code::kBTab) key.mods &= static_cast<std::uint8_t>(~mod::kShift);
    return key;
  }
  if ((key.mods & mod::kCtrl) == 0) {
    if ((key.mods & mod::kShift) != 0 && key.code >= 'A' && key.code <= 'Z') {
      key.mods &= static_cast<std::uint8_t>(~mod::kShift);
    }
    return key;
  }
  if (key.code >= 'A' && key.code <= 'Z') key.code += 32;
  if (key.code == '@') key.code = code::kSpace;
  const auto plain = static_cast<std::uint8_t>(key.mods & ~mod::kCtrl);
  if (key.code == 'i') return {code::kTab, plain};
  if (key.code == 'm') return {code::kEnter, plain};
  if (key.code == '[') return {code::kEscape, plain};
  return key;
}

std::optional<Key> parse_key(std::string_view name) {
  if (same(name, "None")) return Key{code::kNone, 0};
  if (name.size() > 2 && name[0] == '0' && name[1] == 'x') return parse_hex(name.substr(2));
  std::uint8_t mods = 0;
  if (name.size() > 1 && name[0] == '^') {
    mods = mod::kCtrl;
    name.remove_prefix(1);
  }
  while (name.size() >= 2 && name[1] == '-') {
    const char c = lower(name[0]);
    if (c == 'c') {
      mods |= mod::kCtrl;
    } else if (c == 'm') {
      mods |= mod::kMeta;
    } else if (c == 's') {
      mods |= mod::kShift;
    } else {
      return std::nullopt;
    }
    name.remove_prefix(2);
  }
  if (name.empty()) return std::nullopt;

  const auto decoded = decode_utf8(name);
  if (decoded.status == Utf8Status::value && decoded.length == name.size()) {
    const auto point = static_cast<std::uint32_t>(decoded.code_point);
    if (point < 32 || point == 127) return std::nullopt;
    if ((mods & mod::kCtrl) != 0 && point < 127 &&
        kControlOther.find(static_cast<char>(point)) == kControlOther.npos) {
      const bool has_c0 =
          (point >= 'a' && point <= 'z') || (point >= 64 && point <= 95) || point == ' ' || point == '?';
      if (!has_c0) return std::nullopt;
      return canonical({point, mods});
    }
    return Key{point, mods};
  }
  const auto named = code_of_name(name);
  if (!named) return std::nullopt;
  return Key{*named, mods};
}

std::string key_name(Key key) {
  if (key == Key{code::kNone, 0}) return "None";
  std::string prefix;
  const bool character = is_character(key);
  const bool folded = character && (key.mods & mod::kCtrl) != 0 &&
                      ((key.code >= 'a' && key.code <= 'z') || key.code == code::kSpace || key.code == '?' ||
                       (key.code >= '[' && key.code <= '_'));
  // A C0 character carries its C- itself, behind the other modifiers; so does tmux write it.
  if ((key.mods & mod::kCtrl) != 0 && !folded) prefix += "C-";
  if ((key.mods & mod::kMeta) != 0) prefix += "M-";
  if ((key.mods & mod::kShift) != 0) prefix += "S-";
  if (folded) prefix += "C-";

  for (const auto& entry : kNames) {
    if (entry.code == key.code) return prefix.append(entry.name);
  }
  if (character) {
    if (key.code < 32 || key.code == 127) return prefix + fmt::format("0x{:02x}", key.code);
    append_utf8(prefix, static_cast<char32_t>(key.code));
    return prefix;
  }
  if (key.code >= code::kF1 && key.code <= code::kLastF)
    return prefix + fmt::format("F{}", key.code - code::kF1 + 1);
  if (key.code >= code::kUserBase && key.code < code::kUserBase + 1000) {
    return prefix + fmt::format("User{}", key.code - code::kUserBase);
  }
  if (is_mouse(key)) {
    const std::uint32_t n = key.code - code::kMouseBase;
    if (n < kMouseEvents * kMouseLocations) {
      return prefix.append(kMouseNames[n / kMouseLocations]).append(kLocationNames[n % kMouseLocations]);
    }
  }
  return prefix + fmt::format("Unknown{:x}", key.code);
}

std::uint64_t key_order(Key key) {
  std::uint64_t mods = key.mods;
  std::uint64_t place = key.code;
  if (is_character(key)) {
    const bool control = (key.mods & mod::kCtrl) != 0;
    if (control && key.code >= 'a' && key.code <= 'z') {
      place = key.code - 96;
      mods &= ~std::uint64_t{mod::kCtrl};
    } else if (control && key.code >= '[' && key.code <= '_') {
      place = key.code - 64;
      mods &= ~std::uint64_t{mod::kCtrl};
    } else if (control && key.code == code::kSpace) {
      place = 0;
      mods &= ~std::uint64_t{mod::kCtrl};
    } else if (control && key.code == '?') {
      place = 127;
      mods &= ~std::uint64_t{mod::kCtrl};
    } else if (key.code > 127) {
      place = 0x200000 + key.code;  // tmux keeps characters beyond ASCII behind its special keys
    }
  } else if (is_mouse(key)) {
    // Between Mouse and BSpace, in the order of tmux's enumeration.
    place = 0x110000 + 0x1000 + (key.code == code::kMouse ? 0 : key.code - code::kMouseBase + 1);
  } else if (key.code >= code::kUserBase && key.code < code::kUserBase + 1000) {
    place = 0x110000 + 0x8000 + key.code - code::kUserBase;
  } else if (key.code >= code::kBSpace) {
    place = 0x110000 + 0x2000 + (key.code - code::kBSpace) * 128;
    // tmux counts F1 to F12 between BSpace and IC.
    if (key.code >= code::kF1 && key.code <= code::kLastF)
      place = 0x110000 + 0x2000 + 1 + (key.code - code::kF1);
  }
  // Modifiers weigh most: M- below C- below S-.
  const std::uint64_t meta = (mods & mod::kMeta) != 0 ? 1 : 0;
  const std::uint64_t control = (mods & mod::kCtrl) != 0 ? 2 : 0;
  const std::uint64_t shift = (mods & mod::kShift) != 0 ? 4 : 0;
  const std::uint64_t others = mods & ~std::uint64_t{mod::kMeta | mod::kCtrl | mod::kShift};
  return ((others | meta | control | shift) << 40) | place;
}

}  // namespace sess::input
