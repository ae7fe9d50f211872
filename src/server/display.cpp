// What each client is shown: which view fits it, and what a composed view draws.
#include <algorithm>

#include "base/log.hpp"
#include "base/width.hpp"
#include "command/format/format.hpp"
#include "model/size_policy.hpp"
#include "render/borders.hpp"
#include "render/digits.hpp"
#include "render/format_draw.hpp"
#include "render/pane.hpp"
#include "render/style.hpp"
#include "server/host.hpp"
#include "server/pane_modes.hpp"
#include "views/output.hpp"
#include "server/server.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::server {

using protocol::AttachMode;
using Phase = RemoteClient::Phase;

void Server::display_changed() {
  for (auto& [id, client] : clients_) client->display_stale = true;
}

void Server::redraw(RemoteClient& client) {
  client.display_stale = true;
  if (client.composed) client.composed->forget();
  client.repaint_due = true;
}

void Server::redraw_all() {
  for (auto& [id, client] : clients_) {
    client->display_stale = true;
    if (client->composed) client->composed->invalidate();
  }
}

model::Pane* Server::direct_pane(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session || client.overlay.kind != Overlay::Kind::none) return nullptr;
  const model::Session* session = model_.session(*seen->session);
  const model::Window* window = model_.current_window(*seen->session);
  if (session == nullptr || window == nullptr || model::status_lines(model_, *session) > 0) return nullptr;
  if (window->panes.size() > 1 && !window->zoomed) return nullptr;
  if (model_.border_status(*window) != model::BorderStatus::off) return nullptr;
  model::Pane* pane = model_.pane(window->active);
  if (pane == nullptr || pane->size != seen->size) return nullptr;
  const panes::PaneIo* io = pane_io(pane->id);
  if (pane_modes_->mode(pane->id) != nullptr) return nullptr;
  if (io != nullptr && io->aside()) return nullptr;  // its bytes are not what it shows
  return pane;
}

void Server::send_attached(RemoteClient& client, AttachMode mode, model::PaneId pane, bool resumed) {
  const model::Client* seen = model_.client(client.id);
  protocol::Attached message;
  message.session = seen->session->value;
  message.session_name = model_.session(*seen->session)->name;
  message.pane = pane.value;
  message.mode = mode;
  message.read_only = seen->read_only;
  message.resumed = resumed;
  message.pauses = client.pauses;
  client.connection->send(protocol::encode(message));
}

void Server::update_displays() {
  const auto now = clock().now();
  std::optional<std::chrono::seconds> interval;
  for (const auto id : printed_) {
    if (const panes::PaneIo* io = pane_io(id))
      synchronized_panes_.on_output(id, io->screen().modes().synchronized, now);
  }
  for (auto& [id, client] : clients_) {
    model::Client* seen = model_.client(id);
    const bool shows = client->phase == Phase::attached && !client->suspended && !client->connection->closed();
    if (shows && !seen->control) {
      update_display(*client, now);
      seen->written = client->flow.sent();
      seen->discarded = client->flow.discarded();
      const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
      if (client->composed && session != nullptr && model::status_lines(model_, *session) > 0) {
        const std::chrono::seconds wanted(session->options.number("status-interval"));
        if (wanted.count() > 0) interval = interval ? std::min(*interval, wanted) : wanted;
      }
    }
  }
  // The clock in a status line is drawn anew only while somebody looks at it.
  if (!interval) {
    status_timer_->stop();
  } else if (!status_timer_->armed()) {
    status_timer_->start(*interval);
  }
}

