#include "peers/control_clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "command/format/format.hpp"
#include "command/language/queue.hpp"
#include "model/number.hpp"

namespace sess::peers {
namespace {

/// Lines that the queue has at once; what is typed behind them waits, and then in the client's own pipe.
constexpr std::size_t kMostRunning = 32;
constexpr std::size_t kMostTyped = 256 * 1024;
constexpr std::size_t kLongestLine = 1 << 20;
/// tmux looks once a second.
constexpr std::chrono::seconds kSubscriptionInterval{1};

}  // namespace

ControlClients::ControlClients(Needs needs)
    : needs_(std::move(needs)),
      subscriptions_due_(needs_.loop, [this] { look_at_subscriptions(); }),
      hold_over_(needs_.loop, [] {}) {}  // the turn that it makes is enough

void ControlClients::add(model::ClientId id, views::Connection& connection) {
  if (clients_.empty()) follow_buffers();  // what there was before is no news
  clients_[id] = std::make_unique<Client>(id, connection);
}

void ControlClients::forget(model::ClientId id) {
  clients_.erase(id);
}

const model::Session* ControlClients::session_of(model::ClientId id) const {
  const model::Client* seen = needs_.model.client(id);
  return seen != nullptr && seen->session ? needs_.model.session(*seen->session) : nullptr;
}

bool ControlClients::sees(model::ClientId id, model::WindowId window) const {
  const model::Session* session = session_of(id);
  return session != nullptr &&
         std::any_of(session->windows.begin(), session->windows.end(),
                     [window](const auto& link) { return link.second.window == window; });
}

// --- what it types --------------------------------------------------------------------------------------

void ControlClients::attached(model::ClientId id) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  add_panes(*it->second, false);
}

void ControlClients::on_input(model::ClientId id, std::string_view bytes) {
  const auto it = clients_.find(id);
  if (it == clients_.end() || it->second->ended) return;
  Client& client = *it->second;
  client.typed.append(bytes);
  run_lines(client);
}

void ControlClients::on_input_end(model::ClientId id) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  it->second->ended = true;
  run_lines(*it->second);
}

void ControlClients::run_lines(Client& client) {
  const auto id = client.id;
  while (client.running < kMostRunning) {
    const auto end = client.typed.find('\n');
    if (end == std::string::npos) break;
    std::string line = client.typed.substr(0, end);
    client.typed.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    if (std::exchange(client.dropping, false)) continue;
    if (line.empty()) return needs_.detach(id);
    run_line(client, line);
  }
  if (client.typed.size() > kLongestLine && client.typed.find('\n') == std::string::npos) {
    if (!std::exchange(client.dropping, true)) refuse_line(client);
    client.typed.clear();
  }
  // What it wrote before its end is done before it leaves.
  if (client.ended && client.running == 0 && client.typed.find('\n') == std::string::npos)
    return needs_.detach(id);
  client.connection.pause_reading(client.running >= kMostRunning && client.typed.size() > kMostTyped);
}

void ControlClients::run_line(Client& client, std::string_view line) {
  command::State state;
  state.typed = true;
  ++client.running;
  needs_.queue().submit_text(client.id, line, std::move(state), [this, id = client.id](int) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    --it->second->running;
    // Not from inside the queue's run.
    needs_.loop.defer([this, id] {
      if (const auto later = clients_.find(id); later != clients_.end()) run_lines(*later->second);
    });
  });
}

void ControlClients::refuse_line(Client& client) {
  command::State state;
  state.typed = true;
  needs_.queue().submit_error(client.id, fmt::format("a line has more than {} bytes", kLongestLine),
                              std::move(state));
}

// --- blocks ---------------------------------------------------------------------------------------------

void ControlClients::guard(model::ClientId id, std::string_view word,
                           std::chrono::system_clock::time_point time, std::uint64_t number, bool typed) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  views::ControlView& view = it->second->view;
  if (word == "resume") return view.go_on(number);
  const auto line = fmt::format(
      "%{} {} {} {}", word, std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(),
      number, typed ? 1 : 0);
  if (word == "begin") return view.begin(number, line, std::chrono::steady_clock::now());
  view.end(number, line);
}

void ControlClients::print(model::ClientId id, std::string_view text) {
  if (const auto it = clients_.find(id); it != clients_.end()) it->second->view.body(text);
}

