#include "server/connections.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/mouse.hpp"
#include "dispatch/overlays.hpp"
#include "dispatch/popups.hpp"
#include "dispatch/prompts.hpp"
#include "display/display.hpp"
#include "model/size_policy.hpp"
#include "os/memory/reserve.hpp"
#include "os/programs/process.hpp"
#include "os/socket.hpp"
#include "peers/control_clients.hpp"
#include "peers/debug.hpp"
#include "peers/identities.hpp"
#include "peers/messages.hpp"
#include "peers/session_watch.hpp"
#include "peers/tmux_link.hpp"
#include "protocol/message.hpp"
#include "protocol/trace.hpp"
#include "server/clients.hpp"
#include "server/daemon.hpp"
#include "server/model_events.hpp"
#include "store/checkpoint.hpp"

namespace sess::server {

using peers::kForCommands;
using peers::kForOpening;
using peers::kMaxClients;

namespace {

using protocol::FrameType;
using Phase = RemoteClient::Phase;

const protocol::Refusal kNoDescriptors{protocol::RefusalCode::full,
                                       "too many open files; detach some clients and try again"};
constexpr int kMaxAncestors = 64;
constexpr std::size_t kMaxStdin = 16 << 20;
/// Who connects and says nothing does not keep a place for ever.
constexpr std::chrono::seconds kHelloLimit{10};

model::ClientToken new_token() {
  model::ClientToken token = 0;
  // 0 and 1 have meanings of their own (journal.hpp, pane_io.cpp).
  while (token < 16) {
    if (::getrandom(&token, sizeof token, 0) != sizeof token) token = 0;
  }
  return token;
}

std::string token_text(model::ClientToken token) {
  return fmt::format("{:016x}", token);
}

model::ClientToken parse_token(std::string_view text) {
  model::ClientToken token = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0 || text.size() != 16) return 0;
    token = token * 16 + static_cast<unsigned>(digit);
  }
  return token;
}

/// Whether what came first is the first message of tmux's own client (proc.c): header of type, length, flags,
/// version and process, all of which a frame's header and payload cannot be.
bool is_tmux_client(const protocol::Frame& frame) {
  constexpr std::size_t kFirstIdentify = 100;
  constexpr std::size_t kLastIdentify = 111;
  constexpr std::string_view kNoProcess = "\xff\xff\xff\xff";
  const auto& payload = frame.payload;
  return payload.size() >= kFirstIdentify && payload.size() <= kLastIdentify && payload[0] > 0 &&
         payload.substr(1, 3) == std::string_view("\0\0\0", 3) && payload.substr(4, 4) == kNoProcess;
}

}  // namespace

Connections::Connections(const Parts& parts)
    : loop_(parts.loop),
      clock_(parts.clock),
      model_(parts.model),
      queue_(parts.queue),
      facts_(parts.facts),
      start_(parts.start),
      remote_(parts.remote),
      terminals_(parts.terminals),
      checkpoint_(parts.checkpoint),
      messages_(parts.messages),
      clients_(parts.clients),
      display_(parts.display),
      identities_(parts.identities),
      keyboard_(parts.keyboard),
      mouse_(parts.mouse),
      prompts_(parts.prompts),
      overlays_(parts.overlays),
      popups_(parts.popups),
      events_(parts.events),
      daemon_(parts.daemon),
      control_clients_(parts.control_clients),
      session_watch_(parts.session_watch),
      tmux_link_(parts.tmux_link),
      debug_(parts.debug),
      accept_timer_(parts.loop, [this] { listener_watch_->want(true, false); }) {}

// --- connections ----------------------------------------------------------------------------------------

void Connections::listen() {
  listener_watch_ =
      std::make_unique<os::FdWatch>(loop_, start_.listener.get(), [this](bool, bool) { on_connection(); });
  listener_watch_->want(true, false);
}

void Connections::replace_listener(UniqueFd listener) {
  on_connection();
  listener_watch_.reset();
  start_.listener = std::move(listener);
  listen();
}

