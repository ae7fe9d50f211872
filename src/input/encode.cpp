#include "input/encode.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "input/encode_parts.hpp"

namespace sess::input {
namespace {

/// What a C0 character stands for Control with this key on a legacy terminal; -1: nothing does.
[[nodiscard]] int control_byte(std::uint32_t point) {
  if (point >= 'a' && point <= 'z') return static_cast<int>(point) - 96;
  if (point >= '@' && point <= '_') return static_cast<int>(point) - 64;
  switch (point) {
    case ' ':
    case '2':
      return 0;
    case '3':
      return 27;
    case '4':
      return 28;
    case '5':
      return 29;
    case '6':
      return 30;
    case '7':
    case '/':
      return 31;
    case '8':
    case '?':
      return 127;
    default:
      return -1;
  }
}

[[nodiscard]] std::string with_meta(Key key, std::string bytes) {
  return (key.mods & mod::kMeta) != 0 ? '\033' + bytes : bytes;
}

/// Tab, Enter, Escape and BSpace.
[[nodiscard]] std::string legacy_named(Key key, const KeyModes& modes) {
  switch (key.code) {
    case code::kTab:
      return with_meta(key, "\t");
    case code::kEnter:
      return with_meta(key, modes.newline ? "\r\n" : "\r");
    case code::kEscape:
      return with_meta(key, "\033");
    default:
      break;
  }
  const bool eight = modes.backspace_sends_8 != ((key.mods & mod::kCtrl) != 0);
  return with_meta(key, eight ? "\b" : "\177");
}

[[nodiscard]] bool is_named(Key key) {
  return key.code == code::kTab || key.code == code::kEnter || key.code == code::kEscape ||
         key.code == code::kBSpace;
}

/// xterm's CSI 27 form, when the mode asks for it and the key has modifiers that its plain bytes would lose.
[[nodiscard]] bool wants_other_form(Key key, const KeyModes& modes) {
  if (modes.modify_other_keys == 0 || key.mods == 0) return false;
  const bool only_shift = key.mods == mod::kShift;
  if (is_named(key)) {
    if (modes.modify_other_keys >= 2) return true;
    return key.code != code::kBSpace && key.code != code::kEscape && key.mods != mod::kMeta;
  }
  if (only_shift) return key.code == code::kSpace && modes.modify_other_keys >= 2;
  if (modes.modify_other_keys >= 2) return true;
  if ((key.mods & mod::kCtrl) == 0) return false;
  // Level 1 leaves alone what has its own C0 character.
  return control_byte(key.code) < 0 || (key.mods & mod::kShift) != 0 ||
         (key.code >= '2' && key.code <= '8') || key.code == '/';
}

[[nodiscard]] std::string legacy_character(Key key) {
  std::string out;
  if ((key.mods & mod::kMeta) != 0) out += '\033';
  if ((key.mods & mod::kCtrl) != 0) {
    if (const int byte = control_byte(key.code); byte >= 0) {
      out += static_cast<char>(byte);
      return out;
    }
  }
  append_utf8(out, static_cast<char32_t>(key.code));
  return out;
}

[[nodiscard]] std::string legacy(Key key, const KeyModes& modes) {
  if (is_character(key) || key.code == code::kBSpace) {
    if (wants_other_form(key, modes)) {
      std::uint32_t point = key.code == code::kBSpace ? 127 : key.code;
      if ((key.mods & mod::kShift) != 0 && point >= 'a' && point <= 'z') point -= 32;
      return fmt::format("\033[27;{};{}~", 1 + key.mods, point);
    }
    return is_named(key) ? legacy_named(key, modes) : legacy_character(key);
  }
  if (key.code == code::kBTab) {
    const auto extra = static_cast<std::uint8_t>(key.mods & ~(mod::kShift | mod::kMeta));
    if (extra != 0 && modes.modify_other_keys > 0)
      return fmt::format("\033[27;{};9~", 1 + (key.mods | mod::kShift));
    return with_meta(key, "\033[Z");
  }
  if (const auto keypad = keypad_key(key.code); keypad.functional != 0) {
    if (key.code == code::kKpBegin) return csi_letter('E', key.mods, modes.application_cursor, 1);
    if (modes.application_keypad && key.code != code::kKpEqual) {
      return key.mods == 0 ? fmt::format("\033O{}", keypad.application)
                           : fmt::format("\033O{}{}", 1 + key.mods, keypad.application);
    }
    if (key.code == code::kKpEnter) return legacy_named({code::kEnter, key.mods}, modes);
    return with_meta(key, std::string(1, keypad.character));
  }
  return function_key(key, modes.application_cursor, FunctionStyle::xterm, 1);
}

}  // namespace

std::string encode_key(const KeyPress& press, const KeyModes& modes) {
  if (modes.kitty_flags != 0) return encode_kitty(press, modes);
  if (press.action == KeyAction::release) return {};
  return legacy(press.key, modes);
}

std::string encode_key(Key key, const KeyModes& modes) {
  KeyPress press;
  press.key = key;
  press.mods = key.mods;
  if (is_character(key) && key.code >= 'A' && key.code <= 'Z') {
    press.mods |= mod::kShift;
    press.unshifted = static_cast<char32_t>(key.code + 32);
    press.shifted = static_cast<char32_t>(key.code);
  }
  return encode_key(press, modes);
}

std::string encode_mouse(const Mouse& mouse, MouseTracking tracking, MouseEncoding encoding) {
  const bool motion = mouse.action == MouseAction::motion;
  const bool release = mouse.action == MouseAction::release;
  switch (tracking) {
    case MouseTracking::none:
      return {};
    case MouseTracking::x10:
      if (motion || release || mouse.button > 3) return {};
      break;
    case MouseTracking::normal:
      if (motion) return {};
      break;
    case MouseTracking::button:
      if (motion && mouse.button == 0) return {};
      break;
    case MouseTracking::any:
      break;
  }
  unsigned button = 3;
  if (mouse.button >= 8) {
    button = 128 + mouse.button - 8U;
  } else if (mouse.button >= 4) {
    button = 64 + mouse.button - 4U;
  } else if (mouse.button >= 1) {
    button = mouse.button - 1U;
  }
  const bool named_release = encoding == MouseEncoding::sgr || encoding == MouseEncoding::sgr_pixels;
  if (release && !named_release) button = 3;
  if (motion) button += 32;
  if (tracking != MouseTracking::x10) {
    if ((mouse.mods & mod::kShift) != 0) button += 4;
    if ((mouse.mods & mod::kMeta) != 0) button += 8;
    if ((mouse.mods & mod::kCtrl) != 0) button += 16;
  }
  const int x = mouse.col + 1;
  const int y = mouse.row + 1;
  if (mouse.col < 0 || mouse.row < 0) return {};
  switch (encoding) {
    case MouseEncoding::sgr:
    case MouseEncoding::sgr_pixels:
      return fmt::format("\033[<{};{};{}{}", button, x, y, release ? 'm' : 'M');
    case MouseEncoding::urxvt:
      return fmt::format("\033[{};{};{}M", button + 32, x, y);
    case MouseEncoding::utf8: {
      // Two bytes of UTF-8 reach 2047 (xterm ctlseqs, mode 1005).
      if (x > 2015 || y > 2015) return {};
      std::string out = "\033[M";
      for (const unsigned value : {button, static_cast<unsigned>(x), static_cast<unsigned>(y)}) {
        append_utf8(out, static_cast<char32_t>(value + 32));
      }
      return out;
    }
    case MouseEncoding::legacy:
      break;
  }
  if (x > 223 || y > 223 || button > 223) return {};
  std::string out = "\033[M";
  out += static_cast<char>(button + 32);
  out += static_cast<char>(x + 32);
  out += static_cast<char>(y + 32);
  return out;
}

std::string encode_paste(std::string_view text, bool bracketed, PastePiece piece) {
  std::string out;
  out.reserve(text.size() + 12);
  if (bracketed && piece.begin) out += "\033[200~";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      out += bracketed ? '\n' : '\r';
    } else if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
               static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      ++i;  // C1 in UTF-8: a CSI in disguise on some terminals
    } else if ((byte >= 32 && byte != 127) || byte == '\t' || byte == '\r') {
      out += text[i];
    }
  }
  if (bracketed && piece.end) out += "\033[201~";
  return out;
}

}  // namespace sess::input
