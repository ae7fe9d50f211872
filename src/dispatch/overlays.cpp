#include "dispatch/overlays.hpp"

#include <algorithm>

#include "command/language/target.hpp"
#include "model/size_policy.hpp"
#include "store/checkpoint.hpp"
#include "display/display.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/popups.hpp"

namespace sess::dispatch {
namespace {

using modes::Menu;

std::vector<modes::MenuEntry> entries_of(const std::vector<command::MenuItem>& items) {
  std::vector<modes::MenuEntry> out;
  for (const auto& item : items) {
    out.push_back({item.text, input::parse_key(item.key).value_or(input::Key{}), item.command});
  }
  return out;
}

}  // namespace

std::optional<command::Surroundings> Overlays::surroundings(model::ClientId id,
                                                            std::optional<model::WindowId> window) const {
  const RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr || !seen->session || seen->control || client->menu ||
      client->popup != nullptr || client->phase != RemoteClient::Phase::attached) {
    return std::nullopt;
  }
  const model::Session* session = model_.session(*seen->session);
  command::Surroundings out;
  out.terminal = seen->size;
  out.status_lines = model::status_lines(model_, *session);
  out.status_top = session->options.choice("status-position") == "top";
  for (int line = 0; line < out.status_lines && !out.window; ++line) {
    const auto* ranges = display_.status_ranges(id, static_cast<std::size_t>(line));
    if (ranges == nullptr) break;
    for (const auto& range : *ranges) {
      if (range.kind != model::Style::Range::window) continue;
      const auto* link = model_.links().find(session->id, static_cast<int>(range.window));
      if (link != nullptr && window && link->window == *window && !out.window)
        out.window = command::Surroundings::InStatus{line, range.begin};
    }
  }
  if (const auto view = display_.view(id)) {
    out.view_top = view->top;
    out.view_left = view->left;
  }
  return out;
}

Size Overlays::menu_size(const command::MenuRequest& request) const {
  return Menu::size_of(request.title, entries_of(request.items));
}

void Overlays::show(RemoteClient& client, std::unique_ptr<OpenMenu> menu) {
  client.menu = std::move(menu);
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
  checkpoint_.changed();
}

void Overlays::open_menu(model::ClientId id, command::MenuRequest request, std::function<void()> closed) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr || client->menu) return closed();
  Menu menu(std::move(request.title), entries_of(request.items), request.row, request.col,
            {request.mouse, request.stay_open});
  // The mouse chooses what it is over, and nothing before.
  if (!request.mouse) menu.begin_with(request.choice);
  show(*client,
       std::make_unique<OpenMenu>(OpenMenu{
           std::move(menu), std::move(request.state), std::move(closed), {}, std::move(request.words)}));
}

void Overlays::open(RemoteClient& client, std::vector<modes::MenuEntry> entries, int row, int col,
                    modes::Menu::Options options, std::function<void(input::Key)> choose) {
  const Size size = Menu::size_of("", entries);
  const Size terminal = model_.client(client.id)->size;
  if (client.menu || size.rows > terminal.rows || size.cols > terminal.cols) return;
  Menu menu("", std::move(entries), std::clamp(row, 0, terminal.rows - size.rows),
            std::clamp(col, 0, terminal.cols - size.cols), options);
  show(client, std::make_unique<OpenMenu>(OpenMenu{std::move(menu), {}, {}, std::move(choose), {}}));
}

void Overlays::open_popup(model::ClientId id, command::PopupRequest request,
                          std::function<void(Result<int>)> closed) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr) return closed(0);
  popups_.open(*client, std::move(request), std::move(closed));
}

void Overlays::close_overlay(model::ClientId id) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr) return;
  if (client->menu) close_menu(*client, false);
  if (client->popup != nullptr) popups_.close(*client);
}

void Overlays::close_menu(RemoteClient& client, bool run) {
  const auto open = std::move(client.menu);
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
  checkpoint_.changed();
  if (run && open->choose) {
    open->choose(open->menu.chosen().key);
  } else if (run) {
    keyboard_.settle(client);  // what was chosen is not done twice
    queue_.submit_text(client.id, open->menu.chosen().command, open->state ? *open->state : command::State{});
  }
  if (open->closed) open->closed();
  keyboard_.run_queue();
}