void ControlClients::notify(model::ClientId id, std::string_view line) {
  if (const auto it = clients_.find(id); it != clients_.end()) it->second->view.notify(line);
}

// --- what happens ---------------------------------------------------------------------------------------

/// Told to whoever shows a session; an empty line is for nobody.
void ControlClients::tell_all(const std::function<std::string(const Client&)>& line) {
  for (const auto& [id, client] : clients_) {
    if (session_of(id) == nullptr) continue;
    if (const auto text = line(*client); !text.empty()) client->view.notify(text);
  }
}

std::string ControlClients::layout_line(const Client& client, model::WindowId window) const {
  if (needs_.model.window(window) == nullptr || needs_.model.window(window)->panes.empty()) return "";
  auto target = command::find_from_window(needs_.model, window);
  if (const model::Session* session = session_of(client.id)) {
    for (const auto& [index, link] : session->windows) {
      if (link.window != window) continue;
      target.session = session->id;
      target.link = index;
    }
  }
  return expand("%layout-change #{window_id} #{window_layout} #{window_visible_layout} #{window_raw_flags}",
                target, client.id);
}

void ControlClients::on_event(const model::Event& event) {
  using Kind = model::Event::Kind;
  if (clients_.empty()) return;
  model::Model& model = needs_.model;
  const auto of_window = [&](std::string_view linked, std::string_view unlinked, std::string_view rest) {
    tell_all([&](const Client& client) {
      return fmt::format("%{} @{}{}", sees(client.id, *event.window) ? linked : unlinked, event.window->value,
                         rest);
    });
  };
  const auto everyone = [&](const std::string& line) { tell_all([&](const Client&) { return line; }); };
  switch (event.kind) {
    case Kind::session_created:
    case Kind::session_closed:
      return everyone("%sessions-changed");
    case Kind::session_renamed:
      if (const auto* session = model.session(*event.session)) {
        everyone(fmt::format("%session-renamed ${} {}", session->id.value, session->name));
      }
      return;
    case Kind::session_window_changed:
      if (const auto* window = model.current_window(*event.session)) {
        everyone(fmt::format("%session-window-changed ${} @{}", event.session->value, window->id.value));
      }
      return;
    case Kind::window_linked:
      for (const auto& [id, client] : clients_) {
        if (sees(id, *event.window)) add_panes(*client, false);
      }
      return of_window("window-add", "unlinked-window-add", "");
    case Kind::window_unlinked:
      return of_window("window-close", "unlinked-window-close", "");
    case Kind::window_renamed:
      if (const auto* window = model.window(*event.window)) {
        of_window("window-renamed", "unlinked-window-renamed", " " + printable(window->name));
      }
      return;
    case Kind::window_layout_changed:
      return tell_all([&](const Client& client) {
        return sees(client.id, *event.window) ? layout_line(client, *event.window) : std::string();
      });
    case Kind::window_pane_changed:
      if (event.pane)
        everyone(fmt::format("%window-pane-changed @{} %{}", event.window->value, event.pane->value));
      return;
    case Kind::pane_created:
      // A program that was started while it looks is heard from its first byte on.
      for (const auto& [id, client] : clients_) {
        if (session_of(id) != nullptr) client->view.add(*event.pane, 0);
      }
      return;
    case Kind::pane_closed:
      for (const auto& [id, client] : clients_) client->view.forget(*event.pane);
      return;
    case Kind::pane_moved:
      for (const auto& [id, client] : clients_) add_panes(*client, false);
      return;
    case Kind::client_session_changed: {
      const model::Client* changed = event.client ? model.client(*event.client) : nullptr;
      const model::Session* session = changed != nullptr ? session_of(changed->id) : nullptr;
      if (session == nullptr) return;
      if (const auto own = clients_.find(changed->id); own != clients_.end()) add_panes(*own->second, false);
      return tell_all([&](const Client& client) {
        if (client.id == changed->id)
          return fmt::format("%session-changed ${} {}", session->id.value, session->name);
        return fmt::format("%client-session-changed {} ${} {}", changed->name, session->id.value,
                           session->name);
      });
    }
    case Kind::client_detached:
      return everyone(fmt::format("%client-detached {}", event.name));
    case Kind::client_attached:  // its session changed with it
    case Kind::window_closed:
    case Kind::window_resized:  // its layout changed with it
    case Kind::pane_resized:
    case Kind::client_session_lost:
    case Kind::client_resized:
    case Kind::client_active:
      return;
  }
}

