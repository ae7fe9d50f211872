// Windows and their places in sessions: making, linking, moving, selecting, numbering.
#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "model/model.hpp"
#include "model/names.hpp"

namespace sess::model {

namespace {
constexpr int kMaxIndex = std::numeric_limits<int>::max();
}

// -- making and ending
// ---------------------------------------------------------------------------------------

std::optional<int> Model::free_index(SessionId id) const {
  const Session* found = session(id);
  if (found == nullptr) return std::nullopt;
  int index = static_cast<int>(found->options.number("base-index"));
  for (auto it = found->windows.find(index); it != found->windows.end() && it->first == index; ++it) {
    if (index == kMaxIndex) return std::nullopt;
    ++index;
  }
  return index;
}

Result<int> Model::free_target(const Session& session, std::optional<int> index) const {
  if (!index) index = free_index(session.id);
  if (!index || *index < 0) return fail(ErrorCode::too_large, "no free window index");
  if (session.windows.contains(*index)) return fail(ErrorCode::already_exists, "index in use: {}", *index);
  return *index;
}

void Model::add_link(Session& session, int index, WindowId window) {
  touch(&session);
  session.windows.emplace(index, Winlink{index, window, false, false, false});
  hold(window, session.id);
  report(Event::Kind::window_linked, session.id, window);
  if (!session.current) session.current = index;
}

void Model::drop_link(Session& session, int index) {
  const auto it = session.windows.find(index);
  SESS_CHECK(it != session.windows.end());
  report(Event::Kind::window_unlinked, session.id, it->second.window);
  touch(&session);
  let_go(it->second.window, session.id);
  session.windows.erase(it);
  std::erase(session.last, index);
  if (session.current == index) session.current.reset();
}

void Model::close_unlinked(WindowId id) {
  Window* found = window(id);
  if (found == nullptr || link_count(id) > 0) return;
  for (const PaneId pane : std::vector<PaneId>(found->panes)) erase_pane(pane);
  report(Event::Kind::window_closed, std::nullopt, id, std::nullopt, found->name);
  changes_.windows.push_back(id);
  windows_.erase(id);
}

Result<Model::Created> Model::create_window(const NewWindow& spec) {
  Session* in = session(spec.session);
  if (in == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(spec.session));
  bool select = spec.select || in->windows.empty();
  std::optional<WindowId> replaced;
  if (spec.index && in->windows.contains(*spec.index)) {
    if (!spec.replace) return fail(ErrorCode::already_exists, "index {} in use", *spec.index);
    replaced = in->windows.at(*spec.index).window;
    select = select || in->current == *spec.index;
    drop_link(*in, *spec.index);
  }
  const auto index = free_target(*in, spec.index);
  if (!index) return pass(index.error());

  Window& made = make_window(spec.size, spec.pane.now);
  if (!spec.name.empty()) {
    made.name = window_name(spec.name);
    made.automatic_rename_off = true;
    SESS_CHECK(made.options.set("automatic-rename", "off"));
  }
  Pane& first = make_pane(made, spec.pane);
  made.panes.push_back(first.id);
  made.active = first.id;
  made.layout = Layout::single(first.id, made.size);
  update_geometry(made);

  add_link(*in, *index, made.id);
  if (select) set_current(*in, *index);
  const Created created{*index, made.id, first.id};
  synchronize_group(spec.session);
  if (replaced) close_unlinked(*replaced);
  return created;
}

void Model::destroy_window(WindowId id) {
  if (window(id) == nullptr) return;
  std::vector<SessionId> holders;
  for (const Session* session : sessions_with(id)) holders.push_back(session->id);
  for (const SessionId holder : holders) {
    while (Winlink* found = link(holder, id)) unlink_window(holder, found->index);
    renumber_if_wanted(holder);
  }
  close_unlinked(id);
}

void Model::rename_window(WindowId id, std::string_view name) {
  Window* found = window(id);
  if (found == nullptr) return;
  auto checked = window_name(name);
  if (checked == found->name) return;
  found->name = std::move(checked);
  report(Event::Kind::window_renamed, std::nullopt, id, std::nullopt, found->name);
}

void Model::name_window(WindowId id, std::string_view name) {
  Window* found = window(id);
  if (found == nullptr) return;
  rename_window(id, name);
  found->automatic_rename_off = true;
  SESS_CHECK(found->options.set("automatic-rename", "off"));
}

void Model::unname_window(WindowId id) {
  Window* found = window(id);
  if (found == nullptr) return;
  found->automatic_rename_off = false;
  found->options.unset(*match_option("automatic-rename"));
}

// -- selecting
// -----------------------------------------------------------------------------------------------

Model::Moved Model::set_current(Session& session, int index) {
  const auto it = session.windows.find(index);
  if (it == session.windows.end()) return Moved::none;
  if (session.current == index) return Moved::no_change;
  std::erase(session.last, index);
  if (session.current) session.last.insert(session.last.begin(), *session.current);
  session.current = index;
  // Looking at a window ends its alerts in every session.
  touch(&session);
  for (Session* other : sessions_with(it->second.window)) {
    for (auto& [at, link] : other->windows) {
      if (link.window == it->second.window) link.bell = link.activity = link.silence = false;
    }
  }
  report(Event::Kind::session_window_changed, session.id, it->second.window);
  return Moved::changed;
}

Model::Moved Model::select_window(SessionId id, int index) {
  Session* found = session(id);
  return found == nullptr ? Moved::none : set_current(*found, index);
}

Model::Moved Model::step(Session& session, bool forward, Alerts alerts) {
  if (!session.current || session.windows.empty()) return Moved::none;
  auto it = session.windows.find(*session.current);
  for (std::size_t i = 0; i < session.windows.size(); ++i) {
    if (forward) {
      if (++it == session.windows.end()) it = session.windows.begin();
    } else {
      it = std::prev(it == session.windows.begin() ? session.windows.end() : it);
    }
    if (alerts == Alerts::ignore || it->second.alerted()) return set_current(session, it->first);
  }
  return Moved::none;
}

Model::Moved Model::next_window(SessionId id, Alerts alerts) {
  Session* found = session(id);
  return found == nullptr ? Moved::none : step(*found, true, alerts);
}

Model::Moved Model::previous_window(SessionId id, Alerts alerts) {
  Session* found = session(id);
  return found == nullptr ? Moved::none : step(*found, false, alerts);
}

Model::Moved Model::last_window(SessionId id) {
  Session* found = session(id);
  if (found == nullptr || found->last.empty()) return Moved::none;
  return set_current(*found, found->last.front());
}

// -- linking and moving
// --------------------------------------------------------------------------------------

bool Model::detach_link(Session& session, int index) {
  if (session.current == index) {
    if (!session.last.empty()) {
      set_current(session, session.last.front());
    } else {
      step(session, false, Alerts::ignore);
    }
  }
  drop_link(session, index);
  if (session.windows.empty()) return true;
  synchronize_group(session.id);
  return false;
}

void Model::unlink_window(SessionId id, int index) {
  Session* found = session(id);
  if (found == nullptr || !found->windows.contains(index)) return;
  const WindowId window = found->windows.at(index).window;
  if (detach_link(*found, index)) destroy_with_group(id);
  close_unlinked(window);
}

Result<int> Model::link_window(const Link& link) {
  const Session* source = session(link.source);
  Session* target = session(link.target);
  if (source == nullptr || target == nullptr || !source->windows.contains(link.source_index)) {
    return fail(ErrorCode::not_found, "can't find window: {}", link.source_index);
  }
  if (source != target && !source->group.empty() && source->group == target->group) {
    return fail(ErrorCode::invalid_argument, "sessions are grouped");
  }
  const WindowId window = source->windows.at(link.source_index).window;
  bool select = link.select;
  std::optional<WindowId> replaced;
  if (link.target_index) {
    const auto there = target->windows.find(*link.target_index);
    if (there != target->windows.end()) {
      if (there->second.window == window) {
        return fail(ErrorCode::invalid_argument, "same index: {}", *link.target_index);
      }
      if (link.replace) {
        replaced = there->second.window;
        select = select || target->current == *link.target_index;
        drop_link(*target, *link.target_index);
      }
    }
  }
  const auto index = free_target(*target, link.target_index);
  if (!index) return pass(index.error());
  add_link(*target, *index, window);
  if (mark_ && mark_->session == link.source && mark_->index == link.source_index) {
    mark_->session = link.target;
    mark_->index = *index;
  }
  if (select) set_current(*target, *index);
  synchronize_group(link.target);
  if (replaced) close_unlinked(*replaced);
  return *index;
}

Result<int> Model::move_window(const Link& link) {
  auto index = link_window(link);
  if (index) unlink_window(link.source, link.source_index);
  return index;
}

Result<> Model::swap_windows(SessionId a, int a_index, SessionId b, int b_index, bool select) {
  Session* first = session(a);
  Session* second = session(b);
  Winlink* one = link(a, a_index);
  Winlink* two = link(b, b_index);
  if (one == nullptr || two == nullptr) {
    return fail(ErrorCode::not_found, "can't find window: {}", one == nullptr ? a_index : b_index);
  }
  if (a != b && !first->group.empty() && first->group == second->group) {
    return fail(ErrorCode::invalid_argument, "can't move window, sessions are grouped");
  }
  if (one->window == two->window) return {};
  let_go(one->window, a);
  let_go(two->window, b);
  std::swap(one->window, two->window);
  hold(one->window, a);
  hold(two->window, b);
  if (mark_ && mark_->session == a && mark_->index == a_index) {
    mark_->session = b;
    mark_->index = b_index;
  } else if (mark_ && mark_->session == b && mark_->index == b_index) {
    mark_->session = a;
    mark_->index = a_index;
  }
  if (a != b) {
    report(Event::Kind::window_unlinked, a, two->window);
    report(Event::Kind::window_linked, a, one->window);
    report(Event::Kind::window_unlinked, b, one->window);
    report(Event::Kind::window_linked, b, two->window);
  }
  if (select) {
    set_current(*second, b_index);
    if (a != b) set_current(*first, a_index);
  }
  synchronize_group(a);
  if (a != b) synchronize_group(b);
  return {};
}

// -- numbering
// -----------------------------------------------------------------------------------------------

void Model::move_indices(Session& session, const std::map<int, int>& to) {
  const auto moved = [&](int index) {
    const auto it = to.find(index);
    return it == to.end() ? index : it->second;
  };
  touch(&session);
  std::map<int, Winlink> windows;
  for (auto& [index, link] : session.windows) {
    link.index = moved(index);
    windows.emplace(link.index, link);
  }
  SESS_CHECK(windows.size() == session.windows.size());
  session.windows = std::move(windows);
  if (session.current) session.current = moved(*session.current);
  for (int& index : session.last) index = moved(index);
  if (mark_ && mark_->session == session.id) mark_->index = moved(mark_->index);
}

Result<int> Model::shuffle_up(SessionId id, int index) {
  Session* found = session(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(id));
  int last = index;
  while (found->windows.contains(last)) {
    if (last == kMaxIndex) return fail(ErrorCode::too_large, "no free window index");
    ++last;
  }
  std::map<int, int> to;
  for (int at = index; at < last; ++at) to.emplace(at, at + 1);
  for (const SessionId member : group_members(id)) move_indices(*session(member), to);
  return index;
}

void Model::renumber_windows(SessionId id) {
  const Session* found = session(id);
  if (found == nullptr) return;
  std::map<int, int> to;
  auto next = found->options.number("base-index");
  // Counting from the base must not run past the largest index.
  next = std::min<std::int64_t>(next, kMaxIndex - static_cast<std::int64_t>(found->windows.size()));
  for (const auto& [index, link] : found->windows) to.emplace(index, static_cast<int>(next++));
  for (const SessionId member : group_members(id)) move_indices(*session(member), to);
}

void Model::renumber_if_wanted(SessionId id) {
  const Session* found = session(id);
  if (found != nullptr && found->options.flag("renumber-windows")) renumber_windows(id);
}

}  // namespace sess::model