void Overlays::act(RemoteClient& client, Menu::Verdict verdict) {
  switch (verdict) {
    case Menu::Verdict::nothing:
      return;
    case Menu::Verdict::redraw:
      if (client.composed) client.composed->invalidate();
      return;
    case Menu::Verdict::close:
      return close_menu(client, false);
    case Menu::Verdict::chosen:
      return close_menu(client, true);
  }
}

bool Overlays::on_key(RemoteClient& client, const input::Event& event) {
  if (!client.menu) return false;
  if (event.key.action == input::KeyAction::release) return true;
  keyboard_.change_saved(client);
  // Who may only look gets rid of it, and chooses nothing.
  if (model_.client(client.id)->read_only) {
    act(client, Menu::Verdict::close);
  } else {
    act(client, client.menu->menu.key(event.key.key));
  }
  return true;
}

bool Overlays::on_mouse(RemoteClient& client, const input::Mouse& mouse) {
  if (!client.menu) return false;
  keyboard_.change_saved(client);
  const auto verdict = client.menu->menu.mouse(mouse);
  const bool read_only = model_.client(client.id)->read_only;
  act(client, read_only && verdict == Menu::Verdict::chosen ? Menu::Verdict::close : verdict);
  return true;
}

void Overlays::on_resize(RemoteClient& client) {
  if (client.menu) close_menu(client, false);
  if (client.popup != nullptr) popups_.on_resize(client);
}

store::SavedMenu saved_menu(const OpenMenu& open) {
  const Menu& menu = open.menu;
  store::SavedMenu out;
  out.title = menu.title();
  for (const auto& entry : menu.entries()) {
    const bool has_key = entry.key.code != input::code::kNone;
    out.entries.insert(out.entries.end(),
                       {entry.text, has_key ? input::key_name(entry.key) : "", entry.command});
  }
  out.row = menu.area().row;
  out.col = menu.area().col;
  out.choice = menu.choice();
  out.mouse = menu.options().mouse;
  out.stay_open = menu.options().stay_open;
  out.lines = open.words.lines;
  out.style = open.words.style;
  out.border_style = open.words.border_style;
  out.selected_style = open.words.selected_style;
  if (!open.state) return out;
  if (open.state->current.pane) out.pane = open.state->current.pane->value;
  if (const auto& mouse = open.state->event.mouse; mouse && mouse->pane) out.mouse_pane = mouse->pane->value;
  out.mouse_event = open.state->event.mouse_event;
  return out;
}

void Overlays::open_again(RemoteClient& client, const store::SavedMenu& saved) {
  std::vector<modes::MenuEntry> entries;
  for (std::size_t at = 0; at + 2 < saved.entries.size(); at += 3) {
    entries.push_back({saved.entries[at], input::parse_key(saved.entries[at + 1]).value_or(input::Key{}),
                       saved.entries[at + 2]});
  }
  if (entries.empty()) return;
  const auto place = [](std::int64_t at) {
    return static_cast<int>(std::clamp<std::int64_t>(at, 0, kMaxSide));
  };
  Menu menu(saved.title, std::move(entries), place(saved.row), place(saved.col),
            {saved.mouse, saved.stay_open});
  menu.choose(static_cast<int>(std::clamp<std::int64_t>(saved.choice, -1, INT32_MAX)));
  auto state = std::make_shared<command::State>();
  const auto target = [&](std::uint64_t pane) {
    const model::PaneId id{static_cast<std::uint32_t>(pane)};
    return model_.pane(id) != nullptr ? command::find_from_pane(model_, id) : command::Target{};
  };
  state->current = target(saved.pane);
  if (saved.mouse_pane) state->event.mouse = target(*saved.mouse_pane);
  state->event.mouse_event = saved.mouse_event;
  show(client, std::make_unique<OpenMenu>(
                   OpenMenu{std::move(menu),
                            std::move(state),
                            {},
                            {},
                            {saved.lines, saved.style, saved.border_style, saved.selected_style}}));
}

}  // namespace sess::dispatch
