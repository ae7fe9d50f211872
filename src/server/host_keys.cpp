// Key bindings, numbers over panes and the mouse, as commands see them.
#include <algorithm>

#include "model/size_policy.hpp"
#include "render/borders.hpp"
#include "server/host.hpp"
#include "server/server.hpp"

namespace sess::server {

// --- panes by number ------------------------------------------------------------------------------------

Result<> HostImpl::choose_pane(ClientId id, std::chrono::milliseconds duration, std::string again,
                               std::function<void(std::optional<PaneId>)> answer) {
  RemoteClient* client = server_.client(id);
  const model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr || !seen->session)
    return fail(ErrorCode::unavailable, "no current client");
  if (seen->control) return fail(ErrorCode::unavailable, "a control client shows no panes to choose from");
  const model::Window* window = server_.model().current_window(*seen->session);
  const auto window_id = window->id;
  Overlay overlay;
  overlay.kind = Overlay::Kind::panes;
  overlay.again = std::move(again);
  overlay.done = [this, window_id, answer = std::move(answer)](std::optional<std::string> text) {
    std::optional<PaneId> chosen;
    if (text && text->size() == 1) {
      // Beyond nine the panes have letters.
      const char key = text->front();
      const int index = key <= '9' ? key - '0' : 10 + key - 'a';
      if (const model::Pane* pane = server_.model().pane_at(window_id, index)) chosen = pane->id;
    }
    answer(chosen);
  };
  server_.set_overlay(*client, std::move(overlay));
  if (duration.count() > 0) {
    client->message_timer.start(duration);
  }
  return {};
}

void HostImpl::drag_border(ClientId id) {
  if (RemoteClient* client = server_.client(id)) client->dragging_border = true;
}

// --- mouse ----------------------------------------------------------------------------------------------

void HostImpl::set_status_ranges(ClientId client, int line, std::vector<render::Range> ranges) {
  auto& lines = status_ranges_[client];
  lines.resize(std::max<std::size_t>(lines.size(), static_cast<std::size_t>(line) + 1));
  lines[static_cast<std::size_t>(line)] = std::move(ranges);
}

input::Mouse HostImpl::in_window(const RemoteClient& client, input::Mouse mouse) const {
  const auto& model = server_.model();
  const model::Session* session = model.session(*model.client(client.id)->session);
  if (session->options.choice("status-position") == "top") mouse.row -= model::status_lines(model, *session);
  if (const auto seen_part = view(client.id)) {
    mouse.row += seen_part->top;
    mouse.col += seen_part->left;
  }
  return mouse;
}

MouseTarget HostImpl::mouse_target(RemoteClient& client, int row, int col) {
  MouseTarget out;
  auto& model = server_.model();
  const model::Client* seen = model.client(client.id);
  const model::Session* session = model.session(*seen->session);
  const model::Window* window = model.current_window(*seen->session);
  const int status = model::status_lines(model, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  const int first = status_top ? 0 : seen->size.rows - status;
  if (status > 0 && row >= first && row < first + status) {
    out.location = input::MouseLocation::status_default;
    out.row = row - first;
    out.column = col;
    const auto found = status_ranges_.find(client.id);
    if (found != status_ranges_.end() && static_cast<std::size_t>(out.row) < found->second.size()) {
      for (const auto& range : found->second[static_cast<std::size_t>(out.row)]) {
        if (col < range.begin || col >= range.end) continue;
        if (range.kind == model::Style::Range::left) out.location = input::MouseLocation::status_left;
        if (range.kind == model::Style::Range::right) out.location = input::MouseLocation::status_right;
        if (range.kind == model::Style::Range::window) {
          out.location = input::MouseLocation::status;
          if (const auto* link = model.link(session->id, static_cast<int>(range.window))) {
            out.pane = model.window(link->window)->active;
          }
        }
      }
    }
    return out;
  }
  input::Mouse at;
  at.row = row;
  at.col = col;
  at = in_window(client, at);
  const int y = at.row;
  col = at.col;
  for (const auto id : window->panes) {
    if (window->zoomed && id != window->active) continue;
    const model::Pane* pane = model.pane(id);
    if (y >= pane->top && y < pane->top + pane->size.rows && col >= pane->left &&
        col < pane->left + pane->size.cols) {
      out.pane = id;
      out.row = y - pane->top;
      out.column = col - pane->left;
      return out;
    }
  }
  out.location = input::MouseLocation::border;
  out.row = y;
  out.column = col;
  return out;
}

std::string HostImpl::encode_mouse_event(const input::Mouse& mouse, const MouseTarget& where) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(mouse.action), mouse.button, mouse.mods, where.row,
                     where.column);
}

}  // namespace sess::server
