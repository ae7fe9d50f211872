#include "dispatch/popups.hpp"

#include <sys/wait.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/log.hpp"
#include "command/format/format.hpp"
#include "input/encode.hpp"
#include "store/checkpoint.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/mouse.hpp"
#include "dispatch/overlays.hpp"
#include "views/output.hpp"

namespace sess::dispatch {
namespace {

using Closes = command::PopupRequest::Closes;
using input::Key;
using input::MouseAction;

/// A popup looks at nothing that has scrolled off.
panes::PaneIo::Limits no_history() {
  panes::PaneIo::Limits limits;
  limits.history_lines = 0;
  return limits;
}

Size size_of(const render::Rect& inside) {
  const auto side = [](int n) { return static_cast<std::uint16_t>(std::clamp<int>(n, 1, kMaxSide)); };
  return {side(inside.rows), side(inside.cols)};
}

int status_of(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  return WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
}

bool closes_itself(const OpenPopup& popup, int status) {
  const auto closes = static_cast<Closes>(popup.how.closes);
  return closes == Closes::when_ended || (closes == Closes::when_succeeded && status == 0);
}

}  // namespace

Popups::Popups(const Parts& parts, Acts acts)
    : parts_(parts), acts_(std::move(acts)), away_timer_(parts.loop, [this] {
        const auto now = parts_.clock.now();
        std::vector<model::ClientToken> over;
        for (const auto& [token, since] : away_) {
          if (now - since >= kAwayLimit) over.push_back(token);
        }
        for (const auto token : over) {
          if (const auto it = popups_.find(token); it != popups_.end()) end(it, 0);
        }
        if (!away_.empty()) away_timer_.start(std::chrono::hours(1));
      }) {}

// --- opening and ending -----------------------------------------------------------------------------------

void Popups::open(RemoteClient& client, command::PopupRequest request,
                  std::function<void(Result<int>)> closed) {
  if (client.popup != nullptr || popups_.count(client.token) > 0) return closed(0);
  auto popup = std::make_unique<OpenPopup>();
  auto next = parts_.model.next_ids();
  popup->terminal = model::PaneId{next.pane++};
  parts_.model.set_next_ids(next);
  const auto option = parts_.model.current_window(*parts_.model.client(client.id)->session)
                          ->options.choice("popup-border-lines");
  store::SavedPopup& how = popup->how;
  how.terminal = popup->terminal.value;
  how.row = request.row;
  how.col = request.col;
  how.rows = request.size.rows;
  how.cols = request.size.cols;
  how.lines = request.lines.empty() ? std::string(option) : request.lines;
  how.style = std::move(request.style);
  how.border_style = std::move(request.border_style);
  how.title = std::move(request.title);
  how.closes = static_cast<std::uint64_t>(request.closes);
  popup->lines = render::box_lines(how.lines);
  popup->wanted = {request.row, request.col, request.size.rows, request.size.cols};
  popup->closed = std::move(closed);
  place(*popup, parts_.model.client(client.id)->size);
  const auto id = popup->terminal;
  const auto size = size_of(popup->inside());
  client.popup = popup.get();
  popups_[client.token] = std::move(popup);
  redraw(client);
  acts_.start(
      id, size, std::move(request.program),
      [this, id](keeper::Spawned spawned) -> Result<> {
        const auto it = find(id);
        if (it == popups_.end()) return fail(ErrorCode::not_found, "the popup was closed");
        it->second->how.pid = spawned.pid;
        it->second->tty = spawned.tty;
        return take(id, std::move(spawned.master), std::move(spawned.journal), std::nullopt);
      },
      [this, id](const Result<>& started) {
        if (const auto it = find(id); !started && it != popups_.end()) end(it, pass(started.error()));
      });
}

Result<> Popups::take(model::PaneId id, UniqueFd master, UniqueFd journal,
                      std::optional<panes::PaneIo::Recovery> how) {
  const auto it = find(id);
  auto opened = panes::PaneIo::open(parts_.loop, id, std::move(master), std::move(journal),
                                    size_of(it->second->inside()), no_history(), *this, how);
  if (!opened) return pass(opened.error());
  parts_.terminals.put(std::move(*opened));
  parts_.checkpoint.changed();
  return {};
}

void Popups::end(Popups_::iterator it, Result<int> status) {
  const auto popup = std::move(it->second);
  RemoteClient* client = client_of(it->first);
  away_.erase(it->first);
  popups_.erase(it);
  acts_.end(popup->terminal);
  if (client != nullptr) {
    client->popup = nullptr;
    redraw(*client);
  }
  parts_.checkpoint.changed();
  if (popup->closed) popup->closed(std::move(status));
  parts_.loop.defer([] {});
}

void Popups::close(RemoteClient& client) {
  if (client.popup == nullptr) return;
  const int status = client.popup->status;
  end(find(client.popup->terminal), status);
}

bool Popups::on_exited(const keeper::Exited& exited) {
  const auto it = find(model::PaneId{exited.pane});
  if (it == popups_.end()) return false;
  OpenPopup& popup = *it->second;
  if (popup.how.pid != exited.pid) return true;
  if (panes::PaneIo* io = parts_.terminals.find(popup.terminal)) io->finish();
  parts_.terminals.note_printed(popup.terminal);
  popup.running = false;
  popup.status = status_of(exited.wait_status);
  if (closes_itself(popup, popup.status)) {
    const int status = popup.status;
    end(it, status);
  } else if (RemoteClient* client = client_of(it->first)) {
    redraw(*client);
  }
  return true;
}

Popups::Popups_::iterator Popups::find(model::PaneId terminal) {
  return std::find_if(popups_.begin(), popups_.end(),
                      [terminal](const auto& popup) { return popup.second->terminal == terminal; });
}

RemoteClient* Popups::client_of(model::ClientToken token) const {
  for (const auto& [id, client] : parts_.remote) {
    if (client->token == token && client->popup != nullptr) return client.get();
  }
  return nullptr;
}

void Popups::redraw(RemoteClient& client) {
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
  parts_.checkpoint.changed();
}

// --- where it is ------------------------------------------------------------------------------------------

void Popups::place(OpenPopup& popup, Size terminal) {
  const auto& wanted = popup.wanted;
  popup.area.rows = std::min<int>(wanted.rows, terminal.rows);
  popup.area.cols = std::min<int>(wanted.cols, terminal.cols);
  popup.area.row = std::min(wanted.row, terminal.rows - popup.area.rows);
  popup.area.col = std::min(wanted.col, terminal.cols - popup.area.cols);
  if (panes::PaneIo* io = parts_.terminals.find(popup.terminal)) io->resize(size_of(popup.inside()), {});
}

void Popups::on_resize(RemoteClient& client) {
  if (client.popup == nullptr) return;
  place(*client.popup, parts_.model.client(client.id)->size);
  redraw(client);
}

void Popups::drag(RemoteClient& client, const input::Mouse& mouse) {
  OpenPopup& popup = *client.popup;
  if (mouse.action != MouseAction::motion) {
    popup.drag = OpenPopup::Drag::none;
    return;
  }
  const Size terminal = parts_.model.client(client.id)->size;
  render::Rect area = popup.area;
  if (popup.drag == OpenPopup::Drag::move) {
    area.row = std::clamp(mouse.row - popup.drag_row, 0, terminal.rows - area.rows);
    area.col = std::clamp(mouse.col - popup.drag_col, 0, terminal.cols - area.cols);
  } else {
    // One cell of the program at least.
    const int least = popup.bordered() ? 3 : 1;
    area.rows = std::clamp(mouse.row - area.row + 1, least, std::max(least, terminal.rows - area.row));
    area.cols = std::clamp(mouse.col - area.col + 1, least, std::max(least, terminal.cols - area.col));
  }
  popup.wanted = area;
  popup.how.row = area.row;
  popup.how.col = area.col;
  popup.how.rows = area.rows;
  popup.how.cols = area.cols;
  place(popup, terminal);
  redraw(client);
}

// --- keys and mouse ---------------------------------------------------------------------------------------

bool Popups::on_key(RemoteClient& client, const input::Event& event) {
  if (client.popup == nullptr) return false;
  OpenPopup& popup = *client.popup;
  const Key key = event.key.key;
  const bool ends = key.code == input::code::kEscape || key == Key{'c', input::mod::kCtrl};
  const bool stays = static_cast<Closes>(popup.how.closes) != Closes::never && popup.running;
  if (ends && !stays) {
    if (event.key.action == input::KeyAction::release) return true;
    parts_.keyboard.settle(client);
    close(client);
    return true;
  }
  const panes::PaneIo* io = parts_.terminals.find(popup.terminal);
  if (!popup.running) return true;
  const terminal::Modes modes = io != nullptr ? io->screen().modes() : terminal::Modes{};
  parts_.keyboard.hold_for(client, popup.terminal,
                           input::encode_key(event.key, key_modes(modes, parts_.model.globals().server)),
                           true);
  return true;
}

bool Popups::on_typed(RemoteClient& client, const input::Event& event) {
  if (client.popup == nullptr) return false;
  const OpenPopup& popup = *client.popup;
  const panes::PaneIo* io = parts_.terminals.find(popup.terminal);
  if (!popup.running || io == nullptr) return true;
  if (event.kind == input::Event::Kind::paste) {
    parts_.keyboard.hold_for(client, popup.terminal,
                             input::encode_paste(event.text, io->screen().modes().bracketed_paste,
                                                 {event.paste_begin, event.paste_end}),
                             true);
  } else if (!event.raw.starts_with('\033')) {
    parts_.keyboard.hold_for(client, popup.terminal, event.raw, true);
  }
  return true;
}

bool Popups::on_mouse(RemoteClient& client, const input::Mouse& mouse) {
  if (client.popup == nullptr) return false;
  OpenPopup& popup = *client.popup;
  if (popup.drag != OpenPopup::Drag::none) {
    drag(client, mouse);
    return true;
  }
  const auto& area = popup.area;
  if (!area.contains(mouse.row, mouse.col)) {
    if (mouse.button == 3 && mouse.action == MouseAction::press) open_menu(client, mouse);
    return true;
  }
  const bool left_top = mouse.col == area.col || mouse.row == area.row;
  const bool border = popup.bordered() && (left_top || mouse.col == area.col + area.cols - 1 ||
                                           mouse.row == area.row + area.rows - 1);
  if (border && left_top && mouse.mods == 0 && mouse.button == 3 && mouse.action == MouseAction::press) {
    open_menu(client, mouse);
    return true;
  }
  if (border || mouse.mods == input::mod::kMeta) {
    if (mouse.action == MouseAction::press && (mouse.button == 1 || mouse.button == 3)) {
      popup.drag = mouse.button == 1 ? OpenPopup::Drag::move : OpenPopup::Drag::size;
      popup.drag_row = mouse.row - area.row;
      popup.drag_col = mouse.col - area.col;
    }
    return true;
  }
  const auto inside = popup.inside();
  MouseTarget where;
  where.row = mouse.row - inside.row;
  where.column = mouse.col - inside.col;
  if (popup.running) {
    parts_.keyboard.hold_for(client, popup.terminal,
                             mouse_bytes(parts_.terminals.find(popup.terminal), mouse, where), true);
  }
  return true;
}

void Popups::open_menu(RemoteClient& client, const input::Mouse& mouse) {
  const auto* buffer = parts_.queue.buffers().newest();
  std::vector<modes::MenuEntry> entries;
  const auto add = [&](std::string text, char key) {
    entries.push_back(
        {text + "#[default] #[align=right](" + key + ")", Key{static_cast<std::uint32_t>(key), 0}, {}});
  };
  add("Close", 'q');
  if (buffer != nullptr) add("Paste #[underscore]" + buffer->name, 'p');
  entries.emplace_back();
  add("Fill Space", 'F');
  add("Centre", 'C');
  if (client.popup->running) {
    entries.emplace_back();
    add("To Horizontal Pane", 'h');
    add("To Vertical Pane", 'v');
  }
  const int width = modes::Menu::size_of("", entries).cols;
  modes::Menu::Options options;
  options.mouse = true;
  parts_.overlays.open(client, std::move(entries), mouse.row, mouse.col - std::min(mouse.col, width / 2),
                       options, [this, id = client.id](Key key) { choose(id, key); });
}

void Popups::choose(model::ClientId id, Key key) {
  RemoteClient* client = parts_.remote.find(id);
  if (client == nullptr || client->popup == nullptr) return;
  OpenPopup& popup = *client->popup;
  const Size terminal = parts_.model.client(id)->size;
  const auto move = [&](render::Rect area) {
    popup.wanted = area;
    popup.how.row = area.row;
    popup.how.col = area.col;
    popup.how.rows = area.rows;
    popup.how.cols = area.cols;
    place(popup, terminal);
    redraw(*client);
  };
  const auto& area = popup.area;
  switch (key.code) {
    case 'q':
      return close(*client);
    case 'p':
      if (const auto* buffer = parts_.queue.buffers().newest(); buffer != nullptr && popup.running) {
        if (panes::PaneIo* io = parts_.terminals.find(popup.terminal)) io->input().type(buffer->data);
      }
      return;
    case 'F':
      return move({0, 0, terminal.rows, terminal.cols});
    case 'C':
      return move(
          {terminal.rows / 2 - area.rows / 2, terminal.cols / 2 - area.cols / 2, area.rows, area.cols});
    case 'h':
    case 'v':
      return make_pane(*client, key.code == 'h' ? model::Axis::horizontal : model::Axis::vertical);
    default:
      return;
  }
}

/// The program goes on in a pane beside the one that has the client's keys.
void Popups::make_pane(RemoteClient& client, model::Axis axis) {
  const auto it = find(client.popup->terminal);
  const model::Client& seen = *parts_.model.client(client.id);
  const auto beside = parts_.model.windows().active_for(seen, *parts_.model.current_window(*seen.session));
  const auto made =
      acts_.make_pane({it->second->terminal, beside, axis, it->second->how.pid, it->second->tty});
  if (!made) return acts_.say(client.id, made.error().text);
  const auto popup = std::move(it->second);
  popups_.erase(it);
  client.popup = nullptr;
  redraw(client);
  if (popup->closed) popup->closed(0);
}

// --- what its program does --------------------------------------------------------------------------------

void Popups::on_pane_output(panes::PaneIo& pane) {
  parts_.terminals.note_printed(pane.id());
}

void Popups::send_aside(const panes::PaneIo& pane, std::string_view bytes) {
  const auto it = find(pane.id());
  RemoteClient* client = it == popups_.end() ? nullptr : client_of(it->first);
  // A terminal that has not taken what it was sent is not sent more of these: a program may send any number.
  if (client == nullptr || client->suspended || client->flow.room() == 0) return;
  views::send_aside(*client->connection, client->flow, parts_.clock.now(), bytes);
}

void Popups::on_pane_bell(panes::PaneIo& pane) {
  send_aside(pane, "\a");
}

void Popups::on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title,
                                  std::string_view body) {
  send_aside(pane, kind == 9 ? fmt::format("\x1b]9;{}\x1b\\", body)
                             : fmt::format("\x1b]{};{}{};{}\x1b\\", kind, kind == 777 ? "notify;" : "", title,
                                           body));
}

