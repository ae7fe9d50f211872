#include "modes/text/lines.hpp"

#include "terminal/screen/line_wrap.hpp"

namespace sess::modes {
namespace {

/// Motions and searches look at the neighbours of a row again and again.
constexpr std::size_t kKeptRows = 16;

}  // namespace

const Row& Lines::row(int number) const {
  for (auto it = kept_.begin(); it != kept_.end(); ++it) {
    if (it->first != number) continue;
    kept_.splice(kept_.begin(), kept_, it);
    return it->second;
  }
  if (kept_.size() < kKeptRows) {
    kept_.emplace_front();
  } else {
    kept_.splice(kept_.begin(), kept_, std::prev(kept_.end()));
  }
  auto& [kept_number, row] = kept_.front();
  kept_number = number;
  row.text.clear();
  row.cells.clear();
  row.runs.clear();
  row.wrapped = false;
  row.length = 0;
  if (number >= 0 && number < rows()) make_row(number, row);
  return row;
}

std::vector<std::size_t> Lines::starts_of(const LogicalLine& line) const {
  std::vector<std::size_t> starts{0};
  std::size_t at = 0;
  for (int number = line.row; at < line.text.size(); ++number) {
    const Row& one = row(number);
    if (!one.wrapped) break;
    at += one.text.size();
    if (at < line.text.size()) starts.push_back(at);
  }
  return starts;
}

void Lines::split(Row& row) {
  row.cells.clear();
  for (std::size_t at = 0; at < row.text.size();) {
    const auto cluster = terminal::next_cluster(row.text, at);
    row.cells.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint16_t>(cluster.length), false});
    if (cluster.columns > 1) row.cells.push_back({static_cast<std::uint32_t>(at), 0, true});
    at += cluster.length;
  }
  row.length = row.columns();
  while (row.length > 0 && !row.cells[static_cast<std::size_t>(row.length) - 1].padding &&
         row.at(row.length - 1) == " ")
    --row.length;
}

}  // namespace sess::modes
