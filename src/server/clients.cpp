#include "server/clients.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/log.hpp"
#include "dispatch/overlays.hpp"
#include "dispatch/prompts.hpp"
#include "display/display.hpp"
#include "model/number.hpp"
#include "model/size_policy.hpp"
#include "panes/agent.hpp"
#include "peers/control_clients.hpp"
#include "peers/identities.hpp"
#include "peers/messages.hpp"
#include "protocol/message.hpp"
#include "store/checkpoint.hpp"
#include "terminal/show/attach_paint.hpp"
#include "views/output.hpp"

namespace sess::server {

using dispatch::saved_question;
using peers::kMaxClients;

namespace {

using Phase = RemoteClient::Phase;

/// A server that dies with all of its clients knows each of them when they come back.
constexpr std::size_t kMaxSaved = kMaxClients;
/// Nearly all of them have heard of it, and never come back.
constexpr std::ptrdiff_t kMaxDetached = 64;
/// A longer text of view mode is not shown again after a crash.
constexpr std::size_t kMostTextSaved = std::size_t{1} << 20;

/// What terminal-features and terminal-overrides say of terminals with this TERM, for
/// TerminalFeatures::add().
std::string configured_features(const model::Options& options, const std::string& term) {
  std::string out;
  for (const auto option :
       {model::ArrayOption("terminal-features"), model::ArrayOption("terminal-overrides")}) {
    for (const auto& [index, entry] : options.array(option)) {
      const auto words = entry.find(':');
      if (words == entry.npos || ::fnmatch(entry.substr(0, words).c_str(), term.c_str(), 0) != 0) continue;
      out += entry.substr(words);
    }
  }
  return out;
}

}  // namespace

Clients::Clients(const Parts& parts, Sayings sayings)
    : loop_(parts.loop),
      clock_(parts.clock),
      model_(parts.model),
      queue_(parts.queue),
      remote_(parts.remote),
      terminals_(parts.terminals),
      checkpoint_(parts.checkpoint),
      messages_(parts.messages),
      agent_(parts.agent),
      control_clients_(parts.control_clients),
      display_(parts.display),
      identities_(parts.identities),
      texts_(parts.texts),
      sayings_(std::move(sayings)) {}

// --- attachments ----------------------------------------------------------------------------------------

Result<> Clients::begin_attachment(model::ClientId id, model::SessionId session) {
  RemoteClient* attaching = remote_.find(id);
  model::Client* seen = model_.client(id);
  if (attaching == nullptr || seen == nullptr || attaching->phase == Phase::ending) {
    return fail(ErrorCode::not_found, "the client is gone");
  }
  const bool first = attaching->phase != Phase::attached;
  attaching->phase = Phase::attached;
  if (first) attaching->scrollback = known_terminals_.take(attaching->hello.terminal);
  // Not before: the configuration is read by now.
  attaching->told_features =
      attaching->hello.terminal_features + "," + configured_features(model_.globals().server, seen->term);
  attaching->features.add(attaching->told_features);
  seen->exiting = false;
  const auto now = clock_.wall();
  const bool fresh = !seen->session;
  model_.clients().attach(id, session, now);
  if (fresh) model_.clients().report_size(id);
  model_.clients().note_activity(id, now);
  model_.recalculate_sizes();
  agent_.follow(*seen);
  checkpoint_.changed();
  if (seen->control) {
    control_clients_.attached(id);
    if (first) attaching->connection->send(protocol::encode(protocol::StdinRequest{}));
    return {};
  }
  identities_.changed();
  messages_.clear_overlay(*attaching);
  attaching->display_stale = true;
  if (const std::string text = sayings_.on_attaching ? sayings_.on_attaching() : ""; !text.empty()) {
    constexpr std::chrono::seconds kLongEnough{5};
    loop_.defer([this, id, text, kLongEnough] {
      if (remote_.find(id) != nullptr) messages_.show_message(id, text, kLongEnough);
    });
  }
  return {};
}

void Clients::end_attachment(RemoteClient& client, protocol::DetachReason reason, std::string message,
                             std::optional<int> status) {
  if (client.phase != Phase::attached) return;
  if (const auto note = status || client.job.empty() || !sayings_.on_leaving
                            ? std::string()
                            : sayings_.on_leaving(client.job);
      !note.empty()) {
    message += "\n" + note;
  }
  if (reason == protocol::DetachReason::exited && !client.job.empty() && sayings_.on_end)
    message += sayings_.on_end(client.job);
  if (sayings_.leaves) sayings_.leaves(client);
  display_.leave_view(client);
  // What is still on its way may be dropped by a client that leaves a slow terminal. A few bytes are not:
  // their acknowledgement rides along with the next frame only, and such a client waits for its terminal a
  // while.
  constexpr std::uint64_t kFewBytes = 256;
  if (client.flow.in_flight() < kFewBytes) known_terminals_.left(client.hello.terminal, client.scrollback);
  protocol::Detached detached;
  detached.reason = reason;
  detached.message = std::move(message);
  detached.wait = std::find(client.flags.begin(), client.flags.end(), "wait-exit") != client.flags.end();
  // As in tmux: to lose the server is a failure, to leave it or to see the session's end is none.
  const int plain = reason == protocol::DetachReason::server_exited ? 1 : 0;
  const bool of_job = !client.job.empty() && sayings_.exit_status;
  detached.status = static_cast<std::uint8_t>(status   ? *status
                                              : of_job ? sayings_.exit_status(client.job)
                                                       : plain);
  if (!control_clients_.has(client.id)) client.connection->send(protocol::encode(detached));
  client.phase = Phase::ending;
  static_cast<void>(take_saved_client(client.token));
  if (const model::Client* seen = model_.client(client.id); seen != nullptr && seen->session) {
    // Its connection may be dead without anybody knowing: then it has not heard of this.
    if (reason == protocol::DetachReason::detached || reason == protocol::DetachReason::hangup) {
      store::SavedClient left;
      left.token = client.token;
      left.session = *seen->session;
      left.detached = true;
      save_client(std::move(left));
    }
    model_.clients().detach(client.id);
    model_.client(client.id)->exiting = true;
  }
  identities_.changed();
  model_.recalculate_sizes();
  checkpoint_.changed();
  if (!control_clients_.has(client.id)) return client.connection->close_after_flush();
  // Behind the block of the command that did it.
  loop_.defer([this, id = client.id, detached] {
    RemoteClient* leaving = remote_.find(id);
    if (leaving == nullptr) return;
    leaving->connection->send(protocol::encode(detached));
    leaving->connection->close_after_flush();
  });
}

void Clients::end_all(std::string_view message) {
  for (auto& [id, client] : remote_) {
    if (client->phase != Phase::attached) continue;
    end_attachment(*client, protocol::DetachReason::server_exited, std::string(message));
  }
}

void Clients::dismiss(const std::string& job, int status) {
  for (auto& [id, client] : remote_) {
    if (client->phase != Phase::attached || client->job != job) continue;
    end_attachment(*client, protocol::DetachReason::exited, "[exited]", status);
  }
}

// --- what outlives a connection ------------------------------------------------------------------------

/// What of a client outlives its connection and its server: whatever was said when it attached or since.
store::SavedClient Clients::saved_form(const RemoteClient& client, const model::Client& seen) const {
  store::SavedClient out;
  out.token = client.token;
  out.session = *seen.session;
  out.last_session = seen.last_session;
  out.read_only = seen.read_only;
  out.ignore_size = seen.ignore_size;
  out.active_pane = seen.active_pane;
  for (const auto& [window, pane] : seen.active_panes) {
    out.active_panes.insert(out.active_panes.end(), {to_string(window), to_string(pane)});
  }
  out.flags = client.flags;
  out.key_table = seen.key_table;
  out.job = client.job;
  out.input = client.accepted;
  out.question = saved_question(client.overlay);
  if (client.menu && !client.menu->choose) out.menu = dispatch::saved_menu(*client.menu);
  if (client.popup != nullptr) out.popup = client.popup->how;
  if (out.question) return out;
  const model::Model& model = model_;
  const model::Session* session = model.session(*seen.session);
  const model::Winlink* link = session != nullptr ? session->current_link() : nullptr;
  const auto text =
      link != nullptr ? texts_.shown_text(model.window(link->window)->active) : std::string_view();
  if (!text.empty() && text.size() <= kMostTextSaved) out.question.emplace().text = text;
  return out;
}

void Clients::save_client(store::SavedClient saved) {
  static_cast<void>(take_saved_client(saved.token));
  const auto is_detached = [](const store::SavedClient& other) { return other.detached; };
  if (saved.detached && std::count_if(saved_.begin(), saved_.end(), is_detached) >= kMaxDetached)
    saved_.erase(std::find_if(saved_.begin(), saved_.end(), is_detached));
  saved_.push_back(std::move(saved));
  if (saved_.size() > kMaxSaved) saved_.erase(saved_.begin());
}

std::optional<store::SavedClient> Clients::take_saved_client(model::ClientToken token) {
  const auto it = std::find_if(saved_.begin(), saved_.end(),
                               [token](const store::SavedClient& saved) { return saved.token == token; });
  if (it == saved_.end()) return std::nullopt;
  store::SavedClient saved = std::move(*it);
  saved_.erase(it);
  return saved;
}

std::vector<store::SavedClient> Clients::saved() const {
  auto all = saved_;
  for (const auto& [id, client] : remote_) {
    const model::Client* seen = model_.client(id);
    if (seen != nullptr && seen->session && !seen->control) all.push_back(saved_form(*client, *seen));
  }
  return all;
}

// --- printing -------------------------------------------------------------------------------------------

void Clients::print(ClientId id, std::string_view text) {
  if (control_clients_.has(id)) return control_clients_.print(id, text);
  if (RemoteClient* client = remote_.find(id)) client->print(1, std::string(text) + '\n');
}

void Clients::print_error(ClientId id, std::string_view text) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr) return;
  if (control_clients_.has(id)) {
    control_clients_.print(id, text);
    if (client->phase == Phase::command) client->exit_status = 1;
    return;
  }
  if (client->phase == Phase::attached)
    return messages_.show_message(id, text, std::chrono::milliseconds(-1));
  client->print(2, std::string(text) + '\n');
  client->exit_status = 1;
}

