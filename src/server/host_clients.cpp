// What commands say to clients.
#include "base/base64.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "model/number.hpp"
#include "model/size_policy.hpp"
#include "os/spawn.hpp"
#include "protocol/message.hpp"
#include "render/features.hpp"
#include "server/boot_control.hpp"
#include "server/control_clients.hpp"
#include "server/host.hpp"
#include "server/job_control.hpp"
#include "views/output.hpp"
#include "server/saved_sessions.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

using Phase = RemoteClient::Phase;

}  // namespace

struct HostImpl::After {
  After(os::Loop& loop, std::function<void()> expired) : timer(loop, std::move(expired)) {}
  os::Timer timer;
};

HostImpl::~HostImpl() = default;

std::chrono::system_clock::time_point HostImpl::now() const {
  return server_.clock().wall();
}

void HostImpl::after(std::chrono::milliseconds delay, std::function<void()> done) {
  auto cell = std::make_shared<std::weak_ptr<After>>();
  auto entry = std::make_shared<After>(server_.loop(), [this, cell, done = std::move(done)] {
    const auto self = cell->lock();
    if (self) timers_.erase(self);
    done();
  });
  *cell = entry;
  entry->timer.start(delay);
  timers_.insert(std::move(entry));
}

views::DirectView::Options HostImpl::direct_options(ClientId client) {
  views::DirectView::Options options;
  const model::Client* seen = server_.model().client(client);
  const model::Session* session =
      seen != nullptr && seen->session ? server_.model().session(*seen->session) : nullptr;
  const auto& table = session != nullptr ? session->options : server_.model().session_options();
  options.history_lines = static_cast<std::uint64_t>(table.number("attach-history"));
  if (const RemoteClient* shown = server_.client(client)) {
    options.tell_scrolled = protocol::has_feature(shown->hello.features, protocol::kScrolledOff);
  }
  options.policy.clipboard = server_.model().server_options().choice("set-clipboard") != "off";
  return options;
}

std::string HostImpl::expand(std::string_view format, const command::Target& target,
                             std::optional<ClientId> client) {
  command::FormatContext context;
  context.model = &server_.model();
  context.ports = &server_.ports();
  context.target = target;
  context.client = client;
  context.buffers = &server_.queue().buffers();
  return command::expand_time(context, format);
}

// --- printing -------------------------------------------------------------------------------------------

void HostImpl::print_to(ClientId id, std::uint8_t stream, std::string_view text) {
  send_to(id, stream, std::string(text) + '\n');
}

void HostImpl::send_to(ClientId id, std::uint8_t stream, std::string_view bytes) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != Phase::command) return;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto part = rest.substr(0, protocol::kMaxChunk);
    client->connection->send(protocol::encode(protocol::Print{stream, part}));
    rest.remove_prefix(part.size());
  }
}

void HostImpl::print(ClientId client, std::string_view text) {
  if (server_.control_clients().has(client)) return server_.control_clients().print(client, text);
  print_to(client, 1, text);
}

void HostImpl::print_error(ClientId id, std::string_view text) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr) return;
  if (server_.control_clients().has(id)) {
    server_.control_clients().print(id, text);
    if (client->phase == Phase::command) client->exit_status = 1;
    return;
  }
  if (client->phase == Phase::attached) return show_message(id, text, std::chrono::milliseconds(-1));
  print_to(id, 2, text);
  client->exit_status = 1;
}

void HostImpl::show_message(ClientId id, std::string_view text, std::chrono::milliseconds duration) {
  server_.log_message(text);
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != Phase::attached) return;
  if (server_.control_clients().has(id)) {
    return server_.control_clients().notify(id, fmt::format("%message {}", printable(text)));
  }
  if (duration.count() < 0) {
    const model::Client* seen = server_.model().client(id);
    const model::Session* session = server_.model().session(*seen->session);
    duration = std::chrono::milliseconds(session->options.number("display-time"));
  }
  server_.show_message(*client, text, duration);
}

void HostImpl::show_text(ClientId id, std::string_view text) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != Phase::attached) return;
  if (server_.control_clients().has(id)) return server_.control_clients().print(id, text);
  if (client->overlay.kind == Overlay::Kind::text) {
    client->overlay.text.append(text).append("\n");
    if (client->composed) client->composed->invalidate();
    return;
  }
  Overlay overlay;
  overlay.kind = Overlay::Kind::text;
  overlay.text = std::string(text) + "\n";
  server_.set_overlay(*client, std::move(overlay));
}

std::vector<std::string> HostImpl::message_log() const {
  const auto& lines = server_.messages().lines();
  return {lines.begin(), lines.end()};
}

void HostImpl::control_guard(ClientId id, std::string_view word, std::chrono::system_clock::time_point time,
                             std::uint64_t number, bool typed) {
  server_.control_clients().guard(id, word, time, number, typed);
}

// --- clients --------------------------------------------------------------------------------------------

