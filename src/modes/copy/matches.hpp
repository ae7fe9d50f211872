// Matches finds a pattern in Lines: plain text or an extended regular expression (POSIX), in logical lines.
//
// A pattern without capital letters matches both cases, as in tmux. Matches lie next to each other and do not
// overlap. Counting all of them is done in parts, so that no key waits for it.
#pragma once

#include <climits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modes/text/walker.hpp"

namespace sess::modes {

/// Columns [begin, end) of rows: `end` is the place behind the last character.
struct Match {
  Place begin;
  Place end;
  bool operator==(const Match&) const = default;
};

class Matches {
 public:
  Matches(std::string pattern, bool regex);
  ~Matches();
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;

  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  [[nodiscard]] bool regex() const { return regex_; }

  /// The first match that begins at `from` or behind it; with `wrap` then from the text's beginning up to
  /// there.
  [[nodiscard]] std::optional<Match> next(const Lines& lines, Place from, bool wrap) const;
  /// The last match that begins at `from` or before it.
  [[nodiscard]] std::optional<Match> previous(const Lines& lines, Place from, bool wrap) const;
  /// Matches that touch rows [from, to), in order.
  [[nodiscard]] std::vector<Match> in_rows(const Lines& lines, int from, int to) const;
  /// The match over a place.
  [[nodiscard]] std::optional<Match> at(const Lines& lines, Place place) const;

  /// Goes on counting, for a few milliseconds and so many lines at most; true when there is more to count.
  bool count_more(const Lines& lines, int most = INT_MAX);
  void count_anew() { counted_to_ = 0, counted_ = 0, done_ = false; }
  [[nodiscard]] int counted() const { return counted_; }
  [[nodiscard]] bool done() const { return done_; }
  /// So many rows went away at the text's top.
  void rows_gone(int rows) { counted_to_ = counted_to_ > rows ? counted_to_ - rows : 0; }

 private:
  struct Compiled;
  /// Byte ranges of the matches in a text.
  void find(std::string_view text, std::vector<std::pair<std::size_t, std::size_t>>& out) const;
  /// Whether find() may find something in a text: the same, except that a match may be empty.
  [[nodiscard]] bool is_in(std::string_view text) const;
  /// False when the text has nothing in it that each match of the expression has: asking that is cheap.
  [[nodiscard]] bool may_match(std::string_view text) const;
  void places(const Lines& lines, const LogicalLine& line, std::vector<Match>& out) const;

  std::string pattern_;
  bool regex_;
  bool any_case_;
  std::string needed_;  ///< by a regular expression
  std::unique_ptr<Compiled> compiled_;
  int counted_to_ = 0;
  int counted_ = 0;
  bool done_ = false;
};

}  // namespace sess::modes
