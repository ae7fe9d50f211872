// A model out of a checkpoint, and whether a model is whole.
#include <algorithm>
#include <set>
#include <utility>

#include "model/model.hpp"

namespace sess::model {

// -- repair
// --------------------------------------------------------------------------------------------------

namespace {

template <class T>
bool keep_unique(std::vector<T>& values) {
  std::set<T> seen;
  return std::erase_if(values, [&](const T& value) { return !seen.insert(value).second; }) > 0;
}

bool same_panes(const Layout& layout, const std::vector<PaneId>& panes) {
  const auto cells = layout.panes();
  return cells.size() == panes.size() &&
         std::set<PaneId>(cells.begin(), cells.end()) == std::set<PaneId>(panes.begin(), panes.end());
}

}  // namespace

void Windows::repair(Window& window, const std::vector<PaneId>& own_panes, std::vector<std::string>& notes) {
  const std::string name = "window " + to_string(window.id);
  keep_unique(window.panes);
  if (std::erase_if(window.panes, [&](PaneId id) {
        const Pane* found = panes_.find(id);
        return found == nullptr || found->window != window.id;
      }) > 0) {
    notes.push_back(name + " named panes that are not its own");
  }
  for (const PaneId id : own_panes) {
    Pane& own = *panes_.find(id);
    own.options.set_parent(&window.options);
    order_.pass(own.active_order);
    if (std::find(window.panes.begin(), window.panes.end(), id) != window.panes.end()) continue;
    window.panes.push_back(id);
    notes.push_back(name + " did not name its pane " + to_string(id));
  }
  if (window.panes.empty()) return;
  const auto own = [&](PaneId id) {
    return std::find(window.panes.begin(), window.panes.end(), id) != window.panes.end();
  };
  if (!own(window.active)) {
    window.active = window.panes.front();
    notes.push_back(name + " had no active pane");
  }
  keep_unique(window.last_panes);
  std::erase_if(window.last_panes, [&](PaneId id) { return !own(id) || id == window.active; });
  if (window.panes.size() == 1) window.zoomed = false;
  window.size = clamp(window.size);
  const Size cells = window.layout.size();
  const bool small = cells.rows <= kMaxSide && cells.cols <= kMaxSide;
  if (!window.layout.validate().empty() || !same_panes(window.layout, window.panes) || !small) {
    window.layout = Layout::single(window.panes.front(), window.size);
    window.layout.arrange(Preset::tiled, window.panes, window.size, PresetSizes{}, border_status(window));
    notes.push_back(name + " had no whole layout");
  }
  window.size = window.layout.size();
  update_geometry(window);
}

void Windows::repair(std::vector<std::string>& notes) {
  // A program whose window is lost gets one: nothing that runs may become unreachable.
  for (auto& [id, pane] : panes_.nodes()) {
    if (contains(pane.window)) continue;
    pane.window = make(pane.size, pane.created).id;
    notes.push_back("pane " + to_string(id) + " had no window");
  }
  std::map<WindowId, std::vector<PaneId>> panes_of;
  for (const auto& [id, pane] : panes_) panes_of[pane.window].push_back(id);
  std::vector<WindowId> empty;
  for (auto& [id, window] : nodes()) {
    repair(touch(window), panes_of[id], notes);
    if (window.panes.empty()) empty.push_back(id);
  }
  for (const WindowId id : empty) {
    notes.push_back("window " + to_string(id) + " had no panes");
    erase(id);
  }
}

void Links::repair(Session& session, std::vector<std::string>& notes) {
  const std::string name = "session " + to_string(session.id);
  if (std::erase_if(session.windows, [&](const auto& entry) {
        return entry.first < 0 || windows_.find(entry.second.window) == nullptr;
      }) > 0) {
    notes.push_back(name + " linked windows that do not exist");
  }
  for (auto& [index, link] : session.windows) link.index = index;
  if (session.windows.empty()) return;
  if (!session.current || !session.windows.contains(*session.current)) {
    session.current = session.windows.begin()->first;
    notes.push_back(name + " had no current window");
  }
  keep_unique(session.last);
  std::erase_if(session.last,
                [&](int index) { return index == *session.current || !session.windows.contains(index); });
}

void Links::repair(std::vector<std::string>& notes) {
  std::set<std::string> names;
  for (auto& [id, session] : sessions_.nodes()) {
    repair(sessions_.touch(session), notes);
    if (session.windows.empty()) continue;
    while (session.name.empty() || !names.insert(session.name).second) session.name += "_";
  }
  index();
}

void Links::index() {
  sessions_.index();
  holders_.clear();
  for (const auto& [id, session] : sessions_) {
    for (const auto& [index, link] : session.windows) hold(link.window, id);
  }
}

void Links::repair_groups(std::vector<std::string>& notes) {
  for (const auto& [id, session] : sessions_) {
    if (session.group.empty()) continue;
    const auto members = sessions_.group_members(id);
    if (members.size() < 2 || members.front() != id) continue;
    // Windows that only a later member has are linked into the first before it becomes the others' pattern.
    for (const SessionId member : members) {
      for (const auto& [index, other] : sessions_.find(member)->windows) {
        if (find(id, other.window) != nullptr) continue;
        if (const auto at = free_index(id)) add(*sessions_.find(id), *at, other.window);
        notes.push_back("group " + session.group + " did not agree on " + to_string(other.window));
      }
    }
    synchronize_group(id);
  }
}

std::vector<std::string> Model::repair() {
  std::vector<std::string> notes;
  windows_.repair(notes);
  links_.repair(notes);
  for (const auto& [id, window] : windows_) {
    if (links_.count(id) > 0) continue;
    notes.push_back("window " + to_string(id) + " was in no session");
    Session* home = sessions_.named("recovered");
    if (home == nullptr) {
      NewSession spec;
      spec.name = "recovered";
      spec.now = window.created;
      home = *create_session(spec);
    }
    const auto index = links_.free_index(home->id);
    if (index) links_.add(*home, *index, id);
  }
  std::vector<SessionId> empty;
  for (const auto& [id, session] : sessions_) {
    if (session.windows.empty()) empty.push_back(id);
  }
  for (const SessionId id : empty) {
    notes.push_back("session " + to_string(id) + " had no windows");
    sessions_.erase(*session(id));
  }
  links_.index();
  links_.repair_groups(notes);
  if (!links_.mark()) links_.clear_mark();
  static_cast<void>(events_.take());
  return notes;
}

// -- validate
// ------------------------------------------------------------------------------------------------

namespace {

void validate_window(const Model& model, const Window& window, std::vector<std::string>& out) {
  const auto wrong = [&](std::string_view what) {
    out.push_back(fmt::format("window {} {}", to_string(window.id), what));
  };
  if (window.panes.empty()) return wrong("has no panes");
  if (window.options.parent() != &model.globals().window) wrong("has options without their parent");
  if (model.links().count(window.id) == 0) wrong("is in no session");
  if (auto text = window.layout.validate(); !text.empty()) wrong("has a broken layout: " + text);
  if (!same_panes(window.layout, window.panes)) wrong("has a layout of other panes");
  if (window.layout.size() != window.size) wrong("has not the size of its layout");
  if (clamp(window.size) != window.size) wrong("has an impossible size");
  if (std::set<PaneId>(window.panes.begin(), window.panes.end()).size() != window.panes.size()) {
    wrong("names a pane twice");
  }
  const auto own = [&](PaneId id) {
    return std::find(window.panes.begin(), window.panes.end(), id) != window.panes.end();
  };
  if (!own(window.active)) wrong("has an active pane that is not its own");
  std::set<PaneId> last;
  for (const PaneId id : window.last_panes) {
    if (!own(id)) wrong("remembers a pane that is not its own");
    if (id == window.active) wrong("remembers its active pane as a former one");
    if (!last.insert(id).second) wrong("remembers a pane twice");
  }
  if (window.zoomed && window.panes.size() < 2) wrong("is zoomed with one pane");
  const Layout visible = model.windows().visible_layout(window);
  const BorderStatus border = model.windows().border_status(window);
  for (const PaneId id : window.panes) {
    const Pane* pane = model.pane(id);
    if (pane == nullptr) {
      wrong("names a pane that does not exist");
      continue;
    }
    if (pane->window != window.id) wrong("names a pane of another window");
    if (pane->options.parent() != &window.options) wrong("has a pane with options of another parent");
    auto rect = visible.pane_rect(id, border);
    if (!rect && window.zoomed && pane->behind_zoom)
      rect = Layout::single(id, window.size).pane_rect(id, border);
    if (!rect) rect = window.layout.pane_rect(id, border);
    if (!rect) continue;
    const Size size{static_cast<std::uint16_t>(rect->rows), static_cast<std::uint16_t>(rect->cols)};
    if (pane->size != size || pane->left != rect->left || pane->top != rect->top) {
      wrong("has a pane that is not where its layout says: " + to_string(id));
    }
  }
}

void validate_session(const Model& model, const Session& session, std::vector<std::string>& out) {
  const auto wrong = [&](std::string_view what) {
    out.push_back(fmt::format("session {} {}", to_string(session.id), what));
  };
  if (session.name.empty()) wrong("has no name");
  if (session.windows.empty()) return wrong("has no windows");
  if (session.options.parent() != &model.globals().session) wrong("has options without their parent");
  if (session.current_link() == nullptr) wrong("has no current window");
  std::set<int> last;
  for (const int index : session.last) {
    if (!session.windows.contains(index)) wrong("remembers a window that it has not");
    if (index == session.current) wrong("remembers its current window as a former one");
    if (!last.insert(index).second) wrong("remembers a window twice");
  }
  for (const auto& [index, link] : session.windows) {
    if (index < 0 || link.index != index) wrong("has a link with a wrong index");
    if (model.window(link.window) == nullptr) wrong("links a window that does not exist");
  }
  const auto members = model.sessions().group_members(session.id);
  const Session* first = model.session(members.front());
  const bool agree = std::equal(
      session.windows.begin(), session.windows.end(), first->windows.begin(), first->windows.end(),
      [](const auto& a, const auto& b) { return a.first == b.first && a.second.window == b.second.window; });
  if (!agree) wrong("does not share the windows of its group");
}

}  // namespace

void Links::validate(std::vector<std::string>& out) const {
  for (const auto& [id, session] : std::as_const(sessions_)) {
    for (const auto& [index, link] : session.windows) {
      const WindowId window = link.window;
      const auto holders = holders_.find(window);
      const auto links = static_cast<std::size_t>(
          std::count_if(session.windows.begin(), session.windows.end(),
                        [window](const auto& other) { return other.second.window == window; }));
      if (holders == holders_.end() || !holders->second.contains(id) || holders->second.at(id) != links) {
        out.push_back("a window is not known to be in session " + to_string(id));
      }
    }
  }
  for (const auto& [id, holders] : holders_) {
    for (const auto& [session_id, links] : holders) {
      const Session* holder = std::as_const(sessions_).find(session_id);
      if (holder == nullptr ||
          std::none_of(holder->windows.begin(), holder->windows.end(),
                       [&window = id](const auto& entry) { return entry.second.window == window; }))
        out.push_back("a window is thought to be in a session that has it not");
    }
  }
}

std::vector<std::string> Model::validate() const {
  std::vector<std::string> out;
  std::set<std::string> names;
  for (const auto& [id, session] : sessions_) {
    if (session.id != id) out.push_back("a session has another id than its place");
    if (id.value >= sessions_.next()) out.push_back("the next session id is taken");
    if (!names.insert(session.name).second) out.push_back("two sessions are called " + session.name);
    validate_session(*this, session, out);
  }
  sessions_.validate(out);
  links_.validate(out);
  for (const auto& [id, window] : windows_) {
    if (window.id != id) out.push_back("a window has another id than its place");
    if (id.value >= windows_.next()) out.push_back("the next window id is taken");
    if (window.latest && !clients_.contains(*window.latest))
      out.push_back("a window remembers a client that left");
    validate_window(*this, window, out);
  }
  for (const auto& [id, pane] : panes_) {
    if (pane.id != id) out.push_back("a pane has another id than its place");
    if (id.value >= panes_.next()) out.push_back("the next pane id is taken");
    const Window* in = window(pane.window);
    if (in == nullptr || std::find(in->panes.begin(), in->panes.end(), id) == in->panes.end()) {
      out.push_back("pane " + to_string(id) + " is in no window");
    }
  }
  for (const auto& [id, client] : clients_) {
    if (client.session && !sessions_.contains(*client.session))
      out.push_back("a client looks at a session that ended");
    if (client.last_session && !sessions_.contains(*client.last_session)) {
      out.push_back("a client remembers a session that ended");
    }
  }
  return out;
}

}  // namespace sess::model