Result<> HostImpl::can_attach(ClientId id) const {
  const RemoteClient* client = server_.client(id);
  if (client == nullptr) return fail(ErrorCode::not_found, "no current client");
  if (client->phase == Phase::attached) return {};
  if (client->for_command) {
    return fail(ErrorCode::unavailable, "no room: open files or memory are used up; detach some clients and try again");
  }
  if (client->hello.control != protocol::ControlMode::none) return {};
  if (!client->hello.stdin_tty || client->hello.tty.empty()) {
    return fail(ErrorCode::unavailable, "not a terminal");
  }
  if (client->hello.term.empty() || client->hello.term == "dumb") {
    return fail(ErrorCode::unavailable, "terminal does not support clear");
  }
  return {};
}

Result<> HostImpl::attach(ClientId id, SessionId session, const command::AttachOptions& options) {
  if (auto possible = can_attach(id); !possible) return possible;
  for (const auto& flag : options.flags) {
    if (auto set = set_client_flag(id, flag); !set) return set;
  }
  return server_.attach(id, session);
}

void HostImpl::detach(ClientId id, command::DetachReason reason) {
  RemoteClient* client = server_.client(id);
  const model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr || client->phase != Phase::attached) return;
  const model::Session* session = seen->session ? server_.model().session(*seen->session) : nullptr;
  const std::string name = session != nullptr ? session->name : "";
  switch (reason) {
    case command::DetachReason::detached:
      return server_.detach(*client, protocol::DetachReason::detached,
                            fmt::format("[detached (from session {})]", name));
    case command::DetachReason::detached_parent:
      return server_.detach(*client, protocol::DetachReason::hangup,
                            fmt::format("[detached and SIGHUP (from session {})]", name));
    case command::DetachReason::session_ended:
      return server_.detach(*client, protocol::DetachReason::exited, "[exited]");
    case command::DetachReason::server_ended:
      return server_.detach(*client, protocol::DetachReason::server_exited, "[server exited]");
  }
}

void HostImpl::detach_and_exec(ClientId id, std::string_view shell_command) {
  if (RemoteClient* client = server_.client(id)) server_.send_exec(*client, shell_command);
}

void HostImpl::suspend(ClientId id) {
  RemoteClient* client = server_.client(id);
  if (client != nullptr && client->phase == Phase::attached && !server_.control_clients().has(id)) {
    client->connection->send(protocol::encode(protocol::Suspend{}));
  }
}

void HostImpl::lock(ClientId id) {
  RemoteClient* client = server_.client(id);
  const model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr || !seen->session || seen->control) return;
  const auto command = server_.model().session(*seen->session)->options.string("lock-command");
  if (command.empty()) return;
  client->connection->send(protocol::encode(protocol::Lock{command}));
}

void HostImpl::redraw(ClientId id) {
  if (RemoteClient* client = server_.client(id)) server_.redraw(*client);
}

Result<> HostImpl::set_client_flag(ClientId id, std::string_view flag) {
  RemoteClient* client = server_.client(id);
  model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr) return fail(ErrorCode::not_found, "no current client");
  const bool on = !flag.starts_with('!');
  if (!on) flag.remove_prefix(1);
  if (flag == "read-only") {
    seen->read_only = on;
  } else if (flag == "ignore-size") {
    seen->ignore_size = on;
    server_.model().recalculate_sizes();
  } else if (flag == "active-pane") {
    seen->active_pane = on;
  } else if (flag == "no-output" || flag == "wait-exit" || flag == "no-detach-on-destroy" ||
             flag.starts_with("pause-after")) {
    const auto name = flag.substr(0, flag.find('='));
    if (auto set = server_.control_clients().set_flag(id, flag, on); !set) return set;
    std::erase_if(client->flags, [&](const std::string& old) { return old.substr(0, old.find('=')) == name; });
    if (on) client->flags.emplace_back(flag);
  } else {
    return fail(ErrorCode::invalid_argument, "unknown client flag: {}", flag);
  }
  return {};
}

std::string HostImpl::client_flags(ClientId id) const {
  const RemoteClient* client = server_.client(id);
  const model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr) return "";
  std::string out;
  const auto add = [&](bool on, std::string_view name) {
    if (!on) return;
    if (!out.empty()) out += ',';
    out += name;
  };
  add(seen->attached(), "attached");
  add(seen->focused, "focused");
  add(seen->control, "control-mode");
  add(seen->ignore_size, "ignore-size");
  add(seen->read_only, "read-only");
  add(seen->active_pane, "active-pane");
  add(seen->suspended, "suspended");
  for (const auto& flag : client->flags) add(true, flag);
  add(seen->utf8, "UTF-8");
  return out;
}

void HostImpl::set_client_size(ClientId id, Size size) {
  model::Client* seen = server_.model().client(id);
  if (seen == nullptr) return;
  seen->size = clamp(size);
  seen->size_given = true;
  server_.model().recalculate_sizes();
}

