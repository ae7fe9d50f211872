#include "server/server.hpp"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "keeper/message.hpp"
#include "os/directory.hpp"
#include "os/files.hpp"
#include "os/memory_reserve.hpp"
#include "os/process.hpp"
#include "os/runtime_paths.hpp"
#include "os/spawn.hpp"
#include "protocol/message.hpp"
#include "server/alerts.hpp"
#include "server/boot_control.hpp"
#include "server/control_clients.hpp"
#include "server/host.hpp"
#include "server/pane_modes.hpp"
#include "server/job_control.hpp"
#include "server/run.hpp"
#include "server/saved_sessions.hpp"
#include "server/session_watch.hpp"
#include "panes/shell_commands.hpp"

namespace sess::server {
namespace {

/// A daemon that nobody connects to (its starter died) does not stay for ever.
constexpr std::chrono::seconds kFirstClientLimit{30};
/// From the first connection on, the client that started the daemon has this long to say what for: another one's
/// question that is answered before must not make the daemon leave.
constexpr std::chrono::seconds kStarterLimit{1};
/// What the keeper takes to act on Leave, generously.
constexpr std::chrono::milliseconds kLeaving{500};
constexpr std::size_t kConfigLimit = 64 << 20;
/// Descriptors that come with a program.
constexpr std::size_t kProgramNeeds = 2;
/// A keeper that does not answer within this is not waited for: other panes go on.
constexpr std::chrono::milliseconds kPromptAnswer{50};
/// Bytes that are kept for a program that is being started, about what a terminal's line discipline holds.
constexpr std::size_t kTypeAhead = 4096;
/// Errors of the configuration that the first client is shown; the rest is in the log.
constexpr std::size_t kErrorsShown = 200;
/// Events and hooks that follow from each other in one turn; beyond it they go on in the next.
constexpr int kRounds = 16;

std::string login_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

std::string login_home() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "";
}

/// Whether a shell runs what it is given: the one of an account that nobody logs in to refuses (nologin(8)).
bool is_usable_shell(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return path.starts_with('/') && ::access(path.c_str(), X_OK) == 0 && name != "nologin" && name != "false" &&
         name != "true" && name != "sess";
}

std::string login_shell() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && entry->pw_shell != nullptr && is_usable_shell(entry->pw_shell) ? entry->pw_shell : "/bin/sh";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// Variables of the daemon's own making, or of what it was started in: never a program's.
bool is_internal(std::string_view name) {
  return name == "SESS" || name == "SESS_PANE" || name.starts_with("LISTEN_") || name == "NOTIFY_SOCKET" ||
         name == "TMUX" || name == "TMUX_PANE" || name == "STY" || name == "WINDOW" || name == "SHLVL" ||
         name == "OLDPWD" || name == "LINES" || name == "COLUMNS";
}

/// What a hook's commands know of what happened, each thing in a variable of its own; of a client nothing else, as in
/// tmux: the session that it left may be gone.
std::vector<std::pair<std::string, std::string>> hook_variables(const model::Model& model, const model::Event& event) {
  if (event.client) return {{"hook_client", event.name}};
  std::vector<std::pair<std::string, std::string>> out;
  if (event.session) {
    out.emplace_back("hook_session", to_string(*event.session));
    out.emplace_back("hook_session_name", event.session_name);
  }
  if (event.window) {
    const model::Window* window = model.window(*event.window);
    const bool unnamed = event.window_name.empty() && window != nullptr;  // it is given its name when it is linked
    out.emplace_back("hook_window", to_string(*event.window));
    out.emplace_back("hook_window_name", unnamed ? window->name : event.window_name);
  }
  if (event.pane) out.emplace_back("hook_pane", to_string(*event.pane));
  return out;
}

}  // namespace

int run(keeper::ServerLink link) {
  auto server = Server::open(std::move(link));
  if (!server) {
    log::error("the server cannot start: {}", server.error().text);
    return 1;
  }
  return (*server)->run();
}

Server::Server(keeper::ServerLink link) : link_(std::move(link)), keys_(input::KeyTables::with_defaults()) {}

