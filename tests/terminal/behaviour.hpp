// One behaviour of a terminal as text: what goes in and what must then be true. README.md describes the
// format.
//
// This file turns *.vt files into lists of steps. It knows no emulator; play.hpp acts the steps out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"

namespace sess::test {

/// A colour as a behaviour names it: `fg=3`, `bg=#102030`. Absent means the terminal's default.
struct ColorWord {
  bool rgb = false;
  int index = 0;
  int red = 0, green = 0, blue = 0;
  bool operator==(const ColorWord&) const = default;
};

/// What a cell looks like, complete: an attribute that is not named is off.
struct Look {
  bool bold = false, faint = false, italic = false, blink = false, inverse = false, conceal = false,
       strike = false, overline = false, protect = false;
  std::string underline;  ///< "", single, double, curly, dotted or dashed
  std::optional<ColorWord> fg, bg, underline_color;
  std::string link;
  bool operator==(const Look&) const = default;
};

/// As the format writes it, for messages.
std::string to_string(const Look& look);

struct Step {
  enum class Kind {
    // What happens.
    input,
    resize,
    limits,
    clear_history,
    reset,
    // What must be true.
    row,
    rows,
    wrapped,
    cursor,
    attr,
    cell,
    reply,
    reply_any,
    title,
    icon,
    directory,
    mode,
    history,
    bell,
    relay,
    event
  };
  Kind kind = Kind::input;
  int line = 0;       ///< in the file, for messages
  std::string text;   ///< bytes, row, title, mode's name ...
  std::string value;  ///< mode's value
  std::vector<std::string> lines;
  int row = 0, col = 0, last_col = 0;
  int width = 0;
  std::uint64_t count = 0, bytes = 0;
  bool flag = false;  ///< cursor: wrap pending; wrapped: yes
  std::optional<bool> visible;
  Size size;
  Look look;
};

struct Behaviour {
  std::string file, title;
  int line = 0;
  Size size{5, 20};
  std::vector<Step> steps;
  // Each of these is a known difference with its reason; the runner fails when it is not there any more.
  std::string sess_gap;              ///< the emulator does not do this yet
  std::string paint_gap;             ///< a terminal that attaches is not painted like this
  std::string oracle_paint_differs;  ///< the oracle cannot show what it is painted
  std::string oracle_differs;        ///< the oracle is wrong
  std::string later_oracle_differs;  ///< libvterm 0.3 is, 0.1 is not
  std::string only_sess;             ///< why the oracle cannot take part; empty when it does
};

/// All behaviours of a file's text. Throws std::runtime_error "file:line: what" on anything it cannot read.
std::vector<Behaviour> parse_behaviours(const std::string& file, std::string_view text);

/// All behaviours of all *.vt files of a directory, by name.
std::vector<Behaviour> load_behaviours(const std::string& directory);

/// Bytes in the format's own notation, for messages.
std::string in_quotes(std::string_view bytes);

}  // namespace sess::test
