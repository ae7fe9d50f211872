// Clusters of a line of text and where it wraps at a width: how history lines become rows and cells again.
//
// Pure; for resize, capture and attach painting. Clusters and widths are the emulator's (base/width), so text
// wraps here as it does there. Positions are byte offsets; the text is clean and has no newlines.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sess::terminal {

/// One grapheme cluster as the emulator puts it into a cell. `columns` is 1 or 2: what has no width of its
/// own is part of the cluster before it.
struct Cluster {
  std::size_t begin = 0;
  std::size_t length = 0;
  int columns = 1;
};

/// The cluster that starts at `begin`, which must be inside the text.
[[nodiscard]] Cluster next_cluster(std::string_view text, std::size_t begin);

/// Where each row of the text begins when it is wrapped to `cols` columns (at least 1); at least one row. A
/// wide cluster that does not fit moves to the next row.
[[nodiscard]] std::vector<std::size_t> wrap_line(std::string_view text, int cols);

/// How many rows that is, without a list of them.
[[nodiscard]] std::size_t wrapped_rows(std::string_view text, int cols);

}  // namespace sess::terminal
