// Random but well-formed streams, shown to the emulator and to the oracle, cell by cell. The streams keep to
// what both implement alike; where libvterm is known to be wrong (oracle-differs in *.vt) they do not go.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "machine.hpp"
#include "support/catch.hpp"
#include "support/oracle.hpp"

using namespace sess::test;
using sess::Size;

namespace {

class Stream {
 public:
  Stream(unsigned seed, Size size) : random_(seed), size_(size) {}

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  int count() { return 1 + below(4); }
  int row() { return 1 + below(size_.rows); }
  int col() { return 1 + below(size_.cols); }
  std::string word() {
    std::string text;
    for (int n = 1 + below(12); n > 0; --n) text += static_cast<char>('!' + below(94));
    return text;
  }
  std::string sgr() {
    switch (below(12)) {
      case 0:
        return "\x1b[m";
      case 1:
        return fmt::format("\x1b[{}m", std::array{1, 3, 4, 5, 7, 9}[static_cast<std::size_t>(below(6))]);
      case 2:
        return fmt::format("\x1b[{}m",
                           std::array{22, 23, 24, 25, 27, 29}[static_cast<std::size_t>(below(6))]);
      case 3:
        return fmt::format("\x1b[{}m", 30 + below(8));
      case 4:
        return fmt::format("\x1b[{}m", 40 + below(8));
      case 5:
        return fmt::format("\x1b[{}m", 90 + below(8));
      case 6:
        return fmt::format("\x1b[{}m", 100 + below(8));
      case 7:
        return fmt::format("\x1b[38;5;{}m", below(256));
      case 8:
        return fmt::format("\x1b[48;5;{}m", below(256));
      case 9:
        return fmt::format("\x1b[38;2;{};{};{}m", below(256), below(256), below(256));
      case 10:
        return "\x1b[39;49m";
      default:
        return "\x1b[1;4;31m";
    }
  }

  /// What an erasure does to a pending wrap is each terminal's own: none is pending after this.
  std::string settled() { return fmt::format("\x1b[{}G", col()); }

  /// Anything that both know, on a screen of narrow characters.
  std::string token() {
    switch (below(34)) {
      case 0:
        return "\r\n";
      case 1:
        return "\r";
      case 2:
        return "\b";
      case 3:
        return "\t";
      case 4:
        return fmt::format("\x1b[{};{}H", row(), col());
      case 5:
        return fmt::format("\x1b[{}G", col());
      case 6:
        return fmt::format("\x1b[{}d", row());
      case 7:
        return fmt::format("\x1b[{}C", count());
      case 8:
        return fmt::format("\x1b[{}D", count());
      case 9:
        return fmt::format("{}\x1b[{}J", settled(), below(3));
      case 10:
        return fmt::format("{}\x1b[{}K", settled(), below(3));
      case 11:
        return fmt::format("{}\x1b[{}X", settled(), count());
      // Outside the margins libvterm inserts and deletes nothing, xterm as always.
      case 12:
        return margins_ ? "" : fmt::format("{}\x1b[{}P", settled(), count());
      case 13:
        return margins_ ? "" : fmt::format("{}\x1b[{}@", settled(), count());
      case 14:
        return fmt::format("\x1b[{}L\r", count());
      case 15:
        return delete_lines ? fmt::format("\x1b[{}M\r", count()) : "";
      case 16:
        // Scrolling by the region's height is an erasure to libvterm, and no history.
        return fmt::format("\x1b[{}S", delete_lines ? count() : 1);
      case 17:
        return fmt::format("\x1b[{}T", count());
      case 18:
        return "\x1b"
               "D";
      case 19:
        return "\x1bM";
      case 20:
        return "\x1b"
               "E";
      case 21: {
        const int a = row(), b = row();
        margins_ = a != b;
        return a == b ? "\x1b[r" : fmt::format("\x1b[4l\x1b[{};{}r", std::min(a, b), std::max(a, b));
      }
      case 22:
        return below(2) == 0 ? "\x1b[?7l" : "\x1b[?7h";
      case 23:
        return below(2) == 0 && !margins_ ? "\x1b[4h" : "\x1b[4l";
      case 24:
        return "\x1bH";
      case 25:
        return below(4) == 0 ? "\x1b[3g" : "\x1b[g";
      case 26:
        if (below(3) != 0) return "";
        // Without a saved cursor libvterm restores an uninitialised pen.
        alternate_ = !alternate_;
        return alternate_ ? "\x1b[?1049h" : "\x1b[?1049l";
      case 27:
        return fmt::format("\x1b[{};{}f", row(), col());
      case 28:
        return fmt::format("\x1b[{}I", count());
      case 29:
        return fmt::format("\x1b[{}Z", count());
      default:
        return below(2) == 0 ? sgr() : word();
    }
  }

  /// Text of several scripts from top to bottom, nothing ever overwritten.
  std::string written() {
    switch (below(8)) {
      case 0:
        return "\r\n";
      case 1:
        return sgr();
      case 2:
        return "한글 ";
      case 3:
        return "漢字";
      case 4:
        return "e\u0301o\u0308";
      case 5:
        return "αβγ ";
      default:
        return word();
    }
  }

