// What panes may keep and what the user's options ask of their terminals: history limits, the palette, and
// the bytes that all histories may take together.
//
// Options say what is wanted, PaneLimits tells the terminals; who gives when all take too much is
// panes/history_budget's to decide. Owns no terminal, and starts none.
#pragma once

#include "model/model.hpp"
#include "panes/history_budget.hpp"
#include "panes/terminals.hpp"

namespace sess::display {

class PaneLimits {
 public:
  PaneLimits(model::Model& model, panes::Terminals& terminals) : model_(model), terminals_(terminals) {}

  [[nodiscard]] panes::PaneIo::Limits of(const model::Pane& pane) const;
  /// To all panes: an option changed.
  void apply();
  /// What a pane's history holds, where it did not grow by printing.
  void note(model::PaneId pane, std::uint64_t bytes) { budget_.note(pane, bytes); }
  void forget(model::PaneId pane) { budget_.forget(pane); }
  /// At the end of a turn: all histories together stay within history-total-bytes.
  void keep_budget();

 private:
  const model::Model& model_;  // a lookup for writing would count as a change
  panes::Terminals& terminals_;
  panes::HistoryBudget budget_;
};

}  // namespace sess::display
