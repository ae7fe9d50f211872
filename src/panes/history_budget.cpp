#include "panes/history_budget.hpp"

#include <unistd.h>

#include <algorithm>
#include <tuple>

namespace sess::panes {
namespace {

/// The part of the budget that is freed beyond what is asked for.
constexpr std::uint64_t kSlack = 16;

}  // namespace

void HistoryBudget::note(model::PaneId pane, std::uint64_t bytes) {
  auto& held = held_[pane];
  total_ += bytes - held;
  held = bytes;
  if (bytes == 0) held_.erase(pane);
}

std::vector<HistoryBudget::Cut> HistoryBudget::cuts(std::vector<Holder> holders, std::uint64_t most) const {
  std::vector<Cut> out;
  if (total_ <= most) return out;
  std::uint64_t excess = total_ - (most - most / kSlack);
  std::sort(holders.begin(), holders.end(), [](const Holder& a, const Holder& b) {
    return std::tie(a.shown, a.watched, a.pane) < std::tie(b.shown, b.watched, b.pane);
  });
  for (const Holder& holder : holders) {
    const auto held = held_.find(holder.pane);
    if (held == held_.end()) continue;
    const std::uint64_t given = std::min(excess, held->second);
    out.push_back({holder.pane, held->second - given});
    excess -= given;
    if (excess == 0) break;
  }
  return out;
}

std::uint64_t HistoryBudget::of_machine() {
  static const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return memory / 4;
}

}  // namespace sess::panes
