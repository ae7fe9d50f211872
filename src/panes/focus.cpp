#include "panes/focus.hpp"

#include <algorithm>

namespace sess::panes {
namespace {

std::vector<model::PaneId> focused_panes(const model::Model& model) {
  std::vector<model::PaneId> out;
  for (const auto& [id, client] : model.clients()) {
    const auto* session = client.focused && client.session ? model.session(*client.session) : nullptr;
    if (session == nullptr || !session->current) continue;
    const auto link = session->windows.find(*session->current);
    const auto* window = link != session->windows.end() ? model.window(link->second.window) : nullptr;
    if (window != nullptr && model.pane(window->active) != nullptr) out.push_back(window->active);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::vector<PaneFocus::Change> PaneFocus::update(const model::Model& model) {
  auto now = focused_panes(model);
  if (now == focused_) return {};
  std::vector<Change> changes;
  for (const auto pane : focused_) {
    if (!std::binary_search(now.begin(), now.end(), pane) && model.pane(pane) != nullptr)
      changes.push_back({pane, false});
  }
  for (const auto pane : now) {
    if (!std::binary_search(focused_.begin(), focused_.end(), pane)) changes.push_back({pane, true});
  }
  focused_ = std::move(now);
  return changes;
}

}  // namespace sess::panes