void Popups::on_pane_clipboard(panes::PaneIo& pane, std::string_view /*selection*/, std::string_view base64) {
  const auto& options = parts_.model.globals().server;
  const auto it = find(pane.id());
  const RemoteClient* client = it == popups_.end() ? nullptr : client_of(it->first);
  auto text = from_base64(base64);
  if (options.choice("set-clipboard") != "on" || client == nullptr || !text || text->empty()) return;
  acts_.copy(client->id, *text);
  parts_.queue.buffers().add(std::move(*text), parts_.clock.wall(),
                             static_cast<std::size_t>(options.number("buffer-limit")));
  parts_.checkpoint.changed();
}

// --- clients that are away, servers that died --------------------------------------------------------------

void Popups::on_away(RemoteClient& client) {
  if (std::exchange(client.popup, nullptr) == nullptr) return;
  away_[client.token] = parts_.clock.now();
  if (!away_timer_.armed()) away_timer_.start(kAwayLimit);
}

void Popups::on_back(RemoteClient& client) {
  const auto it = popups_.find(client.token);
  if (it == popups_.end()) return;
  away_.erase(client.token);
  client.popup = it->second.get();
  on_resize(client);
  if (it->second->running || !closes_itself(*it->second, it->second->status)) return;
  end(it, it->second->status);
}

