// The mouse of a client whose window is drawn: what it is over, what its gestures are bound to, what a program hears.
#include "input/encode.hpp"
#include "server/host.hpp"
#include "server/pane_modes.hpp"
#include "server/server.hpp"

namespace sess::server {

void Server::on_mouse(RemoteClient& client, const input::Event& event) {
  if (client.direct) {  // reports come only because the program asked for them
    if (const model::Pane* pane = target_pane(client)) hold(client, *pane, event.raw);
    return;
  }
  const model::Client& seen = *model_.client(client.id);
  const model::Session& session = *model_.session(*seen.session);
  if (!session.options.flag("mouse")) return;
  const auto in_window = host_->in_window(client, event.mouse);
  if (client.dragging_border) {
    if (event.mouse.action == input::MouseAction::release) {
      client.dragging_border = false;
    } else if (const auto* window = model_.current_window(session.id); window != nullptr) {
      model_.drag_border(window->id, {client.drag_col, client.drag_row}, {in_window.col, in_window.row});
      client.drag_col = in_window.col;
      client.drag_row = in_window.row;
    }
    return;
  }
  client.drag_col = in_window.col;
  client.drag_row = in_window.row;
  if (event.mouse.action == input::MouseAction::press) {
    client.press_col = in_window.col;
    client.press_row = in_window.row;
  }
  auto where = host_->mouse_target(client, event.mouse.row, event.mouse.col);
  if (event.mouse.action == input::MouseAction::press) client.selecting_in.reset();
  const model::Pane* selecting = client.selecting_in ? model_.pane(*client.selecting_in) : nullptr;
  if (selecting != nullptr) {
    // A selection follows the mouse, also when that leaves the pane; what ends it is the pane's, too.
    where = {input::MouseLocation::pane, selecting->id, in_window.row - selecting->top, in_window.col - selecting->left};
  }
  const auto now = clock().now();
  // The turn of this report may come before the timer's that the clicks before it were waiting for.
  on_clicks_over(client);
  const auto gesture =
      client.gestures.on_mouse(event.mouse, where.location, where.pane ? where.pane->value : 0, now);
  if (const auto deadline = client.gestures.deadline()) {
    client.click_timer.start(std::chrono::ceil<std::chrono::milliseconds>(*deadline - now));
  } else {
    client.click_timer.stop();
  }
  if (selecting != nullptr && event.mouse.action == input::MouseAction::motion) {
    return pane_modes_->on_drag(selecting->id, {where.row, where.column, false});
  }
  if (event.mouse.action == input::MouseAction::release) client.selecting_in.reset();
  if (run_mouse_binding(client, gesture, where)) return;
  const model::Pane* pane = where.pane ? model_.pane(*where.pane) : nullptr;
  if (pane != nullptr && pane_modes_->mode(pane->id) == nullptr) hold(client, *pane, host_->mouse_bytes(pane->id, event.mouse, where), true);
}

bool Server::run_mouse_binding(RemoteClient& client, const input::Gestures::Result& gesture,
                               const MouseTarget& where) {
  const model::Client& seen = *model_.client(client.id);
  if (gesture.key.code == input::code::kNone || !seen.session) return false;
  const auto* binding = keys_.find_or_any(key_table(seen, where.pane), gesture.key);
  if (binding == nullptr && where.pane && pane_modes_->mode(*where.pane) != nullptr)
    binding = keys_.find_or_any("root", gesture.key);
  if (binding == nullptr) return false;
  command::State state;
  state.event.key = input::key_name(gesture.key);
  state.current = command::find_from_session(model_, *seen.session);
  if (where.pane && where.location == input::MouseLocation::pane) {
    state.current.pane = *where.pane;  // what names no target means the pane under the mouse
  }
  if (where.pane) state.event.mouse = command::find_from_pane(model_, *where.pane);
  state.event.mouse_event = host_->encode_mouse_event(gesture.mouse, where);
  state.event.formats = {{"mouse_x", std::to_string(where.column)}, {"mouse_y", std::to_string(where.row)}};
  run_bound(client, binding->command, state);
  return true;
}

/// No third click came in time: the two were a double click.
void Server::on_clicks_over(RemoteClient& client) {
  const auto gesture = client.gestures.on_timeout(clock().now());
  const model::Client* seen = model_.client(client.id);
  if (!gesture || client.phase != RemoteClient::Phase::attached || client.stalled || seen == nullptr ||
      !seen->session) {
    return;
  }
  run_mouse_binding(client, *gesture, host_->mouse_target(client, gesture->mouse.row, gesture->mouse.col));
}

}  // namespace sess::server
