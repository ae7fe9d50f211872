#include "model/graph/sessions.hpp"

#include <algorithm>

#include "model/names.hpp"

namespace sess::model {

Session* Sessions::named(std::string_view name) {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : find(it->second);
}

const Session* Sessions::named(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : find(it->second);
}

std::vector<const Session*> Sessions::by_name() const {
  std::vector<const Session*> out;
  out.reserve(by_name_.size());
  for (const auto& [name, id] : by_name_) out.push_back(find(id));
  return out;
}

std::vector<SessionId> Sessions::group_members(SessionId id) const {
  const Session* found = find(id);
  if (found == nullptr) return {};
  if (found->group.empty()) return {id};
  std::vector<SessionId> out;
  for (const auto& [other_id, other] : *this) {
    if (other.group == found->group) out.push_back(other_id);
  }
  return out;
}

std::vector<std::string> Sessions::groups() const {
  std::vector<std::string> out;
  for (const auto& [id, session] : *this) {
    if (!session.group.empty()) out.push_back(session.group);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Sessions::note_activity(SessionId id, Time now) {
  Session* found = find(id);
  if (found == nullptr) return;
  found->activity = now;
  by_activity_.erase({found->activity_order, id});
  found->activity_order = order_.take();
  by_activity_.emplace(found->activity_order, id);
}

Result<> Sessions::rename(SessionId id, std::string_view given) {
  Session* found = find(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(id));
  auto name = session_name(given);
  if (!name) return pass(name.error());
  if (*name == found->name) return {};
  if (named(*name) != nullptr) return fail(ErrorCode::already_exists, "duplicate session: {}", *name);
  by_name_.erase(found->name);
  found->name = *std::move(name);
  by_name_.emplace(found->name, id);
  events_.report(Event::Kind::session_renamed, id, std::nullopt, std::nullopt, found->name);
  return {};
}

Result<Session*> Sessions::make(std::string_view given, std::string_view group, Time now) {
  std::string name;
  if (!given.empty()) {
    auto checked = session_name(given);
    if (!checked) return pass(checked.error());
    if (named(*checked) != nullptr) {
      return fail(ErrorCode::already_exists, "duplicate session: {}", *checked);
    }
    name = *std::move(checked);
  }
  SessionId id = take_id();
  while (name.empty()) {
    std::string candidate = group.empty() ? std::to_string(id.value) : fmt::format("{}-{}", group, id.value);
    if (named(candidate) == nullptr) {
      name = std::move(candidate);
    } else {
      id = take_id();
    }
  }
  Session& made = add(id);
  made.name = std::move(name);
  by_name_.emplace(made.name, id);
  made.created = now;
  made.options = Options(OptionScope::session, &global_);
  note_activity(id, now);
  events_.report(Event::Kind::session_created, id, std::nullopt, std::nullopt, made.name);
  return &made;
}

void Sessions::erase(const Session& session) {
  by_name_.erase(session.name);
  by_activity_.erase({session.activity_order, session.id});
  NodeTable::erase(session.id);
}

bool Sessions::adopt(Session session) {
  Session* made = insert(std::move(session));
  if (made == nullptr) return false;
  made->options.set_parent(&global_);
  by_name_.emplace(made->name, made->id);
  by_activity_.emplace(made->activity_order, made->id);
  order_.pass(made->activity_order);
  return true;
}

/// After nodes were taken over as they stood.
void Sessions::index() {
  by_name_.clear();
  by_activity_.clear();
  for (const auto& [id, session] : *this) {
    by_name_.emplace(session.name, id);
    by_activity_.emplace(session.activity_order, id);
  }
}

void Sessions::validate(std::vector<std::string>& out) const {
  for (const auto& [id, session] : *this) {
    const auto named = by_name_.find(session.name);
    if (named == by_name_.end() || named->second != id) out.push_back("a session is not found by its name");
    if (!by_activity_.contains({session.activity_order, id}))
      out.push_back("a session is not known by its activity");
  }
  if (by_activity_.size() != size()) out.push_back("activity is known of sessions that are not there");
  if (by_name_.size() != size()) out.push_back("names are known of sessions that are not there");
}

}  // namespace sess::model
