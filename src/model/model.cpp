// Lookups, activity, clients and events; what changes the tree is in sessions.cpp, links.cpp, panes.cpp and
// arrangement.cpp, what reads it back in checkpoint.cpp.
#include "model/model.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.hpp"

namespace sess::model {

namespace {

template <class Map, class Key>
auto* find_in(Map& map, Key key) {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace

Model::Model() = default;

void Model::follow_tmux_defaults() {
  const Dialect whose = server_options_.flag("tmux-defaults") ? Dialect::tmux : Dialect::sess;
  for (Options* table : {&server_options_, &session_options_, &window_options_}) table->set_defaults(whose);
}

Session* Model::session(SessionId id) {
  return touch(find_in(sessions_, id));
}
const Session* Model::session(SessionId id) const {
  return find_in(sessions_, id);
}
Window* Model::window(WindowId id) {
  return touch(find_in(windows_, id));
}
const Window* Model::window(WindowId id) const {
  return find_in(windows_, id);
}
Pane* Model::pane(PaneId id) {
  return touch(find_in(panes_, id));
}
const Pane* Model::pane(PaneId id) const {
  return find_in(panes_, id);
}
Client* Model::client(ClientId id) {
  return find_in(clients_, id);
}
const Client* Model::client(ClientId id) const {
  return find_in(clients_, id);
}

Session* Model::session_named(std::string_view name) {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : session(it->second);
}

const Pane* Model::pane_on(const std::string& tty) const {
  const auto is_it = [&](const Pane* pane) { return pane != nullptr && !pane->dead && pane->tty == tty; };
  const auto known = by_tty_.find(tty);
  if (known != by_tty_.end()) {
    if (const Pane* found = pane(known->second); is_it(found)) return found;
    // Somebody had it before.
    for (const auto& [id, one] : panes_) {
      if (is_it(&one)) return &one;
    }
    return nullptr;
  }
  for (const auto id : changes_.panes) {
    if (const Pane* found = pane(id); is_it(found)) return found;
  }
  return nullptr;
}

const Session* Model::session_named(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : session(it->second);
}

std::vector<const Session*> Model::sessions_by_name() const {
  std::vector<const Session*> out;
  out.reserve(by_name_.size());
  for (const auto& [name, id] : by_name_) out.push_back(session(id));
  return out;
}

Window& Model::window_of(const Winlink& link) {
  Window* found = window(link.window);
  SESS_CHECK(found != nullptr);
  return *found;
}

Window& Model::window_of(const Pane& pane) {
  Window* found = window(pane.window);
  SESS_CHECK(found != nullptr);
  return *found;
}

Winlink* Model::link(SessionId id, int index) {
  Session* found = session(id);
  return found == nullptr ? nullptr : find_in(found->windows, index);
}

Winlink* Model::link(SessionId id, WindowId window) {
  Session* found = session(id);
  if (found == nullptr) return nullptr;
  if (Winlink* current = current_link(id); current != nullptr && current->window == window) return current;
  for (auto& [index, link] : found->windows) {
    if (link.window == window) return &link;
  }
  return nullptr;
}

Winlink* Model::current_link(SessionId id) {
  Session* found = session(id);
  return found == nullptr || !found->current ? nullptr : find_in(found->windows, *found->current);
}

Window* Model::current_window(SessionId id) {
  Winlink* link = current_link(id);
  return link == nullptr ? nullptr : window(link->window);
}

PaneId Model::active_for(const Client& client, const Window& window) const {
  const auto own = client.active_pane ? client.active_panes.find(window.id) : client.active_panes.end();
  if (own == client.active_panes.end()) return window.active;
  const Pane* chosen = pane(own->second);
  // It may have gone, or stand in another window now; of a zoomed window there is one pane to see.
  return chosen != nullptr && chosen->window == window.id && !window.zoomed ? chosen->id : window.active;
}

std::vector<Session*> Model::sessions_with(WindowId window) {
  std::vector<Session*> out;
  const auto it = holders_.find(window);
  if (it == holders_.end()) return out;
  for (const auto& [id, count] : it->second) out.push_back(session(id));
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

std::vector<const Session*> Model::sessions_with(WindowId window) const {
  std::vector<const Session*> out;
  const auto it = holders_.find(window);
  if (it == holders_.end()) return out;
  for (const auto& [id, count] : it->second) out.push_back(session(id));
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

std::size_t Model::link_count(WindowId window) const {
  std::size_t count = 0;
  if (const auto it = holders_.find(window); it != holders_.end()) {
    for (const auto& [id, links] : it->second) count += links;
  }
  return count;
}

std::vector<Client*> Model::clients_of(SessionId session) {
  std::vector<Client*> out;
  for (auto& [id, client] : clients_) {
    if (client.session == session) out.push_back(&client);
  }
  return out;
}

std::size_t Model::attached_count(SessionId session) const {
  return static_cast<std::size_t>(std::count_if(
      clients_.begin(), clients_.end(), [&](const auto& entry) { return entry.second.session == session; }));
}

int Model::pane_index(PaneId id) const {
  const Pane* found = pane(id);
  SESS_CHECK(found != nullptr);
  const Window* in = window(found->window);
  const auto at = std::find(in->panes.begin(), in->panes.end(), id) - in->panes.begin();
  return static_cast<int>(at + in->options.number("pane-base-index"));
}

Pane* Model::pane_at(WindowId id, int index) {
  Window* found = window(id);
  if (found == nullptr) return nullptr;
  const std::int64_t at = index - found->options.number("pane-base-index");
  if (at < 0 || at >= static_cast<std::int64_t>(found->panes.size())) return nullptr;
  return pane(found->panes[static_cast<std::size_t>(at)]);
}

// -- activity
// ------------------------------------------------------------------------------------------------

void Model::touch_session(SessionId id, Time now) {
  Session* found = session(id);
  if (found == nullptr) return;
  found->activity = now;
  by_activity_.erase({found->activity_order, id});
  found->activity_order = next_.activity++;
  by_activity_.emplace(found->activity_order, id);
}

void Model::touch_client(ClientId id, Time now) {
  Client* found = client(id);
  if (found == nullptr) return;
  found->activity = now;
  found->activity_order = next_.activity++;
  if (!found->session) return;
  touch_session(*found->session, now);
  Window* window = current_window(*found->session);
  if (window == nullptr || window->latest == id) return;
  window->latest = id;
  report_client(Event::Kind::client_active, id, found->session);
}

Session* Model::latest_session(Attachment attachment, std::optional<SessionId> except) {
  const Session* best = std::as_const(*this).latest_session(attachment, except);
  return best == nullptr ? nullptr : session(best->id);
}

const Session* Model::latest_session(Attachment attachment, std::optional<SessionId> except) const {
  std::set<SessionId> looked_at;
  for (const auto& [id, client] : clients_) {
    if (client.session) looked_at.insert(*client.session);
  }
  // Every command asks: what is passed over are the sessions of clients, which are few beside all.
  if (attachment == Attachment::attached) {
    const Session* best = nullptr;
    for (const auto id : looked_at) {
      const Session* one = session(id);
      if (id == except || one == nullptr) continue;
      if (best == nullptr || one->activity_order > best->activity_order) best = one;
    }
    return best;
  }
  for (auto it = by_activity_.rbegin(); it != by_activity_.rend(); ++it) {
    if (it->second == except || (attachment == Attachment::unattached && looked_at.contains(it->second)))
      continue;
    return session(it->second);
  }
  return nullptr;
}

Client* Model::latest_client(std::optional<SessionId> session) {
  Client* best = nullptr;
  for (auto& [id, client] : clients_) {
    if (!client.session || (session && client.session != session)) continue;
    if (best == nullptr || client.activity_order > best->activity_order) best = &client;
  }
  return best;
}

// -- what changed, and indices
// --------------------------------------------------------------------------------------------------

Session* Model::touch(Session* session) {
  if (session != nullptr && !std::exchange(session->touched, true)) changes_.sessions.push_back(session->id);
  return session;
}

Window* Model::touch(Window* window) {
  if (window != nullptr && !std::exchange(window->touched, true)) changes_.windows.push_back(window->id);
  return window;
}

Pane* Model::touch(Pane* pane) {
  if (pane != nullptr && !std::exchange(pane->touched, true)) changes_.panes.push_back(pane->id);
  return pane;
}

Model::Changes Model::take_changes() {
  for (const auto id : changes_.sessions) {
    if (Session* found = find_in(sessions_, id)) found->touched = false;
  }
  for (const auto id : changes_.windows) {
    if (Window* found = find_in(windows_, id)) found->touched = false;
  }
  for (const auto id : changes_.panes) {
    Pane* found = find_in(panes_, id);
    if (found == nullptr) continue;
    found->touched = false;
    if (!found->dead && !found->tty.empty()) by_tty_[found->tty] = id;
  }
  return std::exchange(changes_, {});
}

void Model::hold(WindowId window, SessionId session) {
  ++holders_[window][session];
}

void Model::let_go(WindowId window, SessionId session) {
  const auto holders = holders_.find(window);
  if (holders == holders_.end()) return;
  const auto links = holders->second.find(session);
  if (links == holders->second.end() || --links->second > 0) return;
  holders->second.erase(links);
  if (holders->second.empty()) holders_.erase(holders);
}

/// After nodes were taken over as they stood.
void Model::index_all() {
  by_name_.clear();
  by_activity_.clear();
  holders_.clear();
  for (const auto& [id, session] : sessions_) {
    by_name_.emplace(session.name, id);
    by_activity_.emplace(session.activity_order, id);
    for (const auto& [index, link] : session.windows) hold(link.window, id);
  }
}

// -- marked pane
// ---------------------------------------------------------------------------------------------

std::optional<Model::Mark> Model::mark() const {
  if (!mark_) return std::nullopt;
  const Session* in = session(mark_->session);
  const Pane* marked = pane(mark_->pane);
  if (in == nullptr || marked == nullptr) return std::nullopt;
  const auto link = in->windows.find(mark_->index);
  if (link == in->windows.end() || link->second.window != marked->window) return std::nullopt;
  return mark_;
}

// -- clients
// -------------------------------------------------------------------------------------------------

Client& Model::add_client(std::string name, Time now) {
  const ClientId id{next_.client++};
  Client& made = clients_[id];
  made.id = id;
  made.name = std::move(name);
  made.created = now;
  made.activity = now;
  return made;
}

void Model::remove_client(ClientId id) {
  detach_client(id);
  const Client* found = client(id);
  const bool remembered = found != nullptr && found->was_attached;
  clients_.erase(id);
  if (!remembered) return;
  for (auto& [window_id, window] : windows_) {
    if (window.latest == id) window.latest.reset();
  }
}

void Model::attach_client(ClientId id, SessionId session_id, Time now) {
  Client* found = client(id);
  Session* to = session(session_id);
  if (found == nullptr || to == nullptr) return;
  const bool fresh = !found->session;
  const bool changed = found->session != session_id;
  if (!fresh && changed) found->last_session = found->session;
  found->session = session_id;
  found->was_attached = true;
  to->last_attached = now;
  if (Window* window = current_window(session_id)) window->latest = id;
  touch_client(id, now);
  if (Winlink* link = current_link(session_id)) link->bell = link->activity = link->silence = false;
  if (changed) report_client(Event::Kind::client_session_changed, id, session_id);
  if (fresh) report_client(Event::Kind::client_attached, id, session_id);
}

void Model::detach_client(ClientId id) {
  Client* found = client(id);
  if (found == nullptr || !found->session) return;
  const auto left = found->session;
  found->session.reset();
  found->last_session.reset();
  report_client(Event::Kind::client_detached, id, left);
}

// -- events
// --------------------------------------------------------------------------------------------------

std::vector<Event> Model::take_events() {
  return std::exchange(events_, {});
}

void Model::report(Event::Kind kind, std::optional<SessionId> session, std::optional<WindowId> window,
                   std::optional<PaneId> pane, std::string name) {
  Event event{};
  event.kind = kind;
  event.session = session;
  event.window = window;
  event.pane = pane;
  event.name = std::move(name);
  const Model& nodes = *this;
  if (const Session* found = session ? nodes.session(*session) : nullptr) event.session_name = found->name;
  if (const Window* found = window ? nodes.window(*window) : nullptr) event.window_name = found->name;
  event.hooks = !quiet_;
  events_.push_back(std::move(event));
}

void Model::report_client(Event::Kind kind, ClientId id, std::optional<SessionId> session) {
  const Client* found = client(id);
  Event event{};
  event.kind = kind;
  event.session = session;
  event.client = id;
  if (found != nullptr) event.name = found->name;
  event.hooks = !quiet_;
  events_.push_back(std::move(event));
}

void Model::client_resized(ClientId id) {
  const Client* found = client(id);
  if (found != nullptr && found->session) report_client(Event::Kind::client_resized, id, found->session);
}

std::string_view hook_name(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::session_created:
      return "session-created";
    case Event::Kind::session_closed:
      return "session-closed";
    case Event::Kind::session_renamed:
      return "session-renamed";
    case Event::Kind::session_window_changed:
      return "session-window-changed";
    case Event::Kind::window_linked:
      return "window-linked";
    case Event::Kind::window_unlinked:
      return "window-unlinked";
    case Event::Kind::window_renamed:
      return "window-renamed";
    case Event::Kind::window_resized:
      return "window-resized";
    case Event::Kind::window_layout_changed:
      return "window-layout-changed";
    case Event::Kind::window_pane_changed:
      return "window-pane-changed";
    case Event::Kind::client_attached:
      return "client-attached";
    case Event::Kind::client_session_changed:
      return "client-session-changed";
    case Event::Kind::client_detached:
    case Event::Kind::client_session_lost:
      return "client-detached";
    case Event::Kind::client_resized:
      return "client-resized";
    case Event::Kind::client_active:
      return "client-active";
    case Event::Kind::window_closed:
    case Event::Kind::pane_created:
    case Event::Kind::pane_closed:
    case Event::Kind::pane_moved:
    case Event::Kind::pane_resized:
      break;
  }
  return {};
}

}  // namespace sess::model