void Server::update_display(RemoteClient& client, views::FlowWindow::Time now) {
  if (client.display_stale) decide_view(client, now);
  std::optional<views::FlowWindow::Time> deadline;
  if (client.direct) {
    if (std::exchange(client.repaint_due, false)) client.direct->repaint();
    client.direct->turn(now);
    deadline = client.direct->deadline();
  } else if (client.composed) {
    const model::Client* seen = model_.client(client.id);
    const model::Window* window = model_.current_window(*seen->session);
    if (window != nullptr) {
      for (const auto pane : window->panes) {
        if (printed_.count(pane) > 0) client.held_back.insert(pane);
      }
    }
    std::erase_if(client.held_back, [&](model::PaneId pane) {
      const auto held = synchronized_panes_.held_until(pane, now);
      if (held) deadline = deadline ? std::min(*deadline, *held) : held;
      if (!held) client.composed->invalidate();
      return !held;
    });
    client.composed->set_modes(composed_modes(client), now);
    client.composed->turn(
        seen->size, now,
        [&](render::Frame& frame, const render::Frame* shown) { draw(client, frame, shown, now); },
        [&](render::Frame& frame) { return draw_echo(client, frame, now); });
    if (const auto next = client.composed->deadline())
      deadline = deadline ? std::min(*deadline, *next) : next;
  }
  if (deadline) {
    client.frame_timer.start(std::max(*deadline - now, std::chrono::steady_clock::duration(1)));
  } else {
    client.frame_timer.stop();
  }
}

void Server::decide_view(RemoteClient& client, views::FlowWindow::Time now) {
  client.display_stale = false;
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return;
  const model::Pane* pane = direct_pane(client);
  panes::PaneIo* io = pane != nullptr ? pane_io(pane->id) : nullptr;

  if (io != nullptr) {
    if (client.direct && &client.direct->pane() == io) return;
    show_directly(client, *io, now);
  } else {
    if (client.composed) {
      client.composed->invalidate();
      return ask_features(client, now);
    }
    std::string before;
    std::string behind;
    if (client.direct) {
      remember_direct(client, now);
      before = terminal::undo_for_detach(client.direct->pane().screen());
      behind = views::below_screen(client.direct->pane().screen());
    }
    const model::Window* window = model_.current_window(*seen->session);
    send_attached(client, AttachMode::composed, window != nullptr ? window->active : model::PaneId{}, false);
    client.direct.reset();
    client.composed = std::make_unique<views::ComposedView>(*client.connection, client.flow, client.features);
    client.composed->enter(before, behind, composed_modes(client), now);
  }
  ask_features(client, now);
}

void Server::show_directly(RemoteClient& client, panes::PaneIo& io, views::FlowWindow::Time now) {
  std::string before;
  if (client.composed) before = client.composed->leave();
  if (client.direct) {
    remember_direct(client, now);
    before = terminal::undo_for_detach(client.direct->pane().screen());
  }
  send_attached(client, AttachMode::direct, io.id(), false);
  client.repaint_due = false;
  client.composed.reset();
  client.direct = std::make_unique<views::DirectView>(*client.connection, client.flow, io,
                                                      host_->direct_options(client.id));
  views::send_output(*client.connection, client.flow, now, before);
  auto known = client.scrollback.of(io.id());
  if (known && client.scrollback.shown() == io.id()) return client.direct->catch_up(*known, now);
  if (known) known->bytes = 0;  // a line of which the rest is lost among others is sent whole
  client.direct->paint(model_.client(client.id)->size, now, known);
}

/// Its last lines, where something lies over the pane that the terminal's main screen shows, and the pane
/// goes.
void Server::show_last(RemoteClient& client, views::FlowWindow::Time now) {
  const auto pane = client.scrollback.shown();
  panes::PaneIo* io = client.composed && pane ? pane_io(*pane) : nullptr;
  if (io == nullptr) return;
  views::send_output(*client.connection, client.flow, now, client.composed->leave());
  client.composed.reset();
  views::DirectView view(*client.connection, client.flow, *io, host_->direct_options(client.id));
  view.catch_up(*client.scrollback.of(*pane), now);
}

/// Only a composed view draws by features; a direct one needs none, and asks nothing that could be left over
/// in a shell's input.
void Server::ask_features(RemoteClient& client, views::FlowWindow::Time now) {
  if (client.features_asked || !client.composed) return;
  client.features_asked = true;
  views::send_aside(*client.connection, client.flow, now, render::feature_questions());
}

/// How far the terminal's scrollback got, for when the pane is shown directly again.
void Server::remember_direct(RemoteClient& client, views::FlowWindow::Time now) {
  client.direct->turn(now);  // what came in this turn goes there, too
  client.scrollback.remember(client.direct->pane().id(), client.direct->scrolled());
}

