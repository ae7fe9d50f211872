#include "input/sequences.hpp"

#include <array>

#include "base/utf8.hpp"
#include "input/key_numbers.hpp"

namespace sess::input {
namespace {

constexpr std::uint32_t kMaxNumber = 0x7FFFFFF;

/// Splits off what stands before `separator`.
[[nodiscard]] std::string_view take(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  rest = at == rest.npos ? std::string_view{} : rest.substr(at + 1);
  return part;
}

[[nodiscard]] std::uint32_t number(std::string_view digits, std::uint32_t missing) {
  if (digits.empty()) return missing;
  std::uint32_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return missing;
    value = std::min(value * 10 + static_cast<std::uint32_t>(c - '0'), kMaxNumber);
  }
  return value;
}

/// Up to four parameters, with the subparameters of the first two.
struct Parameters {
  explicit Parameters(std::string_view text) {
    for (count = 0; count < values.size() && !text.empty(); ++count) raw[count] = take(text, ';');
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::string_view part = raw[i];
      values[i] = number(take(part, ':'), kMissing);
      subs[i] = part;
    }
  }
  [[nodiscard]] std::uint32_t get(std::size_t i, std::uint32_t missing) const {
    return values[i] == kMissing ? missing : values[i];
  }
  static constexpr std::uint32_t kMissing = 0xFFFFFFFF;
  std::array<std::string_view, 4> raw;
  std::array<std::uint32_t, 4> values{};
  std::array<std::string_view, 4> subs;
  std::size_t count = 0;
};

/// The parameter that carries modifiers (1 + bits) and, behind a colon, the kind of event.
void read_modifiers(KeyPress& press, const Parameters& parameters, std::size_t index) {
  const std::uint32_t value = parameters.get(index, 1);
  const std::uint32_t bits = value > 0 ? (value - 1) & 0xFF : 0;
  press.mods = static_cast<std::uint8_t>(bits & 0x3F);
  press.locks = static_cast<std::uint8_t>(bits >> 6);
  const std::uint32_t action = number(parameters.subs[index], 1);
  press.action = action == 3 ? KeyAction::release : action == 2 ? KeyAction::repeat : KeyAction::press;
}

[[nodiscard]] std::uint32_t code_of_letter(char final) {
  for (const auto& [letter, code] : kCursorLetters) {
    if (letter == final) return code;
  }
  if (final >= 'P' && final <= 'S') return code::kF1 + static_cast<std::uint32_t>(final - 'P');
  if (final == 'E') return code::kKpBegin;
  return final == 'Z' ? code::kBTab : code::kNone;
}

[[nodiscard]] std::uint32_t code_of_tilde(std::uint32_t n) {
  for (const auto& [number, code] : kEditingNumbers) {
    if (number == n) return code;
  }
  if (n == 1 || n == 7) return code::kHome;
  if (n == 4 || n == 8) return code::kEnd;
  if (n >= 11 && n <= 14) return code::kF1 + n - 11;
  for (std::uint32_t i = 0; i < kFunctionNumbers.size(); ++i) {
    if (kFunctionNumbers[i] == n) return code::kF1 + 4 + i;
  }
  return code::kNone;
}

/// kitty's functional keys (private use area) that have a key of their own here.
[[nodiscard]] std::uint32_t code_of_functional(std::uint32_t n) {
  if (n >= 57376 && n <= 57398) return code::kF1 + 12 + (n - 57376);
  if (n >= kFirstKeypadNumber && n - kFirstKeypadNumber < kKeypadRows.size())
    return kKeypadRows[n - kFirstKeypadNumber].code;
  constexpr std::uint32_t kFirst = kFirstKeypadNumber + kKeypadRows.size();
  constexpr std::array<std::uint32_t, 11> kCursor = {code::kLeft,  code::kRight, code::kUp,     code::kDown,
                                                     code::kPPage, code::kNPage, code::kHome,   code::kEnd,
                                                     code::kIC,    code::kDC,    code::kKpBegin};
  if (n >= kFirst && n < kFirst + kCursor.size()) return kCursor[n - kFirst];
  return code::kFunctional + (n - 57344);
}

void set_special(KeyPress& press, std::uint32_t special) {
  press.key = canonical({special, press.mods});
}

