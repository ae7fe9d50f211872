// What one place of the screen shows: colours, a style and an eight-byte cell.
//
// Plain values without behaviour. Styles are interned by the emulator (Screen::style), clusters of several
// code points likewise (Screen::append_text); a Cell holds only their numbers, which are valid until the next
// feed.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sess::terminal {

struct Color {
  enum class Kind : std::uint8_t { none, indexed, rgb };
  Kind kind = Kind::none;  ///< none: the terminal's default
  std::uint8_t r = 0;      ///< red, or the palette's index
  std::uint8_t g = 0;
  std::uint8_t b = 0;

  [[nodiscard]] static constexpr Color indexed(std::uint8_t index) { return {Kind::indexed, index, 0, 0}; }
  [[nodiscard]] static constexpr Color rgb(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    return {Kind::rgb, red, green, blue};
  }
  /// 0xRRGGBB, as palette_rgb() has it.
  [[nodiscard]] static constexpr Color rgb(std::uint32_t value) {
    const auto byte = [](std::uint32_t v) { return static_cast<std::uint8_t>(v & 0xFFU); };
    return rgb(byte(value >> 16U), byte(value >> 8U), byte(value));
  }
  [[nodiscard]] constexpr std::uint8_t index() const { return r; }
  bool operator==(const Color&) const = default;
};

enum class Underline : std::uint8_t { none, single, double_, curly, dotted, dashed };

/// Bits of Style::attrs.
enum Attr : std::uint16_t {
  bold = 1,
  faint = 2,
  italic = 4,
  blink = 8,
  inverse = 16,
  conceal = 32,
  strike = 64,
  overline = 128,
  protected_ = 256,  ///< DECSCA: DECSED and DECSEL leave it
};

struct Style {
  Color fg;
  Color bg;
  Color underline_color;
  std::uint16_t attrs = 0;
  Underline underline = Underline::none;
  std::uint8_t unused = 0;  ///< would be padding: so that all bytes are a value, and comparing is three words
  std::uint16_t link = 0;   ///< 0 none, else Screen::link()
  bool operator==(const Style& other) const { return std::memcmp(this, &other, sizeof(Style)) == 0; }
};
static_assert(std::has_unique_object_representations_v<Style>);

/// Set in Cell::glyph when the rest of it is the number of a cluster of several code points.
inline constexpr std::uint32_t kClusterBit = 0x80000000U;

/// Cell::flags: the empty last column before a wide character that wrapped; not part of the text.
inline constexpr std::uint8_t kFiller = 1;

struct Cell {
  std::uint32_t glyph = 0;  ///< code point, or kClusterBit | cluster; 0: never written
  std::uint16_t style = 0;
  std::uint8_t width = 1;  ///< columns: 1 or 2; 0 is the right half of a wide one (its glyph is 0)
  std::uint8_t flags = 0;
  bool operator==(const Cell&) const = default;
};
static_assert(sizeof(Cell) == 8);

/// A place that was never written.
inline constexpr Cell kBlank{};

}  // namespace sess::terminal
