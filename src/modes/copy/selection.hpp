// What is selected in copy mode: characters, words, lines or a rectangle, between two ends of which one
// follows the cursor.
//
// Owns both ends and how they follow. Knows the text, but neither the screen nor keys; moving the cursor is
// the mode's.
#pragma once

#include <cstdint>
#include <string>

#include "modes/text/lines.hpp"
#include "modes/text/walker.hpp"

namespace sess::modes {

/// The end of the word at a place, as the keys have it.
[[nodiscard]] Place word_end_from(const Lines& lines, Place place, std::string_view separators, bool vi);

struct Selection {
  enum class Drag : std::uint8_t { none, end, start };
  enum class Unit : std::uint8_t { characters, words, lines };
  enum class Line : std::uint8_t { none, left_right, right_left };

  bool present = false;  ///< there is one, shown or not
  Place start, end;
  Drag drag = Drag::none;  ///< the end that follows the cursor
  Unit unit = Unit::characters;
  Line line = Line::none;  ///< whole lines, and from which side
  bool rectangle = false;
  Place first_start, first_end;  ///< the word or the line that it began with
  Place from;                    ///< where the cursor was then
  std::string separators;

  void begin(Place cursor);
  /// The end that follows the cursor is there now; words and lines are selected whole unless `keep_end`.
  void follow(const Lines& lines, Place cursor, bool vi, bool keep_end);
  void clear();
  [[nodiscard]] bool none() const { return !present && line == Line::none; }
  /// Its cursor keeps its column, whatever the rows' lengths.
  [[nodiscard]] bool is_rectangle() const { return present && rectangle; }
  /// The other end follows from here on; where that is.
  Place turn();
  void rows_gone(int rows);
  [[nodiscard]] std::string text(const Lines& lines, Place cursor, bool vi) const;
};

}  // namespace sess::modes
