// Every session: by name, by activity, and which share a group.
//
// Which windows a session has is Links' business, its birth and its end are Model's steps.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/graph/event_log.hpp"
#include "model/graph/node_table.hpp"
#include "model/session.hpp"

namespace sess::model {

class Sessions : public NodeTable<SessionId, Session> {
 public:
  /// `global`: the options that theirs inherit from.
  Sessions(EventLog& events, ActivityOrder& order, const Options& global)
      : events_(events), order_(order), global_(global) {}

  [[nodiscard]] Session* named(std::string_view name);
  [[nodiscard]] const Session* named(std::string_view name) const;
  /// In name order, as list-sessions prints them.
  [[nodiscard]] std::vector<const Session*> by_name() const;
  /// The most recently active one of those that are `wanted`, or null.
  template <class Wanted>
  [[nodiscard]] const Session* latest(Wanted wanted) const {
    for (auto it = by_activity_.rbegin(); it != by_activity_.rend(); ++it) {
      if (wanted(it->second)) return find(it->second);
    }
    return nullptr;
  }
  /// Sessions of the same group, itself included; only itself when it is in none.
  [[nodiscard]] std::vector<SessionId> group_members(SessionId session) const;
  [[nodiscard]] std::vector<std::string> groups() const;

  /// It was used now.
  void note_activity(SessionId session, Time now);
  /// Renaming to the own name is nothing. Errors: "invalid session: x", "duplicate session: x".
  Result<> rename(SessionId session, std::string_view name);

  /// One that a checkpoint has (Model::repair() makes the rest of it true). False when its id is taken.
  bool adopt(Session session);

 private:
  friend class Links;
  friend class Model;

  /// `name` as the user gave it; "": the next free number, behind the group's name where there is one. Errors
  /// as rename().
  Result<Session*> make(std::string_view name, std::string_view group, Time now);
  void erase(const Session& session);
  void index();
  void validate(std::vector<std::string>& out) const;

  EventLog& events_;
  ActivityOrder& order_;
  const Options& global_;
  std::map<std::string, SessionId, std::less<>> by_name_;
  std::set<std::pair<std::uint64_t, SessionId>> by_activity_;  ///< activity_order of every session
};

}  // namespace sess::model
