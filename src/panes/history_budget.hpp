// What all panes' histories take together, and which of them give when it is too much (history-total-bytes).
//
// Pure bookkeeping: told what a pane's history holds whenever that may have changed, it says how much each
// may keep. Who was looked at longest ago gives its oldest lines first, panes that are on somebody's screen
// last; all give somewhat more than is asked for, so that one that prints on does not ask again at once.
// display/pane_limits acts on it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "model/ids.hpp"

namespace sess::panes {

class HistoryBudget {
 public:
  struct Holder {
    model::PaneId pane;
    bool shown = false;         ///< to a client, now
    std::uint64_t watched = 0;  ///< grows with the time at which it was looked at last
  };
  struct Cut {
    model::PaneId pane;
    std::uint64_t keep = 0;  ///< bytes
  };

  void note(model::PaneId pane, std::uint64_t bytes);
  void forget(model::PaneId pane) { note(pane, 0); }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Who gives what so that all together are below `most`; nothing while they are. Panes that are not named
  /// in `holders` keep what they have.
  [[nodiscard]] std::vector<Cut> cuts(std::vector<Holder> holders, std::uint64_t most) const;

  /// What 0 stands for: a quarter of the machine's memory.
  [[nodiscard]] static std::uint64_t of_machine();

 private:
  std::map<model::PaneId, std::uint64_t> held_;
  std::uint64_t total_ = 0;
};

}  // namespace sess::panes
