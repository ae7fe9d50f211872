#include "model/graph/panes.hpp"

namespace sess::model {

const Pane* Panes::on(const std::string& tty) const {
  const auto is_it = [&](const Pane* pane) { return pane != nullptr && !pane->dead && pane->tty == tty; };
  const auto known = by_tty_.find(tty);
  if (known != by_tty_.end()) {
    if (const Pane* found = find(known->second); is_it(found)) return found;
    // Somebody had it before.
    for (const auto& [id, one] : *this) {
      if (is_it(&one)) return &one;
    }
    return nullptr;
  }
  for (const PaneId id : changed()) {
    if (const Pane* found = find(id); is_it(found)) return found;
  }
  return nullptr;
}

bool Panes::adopt(Pane pane) {
  const Pane* made = insert(std::move(pane));
  if (made == nullptr) return false;
  if (!made->dead && !made->tty.empty()) by_tty_[made->tty] = made->id;
  return true;
}

Pane& Panes::make(Window& window, const PaneSpec& spec) {
  Pane& made = add(take_id());
  made.window = window.id;
  made.argv = spec.argv;
  made.shell_command = spec.shell_command;
  made.shell = spec.shell;
  made.start_path = spec.start_path;
  made.title = spec.title;
  made.environment = spec.environment;
  made.created = spec.now;
  made.size = window.size;
  made.active_order = order_.take();
  made.options = Options(OptionScope::pane, &window.options);
  events_.report(Event::Kind::pane_created, std::nullopt, window.id, made.id);
  return made;
}

void Panes::erase(PaneId id) {
  const Pane* found = find(id);
  if (found == nullptr) return;
  events_.report(Event::Kind::pane_closed, std::nullopt, found->window, id);
  if (const auto on = by_tty_.find(found->tty); on != by_tty_.end() && on->second == id) by_tty_.erase(on);
  NodeTable::erase(id);
}

std::vector<PaneId> Panes::take_changed() {
  auto changed = NodeTable::take_changed();
  for (const PaneId id : changed) {
    const Pane* found = std::as_const(*this).find(id);
    if (found != nullptr && !found->dead && !found->tty.empty()) by_tty_[found->tty] = id;
  }
  return changed;
}

}  // namespace sess::model
