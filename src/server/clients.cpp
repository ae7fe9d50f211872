// Clients: accepting them, what they say, what becomes of them when they go.
#include <fnmatch.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "model/size_policy.hpp"
#include "os/agent_link.hpp"
#include "os/memory_reserve.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "protocol/message.hpp"
#include "protocol/trace.hpp"
#include "server/control_clients.hpp"
#include "server/host.hpp"
#include "server/job_control.hpp"
#include "server/saved_sessions.hpp"
#include "server/session_watch.hpp"
#include "views/output.hpp"
#include "server/server.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::server {
namespace {

using protocol::FrameType;
using Phase = RemoteClient::Phase;

constexpr std::size_t kMaxClients = 1000;
const protocol::Refusal kNoDescriptors{protocol::RefusalCode::full,
                                       "too many open files; detach some clients and try again"};
/// A server that dies with all of its clients knows each of them when they come back.
constexpr std::size_t kMaxSaved = kMaxClients;
constexpr int kMaxAncestors = 64;
constexpr std::size_t kMaxStdin = 16 << 20;
/// Who connects and says nothing does not keep a place for ever.
constexpr std::chrono::seconds kHelloLimit{10};

/// What terminal-features and terminal-overrides say of terminals with this TERM, for TerminalFeatures::add().
std::string configured_features(const model::Options& options, const std::string& term) {
  std::string out;
  for (const auto option : {model::ArrayOption("terminal-features"), model::ArrayOption("terminal-overrides")}) {
    for (const auto& [index, entry] : options.array(option)) {
      const auto words = entry.find(':');
      if (words == entry.npos || ::fnmatch(entry.substr(0, words).c_str(), term.c_str(), 0) != 0) continue;
      out += entry.substr(words);
    }
  }
  return out;
}

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

}  // namespace

// --- connections ----------------------------------------------------------------------------------------

void Server::on_connection() noexcept {
  while (true) {
    auto accepted = os::accept_connection(start_.listener.get());
    if (!accepted) {
      if (refuse_with_spare()) continue;
      log::warn("cannot accept: {}", accepted.error().text);
      listener_watch_->want(false, false);
      accept_timer_->start(std::chrono::milliseconds(100));
      return;
    }
    if (!*accepted) return;
    add_connection(std::move(**accepted));
  }
}

