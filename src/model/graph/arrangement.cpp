// Sizes and layouts of windows: the Layout's arithmetic applied, panes' geometry kept true, events reported.
#include <utility>

#include "base/check.hpp"
#include "model/graph/windows.hpp"

namespace sess::model {

namespace {

PresetSizes preset_sizes(const Window& window) {
  const Options& options = window.options;
  return {options.string("main-pane-width"), options.string("main-pane-height"),
          options.string("other-pane-width"), options.string("other-pane-height")};
}

}  // namespace

BorderStatus Windows::border_status(const Window& window) const {
  return static_cast<BorderStatus>(window.options.number("pane-border-status"));
}

Layout Windows::visible_layout(const Window& window) const {
  return window.zoomed ? Layout::single(window.active, window.size) : window.layout.clone();
}

void Windows::update_geometry(Window& window) {
  const BorderStatus border = border_status(window);
  for (const PaneId id : window.panes) {
    Pane* found = panes_.find(id);
    SESS_CHECK(found != nullptr);
    found->behind_zoom = found->behind_zoom && window.zoomed;
    const bool alone = window.zoomed && (id == window.active || found->behind_zoom);
    const auto rect =
        alone ? Layout::single(id, window.size).pane_rect(id, border) : window.layout.pane_rect(id, border);
    SESS_CHECK(rect.has_value());
    found->left = rect->left;
    found->top = rect->top;
    const Size size{static_cast<std::uint16_t>(rect->rows), static_cast<std::uint16_t>(rect->cols)};
    if (found->size == size) continue;
    found->size = size;
    events_.report(Event::Kind::pane_resized, std::nullopt, window.id, id);
  }
}

void Windows::layout_changed(Window& window) {
  if (window.panes.empty()) return;
  const Size size = window.layout.size();
  const bool resized = window.size != size;
  window.size = size;
  update_geometry(window);
  events_.report(Event::Kind::window_layout_changed, std::nullopt, window.id);
  if (resized) events_.report(Event::Kind::window_resized, std::nullopt, window.id);
}

void Windows::refresh_geometry(WindowId id) {
  if (Window* found = find(id)) update_geometry(*found);
}

// -- zoom
// ----------------------------------------------------------------------------------------------------

bool Windows::zoom(PaneId id, std::optional<PaneId> behind) {
  const Pane* found = panes_.find(id);
  if (found == nullptr) return false;
  Window& window = of(*found);
  if (window.zoomed || window.panes.size() < 2) return false;
  activate(window, id);
  window.zoomed = true;
  if (Pane* made = behind && *behind != id ? panes_.find(*behind) : nullptr;
      made != nullptr && made->window == window.id) {
    made->behind_zoom = true;
  }
  layout_changed(window);
  return true;
}

bool Windows::unzoom(WindowId id) {
  Window* found = find(id);
  if (found == nullptr || !found->zoomed) return false;
  found->zoomed = false;
  layout_changed(*found);
  return true;
}

// -- changes by the user
// -------------------------------------------------------------------------------------

void Windows::resize_pane(PaneId id, Axis axis, int change, bool opposite) {
  const Pane* found = panes_.find(id);
  if (found == nullptr) return;
  Window& window = of(*found);
  window.zoomed = false;
  window.layout.resize_pane(id, axis, change, opposite, border_status(window));
  layout_changed(window);
}

void Windows::resize_pane_to(PaneId id, Axis axis, int size) {
  const Pane* found = panes_.find(id);
  if (found == nullptr) return;
  Window& window = of(*found);
  window.zoomed = false;
  const BorderStatus border = border_status(window);
  // The size asked for is the pane's own: its title line comes on top.
  if (axis == Axis::vertical && window.layout.has_title_line(id, border)) ++size;
  window.layout.resize_pane_to(id, axis, size, border);
  layout_changed(window);
}

bool Windows::drag_border(WindowId id, Layout::Point from, Layout::Point to) {
  Window* found = find(id);
  if (found == nullptr || found->zoomed) return false;
  if (!found->layout.drag_border(from, to, border_status(*found))) return false;
  layout_changed(*found);
  return true;
}

void Windows::spread_panes(PaneId id) {
  const Pane* found = panes_.find(id);
  if (found == nullptr) return;
  Window& window = of(*found);
  window.zoomed = false;
  window.layout.spread(id, border_status(window));
  layout_changed(window);
  recalculate_size(window.id);
}

void Windows::arrange(WindowId id, Preset preset) {
  Window* found = find(id);
  if (found == nullptr) return;
  found->zoomed = false;
  found->old_layout = found->layout.text();
  found->layout.arrange(preset, found->panes, found->size, preset_sizes(*found), border_status(*found));
  found->last_preset = preset;
  layout_changed(*found);
  // Fewer panes along a side may let the window be as small again as its clients are.
  recalculate_size(id);
}

Preset Windows::next_layout(WindowId id) {
  const Window* found = find(id);
  const Preset preset = next_preset(found == nullptr ? std::nullopt : found->last_preset);
  arrange(id, preset);
  return preset;
}

Preset Windows::previous_layout(WindowId id) {
  const Window* found = find(id);
  const Preset preset = previous_preset(found == nullptr ? std::nullopt : found->last_preset);
  arrange(id, preset);
  return preset;
}

Result<> Windows::apply_layout(WindowId id, std::string_view text) {
  Window* found = find(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "can't find window: {}", to_string(id));
  auto layout = Layout::parse(text, found->panes, border_status(*found));
  if (!layout) return pass(layout.error());
  found->zoomed = false;
  found->old_layout = found->layout.text();
  found->layout = *std::move(layout);
  layout_changed(*found);
  recalculate_size(id);
  return {};
}

// -- sizes
// ---------------------------------------------------------------------------------------------------

void Windows::resize(WindowId id, Size size) {
  Window* found = find(id);
  if (found == nullptr) return;
  found->layout.resize(clamp(size), border_status(*found));
  const bool same = found->size == found->layout.size();
  layout_changed(*found);
  if (same) events_.report(Event::Kind::window_resized, std::nullopt, id);
}

void Windows::recalculate_size(WindowId id) {
  const Window* found = std::as_const(*this).find(id);
  if (found == nullptr) return;
  const auto size = wanted_size_(*found);
  if (!size || clamp(*size) == found->size) return;
  // A window whose panes are at their minimum cannot follow: then nothing changes, and nothing is reported.
  Layout trial = found->layout.clone();
  trial.resize(clamp(*size), border_status(*found));
  if (trial.size() != found->size) resize(id, *size);
}

void Windows::recalculate_all_sizes() {
  for (const auto& [id, window] : *this) recalculate_size(id);
}

}  // namespace sess::model