render::TerminalModes Server::composed_modes(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = model_.session(*seen->session);
  render::TerminalModes modes;
  modes.mouse = session->options.flag("mouse") ? render::TerminalModes::Mouse::buttons
                                               : render::TerminalModes::Mouse::off;
  modes.focus = model_.server_options().flag("focus-events");
  modes.extended_keys = model_.server_options().choice("extended-keys") != "off";
  return modes;
}

std::string Server::expand(const RemoteClient& client, std::string_view format) {
  const model::Client* seen = model_.client(client.id);
  return host_->expand(format, command::find_from_session(model_, *seen->session), client.id);
}

void Server::write_death(const model::Pane& pane, panes::PaneIo& io) {
  const std::string text = host_->expand(pane.options.string("remain-on-exit-format"),
                                         command::find_from_pane(model_, pane.id), {});
  if (text.empty()) return;
  // In the last line, below what the program wrote; no cursor, as nothing reads.
  render::Frame line({1, pane.size.cols});
  render::draw_format(line, 0, 0, pane.size.cols, {}, text);
  io.announce(fmt::format("\x1b[m\x1b[r\x1b[{};1H\n{}\x1b[?25l", pane.size.rows, render::row_text(line, 0)));
}

// --- drawing --------------------------------------------------------------------------------------------

void Server::show_message(RemoteClient& client, std::string_view text, std::chrono::milliseconds duration) {
  Overlay overlay;
  overlay.kind = Overlay::Kind::message;
  overlay.text = text;
  set_overlay(client, std::move(overlay));
  if (duration.count() > 0) client.message_timer.start(duration);
}

void Server::set_overlay(RemoteClient& client, Overlay overlay) {
  if (client.overlay.done) client.overlay.done(std::nullopt);
  client.message_timer.stop();
  client.overlay = std::move(overlay);
  if (client.overlay.kind != Overlay::Kind::message) commands_ran_ = true;  // it is written down
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
}

void Server::clear_overlay(RemoteClient& client) {
  if (client.overlay.kind == Overlay::Kind::none) return;
  client.message_timer.stop();
  const auto done = std::move(client.overlay.done);
  if (client.overlay.kind != Overlay::Kind::message) commands_ran_ = true;
  client.overlay = {};
  if (done) done(std::nullopt);  // its time is over: whoever waits for an answer goes on without
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
}