void Clients::note(ClientId id, std::string_view text) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr) return;
  // Who drives tmux takes every word on stderr for a failure.
  if (client->hello.dialect == Dialect::tmux) return log::info("client {}: {}", id.value, text);
  client->print(2, std::string(text) + '\n');
}

void Clients::control_guard(ClientId id, std::string_view word, std::chrono::system_clock::time_point time,
                            std::uint64_t number, bool typed) {
  control_clients_.guard(id, word, time, number, typed);
}

bool Clients::prints_on_terminal(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  return client != nullptr && client->hello.stdout_tty;
}

std::string_view Clients::color_choice(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  if (client == nullptr || !client->hello.color) return "auto";
  return *client->hello.color == protocol::ColorChoice::always ? "always" : "never";
}

bool Clients::takes_more(ClientId id) const {
  constexpr std::size_t kMostQueued = 256 * 1024;
  const RemoteClient* client = remote_.find(id);
  return client != nullptr && client->connection->queued() < kMostQueued;
}

void Clients::resume_with(ClientId id, std::vector<std::string> argv, bool count) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr || client->phase != Phase::command) return;
  client->connection->send(protocol::encode(protocol::Retry{std::move(argv), count}));
}

void Clients::report_status_of(ClientId id, const std::string& job) {
  if (RemoteClient* client = remote_.find(id)) client->job = job;
}

