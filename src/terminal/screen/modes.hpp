// The mode ledger: every mode that a program can switch, as plain fields.
//
// What recovery needs and what a reattaching terminal must be told are the same thing: change_modes() brings
// a terminal into these modes, undo_modes() leaves a terminal as a shell expects it. Input encoding reads
// them too.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sess::terminal {

enum class MouseTracking : std::uint8_t { none, x10, normal, button, any };
enum class MouseEncoding : std::uint8_t { legacy, utf8, sgr, urxvt, sgr_pixels };
/// DECSCUSR; default_ is the user's own choice (CSI 0 SP q).
enum class CursorShape : std::uint8_t { default_, block, underline, bar };

/// The flags of the kitty keyboard protocol with their stack. The top is what holds; an empty stack means 0.
struct KittyStack {
  static constexpr std::size_t kDepth = 8;
  std::array<std::uint8_t, kDepth> flags{};
  std::uint8_t size = 0;
  [[nodiscard]] std::uint8_t current() const { return size == 0 ? std::uint8_t{0} : flags[size - 1U]; }
  bool operator==(const KittyStack&) const = default;
};

/// How long a renderer may hold a frame back for mode 2026; the terminal itself ends the mode after
/// kSynchronizedBytes of output, so neither a dead nor a flooding program freezes the picture.
inline constexpr std::chrono::milliseconds kSynchronizedLimit{150};
inline constexpr std::size_t kSynchronizedBytes = std::size_t{1024} * 1024;

struct Modes {
  bool application_cursor_keys = false;  ///< DECCKM, ?1
  bool application_keypad = false;       ///< DECNKM, ESC = and ?66
  bool backarrow_sends_bs = false;       ///< DECBKM, ?67
  bool autowrap = true;                  ///< DECAWM, ?7
  bool reverse_wrap = false;             ///< ?45: back over the beginning of a row that its line wrapped to
  bool reverse_wrap_anywhere = false;    ///< ?1045: of any row
  bool origin = false;                   ///< DECOM, ?6
  bool insert = false;                   ///< IRM, 4
  bool newline = false;                  ///< LNM, 20
  bool reverse_screen = false;           ///< DECSCNM, ?5
  bool left_right_margins = false;       ///< DECLRMM, ?69
  bool cursor_visible = true;            ///< DECTCEM, ?25
  bool cursor_blink = false;             ///< ?12
  bool alternate_screen = false;         ///< ?47, ?1047, ?1049
  bool bracketed_paste = false;          ///< ?2004
  bool focus_events = false;             ///< ?1004
  bool alternate_scroll = false;         ///< ?1007
  bool synchronized = false;             ///< ?2026
  bool theme_reports = false;            ///< ?2031
  MouseTracking mouse = MouseTracking::none;
  MouseEncoding mouse_encoding = MouseEncoding::legacy;
  CursorShape cursor_shape = CursorShape::default_;
  bool cursor_shape_blinks = false;    ///< DECSCUSR's odd numbers
  std::uint8_t modify_other_keys = 0;  ///< 0, 1, 2: CSI > 4 ; n m
  KittyStack kitty_main;
  KittyStack kitty_alternate;
  std::vector<std::uint16_t>
      others;  ///< private modes that are set and have no field here, at most kMaxOthers

  static constexpr std::size_t kMaxOthers = 64;
  /// The kitty flags of the screen that is shown.
  [[nodiscard]] std::uint8_t kitty_flags() const {
    return (alternate_screen ? kitty_alternate : kitty_main).current();
  }
  bool operator==(const Modes&) const = default;
};

/// Pushes every entry of a kitty stack, or pops as many.
void append_kitty_push(std::string& out, const KittyStack& stack);
void append_kitty_pop(std::string& out, const KittyStack& stack);

/// Escape sequences that leave a terminal as a shell expects it, whatever of these modes was on: alternate
/// screen left, mouse, paste, focus and theme reports off, kitty flags popped, cursor shown in the user's
/// shape, SGR, margins, charsets, keypad and synchronized output back. Harmless when nothing was on.
[[nodiscard]] std::string undo_modes(const Modes& modes);

/// Sequences that bring a terminal from `from` (Modes{} is a fresh one) to `to`, both without alternate
/// screen and synchronized output: the caller that paints decides when. Origin mode comes with it and homes
/// the cursor; kitty flags are those of the screen that is shown.
[[nodiscard]] std::string change_modes(const Modes& from, const Modes& to);

}  // namespace sess::terminal