void Connections::pause(std::chrono::milliseconds time) {
  listener_watch_->want(false, false);
  accept_timer_.start(time);
}

void Connections::on_connection() noexcept {
  while (true) {
    auto accepted = os::accept_connection(start_.listener.get());
    if (!accepted) {
      if (refuse_with_spare()) continue;
      log::warn("cannot accept: {}", accepted.error().text);
      return pause(std::chrono::milliseconds(100));
    }
    if (!*accepted) return;
    add_connection(std::move(**accepted));
  }
}

/// When descriptors are used up: who waits is told so. False when nobody could be.
bool Connections::refuse_with_spare() {
  if (!spare_descriptor_.held()) spare_descriptor_.refill();
  if (!spare_descriptor_.held()) return false;
  spare_descriptor_.give_up();
  bool told = false;
  if (auto accepted = os::accept_connection(start_.listener.get()); accepted && *accepted) {
    told = os::send_with_fds((**accepted).get(), protocol::encode(kNoDescriptors), {}).has_value();
  }
  spare_descriptor_.refill();
  return told;
}

void Connections::add_connection(UniqueFd socket) {
  const auto peer = os::peer_credentials(socket.get());
  if (!peer || peer->uid != ::geteuid()) {
    log::warn("refused a connection of uid {}", peer ? static_cast<long>(peer->uid) : -1L);
    return;
  }
  daemon_.expect_starter();
  if (!peers::room_to_attach()) sweep();  // who has gone in this turn makes room for who comes in it
  if (!os::descriptors_free(kForOpening)) {
    log::warn("refused a client: too many open files");
    static_cast<void>(os::send_with_fds(socket.get(), protocol::encode(kNoDescriptors), {}));
    return;
  }
  const auto now = clock_.wall();
  model::Client& model_client = model_.clients().add(fmt::format("client-{}", peer->pid), now);
  model_client.pid = peer->pid;
  model_client.user = facts_.user;
  model_client.exiting = true;  // counts for nothing until it is attached
  const auto id = model_client.id;
  auto made = std::make_unique<RemoteClient>(loop_, id);
  RemoteClient& client = *made;
  client.for_command = !peers::room_to_attach();
  client.frame_due = [] {};  // the turn that it makes is enough
  client.escape_timer_expired = [this, &client] { keyboard_.on_escape_time(client); };
  client.clicks_over = [this, &client] { mouse_.on_clicks_over(client); };
  client.message_over = [this, &client] {
    if (client.phase == Phase::greeting) return connection_lost(client.id, "no hello came");
    messages_.clear_overlay(client);
  };
  client.message_timer.start(kHelloLimit);
  client.key_table_over = [&client] {
    client.repeating = client.in_prefix = false;
    if (client.composed) client.composed->invalidate();
  };
  views::Connection::Events events;
  events.on_frame = [this, &client](const protocol::Frame& frame) { return on_frame(client, frame); };
  events.on_sending = [this, id](std::string_view frames) { debug_.on_sending(id, frames); };
  events.on_closed = [this, id](const std::string& reason) { connection_lost(id, reason); };
  client.connection = std::make_unique<views::Connection>(loop_, std::move(socket), std::move(events));
  remote_.add(std::move(made));
  if (remote_.size() > kMaxClients) {
    client.connection->send(protocol::encode(
        protocol::Refusal{protocol::RefusalCode::full, "too many clients; end some and try again"}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
  }
}

void Connections::connection_lost(model::ClientId id, const std::string& reason) {
  log::debug("client {}: connection closed: {}", id.value, reason);
  lost_.push_back(id);
}

void Connections::sweep() {
  auto lost = std::move(lost_);
  lost_.clear();
  for (const auto id : lost) drop_client(id);
  if (!lost.empty()) loop_.defer([] {});  // what follows from it is decided in a turn of its own
}

void Connections::drop_client(model::ClientId id) {
  RemoteClient* gone = remote_.find(id);
  if (gone == nullptr) return;
  const model::Client* seen = model_.client(id);
  const bool looked = seen != nullptr && seen->was_attached;
  if (gone->phase == Phase::attached && seen != nullptr && seen->session) {
    // A control client that comes back is a new one.
    if (!seen->control) {
      clients_.save_client(clients_.saved_form(*gone, *seen));
      session_watch_.expect_return(*seen->session);
    }
  }
  if (gone->overlay.done) gone->overlay.done(std::nullopt);
  if (gone->menu && gone->menu->closed) gone->menu->closed();
  popups_.on_away(*gone);
  if (gone->stdin_done) gone->stdin_done(fail(ErrorCode::unavailable, "the client is gone"));
  queue_.client_gone(id);
  control_clients_.forget(id);
  model_.clients().remove(id);
  remote_.erase(id);
  if (looked) identities_.changed();
  model_.recalculate_sizes();
  checkpoint_.changed();
  remote_.display_changed();
}

// --- frames ---------------------------------------------------------------------------------------------

bool Connections::on_frame(RemoteClient& client, const protocol::Frame& frame) {
  debug_.on_received(client.id, frame);
  if (log::enabled(LogLevel::debug)) log::debug("client {}: < {}", client.id.value, protocol::trace(frame));
  const auto refuse = [&](const std::string& text) {
    log::warn("client {}: {}", client.id.value, text);
    client.connection->send(protocol::encode(protocol::Refusal{protocol::RefusalCode::malformed, text}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
    return false;
  };
  if (client.phase == Phase::greeting && is_tmux_client(frame)) return turn_tmux_away(client);
  if (!protocol::is_known(frame.type)) {
    return protocol::may_skip(frame) ? true : refuse("unknown message from the client");
  }
  if (client.phase == Phase::ending) return true;
  if (client.phase == Phase::greeting) {
    if (frame.type != FrameType::hello) return refuse("the client did not say hello first");
    auto hello = protocol::Hello::parse(frame.payload);
    if (!hello) return refuse(hello.error().text);
    return on_hello(client, *hello);
  }
  switch (frame.type) {
    case FrameType::ping:
      if (const auto ping = protocol::Ping::parse(frame.payload)) {
        client.connection->send(protocol::encode(protocol::Pong{ping->serial}));
      }
      return true;
    case FrameType::pong:
      return true;
    case FrameType::command: {
      if (client.phase != Phase::idle) return refuse("a second command on one connection");
      auto command = protocol::Command::parse(frame.payload);
      if (!command) return refuse(command.error().text);
      client.phase = Phase::command;
      const auto id = client.id;
      client.asked_again = !command->again.empty();
      client.request = client.asked_again ? command->again : token_text(client.token);
      if (client.asked_again && !queue_.may_repeat(id, command->argv)) {
        refuse_repetition(client, command->argv);
        return true;
      }
      begin_command(client);
      queue_.submit_arguments(id, std::move(command->argv),
                              [this, id](int status) { command_done(id, status); });
      return true;
    }
    case FrameType::shell: {
      auto shell = protocol::Shell::parse(frame.payload);
      if (!shell) return refuse(shell.error().text);
      client.phase = Phase::ending;
      client.connection->send(
          protocol::encode(protocol::Exec{model_.globals().session.string("default-shell"), shell->command}));
      client.connection->close_after_flush();
      return true;
    }
    case FrameType::stdin_data:
      if (control_clients_.has(client.id) && client.phase == Phase::attached) {
        if (const auto data = protocol::StdinData::parse(frame.payload))
          control_clients_.on_input(client.id, data->bytes);
        return true;
      }
      if (const auto data = protocol::StdinData::parse(frame.payload); data && client.stdin_done) {
        if (client.stdin_data.size() + data->bytes.size() <= kMaxStdin) {
          client.stdin_data.append(data->bytes);
        } else {
          auto done = std::exchange(client.stdin_done, nullptr);
          client.stdin_data.clear();
          done(fail(ErrorCode::too_large, "-: standard input has more than {} MiB", kMaxStdin >> 20));
        }
      }
      return true;
    case FrameType::stdin_eof:
      if (control_clients_.has(client.id) && client.phase == Phase::attached) {
        control_clients_.on_input_end(client.id);
        return true;
      }
      if (client.stdin_done) {
        auto done = std::move(client.stdin_done);
        client.stdin_done = nullptr;
        done(std::move(client.stdin_data));
        client.stdin_data.clear();
      }
      return true;
    default:
      return on_attached_frame(client, frame);
  }
}

/// Says in tmux's own words that this is no server for it.
bool Connections::turn_tmux_away(RemoteClient& client) {
  log::warn(
      "client {}: tmux's own client came to this socket: turned away; call sess by the name tmux instead",
      client.id.value);
  // MSG_VERSION of its protocol, of which we speak no version: it prints so and ends.
  constexpr std::string_view kNoVersion("\x0c\0\0\0\x10\0\0\0\0\0\0\0\xff\xff\xff\xff", 16);
  client.connection->send(kNoVersion);
  client.phase = Phase::ending;
  client.connection->close_after_flush();
  return false;
}

/// What is decided about a command's client before its command is looked at.
void Connections::begin_command(const RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (queue_.configuring() && seen != nullptr) {
    // A command that the configuration itself started (run-shell 'sess ...'): it may be what the
    // configuration waits for.
    auto process = os::process_info(seen->pid);
    for (int depth = 0; depth < kMaxAncestors && process && process->pid > 1; ++depth) {
      if (process->pid == facts_.pid || process->pid == facts_.server_pid) queue_.let_through(client.id);
      process = os::process_info(process->parent);
    }
  }
  for (const auto& file : client.hello.config_files) {
    const auto same = [&](const std::string& read) {
      return std::filesystem::path(read).lexically_normal() == std::filesystem::path(file).lexically_normal();
    };
    if (std::any_of(start_.config_files.begin(), start_.config_files.end(), same)) continue;
    clients_.note(client.id,
                  fmt::format("{}: not read: the daemon runs already; sess source-file {}", file, file));
  }
}

bool Connections::on_attached_frame(RemoteClient& client, const protocol::Frame& frame) {
  model::Client* seen = model_.client(client.id);
  if (client.phase != Phase::attached || seen == nullptr) return true;  // crossed with our detached
  const auto resized = [&](const protocol::TerminalSize& size) {
    seen->size = size.cells;
    seen->xpixel = size.cells.cols > 0 ? static_cast<std::uint16_t>(size.xpixel / size.cells.cols) : 0;
    seen->ypixel = size.cells.rows > 0 ? static_cast<std::uint16_t>(size.ypixel / size.cells.rows) : 0;
    client.hello.size = size;
    model_.clients().note_activity(client.id, clock_.wall());
    model_.recalculate_sizes();
    identities_.changed();
    overlays_.on_resize(client);
    client.redraw();
    checkpoint_.changed();
    model_.clients().report_size(client.id);
    if (seen->session) session_watch_.on_activity(*seen->session);
  };
  switch (frame.type) {
    case FrameType::input:
      if (const auto input = protocol::Input::parse(frame.payload)) {
        keyboard_.on_input(client, input->sequence, input->bytes);
      }
      return true;
    case FrameType::ack:
      if (const auto ack = protocol::Ack::parse(frame.payload)) {
        if (client.flow.on_ack(ack->bytes, clock_.now()) == views::FlowWindow::Verdict::taken) return true;
        // A window that never opens again would be a terminal that stands still: the client resumes instead.
        log::warn("client {}: acknowledged {} bytes, which cannot be; it has to resume", client.id.value,
                  ack->bytes);
        return false;
      }
      return true;
    case FrameType::resize:
      if (const auto resize = protocol::Resize::parse(frame.payload)) resized(resize->size);
      return true;
    case FrameType::suspended: {
      const auto message = protocol::Suspended::parse(frame.payload);
      client.suspended = seen->suspended = true;
      ++client.pauses;
      display_.put_away_view(client, message ? message->scrolled : std::nullopt);
      model_.recalculate_sizes();
      return true;
    }
    case FrameType::continued: {
      const auto continued = protocol::Continued::parse(frame.payload);
      client.suspended = seen->suspended = false;
      client.flow.measure_anew(clock_.now());
      display_.owe_shown(client);
      if (!continued || !continued->kept) {
        display_.put_away_view(client);
        client.scrollback.written_on();
      }
      resized(continued ? continued->size : client.hello.size);
      return true;
    }
    case FrameType::detach: {
      const auto message = protocol::Detach::parse(frame.payload);
      const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
      clients_.end_attachment(
          client,
          message && message->hangup ? protocol::DetachReason::hangup : protocol::DetachReason::detached,
          session != nullptr ? fmt::format("[detached (from session {})]", session->name) : "[detached]");
      return true;
    }
    default:
      return true;
  }
}

bool Connections::on_hello(RemoteClient& client, const protocol::Hello& hello) {
  if (const auto mismatch = protocol::version_mismatch(hello.version, "client")) {
    client.connection->send(protocol::encode(protocol::Refusal{protocol::RefusalCode::version, *mismatch}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
    return false;
  }
  if (daemon_.stopping()) {
    client.connection->send(
        protocol::encode(protocol::Refusal{protocol::RefusalCode::ending, "the daemon is ending"}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
    return false;
  }
  client.message_timer.stop();
  client.hello = hello;
  model::Client& seen = *model_.client(client.id);
  if (!hello.tty.empty()) seen.name = hello.tty;
  if (hello.pid > 0) seen.pid = hello.pid;
  if (hello.tty.empty()) seen.name = fmt::format("client-{}", seen.pid);
  seen.tty = hello.tty;
  seen.term = hello.term;
  seen.size = hello.size.cells;
  seen.xpixel = static_cast<std::uint16_t>(hello.size.xpixel / hello.size.cells.cols);
  seen.ypixel = static_cast<std::uint16_t>(hello.size.ypixel / hello.size.cells.rows);
  seen.cwd = hello.cwd;
  seen.utf8 = hello.utf8;
  seen.umask = hello.umask;
  seen.dialect = hello.dialect;
  for (const auto& variable : hello.environment) seen.environment.put(variable);
  if (hello.dialect == Dialect::tmux) tmux_link_.make(seen.environment.value("TMUX_TMPDIR"));
  if (hello.control != protocol::ControlMode::none) {
    seen.control = true;
    seen.size_given = false;
    control_clients_.add(client.id, *client.connection);
  }
  client.features = render::TerminalFeatures::from_names(
      hello.term, seen.environment.value("COLORTERM").value_or(""), hello.terminfo);
  if (!hello.terminal_features.empty()) client.features.add(hello.terminal_features);
  client.features.utf8 = true;
  if (hello.resume) {
    resume(client, *hello.resume);
  } else {
    client.token = new_token();
    client.phase = Phase::idle;
    welcome(client);
  }
  return true;
}

void Connections::welcome(RemoteClient& client) {
  protocol::Welcome message;
  message.features = protocol::own_features();
  message.server_pid = facts_.server_pid;
  message.keeper_pid = facts_.pid;
  message.token = token_text(client.token);
  if (client.hello.resume) message.input_sequence = client.accepted.frame;
  client.connection->send(protocol::encode(message));
}

void Connections::resume(RemoteClient& client, const protocol::Resume& resume) {
  client.token = parse_token(resume.token);
  if (client.token < 16) client.token = new_token();
  // What was typed goes on behind whatever is furthest: each place knows what it had when it was last told.
  model::InputPosition applied;
  const auto consider = [&applied](model::InputPosition position) {
    if ((position.state & model::InputPosition::copied) == 0 && applied.before(position)) applied = position;
  };
  // The old connection may not have noticed yet that it is dead.
  for (auto& [id, other] : remote_) {
    if (other.get() == &client || other->token != client.token) continue;
    const model::Client* seen = model_.client(id);
    if (seen != nullptr && seen->session) clients_.save_client(clients_.saved_form(*other, *seen));
    consider(other->accepted);
    popups_.on_away(*other);
    other->phase = Phase::ending;
    other->direct.reset();
    other->composed.reset();
    model_.clients().detach(id);
    other->connection->close_after_flush();
  }
  for (const auto& [id, io] : terminals_) {
    consider(io->journal().input_applied(client.token));
  }
  auto saved = clients_.take_saved_client(client.token);
  if (saved) consider(saved->input);
  client.accepted = applied;
  client.acknowledged = applied.frame;
  client.frames.resume(applied);
  client.in_prefix = (applied.state & model::InputPosition::in_prefix) != 0;
  client.decoder.resume({(applied.state & model::InputPosition::in_paste) != 0,
                         (applied.state & model::InputPosition::in_string) != 0});
  welcome(client);

  if (saved && saved->detached) return clients_.tell_detached(client, *saved);
  const bool known = saved.has_value();
  const model::SessionId session{resume.session};
  model::Client& seen = *model_.client(client.id);
  if (saved) {
    if (saved->last_session && model_.session(*saved->last_session) != nullptr) {
      seen.last_session = saved->last_session;
    }
    seen.read_only = saved->read_only;
    seen.ignore_size = saved->ignore_size;
    seen.active_pane = saved->active_pane;
    for (std::size_t at = 0; at + 1 < saved->active_panes.size(); at += 2) {
      const auto window = model::parse_id<model::WindowId>(saved->active_panes[at]);
      const auto pane = model::parse_id<model::PaneId>(saved->active_panes[at + 1]);
      if (window && pane) seen.active_panes[*window] = *pane;
    }
    seen.key_table = std::move(saved->key_table);
    client.flags = std::move(saved->flags);
    client.job = std::move(saved->job);
  } else {
    // It may have been anything: it looks on, and does not count for sizes.
    seen.read_only = seen.ignore_size = true;
  }
  if (model_.session(session) == nullptr) {
    client.phase = Phase::attached;
    return clients_.end_attachment(client, protocol::DetachReason::exited, "[exited]");
  }
  if (auto ok = clients_.begin_attachment(client.id, session); !ok) {
    client.phase = Phase::attached;
    return clients_.end_attachment(client, protocol::DetachReason::other, ok.error().text);
  }
  events_.follow_model();
  if (saved && saved->question) prompts_.ask_again(client, *saved->question);
  if (saved && saved->menu) overlays_.open_again(client, *saved->menu);
  popups_.on_back(client);
  display_.resume_view(client, resume);
  if (!known) {
    messages_.show_message(client.id,
                           "what this terminal may do is not known any more: read-only; attach again to type",
                           std::chrono::seconds(10));
  }
}

/// The server died under a command that may change something, and nobody can tell whether it did.
void Connections::refuse_repetition(RemoteClient& client, const std::vector<std::string>& argv) {
  constexpr std::uint8_t kUnknown = 125;
  const std::string name = argv.empty() ? std::string("new-session") : argv.front();
  const std::string text =
      fmt::format("the server died and was replaced: whether '{}' was carried out is not known\n", name);
  client.connection->send(protocol::encode(protocol::Print{2, text}));
  client.connection->send(protocol::encode(protocol::Exit{kUnknown}));
  client.phase = Phase::ending;
  client.connection->close_after_flush();
}

void Connections::command_done(model::ClientId id, int status) {
  RemoteClient* done = remote_.find(id);
  if (done == nullptr || done->phase != Phase::command) return;  // attached, detached or gone meanwhile
  const int final_status = done->exit_status != 0 ? done->exit_status : status;
  done->connection->send(protocol::encode(protocol::Exit{static_cast<std::uint8_t>(final_status)}));
  done->phase = Phase::ending;
  done->connection->close_after_flush();
}

}  // namespace sess::server
