#include "server/model_events.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "display/display.hpp"
#include "display/pane_modes.hpp"
#include "jobs/control.hpp"
#include "panes/window_names.hpp"
#include "peers/control_clients.hpp"
#include "peers/identities.hpp"
#include "peers/session_watch.hpp"
#include "server/clients.hpp"
#include "server/daemon.hpp"
#include "server/pane_reports.hpp"
#include "server/programs.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"

namespace sess::server {

using peers::RemoteClient;

namespace {

/// Events that follow from each other in one turn; beyond it they go on in the next.
constexpr int kRounds = 16;

/// What a hook's commands know of what happened, each thing in a variable of its own; of a client nothing
/// else, as in tmux: the session that it left may be gone.
std::vector<std::pair<std::string, std::string>> hook_variables(const model::Model& model,
                                                                const model::Event& event) {
  if (event.client) return {{"hook_client", event.name}};
  std::vector<std::pair<std::string, std::string>> out;
  if (event.session) {
    out.emplace_back("hook_session", to_string(*event.session));
    out.emplace_back("hook_session_name", event.session_name);
  }
  if (event.window) {
    const model::Window* window = model.window(*event.window);
    const bool unnamed =
        event.window_name.empty() && window != nullptr;  // it is given its name when it is linked
    out.emplace_back("hook_window", to_string(*event.window));
    out.emplace_back("hook_window_name", unnamed ? window->name : event.window_name);
  }
  if (event.pane) out.emplace_back("hook_pane", to_string(*event.pane));
  return out;
}

}  // namespace

ModelEvents::ModelEvents(const Parts& parts)
    : model_(parts.model),
      queue_(parts.queue),
      link_(parts.link),
      remote_(parts.remote),
      terminals_(parts.terminals),
      checkpoint_(parts.checkpoint),
      clients_(parts.clients),
      display_(parts.display),
      identities_(parts.identities),
      programs_(parts.programs),
      reports_(parts.reports),
      daemon_(parts.daemon),
      names_(parts.names),
      pane_modes_(parts.pane_modes),
      control_clients_(parts.control_clients),
      session_watch_(parts.session_watch),
      jobs_(parts.jobs),
      saved_sessions_(parts.saved_sessions) {}

void ModelEvents::tell_focus(bool of_hook) {
  for (const auto& change : pane_focus_.update(model_)) {
    panes::PaneIo* io = terminals_.find(change.pane);
    if (io != nullptr && io->screen().modes().focus_events)
      io->input().answer(change.focused ? "\x1b[I" : "\x1b[O");
    if (of_hook) continue;
    queue_.submit_hook(change.focused ? "pane-focus-in" : "pane-focus-out",
                       command::find_from_pane(model_, change.pane), {},
                       {{"hook_pane", to_string(change.pane)}});
  }
}

void ModelEvents::follow_model() {
  for (int round = 0; round < kRounds; ++round) {
    session_watch_.sweep();
    auto events = model_.events().take();
    if (events.empty()) return;
    checkpoint_.changed();
    for (const auto& event : events) follow(event);
    // With `status auto` the number of windows and panes decides what is left for them.
    const bool structural = std::any_of(events.begin(), events.end(), [](const model::Event& event) {
      return event.kind != model::Event::Kind::pane_resized &&
             event.kind != model::Event::Kind::window_resized;
    });
    if (structural) model_.recalculate_sizes();
  }
}

void ModelEvents::follow(const model::Event& event) {
  using Kind = model::Event::Kind;
  control_clients_.on_event(event);
  command::Target target;
  switch (event.kind) {
    case Kind::pane_closed: {
      saved_sessions_.on_pane_closed(*event.pane);
      display_.pane_closed(*event.pane);
      pane_modes_.on_pane_closed(*event.pane);
      reports_.pane_closed(*event.pane);
      programs_.pane_closed(*event.pane);
      // A job's program is remembered until its exit was recorded.
      if (jobs_.runs().on_pane_closed(*event.pane)) break;
      if (auto sent = link_.send(keeper::Forget{event.pane->value}); !sent)
        log::error("{}", sent.error().text);
      break;
    }
    case Kind::pane_resized: {
      const model::Pane* pane = model_.pane(*event.pane);
      panes::PaneIo* io = terminals_.find(*event.pane);
      if (pane != nullptr && io != nullptr) {
        os::PixelSize pixels;
        if (const auto* latest = model_.clients().latest(); latest != nullptr && latest->xpixel > 0) {
          pixels.width = static_cast<std::uint16_t>(latest->xpixel * pane->size.cols);
          pixels.height = static_cast<std::uint16_t>(latest->ypixel * pane->size.rows);
        }
        io->resize(pane->size, pixels);
        pane_modes_.on_pane_resized(pane->id, pane->size);
        for (auto& [id, client] : remote_) {
          if (client->direct && &client->direct->pane() == io) client->redraw();
        }
      }
      break;
    }
    case Kind::client_detached:
      session_watch_.on_left();
      break;
    case Kind::session_window_changed:
    case Kind::window_linked:
      identities_.changed();
      break;
    case Kind::client_session_changed:
      identities_.changed();
      session_watch_.on_left();
      session_watch_.on_activity(*event.session);
      break;
    case Kind::session_closed:
      session_watch_.on_closed(*event.session);
      break;
    case Kind::client_session_lost:
      session_watch_.on_left();
      if (RemoteClient* gone = remote_.find(*event.client)) {
        clients_.end_attachment(
            *gone,
            daemon_.stopping() ? protocol::DetachReason::server_exited : protocol::DetachReason::exited,
            daemon_.stopping() ? "[server exited]" : "[exited]");
      }
      break;
    case Kind::window_pane_changed:
    case Kind::pane_moved:
      // A swap reports the pane that came, and the window where it is.
      if (event.pane) names_.look_at(*event.pane);
      identities_.changed();
      break;
    default:
      break;
  }
  remote_.display_changed();
  pane_modes_.on_model_changed();
  if (const auto name = model::hook_name(event.kind); event.hooks && !name.empty()) {
    if (event.pane && model_.pane(*event.pane) != nullptr) {
      target = command::find_from_pane(model_, *event.pane);
    } else if (event.window && model_.window(*event.window) != nullptr) {
      target = command::find_from_window(model_, *event.window);
    } else if (event.session && model_.session(*event.session) != nullptr) {
      target = command::find_from_session(model_, *event.session);
    }
    const bool alive = event.client && model_.client(*event.client) != nullptr;
    queue_.submit_hook(name, target, alive ? event.client : std::nullopt, hook_variables(model_, event));
  }
}

}  // namespace sess::server
