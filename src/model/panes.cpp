// Panes: making, ending, moving between windows, and which of them is active.
#include <algorithm>

#include "base/check.hpp"
#include "model/model.hpp"
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

Window& Model::make_window(Size size, Time now) {
  const WindowId id{next_.window++};
  Window& made = windows_[id];
  made.id = id;
  touch(&made);
  made.size = clamp(size);
  made.created = now;
  made.activity = now;
  made.options = Options(OptionScope::window, &window_options_);
  return made;
}

Pane& Model::make_pane(Window& window, const PaneSpec& spec) {
  const PaneId id{next_.pane++};
  Pane& made = panes_[id];
  made.id = id;
  touch(&made);
  made.window = window.id;
  made.argv = spec.argv;
  made.shell_command = spec.shell_command;
  made.shell = spec.shell;
  made.start_path = spec.start_path;
  made.title = spec.title;
  made.environment = spec.environment;
  made.created = spec.now;
  made.size = window.size;
  made.active_order = next_.activity++;
  made.options = Options(OptionScope::pane, &window.options);
  report(Event::Kind::pane_created, std::nullopt, window.id, id);
  return made;
}

void Model::erase_pane(PaneId id) {
  const Pane* found = pane(id);
  if (found == nullptr) return;
  if (mark_ && mark_->pane == id) mark_.reset();
  report(Event::Kind::pane_closed, std::nullopt, found->window, id);
  if (const auto on = by_tty_.find(found->tty); on != by_tty_.end() && on->second == id) by_tty_.erase(on);
  changes_.panes.push_back(id);
  panes_.erase(id);
}

void Model::activate(Window& window, PaneId id) {
  if (window.active == id) return;
  std::erase(window.last_panes, id);
  window.last_panes.insert(window.last_panes.begin(), window.active);
  window.active = id;
  if (Pane* found = pane(id)) found->active_order = next_.activity++;
  report(Event::Kind::window_pane_changed, std::nullopt, window.id, id);
}

void Model::leave_window(Window& window, PaneId id) {
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
  if (Pane* found = pane(next)) found->active_order = next_.activity++;
  report(Event::Kind::window_pane_changed, std::nullopt, window.id, next);
}

