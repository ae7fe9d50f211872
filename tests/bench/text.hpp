// The loads: what programs print, as bytes, the same in every run. Used by the load program, which writes
// them, and by the driver, which knows their marks.
//
// No load contains '~', '@' or '#': a mark is made of these alone, so that it is found in a client's output
// however the peer redraws.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sess::bench {

enum class Load {
  ascii,     ///< a log: times, words, numbers
  light,     ///< the same with its levels in colour, as most programs have it
  colour,    ///< dense: every word and number in a colour of its own
  hangul,    ///< Korean text
  japanese,  ///< Kanji and Kana with their signs
  emoji,     ///< words and emoji: single ones, with skin tones, joined, flags
  compiler,  ///< what a compiler printed
  repaint,   ///< screens of 80x24 as a process viewer draws them
};
inline constexpr Load kAllLoads[] = {Load::ascii,    Load::light, Load::colour,   Load::hangul,
                                     Load::japanese, Load::emoji, Load::compiler, Load::repaint};

/// By name, which is as above. False when there is no such load.
bool parse_load(std::string_view name, Load& load);
[[nodiscard]] std::string load_name(Load load);

/// About a mebibyte of it, whole lines (whole screens of 80x24 for repaint), to be written again and again.
[[nodiscard]] std::string load_block(Load load);

/// One line of `cells` columns that never wraps in 80, without a line end; lines with different numbers
/// differ.
[[nodiscard]] std::string load_line(Load load, std::size_t number, std::size_t cells);

inline constexpr std::string_view kReadyMark = "~@~#~@~";    ///< the program runs and waits for one byte
inline constexpr std::string_view kEndMark = "#@#~#@#";      ///< everything before has been written
inline constexpr std::string_view kResizeMark = "@@#~~#@@";  ///< the answer to SIGWINCH

}  // namespace sess::bench
