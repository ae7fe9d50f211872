// Where two terminals begin to differ: the emulator of sess and libvterm, fed the same bytes.
//
// Pure but for its processor time: the caller (sess-debug) gives it a child process of its own, for libvterm
// has faults that bytes of a program can reach. Colours, text, widths and the attributes that both know are
// looked at, and the cursor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/size.hpp"

namespace sess::cli {

struct Difference {
  std::size_t offset = 0;  ///< bytes after which both were last the same; 0: not even before the first
  int row = 0;
  int col = 0;
  bool cursor = false;  ///< of the cursor's place: row and col are where it is here
  std::string here;     ///< the cell, or the cursor's place, in the words of tests/terminal's files
  std::string there;
  std::string test;  ///< a behaviour for tests/terminal, which fails on one of the two
};

/// The first that stays. `paint` brings a fresh terminal to where `bytes` begin; `name` heads the test.
[[nodiscard]] std::optional<Difference> compare_terminals(Size size, std::string_view paint,
                                                          std::string_view bytes, std::string_view name);

/// Bytes as tests/terminal writes them, without the quotes.
[[nodiscard]] std::string as_written(std::string_view bytes);

}  // namespace sess::cli