Result<Pane*> Model::split_pane(const NewSplit& spec) {
  Pane* beside = pane(spec.beside);
  if (beside == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", to_string(spec.beside));
  Window& window = window_of(*beside);
  if (!window.layout.split(spec.beside, kMoving, spec.how, border_status(window))) {
    return fail(ErrorCode::too_large, "no space for new pane");
  }
  window.zoomed = false;
  Pane& made = make_pane(window, spec.pane);
  window.layout.replace(kMoving, made.id);
  insert_beside(window.panes, spec.beside, made.id, spec.how);
  layout_changed(window);
  return &made;
}

void Model::destroy_pane(PaneId id) {
  Pane* found = pane(id);
  if (found == nullptr) return;
  Window& window = window_of(*found);
  if (window.panes.size() == 1) return destroy_window(window.id);
  window.zoomed = false;
  leave_window(window, id);
  erase_pane(id);
  layout_changed(window);
  // With fewer panes the window may be as small again as its clients are.
  recalculate_size(window.id);
}

bool Model::select_pane(WindowId id, PaneId pane_id) {
  Window* found = window(id);
  const Pane* wanted = pane(pane_id);
  if (found == nullptr || wanted == nullptr || wanted->window != id || found->active == pane_id) return false;
  activate(*found, pane_id);
  if (found->zoomed) layout_changed(*found);
  return true;
}

std::optional<PaneId> Model::last_pane(WindowId id) const {
  const Window* found = window(id);
  if (found == nullptr || found->last_panes.empty()) return std::nullopt;
  return found->last_panes.front();
}

Result<> Model::join_pane(const Join& join) {
  Pane* moving = pane(join.pane);
  Pane* beside = pane(join.beside);
  if (moving == nullptr || beside == nullptr) {
    return fail(ErrorCode::not_found, "can't find pane: {}",
                to_string(moving == nullptr ? join.pane : join.beside));
  }
  if (moving == beside) {
    return fail(ErrorCode::invalid_argument, "source and target panes must be different");
  }
  Window& from = window_of(*moving);
  Window& to = window_of(*beside);
  if (!to.layout.split(join.beside, kMoving, join.how, border_status(to))) {
    return fail(ErrorCode::too_large, "create pane failed: pane too small");
  }
  from.zoomed = false;
  to.zoomed = false;
  leave_window(from, join.pane);
  to.layout.replace(kMoving, join.pane);
  // Also with `full` it is numbered next to the pane that it was joined to.
  Layout::Split next = join.how;
  next.full = false;
  insert_beside(to.panes, join.beside, join.pane, next);
  if (&from != &to) {
    moving->window = to.id;
    moving->options.set_parent(&to.options);
    report(Event::Kind::pane_moved, std::nullopt, to.id, join.pane);
  }
  if (join.select) activate(to, join.pane);
  layout_changed(to);
  recalculate_size(to.id);
  if (&from == &to) return {};
  if (from.panes.empty()) {
    destroy_window(from.id);
  } else {
    layout_changed(from);
    recalculate_size(from.id);
  }
  return {};
}

Result<Model::Created> Model::break_pane(const Break& spec) {
  Pane* moving = pane(spec.pane);
  Session* target = session(spec.target);
  if (moving == nullptr || target == nullptr) {
    return fail(ErrorCode::not_found, "can't find pane: {}", to_string(spec.pane));
  }
  Window& from = window_of(*moving);
  const auto name_it = [&](Window& window) {
    if (!spec.name.empty()) name_window(window.id, spec.name);
  };
  if (from.panes.size() == 1) {
    const Winlink* place = link(spec.source, from.id);
    if (place == nullptr) return fail(ErrorCode::not_found, "can't find window: {}", to_string(from.id));
    from.zoomed = false;
    const auto index =
        move_window(Link{spec.source, place->index, spec.target, spec.index, false, spec.select});
    if (!index) return pass(index.error());
    name_it(from);
    return Created{*index, from.id, spec.pane};
  }
  const auto index = free_target(*target, spec.index);
  if (!index) return pass(index.error());
  from.zoomed = false;
  leave_window(from, spec.pane);
  Window& made = make_window(from.size, spec.now);
  made.latest = from.latest;
  made.panes.push_back(spec.pane);
  made.active = spec.pane;
  made.layout = Layout::single(spec.pane, made.size);
  moving->window = made.id;
  moving->options.set_parent(&made.options);
  report(Event::Kind::pane_moved, std::nullopt, made.id, spec.pane);
  update_geometry(made);
  layout_changed(from);
  recalculate_size(from.id);
  name_it(made);
  add_link(*target, *index, made.id);
  if (spec.select) set_current(*target, *index);
  const Created created{*index, made.id, spec.pane};
  synchronize_group(spec.target);
  return created;
}

void Model::swap_panes(PaneId a, PaneId b, bool select) {
  Pane* first = pane(a);
  Pane* second = pane(b);
  if (first == nullptr || second == nullptr || a == b) return;
  Window& one = window_of(*first);
  Window& two = window_of(*second);
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
    first->window = two.id;
    first->options.set_parent(&two.options);
    second->window = one.id;
    second->options.set_parent(&one.options);
    std::erase(one.last_panes, a);
    std::erase(two.last_panes, b);
    report(Event::Kind::pane_moved, std::nullopt, two.id, a);
    report(Event::Kind::pane_moved, std::nullopt, one.id, b);
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
        report(Event::Kind::window_pane_changed, std::nullopt, window.id, came);
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

void Model::rotate_window(WindowId id, Rotation rotation) {
  Window* found = window(id);
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
