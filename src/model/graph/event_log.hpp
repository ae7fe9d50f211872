// What happened to the model since somebody took it, in order. Owned by Model; its parts report.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/client.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace sess::model {

class Sessions;
class Windows;

class EventLog {
 public:
  /// Both only to name the nodes of an event.
  EventLog(const Sessions& sessions, const Windows& windows) : sessions_(sessions), windows_(windows) {}

  void report(Event::Kind kind, std::optional<SessionId> session,
              std::optional<WindowId> window = std::nullopt, std::optional<PaneId> pane = std::nullopt,
              std::string name = {});
  void report(Event::Kind kind, const Client& client, std::optional<SessionId> session);
  /// What happened since the last call.
  [[nodiscard]] std::vector<Event> take() { return std::exchange(events_, {}); }

  /// While quiet, events run no hooks: the queue says so around the commands of a hook.
  void set_quiet(bool quiet) { quiet_ = quiet; }
  [[nodiscard]] bool quiet() const { return quiet_; }

 private:
  const Sessions& sessions_;
  const Windows& windows_;
  std::vector<Event> events_;
  bool quiet_ = false;
};

}  // namespace sess::model