Server::~Server() {
  // Views refer to panes and connections, connections to the loop.
  job_control_.reset();
  control_clients_.reset();
  clients_.clear();
  panes_.clear();
}

Result<std::unique_ptr<Server>> Server::open(keeper::ServerLink link) {
  std::unique_ptr<Server> server(new Server(std::move(link)));
  if (auto ok = server->set_up(); !ok) return pass(ok.error());
  return server;
}

Result<> Server::set_up() {
  auto loop = os::Loop::open();
  if (!loop) return pass(loop.error());
  loop_ = std::move(*loop);

  std::vector<keeper::Program> programs;
  for (bool ready = false; !ready;) {
    auto message = link_.receive();
    if (!message) return pass(message.error());
    if (auto* start = std::get_if<keeper::Start>(&*message)) {
      start_ = std::move(*start);
    } else if (auto* program = std::get_if<keeper::Program>(&*message)) {
      programs.push_back(std::move(*program));
    } else {
      ready = std::holds_alternative<keeper::Ready>(*message);
    }
  }
  SESS_FAULT("start", start_.start_count);
  log::info("server {} starts; the one before: {}; {} programs", start_.start_count, to_text(start_.previous),
            programs.size());

  facts_.version = SESS_VERSION;
  facts_.socket_path = start_.socket_path;
  facts_.host = host_name();
  facts_.user = login_name();
  facts_.home = os::home_directory();
  facts_.login_home = login_home();
  facts_.shell = login_shell();
  facts_.uid = ::geteuid();
  facts_.pid = ::getppid();
  facts_.server_pid = ::getpid();
  facts_.start_time = clock().wall();
  agent_path_ = start_.socket_directory + "/.agent-" + start_.name;
  if (auto directory = os::open_private_directory(start_.socket_directory); directory) {
    socket_directory_ = std::move(*directory);
  }

  host_ = std::make_unique<HostImpl>(*this);
  shells_ = std::make_unique<panes::ShellCommands>(*loop_);
  shells_->on_pipe_ended([this](model::PaneId id) {
    if (model::Pane* pane = model_.pane(id)) pane->pipe_command.clear();
    model_changed();
  });
  alerts_ = std::make_unique<Alerts>(*this);
  pane_modes_ = std::make_unique<PaneModes>(*this, *host_);
  job_control_ = std::make_unique<JobControl>(*this);
  boot_control_ = std::make_unique<BootControl>(*this);
  saved_sessions_ = std::make_unique<SavedSessions>(*this);
  HostImpl& host = *host_;
  ports_ = std::make_unique<command::Ports>(command::Ports{facts_, host, host, host, host, keys_, host, host, host, host, host,
                                                           job_control_.get(), boot_control_.get(), saved_sessions_.get()});
  SessionWatch::Acts acts;
  acts.lock = [this](model::ClientId id) { host_->lock(id); };
  acts.is_kept = [this](const model::Session& session) { return stopping_ || has_job_or_start(session); };
  session_watch_ = std::make_unique<SessionWatch>(*loop_, model_, std::move(acts));
  queue_ = std::make_unique<command::Queue>(model_, *ports_);
  control_clients_ = std::make_unique<ControlClients>(ControlClients::Needs{
      *loop_, model_, [this](model::PaneId id) { return pane_io(id); }, [this]() -> command::Queue& { return *queue_; },
      [this](model::ClientId id) { host_->detach(id, command::DetachReason::detached); }});
  queue_->around_hooks([this](bool after) { tell_focus(after); });
  auto store = store::ModelStore::open(std::move(start_.model));
  if (!store) return pass(store.error());
  store_.emplace(std::move(*store));
  // What is recovered may go on at once: a job whose restart is due is started and prints.
  accept_timer_ = std::make_unique<os::Timer>(*loop_, [this] { listener_watch_->want(true, false); });
  rename_timer_ = std::make_unique<os::Timer>(*loop_, [this] { rename_windows(); });
  status_timer_ = std::make_unique<os::Timer>(*loop_, [this] { redraw_all(); });
  first_client_timer_ = std::make_unique<os::Timer>(*loop_, [this] { may_leave_ = true; });
  if (auto ok = recover(std::move(programs)); !ok) return ok;

  keeper_watch_ = std::make_unique<os::FdWatch>(*loop_, link_.fd(), [this](bool, bool writable) {
    // An error is the link's end: reading tells it, too.
    if (writable) return static_cast<void>(link_.flush());
    on_keeper();
  });
  watch_keeper();
  listener_watch_ =
      std::make_unique<os::FdWatch>(*loop_, start_.listener.get(), [this](bool, bool) { on_connection(); });
  listener_watch_->want(true, false);
  if (model_.sessions().empty()) first_client_timer_->start(kFirstClientLimit);
  loop_->at_turn_end([this] { end_of_turn(); });
  return {};
}

