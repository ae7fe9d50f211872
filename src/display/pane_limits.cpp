#include "display/pane_limits.hpp"

#include <algorithm>

#include "display/pane_looks.hpp"

namespace sess::display {

panes::PaneIo::Limits PaneLimits::of(const model::Pane& pane) const {
  const auto sessions = model_.links().sessions_with(pane.window);
  const auto& table = sessions.empty() ? model_.globals().session : sessions.front()->options;
  panes::PaneIo::Limits limits;
  limits.history_bytes = static_cast<std::uint64_t>(table.number("history-bytes"));
  limits.history_lines = static_cast<std::uint64_t>(table.number("history-limit"));
  limits.settings.scroll_on_clear = pane.options.flag("scroll-on-clear");
  limits.settings.alternate_screen = pane.options.flag("alternate-screen");
  limits.settings.rectangle_checksums = model_.globals().server.flag("rectangle-checksums");
  limits.settings.palette = wanted_palette(pane);
  return limits;
}

void PaneLimits::apply() {
  for (const auto& [id, io] : terminals_) {
    if (const model::Pane* pane = model_.pane(id)) io->set_limits(of(*pane));
  }
}

void PaneLimits::keep_budget() {
  for (const auto id : terminals_.printed()) {
    if (const auto* io = terminals_.find(id)) budget_.note(id, io->screen().history().bytes());
  }
  const auto asked = static_cast<std::uint64_t>(model_.globals().server.number("history-total-bytes"));
  const std::uint64_t most = asked > 0 ? asked : panes::HistoryBudget::of_machine();
  if (budget_.total() <= most) return;
  std::vector<panes::HistoryBudget::Holder> holders;
  for (const auto& [id, io] : terminals_) {
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr) continue;
    panes::HistoryBudget::Holder holder{id};
    for (const auto* session : model_.links().sessions_with(pane->window)) {
      const auto* current = session->current_link();
      const bool on_top = current != nullptr && current->window == pane->window;
      holder.shown = holder.shown || (on_top && model_.clients().attached_count(session->id) > 0);
      if (on_top) holder.watched = std::max(holder.watched, session->activity_order);
    }
    holders.push_back(holder);
  }
  for (const auto& cut : budget_.cuts(std::move(holders), most)) {
    auto* io = terminals_.find(cut.pane);
    io->trim_history(cut.keep);
    budget_.note(cut.pane, io->screen().history().bytes());
  }
}

}  // namespace sess::display
