// Windows' names, and the panes in them: making, ending, moving, and which of them is active.
#include "model/graph/windows.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "model/names.hpp"

namespace sess::model {

namespace {

/// Stands in the layout for a pane that is still at its old place.
constexpr PaneId kMoving{0xFFFFFFFE};

void insert_beside(std::vector<PaneId>& panes, PaneId beside, PaneId created, const Layout::Split& how) {
  auto at = std::find(panes.begin(), panes.end(), beside);
  if (!how.before && at != panes.end()) ++at;
  if (how.full) at = how.before ? panes.begin() : panes.end();
  panes.insert(at, created);
}

}  // namespace

Windows::Windows(Panes& panes, EventLog& events, ActivityOrder& order, const Options& global,
                 WantedSize wanted)
    : panes_(panes), events_(events), order_(order), global_(global), wanted_size_(std::move(wanted)) {}

// -- look-ups
// ------------------------------------------------------------------------------------------------

Window& Windows::of(const Pane& pane) {
  Window* found = find(pane.window);
  SESS_CHECK(found != nullptr);
  return *found;
}

int Windows::pane_index(PaneId id) const {
  const Pane* found = std::as_const(panes_).find(id);
  SESS_CHECK(found != nullptr);
  const Window* in = find(found->window);
  const auto at = std::find(in->panes.begin(), in->panes.end(), id) - in->panes.begin();
  return static_cast<int>(at + in->options.number("pane-base-index"));
}

Pane* Windows::pane_at(WindowId id, int index) {
  Window* found = find(id);
  if (found == nullptr) return nullptr;
  const std::int64_t at = index - found->options.number("pane-base-index");
  if (at < 0 || at >= static_cast<std::int64_t>(found->panes.size())) return nullptr;
  return panes_.find(found->panes[static_cast<std::size_t>(at)]);
}

PaneId Windows::active_for(const Client& client, const Window& window) const {
  const auto own = client.active_pane ? client.active_panes.find(window.id) : client.active_panes.end();
  if (own == client.active_panes.end()) return window.active;
  const Pane* chosen = std::as_const(panes_).find(own->second);
  // It may have gone, or stand in another window now; of a zoomed window there is one pane to see.
  return chosen != nullptr && chosen->window == window.id && !window.zoomed ? chosen->id : window.active;
}

std::optional<PaneId> Windows::last_pane(WindowId id) const {
  const Window* found = find(id);
  if (found == nullptr || found->last_panes.empty()) return std::nullopt;
  return found->last_panes.front();
}

// -- names
// ---------------------------------------------------------------------------------------------------

void Windows::rename(WindowId id, std::string_view name) {
  Window* found = find(id);
  if (found == nullptr) return;
  auto checked = window_name(name);
  if (checked == found->name) return;
  found->name = std::move(checked);
  events_.report(Event::Kind::window_renamed, std::nullopt, id, std::nullopt, found->name);
}

void Windows::set_name(WindowId id, std::string_view name) {
  Window* found = find(id);
  if (found == nullptr) return;
  rename(id, name);
  found->automatic_rename_off = true;
  SESS_CHECK(found->options.set("automatic-rename", "off"));
}

void Windows::unset_name(WindowId id) {
  Window* found = find(id);
  if (found == nullptr) return;
  found->automatic_rename_off = false;
  found->options.unset(*match_option("automatic-rename"));
}

// -- making and closing
// --------------------------------------------------------------------------------------

Window& Windows::make(Size size, Time now) {
  Window& made = add(take_id());
  made.size = clamp(size);
  made.created = now;
  made.activity = now;
  made.options = Options(OptionScope::window, &global_);
  return made;
}

Window& Windows::make(Size size, std::string_view name, const PaneSpec& first) {
  Window& made = make(size, first.now);
  if (!name.empty()) {
    made.name = window_name(name);
    made.automatic_rename_off = true;
    SESS_CHECK(made.options.set("automatic-rename", "off"));
  }
  put_alone(panes_.make(made, first).id, made);
  update_geometry(made);
  return made;
}

void Windows::put_alone(PaneId pane, Window& window) {
  window.panes.push_back(pane);
  window.active = pane;
  window.layout = Layout::single(pane, window.size);
}

void Windows::close(WindowId id) {
  const Window* found = find(id);
  if (found == nullptr) return;
  for (const PaneId pane : std::vector<PaneId>(found->panes)) panes_.erase(pane);
  events_.report(Event::Kind::window_closed, std::nullopt, id, std::nullopt, found->name);
  erase(id);
}

void Windows::forget(ClientId client) {
  for (auto& [id, window] : nodes()) {
    if (window.latest == client) window.latest.reset();
  }
}

bool Windows::adopt(Window window) {
  Window* made = insert(std::move(window));
  if (made == nullptr) return false;
  made->options.set_parent(&global_);
  return true;
}

void Windows::move_pane(Pane& pane, Window& to) {
  pane.window = to.id;
  pane.options.set_parent(&to.options);
  events_.report(Event::Kind::pane_moved, std::nullopt, to.id, pane.id);
}

void Windows::activate(Window& window, PaneId id) {
  if (window.active == id) return;
  std::erase(window.last_panes, id);
  window.last_panes.insert(window.last_panes.begin(), window.active);
  window.active = id;
  if (Pane* found = panes_.find(id)) found->active_order = order_.take();
  events_.report(Event::Kind::window_pane_changed, std::nullopt, window.id, id);
}

void Windows::leave(Window& window, PaneId id) {
  const auto at = std::find(window.panes.begin(), window.panes.end(), id);
  SESS_CHECK(at != window.panes.end());
  const auto place = static_cast<std::size_t>(at - window.panes.begin());
  window.panes.erase(at);
  std::erase(window.last_panes, id);
  window.layout.close(id, border_status(window));
  if (window.active != id || window.panes.empty()) return;
  PaneId next = window.panes[place == 0 ? 0 : place - 1];
  if (!window.last_panes.empty()) {
    next = window.last_panes.front();
    window.last_panes.erase(window.last_panes.begin());
  }
  window.active = next;
  if (Pane* found = panes_.find(next)) found->active_order = order_.take();
  events_.report(Event::Kind::window_pane_changed, std::nullopt, window.id, next);
}

Result<Pane*> Windows::split_pane(const NewSplit& spec) {
  Pane* beside = panes_.find(spec.beside);
  if (beside == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", to_string(spec.beside));
  Window& window = of(*beside);
  if (!window.layout.split(spec.beside, kMoving, spec.how, border_status(window))) {
    return fail(ErrorCode::too_large, "no space for new pane");
  }
  window.zoomed = false;
  Pane& made = panes_.make(window, spec.pane);
  window.layout.replace(kMoving, made.id);
  insert_beside(window.panes, spec.beside, made.id, spec.how);
  layout_changed(window);
  return &made;
}

void Windows::end_pane(PaneId id, Window& window) {
  window.zoomed = false;
  leave(window, id);
  panes_.erase(id);
  layout_changed(window);
  // With fewer panes the window may be as small again as its clients are.
  recalculate_size(window.id);
}

Result<> Windows::join(Pane& moving, PaneId beside, Window& to, const Layout::Split& how, bool select) {
  Window& from = of(moving);
  if (!to.layout.split(beside, kMoving, how, border_status(to))) {
    return fail(ErrorCode::too_large, "create pane failed: pane too small");
  }
  from.zoomed = false;
  to.zoomed = false;
  leave(from, moving.id);
  to.layout.replace(kMoving, moving.id);
  // Also with `full` it is numbered next to the pane that it was joined to.
  Layout::Split next = how;
  next.full = false;
  insert_beside(to.panes, beside, moving.id, next);
  if (&from != &to) move_pane(moving, to);
  if (select) activate(to, moving.id);
  layout_changed(to);
  recalculate_size(to.id);
  if (&from == &to || from.panes.empty()) return {};
  layout_changed(from);
  recalculate_size(from.id);
  return {};
}

Window& Windows::break_out(Pane& moving, Time now) {
  Window& from = of(moving);
  from.zoomed = false;
  leave(from, moving.id);
  Window& made = make(from.size, now);
  made.latest = from.latest;
  put_alone(moving.id, made);
  move_pane(moving, made);
  update_geometry(made);
  layout_changed(from);
  recalculate_size(from.id);
  return made;
}

bool Windows::select_pane(WindowId id, PaneId pane_id) {
  Window* found = find(id);
  const Pane* wanted = panes_.find(pane_id);
  if (found == nullptr || wanted == nullptr || wanted->window != id || found->active == pane_id) return false;
  activate(*found, pane_id);
  if (found->zoomed) layout_changed(*found);
  return true;
}

void Windows::swap_panes(PaneId a, PaneId b, bool select) {
  Pane* first = panes_.find(a);
  Pane* second = panes_.find(b);
  if (first == nullptr || second == nullptr || a == b) return;
  Window& one = of(*first);
  Window& two = of(*second);
  one.zoomed = false;
  two.zoomed = false;
  const auto first_place = std::find(one.panes.begin(), one.panes.end(), a);
  const auto second_place = std::find(two.panes.begin(), two.panes.end(), b);
  std::iter_swap(first_place, second_place);
  if (&one == &two) {
    one.layout.swap(a, b);
  } else {
    one.layout.replace(a, b);
    two.layout.replace(b, a);
    std::erase(one.last_panes, a);
    std::erase(two.last_panes, b);
    move_pane(*first, two);
    move_pane(*second, one);
  }
  if (&one == &two) {
    // As in tmux the target's pane becomes active, without `select` (-d) the source's if either was.
    if (select) {
      activate(one, b);
    } else if (one.active == b) {
      activate(one, a);
    } else if (one.active == a) {
      // tmux goes to the other and back, which is what last-pane then finds.
      std::erase(one.last_panes, b);
      one.last_panes.insert(one.last_panes.begin(), b);
    }
  } else {
    const auto follow = [&](Window& window, PaneId left, PaneId came) {
      if (window.active == left) {
        window.active = came;
        events_.report(Event::Kind::window_pane_changed, std::nullopt, window.id, came);
      } else if (select) {
        activate(window, came);
      }
    };
    follow(one, a, b);
    follow(two, b, a);
  }
  layout_changed(one);
  if (&one != &two) layout_changed(two);
}

void Windows::rotate(WindowId id, Rotation rotation) {
  Window* found = find(id);
  if (found == nullptr || found->panes.size() < 2) return;
  found->zoomed = false;
  const std::vector<PaneId> before = found->panes;
  auto& panes = found->panes;
  if (rotation == Rotation::up) {
    std::rotate(panes.begin(), panes.begin() + 1, panes.end());
  } else {
    std::rotate(panes.begin(), panes.end() - 1, panes.end());
  }
  found->layout.permute(before, panes);
  // The place that was active stays so.
  const auto place = std::find(before.begin(), before.end(), found->active) - before.begin();
  activate(*found, panes[static_cast<std::size_t>(place)]);
  layout_changed(*found);
}

}  // namespace sess::model