  bool delete_lines = true;

 private:
  std::mt19937 random_;
  Size size_;
  bool margins_ = false;
  bool alternate_ = false;
};

std::string color_name(const OracleColor& c) {
  if (c.kind == OracleColor::Kind::none) return "-";
  if (c.kind == OracleColor::Kind::indexed) return std::to_string(c.v[0]);
  return fmt::format("#{:02x}{:02x}{:02x}", c.v[0], c.v[1], c.v[2]);
}
std::string color_name(const std::optional<ColorWord>& c) {
  if (!c) return "-";
  return c->rgb ? fmt::format("#{:02x}{:02x}{:02x}", c->red, c->green, c->blue) : std::to_string(c->index);
}

/// The first difference in words, or nothing.
std::string difference(const Machine& machine, const Oracle& oracle, Size size) {
  for (int r = 0; r < size.rows; ++r) {
    const auto row = machine.screen().row(r);
    for (int c = 0; c < size.cols; ++c) {
      const auto& cell = row[static_cast<std::size_t>(c)];
      const OracleCell other = oracle.cell(r, c);
      std::string mine = machine.cell_text(cell);
      std::string theirs = other.text;
      if (mine == " ") mine.clear();
      if (theirs == " ") theirs.clear();
      // The empty column before a wide character that wrapped: libvterm leaves it as it was.
      if ((cell.flags & sess::terminal::kFiller) != 0) continue;
      const Look look = machine.look(cell);
      // libvterm 0.1 erases with the whole pen, and a blank shows little of it: the background alone is
      // compared.
      const bool blank = mine.empty();
      const std::string a =
          blank ? color_name(look.bg)
                : fmt::format("{} {}{}{}{}{}{}", color_name(look.fg) + "/" + color_name(look.bg), look.bold,
                              look.italic, look.inverse, look.strike, look.blink, !look.underline.empty());
      const std::string b =
          blank
              ? color_name(other.bg)
              : fmt::format("{} {}{}{}{}{}{}", color_name(other.fg) + "/" + color_name(other.bg), other.bold,
                            other.italic, other.reverse, other.strike, other.blink, other.underline != 0);
      if (mine != theirs || (cell.width != 0 && a != b)) {
        return fmt::format("{},{}: {} {} here, {} {} there", r, c, in_quotes(mine), a, in_quotes(theirs), b);
      }
    }
  }
  const auto cursor = machine.screen().cursor();
  const bool wide_at_edge = cursor.pending_wrap && machine.screen().row(cursor.row).back().width == 0;
  if (cursor.row != oracle.cursor_row() || (cursor.col != oracle.cursor_col() && !wide_at_edge)) {
    return fmt::format("cursor {},{} here, {},{} there", cursor.row, cursor.col, oracle.cursor_row(),
                       oracle.cursor_col());
  }
  return {};
}

std::string glued(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) all += line;
  all.erase(std::remove(all.begin(), all.end(), ' '), all.end());
  return all;
}

/// Feeds both and returns the first difference with what led to it.
template <class Next>
std::string compare(unsigned seed, int tokens, bool with_history, Next next) {
  std::mt19937 random(seed);
  const Size size{static_cast<std::uint16_t>(4 + random() % 20),
                  static_cast<std::uint16_t>(6 + random() % 50)};
  Stream stream(seed, size);
  stream.delete_lines = !with_history;
  Machine machine(size);
  Oracle oracle(size);
  std::string fed;
  for (int i = 0; i < tokens; ++i) {
    const std::string token = next(stream);
    fed += token;
    machine.feed(token);
    oracle.feed(token);
    std::string found = difference(machine, oracle, size);
    if (found.empty() && with_history && glued(machine.history()) != glued(oracle.scrollback())) {
      found = fmt::format("history {} here, {} there", glued(machine.history()), glued(oracle.scrollback()));
    }
    if (!found.empty()) {
      return fmt::format("seed {} size {}x{} token {} {}: {}\nafter {}", seed, size.rows, size.cols, i,
                         in_quotes(token), found, in_quotes(fed));
    }
  }
  return {};
}

}  // namespace

TEST_CASE("random control sequences leave the same screen on the emulator and on libvterm",
          "[differential]") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    CHECK(compare(seed, 150, false, [](Stream& stream) { return stream.token(); }) == "");
  }
}

TEST_CASE("random control sequences leave the same history on the emulator and on libvterm",
          "[differential]") {
  for (unsigned seed = 1000; seed < 1100; ++seed) {
    CHECK(compare(seed, 150, true, [](Stream& stream) { return stream.token(); }) == "");
  }
}

TEST_CASE("text of several scripts leaves the same screen and history on both", "[differential]") {
  for (unsigned seed = 2000; seed < 2100; ++seed) {
    CHECK(compare(seed, 150, true, [](Stream& stream) { return stream.written(); }) == "");
  }
}