int Server::run() {
  end_of_turn();
  loop_->run();
  // What ended last came with the link's last messages: its records are written before this process goes.
  deal_with_ended_programs();
  job_control_->close();
  if (left_) saved_sessions_->remove_ended();
  for (auto& [id, client] : clients_) {
    if (client->connection) client->connection->flush();
  }
  return exit_status_;
}

panes::PaneIo* Server::pane_io(model::PaneId id) {
  const auto it = panes_.find(id);
  return it == panes_.end() ? nullptr : it->second.get();
}

RemoteClient* Server::client(model::ClientId id) {
  const auto it = clients_.find(id);
  return it == clients_.end() ? nullptr : it->second.get();
}

// --- the turn -------------------------------------------------------------------------------------------

void Server::end_of_turn() {
  job_control_->end_of_turn();
  go_on_with_input();
  bool slice_over = false;
  for (int round = 0; round < kRounds && !slice_over; ++round) {
    if (!queue_->idle()) {
      slice_over = !queue_->run();
      commands_ran_ = true;
    }
    deal_with_ended_programs();
    follow_model();
    tell_focus(false);
    if (round == 0 && !printed_.empty()) {
      alerts_->on_output(printed_);
      tell_starved();
    }
    if (queue_->idle() && ended_.empty()) break;
  }
  if (!queue_->idle() || !ended_.empty() || link_.has_queued()) loop_->defer([this] { on_keeper(); });
  take_errors();
  update_displays();
  control_clients_->on_output(printed_, clock().now());
  control_clients_->end_of_turn(clock().now());
  save_model();
  acknowledge_input();  // after it: what is acknowledged may stand there alone
  host_->save_answers();
  for (auto& [id, client] : clients_) {
    if (client->connection) client->connection->flush();
  }
  if (job_control_->has_more()) loop_->defer([] {});
  if (pane_modes_->work()) loop_->defer([] {});
  sweep_clients();
  printing_ = printed_.size();
  printed_.clear();
  leave_if_empty();
  watch_keeper();
}

void Server::watch_keeper() {
  keeper_watch_->want(true, link_.unsent());
}

void Server::on_keeper() noexcept {
  while (true) {
    auto message = link_.next();
    if (!message) {
      log::info("the keeper closed the link");
      return loop_->stop();
    }
    if (!*message) return;
    keeper_deaf_ = false;
    on_keeper_message(std::move(**message));
  }
}

