// Targets without text: what a client, session, window or pane stands on.
#include <algorithm>

#include "command/language/target.hpp"
#include "command/language/target_search.hpp"

namespace sess::command {

using model::Client;
using model::ClientId;
using model::Model;
using model::Pane;
using model::PaneId;
using model::Session;
using model::SessionId;
using model::Window;
using model::WindowId;
using model::Winlink;

bool better(const Model& model, const Session& session, const Session* than, unsigned flags) {
  if (than == nullptr) return true;
  if ((flags & kFindPreferUnattached) != 0) {
    const bool attached = model.clients().attached_count(session.id) != 0;
    const bool than_attached = model.clients().attached_count(than->id) != 0;
    if (attached != than_attached) return than_attached;
  }
  return session.activity_order > than->activity_order;
}

bool wins(const Model& model, const Session& session, const Session* best, unsigned flags) {
  if (best == nullptr || better(model, session, best, flags)) return true;
  return session.name < best->name && !better(model, *best, &session, flags);
}

std::vector<const Session*> by_name(const Model& model) {
  std::vector<const Session*> out;
  for (const auto& [id, session] : model.sessions()) out.push_back(&session);
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

const Winlink* link_to(const Session& session, WindowId window) {
  const Winlink* current = session.current_link();
  if (current != nullptr && current->window == window) return current;
  for (const auto& [index, link] : session.windows) {
    if (link.window == window) return &link;
  }
  return nullptr;
}

namespace {

/// The pane that a client without a session runs in: by its terminal, else by what its environment says.
const Pane* pane_around(const Model& model, const Client& client) {
  if (!client.tty.empty()) {
    if (const Pane* pane = model.panes().on(client.tty)) return pane;
  }
  const bool tmux = client.dialect == Dialect::tmux && client.environment.value("TMUX_PANE");
  const auto name = client.environment.value(tmux ? "TMUX_PANE" : "SESS_PANE");
  const auto id = name ? model::parse_id<PaneId>(*name) : std::nullopt;
  return id ? model.pane(*id) : nullptr;
}

const Session* best_session_of(const Model& model, WindowId window, unsigned flags) {
  const Session* best = nullptr;
  for (const Session* session : model.links().sessions_with(window)) {
    if (wins(model, *session, best, flags)) best = session;
  }
  return best;
}

}  // namespace

Target find_from_session(const Model& model, SessionId id) {
  const Session* session = model.session(id);
  const Winlink* link = session != nullptr ? session->current_link() : nullptr;
  Target target;
  if (session != nullptr) target.session = id;
  if (link == nullptr) return target;
  return find_from_link(model, id, link->index);
}

Target find_from_link(const Model& model, SessionId id, int index) {
  Target target;
  const Session* session = model.session(id);
  if (session == nullptr) return target;
  target.session = id;
  const auto it = session->windows.find(index);
  if (it == session->windows.end()) return target;
  target.link = index;
  target.index = index;
  target.window = it->second.window;
  if (const Window* window = model.window(it->second.window)) target.pane = window->active;
  return target;
}

Target find_from_window(const Model& model, WindowId window) {
  const Session* session = best_session_of(model, window, 0);
  if (session == nullptr) return {};
  return find_from_link(model, session->id, link_to(*session, window)->index);
}

Target find_from_pane(const Model& model, PaneId id) {
  const Pane* pane = model.pane(id);
  if (pane == nullptr) return {};
  Target target = find_from_window(model, pane->window);
  if (target.window) target.pane = id;
  return target;
}

std::optional<SessionId> best_session(const Model& model, unsigned flags) {
  using Attachment = Model::Attachment;
  const Session* best =
      (flags & kFindPreferUnattached) != 0 ? model.latest_session(Attachment::unattached) : nullptr;
  if (best == nullptr) best = model.latest_session();
  if (best == nullptr) return std::nullopt;
  return best->id;
}

std::optional<ClientId> best_client(const Model& model, std::optional<SessionId> session) {
  if (session && model.clients().attached_count(*session) == 0) session.reset();
  const Client* best = nullptr;
  for (const auto& [id, client] : model.clients()) {
    if (!client.session || (session && client.session != session)) continue;
    if (best == nullptr || client.activity_order > best->activity_order) best = &client;
  }
  if (best == nullptr) return std::nullopt;
  return best->id;
}

Target find_from_client(const Model& model, std::optional<ClientId> id, unsigned flags) {
  const Client* client = id ? model.client(*id) : nullptr;
  if (client != nullptr && client->session) {
    Target target = find_from_session(model, *client->session);
    if (const Window* window = target.window ? model.window(*target.window) : nullptr)
      target.pane = model.windows().active_for(*client, *window);
    return target;
  }
  if (client != nullptr) {
    if (const Pane* pane = pane_around(model, *client)) {
      if (const Session* session = best_session_of(model, pane->window, flags)) {
        return find_from_session(model, session->id);
      }
    }
  }
  const auto session = best_session(model, flags);
  return session ? find_from_session(model, *session) : Target{};
}

Result<ClientId> find_client(const FindContext& context, std::optional<std::string_view> text) {
  const Model& model = *context.model;
  if (!text) {
    const Client* client = context.client ? model.client(*context.client) : nullptr;
    if (client != nullptr && client->session) return client->id;
    std::optional<SessionId> session;
    const Pane* pane = client != nullptr ? pane_around(model, *client) : nullptr;
    if (pane != nullptr) {
      if (const Session* around = best_session_of(model, pane->window, 0)) session = around->id;
    } else {
      session = best_session(model);
    }
    if (session) {
      if (const auto best = best_client(model, session)) return *best;
    }
    return fail(ErrorCode::not_found, "no current client");
  }
  std::string_view name = *text;
  if (!name.empty() && name.back() == ':') name.remove_suffix(1);
  constexpr std::string_view kDev = "/dev/";
  for (const auto& [id, client] : model.clients()) {
    if (!client.session) continue;
    if (client.name == name) return id;
    if (client.tty.empty()) continue;
    const std::string_view tty = client.tty;
    if (tty == name || (tty.substr(0, kDev.size()) == kDev && tty.substr(kDev.size()) == name)) return id;
  }
  return fail(ErrorCode::not_found, "can't find client: {}", name);
}

bool still_there(const Model& model, const Target& target) {
  if (!target.session || !target.link || !target.window || !target.pane) return false;
  const Session* session = model.session(*target.session);
  if (session == nullptr) return false;
  const auto it = session->windows.find(*target.link);
  if (it == session->windows.end() || it->second.window != *target.window) return false;
  const Pane* pane = model.pane(*target.pane);
  return pane != nullptr && pane->window == *target.window;
}

}  // namespace sess::command
