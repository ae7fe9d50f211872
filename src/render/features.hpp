// TerminalFeatures: what the user's terminal can do, from TERM, COLORTERM and its own answers.
//
// Starts from a table of names, and grows by what the terminal answers (XTVERSION, DA1, DA2, DECRQM, OSC 11,
// kitty flags) and by tmux's terminal-features lists. Plain data; what is lacking is mapped to the nearest by
// diff() and enter_terminal().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "terminal/screen/abilities.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::render {

struct TerminalFeatures {
  enum class Colours : std::uint8_t { none, eight, sixteen, indexed, rgb };
  Colours colours = Colours::indexed;
  bool italics = true;
  bool strikethrough = true;
  bool faint = true;
  bool blink = true;
  bool overline = false;
  bool underline_styles = false;  ///< 4:3 and so on, and 58
  bool hyperlinks = false;
  bool sync = false;  ///< DECSET 2026
  bool title = true;
  bool cursor_style = true;   ///< DECSCUSR
  bool cursor_colour = true;  ///< OSC 12
  bool mouse = true;          ///< SGR mouse
  bool focus = false;
  bool bracketed_paste = true;
  bool clipboard = false;      ///< OSC 52
  bool extended_keys = false;  ///< modifyOtherKeys
  bool kitty_keyboard = false;
  bool sixel = false;
  bool back_colour_erase = true;  ///< erasing and scrolling leave the current background (terminfo's bce)
  bool erase_characters = true;   ///< ECH
  bool scroll_region = true;      ///< DECSTBM with SU and SD
  bool repeat = false;            ///< REP
  bool utf8 = true;
  std::optional<terminal::Color> background = {};  ///< from OSC 11
  std::optional<terminal::Color> foreground = {};  ///< from OSC 10
  std::optional<bool> said_dark = {};              ///< its theme, from CSI ? 997 n
  /// Of what programs may ask of it when it is shown a pane.
  terminal::Abilities lacks = terminal::ability::picture;
  std::string name = {};  ///< "foot(1.13.1)" from XTVERSION

  bool operator==(const TerminalFeatures&) const = default;

  /// By what TERM's entry in terminfo has (hello's `terminfo`), and by names where terminfo has no word for a
  /// thing or is not there; unknown names get what an xterm of 256 colours has. "dumb" and "" get next to
  /// nothing.
  [[nodiscard]] static TerminalFeatures from_names(std::string_view term, std::string_view colorterm = {},
                                                   std::span<const std::string> terminfo = {});

  /// Learns from one reply (its raw bytes, escape sequence included). False when it says nothing.
  bool learn(std::string_view reply);

  /// tmux's feature names separated by commas or colons (256, RGB, bpaste, clipboard, cstyle, extkeys, focus,
  /// hyperlinks, mouse, overline, sixel, strikethrough, sync, title, usstyle), or the capabilities that
  /// terminal-overrides has for them (Tc, Ms=..., Smulx=..., Sync=...); unknown ones are skipped.
  void add(std::string_view list);
  /// The features as such a list, as #{client_termfeatures} shows.
  [[nodiscard]] std::string list() const;

  /// Whether the theme is dark, as the terminal says or by its background: nullopt when unknown.
  [[nodiscard]] std::optional<bool> dark() const;
};

/// The questions to send when a client attaches; each answer goes to learn(). DA1 comes last, because every
/// terminal answers it: when its reply is there, no other will come.
[[nodiscard]] std::string feature_questions();

/// The nearest colour that the terminal has.
[[nodiscard]] terminal::Color reduce(terminal::Color color, TerminalFeatures::Colours colours);
/// The style with what the terminal lacks mapped to the nearest.
[[nodiscard]] terminal::Style reduce(const terminal::Style& style, const TerminalFeatures& features);

}  // namespace sess::render