void Server::on_keeper_message(keeper::ToServer message) {
  if (auto* exited = std::get_if<keeper::Exited>(&message)) {
    ended_.push_back(std::move(*exited));
  } else if (const auto* emptied = std::get_if<keeper::Emptied>(&message)) {
    emptied_.push_back(*emptied);
  } else if (auto* ping = std::get_if<keeper::Ping>(&message)) {
    if (auto sent = link_.send(keeper::Pong{ping->serial}); !sent) log::warn("{}", sent.error().text);
  } else if (std::holds_alternative<keeper::Stop>(message)) {
    saved_sessions_->freeze(SavedSessions::Programs::ending, [] {});
    stopping_ = true;
    job_control_->stop_all();
    for (auto& [id, pane] : panes_) pane->checkpoint();
    for (auto& [id, client] : clients_) {
      if (client->phase == RemoteClient::Phase::attached) {
        detach(*client, protocol::DetachReason::server_exited, "[server exited]");
      }
    }
  } else if (auto* listener = std::get_if<keeper::Listener>(&message)) {
    on_connection();
    listener_watch_.reset();
    start_.listener = std::move(listener->listener);
    listener_watch_ =
        std::make_unique<os::FdWatch>(*loop_, start_.listener.get(), [this](bool, bool) { on_connection(); });
    listener_watch_->want(true, false);
  } else if (auto* spawned = std::get_if<keeper::Spawned>(&message)) {
    const auto request = spawned->request;
    on_started(request, std::move(*spawned));
  } else if (auto* failed = std::get_if<keeper::SpawnFailed>(&message)) {
    on_started(failed->request, pass(Error{ErrorCode::io, failed->sys_errno, std::move(failed->text)}));
  } else if (auto* program = std::get_if<keeper::Program>(&message)) {
    adopt_orphan(*program);
  }
}

// --- programs -------------------------------------------------------------------------------------------

