// Variables of sessions, windows and the server.
#include <algorithm>
#include <array>
#include <span>

#include "command/language/buffer.hpp"
#include "command/format/mode_formats.hpp"
#include "command/format/variables.hpp"

namespace sess::command {
namespace {

using C = const FormatContext&;
using model::Client;
using model::Session;
using model::SessionId;

template <class Function>
Found with_session(C c, Function function) {
  const Session* session = session_of(c);
  if (session == nullptr) return std::nullopt;
  return function(*session);
}
template <class Function>
Found with_window(C c, Function function) {
  const model::Window* window = window_of(c);
  if (window == nullptr) return std::nullopt;
  return function(*window);
}
template <class Function>
Found with_link(C c, Function function) {
  const Session* session = session_of(c);
  const model::Winlink* link = link_of(c);
  if (session == nullptr || link == nullptr) return std::nullopt;
  return function(*session, *link);
}

std::vector<const Client*> attached(C c, SessionId session) {
  std::vector<const Client*> out;
  for (const auto& [id, client] : c.model->clients()) {
    if (client.session == session) out.push_back(&client);
  }
  return out;
}

void add(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string client_names(const std::vector<const Client*>& clients) {
  std::string out;
  for (const Client* client : clients) add(out, client->name);
  return out;
}

std::vector<const Session*> group(C c, const Session& session) {
  std::vector<const Session*> out;
  if (session.group.empty()) return out;
  for (const SessionId id : c.model->sessions().group_members(session.id)) {
    if (const Session* member = c.model->session(id)) out.push_back(member);
  }
  return out;
}

/// A list; none at all where nothing is on it.
Found some(std::string list) {
  return list.empty() ? Found() : Found(std::move(list));
}

std::size_t group_attached(C c, const Session& session) {
  std::size_t n = 0;
  for (const Session* member : group(c, session)) n += c.model->clients().attached_count(member->id);
  return n;
}

std::string names(const std::vector<const Session*>& sessions) {
  std::string out;
  for (const Session* session : sessions) add(out, session->name);
  return out;
}

std::vector<const Session*> sessions_showing(C c, model::WindowId window) {
  std::vector<const Session*> out;
  for (const auto& [id, session] : c.model->sessions()) {
    const auto* link = session.current_link();
    if (link != nullptr && link->window == window) out.push_back(&session);
  }
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

std::vector<const Session*> sessions_linking(C c, model::WindowId window) {
  std::vector<const Session*> out;
  for (const auto& [id, session] : c.model->sessions()) {
    for (const auto& [index, link] : session.windows) {
      if (link.window == window) out.push_back(&session);
    }
  }
  std::sort(out.begin(), out.end(), [](const Session* a, const Session* b) { return a->name < b->name; });
  return out;
}

std::vector<const Client*> clients_showing(C c, model::WindowId window) {
  std::vector<const Client*> out;
  for (const auto& [id, client] : c.model->clients()) {
    const Session* session = client.session ? c.model->session(*client.session) : nullptr;
    const auto* link = session != nullptr ? session->current_link() : nullptr;
    if (link != nullptr && link->window == window) out.push_back(&client);
  }
  return out;
}

Found session_alerts(C c) {
  return with_session(c, [&](const Session& session) {
    std::string out;
    for (const auto& [index, link] : session.windows) {
      if (!link.alerted()) continue;
      std::string item = std::to_string(index);
      if (link.activity) item += '#';
      if (link.bell) item += '!';
      if (link.silence) item += '~';
      add(out, item);
    }
    return Found(out);
  });
}

Found session_stack(C c) {
  return with_session(c, [](const Session& session) {
    std::string out = session.current ? std::to_string(*session.current) : "";
    for (const int index : session.last) add(out, std::to_string(index));
    return Found(out);
  });
}

Found window_stack_index(C c) {
  return with_link(c, [](const Session& session, const model::Winlink& link) -> Found {
    if (session.current == link.index) return "0";
    const auto it = std::find(session.last.begin(), session.last.end(), link.index);
    if (it == session.last.end()) return "0";
    return std::to_string(it - session.last.begin() + 1);
  });
}

/// A cell's size in pixels where no terminal told it: tmux's DEFAULT_XPIXEL and DEFAULT_YPIXEL.
constexpr int kCellWidth = 16, kCellHeight = 32;

/// What the client sees of its current window, which is the one that these are about.
std::optional<model::Viewport> view_of(C c) {
  const Client* client = client_of(c);
  return client != nullptr && client->session && c.ports != nullptr ? c.ports->display.view(client->id)
                                                                    : std::nullopt;
}

Found window_bigger(C c) {
  const auto view = view_of(c);
  return view ? flag(view->bigger) : std::nullopt;
}

// clang-format off
constexpr Variable kSession[] = {
  {"session_activity", [](C c) { return with_session(c, [](const Session& s) { return seconds(s.activity); }); }},
  {"session_alerts", session_alerts},
  {"session_attached", [](C c) { return with_session(c, [&](const Session& s) { return Found(std::to_string(c.model->clients().attached_count(s.id))); }); }},
  {"session_attached_list", [](C c) { return with_session(c, [&](const Session& s) { return some(client_names(attached(c, s.id))); }); }},
  {"session_created", [](C c) { return with_session(c, [](const Session& s) { return seconds(s.created); }); }},
  {"session_format", [](C c) { return flag(c.kind == TargetKind::session); }},
  {"session_group", [](C c) { return with_session(c, [](const Session& s) { return s.group.empty() ? Found() : Found(s.group); }); }},
  {"session_group_attached", [](C c) { return with_session(c, [&](const Session& s) { return s.group.empty() ? Found() : Found(std::to_string(group_attached(c, s))); }); }},
  {"session_group_attached_list", [](C c) { return with_session(c, [&](const Session& s) -> Found {
    if (s.group.empty()) return std::nullopt;
    std::string out;
    for (const Session* member : group(c, s)) { const auto list = client_names(attached(c, member->id)); if (!list.empty()) add(out, list); }
    return out; }); }},
  {"session_group_list", [](C c) { return with_session(c, [&](const Session& s) { return s.group.empty() ? Found() : Found(names(group(c, s))); }); }},
  {"session_group_many_attached", [](C c) { return with_session(c, [&](const Session& s) { return s.group.empty() ? Found() : flag(group_attached(c, s) > 1); }); }},
  {"session_group_size", [](C c) { return with_session(c, [&](const Session& s) { return s.group.empty() ? Found() : Found(std::to_string(group(c, s).size())); }); }},
  {"session_grouped", [](C c) { return with_session(c, [](const Session& s) { return flag(!s.group.empty()); }); }},
  {"session_id", [](C c) { return with_session(c, [](const Session& s) { return Found(to_string(s.id)); }); }},
  {"session_last_attached", [](C c) { return with_session(c, [](const Session& s) { return seconds(s.last_attached); }); }},
  {"session_many_attached", [](C c) { return with_session(c, [&](const Session& s) { return flag(c.model->clients().attached_count(s.id) > 1); }); }},
  {"session_marked", [](C c) { return with_session(c, [&](const Session& s) { const auto mark = c.model->links().mark(); return flag(mark && mark->session == s.id); }); }},
  {"session_name", [](C c) { return with_session(c, [](const Session& s) { return Found(s.name); }); }},
  {"session_path", [](C c) { return with_session(c, [](const Session& s) { return Found(s.start_path); }); }},
  {"session_stack", session_stack},
  {"session_windows", [](C c) { return with_session(c, [](const Session& s) { return Found(std::to_string(s.windows.size())); }); }},
};

constexpr Variable kWindow[] = {
  {"active_window_index", [](C c) { return with_session(c, [](const Session& s) { return Found(std::to_string(s.current.value_or(0))); }); }},
  {"last_window_index", [](C c) { return with_session(c, [](const Session& s) { return s.windows.empty() ? Found() : Found(std::to_string(s.windows.rbegin()->first)); }); }},
  {"window_active", [](C c) { return with_link(c, [](const Session& s, const model::Winlink& l) { return flag(s.current == l.index); }); }},
  {"window_active_clients", [](C c) { return with_window(c, [&](const model::Window& w) { return Found(std::to_string(clients_showing(c, w.id).size())); }); }},
  {"window_active_clients_list", [](C c) { return with_window(c, [&](const model::Window& w) { return some(client_names(clients_showing(c, w.id))); }); }},
  {"window_active_sessions", [](C c) { return with_window(c, [&](const model::Window& w) { return Found(std::to_string(sessions_showing(c, w.id).size())); }); }},
  {"window_active_sessions_list", [](C c) { return with_window(c, [&](const model::Window& w) { return some(names(sessions_showing(c, w.id))); }); }},
  {"window_activity", [](C c) { return with_window(c, [](const model::Window& w) { return seconds(w.activity); }); }},
  {"window_activity_flag", [](C c) { return with_link(c, [](const Session&, const model::Winlink& l) { return flag(l.activity); }); }},
  {"window_bell_flag", [](C c) { return with_link(c, [](const Session&, const model::Winlink& l) { return flag(l.bell); }); }},
  {"window_bigger", window_bigger},
  {"window_cell_height", [](C c) -> Found { const Client* client = client_of(c); return std::to_string(client != nullptr && client->ypixel > 0 ? client->ypixel : kCellHeight); }},
  {"window_cell_width", [](C c) -> Found { const Client* client = client_of(c); return std::to_string(client != nullptr && client->xpixel > 0 ? client->xpixel : kCellWidth); }},
  {"window_end_flag", [](C c) { return with_link(c, [](const Session& s, const model::Winlink& l) { return flag(s.windows.rbegin()->first == l.index); }); }},
  {"window_flags", [](C c) { return with_link(c, [&](const Session& s, const model::Winlink& l) { return Found(window_flags(*c.model, s, l, true)); }); }},
  {"window_format", [](C c) { return flag(c.kind == TargetKind::window); }},
  {"window_height", [](C c) { return with_window(c, [](const model::Window& w) { return Found(std::to_string(w.size.rows)); }); }},
  {"window_id", [](C c) { return with_window(c, [](const model::Window& w) { return Found(to_string(w.id)); }); }},
  {"window_index", [](C c) { return with_link(c, [](const Session&, const model::Winlink& l) { return Found(std::to_string(l.index)); }); }},
  {"window_last_flag", [](C c) { return with_link(c, [](const Session& s, const model::Winlink& l) { return flag(!s.last.empty() && s.last.front() == l.index); }); }},
  {"window_layout", [](C c) { return with_window(c, [](const model::Window& w) { return Found(w.layout.text()); }); }},
  {"window_linked", [](C c) { return with_link(c, [&](const Session& s, const model::Winlink& l) { return flag(c.model->links().count(l.window) > c.model->sessions().group_members(s.id).size()); }); }},
  {"window_linked_sessions", [](C c) { return with_window(c, [&](const model::Window& w) { return Found(std::to_string(c.model->links().count(w.id))); }); }},
  {"window_linked_sessions_list", [](C c) { return with_window(c, [&](const model::Window& w) { return Found(names(sessions_linking(c, w.id))); }); }},
  {"window_marked_flag", [](C c) { return with_link(c, [&](const Session& s, const model::Winlink& l) { const auto mark = c.model->links().mark(); return flag(mark && mark->session == s.id && mark->index == l.index); }); }},
  {"window_name", [](C c) { return with_window(c, [](const model::Window& w) { return Found(w.name); }); }},
  {"window_offset_x", [](C c) { const auto view = view_of(c); return view && view->bigger ? Found(std::to_string(view->left)) : Found(); }},
  {"window_offset_y", [](C c) { const auto view = view_of(c); return view && view->bigger ? Found(std::to_string(view->top)) : Found(); }},
  {"window_panes", [](C c) { return with_window(c, [](const model::Window& w) { return Found(std::to_string(w.panes.size())); }); }},
  {"window_raw_flags", [](C c) { return with_link(c, [&](const Session& s, const model::Winlink& l) { return Found(window_flags(*c.model, s, l, false)); }); }},
  {"window_silence_flag", [](C c) { return with_link(c, [](const Session&, const model::Winlink& l) { return flag(l.silence); }); }},
  {"window_stack_index", window_stack_index},
  {"window_start_flag", [](C c) { return with_link(c, [](const Session& s, const model::Winlink& l) { return flag(s.windows.begin()->first == l.index); }); }},
  {"window_visible_layout", [](C c) { return with_window(c, [&](const model::Window& w) { return Found(c.model->windows().visible_layout(w).text()); }); }},
  {"window_width", [](C c) { return with_window(c, [](const model::Window& w) { return Found(std::to_string(w.size.cols)); }); }},
  {"window_zoomed_flag", [](C c) { return with_window(c, [](const model::Window& w) { return flag(w.zoomed); }); }},
};
// clang-format on

Found config_files(C c) {
  std::string out;
  for (const std::string& path : c.ports->facts.config_files) add(out, path);
  return out;
}

// clang-format off
constexpr Variable kServer[] = {
  {"buffer_created", [](C c) { return c.buffer != nullptr ? seconds(c.buffer->created) : Found(); }},
  {"buffer_mode_format", [](C) { return Found(kBufferModeFormat); }},
  {"buffer_name", [](C c) { return c.buffer != nullptr ? Found(c.buffer->name) : Found(); }},
  {"buffer_sample", [](C c) { return c.buffer != nullptr ? Found(c.buffer->sample()) : Found(); }},
  {"buffer_size", [](C c) { return c.buffer != nullptr ? Found(std::to_string(c.buffer->data.size())) : Found(); }},
  {"client_mode_format", [](C) { return Found(kClientModeFormat); }},
  {"config_files", config_files},
  {"host", [](C c) { return Found(c.ports->facts.host); }},
  {"host_short", [](C c) { const std::string& host = c.ports->facts.host; return Found(host.substr(0, host.find('.'))); }},
  {"next_session_id", [](C c) { return Found("$" + std::to_string(c.model->next_ids().session)); }},
  {"pid", [](C c) { return Found(std::to_string(c.ports->facts.pid)); }},
  {"server_pid", [](C c) { return Found(std::to_string(c.ports->facts.server_pid)); }},
  {"server_sessions", [](C c) { return Found(std::to_string(c.model->sessions().size())); }},
  {"sess_version", [](C c) { return Found(c.ports->facts.version); }},
  {"socket_path", [](C c) { return Found(c.ports->facts.socket_path); }},
  {"start_time", [](C c) { return seconds(c.ports->facts.start_time); }},
  {"tree_mode_format", [](C) { return Found(kTreeModeFormat); }},
  {"uid", [](C c) { return Found(std::to_string(c.ports->facts.uid)); }},
  {"user", [](C c) { return Found(c.ports->facts.user); }},
  {"version", [](C) { return Found(kTmuxVersion); }},
};
// clang-format on

}  // namespace

std::span<const Variable> session_variables() {
  return kSession;
}
std::span<const Variable> window_variables() {
  return kWindow;
}
std::span<const Variable> server_variables() {
  return kServer;
}

}  // namespace sess::command
