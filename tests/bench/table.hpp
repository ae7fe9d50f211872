// The results: samples by row and peer, their medians, and the Markdown table with ratios of sess to its
// peers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sess::bench {

/// One line of the table. Values are in the unit that the title names.
struct Row {
  std::string key;
  std::string title;
  int decimals = 1;
};

class Table {
 public:
  /// Rows appear in the order of this call; a known key is ignored.
  void add_row(const Row& row);
  void add(const std::string& key, const std::string& peer, double sample);

  [[nodiscard]] std::optional<double> median(const std::string& key, const std::string& peer) const;
  /// Columns are the peers in this order, then the ratio of sess to each other one that has a value.
  [[nodiscard]] std::string markdown(const std::vector<std::string>& peers) const;

 private:
  std::vector<Row> rows_;
  std::map<std::string, std::map<std::string, std::vector<double>>> samples_;
};

[[nodiscard]] double median_of(std::vector<double> samples);
/// The value that `share` (0..1) of the samples do not exceed.
[[nodiscard]] double quantile(std::vector<double> samples, double share);

/// Replaces what stands between the marks <!-- bench:begin --> and <!-- bench:end --> of a file. False when
/// it has none.
bool replace_in_file(const std::string& path, const std::string& text);

}  // namespace sess::bench