[[nodiscard]] bool is_letter(std::uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The key of a character with modifiers as an extended protocol reports them. `press.shifted` may be known.
void set_character(KeyPress& press, std::uint32_t point) {
  const bool control = (press.mods & mod::kCtrl) != 0;
  const bool shift = (press.mods & mod::kShift) != 0;
  switch (point) {
    case code::kTab:
      press.key = shift ? canonical({code::kBTab, press.mods}) : Key{code::kTab, press.mods};
      return;
    case code::kEnter:
    case code::kEscape:
    case code::kSpace:
      press.key = {point, press.mods};
      return;
    case 8:
    case 127:
      press.key = {code::kBSpace, press.mods};
      return;
    default:
      break;
  }
  // A shortcut is where the PC-101 layout has it when the layout is not Latin.
  if (point > 127 && press.layout > 32 && press.layout < 127 && (press.mods & ~mod::kShift) != 0) {
    point = static_cast<std::uint32_t>(press.layout);
  }
  if (point >= 'A' && point <= 'Z' && control) point += 32;
  press.key = {point, press.mods};
  if (!shift) return;
  const auto unshifted_mods = static_cast<std::uint8_t>(press.mods & ~mod::kShift);
  if (is_letter(point)) {
    if (!control) press.key = {point >= 'a' ? point - 32 : point, unshifted_mods};
  } else if (press.shifted != 0) {
    press.key = {static_cast<std::uint32_t>(press.shifted), unshifted_mods};
  }
}

[[nodiscard]] Event csi_u(const Parameters& parameters) {
  Event event;
  const std::uint32_t point = parameters.get(0, 1);
  if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return event;
  event.kind = Event::Kind::key;
  KeyPress& press = event.key;
  read_modifiers(press, parameters, 1);
  if (point >= 57344 && point <= 63743) {
    set_special(press, code_of_functional(point));
    return event;
  }
  std::string_view alternates = parameters.subs[0];
  press.unshifted = static_cast<char32_t>(point);
  press.shifted = static_cast<char32_t>(number(take(alternates, ':'), 0));
  press.layout = static_cast<char32_t>(number(take(alternates, ':'), 0));
  if (press.shifted > 0x10FFFF) press.shifted = 0;
  if (press.layout > 0x10FFFF) press.layout = 0;
  press.text = parameters.raw[2];
  // Text tells what Shift or a lock made of the key, when it is one character and nothing else is held.
  if (!press.text.empty() && press.text.find(':') == press.text.npos && (press.mods & ~mod::kShift) == 0) {
    const std::uint32_t typed = number(press.text, 0);
    if (typed >= 32 && typed != 127 && typed <= 0x10FFFF && point >= 32 && point != 127) {
      press.key = {typed, 0};
      if (typed == code::kSpace) press.key.mods = press.mods;
      return event;
    }
  }
  set_character(press, point);
  return event;
}

/// CSI 27 ; modifiers ; code ~
[[nodiscard]] Event modify_other_keys(const Parameters& parameters) {
  Event event;
  const std::uint32_t point = parameters.get(2, 0);
  if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return event;
  event.kind = Event::Kind::key;
  read_modifiers(event.key, parameters, 1);
  // xterm has applied Shift already: '!' comes as 33 with Shift.
  if (point > 32 && point != 127 && !is_letter(point)) event.key.shifted = static_cast<char32_t>(point);
  set_character(event.key, point);
  return event;
}

[[nodiscard]] Event reply_event(ReplyKind kind, std::string_view body) {
  Event event;
  event.kind = Event::Kind::reply;
  event.reply = {kind, body};
  return event;
}

[[nodiscard]] Event private_csi(const Csi& csi) {
  // Keyboards send no private sequences but SGR mouse: everything else is an answer.
  switch (csi.final) {
    case 'c':
      if (csi.marker == '?') return reply_event(ReplyKind::primary_attributes, csi.body);
      if (csi.marker == '>') return reply_event(ReplyKind::secondary_attributes, csi.body);
      break;
    case 'n':
      if (csi.body.substr(0, 4) == "997;") return reply_event(ReplyKind::theme, csi.body);
      return reply_event(ReplyKind::status, csi.body);
    case 'R':
      return reply_event(ReplyKind::cursor_position, csi.body);
    case 'u':
      return reply_event(ReplyKind::kitty_flags, csi.body);
    case 'y':
      return reply_event(ReplyKind::mode, csi.body);
    default:
      break;
  }
  return reply_event(ReplyKind::other, csi.body);
}

[[nodiscard]] Event sgr_mouse(const Csi& csi) {
  const Parameters parameters(csi.parameters);
  Event event;
  if (parameters.count < 3) return event;
  event.kind = Event::Kind::mouse;
  event.mouse = decode_mouse(parameters.get(0, 0), static_cast<int>(parameters.get(1, 1)) - 1,
                             static_cast<int>(parameters.get(2, 1)) - 1);
  if (csi.final == 'm') {
    // SGR names the button that was released; a report with the motion bit and m does not exist.
    event.mouse.action = MouseAction::release;
  }
  return event;
}

/// rxvt marks Shift, Control or both by another final byte.
[[nodiscard]] Event rxvt_tilde(std::uint32_t n, std::uint8_t mods) {
  Event event;
  const std::uint32_t special = code_of_tilde(n);
  if (special == code::kNone) return event;
  return key_event({special, mods});
}

[[nodiscard]] Event tilde(const Csi& csi, const Parameters& parameters) {
  Event event;
  const std::uint32_t n = parameters.get(0, 0);
  if (n == 27 && parameters.count >= 3) return modify_other_keys(parameters);
  if (n == 200 && parameters.count == 1 && csi.intermediates.empty()) {
    event.kind = Event::Kind::paste;
    event.paste_begin = true;
    return event;
  }
  const std::uint32_t special = n == 57427 ? std::uint32_t{code::kKpBegin} : code_of_tilde(n);
  if (special == code::kNone) return event;
  event.kind = Event::Kind::key;
  read_modifiers(event.key, parameters, 1);
  set_special(event.key, special);
  return event;
}

}  // namespace

