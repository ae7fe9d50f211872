// The colours that the program sets: the palette (OSC 4, 104) and the dynamic ones (OSC 10 to 12, 110 to
// 112).
//
// Owns what was set. What was not is the user's (Settings) or the attached terminal's (Identity); both are
// asked when a program asks. An answer is a string for the caller to send.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::terminal {

class Colors {
 public:
  enum class Dynamic : std::uint8_t { foreground, background, cursor };

  [[nodiscard]] const std::map<std::uint8_t, Color>& palette() const { return palette_; }
  [[nodiscard]] std::optional<Color> dynamic(Dynamic which) const {
    return dynamic_[static_cast<std::size_t>(which)];
  }
  /// The program's, else the user's; nothing: xterm's.
  [[nodiscard]] std::optional<Color> chosen(std::uint8_t index, const Settings& settings) const;

  /// OSC 4 ; index ; colour ; ... where "?" asks: what is to be answered.
  [[nodiscard]] std::string set_palette(std::string_view rest, std::string_view terminator,
                                        const Settings& settings);
  /// OSC 104 ; index ; ...: all without any.
  void reset_palette(std::string_view rest);
  /// OSC 10 ; fg ; bg ; cursor: each further field is the next number's.
  [[nodiscard]] std::string set_dynamic(int number, std::string_view rest, std::string_view terminator,
                                        const Identity& identity);
  /// OSC 110, 111, 112.
  void reset_dynamic(int number) { dynamic_[static_cast<std::size_t>(number - 110)].reset(); }
  void reset();

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  std::map<std::uint8_t, Color> palette_;
  std::array<std::optional<Color>, 3> dynamic_;  ///< OSC 10, 11, 12
};

}  // namespace sess::terminal
