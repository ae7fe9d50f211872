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
  using enum Event::Kind;
  static constexpr std::pair<Event::Kind, std::string_view> kHooks[] = {
      {session_created, "session-created"},
      {session_closed, "session-closed"},
      {session_renamed, "session-renamed"},
      {session_window_changed, "session-window-changed"},
      {window_linked, "window-linked"},
      {window_unlinked, "window-unlinked"},
      {window_renamed, "window-renamed"},
      {window_resized, "window-resized"},
      {window_layout_changed, "window-layout-changed"},
      {window_pane_changed, "window-pane-changed"},
      {client_attached, "client-attached"},
      {client_session_changed, "client-session-changed"},
      {client_detached, "client-detached"},
      {client_session_lost, "client-detached"},
      {client_resized, "client-resized"},
      {client_active, "client-active"},
  };
  for (const auto& [known, name] : kHooks) {
    if (known == kind) return name;
  }
  return {};
}

}  // namespace sess::model