Event key_event(Key key) {
  Event event;
  event.kind = Event::Kind::key;
  event.key.key = key;
  event.key.mods = key.mods;
  return event;
}

Key key_of_control(unsigned char byte, bool backspace_is_8) {
  if (byte == 8 && backspace_is_8) return {code::kBSpace, 0};
  if (byte == 127) return backspace_is_8 ? Key{'?', mod::kCtrl} : Key{code::kBSpace, 0};
  if (byte == 0) return {code::kSpace, mod::kCtrl};
  if (byte == code::kTab || byte == code::kEnter || byte == code::kEscape) return {byte, 0};
  return {static_cast<std::uint32_t>(byte + (byte < 27 ? 96 : 64)), mod::kCtrl};
}

Mouse decode_mouse(unsigned button, int col, int row) {
  Mouse mouse;
  mouse.col = std::max(col, 0);
  mouse.row = std::max(row, 0);
  if ((button & 4) != 0) mouse.mods |= mod::kShift;
  if ((button & 8) != 0) mouse.mods |= mod::kMeta;
  if ((button & 16) != 0) mouse.mods |= mod::kCtrl;
  const unsigned low = button & 3;
  if ((button & 128) != 0) {
    mouse.button = static_cast<std::uint8_t>(8 + low);
  } else if ((button & 64) != 0) {
    mouse.button = static_cast<std::uint8_t>(4 + low);
  } else {
    mouse.button = static_cast<std::uint8_t>(low == 3 ? 0 : low + 1);
  }
  if ((button & 32) != 0) {
    mouse.action = MouseAction::motion;
  } else if (mouse.button == 0) {
    mouse.action = MouseAction::release;
  }
  return mouse;
}