/// The keeper has the request; its number. The pane is written down first: a server that dies in between leaves
/// a pane without a program, which the next one removes, and never a program that nobody knows.
Result<std::uint64_t> Server::ask_for_program(model::PaneId id, const command::ProgramStart& start) {
  const model::Pane* pane = model_.pane(id);
  if (pane == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", to_string(id));
  if (!os::memory_left()) return pass(Error{ErrorCode::unavailable, ENOMEM, "memory is used up: end something"});
  // What comes with the answer must find room, else the link to the keeper is lost.
  if (!os::descriptors_free(kProgramNeeds + kForCommands)) {
    return pass(Error{ErrorCode::unavailable, EMFILE,
                      "too many open files: close something, or raise the limit (ulimit -n) of what starts the daemon"});
  }
  save_model();
  keeper::Spawn request;
  request.pane = id.value;
  request.argv = start.argv;
  request.env = start.env;
  request.argv0 = start.argv0;
  request.cwd = start.cwd;
  request.size = pane->size;
  request.keep_journal = start.replace;
  request.nice = start.nice;
  request.memory_limit = start.memory_limit;
  request.input = start.input;
  request.umask = start.umask;
  request.held = start.held;
  return link_.start_spawn(std::move(request));
}

void Server::start_program(model::PaneId id, const command::ProgramStart& start,
                           std::function<void(Result<>)> done) {
  const auto tell = [done](const Result<std::int32_t>& holder) { done(holder ? Result<>() : pass(holder.error())); };
  auto started = start_program_soon(id, start, tell);
  if (started && !*started) return;
  loop_->defer([tell, holder = started ? Result<std::int32_t>(**started) : pass(started.error())] { tell(holder); });
}

Result<std::optional<std::int32_t>> Server::start_program_soon(model::PaneId id, const command::ProgramStart& start,
                                                               Started later) {
  auto number = ask_for_program(id, start);
  if (!number) return pass(number.error());
  const Size asked = model_.pane(id)->size;
  auto spawned = link_.await_spawn(*number, keeper_deaf_ ? std::chrono::milliseconds(0) : kPromptAnswer);
  if (!spawned) return pass(spawned.error());
  if (!*spawned) {
    log::info("pane {}: the keeper takes its time", id.value);
    keeper_deaf_ = true;
    starting_[*number] = {id, start.replace, asked, std::move(later), {}};
    return std::optional<std::int32_t>();
  }
  const std::int32_t holder = (*spawned)->holder;
  auto taken = take_program(id, start.replace, asked, std::move(**spawned));
  if (!taken) return pass(taken.error());
  return std::optional(holder);
}

/// A program that runs becomes its pane's.
Result<> Server::take_program(model::PaneId id, bool replace, Size asked, keeper::Spawned spawned) {
  model::Pane* pane = model_.pane(id);
  // Its end was told to the keeper, which lets go of the program as this lets go of its terminal.
  if (pane == nullptr) return fail(ErrorCode::not_found, "the pane was closed");
  pane->pid = spawned.pid;
  pane->tty = spawned.tty;
  pane->dead = false;
  panes::PaneIo* io = pane_io(id);
  if (replace && io != nullptr) {
    io->finish();  // not before: a program that cannot be started leaves the one before it alone
    if (io->aside()) {
      pane_modes_->on_terminal_gone(id);
      io->reset_terminal();
    }
    reset_terminal(id);
    io->replace_master(std::move(spawned.master));
  } else {
    auto opened = panes::PaneIo::open(*loop_, id, std::move(spawned.master), std::move(spawned.journal), asked,
                               history_limits(*pane), *this, std::nullopt);
    if (!opened) return pass(opened.error());
    io = opened->get();
    panes_[id] = std::move(*opened);
  }
  if (pane->size != asked) io->resize(pane->size, {});
  if (!spawned.note.empty()) io->announce(spawned.note + "\r\n");
  if (replace) look_at_name(id);
  log::debug("pane {}: started pid {}", id.value, spawned.pid);
  return {};
}

/// The answer to a request that was not waited for.
void Server::on_started(std::uint64_t request, Result<keeper::Spawned> answer) {
  auto node = starting_.extract(request);
  if (node.empty()) {
    // Who asked was told that it failed: nobody would know of this program.
    if (answer && model_.pane(model::PaneId{answer->pane}) != nullptr) {
      signal_pane(model::PaneId{answer->pane}, SIGKILL, keeper::Signal::Whom::session);
    }
    return;
  }
  Starting& start = node.mapped();
  const std::int32_t holder = answer ? answer->holder : -1;
  auto taken = answer ? take_program(start.pane, start.replace, start.asked, std::move(*answer))
                      : Result<>(pass(answer.error()));
  if (panes::PaneIo* io = pane_io(start.pane); taken && io != nullptr && !start.typed.empty()) {
    io->input(start.typed);
  }
  start.done(taken ? Result<std::int32_t>(holder) : pass(taken.error()));
  commands_ran_ = true;
  display_changed();
}

void Server::give_up_start(model::PaneId pane) {
  for (auto it = starting_.begin(); it != starting_.end();) {
    const auto here = it++;
    if (here->second.pane != pane) continue;
    loop_->defer([done = std::move(here->second.done)] { done(fail(ErrorCode::not_found, "the pane was closed")); });
    starting_.erase(here);
  }
}

bool Server::is_starting(model::PaneId pane) const {
  return std::any_of(starting_.begin(), starting_.end(),
                     [pane](const auto& start) { return start.second.pane == pane; });
}

void Server::type_ahead(model::PaneId pane, std::string_view bytes) {
  for (auto& [number, start] : starting_) {
    if (start.pane == pane && start.typed.size() + bytes.size() <= kTypeAhead) start.typed += bytes;
  }
}

Result<> Server::signal_pane(model::PaneId id, int signo, keeper::Signal::Whom whom) {
  return link_.send(keeper::Signal{id.value, signo, whom});
}

void Server::reset_terminal(model::PaneId id) {
  panes::PaneIo* io = pane_io(id);
  const model::Pane* pane = model_.pane(id);
  if (io == nullptr || pane == nullptr) return;
  const std::string title = pane->title;
  if (io->aside()) {
    display_changed();
    pane_modes_->on_terminal_gone(id);
  }
  io->reset_terminal();
  if (!title.empty()) io->announce("\x1b]2;" + title + "\x1b\\");
}

void Server::deal_with_ended_programs() {
  auto ended = std::move(ended_);
  ended_.clear();
  for (const auto& exited : ended) {
    const model::PaneId id{exited.pane};
    if (job_control_->on_exited(exited)) {
      printed_.insert(id);
      continue;
    }
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr || pane->pid != exited.pid) continue;  // respawned, or gone already
    end_pane(id, exited.wait_status, exited.ended);
  }
  for (const auto& emptied : std::exchange(emptied_, {})) job_control_->on_emptied(emptied);
}