void Popups::restore(const std::vector<store::SavedClient>& clients) {
  for (const auto& client : clients) {
    if (!client.popup) continue;
    auto popup = std::make_unique<OpenPopup>();
    popup->how = *client.popup;
    popup->terminal = model::PaneId{static_cast<std::uint32_t>(popup->how.terminal)};
    const auto side = [](std::int64_t n) {
      return static_cast<int>(std::clamp<std::int64_t>(n, 0, kMaxSide));
    };
    popup->wanted = popup->area = {side(popup->how.row), side(popup->how.col),
                                   std::max(1, side(popup->how.rows)), std::max(1, side(popup->how.cols))};
    popup->lines = render::box_lines(popup->how.lines);
    popup->how.closes = std::min<std::uint64_t>(popup->how.closes, 2);
    popups_[client.token] = std::move(popup);
    away_[client.token] = parts_.clock.now();
  }
  if (!away_.empty()) away_timer_.start(kAwayLimit);
}

bool Popups::take_up(keeper::Program& program, panes::PaneIo::Recovery how) {
  const auto it = find(model::PaneId{program.pane});
  if (it == popups_.end()) return false;
  it->second->how.pid = program.pid;
  it->second->tty = program.tty;
  if (auto taken = take(it->second->terminal, std::move(program.master), std::move(program.journal), how);
      !taken) {
    log::error("popup {}: its journal is lost: {}", program.pane, taken.error().text);
  }
  return true;
}

void Popups::recovered() {
  for (auto it = popups_.begin(); it != popups_.end();) {
    const auto here = it++;
    if (parts_.terminals.find(here->second->terminal) == nullptr) end(here, 0);
  }
}

}  // namespace sess::dispatch