Event interpret_ss3(int modifier, char final) {
  Event event;
  std::uint32_t special = code_of_letter(final);
  std::uint8_t mods = modifier > 0 ? static_cast<std::uint8_t>((modifier - 1) & 0x3F) : std::uint8_t{0};
  constexpr std::string_view kKeypad = "jklmnopqrstuvwxyMX";
  constexpr std::array<std::uint32_t, 18> kKeypadCodes = {
      code::kKpStar, code::kKpPlus, code::kKpComma, code::kKpMinus, code::kKpPeriod, code::kKpSlash,
      code::kKp0,    code::kKp1,    code::kKp2,     code::kKp3,     code::kKp4,      code::kKp5,
      code::kKp6,    code::kKp7,    code::kKp8,     code::kKp9,     code::kKpEnter,  code::kKpEqual};
  if (const auto at = kKeypad.find(final); at != kKeypad.npos) special = kKeypadCodes[at];
  if (final >= 'a' && final <= 'd') {  // rxvt: Control with an arrow
    special = code_of_letter(static_cast<char>(final - 32));
    mods |= mod::kCtrl;
  }
  if (final == 'Z') special = code::kNone;
  if (final == 'I') return key_event({code::kTab, mods});
  if (final == ' ') return key_event({code::kSpace, mods});
  return special == code::kNone ? event : key_event({special, mods});
}

Event interpret_csi(const Csi& csi) {
  Event event;
  if (csi.marker == '<' && (csi.final == 'M' || csi.final == 'm') && csi.intermediates.empty()) {
    return sgr_mouse(csi);
  }
  if (csi.marker != 0) return private_csi(csi);
  const Parameters parameters(csi.parameters);
  if (!csi.intermediates.empty()) {
    if (csi.intermediates == "$" && csi.final == 'y') return reply_event(ReplyKind::mode, csi.body);
    return event;
  }
  switch (csi.final) {
    case '~':
      return tilde(csi, parameters);
    case 'u':
      return csi_u(parameters);
    case '^':
      return rxvt_tilde(parameters.get(0, 0), mod::kCtrl);
    case '$':
      return rxvt_tilde(parameters.get(0, 0), mod::kShift);
    case '@':
      return rxvt_tilde(parameters.get(0, 0), mod::kCtrl | mod::kShift);
    case 'a':
    case 'b':
    case 'c':
    case 'd':
      if (csi.parameters.empty()) {
        return key_event({code_of_letter(static_cast<char>(csi.final - 32)), mod::kShift});
      }
      return event;
    case 'M': {
      if (parameters.count != 3) return event;
      const std::uint32_t button = parameters.get(0, 32);
      event.kind = Event::Kind::mouse;
      event.mouse = decode_mouse(button < 32 ? 0 : button - 32, static_cast<int>(parameters.get(1, 1)) - 1,
                                 static_cast<int>(parameters.get(2, 1)) - 1);
      return event;
    }
    case 'I':
      if (csi.parameters.empty()) event.kind = Event::Kind::focus_in;
      return event;
    case 'O':
      if (csi.parameters.empty()) event.kind = Event::Kind::focus_out;
      return event;
    case 'n':
      return reply_event(ReplyKind::status, csi.body);
    case 't':
      return reply_event(ReplyKind::window, csi.body);
    case 'x':
      return reply_event(ReplyKind::other, csi.body);
    case 'R':
      // F3 with modifiers and a cursor in row 1 look alike: the Decoder knows which was asked for.
      if (parameters.count >= 2 && parameters.get(0, 0) != 1) {
        return reply_event(ReplyKind::cursor_position, csi.body);
      }
      break;
    default:
      break;
  }
  const std::uint32_t special = code_of_letter(csi.final);
  if (special == code::kNone) return event;
  event.kind = Event::Kind::key;
  read_modifiers(event.key, parameters, 1);
  set_special(event.key, special);
  return event;
}

Reply interpret_string(char introducer, std::string_view body) {
  if (introducer == ']') {
    std::string_view rest = body;
    const std::uint32_t n = number(take(rest, ';'), 0xFFFF);
    if (n == 4 || n == 5 || (n >= 10 && n <= 19)) return {ReplyKind::colour, body};
    if (n == 52) return {ReplyKind::clipboard, body};
    return {ReplyKind::other, body};
  }
  if (introducer == '_') return {ReplyKind::graphics, body};
  if (body.substr(0, 2) == ">|") return {ReplyKind::version, body.substr(2)};
  if (body.substr(0, 2) == "!|") return {ReplyKind::tertiary_attributes, body.substr(2)};
  if (body.size() >= 3 && body.substr(1, 2) == "+r") return {ReplyKind::terminfo, body};
  if (body.size() >= 3 && body.substr(1, 2) == "$r") return {ReplyKind::setting, body};
  return {ReplyKind::other, body};
}

}  // namespace sess::input
