#include "input/encode_parts.hpp"

#include <fmt/format.h>

#include <array>

#include "base/utf8.hpp"
#include "input/key_numbers.hpp"

namespace sess::input {
namespace {

[[nodiscard]] std::string csi_tilde(std::uint32_t number, int mods, int event) {
  if (event != 1) return fmt::format("\033[{};{}:{}~", number, 1 + mods, event);
  return mods == 0 ? fmt::format("\033[{}~", number) : fmt::format("\033[{};{}~", number, 1 + mods);
}

[[nodiscard]] std::string csi_u(std::string_view code, int mods, int event, std::string_view text) {
  std::string out = "\033[";
  out += code;
  if (mods != 0 || event != 1 || !text.empty()) {
    out += ';';
    if (mods != 0 || event != 1) out += fmt::format("{}", 1 + mods);
    if (event != 1) out += fmt::format(":{}", event);
  }
  if (!text.empty()) out.append(";").append(text);
  out += 'u';
  return out;
}

/// kitty's associated text back into UTF-8.
[[nodiscard]] std::string typed_text(std::string_view points) {
  std::string out;
  char32_t value = 0;
  for (std::size_t i = 0; i <= points.size(); ++i) {
    if (i == points.size() || points[i] == ':') {
      if (value >= 32 && value != 127) append_utf8(out, value);
      value = 0;
    } else if (points[i] >= '0' && points[i] <= '9' && value < 0x110000) {
      value = value * 10 + static_cast<char32_t>(points[i] - '0');
    }
  }
  return out;
}

namespace flag {
constexpr std::uint8_t kEvents = 2;
constexpr std::uint8_t kAlternates = 4;
constexpr std::uint8_t kAll = 8;
constexpr std::uint8_t kText = 16;
}  // namespace flag

struct KittyKey {
  const KeyPress& press;
  std::uint8_t flags;
  int mods;   ///< as reported: with locks when all keys are escape codes
  int event;  ///< 1 press, 2 repeat, 3 release
};

/// Tab, Enter, BSpace, Escape: 0 when it is none of them.
[[nodiscard]] std::uint32_t named_code(std::uint32_t code) {
  switch (code) {
    case code::kTab:
    case code::kBTab:
      return 9;
    case code::kEnter:
      return 13;
    case code::kEscape:
      return 27;
    case code::kBSpace:
      return 127;
    default:
      return 0;
  }
}

[[nodiscard]] std::string kitty_character(const KittyKey& k) {
  const KeyPress& press = k.press;
  const bool only_shift = (press.mods & ~mod::kShift) == 0;
  std::string text = typed_text(press.text);
  if (text.empty()) append_utf8(text, static_cast<char32_t>(press.key.code));
  if ((k.flags & flag::kAll) == 0 && only_shift) return k.event == 3 ? std::string{} : text;

  std::uint32_t unshifted =
      press.unshifted != 0 ? static_cast<std::uint32_t>(press.unshifted) : press.key.code;
  if (unshifted >= 'A' && unshifted <= 'Z') unshifted += 32;
  std::string code = fmt::format("{}", unshifted);
  if ((k.flags & flag::kAlternates) != 0) {
    std::uint32_t shifted = static_cast<std::uint32_t>(press.shifted);
    if (shifted == 0 && unshifted >= 'a' && unshifted <= 'z') shifted = unshifted - 32;
    const bool show_shifted = shifted != 0 && shifted != unshifted && (press.mods & mod::kShift) != 0;
    if (show_shifted) code += fmt::format(":{}", shifted);
    if (press.layout != 0)
      code += fmt::format("{}:{}", show_shifted ? "" : ":", static_cast<std::uint32_t>(press.layout));
  }
  std::string points;
  if ((k.flags & flag::kText) != 0 && (k.flags & flag::kAll) != 0 && only_shift && k.event != 3) {
    points = press.text.empty() ? fmt::format("{}", press.key.code) : std::string(press.text);
  }
  return csi_u(code, k.mods, k.event, points);
}

}  // namespace

std::string csi_letter(char letter, int mods, bool application, int event) {
  if (event != 1) return fmt::format("\033[1;{}:{}{}", 1 + mods, event, letter);
  if (mods != 0) return fmt::format("\033[1;{}{}", 1 + mods, letter);
  return fmt::format("\033{}{}", application ? 'O' : '[', letter);
}

std::string function_key(Key key, bool application_cursor, FunctionStyle style, int event) {
  int mods = key.mods;
  for (const auto& [letter, code] : kCursorLetters) {
    if (code == key.code) return csi_letter(letter, mods, application_cursor, event);
  }
  for (const auto& [number, code] : kEditingNumbers) {
    if (code == key.code) return csi_tilde(number, mods, event);
  }
  if (key.code == code::kFocusIn) return "\033[I";
  if (key.code == code::kFocusOut) return "\033[O";
  if (key.code < code::kF1 || key.code > code::kLastF) return {};
  std::uint32_t n = key.code - code::kF1;
  if (style == FunctionStyle::kitty) {
    if (n >= 12) return n < 35 ? csi_u(fmt::format("{}", 57376 + n - 12), mods, event, {}) : std::string{};
    if (n == 2) return csi_tilde(13, mods, event);
  } else if (n >= 12) {
    // terminfo's kf13 to kf63 of xterm: F1 to F12 with Shift, Control, both, Meta, Meta and Shift.
    constexpr std::array<int, 6> kBank = {
        0, mod::kShift, mod::kCtrl, mod::kShift | mod::kCtrl, mod::kMeta, mod::kMeta | mod::kShift};
    mods |= kBank[n / 12];
    n %= 12;
  }
  if (n < 4) return csi_letter(static_cast<char>('P' + n), mods, style == FunctionStyle::xterm, event);
  return csi_tilde(kFunctionNumbers[n - 4], mods, event);
}

KeypadKey keypad_key(std::uint32_t code) {
  for (std::uint32_t i = 0; i < kKeypadRows.size(); ++i) {
    const KeypadRow& row = kKeypadRows[i];
    if (row.code == code) return {row.character, row.application, kFirstKeypadNumber + i};
  }
  return code == code::kKpBegin ? KeypadKey{'5', 'E', 57427} : KeypadKey{};
}

std::string encode_kitty(const KeyPress& press, const KeyModes& modes) {
  const std::uint8_t flags = modes.kitty_flags;
  int event = press.action == KeyAction::release ? 3 : press.action == KeyAction::repeat ? 2 : 1;
  if ((flags & flag::kEvents) == 0) {
    if (event == 3) return {};
    event = 1;
  }
  int mods = press.mods;
  if ((flags & flag::kAll) != 0) mods |= press.locks << 6;
  const bool all = (flags & flag::kAll) != 0;
  const Key key = press.key;

  if (const std::uint32_t named = named_code(key.code); named != 0) {
    if (key.code == code::kBTab) mods |= mod::kShift;
    const bool bare = mods == 0 || (key.code == code::kBSpace && mods == mod::kShift);
    if (key.code != code::kEscape && bare && !all) {
      // These stay as they are, so that a shell works after a program that forgot to reset the keyboard.
      if (event == 3) return {};
      if (key.code == code::kEnter) return modes.newline ? "\r\n" : "\r";
      return key.code == code::kTab ? "\t" : modes.backspace_sends_8 ? "\b" : "\177";
    }
    return csi_u(fmt::format("{}", named), mods, event, {});
  }
  if (is_character(key)) return kitty_character({press, flags, mods, event});
  if (const auto keypad = keypad_key(key.code); keypad.functional != 0) {
    if (key.code != code::kKpEnter && key.code != code::kKpBegin && mods == 0 && !all) {
      return event == 3 ? std::string{} : std::string(1, keypad.character);
    }
    if (key.code == code::kKpBegin) return csi_letter('E', mods, false, event);
    return csi_u(fmt::format("{}", keypad.functional), mods, event, {});
  }
  if (key.code >= code::kFunctional) {
    const std::uint32_t functional = 57344 + key.code - code::kFunctional;
    const bool modifier_or_lock =
        (functional >= 57441 && functional <= 57454) || (functional >= 57358 && functional <= 57360);
    if (modifier_or_lock && !all) return {};
    return csi_u(fmt::format("{}", functional), mods, event, {});
  }
  // With the protocol on, cursor keys are CSI in every cursor mode.
  return function_key({key.code, static_cast<std::uint8_t>(mods)}, false, FunctionStyle::kitty, event);
}

}  // namespace sess::input
