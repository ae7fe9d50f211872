// Colours and styles as options write them: `red`, `colour208`, `#rrggbb`, `fg=red,bold,align=left`.
//
// Grammar and canonical text are tmux 3.3a's (colour.c, style.c, attributes.c). The renderer turns these
// values into what it draws; nothing here knows a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sess::model {

struct Colour {
  enum class Kind : std::uint8_t {
    none,      ///< not set: what is below shows
    default_,  ///< the terminal's (or the enclosing style's) default
    terminal,  ///< the terminal's own default even where a default style is set
    ansi,      ///< 0-15: the eight and their bright variants
    indexed,   ///< colourN, 0-255
    rgb,
  };
  Kind kind = Kind::default_;
  std::uint8_t red = 0;  ///< or the index
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

[[nodiscard]] std::optional<Colour> parse_colour(std::string_view text);
/// tmux's name: "red", "brightred", "colour208", "#rrggbb", "default", "terminal", "none".
[[nodiscard]] std::string to_string(const Colour& colour);

}  // namespace sess::model