/// Panes of its session that it does not know yet: from now on, or from their beginning.
void ControlClients::add_panes(Client& client, bool from_begin) {
  const model::Session* session = session_of(client.id);
  if (session == nullptr) return;
  for (const auto& [index, link] : session->windows) {
    const model::Window* window = needs_.model.window(link.window);
    if (window == nullptr) continue;
    for (const auto pane : window->panes) {
      const panes::PaneIo* io = needs_.pane(pane);
      client.view.add(pane, io != nullptr && !from_begin ? io->parsed() : 0);
    }
  }
}

void ControlClients::follow_buffers() {
  const auto& store = needs_.queue().buffers();
  if (std::exchange(buffers_version_, store.version()) == store.version()) return;
  std::map<std::string, std::uint64_t> now;
  for (const auto& buffer : store.all()) now.emplace(buffer.name, buffer.order);
  const auto tell = [&](std::string_view what, const std::string& name) {
    tell_all([&](const Client&) { return fmt::format("%paste-buffer-{} {}", what, printable(name)); });
  };
  for (const auto& [name, order] : buffers_) {
    if (!now.contains(name)) tell("deleted", name);
  }
  for (const auto& [name, order] : now) {
    const auto before = buffers_.find(name);
    if (before == buffers_.end() || before->second != order) tell("changed", name);
  }
  buffers_ = std::move(now);
}

std::string ControlClients::expand(std::string_view format, const command::Target& target,
                                   model::ClientId client) const {
  command::FormatContext context;
  context.model = &needs_.model;
  context.ports = &needs_.queue().ports();
  context.target = target;
  context.client = client;
  context.buffers = &needs_.queue().buffers();
  return command::expand(context, format);
}

void ControlClients::on_pane_mode(model::PaneId pane) {
  tell_all([&](const Client&) { return fmt::format("%pane-mode-changed %{}", pane.value); });
}

void ControlClients::on_output(const std::set<model::PaneId>& printed, Time now) {
  if (clients_.empty()) return;
  for (const auto pane : printed) {
    const model::Pane* owner = needs_.model.pane(pane);
    const panes::PaneIo* io = needs_.pane(pane);
    if (owner == nullptr || io == nullptr) continue;
    for (const auto& [id, client] : clients_) {
      if (sees(id, owner->window)) client->view.printed(pane, now, io->parsed());
    }
  }
}

void ControlClients::end_of_turn(Time now) {
  if (clients_.empty()) return;
  follow_buffers();
  for (const auto& [id, client] : clients_) {
    if (client->view.take_missed()) tell_everything(*client);
    client->view.turn(now, needs_.pane);
    if (const auto until = client->view.held_until()) hold_over_.start(*until - now);
  }
}

/// What notifications would have said, as it is now.
void ControlClients::tell_everything(Client& client) {
  const model::Session* session = session_of(client.id);
  if (session == nullptr) return;
  client.view.notify("%sessions-changed");
  client.view.notify(fmt::format("%session-changed ${} {}", session->id.value, session->name));
  for (const auto& [index, link] : session->windows) {
    const model::Window* window = needs_.model.window(link.window);
    if (window == nullptr) continue;
    client.view.notify(fmt::format("%window-add @{}", window->id.value));
    client.view.notify(fmt::format("%window-renamed @{} {}", window->id.value, printable(window->name)));
    client.view.notify(layout_line(client, window->id));
    client.view.notify(fmt::format("%window-pane-changed @{} %{}", window->id.value, window->active.value));
  }
  if (const auto* window = needs_.model.current_window(session->id)) {
    client.view.notify(fmt::format("%session-window-changed ${} @{}", session->id.value, window->id.value));
  }
}

// --- refresh-client -------------------------------------------------------------------------------------

