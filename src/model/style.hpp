// A style of the status line, borders, messages and modes: colours, attributes, and the words that steer the
// status line (align, list, range, push-default …). Grammar of tmux 3.3a's style_parse().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/colour.hpp"

namespace sess::model {

enum StyleAttribute : std::uint16_t {
  kBright = 1,
  kDim = 2,
  kUnderscore = 4,
  kBlink = 8,
  kReverse = 16,
  kHidden = 32,
  kItalics = 64,
  kAcs = 128,
  kStrikethrough = 256,
  kDoubleUnderscore = 512,
  kCurlyUnderscore = 1024,
  kDottedUnderscore = 2048,
  kDashedUnderscore = 4096,
  kOverline = 8192,
};

struct Style {
  enum class Align : std::uint8_t { default_, left, centre, right, absolute_centre };
  enum class List : std::uint8_t { off, on, focus, left_marker, right_marker };
  enum class Range : std::uint8_t { none, left, right, window };
  enum class Default : std::uint8_t { base, push, pop };

  Colour fg;
  Colour bg;
  Colour underline;  ///< us=
  std::uint16_t attributes = 0;
  bool ignore = false;
  Align align = Align::default_;
  Colour fill;
  List list = List::off;
  Range range = Range::none;
  std::uint32_t range_window = 0;  ///< index, for Range::window
  Default default_ = Default::base;
  bool operator==(const Style&) const = default;
};

/// Applies `text` ("fg=red,bold noreverse …") over `style`; `base` is what the word `default` returns to.
/// False when a word is wrong: then `style` is unchanged.
bool apply_style(Style& style, const Style& base, std::string_view text);

/// Canonical text ("fg=red,bg=default,bold"), "default" for an empty one.
[[nodiscard]] std::string to_string(const Style& style);

}  // namespace sess::model
