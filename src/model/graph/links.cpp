// Windows and their places in sessions: linking, selecting, numbering, groups.
#include "model/graph/links.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.hpp"

namespace sess::model {

namespace {
constexpr int kMaxIndex = std::numeric_limits<int>::max();
}

// -- look-ups
// ------------------------------------------------------------------------------------------------

Winlink* Links::find(SessionId id, int index) {
  Session* found = sessions_.find(id);
  if (found == nullptr) return nullptr;
  const auto it = found->windows.find(index);
  return it == found->windows.end() ? nullptr : &it->second;
}

Winlink* Links::find(SessionId id, WindowId window) {
  Session* found = sessions_.find(id);
  if (found == nullptr) return nullptr;
  if (Winlink* looked_at = current(id); looked_at != nullptr && looked_at->window == window) return looked_at;
  for (auto& [index, link] : found->windows) {
    if (link.window == window) return &link;
  }
  return nullptr;
}

Winlink* Links::current(SessionId id) {
  Session* found = sessions_.find(id);
  return found == nullptr || !found->current ? nullptr : find(id, *found->current);
}

Window* Links::current_window(SessionId id) {
  Winlink* link = current(id);
  return link == nullptr ? nullptr : windows_.find(link->window);
}

Window& Links::window_of(const Winlink& link) {
  Window* found = windows_.find(link.window);
  SESS_CHECK(found != nullptr);
  return *found;
}

std::vector<Session*> Links::sessions_with(WindowId window) {
  std::vector<Session*> out;
  for (const Session* one : std::as_const(*this).sessions_with(window))
    out.push_back(sessions_.find(one->id));
  return out;
}

std::vector<const Session*> Links::sessions_with(WindowId window) const {
  std::vector<const Session*> out;
  const auto it = holders_.find(window);
  if (it == holders_.end()) return out;
  for (const auto& [id, links] : it->second) out.push_back(std::as_const(sessions_).find(id));
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

std::size_t Links::count(WindowId window) const {
  std::size_t count = 0;
  if (const auto it = holders_.find(window); it != holders_.end()) {
    for (const auto& [id, links] : it->second) count += links;
  }
  return count;
}

std::optional<Links::Mark> Links::mark() const {
  if (!mark_) return std::nullopt;
  const Session* in = std::as_const(sessions_).find(mark_->session);
  if (in == nullptr) return std::nullopt;
  const auto link = in->windows.find(mark_->index);
  if (link == in->windows.end()) return std::nullopt;
  const Window* window = std::as_const(windows_).find(link->second.window);
  const bool holds = window != nullptr && std::find(window->panes.begin(), window->panes.end(),
                                                    mark_->pane) != window->panes.end();
  return holds ? mark_ : std::nullopt;
}

// -- adding and taking away
// ----------------------------------------------------------------------------------

std::optional<int> Links::free_index(SessionId id) const {
  const Session* found = std::as_const(sessions_).find(id);
  if (found == nullptr) return std::nullopt;
  int index = static_cast<int>(found->options.number("base-index"));
  for (auto it = found->windows.find(index); it != found->windows.end() && it->first == index; ++it) {
    if (index == kMaxIndex) return std::nullopt;
    ++index;
  }
  return index;
}

Result<int> Links::free_target(const Session& session, std::optional<int> index) const {
  if (!index) index = free_index(session.id);
  if (!index || *index < 0) return fail(ErrorCode::too_large, "no free window index");
  if (session.windows.contains(*index)) return fail(ErrorCode::already_exists, "index in use: {}", *index);
  return *index;
}

void Links::add(Session& session, int index, WindowId window) {
  sessions_.touch(session);
  session.windows.emplace(index, Winlink{index, window, false, false, false});
  hold(window, session.id);
  events_.report(Event::Kind::window_linked, session.id, window);
  if (!session.current) session.current = index;
}

void Links::drop(Session& session, int index) {
  const auto it = session.windows.find(index);
  SESS_CHECK(it != session.windows.end());
  events_.report(Event::Kind::window_unlinked, session.id, it->second.window);
  sessions_.touch(session);
  let_go(it->second.window, session.id);
  session.windows.erase(it);
  std::erase(session.last, index);
  if (session.current == index) session.current.reset();
}

std::vector<WindowId> Links::drop_all(const Session& session) {
  std::vector<WindowId> held;
  for (const auto& [index, link] : session.windows) {
    events_.report(Event::Kind::window_unlinked, session.id, link.window);
    let_go(link.window, session.id);
    held.push_back(link.window);
  }
  if (mark_ && mark_->session == session.id) mark_.reset();
  return held;
}

void Links::close_unlinked(WindowId window) {
  if (count(window) == 0) windows_.close(window);
}

void Links::hold(WindowId window, SessionId session) {
  ++holders_[window][session];
}

void Links::let_go(WindowId window, SessionId session) {
  const auto holders = holders_.find(window);
  if (holders == holders_.end()) return;
  const auto links = holders->second.find(session);
  if (links == holders->second.end() || --links->second > 0) return;
  holders->second.erase(links);
  if (holders->second.empty()) holders_.erase(holders);
}

// -- selecting
// -----------------------------------------------------------------------------------------------

Links::Moved Links::set_current(Session& session, int index) {
  const auto it = session.windows.find(index);
  if (it == session.windows.end()) return Moved::none;
  if (session.current == index) return Moved::no_change;
  std::erase(session.last, index);
  if (session.current) session.last.insert(session.last.begin(), *session.current);
  session.current = index;
  // Looking at a window ends its alerts in every session.
  sessions_.touch(session);
  for (Session* other : sessions_with(it->second.window)) {
    for (auto& [at, link] : other->windows) {
      if (link.window == it->second.window) link.bell = link.activity = link.silence = false;
    }
  }
  events_.report(Event::Kind::session_window_changed, session.id, it->second.window);
  return Moved::changed;
}

Links::Moved Links::select_window(SessionId id, int index) {
  Session* found = sessions_.find(id);
  return found == nullptr ? Moved::none : set_current(*found, index);
}

Links::Moved Links::step(Session& session, bool forward, Alerts alerts) {
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

Links::Moved Links::next_window(SessionId id, Alerts alerts) {
  Session* found = sessions_.find(id);
  return found == nullptr ? Moved::none : step(*found, true, alerts);
}

Links::Moved Links::previous_window(SessionId id, Alerts alerts) {
  Session* found = sessions_.find(id);
  return found == nullptr ? Moved::none : step(*found, false, alerts);
}

Links::Moved Links::last_window(SessionId id) {
  Session* found = sessions_.find(id);
  if (found == nullptr || found->last.empty()) return Moved::none;
  return set_current(*found, found->last.front());
}

// -- linking and moving
// --------------------------------------------------------------------------------------

bool Links::detach(Session& session, int index) {
  if (session.current == index) {
    if (!session.last.empty()) {
      set_current(session, session.last.front());
    } else {
      step(session, false, Alerts::ignore);
    }
  }
  drop(session, index);
  if (session.windows.empty()) return false;
  synchronize_group(session.id);
  return true;
}

Result<int> Links::link_window(const Link& link) {
  const Session* source = sessions_.find(link.source);
  Session* target = sessions_.find(link.target);
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
        drop(*target, *link.target_index);
      }
    }
  }
  const auto index = free_target(*target, link.target_index);
  if (!index) return pass(index.error());
  add(*target, *index, window);
  if (mark_ && mark_->session == link.source && mark_->index == link.source_index) {
    mark_->session = link.target;
    mark_->index = *index;
  }
  if (select) set_current(*target, *index);
  synchronize_group(link.target);
  if (replaced) close_unlinked(*replaced);
  return *index;
}

