// A key as bindings name it, and tmux's names of keys both ways ("C-b", "M-Up", "WheelDownPane").
//
// A key is a code point or a special code, with modifiers. Letters that Shift changes are kept as the letter
// they give ('A', not S-a); Control with a letter is the lower-case letter with Mod::ctrl, except that C-i,
// C-m and C-[ are Tab, Enter and Escape, as on every terminal without an extended keyboard protocol. What was
// pressed in full (release, locks, text) is KeyPress's business (event.hpp). Knows no terminal and no bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sess::input {

/// Modifier bits with the values that xterm and kitty send (parameter minus one).
namespace mod {
inline constexpr std::uint8_t kShift = 1;
inline constexpr std::uint8_t kMeta = 2;  ///< Alt on most keyboards; tmux's M-
inline constexpr std::uint8_t kCtrl = 4;
inline constexpr std::uint8_t kSuper = 8;
inline constexpr std::uint8_t kHyper = 16;
inline constexpr std::uint8_t kExtraMeta = 32;  ///< the Meta that is not Alt
}  // namespace mod

/// Codes of keys that have no character; characters are their code points. Tab, Enter and Escape are theirs
/// too.
namespace code {
inline constexpr std::uint32_t kTab = 9;
inline constexpr std::uint32_t kEnter = 13;
inline constexpr std::uint32_t kEscape = 27;
inline constexpr std::uint32_t kSpace = 32;

inline constexpr std::uint32_t kSpecial = 0x110000;
enum : std::uint32_t {
  kNone = kSpecial,
  kAny,
  kFocusIn,
  kFocusOut,
  kPasteStart,
  kPasteEnd,
  kMouse,
  kBSpace,
  kIC,
  kDC,
  kHome,
  kEnd,
  kNPage,
  kPPage,
  kBTab,
  kUp,
  kDown,
  kLeft,
  kRight,
  kKpSlash,
  kKpStar,
  kKpMinus,
  kKp7,
  kKp8,
  kKp9,
  kKpPlus,
  kKp4,
  kKp5,
  kKp6,
  kKp1,
  kKp2,
  kKp3,
  kKpEnter,
  kKp0,
  kKpPeriod,
  kKpEqual,
  kKpComma,
  kKpBegin,
  kF1,  ///< kF1 + 62 is F63
};
inline constexpr std::uint32_t kLastF = kF1 + 62;
inline constexpr std::uint32_t kMouseBase = kSpecial + 0x1000;  ///< see mouse_key()
inline constexpr std::uint32_t kUserBase = kSpecial + 0x2000;   ///< User0 to User999
/// kFunctional + n is kitty's functional key 57344 + n, for those that have no name here (CapsLock, media
/// keys).
inline constexpr std::uint32_t kFunctional = kSpecial + 0x3000;
}  // namespace code

struct Key {
  std::uint32_t code = code::kNone;
  std::uint8_t mods = 0;
  bool operator==(const Key&) const = default;
};

[[nodiscard]] constexpr bool is_mouse(Key key) {
  return key.code == code::kMouse || (key.code >= code::kMouseBase && key.code < code::kUserBase);
}
/// Whether the key is a character (Tab, Enter, Escape and Space included), with or without modifiers.
[[nodiscard]] constexpr bool is_character(Key key) {
  return key.code < code::kSpecial;
}

/// What happened to the mouse, in the order of tmux's key codes.
enum class MouseEvent : std::uint8_t {
  move,
  down1,
  down2,
  down3,
  up1,
  up2,
  up3,
  drag1,
  drag2,
  drag3,
  drag_end1,
  drag_end2,
  drag_end3,
  wheel_up,
  wheel_down,
  second_click1,
  second_click2,
  second_click3,
  double_click1,
  double_click2,
  double_click3,
  triple_click1,
  triple_click2,
  triple_click3
};
inline constexpr int kMouseEvents = 24;
/// Where it happened.
enum class MouseLocation : std::uint8_t { pane, status, status_left, status_right, status_default, border };
inline constexpr int kMouseLocations = 6;

/// The key of a mouse event: mouse_key(MouseEvent::wheel_up, MouseLocation::pane) is WheelUpPane.
[[nodiscard]] constexpr Key mouse_key(MouseEvent event, MouseLocation where, std::uint8_t mods = 0) {
  return {code::kMouseBase + static_cast<std::uint32_t>(event) * kMouseLocations +
              static_cast<std::uint32_t>(where),
          mods};
}

/// A key from its name, as tmux 3.3a reads it: modifiers C- M- S- and ^, names without regard to case, one
/// UTF-8 character, 0xHH. Besides 3.3a's names: F13 to F63, FocusIn/Out, PasteStart/End, MouseMove*. Nullopt
/// when it names no key; "None" is code::kNone.
[[nodiscard]] std::optional<Key> parse_key(std::string_view name);

/// The name that tmux's list-keys shows (unquoted). parse_key(key_name(k)) is k for every key that has a
/// name.
[[nodiscard]] std::string key_name(Key key);

/// tmux's order of bindings: by code, then by modifiers (plain, M-, C-, S-).
[[nodiscard]] std::uint64_t key_order(Key key);

/// The form that parse_key gives and bindings use: Ctrl with a C0 character folded (C-A to C-a, C-i to Tab),
/// a shifted letter without Ctrl as the letter that it gives.
[[nodiscard]] Key canonical(Key key);

}  // namespace sess::input