Result<> ControlClients::set_pane(model::ClientId id, std::string_view what) {
  const auto it = clients_.find(id);
  const auto colon = what.find(':');
  if (it == clients_.end() || colon == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "bad pane and state: {} (%N:on, off, pause or continue)", what);
  }
  const auto pane = model::parse_id<model::PaneId>(what.substr(0, colon));
  const auto state = what.substr(colon + 1);
  // As in tmux a pane that is not there is no error: it may just have gone.
  const panes::PaneIo* io = pane ? needs_.pane(*pane) : nullptr;
  if (io == nullptr) return {};
  views::ControlView& view = it->second->view;
  if (state == "off") {
    view.turn_off(*pane);
  } else if (state == "on") {
    view.turn_on(*io);
  } else if (state == "pause") {
    view.pause(*pane);
  } else if (state == "continue") {
    view.go_on_with(*io);
  } else {
    return fail(ErrorCode::invalid_argument, "bad pane and state: {} (%N:on, off, pause or continue)", what);
  }
  return {};
}

Result<> ControlClients::subscribe(model::ClientId id, std::string_view what) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return fail(ErrorCode::unavailable, "not a control client");
  Client& client = *it->second;
  const auto first = what.find(':');
  if (first == std::string_view::npos) {
    client.subscriptions.erase(std::string(what));
    return {};
  }
  const auto second = what.find(':', first + 1);
  if (second == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "bad subscription: {} (name:what:format)", what);
  }
  Subscription made;
  made.what = std::string(what.substr(first + 1, second - first - 1));
  made.format = std::string(what.substr(second + 1));
  const bool known = made.what.empty() || made.what == "%*" || made.what == "@*" ||
                     model::parse_id<model::PaneId>(made.what) || model::parse_id<model::WindowId>(made.what);
  // tmux takes whatever else there is for the session.
  if (!known) made.what.clear();
  client.subscriptions[std::string(what.substr(0, first))] = std::move(made);
  if (!subscriptions_due_.armed()) subscriptions_due_.start(kSubscriptionInterval);
  return {};
}

void ControlClients::look_at_subscriptions() {
  bool any = false;
  for (const auto& [id, client] : clients_) {
    for (auto& [name, subscription] : client->subscriptions) {
      any = true;
      look_at(*client, name, subscription);
    }
  }
  if (any) subscriptions_due_.start(kSubscriptionInterval);
}

void ControlClients::look_at(Client& client, const std::string& name, Subscription& subscription) {
  const model::Session* session = session_of(client.id);
  if (session == nullptr) return;
  std::map<std::string, std::string> now;
  const auto look = [&](const std::string& key, const command::Target& target, const std::string& place) {
    auto value = printable(expand(subscription.format, target, client.id));
    const auto before = subscription.last.find(key);
    const bool changed = before == subscription.last.end() || before->second != value;
    if (changed) {
      client.view.notify(
          fmt::format("%subscription-changed {} ${} {} : {}", name, session->id.value, place, value));
    }
    now.emplace(key, std::move(value));
  };
  if (subscription.what.empty()) {
    look("", command::find_from_session(needs_.model, session->id), "- - -");
    subscription.last = std::move(now);
    return;
  }
  for (const auto& [index, link] : session->windows) {
    const model::Window* window = needs_.model.window(link.window);
    if (window == nullptr) continue;
    command::Target target = command::find_from_window(needs_.model, window->id);
    target.session = session->id;
    target.link = index;
    if (subscription.what.front() == '@') {
      if (subscription.what == "@*" || subscription.what == to_string(window->id)) {
        look(fmt::format("{} {}", index, window->id.value), target,
             fmt::format("@{} {} -", window->id.value, index));
      }
      continue;
    }
    for (const auto pane : window->panes) {
      if (subscription.what != "%*" && subscription.what != to_string(pane)) continue;
      target.pane = pane;
      look(fmt::format("{} {}", index, pane.value), target,
           fmt::format("@{} {} %{}", window->id.value, index, pane.value));
    }
  }
  subscription.last = std::move(now);
}

Result<> ControlClients::set_flag(model::ClientId id, std::string_view flag, bool on) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return {};
  if (flag == "no-output") {
    it->second->view.set_no_output(on);
  } else if (flag.starts_with("pause-after")) {
    std::optional<std::chrono::seconds> age;
    if (on) {
      std::int64_t seconds = 0;
      if (flag.starts_with("pause-after=")) {
        const auto number = model::parse_number(flag.substr(flag.find('=') + 1), 0, UINT32_MAX);
        if (!number) return fail(ErrorCode::invalid_argument, "{}: {}", flag, number.error().text);
        seconds = *number;
      }
      age = std::chrono::seconds(seconds);
    }
    it->second->view.set_pause_after(age);
  }
  return {};
}

}  // namespace sess::peers