namespace {

render::BorderLines border_lines(std::string_view name) {
  if (name == "double") return render::BorderLines::double_;
  if (name == "heavy") return render::BorderLines::heavy;
  if (name == "simple") return render::BorderLines::simple;
  if (name == "number") return render::BorderLines::number;
  return render::BorderLines::single;
}

render::BorderIndicators border_indicators(std::string_view name) {
  if (name == "off") return render::BorderIndicators::off;
  if (name == "arrows") return render::BorderIndicators::arrows;
  if (name == "both") return render::BorderIndicators::both;
  return render::BorderIndicators::colour;
}

render::BorderStatus border_status(model::BorderStatus status) {
  switch (status) {
    case model::BorderStatus::top:
      return render::BorderStatus::top;
    case model::BorderStatus::bottom:
      return render::BorderStatus::bottom;
    case model::BorderStatus::off:
      break;
  }
  return render::BorderStatus::off;
}

/// status-fg and status-bg, the old names of status-style's colours, as a style: they win where they are set.
std::string status_colours(const model::Session& session) {
  std::string out;
  const auto add = [&](std::string_view place, const std::string& colour) {
    if (colour != "default") out += fmt::format("{}{}={}", out.empty() ? "" : ",", place, colour);
  };
  add("fg", session.options.string("status-fg"));
  add("bg", session.options.string("status-bg"));
  return out;
}

void draw_text_overlay(render::Frame& frame, const Overlay& overlay) {
  frame.fill({0, 0, frame.size().rows, frame.size().cols}, 0);
  std::string_view rest = overlay.text;
  std::size_t line = 0;
  int row = 0;
  while (!rest.empty() && row < frame.size().rows) {
    const auto end = rest.find('\n');
    const auto text = rest.substr(0, end);
    if (line++ >= overlay.top) frame.put_text(row++, 0, frame.size().cols, text, 0);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  frame.cursor = {};
}

}  // namespace

/// The rows of the terminal that show the window.
render::Rect Server::window_area(const RemoteClient& client, Size terminal) {
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const int status = model::status_lines(model_, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  return {status_top ? status : 0, 0, std::max(0, terminal.rows - status), terminal.cols};
}

/// The part of a pane that is on the terminal, when the window's cell (top, left) is in the corner of `area`.
render::Rect Server::place_of(const model::Pane& pane, const render::Rect& area, int top, int left) {
  render::Rect shown{std::max(pane.top - top, 0), std::max(pane.left - left, 0), 0, 0};
  shown.rows = std::min(pane.top - top + pane.size.rows, area.rows) - shown.row;
  shown.cols = std::min(pane.left - left + pane.size.cols, area.cols) - shown.col;
  shown.row += area.row;
  shown.col += area.col;
  return shown;
}

void Server::draw_pane(RemoteClient& client, const model::Pane& pane, const panes::PaneIo& io, render::Frame& frame,
                       const render::Rect& shown, int top, int left) {
  const model::Window* window = model_.window(pane.window);
  const bool is_active = pane.id == window->active;
  const auto target = command::find_from_pane(model_, pane.id);
  const auto style_of = [&](model::TextOption option) {
    return render::style_on({}, host_->expand(pane.options.string(option), target, client.id));
  };
  render::PaneView view;
  view.top = std::max(top - pane.top, 0);
  view.left = std::max(left - pane.left, 0);
  view.base = render::window_style(style_of("window-style"),
                                   is_active ? style_of("window-active-style") : model::Style{});
  view.has_cursor = is_active;
  if (modes::Mode* mode = pane_modes_->mode(pane.id)) {
    return mode->draw(frame, shown, {view.top, view.left, view.base, view.has_cursor});
  }
  render::draw_pane(frame, shown, io.screen(), view);
}

/// Over the frame that is shown: the active pane alone, when it printed and nothing else of the frame follows
/// from it.
bool Server::draw_echo(RemoteClient& client, render::Frame& frame, views::FlowWindow::Time now) {
  const model::Window* window = model_.current_window(*model_.client(client.id)->session);
  if (window == nullptr || printed_.count(window->active) == 0) return false;
  if (pane_modes_->mode(window->active) != nullptr) return false;
  if (client.overlay.kind != Overlay::Kind::none || synchronized_panes_.held_until(window->active, now))
    return false;
  const model::Pane* pane = model_.pane(window->active);
  const panes::PaneIo* io = pane_io(window->active);
  const auto view = host_->view(client.id);
  if (pane == nullptr || io == nullptr || !view || view->top != client.drawn.top ||
      view->left != client.drawn.left) {
    return false;
  }
  const auto shown = place_of(*pane, window_area(client, frame.size()), view->top, view->left);
  const auto drawn = client.drawn.panes.find(pane->id);
  if (shown.rows <= 0 || shown.cols <= 0 || drawn == client.drawn.panes.end() || drawn->second != shown)
    return false;
  draw_pane(client, *pane, *io, frame, shown, view->top, view->left);
  return true;
}

void Server::draw(RemoteClient& client, render::Frame& frame, const render::Frame* shown_before,
                  views::FlowWindow::Time now) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = model_.session(*seen->session);
  model::Window* window = model_.current_window(*seen->session);
  const auto drawn_before = std::exchange(client.drawn, {});
  if (window == nullptr) return;
  if (client.overlay.kind == Overlay::Kind::text) return draw_text_overlay(frame, client.overlay);

  const int status = model::status_lines(model_, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  const render::Rect area = window_area(client, frame.size());

  // The panes, seen through a viewport that follows the active pane's cursor.
  const auto view_of_window = host_->view(client.id);
  const int top = view_of_window ? view_of_window->top : 0;
  const int left = view_of_window ? view_of_window->left : 0;
  client.drawn.top = top;
  client.drawn.left = left;
  const bool same_view = drawn_before.top == top && drawn_before.left == left;
  std::vector<render::BorderPane> borders;
  const auto marked = model_.mark();
  for (const auto id : window->panes) {
    if (window->zoomed && id != window->active) continue;
    const model::Pane* pane = model_.pane(id);
    panes::PaneIo* io = pane_io(id);
    if (pane == nullptr) continue;
    const render::Rect shown = place_of(*pane, area, top, left);
    const bool is_active = id == window->active;
    // Without a terminal while its program is being started: nothing is drawn there, but it has its place.
    if (io != nullptr && shown.rows > 0 && shown.cols > 0) {
      client.drawn.panes.emplace(id, shown);
      // In the middle of a synchronized update it stays as it was, if it was there.
      const auto before = drawn_before.panes.find(id);
      const bool stays = same_view && before != drawn_before.panes.end() && before->second == shown &&
                         synchronized_panes_.held_until(id, now) && shown_before != nullptr &&
                         frame.keep(*shown_before, shown);
      if (stays && is_active) frame.cursor = shown_before->cursor;
      if (!stays) draw_pane(client, *pane, *io, frame, shown, top, left);
    }
    const auto target = command::find_from_pane(model_, id);
    const auto style_of = [&](model::TextOption option) {
      return render::style_on({}, host_->expand(pane->options.string(option), target, client.id));
    };
    render::BorderPane border;
    border.area = {pane->top, pane->left, pane->size.rows, pane->size.cols};
    border.index = model_.pane_index(id);
    border.active = is_active;
    border.marked = marked && marked->pane == id;
    border.style = style_of("pane-border-style");
    border.active_style = style_of("pane-active-border-style");
    if (model_.border_status(*window) != model::BorderStatus::off) {
      border.status = host_->expand(pane->options.string("pane-border-format"), target, client.id);
    }
    borders.push_back(std::move(border));
  }
  render::BorderOptions how;
  how.lines = border_lines(window->options.choice("pane-border-lines"));
  how.indicators = border_indicators(window->options.choice("pane-border-indicators"));
  how.status = border_status(model_.border_status(*window));
  how.fill = window->options.text("fill-character").value_or("");
  render::draw_borders(frame, area, {area.row - top, area.col - left, window->size.rows, window->size.cols},
                       borders, how);

  if (client.overlay.kind == Overlay::Kind::panes) {
    for (const auto id : window->panes) {
      const model::Pane* pane = model_.pane(id);
      if (pane == nullptr || (window->zoomed && id != window->active)) continue;
      const auto option = id == window->active ? model::TextOption("display-panes-active-colour")
                                               : model::TextOption("display-panes-colour");
      render::draw_pane_number(frame, place_of(*pane, area, top, left), pane->size, model_.pane_index(id),
                               render::style_on({}, "fg=" + session->options.string(option)));
    }
    frame.cursor.visible = false;
  }

  // Status lines, and a message or prompt over the first of them.
  const int status_row = status_top ? 0 : frame.size().rows - status;
  const auto base = render::style_on(
      render::style_on({}, expand(client, session->options.string("status-style"))), status_colours(*session));
  for (int i = 0; i < status; ++i) {
    const auto format = session->options.text("status-format", static_cast<unsigned>(i)).value_or("");
    host_->set_status_ranges(
        client.id, i,
        render::draw_line(frame, status_row + i, 0, frame.size().cols, base, expand(client, format)));
  }
  const auto& overlay = client.overlay;
  if (overlay.kind == Overlay::Kind::message || overlay.kind == Overlay::Kind::prompt) {
    const int row = status > 0 ? status_row : frame.size().rows - 1;
    if (overlay.kind == Overlay::Kind::prompt) {
      draw_prompt(client, frame, row);
    } else {
      const auto look = render::style_on({}, expand(client, session->options.string("message-style")));
      render::draw_line(frame, row, 0, frame.size().cols, look, overlay.text);
    }
    frame.cursor.visible = false;
  }
  if (session->options.flag("set-titles")) {
    frame.title = expand(client, session->options.string("set-titles-string"));
  }
  // What lies over the panes is no part of them: nothing of this frame may be kept for the next one.
  if (overlay.kind != Overlay::Kind::none) client.drawn.panes.clear();
}

}  // namespace sess::server
