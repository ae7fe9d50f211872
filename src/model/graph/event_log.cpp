#include "model/graph/event_log.hpp"

#include "model/graph/sessions.hpp"
#include "model/graph/windows.hpp"

namespace sess::model {

void EventLog::report(Event::Kind kind, std::optional<SessionId> session, std::optional<WindowId> window,
                      std::optional<PaneId> pane, std::string name) {
  Event event{};
  event.kind = kind;
  event.session = session;
  event.window = window;
  event.pane = pane;
  event.name = std::move(name);
  if (const Session* found = session ? sessions_.find(*session) : nullptr) event.session_name = found->name;
  if (const Window* found = window ? windows_.find(*window) : nullptr) event.window_name = found->name;
  event.hooks = !quiet_;
  events_.push_back(std::move(event));
}

void EventLog::report(Event::Kind kind, const Client& client, std::optional<SessionId> session) {
  Event event{};
  event.kind = kind;
  event.session = session;
  event.client = client.id;
  event.name = client.name;
  event.hooks = !quiet_;
  events_.push_back(std::move(event));
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
