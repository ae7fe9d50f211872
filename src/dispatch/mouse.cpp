#include "dispatch/mouse.hpp"

#include <algorithm>
#include <cstdio>

#include "dispatch/keyboard.hpp"
#include "display/pane_modes.hpp"
#include "input/encode.hpp"
#include "model/size_policy.hpp"

namespace sess::dispatch {
namespace {

/// "action button mods row col": what a binding hands back with send-keys -M.
std::string encode_mouse_event(const input::Mouse& mouse, const MouseTarget& where) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(mouse.action), mouse.button, mouse.mods, where.row,
                     where.column);
}

}  // namespace

std::string mouse_bytes(const panes::PaneIo* io, input::Mouse mouse, const MouseTarget& where) {
  if (io == nullptr) return {};
  mouse.row = where.row;
  mouse.col = where.column;
  const auto& modes = io->screen().modes();
  if (modes.mouse_encoding == terminal::MouseEncoding::sgr_pixels) {
    // The middle of the cell: reports come by cells.
    const auto& identity = io->emulator().identity();
    const Size size = io->screen().size();
    const auto pixel = [](int at, int whole, int cells) {
      const int side = std::max(1, whole / std::max(1, cells));
      return at * side + side / 2;
    };
    mouse.row = pixel(where.row, identity.pixel_height, size.rows);
    mouse.col = pixel(where.column, identity.pixel_width, size.cols);
  }
  return input::encode_mouse(mouse, static_cast<input::MouseTracking>(modes.mouse),
                             static_cast<input::MouseEncoding>(modes.mouse_encoding));
}

std::optional<std::string> mouse_bytes(const panes::PaneIo* io, std::string_view mouse_event) {
  input::Mouse mouse;
  MouseTarget where;
  int action = 0;
  int button = 0;
  int mods = 0;
  if (std::sscanf(std::string(mouse_event).c_str(), "%d %d %d %d %d", &action, &button, &mods, &where.row,
                  &where.column) != 5) {
    return std::nullopt;
  }
  mouse.action = static_cast<input::MouseAction>(std::clamp(action, 0, 2));
  mouse.button = static_cast<std::uint8_t>(button);
  mouse.mods = static_cast<std::uint8_t>(mods);
  return mouse_bytes(io, mouse, where);
}

void Mouse::on_mouse(RemoteClient& client, const input::Event& event) {
  if (client.direct) {  // reports come only because the program asked for them
    if (const model::Pane* pane = keyboard_.target_pane(client)) keyboard_.hold(client, *pane, event.raw);
    return;
  }
  const model::Client& seen = *model_.client(client.id);
  const model::Session& session = *model_.session(*seen.session);
  if (!session.options.flag("mouse")) {
    // Reports come because a program asked for them: they are the ones of the pane under the mouse, and bound
    // to nothing.
    const auto where = mouse_target(client, event.mouse.row, event.mouse.col);
    if (where.pane && where.location == input::MouseLocation::pane &&
        pane_modes_.mode(*where.pane) == nullptr) {
      keyboard_.hold(client, *model_.pane(*where.pane),
                     mouse_bytes(terminals_.find(*where.pane), event.mouse, where), true);
    }
    return;
  }
  const auto inside = in_window(client, event.mouse);
  if (client.dragging_border) {
    if (event.mouse.action == input::MouseAction::release) {
      client.dragging_border = false;
    } else if (const auto* window = model_.current_window(session.id); window != nullptr) {
      model_.windows().drag_border(window->id, {client.drag_col, client.drag_row}, {inside.col, inside.row});
      client.drag_col = inside.col;
      client.drag_row = inside.row;
    }
    return;
  }
  client.drag_col = inside.col;
  client.drag_row = inside.row;
  if (event.mouse.action == input::MouseAction::press) {
    client.press_col = inside.col;
    client.press_row = inside.row;
  }
  auto where = mouse_target(client, event.mouse.row, event.mouse.col);
  if (event.mouse.action == input::MouseAction::press) client.selecting_in.reset();
  const model::Pane* selecting = client.selecting_in ? model_.pane(*client.selecting_in) : nullptr;
  if (selecting != nullptr) {
    // A selection follows the mouse, also when that leaves the pane; what ends it is the pane's, too.
    where = {input::MouseLocation::pane, selecting->id, inside.row - selecting->top,
             inside.col - selecting->left};
  }
  const auto now = clock_.now();
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
    return pane_modes_.on_drag(selecting->id, {where.row, where.column, false});
  }
  if (event.mouse.action == input::MouseAction::release) client.selecting_in.reset();
  if (run_mouse_binding(client, gesture, where)) return;
  const model::Pane* pane = where.pane ? model_.pane(*where.pane) : nullptr;
  if (pane == nullptr) return;
  if (pane_modes_.press(pane->id, client.id, input::key_name(gesture.key),
                        encode_mouse_event(event.mouse, where))) {
    return keyboard_.run_queue();
  }
  keyboard_.hold(client, *pane, mouse_bytes(terminals_.find(pane->id), event.mouse, where), true);
}

