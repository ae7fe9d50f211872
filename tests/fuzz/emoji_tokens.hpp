// Emoji as programs print them, whole and in pieces, and what changes how the next ones are printed: a part
// of fuzz_fast_paths, which feeds them whole, in pieces and a byte at a time.
#pragma once

#include <iterator>
#include <string>

namespace sess::fuzz {

/// What emoji are made of: whole ones, and the pieces in any order.
inline void add_emoji(std::string& out, unsigned n) {
  static constexpr const char* kWhole[] = {"😀",
                                           "🚀",
                                           "✅",
                                           "👍🏽",
                                           "👩‍💻",
                                           "🇰🇷",
                                           "🔥",
                                           "❤️",
                                           "📦",
                                           "⚠️",
                                           "👨‍👩‍👧",
                                           "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
                                           "1️⃣",
                                           "👩🏽‍❤️‍💋‍👨🏿",
                                           "👁️‍🗨️",
                                           "☺︎"};
  static constexpr const char* kPieces[] = {"\U0001F468", "\U0001F1F0", "\U0001F1F7", "\u200D", "\uFE0F",
                                            "\uFE0E",     "\U0001F3FD", "\u20E3",     "\u2764", "#",
                                            "\u0301",     "\U000E0067", "\u0600",     "\u2500", "\U0001FAFF",
                                            "\u231A",     "\U0001F7E1", "\u1100",     "\uD55C", " "};
  if (n < 64) {
    out += kWhole[n % std::size(kWhole)];
    if (n % 3 == 0) out += ' ';
  } else if (n < 128) {
    for (unsigned i = n % 5; i-- > 0;) out += kWhole[(n + i) % std::size(kWhole)];
  } else {
    out += kPieces[n % std::size(kPieces)];
  }
}

/// What changes how the next ones are printed.
inline void add_emoji_mode(std::string& out, unsigned n) {
  static constexpr const char* kModes[] = {
      "\x1b[4h",   "\x1b[4l", "\x1b[?7l",  "\x1b[?7h",  "\x1b(0",  "\x1b(B", "\x1b)0",
      "\x0e",      "\x0f",    "\x1bN",     "\x1b[b",    "\x1b[3b", "\b",     "\x1b[2D",
      "\x1b[999C", "\a",      "\x1b[?69h", "\x1b[3;7s", "\r",      "\x1b[K", "\x1b[X",
      "\0337",     "\0338",   "\x1b[P",    "\x1b[?69l", "\x1b[@"};
  out += kModes[n % std::size(kModes)];
}

}  // namespace sess::fuzz
