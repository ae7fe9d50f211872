// Sessions and groups of sessions.
#include <algorithm>

#include "model/model.hpp"
#include "model/names.hpp"

namespace sess::model {

Result<Session*> Model::create_session(const NewSession& spec) {
  std::string name;
  if (!spec.name.empty()) {
    auto checked = session_name(spec.name);
    if (!checked) return pass(checked.error());
    if (session_named(*checked) != nullptr) {
      return fail(ErrorCode::already_exists, "duplicate session: {}", *checked);
    }
    name = *std::move(checked);
  }
  SessionId id{next_.session++};
  while (name.empty()) {
    std::string candidate =
        spec.group.empty() ? std::to_string(id.value) : fmt::format("{}-{}", spec.group, id.value);
    if (session_named(candidate) == nullptr) {
      name = std::move(candidate);
    } else {
      id = SessionId{next_.session++};
    }
  }
  Session& made = sessions_[id];
  made.id = id;
  made.name = std::move(name);
  touch(&made);
  by_name_.emplace(made.name, id);
  made.start_path = spec.start_path;
  made.created = spec.now;
  made.options = Options(OptionScope::session, &session_options_);
  touch_session(id, spec.now);
  report(Event::Kind::session_created, id, std::nullopt, std::nullopt, made.name);
  if (!spec.group.empty()) join_group(id, spec.group);
  return &made;
}

Session* Model::heir_of(const Session& session) {
  const auto policy = session.options.choice("detach-on-destroy");
  if (policy == "on" || sessions_.size() < 2) return nullptr;
  if (policy == "off") return latest_session(Attachment::any, session.id);
  if (policy == "no-detached") return latest_session(Attachment::unattached, session.id);
  const auto all = sessions_by_name();
  const auto at = static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(), [&](const Session* s) { return s->id == session.id; }) -
      all.begin());
  return this->session(all[(policy == "next" ? at + 1 : at + all.size() - 1) % all.size()]->id);
}

void Model::erase_session(Session& session) {
  const SessionId id = session.id;
  const Session* heir = heir_of(session);
  for (Client* client : clients_of(id)) {
    client->last_session.reset();
    if (heir == nullptr) {
      client->session.reset();
      report_client(Event::Kind::client_session_lost, client->id, id);
    } else {
      client->session = heir->id;
      report_client(Event::Kind::client_session_changed, client->id, heir->id);
    }
  }
  for (auto& [client_id, client] : clients_) {
    if (client.last_session == id) client.last_session.reset();
  }
  report(Event::Kind::session_closed, id, std::nullopt, std::nullopt, session.name);
  std::vector<WindowId> held;
  for (const auto& [index, link] : session.windows) {
    report(Event::Kind::window_unlinked, id, link.window);
    let_go(link.window, id);
    held.push_back(link.window);
  }
  if (mark_ && mark_->session == id) mark_.reset();
  by_name_.erase(session.name);
  by_activity_.erase({session.activity_order, id});
  changes_.sessions.push_back(id);
  sessions_.erase(id);
  for (const WindowId window : held) close_unlinked(window);
}

void Model::destroy_session(SessionId id) {
  if (Session* found = session(id)) erase_session(*found);
}

void Model::destroy_with_group(SessionId id) {
  for (const SessionId member : group_members(id)) destroy_session(member);
}

Result<> Model::rename_session(SessionId id, std::string_view given) {
  Session* found = session(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(id));
  auto name = session_name(given);
  if (!name) return pass(name.error());
  if (*name == found->name) return {};
  if (session_named(*name) != nullptr) return fail(ErrorCode::already_exists, "duplicate session: {}", *name);
  by_name_.erase(found->name);
  found->name = *std::move(name);
  by_name_.emplace(found->name, id);
  report(Event::Kind::session_renamed, id, std::nullopt, std::nullopt, found->name);
  return {};
}

// -- groups
// --------------------------------------------------------------------------------------------------

std::vector<SessionId> Model::group_members(SessionId id) const {
  const Session* found = session(id);
  if (found == nullptr) return {};
  if (found->group.empty()) return {id};
  std::vector<SessionId> out;
  for (const auto& [other_id, other] : sessions_) {
    if (other.group == found->group) out.push_back(other_id);
  }
  return out;
}

std::vector<std::string> Model::groups() const {
  std::vector<std::string> out;
  for (const auto& [id, session] : sessions_) {
    if (!session.group.empty()) out.push_back(session.group);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Model::join_group(SessionId id, std::string_view group) {
  Session* found = session(id);
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

void Model::synchronize_group(SessionId from) {
  const Session* source = session(from);
  if (source == nullptr || source->group.empty() || source->windows.empty()) return;
  for (const SessionId member : group_members(from)) {
    if (member != from) synchronize(*source, *session(member));
  }
}

void Model::synchronize(const Session& from, Session& to) {
  const auto before = std::move(to.windows);
  to.windows.clear();
  touch(&to);
  for (const auto& [index, link] : before) let_go(link.window, to.id);
  for (const auto& [index, link] : from.windows) {
    to.windows.emplace(index, link);
    hold(link.window, to.id);
    const auto old = before.find(index);
    if (old == before.end() || old->second.window != link.window) {
      report(Event::Kind::window_linked, to.id, link.window);
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
    if (had) report(Event::Kind::session_window_changed, to.id, to.windows.at(*to.current).window);
  }
  std::erase(to.last, *to.current);
  for (const auto& [index, link] : before) {
    const WindowId window = link.window;
    const bool kept = std::any_of(to.windows.begin(), to.windows.end(),
                                  [&](const auto& entry) { return entry.second.window == window; });
    if (kept) continue;
    report(Event::Kind::window_unlinked, to.id, window);
    close_unlinked(window);
  }
}

}  // namespace sess::model
