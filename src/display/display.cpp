#include "display/display.hpp"

#include <algorithm>
#include <chrono>

#include "display/pane_looks.hpp"
#include "display/pane_modes.hpp"
#include "model/size_policy.hpp"
#include "peers/identities.hpp"
#include "protocol/message.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/show/attach_paint.hpp"
#include "views/output.hpp"

namespace sess::display {

using peers::Overlay;

namespace {

using protocol::AttachMode;
using Phase = RemoteClient::Phase;

}  // namespace

void Display::update() {
  const auto now = clock_.now();
  bool clock = false;
  for (const auto id : terminals_.printed()) {
    if (const panes::PaneIo* io = terminals_.find(id))
      synchronized_panes_.on_output(id, io->screen().modes().synchronized, now);
  }
  for (auto& [id, client] : remote_) {
    model::Client* seen = model_.client(id);
    const bool shows =
        client->phase == Phase::attached && !client->suspended && !client->connection->closed();
    if (shows && !seen->control) {
      update_display(*client, now);
      seen->written = client->flow.sent();
      seen->discarded = client->flow.discarded();
      clock = clock || shows_clock(*client);
    }
  }
  follow_status_interval();
  if (!clock) {
    minute_timer_.stop();
  } else if (!minute_timer_.armed()) {
    const auto wall = clock_.wall();
    minute_timer_.start(std::chrono::ceil<std::chrono::milliseconds>(
        std::chrono::floor<std::chrono::minutes>(wall) + std::chrono::minutes(1) - wall));
  }
}

namespace {

/// Whether a session's status line runs commands; themes and savers of sessions live in them.
bool has_status_commands(const model::Session& session) {
  for (const char* name : {"status-left", "status-right"}) {
    const model::OptionValue* value = session.options.find(name);
    const auto* text = value != nullptr ? std::get_if<std::string>(value) : nullptr;
    if (text != nullptr && text->find("#(") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

/// The clock in a status line is drawn anew only while somebody looks at it; what its commands do is wanted
/// as long as somebody is attached, whether the line is shown or not.
void Display::follow_status_interval() {
  std::optional<std::chrono::seconds> interval;
  bool hidden = false;
  status_shown_ = false;
  for (auto& [id, client] : remote_) {
    const model::Client* seen = model_.client(id);
    if (client->phase != Phase::attached || seen == nullptr || seen->control || client->suspended) continue;
    const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
    if (session == nullptr) continue;
    const bool shown = client->composed && model::status_lines(model_, *session) > 0;
    if (!shown && !has_status_commands(*session)) continue;
    status_shown_ = status_shown_ || shown;
    hidden = hidden || !shown;
    const std::chrono::seconds wanted(session->options.number("status-interval"));
    if (wanted.count() > 0) interval = interval ? std::min(*interval, wanted) : wanted;
  }
  if (!interval) return status_timer_.stop();
  if (status_timer_.armed()) return;
  if (hidden) run_hidden_status();
  status_timer_.start(*interval);
}

void Display::run_hidden_status() {
  for (auto& [id, client] : remote_) {
    const model::Client* seen = model_.client(id);
    if (client->phase != Phase::attached || seen == nullptr || seen->control || !seen->session) continue;
    const model::Session* session = model_.session(*seen->session);
    if (session == nullptr || !has_status_commands(*session)) continue;
    if (client->composed && model::status_lines(model_, *session) > 0) continue;
    (void)expand(*client, "#{T:status-left}#{T:status-right}");
  }
}

bool Display::shows_clock(const RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  const model::Window* window =
      seen != nullptr && seen->session ? model_.current_window(*seen->session) : nullptr;
  return client.composed && window != nullptr &&
         std::any_of(window->panes.begin(), window->panes.end(), [this](model::PaneId pane) {
           const modes::Mode* mode = pane_modes_.mode(pane);
           return mode != nullptr && mode->shows_time();
         });
}

/// A mode is on that the client's terminal would not follow.
bool Display::lacks_mode(const RemoteClient& client, const panes::PaneIo& pane) {
  return (terminal::needed(pane.screen().modes()) & client.features.lacks) != 0;
}

/// Its view is decided anew when the pane that it looks at went into such a mode, or left it.
void Display::note_lacked_mode(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  const model::Window* window =
      seen != nullptr && seen->session ? model_.current_window(*seen->session) : nullptr;
  if (window == nullptr || terminals_.printed().count(window->active) == 0) return;
  const panes::PaneIo* io = terminals_.find(window->active);
  const bool lacks = io != nullptr && lacks_mode(client, *io);
  if (std::exchange(client.lacked_mode, lacks) != lacks) client.display_stale = true;
}

void Display::update_display(RemoteClient& client, Time now) {
  note_lacked_mode(client);
  const bool stale = client.display_stale;
  if (stale) decide_view(client, now);
  std::optional<Time> deadline;
  if (client.direct) {
    if (std::exchange(client.repaint_due, false)) client.direct->repaint();
    client.direct->turn(now);
    if (stale || terminals_.printed().count(client.direct->pane().id()) > 0) show_title(client, now);
    deadline = client.direct->deadline();
  } else if (client.composed) {
    const model::Client* seen = model_.client(client.id);
    const model::Window* window = model_.current_window(*seen->session);
    if (window != nullptr) {
      for (const auto pane : window->panes) {
        if (terminals_.printed().count(pane) > 0) client.held_back.insert(pane);
      }
    }
    if (client.popup != nullptr && terminals_.printed().count(client.popup->terminal) > 0)
      client.held_back.insert(client.popup->terminal);
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

void Display::decide_view(RemoteClient& client, Time now) {
  client.display_stale = false;
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return;
  const model::Pane* pane = direct_pane(client);
  panes::PaneIo* io = pane != nullptr ? terminals_.find(pane->id) : nullptr;

  if (io != nullptr) {
    if (client.direct && &client.direct->pane() == io) {
      client.direct->set_options(direct_options(client.id, io->id()));
      return ask_features(client, now);
    }
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
      before = client.direct->undo();
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

model::Pane* Display::direct_pane(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session || client.covered()) return nullptr;
  const model::Session* session = model_.session(*seen->session);
  const model::Window* window = model_.current_window(*seen->session);
  if (session == nullptr || window == nullptr || model::status_lines(model_, *session) > 0) return nullptr;
  if (window->panes.size() > 1 && !window->zoomed) return nullptr;
  if (model_.windows().border_status(*window) != model::BorderStatus::off) return nullptr;
  model::Pane* pane = model_.pane(window->active);
  if (pane == nullptr || pane->size != seen->size) return nullptr;
  const panes::PaneIo* io = terminals_.find(pane->id);
  if (pane_modes_.mode(pane->id) != nullptr) return nullptr;
  if (io != nullptr && io->aside()) return nullptr;  // its bytes are not what it shows
  if (io != nullptr && lacks_mode(client, *io)) return nullptr;
  return pane;
}

views::DirectView::Options Display::direct_options(model::ClientId client, model::PaneId pane) {
  views::DirectView::Options options;
  const model::Client* seen = model_.client(client);
  const model::Session* session = seen != nullptr && seen->session ? model_.session(*seen->session) : nullptr;
  const auto& table = session != nullptr ? session->options : model_.globals().session;
  options.history_lines = static_cast<std::uint64_t>(table.number("attach-history"));
  if (const RemoteClient* shown = remote_.find(client)) {
    options.tell_scrolled = protocol::has_feature(shown->hello.features, protocol::kScrolledOff);
  }
  options.policy.clipboard = model_.globals().server.choice("set-clipboard") != "off";
  options.policy.titles = !table.flag("set-titles");
  if (const RemoteClient* shown = remote_.find(client)) options.policy.lacks = shown->features.lacks;
  if (const model::Pane* shown = model_.pane(pane)) {
    options.policy.alternate_screen = shown->options.flag("alternate-screen");
    options.policy.passthrough = shown->options.flag("allow-passthrough");
    const auto cursor = wanted_cursor(*shown);
    options.policy.cursor_style = cursor.style;
    if (cursor.colour.kind == terminal::Color::Kind::rgb) options.policy.cursor_color = cursor.colour;
    options.policy.palette = wanted_palette(*shown);
  }
  return options;
}

/// How far the terminal's scrollback got, for when the pane is shown directly again.
void Display::remember_direct(RemoteClient& client, Time now) {
  client.direct->turn(now);  // what came in this turn goes there, too
  client.scrollback.remember(client.direct->pane().id(), client.direct->scrolled(), client.direct->owed());
}

/// Once, whatever view it has: a composed one draws by features, a direct one must not be sent what the
/// terminal lacks, and programs ask for its colours. The client sees to it that no answer is left over in a
/// shell's input. A console shows questions as text.
void Display::ask_features(RemoteClient& client, Time now) {
  if (client.features_asked || !client.features.title) return;
  client.features_asked = true;
  views::send_questions(*client.connection, client.flow, now, render::feature_questions());
}

/// set-titles beside the pane's own bytes; its program's titles are left out of them then.
void Display::show_title(RemoteClient& client, Time now) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
  if (session == nullptr || !session->options.flag("set-titles") || !client.features.title) {
    return client.title.reset();
  }
  if (client.direct->in_picture()) return;
  constexpr std::size_t kLongest = 1024;
  auto title = terminal::clean_text(expand(client, session->options.string("set-titles-string")), kLongest);
  if (client.title == title) return;
  views::send_aside(*client.connection, client.flow, now, fmt::format("\x1b]2;{}\x1b\\", title));
  client.title = std::move(title);
}

render::TerminalModes Display::composed_modes(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = model_.session(*seen->session);
  render::TerminalModes modes;
  using Mouse = render::TerminalModes::Mouse;
  const auto asked = [&](model::PaneId pane) {
    const panes::PaneIo* io = terminals_.find(pane);
    const auto tracking = io != nullptr ? io->screen().modes().mouse : terminal::MouseTracking::none;
    if (tracking == terminal::MouseTracking::any) return Mouse::all;
    return tracking == terminal::MouseTracking::none ? Mouse::off : Mouse::buttons;
  };
  const bool on = session->options.flag("mouse");
  const model::Window* window = model_.current_window(session->id);
  if (client.menu) {
    // The entry under the mouse is shown as chosen before a button is pressed.
    if (client.menu->menu.options().mouse) modes.mouse = Mouse::all;
  } else if (client.popup != nullptr) {
    modes.mouse = asked(client.popup->terminal);
  } else if (window != nullptr && !on) {
    modes.mouse = asked(model_.windows().active_for(*seen, *window));
  } else if (window != nullptr) {
    for (const auto pane : window->panes) {
      if (asked(pane) == Mouse::all) modes.mouse = Mouse::all;
    }
  }
  if (on && modes.mouse == Mouse::off) modes.mouse = Mouse::buttons;
  modes.focus = model_.globals().server.flag("focus-events");
  modes.extended_keys = model_.globals().server.choice("extended-keys") != "off";
  return modes;
}

void Display::send_attached(RemoteClient& client, AttachMode mode, model::PaneId pane, bool resumed) {
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

void Display::resume_view(RemoteClient& client, const protocol::Resume& resume) {
  const auto now = clock_.now();
  panes::PaneIo* io = terminals_.find(model::PaneId{resume.pane});
  const bool was_direct = resume.mode.value_or(protocol::AttachMode::direct) == protocol::AttachMode::direct;
  // What a pane that is set aside shows has no place in the program's stream.
  const bool has_offset = io != nullptr && !io->aside() && resume.offset != protocol::kNoOffset;
  // What its scrollback has: as it was told, else as the ring says.
  std::optional<Scrolled> scrolled;
  if (has_offset) scrolled = io->scrolled_at(resume.offset);
  if (const auto& told = resume.scrolled; told && terminals_.find(model::PaneId{told->pane}) != nullptr) {
    client.scrollback.remember(model::PaneId{told->pane}, {told->line, told->bytes});
    if (told->pane == resume.pane) scrolled = Scrolled{told->line, told->bytes};
  } else if (scrolled) {
    client.scrollback.remember(io->id(), *scrolled);
  }
  owe_shown(client);
  if (resume.written_on) return client.scrollback.written_on();
  if (!was_direct) {
    // Its modes are on; the frame is drawn anew, or the terminal is left for the pane itself.
    send_attached(client, protocol::AttachMode::composed, model::PaneId{resume.pane}, false);
    client.composed = std::make_unique<views::ComposedView>(*client.connection, client.flow, client.features);
    client.composed->enter({}, {}, composed_modes(client), now);
    return;
  }
  if (!has_offset) return client.scrollback.written_on();
  // The ring reaches back: the output goes on where it stopped.
  client.direct = std::make_unique<views::DirectView>(*client.connection, client.flow, *io,
                                                      direct_options(client.id, io->id()));
  const bool exact =
      !resume.drawn && client.direct->resume(resume.offset, resume.past, scrolled.value_or(Scrolled{}),
                                             client.scrollback.owed(io->id()));
  const model::Pane* shown = direct_pane(client);
  if (!exact && (shown == nullptr || shown->id != io->id())) return client.direct.reset();
  send_attached(client, protocol::AttachMode::direct, io->id(), exact);
  if (exact) return;
  // From where its history is known to end, else the newest lines again; then the screen.
  if (scrolled) return client.direct->catch_up(*scrolled, now, client.scrollback.owed(io->id()));
  const auto lines = direct_options(client.id, io->id()).history_lines;
  client.direct->catch_up(terminal::newest_lines(io->screen(), {}, lines), now);
}

void Display::owe_shown(RemoteClient& client) {
  const auto pane = client.scrollback.shown();
  const panes::PaneIo* io = pane ? terminals_.find(*pane) : nullptr;
  if (io != nullptr) client.scrollback.owe(*pane, io->screen().history().end_line());
}

void Display::put_away_view(RemoteClient& client, const std::optional<protocol::PaneScrolled>& told) {
  if (client.direct && !told) remember_direct(client, clock_.now());
  if (told) client.scrollback.remember(model::PaneId{told->pane}, {told->line, told->bytes});
  client.direct.reset();
  client.composed.reset();
}

void Display::leave_view(RemoteClient& client) {
  const auto now = clock_.now();
  const bool covered = client.composed && client.covered();
  if (client.overlay.done) client.overlay.done(std::nullopt);
  client.overlay = {};
  if (const auto menu = std::move(client.menu); menu != nullptr && menu->closed) menu->closed();
  if (client.composed) {
    const model::Client* seen = model_.client(client.id);
    const model::Pane* pane = direct_pane(client);
    panes::PaneIo* io =
        pane != nullptr && client.scrollback.shown() == pane->id ? terminals_.find(pane->id) : nullptr;
    const bool session_gone = seen == nullptr || !seen->session || model_.session(*seen->session) == nullptr;
    if (io != nullptr) {
      show_directly(client, *io, now);
    } else if (covered && session_gone) {
      show_last(client, now);
    }
  }
  if (client.direct) {
    client.direct->finish(now);
    client.scrollback.remember(client.direct->pane().id(), client.direct->scrolled());
    const auto& screen = client.direct->pane().screen();
    client.connection->send(
        protocol::encode(protocol::Undo{client.direct->undo() + views::below_screen(screen)}));
    client.direct.reset();
  }
  if (client.composed) client.connection->send(protocol::encode(protocol::Undo{client.composed->undo()}));
  client.composed.reset();
}

void Display::show_directly(RemoteClient& client, panes::PaneIo& io, Time now) {
  std::string before;
  if (client.composed) before = client.composed->leave();
  if (client.direct) {
    remember_direct(client, now);
    before = client.direct->undo();
  }
  send_attached(client, AttachMode::direct, io.id(), false);
  client.repaint_due = false;
  client.composed.reset();
  client.direct = std::make_unique<views::DirectView>(*client.connection, client.flow, io,
                                                      direct_options(client.id, io.id()));
  client.title.reset();
  views::send_output(*client.connection, client.flow, now, before);
  auto known = client.scrollback.of(io.id());
  if (known && io.screen().history().scrolled() < *known) known.reset();  // begun anew since
  const std::uint64_t owed = client.scrollback.owed(io.id());
  if (known && client.scrollback.shown() == io.id()) return client.direct->catch_up(*known, now, owed);
  if (known) known->bytes = 0;  // a line of which the rest is lost among others is sent whole
  client.direct->paint(model_.client(client.id)->size, now, known, owed);
}

/// Its last lines, where something lies over the pane that the terminal's main screen shows, and the pane
/// goes.
void Display::show_last(RemoteClient& client, Time now) {
  const auto pane = client.scrollback.shown();
  panes::PaneIo* io = client.composed && pane ? terminals_.find(*pane) : nullptr;
  if (io == nullptr) return;
  views::send_output(*client.connection, client.flow, now, client.composed->leave());
  client.composed.reset();
  views::DirectView view(*client.connection, client.flow, *io, direct_options(client.id, *pane));
  view.catch_up(*client.scrollback.of(*pane), now, client.scrollback.owed(*pane));
  view.finish(now);
}

void Display::pane_closed(model::PaneId pane) {
  const auto now = clock_.now();
  for (auto& [id, client] : remote_) {
    if (client->direct && client->direct->pane().id() == pane) {
      client->direct->finish(now);
      client->direct.reset();
      client->display_stale = true;
    } else if (client->covered() && client->scrollback.shown() == pane) {
      show_last(*client, now);
      client->display_stale = true;
    }
    client->scrollback.forget(pane);
  }
  synchronized_panes_.forget(pane);
}

void Display::redraw(model::ClientId id) {
  if (RemoteClient* client = remote_.find(id)) client->redraw();
}

std::optional<model::Viewport> Display::view(model::ClientId id) const {
  const model::Client* seen = model_.client(id);
  const model::Session* session = seen != nullptr && seen->session ? model_.session(*seen->session) : nullptr;
  const model::Window* window = session != nullptr ? model_.current_window(session->id) : nullptr;
  if (window == nullptr) return std::nullopt;
  Size room = seen->size;
  room.rows = static_cast<std::uint16_t>(std::max(0, room.rows - model::status_lines(model_, *session)));
  std::optional<model::ViewCursor> cursor;
  const model::Pane* active = model_.pane(model_.windows().active_for(*seen, *window));
  const panes::PaneIo* io = active != nullptr ? terminals_.find(active->id) : nullptr;
  if (io != nullptr && io->screen().modes().cursor_visible) {
    const auto at = io->screen().cursor();
    cursor = model::ViewCursor{active->top + at.row, active->left + at.col};
  }
  return model::viewport(window->id, window->size, room, cursor, seen->pan);
}

Result<> Display::move_view(model::ClientId id, int dx, int dy) {
  model::Client* seen = model_.client(id);
  const auto now = view(id);
  if (seen == nullptr || !now) return {};
  const model::Window* window = model_.current_window(*seen->session);
  if (dx == 0 && dy == 0) {
    seen->pan.reset();
  } else {
    seen->pan = model::moved(window->id, window->size, *now, dy, dx);
  }
  remote_.redraw_all();
  return {};
}

}  // namespace sess::display
