// Printing: text into the shown screen at the active position, in the pen's style, through the character
// sets; wrapping, grapheme clusters, REP.
//
// Owns the character sets and what is known of the character printed last. Scrolling is Page's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "terminal/act/page.hpp"
#include "terminal/act/pen.hpp"
#include "terminal/act/pool_use.hpp"
#include "terminal/act/position.hpp"
#include "terminal/act/screens.hpp"

namespace sess::terminal {

class Printing {
 public:
  Printing(Screens& screens, PoolUse& pools, Pen& pen, Position& position, Page& page, const Modes& modes)
      : screens_(screens), pools_(pools), pen_(pen), position_(position), page_(page), modes_(modes) {}

  /// False when something in it was malformed or no text (a C1 control).
  bool print(std::string_view text);
  /// The same for n > 0 bytes that are all ASCII.
  void print_ascii(const char* p, std::size_t n);
  /// REP (ECMA-48 8.3.103). The count is bounded by the screen: more would only scroll the same line away.
  void repeat(int count);

  [[nodiscard]] const Charsets& charsets() const { return charsets_; }
  void set_charsets(const Charsets& charsets) { charsets_ = charsets; }
  /// SCS. A set that is not known is ASCII.
  void designate(char slot, char set);
  /// SI, SO, LS2, LS3.
  void shift(std::uint8_t slot) { charsets_.gl = slot; }
  /// SS2, SS3.
  void shift_once(std::uint8_t slot) { charsets_.single_shift = slot; }
  void reset();

  /// Of the character printed last.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  class Joint;

  void print_run(const char* p, std::size_t n);
  void print_mapped(const char* p, std::size_t n);
  const char* print_high(const char* p, const char* end, bool& clean);
  const char* print_simple_run(const char* p, const char* end);
  const char* print_emoji(const char* p, const char* end);
  [[nodiscard]] bool emoji_may_join();
  void print_code_point(char32_t c);
  void print_simple(char32_t c, int width);
  void place(Cell cell, int width);
  void put(Cell cell, int width, int right);
  [[nodiscard]] bool place_as_text(Row& row, int col, Cell cell) const;
  void leave_last_column(int right);
  [[nodiscard]] std::optional<Joint> joint_for(char32_t c);
  void finish(const Joint& joint);
  [[nodiscard]] bool join(char32_t c);
  const char* join_run(const char* p, const char* end);
  void widen(int row, int col);
  void narrow(int row, int col);
  void wrap();
  void after_print(int col, int right);
  void make_room(Row& row, int col, int count);
  [[nodiscard]] bool plain_charset() const {
    return charsets_.g[charsets_.gl] == 'B' && charsets_.single_shift == 0;
  }
  [[nodiscard]] bool may_join() const { return last_glues_ && position_.last_col() >= 0; }

  Screens& screens_;
  PoolUse& pools_;
  Pen& pen_;
  Position& position_;
  Page& page_;
  const Modes& modes_;
  Charsets charsets_;
  bool last_glues_ = false;  ///< the cluster just printed may join with a simple code point
  std::string last_text_;    ///< for REP, when it is a cluster or mapped
  char32_t last_code_point_ = 0;
};

}  // namespace sess::terminal