Result<> Links::swap_windows(SessionId a, int a_index, SessionId b, int b_index, bool select) {
  Session* first = sessions_.find(a);
  Session* second = sessions_.find(b);
  Winlink* one = find(a, a_index);
  Winlink* two = find(b, b_index);
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
    events_.report(Event::Kind::window_unlinked, a, two->window);
    events_.report(Event::Kind::window_linked, a, one->window);
    events_.report(Event::Kind::window_unlinked, b, one->window);
    events_.report(Event::Kind::window_linked, b, two->window);
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

void Links::move_indices(Session& session, const std::map<int, int>& to) {
  const auto moved = [&](int index) {
    const auto it = to.find(index);
    return it == to.end() ? index : it->second;
  };
  sessions_.touch(session);
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

Result<int> Links::shuffle_up(SessionId id, int index) {
  Session* found = sessions_.find(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(id));
  int last = index;
  while (found->windows.contains(last)) {
    if (last == kMaxIndex) return fail(ErrorCode::too_large, "no free window index");
    ++last;
  }
  std::map<int, int> to;
  for (int at = index; at < last; ++at) to.emplace(at, at + 1);
  for (const SessionId member : sessions_.group_members(id)) move_indices(*sessions_.find(member), to);
  return index;
}

void Links::renumber_windows(SessionId id) {
  const Session* found = sessions_.find(id);
  if (found == nullptr) return;
  std::map<int, int> to;
  auto next = found->options.number("base-index");
  // Counting from the base must not run past the largest index.
  next = std::min<std::int64_t>(next, kMaxIndex - static_cast<std::int64_t>(found->windows.size()));
  for (const auto& [index, link] : found->windows) to.emplace(index, static_cast<int>(next++));
  for (const SessionId member : sessions_.group_members(id)) move_indices(*sessions_.find(member), to);
}

void Links::renumber_if_wanted(SessionId id) {
  const Session* found = sessions_.find(id);
  if (found != nullptr && found->options.flag("renumber-windows")) renumber_windows(id);
}

// -- groups
// --------------------------------------------------------------------------------------------------

void Links::join_group(SessionId id, std::string_view group) {
  Session* found = sessions_.find(id);
  if (found == nullptr || !found->group.empty() || group.empty()) return;
  const Session* model = nullptr;
  for (const auto& [other_id, other] : sessions_) {
    if (other.group == group && !other.windows.empty()) {
      model = &other;
      break;
    }
  }
  // A session that has windows can begin a group, but not join one: its windows would end.
  if (model != nullptr && !found->windows.empty()) return;
  found->group = group;
  if (model != nullptr) synchronize(*model, *found);
}

void Links::synchronize_group(SessionId from) {
  const Session* source = sessions_.find(from);
  if (source == nullptr || source->group.empty() || source->windows.empty()) return;
  for (const SessionId member : sessions_.group_members(from)) {
    if (member != from) synchronize(*source, *sessions_.find(member));
  }
}

void Links::synchronize(const Session& from, Session& to) {
  const auto before = std::move(to.windows);
  to.windows.clear();
  sessions_.touch(to);
  for (const auto& [index, link] : before) let_go(link.window, to.id);
  for (const auto& [index, link] : from.windows) {
    to.windows.emplace(index, link);
    hold(link.window, to.id);
    const auto old = before.find(index);
    if (old == before.end() || old->second.window != link.window) {
      events_.report(Event::Kind::window_linked, to.id, link.window);
    }
  }
  std::erase_if(to.last, [&](int index) { return !to.windows.contains(index); });
  if (!to.current || !to.windows.contains(*to.current)) {
    const bool had = to.current.has_value();
    if (to.last.empty()) {
      // The nearest one before, as when a window ends; for a new member what the others look at.
      auto it = had ? to.windows.lower_bound(*to.current) : to.windows.find(from.current.value_or(-1));
      if (had) it = it == to.windows.begin() ? std::prev(to.windows.end()) : std::prev(it);
      to.current = it == to.windows.end() ? to.windows.begin()->first : it->first;
    } else {
      to.current = to.last.front();
      to.last.erase(to.last.begin());
    }
    if (had) events_.report(Event::Kind::session_window_changed, to.id, to.windows.at(*to.current).window);
  }
  std::erase(to.last, *to.current);
  for (const auto& [index, link] : before) {
    const WindowId window = link.window;
    const bool kept = std::any_of(to.windows.begin(), to.windows.end(),
                                  [&](const auto& entry) { return entry.second.window == window; });
    if (kept) continue;
    events_.report(Event::Kind::window_unlinked, to.id, window);
    close_unlinked(window);
  }
}

}  // namespace sess::model