// --- as commands see them -------------------------------------------------------------------------------

Result<> Clients::can_attach(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  if (client == nullptr) return fail(ErrorCode::not_found, "no current client");
  if (client->phase == Phase::attached) return {};
  if (client->for_command && !peers::room_to_attach()) {
    return fail(ErrorCode::unavailable,
                "no room: open files or memory are used up; detach some clients and try again");
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

Result<> Clients::attach(ClientId id, model::SessionId session, const command::AttachOptions& options) {
  if (auto possible = can_attach(id); !possible) return possible;
  for (const auto& flag : options.flags) {
    if (auto set = set_client_flag(id, flag); !set) return set;
  }
  return begin_attachment(id, session);
}

void Clients::detach(ClientId id, command::DetachReason reason) {
  RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr || client->phase != Phase::attached) return;
  const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
  const std::string name = session != nullptr ? session->name : "";
  switch (reason) {
    case command::DetachReason::detached:
      return end_attachment(*client, protocol::DetachReason::detached,
                            fmt::format("[detached (from session {})]", name));
    case command::DetachReason::detached_parent:
      return end_attachment(*client, protocol::DetachReason::hangup,
                            fmt::format("[detached and SIGHUP (from session {})]", name));
    case command::DetachReason::session_ended:
      return end_attachment(*client, protocol::DetachReason::exited, "[exited]");
    case command::DetachReason::server_ended:
      return end_attachment(*client, protocol::DetachReason::server_exited, "[server exited]");
  }
}

void Clients::detach_absent(std::optional<model::SessionId> session) {
  for (auto& saved : saved_) {
    if (!session || saved.session == *session) saved.detached = true;
  }
  checkpoint_.changed();
}

void Clients::tell_detached(RemoteClient& client, const store::SavedClient& saved) {
  const model::Session* session = model_.session(saved.session);
  client.phase = Phase::attached;
  end_attachment(
      client, protocol::DetachReason::detached,
      session != nullptr ? fmt::format("[detached (from session {})]", session->name) : "[exited]");
  save_client(saved);  // should this link be lost, too
}

void Clients::detach_and_exec(ClientId id, std::string_view shell_command) {
  RemoteClient* found = remote_.find(id);
  if (found == nullptr) return;
  RemoteClient& client = *found;
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = seen != nullptr && seen->session ? model_.session(*seen->session) : nullptr;
  const auto& options = session != nullptr ? session->options : model_.globals().session;
  if (client.phase == Phase::attached && sayings_.leaves) sayings_.leaves(client);
  if (client.phase == Phase::attached) display_.leave_view(client);
  client.connection->send(
      protocol::encode(protocol::Exec{options.string("default-shell"), std::string(shell_command)}));
  client.phase = Phase::ending;
  if (seen != nullptr && seen->session) model_.clients().detach(client.id);
  model_.recalculate_sizes();
  client.connection->close_after_flush();
}

void Clients::suspend(ClientId id) {
  RemoteClient* client = remote_.find(id);
  if (client != nullptr && client->phase == Phase::attached && !control_clients_.has(id)) {
    client->connection->send(protocol::encode(protocol::Suspend{}));
  }
}

void Clients::lock(ClientId id) {
  RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr || !seen->session || seen->control) return;
  const auto command = model_.session(*seen->session)->options.string("lock-command");
  if (command.empty()) return;
  client->connection->send(protocol::encode(protocol::Lock{command}));
}

