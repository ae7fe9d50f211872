#include "panes/window_names.hpp"

#include <utility>
#include <vector>

namespace sess::panes {
namespace {

/// automatic-rename looks at what runs this long after output, as tmux does.
constexpr std::chrono::milliseconds kRenameInterval{500};

}  // namespace

void WindowNames::look_at(model::PaneId id) {
  const model::Pane* pane = timer_.armed() ? nullptr : model_.pane(id);
  const model::Window* window = pane != nullptr ? model_.window(pane->window) : nullptr;
  if (window != nullptr && window->active == id) look_at(*window);
}

void WindowNames::look_at(const model::Window& window) {
  if (!timer_.armed() && window.options.flag("automatic-rename")) timer_.start(kRenameInterval);
}

void WindowNames::look_at_all() {
  for (const auto& [id, window] : model_.windows()) look_at(window);
}

void WindowNames::rename_windows() {
  std::vector<std::pair<model::WindowId, std::string>> due;
  for (const auto& [id, window] : model_.windows()) {
    if (!window.options.flag("automatic-rename")) continue;
    const std::string name = queue_.expand(window.options.string("automatic-rename-format"),
                                           command::find_from_window(model_, id), {});
    if (!name.empty() && name != window.name) due.emplace_back(id, name);
  }
  for (const auto& [id, name] : due) model_.windows().rename(id, name);
}

}  // namespace sess::panes
