// How many columns text takes: display width of code points and grapheme clusters, from utf8proc's tables.
//
// A cluster (UAX #29) takes the width of its base; VS16 or an emoji sequence makes it two, VS15 one. Jamo
// that follow a leading consonant join its cluster and take no column of their own. Thai and Lao SARA AM
// begin a cluster: programs and terminals count a column for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sess {

/// Columns of one code point on its own: 0 (combining, format), 1 or 2. Control characters count 0.
[[nodiscard]] int code_point_width(char32_t code_point);

/// Where grapheme clusters end. Feed code points one after another.
class GraphemeBreaker {
 public:
  /// Whether a new cluster begins with `next` (always for the first one).
  [[nodiscard]] bool breaks_before(char32_t next);

  /// The whole state, for checkpoints: two integers.
  struct State {
    std::int32_t previous = -1;
    std::int32_t utf8proc_state = 0;
  };
  [[nodiscard]] State state() const { return state_; }
  void set_state(State state) { state_ = state; }

 private:
  State state_;
};

/// Columns of one grapheme cluster while its code points come.
class ClusterWidth {
 public:
  void add(char32_t code_point);
  [[nodiscard]] int columns() const { return regional_ >= 2 ? 2 : width_; }

 private:
  int width_ = 0;
  int regional_ = 0;
  bool first_ = true;
};

/// Columns of one grapheme cluster in UTF-8: 0 only for a lone combining mark, otherwise 1 or 2.
[[nodiscard]] int cluster_width(std::string_view cluster);

/// Columns of a text in UTF-8 without control characters; malformed bytes count one column per U+FFFD.
[[nodiscard]] int display_width(std::string_view text);

/// The longest prefix of `text` that takes at most `columns` and does not cut a cluster.
[[nodiscard]] std::string_view truncate_columns(std::string_view text, int columns);

/// The longest suffix likewise.
[[nodiscard]] std::string_view truncate_columns_left(std::string_view text, int columns);

}  // namespace sess