Result<> Clients::set_client_flag(ClientId id, std::string_view flag) {
  RemoteClient* client = remote_.find(id);
  model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr) return fail(ErrorCode::not_found, "no current client");
  const bool on = !flag.starts_with('!');
  if (!on) flag.remove_prefix(1);
  if (flag == "read-only") {
    seen->read_only = on;
  } else if (flag == "ignore-size") {
    seen->ignore_size = on;
    model_.recalculate_sizes();
  } else if (flag == "active-pane") {
    seen->active_pane = on;
  } else if (flag == "no-output" || flag == "wait-exit" || flag == "no-detach-on-destroy" ||
             flag.starts_with("pause-after")) {
    const auto name = flag.substr(0, flag.find('='));
    if (auto set = control_clients_.set_flag(id, flag, on); !set) return set;
    std::erase_if(client->flags,
                  [&](const std::string& old) { return old.substr(0, old.find('=')) == name; });
    if (on) client->flags.emplace_back(flag);
  } else {
    return fail(ErrorCode::invalid_argument, "unknown client flag: {}", flag);
  }
  return {};
}

std::string Clients::client_flags(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
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

void Clients::set_client_size(ClientId id, Size size) {
  model::Client* seen = model_.client(id);
  if (seen == nullptr) return;
  seen->size = clamp(size);
  seen->size_given = true;
  model_.recalculate_sizes();
}

std::string Clients::term_features(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  return client == nullptr ? "" : client->features.list();
}

std::string Clients::term_type(ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  return client == nullptr ? "" : client->features.name;
}

/// "@1:80x24", in a control client's own size again without a size.
Result<> Clients::set_window_size(ClientId id, std::string_view argument) {
  model::Client* seen = model_.client(id);
  const auto colon = argument.find(':');
  const auto window = colon == std::string_view::npos
                          ? std::nullopt
                          : model::parse_id<command::WindowId>(argument.substr(0, colon));
  if (seen == nullptr || !window) return fail(ErrorCode::invalid_argument, "bad size argument");
  const auto text = argument.substr(colon + 1);
  if (text.empty()) {
    seen->window_sizes.erase(*window);
  } else {
    const auto size = model::parse_dimensions(text);
    if (!size) return fail(ErrorCode::invalid_argument, "bad size argument");
    // One that has gone meanwhile is no error.
    if (model_.window(*window) != nullptr) seen->window_sizes[*window] = *size;
  }
  model_.recalculate_sizes();
  return {};
}

Result<> Clients::refresh_special(ClientId id, char flag, std::string_view argument) {
  if (flag == 'A') return control_clients_.set_pane(id, argument);
  if (flag == 'B') return control_clients_.subscribe(id, argument);
  if (flag == 'C') return set_window_size(id, argument);
  return fail(ErrorCode::unavailable, "refresh-client -{} is for control clients", flag);
}

// --- clipboard ------------------------------------------------------------------------------------------

void Clients::send_clipboard(RemoteClient& client, std::string_view encoded) {
  if (client.phase != Phase::attached || client.suspended) return;
  views::send_aside(*client.connection, client.flow, clock_.now(), fmt::format("\x1b]52;c;{}\x07", encoded));
}

void Clients::pane_clipboard(model::PaneId pane, std::string_view encoded) {
  const auto policy = model_.globals().server.choice("set-clipboard");
  const model::Pane* owner = model_.pane(pane);
  if (owner == nullptr || policy == "off") return;
  if (policy == "on") {
    if (auto text = from_base64(encoded); text && !text->empty()) {
      const auto limit = model_.globals().server.number("buffer-limit");
      queue_.buffers().add(std::move(*text), clock_.wall(), static_cast<std::size_t>(limit));
      checkpoint_.changed();
    }
    queue_.submit_hook("pane-set-clipboard", command::find_from_pane(model_, pane), {},
                       {{"hook_pane", to_string(pane)}});
  }
  send_beside(pane, fmt::format("\x1b]52;c;{}\x07", encoded), Hears::has_window);
}

void Clients::send_beside(model::PaneId pane, std::string_view bytes, Hears who) {
  constexpr std::size_t kFarBehind = 1 << 20;
  const model::Pane* owner = model_.pane(pane);
  if (owner == nullptr) return;
  const panes::PaneIo* io = terminals_.find(pane);
  for (const auto* session : model_.links().sessions_with(owner->window)) {
    const model::Window* current = model_.current_window(session->id);
    const bool seen_there =
        current != nullptr && current->id == owner->window && (!current->zoomed || current->active == pane);
    if (who == Hears::sees_pane && !seen_there) continue;
    for (const auto* seen : model_.clients().of(session->id)) {
      RemoteClient* client = remote_.find(seen->id);
      if (client == nullptr || client->phase != Phase::attached || client->suspended) continue;
      if (client->flow.in_flight() > kFarBehind || !client->features.title)
        continue;  // a console shows them as text
      const bool relays = client->direct && (&client->direct->pane() == io || client->direct->in_picture());
      if (relays || (!client->direct && !client->composed)) continue;
      views::send_aside(*client->connection, client->flow, clock_.now(), bytes);
    }
  }
}

void Clients::copy_to_clipboard(std::optional<ClientId> id, std::string_view text) {
  if (model_.globals().server.choice("set-clipboard") == "off" || !id) return;
  if (RemoteClient* client = remote_.find(*id)) send_clipboard(*client, to_base64(text));
}

}  // namespace sess::server
