#include "model/graph/clients.hpp"

#include <algorithm>
#include <utility>

namespace sess::model {

std::vector<Client*> Clients::of(SessionId session) {
  std::vector<Client*> out;
  for (auto& [id, client] : nodes()) {
    if (client.session == session) out.push_back(&client);
  }
  return out;
}

std::size_t Clients::attached_count(SessionId session) const {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [&](const auto& entry) { return entry.second.session == session; }));
}

std::set<SessionId> Clients::looked_at() const {
  std::set<SessionId> out;
  for (const auto& [id, client] : *this) {
    if (client.session) out.insert(*client.session);
  }
  return out;
}

Client* Clients::latest(std::optional<SessionId> session) {
  Client* best = nullptr;
  for (auto& [id, client] : nodes()) {
    if (!client.session || (session && client.session != session)) continue;
    if (best == nullptr || client.activity_order > best->activity_order) best = &client;
  }
  return best;
}

Client& Clients::add(std::string name, Time now) {
  Client& made = NodeTable::add(take_id());
  made.name = std::move(name);
  made.created = now;
  made.activity = now;
  return made;
}

void Clients::remove(ClientId id) {
  detach(id);
  const Client* found = find(id);
  const bool remembered = found != nullptr && found->was_attached;
  erase(id);
  if (remembered) windows_.forget(id);
}

void Clients::attach(ClientId id, SessionId session_id, Time now) {
  Client* found = find(id);
  Session* to = sessions_.find(session_id);
  if (found == nullptr || to == nullptr) return;
  const bool fresh = !found->session;
  const bool changed = found->session != session_id;
  if (!fresh && changed) found->last_session = found->session;
  found->session = session_id;
  found->was_attached = true;
  to->last_attached = now;
  if (Window* window = links_.current_window(session_id)) window->latest = id;
  note_activity(id, now);
  if (Winlink* link = links_.current(session_id)) link->bell = link->activity = link->silence = false;
  if (changed) events_.report(Event::Kind::client_session_changed, *found, session_id);
  if (fresh) events_.report(Event::Kind::client_attached, *found, session_id);
}

void Clients::detach(ClientId id) {
  Client* found = find(id);
  if (found == nullptr || !found->session) return;
  const auto left = found->session;
  found->session.reset();
  found->last_session.reset();
  events_.report(Event::Kind::client_detached, *found, left);
}

void Clients::note_activity(ClientId id, Time now) {
  Client* found = find(id);
  if (found == nullptr) return;
  found->activity = now;
  found->activity_order = order_.take();
  if (!found->session) return;
  sessions_.note_activity(*found->session, now);
  Window* window = links_.current_window(*found->session);
  if (window == nullptr || window->latest == id) return;
  window->latest = id;
  events_.report(Event::Kind::client_active, *found, found->session);
}

void Clients::report_size(ClientId id) {
  const Client* found = find(id);
  if (found != nullptr && found->session) events_.report(Event::Kind::client_resized, *found, found->session);
}

void Clients::leave(SessionId session, const Session* heir) {
  for (auto& [id, client] : nodes()) {
    if (client.session == session) {
      client.last_session.reset();
      if (heir == nullptr) {
        client.session.reset();
        events_.report(Event::Kind::client_session_lost, client, session);
      } else {
        client.session = heir->id;
        events_.report(Event::Kind::client_session_changed, client, heir->id);
      }
    } else if (client.last_session == session) {
      client.last_session.reset();
    }
  }
}

}  // namespace sess::model