bool Mouse::run_mouse_binding(RemoteClient& client, const input::Gestures::Result& gesture,
                              const MouseTarget& where) {
  const model::Client& seen = *model_.client(client.id);
  if (gesture.key.code == input::code::kNone || !seen.session) return false;
  const auto* binding = keys_.find_or_any(keyboard_.key_table(seen, where.pane), gesture.key);
  if (binding == nullptr && where.pane && pane_modes_.mode(*where.pane) != nullptr)
    binding = keys_.find_or_any("root", gesture.key);
  if (binding == nullptr) return false;
  command::State state;
  state.event.key = input::key_name(gesture.key);
  state.current = command::find_from_client(model_, client.id, 0);
  if (where.pane && where.location == input::MouseLocation::pane) {
    state.current.pane = *where.pane;  // what names no target means the pane under the mouse
  }
  // Beside windows and panes (a border, the ends of the status line) it is the session's current window.
  state.event.mouse = where.pane ? command::find_from_pane(model_, *where.pane) : state.current;
  state.event.mouse_event = encode_mouse_event(gesture.mouse, where);
  state.event.screen = std::pair(gesture.mouse.row, gesture.mouse.col);
  state.event.formats = {{"mouse_x", std::to_string(where.column)}, {"mouse_y", std::to_string(where.row)}};
  if (where.pane && where.location == input::MouseLocation::pane) {
    auto text = text_at(*where.pane, where.row, where.column);
    state.event.formats.emplace_back("mouse_word", std::move(text.word));
    state.event.formats.emplace_back("mouse_line", std::move(text.line));
    state.event.formats.emplace_back("mouse_hyperlink", std::move(text.hyperlink));
  } else if (where.location != input::MouseLocation::border) {
    state.event.formats.emplace_back("mouse_status_line", std::to_string(where.row));
    state.event.formats.emplace_back("mouse_status_range", where.range);
  }
  keyboard_.run_bound(client, binding->command, state);
  return true;
}

MouseText Mouse::text_at(model::PaneId id, int row, int col) {
  const auto separators = model_.globals().session.string("word-separators");
  const model::Pane* pane = model_.pane(id);
  if (modes::Mode* mode = pane_modes_.mode(id); mode != nullptr && pane != nullptr) {
    render::Frame frame(pane->size);
    mode->draw(frame, {0, 0, pane->size.rows, pane->size.cols}, {});
    return text_under(frame, row, col, separators);
  }
  const panes::PaneIo* io = terminals_.find(id);
  return io != nullptr ? text_under(io->screen(), row, col, separators) : MouseText{};
}

void Mouse::on_clicks_over(RemoteClient& client) {
  const auto gesture = client.gestures.on_timeout(clock_.now());
  const model::Client* seen = model_.client(client.id);
  if (!gesture || client.phase != RemoteClient::Phase::attached || client.stalled || seen == nullptr ||
      !seen->session) {
    return;
  }
  run_mouse_binding(client, *gesture, mouse_target(client, gesture->mouse.row, gesture->mouse.col));
}

input::Mouse Mouse::in_window(const RemoteClient& client, input::Mouse mouse) const {
  const model::Model& model = model_;
  const model::Session* session = model.session(*model.client(client.id)->session);
  if (session->options.choice("status-position") == "top") mouse.row -= model::status_lines(model, *session);
  if (const auto seen_part = display_.view(client.id)) {
    mouse.row += seen_part->top;
    mouse.col += seen_part->left;
  }
  return mouse;
}

MouseTarget Mouse::mouse_target(RemoteClient& client, int row, int col) {
  MouseTarget out;
  model::Model& model = model_;
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
    if (const auto* ranges = display_.status_ranges(client.id, static_cast<std::size_t>(out.row))) {
      for (const auto& range : *ranges) {
        if (col < range.begin || col >= range.end) continue;
        if (range.kind == model::Style::Range::left) {
          out.location = input::MouseLocation::status_left;
          out.range = "left";
        }
        if (range.kind == model::Style::Range::right) {
          out.location = input::MouseLocation::status_right;
          out.range = "right";
        }
        if (range.kind == model::Style::Range::window) {
          out.location = input::MouseLocation::status;
          out.range = "window";
          if (const auto* link = model.links().find(session->id, static_cast<int>(range.window))) {
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

}  // namespace sess::dispatch