void Server::end_pane(model::PaneId id, int wait_status, model::Time ended) {
  model::Pane* pane = model_.pane(id);
  panes::PaneIo* io = pane_io(id);
  if (io != nullptr) io->finish();
  printed_.insert(id);
  log::info("pane {}: the program ended with wait status {:#x}", id.value, wait_status);
  pane->dead_status = wait_status;
  pane->dead_time = ended;
  const std::string remain(pane->options.choice("remain-on-exit"));
  const bool failed = !WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0;
  const auto target = command::find_from_pane(model_, id);
  if (!stopping_ && pane->empty) {
    pane->dead = true;
    pane->pid = -1;
  } else if (!stopping_ && (remain == "on" || (remain == "failed" && failed))) {
    pane->dead = true;
    pane->pid = -1;
    if (io != nullptr) {
      write_death(*pane, *io);
    }
    look_at_name(id);
    queue_->submit_hook("pane-died", target, {}, {{"hook_pane", to_string(id)}});
  } else {
    queue_->submit_hook("pane-exited", target, {}, {{"hook_pane", to_string(id)}});
    model_.destroy_pane(id);
  }
  commands_ran_ = true;
}

void Server::pane_waits(model::PaneId id, int wait_status, model::Time ended) {
  model::Pane* pane = model_.pane(id);
  if (pane == nullptr) return;
  pane->dead = true;
  pane->pid = -1;
  pane->dead_status = wait_status;
  pane->dead_time = ended;
  printed_.insert(id);
  look_at_name(id);
  model_changed();
}

void Server::report(const std::string& text) {
  log::info("{}", text);
  std::vector<model::ClientId> attached;
  for (const auto& [id, client] : clients_) {
    if (client->phase == RemoteClient::Phase::attached) attached.push_back(id);
  }
  if (attached.empty()) {
    log_message(text);
  }
  for (const auto id : attached) host_->show_message(id, text, std::chrono::milliseconds(-1));
  model_changed();
}

void Server::dismiss(const std::function<bool(const RemoteClient&)>& which, int status) {
  for (auto& [id, client] : clients_) {
    if (client->phase != RemoteClient::Phase::attached || !which(*client)) continue;
    detach(*client, protocol::DetachReason::exited, "[exited]", status);
  }
}

void Server::end_server() {
  stopping_ = true;
  for (auto& [id, client] : clients_) {
    if (client->phase == RemoteClient::Phase::attached) {
      detach(*client, protocol::DetachReason::server_exited, "[server exited]");
    }
  }
  saved_sessions_->freeze(SavedSessions::Programs::live, [this] {
    // The answers go out first: the keeper may end this process as soon as the last job is gone.
    loop_->defer([this] {
      for (auto& [id, client] : clients_) {
        if (client->connection) client->connection->flush();
      }
      if (auto sent = link_.send(keeper::End{}); !sent) log::error("{}", sent.error().text);
    });
  });
}

// --- the model's events ---------------------------------------------------------------------------------

void Server::tell_focus(bool of_hook) {
  for (const auto& change : pane_focus_.update(model_)) {
    panes::PaneIo* io = pane_io(change.pane);
    if (io != nullptr && io->screen().modes().focus_events) io->answer(change.focused ? "\x1b[I" : "\x1b[O");
    if (of_hook) continue;
    queue_->submit_hook(change.focused ? "pane-focus-in" : "pane-focus-out",
                        command::find_from_pane(model_, change.pane), {}, {{"hook_pane", to_string(change.pane)}});
  }
}

void Server::follow_model() {
  for (int round = 0; round < kRounds; ++round) {
    session_watch_->sweep();
    auto events = model_.take_events();
    if (events.empty()) return;
    commands_ran_ = true;
    for (const auto& event : events) follow(event);
    // With `status auto` the number of windows and panes decides what is left for them.
    const bool structural = std::any_of(events.begin(), events.end(), [](const model::Event& event) {
      return event.kind != model::Event::Kind::pane_resized && event.kind != model::Event::Kind::window_resized;
    });
    if (structural) model_.recalculate_sizes();
  }
}