/// When descriptors are used up: who waits is told so. False when nobody could be.
bool Server::refuse_with_spare() {
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

void Server::add_connection(UniqueFd socket) {
  const auto peer = os::peer_credentials(socket.get());
  if (!peer || peer->uid != ::geteuid()) {
    log::warn("refused a connection of uid {}", peer ? static_cast<long>(peer->uid) : -1L);
    return;
  }
  expect_starter();
  if (!os::descriptors_free(kForOpening)) {
    log::warn("refused a client: too many open files");
    static_cast<void>(os::send_with_fds(socket.get(), protocol::encode(kNoDescriptors), {}));
    return;
  }
  const auto now = clock().wall();
  model::Client& model_client = model_.add_client(fmt::format("client-{}", peer->pid), now);
  model_client.pid = peer->pid;
  model_client.user = facts_.user;
  model_client.exiting = true;  // counts for nothing until it is attached
  const auto id = model_client.id;
  auto made = std::make_unique<RemoteClient>(*loop_, id);
  RemoteClient& client = *made;
  client.for_command = !os::descriptors_free(kForCommands) || !os::memory_left();
  client.frame_due = [] {};  // the turn that it makes is enough
  client.escape_timer_expired = [this, &client] {
    if (client.stalled) return look_ahead(client, {});
    client.decoder.flush();
    dispatch_events(client);
  };
  client.clicks_over = [this, &client] { on_clicks_over(client); };
  client.message_over = [this, &client] {
    if (client.phase == Phase::greeting) return connection_lost(client.id, "no hello came");
    clear_overlay(client);
  };
  client.message_timer.start(kHelloLimit);
  client.key_table_over = [&client] {
    client.repeating = client.in_prefix = false;
    if (client.composed) client.composed->invalidate();
  };
  views::Connection::Events events;
  events.on_frame = [this, &client](const protocol::Frame& frame) { return on_frame(client, frame); };
  events.on_closed = [this, id](const std::string& reason) { connection_lost(id, reason); };
  client.connection = std::make_unique<views::Connection>(*loop_, std::move(socket), std::move(events));
  clients_[id] = std::move(made);
  if (clients_.size() > kMaxClients) {
    client.connection->send(protocol::encode(
        protocol::Refusal{protocol::RefusalCode::full, "too many clients; end some and try again"}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
  }
}

void Server::connection_lost(model::ClientId id, const std::string& reason) {
  log::debug("client {}: connection closed: {}", id.value, reason);
  lost_.push_back(id);
}

void Server::sweep_clients() {
  auto lost = std::move(lost_);
  lost_.clear();
  for (const auto id : lost) drop_client(id);
  if (!lost.empty()) loop_->defer([] {});  // what follows from it is decided in a turn of its own
}

void Server::drop_client(model::ClientId id) {
  RemoteClient* gone = client(id);
  if (gone == nullptr) return;
  const model::Client* seen = model_.client(id);
  if (gone->phase == Phase::attached && seen != nullptr && seen->session) {
    // A control client that comes back is a new one.
    if (!seen->control) {
      save_client(saved_form(*gone, *seen));
      session_watch_->expect_return(*seen->session);
    }
  }
  if (gone->overlay.done) gone->overlay.done(std::nullopt);
  if (gone->stdin_done) gone->stdin_done(fail(ErrorCode::unavailable, "the client is gone"));
  queue_->client_gone(id);
  control_clients_->forget(id);
  model_.remove_client(id);
  clients_.erase(id);
  model_.recalculate_sizes();
  commands_ran_ = true;
  display_changed();
}

/// What of a client outlives its connection and its server: whatever was said when it attached or since.
store::SavedClient Server::saved_form(const RemoteClient& client, const model::Client& seen) const {
  store::SavedClient out;
  out.token = client.token;
  out.session = *seen.session;
  out.last_session = seen.last_session;
  out.read_only = seen.read_only;
  out.ignore_size = seen.ignore_size;
  out.active_pane = seen.active_pane;
  out.flags = client.flags;
  out.key_table = seen.key_table;
  out.job = client.job;
  out.input = client.accepted;
  out.question = saved_question(client);
  return out;
}

/// Newest last. Who has been away longest is forgotten first, and comes back with no rights.
void Server::save_client(store::SavedClient saved) {
  static_cast<void>(take_saved_client(saved.token));
  saved_clients_.push_back(std::move(saved));
  if (saved_clients_.size() > kMaxSaved) saved_clients_.erase(saved_clients_.begin());
}

std::optional<store::SavedClient> Server::take_saved_client(model::ClientToken token) {
  const auto it = std::find_if(saved_clients_.begin(), saved_clients_.end(),
                               [token](const store::SavedClient& saved) { return saved.token == token; });
  if (it == saved_clients_.end()) return std::nullopt;
  store::SavedClient saved = std::move(*it);
  saved_clients_.erase(it);
  return saved;
}

// --- frames ---------------------------------------------------------------------------------------------

bool Server::on_frame(RemoteClient& client, const protocol::Frame& frame) {
  if (log::enabled(LogLevel::debug)) log::debug("client {}: < {}", client.id.value, protocol::trace(frame));
  const auto refuse = [&](const std::string& text) {
    log::warn("client {}: {}", client.id.value, text);
    client.connection->send(protocol::encode(protocol::Refusal{protocol::RefusalCode::malformed, text}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
    return false;
  };
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
      if (client.asked_again && !queue_->may_repeat(id, command->argv)) {
        refuse_repetition(client, command->argv);
        return true;
      }
      begin_command(client);
      queue_->submit_arguments(id, std::move(command->argv),
                               [this, id](int status) { command_done(id, status); });
      return true;
    }
    case FrameType::shell: {
      auto shell = protocol::Shell::parse(frame.payload);
      if (!shell) return refuse(shell.error().text);
      client.phase = Phase::ending;
      client.connection->send(
          protocol::encode(protocol::Exec{model_.session_options().string("default-shell"), shell->command}));
      client.connection->close_after_flush();
      return true;
    }
    case FrameType::stdin_data:
      if (control_clients_->has(client.id) && client.phase == Phase::attached) {
        if (const auto data = protocol::StdinData::parse(frame.payload)) control_clients_->on_input(client.id, data->bytes);
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
      if (control_clients_->has(client.id) && client.phase == Phase::attached) {
        control_clients_->on_input_end(client.id);
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

/// What is decided about a command's client before its command is looked at.
void Server::begin_command(const RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (queue_->configuring() && seen != nullptr) {
    // A command that the configuration itself started (run-shell 'sess ...'): it may be what the configuration waits for.
    auto process = os::process_info(seen->pid);
    for (int depth = 0; depth < kMaxAncestors && process && process->pid > 1; ++depth) {
      if (process->pid == facts_.pid || process->pid == facts_.server_pid) queue_->let_through(client.id);
      process = os::process_info(process->parent);
    }
  }
  for (const auto& file : client.hello.config_files) {
    const auto same = [&](const std::string& read) {
      return std::filesystem::path(read).lexically_normal() == std::filesystem::path(file).lexically_normal();
    };
    if (std::any_of(start_.config_files.begin(), start_.config_files.end(), same)) continue;
    host_->notice(client.id, fmt::format("{}: not read: the daemon runs already; sess source-file {}", file, file));
  }
}

bool Server::on_attached_frame(RemoteClient& client, const protocol::Frame& frame) {
  model::Client* seen = model_.client(client.id);
  if (client.phase != Phase::attached || seen == nullptr) return true;  // crossed with our detached
  const auto resized = [&](const protocol::TerminalSize& size) {
    seen->size = size.cells;
    seen->xpixel = size.cells.cols > 0 ? static_cast<std::uint16_t>(size.xpixel / size.cells.cols) : 0;
    seen->ypixel = size.cells.rows > 0 ? static_cast<std::uint16_t>(size.ypixel / size.cells.rows) : 0;
    client.hello.size = size;
    model_.touch_client(client.id, clock().wall());
    model_.recalculate_sizes();
    follow_client_identity(client);
    redraw(client);
    commands_ran_ = true;
    model_.client_resized(client.id);
    if (seen->session) session_watch_->on_activity(*seen->session);
  };
  switch (frame.type) {
    case FrameType::input:
      if (const auto input = protocol::Input::parse(frame.payload)) {
        on_input(client, input->sequence, input->bytes);
      }
      return true;
    case FrameType::ack:
      if (const auto ack = protocol::Ack::parse(frame.payload)) {
        if (client.flow.on_ack(ack->bytes, clock().now()) == views::FlowWindow::Verdict::taken) return true;
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
      put_away_view(client, message ? message->scrolled : std::nullopt);
      model_.recalculate_sizes();
      return true;
    }
    case FrameType::continued: {
      const auto continued = protocol::Continued::parse(frame.payload);
      client.suspended = seen->suspended = false;
      client.flow.measure_anew(clock().now());
      if (!continued || !continued->kept) {
        put_away_view(client);
        client.scrollback.written_on();
      }
      resized(continued ? continued->size : client.hello.size);
      return true;
    }
    case FrameType::detach: {
      const auto message = protocol::Detach::parse(frame.payload);
      const model::Session* session = seen->session ? model_.session(*seen->session) : nullptr;
      detach(client,
             message && message->hangup ? protocol::DetachReason::hangup : protocol::DetachReason::detached,
             session != nullptr ? fmt::format("[detached (from session {})]", session->name) : "[detached]");
      return true;
    }
    default:
      return true;
  }
}

/// Somebody else may write on the terminal now: it is shown everything anew when it is back. A client
/// that tells how far its terminal got has dropped what it was sent since.
void Server::put_away_view(RemoteClient& client, const std::optional<protocol::PaneScrolled>& told) {
  if (client.direct && !told) remember_direct(client, clock().now());
  if (told) client.scrollback.remember(model::PaneId{told->pane}, {told->line, told->bytes});
  client.direct.reset();
  client.composed.reset();
}

bool Server::on_hello(RemoteClient& client, const protocol::Hello& hello) {
  if (const auto mismatch = protocol::version_mismatch(hello.version, "client")) {
    client.connection->send(protocol::encode(protocol::Refusal{protocol::RefusalCode::version, *mismatch}));
    client.phase = Phase::ending;
    client.connection->close_after_flush();
    return false;
  }
  if (stopping_) {
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
  for (const auto& variable : hello.environment) seen.environment.put(variable);
  if (hello.control != protocol::ControlMode::none) {
    seen.control = true;
    seen.size_given = false;
    control_clients_->add(client.id, *client.connection);
  }
  client.features =
      render::TerminalFeatures::from_names(hello.term, seen.environment.value("COLORTERM").value_or(""));
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

void Server::welcome(RemoteClient& client) {
  protocol::Welcome message;
  message.features = protocol::own_features();
  message.server_pid = facts_.server_pid;
  message.keeper_pid = facts_.pid;
  message.token = token_text(client.token);
  if (client.hello.resume) message.input_sequence = client.accepted.frame;
  client.connection->send(protocol::encode(message));
}

void Server::resume(RemoteClient& client, const protocol::Resume& resume) {
  client.token = parse_token(resume.token);
  if (client.token < 16) client.token = new_token();
  // What was typed goes on behind whatever is furthest: each place knows what it had when it was last told.
  model::InputPosition applied;
  const auto consider = [&applied](model::InputPosition position) {
    if ((position.state & model::InputPosition::copied) == 0 && applied.before(position)) applied = position;
  };
  // The old connection may not have noticed yet that it is dead.
  for (auto& [id, other] : clients_) {
    if (other.get() == &client || other->token != client.token) continue;
    const model::Client* seen = model_.client(id);
    if (seen != nullptr && seen->session) save_client(saved_form(*other, *seen));
    consider(other->accepted);
    other->phase = Phase::ending;
    other->direct.reset();
    other->composed.reset();
    model_.detach_client(id);
    other->connection->close_after_flush();
  }
  for (const auto& [id, io] : panes_) {
    consider(io->journal().input_applied(client.token));
  }
  auto saved = take_saved_client(client.token);
  if (saved) consider(saved->input);
  client.accepted = applied;
  client.acknowledged = applied.frame;
  client.frames.resume(applied);
  client.in_prefix = (applied.state & model::InputPosition::in_prefix) != 0;
  client.decoder.resume({(applied.state & model::InputPosition::in_paste) != 0,
                         (applied.state & model::InputPosition::in_string) != 0});
  welcome(client);

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
    seen.key_table = std::move(saved->key_table);
    client.flags = std::move(saved->flags);
    client.job = std::move(saved->job);
  } else {
    // It may have been anything: it looks on, and does not count for sizes.
    seen.read_only = seen.ignore_size = true;
  }
  if (model_.session(session) == nullptr) {
    client.phase = Phase::attached;
    return detach(client, protocol::DetachReason::exited, "[exited]");
  }
  if (auto ok = attach(client.id, session); !ok) {
    client.phase = Phase::attached;
    return detach(client, protocol::DetachReason::other, ok.error().text);
  }
  follow_model();
  if (saved && saved->question) ask_again(client, *saved->question);
  resume_view(client, resume);
  if (!known) {
    host_->show_message(client.id,
                        "what this terminal may do is not known any more: read-only; attach again to type",
                        std::chrono::seconds(10));
  }
}

/// Takes up what the terminal shows. display.cpp goes on from there, whatever it is shown next.
void Server::resume_view(RemoteClient& client, const protocol::Resume& resume) {
  const auto now = clock().now();
  panes::PaneIo* io = pane_io(model::PaneId{resume.pane});
  const bool was_direct = resume.mode.value_or(protocol::AttachMode::direct) == protocol::AttachMode::direct;
  // What a pane that is set aside shows has no place in the program's stream.
  const bool has_offset = io != nullptr && !io->aside() && resume.offset != protocol::kNoOffset;
  // What its scrollback has: as it was told, else as the ring says.
  std::optional<Scrolled> scrolled;
  if (has_offset) scrolled = io->scrolled_at(resume.offset);
  if (const auto& told = resume.scrolled; told && pane_io(model::PaneId{told->pane}) != nullptr) {
    client.scrollback.remember(model::PaneId{told->pane}, {told->line, told->bytes});
    if (told->pane == resume.pane) scrolled = Scrolled{told->line, told->bytes};
  } else if (scrolled) {
    client.scrollback.remember(io->id(), *scrolled);
  }
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
  client.direct =
      std::make_unique<views::DirectView>(*client.connection, client.flow, *io, host_->direct_options(client.id));
  const bool exact =
      !resume.drawn && client.direct->resume(resume.offset, resume.past, scrolled.value_or(Scrolled{}));
  const model::Pane* shown = direct_pane(client);
  if (!exact && (shown == nullptr || shown->id != io->id())) return client.direct.reset();
  send_attached(client, protocol::AttachMode::direct, io->id(), exact);
  // From where its history is known to end, else the newest lines again; then the screen.
  if (!exact) client.direct->catch_up(scrolled.value_or(Scrolled{}), now);
}

/// The server died under a command that may change something, and nobody can tell whether it did.
void Server::refuse_repetition(RemoteClient& client, const std::vector<std::string>& argv) {
  constexpr std::uint8_t kUnknown = 125;
  const std::string name = argv.empty() ? std::string("new-session") : argv.front();
  const std::string text =
      fmt::format("the server died and was replaced: whether '{}' was carried out is not known\n", name);
  client.connection->send(protocol::encode(protocol::Print{2, text}));
  client.connection->send(protocol::encode(protocol::Exit{kUnknown}));
  client.phase = Phase::ending;
  client.connection->close_after_flush();
}

void Server::command_done(model::ClientId id, int status) {
  RemoteClient* done = client(id);
  if (done == nullptr || done->phase != Phase::command) return;  // attached, detached or gone meanwhile
  const int final_status = done->exit_status != 0 ? done->exit_status : status;
  done->connection->send(protocol::encode(protocol::Exit{static_cast<std::uint8_t>(final_status)}));
  done->phase = Phase::ending;
  done->connection->close_after_flush();
}

// --- attaching ------------------------------------------------------------------------------------------

Result<> Server::attach(model::ClientId id, model::SessionId session) {
  RemoteClient* attaching = client(id);
  model::Client* seen = model_.client(id);
  if (attaching == nullptr || seen == nullptr || attaching->phase == Phase::ending) {
    return fail(ErrorCode::not_found, "the client is gone");
  }
  const bool first = attaching->phase != Phase::attached;
  attaching->phase = Phase::attached;
  // Not before: the configuration is read by now.
  attaching->features.add(configured_features(model_.server_options(), seen->term));
  seen->exiting = false;
  const auto now = clock().wall();
  const bool fresh = !seen->session;
  model_.attach_client(id, session, now);
  if (fresh) model_.client_resized(id);
  model_.touch_client(id, now);
  model_.recalculate_sizes();
  follow_agent(*seen);
  commands_ran_ = true;
  if (seen->control) {
    control_clients_->attached(id);
    if (first) attaching->connection->send(protocol::encode(protocol::StdinRequest{}));
    return {};
  }
  follow_client_identity(*attaching);
  clear_overlay(*attaching);
  attaching->display_stale = true;
  if (const auto text = saved_sessions_->take_announcement(); !text.empty()) {
    constexpr std::chrono::seconds kLongEnough{5};
    loop_->defer([this, id, text, kLongEnough] {
      if (client(id) != nullptr) host_->show_message(id, text, kLongEnough);
    });
  }
  return {};
}

void Server::follow_agent(const model::Client& client) {
  const auto agent = client.environment.value("SSH_AUTH_SOCK");
  if (!agent || agent->empty() || !socket_directory_ || !start_.private_directory || *agent == agent_path_)
    return;
  const auto name = agent_path_.substr(agent_path_.rfind('/') + 1);
  if (auto linked = os::point_agent_link(socket_directory_.get(), name, *agent); !linked) {
    log::info("the ssh agent of client {} is not used: {}", client.id.value, linked.error().text);
  }
}

void Server::follow_client_identity(RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return;
  const model::Window* window = model_.current_window(*seen->session);
  if (window == nullptr) return;
  for (const auto id : window->panes) {
    panes::PaneIo* io = pane_io(id);
    const model::Pane* pane = model_.pane(id);
    if (io == nullptr || pane == nullptr) continue;
    terminal::Identity identity = io->emulator().identity();
    identity.kitty_keyboard = client.features.kitty_keyboard;
    identity.sixel = client.features.sixel;
    if (client.features.foreground) identity.fg = client.features.foreground;
    if (client.features.background) identity.bg = client.features.background;
    if (const auto dark = client.features.dark()) {
      identity.theme = *dark ? terminal::Identity::Theme::dark : terminal::Identity::Theme::light;
    }
    identity.pixel_width = static_cast<std::uint16_t>(seen->xpixel * pane->size.cols);
    identity.pixel_height = static_cast<std::uint16_t>(seen->ypixel * pane->size.rows);
    io->set_identity(identity);
  }
}

void Server::detach(RemoteClient& client, protocol::DetachReason reason, std::string message, std::optional<int> status) {
  if (client.phase != Phase::attached) return;
  if (const auto note = status ? std::string() : job_control_->note_on_leaving(client); !note.empty()) {
    message += "\n" + note;
  }
  if (reason == protocol::DetachReason::exited) message += job_control_->note_on_end(client);
  leave_view(client);
  protocol::Detached detached;
  detached.reason = reason;
  detached.message = std::move(message);
  detached.wait = std::find(client.flags.begin(), client.flags.end(), "wait-exit") != client.flags.end();
  detached.status = static_cast<std::uint8_t>(status ? *status : job_control_->status_for(client));
  if (!control_clients_->has(client.id)) client.connection->send(protocol::encode(detached));
  client.phase = Phase::ending;
  static_cast<void>(take_saved_client(client.token));
  if (const model::Client* seen = model_.client(client.id); seen != nullptr && seen->session) {
    model_.detach_client(client.id);
    model_.client(client.id)->exiting = true;
  }
  model_.recalculate_sizes();
  commands_ran_ = true;
  if (!control_clients_->has(client.id)) return client.connection->close_after_flush();
  // Behind the block of the command that did it.
  loop_->defer([this, id = client.id, detached] {
    RemoteClient* leaving = this->client(id);
    if (leaving == nullptr) return;
    leaving->connection->send(protocol::encode(detached));
    leaving->connection->close_after_flush();
  });
}

/// The last of what is shown, and the way back. What lies over a pane that was shown directly goes first: the
/// terminal keeps the pane's newest lines.
void Server::leave_view(RemoteClient& client) {
  const auto now = clock().now();
  const bool covered = client.composed && client.overlay.kind != Overlay::Kind::none;
  if (client.overlay.done) client.overlay.done(std::nullopt);
  client.overlay = {};
  if (client.composed) {
    const model::Client* seen = model_.client(client.id);
    const model::Pane* pane = direct_pane(client);
    panes::PaneIo* io =
        pane != nullptr && client.scrollback.shown() == pane->id ? pane_io(pane->id) : nullptr;
    const bool session_gone = seen == nullptr || !seen->session || model_.session(*seen->session) == nullptr;
    if (io != nullptr) {
      show_directly(client, *io, now);
    } else if (covered && session_gone) {
      show_last(client, now);
    }
  }
  if (client.direct) {
    client.direct->finish(now);
    const auto& screen = client.direct->pane().screen();
    client.connection->send(
        protocol::encode(protocol::Undo{terminal::undo_for_detach(screen) + views::below_screen(screen)}));
    client.direct.reset();
  }
  if (client.composed) client.connection->send(protocol::encode(protocol::Undo{client.composed->undo()}));
  client.composed.reset();
}

void Server::send_exec(RemoteClient& client, std::string_view command) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = seen != nullptr && seen->session ? model_.session(*seen->session) : nullptr;
  const auto& options = session != nullptr ? session->options : model_.session_options();
  if (client.phase == Phase::attached) leave_view(client);
  client.connection->send(
      protocol::encode(protocol::Exec{options.string("default-shell"), std::string(command)}));
  client.phase = Phase::ending;
  if (seen != nullptr && seen->session) model_.detach_client(client.id);
  model_.recalculate_sizes();
  client.connection->close_after_flush();
}

}  // namespace sess::server
