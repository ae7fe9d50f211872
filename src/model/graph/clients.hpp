// The clients that are connected: what each looks at, and which was active last.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/client.hpp"
#include "model/graph/event_log.hpp"
#include "model/graph/links.hpp"
#include "model/graph/node_table.hpp"

namespace sess::model {

class Clients : public NodeTable<ClientId, Client> {
 public:
  Clients(Sessions& sessions, Windows& windows, Links& links, EventLog& events, ActivityOrder& order)
      : sessions_(sessions), windows_(windows), links_(links), events_(events), order_(order) {}

  /// Clients attached to a session, in order of connection.
  [[nodiscard]] std::vector<Client*> of(SessionId session);
  [[nodiscard]] std::size_t attached_count(SessionId session) const;
  /// Sessions that clients are attached to.
  [[nodiscard]] std::set<SessionId> looked_at() const;
  /// The most recently active attached client (of a session), or null.
  [[nodiscard]] Client* latest(std::optional<SessionId> session = std::nullopt);

  Client& add(std::string name, Time now);
  void remove(ClientId client);
  /// Attaches or switches; the former session becomes last_session.
  void attach(ClientId client, SessionId session, Time now);
  void detach(ClientId client);
  /// It was used now, and so were its session and, as the `latest` of it, its window.
  void note_activity(ClientId client, Time now);
  /// Reports the size of an attached client's terminal: when it attached and when it changed.
  void report_size(ClientId client);

 private:
  friend class Model;

  /// Before a session ends: its clients go to the heir, where there is one.
  void leave(SessionId session, const Session* heir);

  Sessions& sessions_;
  Windows& windows_;
  Links& links_;
  EventLog& events_;
  ActivityOrder& order_;
};

}  // namespace sess::model