void Server::follow(const model::Event& event) {
  using Kind = model::Event::Kind;
  control_clients_->on_event(event);
  command::Target target;
  switch (event.kind) {
    case Kind::pane_closed: {
      saved_sessions_->on_pane_closed(*event.pane);
      give_up_start(*event.pane);
      const auto now = clock().now();
      for (auto& [id, client] : clients_) {
        if (client->direct && client->direct->pane().id() == *event.pane) {
          client->direct->finish(now);
          client->direct.reset();
          client->display_stale = true;
        } else if (client->overlay.kind != Overlay::Kind::none && client->scrollback.shown() == *event.pane) {
          show_last(*client, now);
          client->display_stale = true;
        }
        client->scrollback.forget(*event.pane);
      }
      pane_modes_->on_pane_closed(*event.pane);
      synchronized_panes_.forget(*event.pane);
      starved_.erase(*event.pane);
      if (panes_.erase(*event.pane) > 0) {
        signal_pane(*event.pane, SIGHUP, keeper::Signal::Whom::session);
        signal_pane(*event.pane, SIGCONT, keeper::Signal::Whom::session);
      }
      // A job's program is remembered until its exit was recorded.
      if (job_control_->on_pane_closed(*event.pane)) break;
      if (auto sent = link_.send(keeper::Forget{event.pane->value}); !sent) log::error("{}", sent.error().text);
      break;
    }
    case Kind::pane_resized: {
      const model::Pane* pane = model_.pane(*event.pane);
      panes::PaneIo* io = pane_io(*event.pane);
      if (pane != nullptr && io != nullptr) {
        os::PixelSize pixels;
        if (const auto* latest = model_.latest_client(); latest != nullptr && latest->xpixel > 0) {
          pixels.width = static_cast<std::uint16_t>(latest->xpixel * pane->size.cols);
          pixels.height = static_cast<std::uint16_t>(latest->ypixel * pane->size.rows);
        }
        io->resize(pane->size, pixels);
        pane_modes_->on_pane_resized(pane->id, pane->size);
        for (auto& [id, client] : clients_) {
          if (client->direct && &client->direct->pane() == io) redraw(*client);
        }
      }
      break;
    }
    case Kind::client_detached:
      session_watch_->on_left();
      break;
    case Kind::client_session_changed:
      session_watch_->on_left();
      session_watch_->on_activity(*event.session);
      break;
    case Kind::session_closed:
      session_watch_->on_closed(*event.session);
      break;
    case Kind::client_session_lost:
      session_watch_->on_left();
      if (RemoteClient* gone = client(*event.client)) {
        detach(*gone, stopping_ ? protocol::DetachReason::server_exited : protocol::DetachReason::exited,
               stopping_ ? "[server exited]" : "[exited]");
      }
      break;
    case Kind::window_pane_changed:
    case Kind::pane_moved:
      // A swap reports the pane that came, and the window where it is.
      if (event.pane) look_at_name(*event.pane);
      break;
    default:
      break;
  }
  display_changed();
  if (const auto name = model::hook_name(event.kind); event.hooks && !name.empty()) {
    if (event.pane && model_.pane(*event.pane) != nullptr) {
      target = command::find_from_pane(model_, *event.pane);
    } else if (event.window && model_.window(*event.window) != nullptr) {
      target = command::find_from_window(model_, *event.window);
    } else if (event.session && model_.session(*event.session) != nullptr) {
      target = command::find_from_session(model_, *event.session);
    }
    const bool alive = event.client && model_.client(*event.client) != nullptr;
    queue_->submit_hook(name, target, alive ? event.client : std::nullopt, hook_variables(model_, event));
  }
}

bool Server::has_job_or_start(const model::Session& session) const {
  for (const auto& [index, link] : session.windows) {
    const model::Window* window = model_.window(link.window);
    for (const auto pane : window->panes) {
      if (job_control_->owns(pane) || is_starting(pane)) return true;
    }
  }
  return false;
}

void Server::expect_starter() {
  if (!std::exchange(had_client_, true) && !may_leave_) first_client_timer_->start(kStarterLimit);
}

