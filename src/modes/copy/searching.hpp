// What copy mode looks for: the pattern, what it matches, and whether that is marked.
//
// Owns the matches. Moves no cursor: what it finds is a place, and the mode goes there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "modes/copy/matches.hpp"
#include "modes/copy/ports.hpp"

namespace sess::modes {

/// What the last search in a pane was: it is there again when copy mode is entered anew.
struct LastSearch {
  std::string text;
  bool regex = false;
};

class Searching {
 public:
  enum class Direction : std::uint8_t { none, down, up };

  /// `again` is kept by the caller and outlives it.
  explicit Searching(LastSearch& again)
      : again_(again),
        text_(again.text),
        regex_(again.regex),
        direction_(again.text.empty() ? Direction::none : Direction::up) {}

  void look_for(std::string text, bool regex, bool down);
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Of the search that search-again repeats.
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] const std::string& last() const { return again_.text; }

  /// The next match from a cursor on, down or up; what was found is marked then. None: nowhere, and what was
  /// found before stays as it was.
  [[nodiscard]] std::optional<Match> find(const Lines& lines, Place cursor, bool down,
                                          const CopySettings& settings);
  /// The place behind the match that is at a place, or that place.
  [[nodiscard]] Place behind(const Lines& lines, Place place, bool wrap) const;
  /// Text of the match at a cursor, or right before it; `top`: the first row that is shown.
  [[nodiscard]] std::string match_at(const Lines& lines, Place cursor, int top) const;

  /// The matches while they are marked; null otherwise.
  [[nodiscard]] const Matches* marked() const { return marks_ ? matches_.get() : nullptr; }
  [[nodiscard]] bool marks() const { return marks_; }
  void unmark() { marks_ = false; }

  /// Counts a part of what is marked, so many lines at most; true when there is more.
  bool count_more(const Lines& lines, int most = INT_MAX);
  void rows_gone(int rows);
  void text_changed();

 private:
  LastSearch& again_;
  std::string text_;
  bool regex_;
  Direction direction_;
  std::unique_ptr<Matches> matches_;
  bool marks_ = false;
};

}  // namespace sess::modes