std::optional<model::Viewport> HostImpl::view(ClientId id) const {
  const model::Client* seen = server_.model().client(id);
  const model::Session* session =
      seen != nullptr && seen->session ? server_.model().session(*seen->session) : nullptr;
  const model::Window* window = session != nullptr ? server_.model().current_window(session->id) : nullptr;
  if (window == nullptr) return std::nullopt;
  Size room = seen->size;
  room.rows =
      static_cast<std::uint16_t>(std::max(0, room.rows - model::status_lines(server_.model(), *session)));
  std::optional<model::ViewCursor> cursor;
  const model::Pane* active = server_.model().pane(window->active);
  const panes::PaneIo* io = active != nullptr ? server_.pane_io(active->id) : nullptr;
  if (io != nullptr && io->screen().modes().cursor_visible) {
    const auto at = io->screen().cursor();
    cursor = model::ViewCursor{active->top + at.row, active->left + at.col};
  }
  return model::viewport(window->id, window->size, room, cursor, seen->pan);
}

Result<> HostImpl::move_view(ClientId id, int dx, int dy) {
  model::Client* seen = server_.model().client(id);
  const auto now = view(id);
  if (seen == nullptr || !now) return {};
  const model::Window* window = server_.model().current_window(*seen->session);
  if (dx == 0 && dy == 0) {
    seen->pan.reset();
  } else {
    seen->pan = model::moved(window->id, window->size, *now, dy, dx);
  }
  server_.redraw_all();
  return {};
}

void HostImpl::set_key_table(ClientId id, std::string_view table) {
  RemoteClient* client = server_.client(id);
  model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr) return;
  if (table == "prefix") {
    client->in_prefix = true;
    return;
  }
  seen->key_table = table == "root" ? "" : std::string(table);
}

std::string HostImpl::term_features(ClientId id) const {
  const RemoteClient* client = server_.client(id);
  return client == nullptr ? "" : client->features.list();
}

bool HostImpl::prefix_pressed(ClientId id) const {
  const RemoteClient* client = server_.client(id);
  return client != nullptr && client->in_prefix;
}

/// "@1:80x24", in a control client's own size again without a size.
Result<> HostImpl::set_window_size(ClientId id, std::string_view argument) {
  model::Client* seen = server_.model().client(id);
  const auto colon = argument.find(':');
  const auto window = colon == std::string_view::npos ? std::nullopt : model::parse_id<command::WindowId>(argument.substr(0, colon));
  if (seen == nullptr || !window) return fail(ErrorCode::invalid_argument, "bad size argument");
  const auto text = argument.substr(colon + 1);
  if (text.empty()) {
    seen->window_sizes.erase(*window);
  } else {
    const auto size = model::parse_dimensions(text);
    if (!size) return fail(ErrorCode::invalid_argument, "bad size argument");
    // One that has gone meanwhile is no error.
    if (server_.model().window(*window) != nullptr) seen->window_sizes[*window] = *size;
  }
  server_.model().recalculate_sizes();
  return {};
}

Result<> HostImpl::refresh_special(ClientId id, char flag, std::string_view argument) {
  if (flag == 'A') return server_.control_clients().set_pane(id, argument);
  if (flag == 'B') return server_.control_clients().subscribe(id, argument);
  if (flag == 'C') return set_window_size(id, argument);
  return fail(ErrorCode::unavailable, "refresh-client -{} is for control clients", flag);
}

// --- clipboard ------------------------------------------------------------------------------------------

void HostImpl::send_clipboard(RemoteClient& client, std::string_view encoded) {
  if (client.phase != Phase::attached || client.suspended) return;
  views::send_aside(*client.connection, client.flow, server_.clock().now(),
             fmt::format("\x1b]52;c;{}\x07", encoded));
}

void HostImpl::pane_clipboard(PaneId pane, std::string_view encoded) {
  const auto policy = server_.model().server_options().choice("set-clipboard");
  const model::Pane* owner = server_.model().pane(pane);
  if (owner == nullptr || policy == "off") return;
  if (policy == "on") {
    if (auto text = from_base64(encoded); text && !text->empty()) {
      const auto limit = server_.model().server_options().number("buffer-limit");
      server_.queue().buffers().add(std::move(*text), server_.clock().wall(), static_cast<std::size_t>(limit));
      server_.model_changed();
    }
    server_.queue().submit_hook("pane-set-clipboard", command::find_from_pane(server_.model(), pane), {},
                                {{"hook_pane", to_string(pane)}});
  }
  for (const auto* session : server_.model().sessions_with(owner->window)) {
    for (const auto* seen : server_.model().clients_of(session->id)) {
      RemoteClient* client = server_.client(seen->id);
      if (client != nullptr && client->composed) send_clipboard(*client, encoded);
    }
  }
}

void HostImpl::copy_to_clipboard(std::optional<ClientId> id, std::string_view text) {
  if (server_.model().server_options().choice("set-clipboard") == "off" || !id) return;
  if (RemoteClient* client = server_.client(*id)) send_clipboard(*client, to_base64(text));
}

}  // namespace sess::server