void Server::leave_if_empty() {
  if (!model_.sessions().empty()) {
    left_ = false;
    may_leave_ = true;
    first_client_timer_->stop();
  }
  if (stopping_ || left_ || !may_leave_ || !clients_.empty()) return;
  const bool unattached = model_.server_options().flag("exit-unattached");
  if (!unattached && (!model_.sessions().empty() || !model_.server_options().flag("exit-empty"))) return;
  if (!queue_->idle() || queue_->configuring() || shells_->busy() || job_control_->busy()) return;
  if (unattached && !model_.sessions().empty()) return end_server();
  left_ = true;
  log::info("nothing is left: the daemon ends");
  // Who connects now finds the next daemon, instead of this one in its last moments. (The keeper stays when a program
  // is still dying: then connections are taken again.)
  listener_watch_->want(false, false);
  accept_timer_->start(kLeaving);
  if (auto sent = link_.send(keeper::Leave{}); !sent) loop_->stop();
}

// --- configuration and checkpoint -----------------------------------------------------------------------

void Server::load_configuration() {
  for (const auto& variable : os::current_environment()) {
    if (!is_internal(std::string_view(variable).substr(0, variable.find('=')))) model_.environment().put(variable);
  }
  // The user's shell as the login gave it, else the one of the password file.
  const auto shell = model_.environment().value("SHELL").value_or("");
  static_cast<void>(model_.session_options().set("default-shell", is_usable_shell(shell) ? shell : facts_.shell));
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (const auto editor = model_.environment().value(name); editor && !editor->empty()) {
      static_cast<void>(model_.server_options().set("editor", *editor));
      break;
    }
  }
  queue_->begin_configuration();
  const bool given = !start_.config_files.empty();
  const auto files = given ? start_.config_files
                           : std::vector<std::string>{"/etc/sess.conf", start_.config_directory + "/sess.conf"};
  for (const auto& path : files) {
    auto text = os::read_file(path, kConfigLimit);
    if (!text) {
      const int reason = text.error().sys_errno;
      if (given || reason != ENOENT) {
        queue_->add_config_error(reason != 0 ? fmt::format("{}: {}", path, std::strerror(reason)) : text.error().text);
      }
      continue;
    }
    facts_.config_files.push_back(path);
    queue_->submit_config(path, std::move(*text));
  }
  queue_->end_configuration([this] {
    model_changed();
    job_control_->begin();
  });
}

void Server::take_errors() {
  for (std::string& text : queue_->take_config_errors()) {
    log::warn("{}", text);
    log_message(text);
    if (errors_to_show_.size() < kErrorsShown) errors_to_show_.push_back(std::move(text));
    commands_ran_ = true;
  }
  if (errors_to_show_.empty()) return;
  for (const auto& [id, client] : clients_) {
    if (client->phase != RemoteClient::Phase::attached) continue;
    for (const auto& text : std::exchange(errors_to_show_, {})) {
      if (control_clients_->has(id)) {
        control_clients_->notify(id, "%config-error " + text);
      } else {
        host_->show_text(id, text);
      }
    }
    return;
  }
}

void Server::save_model() {
  if (!commands_ran_) return;
  commands_ran_ = false;
  saved_sessions_->model_changed();
  store::SavedState state;
  state.clients = saved_clients_;
  for (const auto& [id, client] : clients_) {
    const model::Client* seen = model_.client(id);
    if (seen == nullptr || !seen->session || seen->control) continue;
    state.clients.push_back(saved_form(*client, *seen));
  }
  state.jobs = job_control_->save();
  state.configured = true;
  state.configuring = queue_->configuring();
  state.config_files = facts_.config_files;
  const auto saved = store_->save({model_, keys_, queue_->buffers(), messages_}, state);
  // Once, and again when it has worked in between.
  if (!saved && !std::exchange(unsaved_, true)) {
    report(fmt::format("what changes now does not survive a crash of the server: {}", saved.error().text));
  }
  if (saved) unsaved_ = false;
}

void Server::log_message(std::string_view text) {
  messages_.add(fmt::format("{}: {}", facts_.user, text),
                static_cast<std::size_t>(model_.server_options().number("message-limit")));
}

}  // namespace sess::server
