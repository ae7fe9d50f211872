#include "keeper/keeper.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "base/check.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "keeper/handover.hpp"
#include "keeper/probation.hpp"
#include "keeper/program_table.hpp"
#include "keeper/restart_policy.hpp"
#include "keeper/server_process.hpp"
#include "keeper/socket_file.hpp"
#include "keeper/upgrade.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "os/memory/shared.hpp"
#include "os/programs/child_slots.hpp"
#include "os/signals.hpp"
#include "os/socket.hpp"

namespace sess::keeper {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAfterKill{2000};     // for children to be reaped after SIGKILL
constexpr milliseconds kUpgradeLimit{1000};  // for the server's checkpoint before an exec
constexpr milliseconds kForkRetry{500};
constexpr int kMostProofs = 5;
constexpr int kMostRefused = 100;  // in one turn
constexpr std::size_t kRefusedBytes = 64 * 1024;

/// The server is the one that can be replaced: when memory runs out it goes first.
void prefer_as_oom_victim() {
  UniqueFd fd(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
  if (!fd) return;
  auto now = os::read_all(fd.get(), 16);
  if (!now) return;
  constexpr long kWorst = 1000;  // proc(5), oom_score_adj
  const std::string score = std::to_string(std::min(std::strtol(now->c_str(), nullptr, 10) + 100, kWorst));
  (void)!pwrite(fd.get(), score.data(), score.size(), 0);
}

/// What the keeper before wrote down for the one after it; from the file's beginning, however often.
Result<Handover> read_handover(const UniqueFd& state) {
  constexpr std::size_t kMostState = 64U << 20U;
  lseek(state.get(), 0, SEEK_SET);
  auto bytes = os::read_all(state.get(), kMostState);
  return bytes ? decode_handover(*bytes) : Result<Handover>(pass(bytes.error()));
}

}  // namespace

class Keeper::Impl final : public ProgramTable::Observer, public ServerProcess::Owner {
 public:
  Impl(std::unique_ptr<os::Loop> loop, KeeperOptions options, Claim claim, os::SharedMemory model);

  Result<> open(UniqueFd inherited);
  /// `failure`: why code that this one is back in the place of did not come up.
  void resume(Handover state, std::string failure);
  void set_ready(os::ReadyPipe ready) { options_.ready = std::move(ready); }
  int run();

 private:
  /// What the daemon is doing about its own end. It only moves forward.
  enum class Phase { running, hanging_up, killing, closing, done };

  void prove_code();
  void start_server();
  [[noreturn]] void become_server(UniqueFd socket);
  [[nodiscard]] std::deque<ToServer> hand_everything_over();
  void schedule_server(milliseconds pause);
  void cannot_start(const std::string& reason);
  void refuse_clients(milliseconds pause);
  [[nodiscard]] bool refuse_waiting(const std::string& text);

  void reap();
  void leave_if_wanted();
  void on_ring();
  void on_upgrade_wanted();
  void upgrade_when_ready();
  void on_listener_replaced();

  void begin_end();
  void hang_up_all();
  void kill_all();
  void close_down(int status);
  void finish();
  void on_end_timer();

  void on_message(ToKeeper message) override;
  void on_server_died(Death death, std::chrono::nanoseconds lived) override;
  void on_start_decided() override;
  void on_spawned(std::uint64_t request, std::uint64_t server, const std::string& note,
                  const Program& program) override;
  void on_spawn_failed(std::uint64_t server, SpawnFailed failure) override;
  void on_exited(const Program& program) override;
  void on_emptied(const Program& program) override;
  void on_none_left() override;

  std::unique_ptr<os::Loop> loop_;
  KeeperOptions options_;
  os::SharedMemory model_;
  SocketFile socket_;
  ProgramTable table_;
  ServerProcess server_;
  RestartPolicy policy_;
  os::Timer restart_timer_;
  os::Timer presume_timer_;               // for what is just being started before an exec
  std::unique_ptr<os::FdWatch> refused_;  // clients that come while servers fail
  os::Timer end_timer_;
  std::vector<std::unique_ptr<os::SignalWatch>> signals_;
  os::SpareDescriptor spare_;
  Phase phase_ = Phase::running;
  Death last_death_;
  std::uint64_t start_count_ = 0;
  bool start_wanted_ = true;
  bool settle_first_ = false;
  bool settling_ = false;      // the next server waits for programs that are being started
  bool leave_wanted_ = false;  // the server said Leave; a Spawn takes it back
  bool upgrade_wanted_ = false;
  std::string not_upgraded_;         // why the last upgrade did not take place
  bool proving_ = false;             // this code is on probation
  std::vector<ToKeeper> held_back_;  // while it is
  int exit_status_ = 0;
};

Keeper::Impl::Impl(std::unique_ptr<os::Loop> loop, KeeperOptions options, Claim claim, os::SharedMemory model)
    : loop_(std::move(loop)),
      options_(std::move(options)),
      model_(std::move(model)),
      socket_(*loop_, options_.paths, std::move(claim), [this] { on_listener_replaced(); }),
      table_(*loop_, *this, os::Clock::real()),
      server_(*loop_, *this, os::Clock::real(), {options_.still_limit, options_.hang_limit}),
      policy_(options_.early_death, options_.first_backoff, options_.longest_backoff),
      restart_timer_(*loop_,
                     [this] {
                       if (std::exchange(settling_, false)) table_.presume_started();
                       start_wanted_ = true;
                       loop_->stop();
                     }),
      presume_timer_(*loop_,
                     [this] {
                       table_.presume_started();
                       loop_->stop();
                     }),
      end_timer_(*loop_, [this] { on_end_timer(); }) {
  for (const int signo : {SIGPIPE, SIGHUP, SIGXFSZ}) os::ignore_signal(signo);
  const auto watch = [&](int signo, std::function<void()> action) {
    signals_.push_back(std::make_unique<os::SignalWatch>(*loop_, signo, std::move(action)));
  };
  watch(SIGCHLD, [this] { reap(); });
  watch(SIGTERM, [this] { begin_end(); });
  watch(SIGINT, [this] { begin_end(); });
  watch(SIGUSR1, [this] { on_ring(); });
  watch(SIGUSR2, [this] { on_upgrade_wanted(); });
}

Result<> Keeper::Impl::open(UniqueFd inherited) {
  if (inherited) {
    socket_.adopt(std::move(inherited), std::nullopt);
  } else if (auto bound = socket_.bind(); !bound) {
    return bound;
  }
  return {};
}

void Keeper::Impl::resume(Handover state, std::string failure) {
  not_upgraded_ = std::move(failure);
  socket_.adopt(std::move(state.listener), state.facts.socket_identity);
  for (auto& program : state.programs) table_.adopt(std::move(program));
  for (const pid_t pid : state.facts.forgotten) table_.adopt_forgotten(pid);
  start_count_ = state.facts.start_count;
  last_death_ = {Death::Kind::upgraded, 0};
}

int Keeper::Impl::run() {
  os::unblock_all_signals();
  prctl(PR_SET_NAME, "sessd: keeper");
  if (Probation::lasts()) prove_code();
  options_.ready.report(0);
  options_.notifier.notify(
      fmt::format("READY=1\nMAINPID={}\nSTATUS=listening on {}", getpid(), options_.paths.socket_path()));
  reap();  // a child may have ended while no handler stood
  while (phase_ != Phase::done) {
    if (start_wanted_) start_server();
    if (upgrade_wanted_) upgrade_when_ready();
    loop_->run();
  }
  return exit_status_;
}

/// Behind exec: nothing is reaped, read or acted on until the first server has answered, so that the state
/// that was written down stays true for the code before.
void Keeper::Impl::prove_code() {
  proving_ = true;
  for (int tries = 0; tries < kMostProofs; ++tries) {
    held_back_.clear();
    start_server();
    if (server_.prove()) break;
    start_wanted_ = true;
    if (RestartPolicy::cause_of(last_death_) == RestartPolicy::Cause::outside)
      continue;  // says nothing about the code
    const std::string why = fmt::format("its server {}", to_text(last_death_));
    log::error("this code does not come up: {}; the code before goes on", why);
    Probation::fall_back(why.c_str());
    break;
  }
  Probation::end();
  proving_ = false;
  for (auto& message : std::exchange(held_back_, {})) on_message(std::move(message));
}

// ---- the server -------------------------------------------------------------------------------------------

void Keeper::Impl::start_server() {
  start_wanted_ = false;
  refused_.reset();
  if (phase_ != Phase::running || server_.running() || upgrade_wanted_) return;
  if (std::exchange(settle_first_, false) && table_.starting()) {
    // A server that is handed a pane without its program takes it for a start that failed, and a job's
    // program would run twice: what is held up by then is handed to it as a program that runs.
    settling_ = true;
    log::debug("the next server waits for programs that are being started");
    return restart_timer_.start(options_.settle_limit);
  }
  auto pair = os::open_socket_pair(SOCK_STREAM);
  if (!pair) return cannot_start(pair.error().text);
  ++start_count_;
  const os::SignalBlock blocked;
  const pid_t pid = fork();
  if (pid == 0) {
    pair->first.reset();
    become_server(std::move(pair->second));
  }
  if (pid < 0) return cannot_start(fmt::format("fork: {}", std::strerror(errno)));
  log::info("server {} started, pid {} (before: {})", start_count_, pid, to_text(last_death_));
  server_.started(pid, std::move(pair->first));
}

/// Tries again soon, and tells those who wait meanwhile.
void Keeper::Impl::cannot_start(const std::string& reason) {
  log::error("cannot start a server: {}", reason);
  schedule_server(kForkRetry);
  (void)refuse_waiting("the daemon cannot start its server: processes or memory are used up; it tries again");
}

/// Until the next start: who waits, and who comes.
void Keeper::Impl::refuse_clients(milliseconds pause) {
  std::string text = fmt::format(
      "the server does not come up: {} in a row failed, the last one: {}; programs go on, and it is tried "
      "again within {} ms; log: {}; kill {} ends the daemon and all its programs",
      policy_.failed_starts(), to_text(last_death_), pause.count(), options_.paths.log_path(), getpid());
  if (!options_.upgrade_command.empty()) {
    text += fmt::format(", kill -USR2 {} lets {} take over", getpid(), options_.upgrade_command[0]);
  }
  if (!refuse_waiting(text)) return;
  refused_ = std::make_unique<os::FdWatch>(*loop_, socket_.listener(), [this, text](bool, bool) {
    if (!refuse_waiting(text)) refused_->want(false, false);
  });
  refused_->want(true, false);
}

/// Nobody who has an attachment takes this for its end. False: nobody can be told.
bool Keeper::Impl::refuse_waiting(const std::string& text) {
  if (!options_.refusal) return false;
  const std::string refusal = options_.refusal(text);
  for (int i = 0; i < kMostRefused; ++i) {
    spare_.give_up();
    auto client = os::accept_connection(socket_.listener());
    const bool came = client && *client;
    if (came) {
      (void)os::send_with_fds((**client).get(), refusal, {});
      // What it said is taken, else the kernel reports a reset instead of the answer.
      (void)os::receive_with_fds((**client).get(), kRefusedBytes, os::Wait::no);
      client->reset();
    }
    spare_.refill();
    if (!came) return client.has_value();
  }
  return true;
}

/// In the server process: everything of the keeper goes, or goes to the server.
void Keeper::Impl::become_server(UniqueFd socket) {
  Probation::end();
  loop_->abandon_after_fork();
  os::reset_signal_dispositions();
  for (const int signo : {SIGPIPE, SIGHUP, SIGXFSZ}) os::ignore_signal(signo);
  setpgid(0, 0);  // Ctrl-C on a terminal that runs sessd --foreground is the keeper's business
  prctl(PR_SET_NAME, "sessd: server");
  prefer_as_oom_victim();
  auto messages = hand_everything_over();
  SESS_FAULT("hand-over", start_count_);
  const ServerMain server_main = std::move(options_.server_main);
  const auto open_log = std::move(options_.open_log);
  const os::RuntimePaths paths = options_.paths;
  delete this;  // closes what was not handed over: lock, directory, watches
  if (open_log) open_log(paths);
  os::unblock_all_signals();
  _exit(server_main(ServerLink(std::move(socket), std::move(messages))));
}

std::deque<ToServer> Keeper::Impl::hand_everything_over() {
  Start start;
  start.previous = last_death_;
  start.start_count = start_count_;
  start.name = options_.paths.name;
  start.socket_path = options_.paths.socket_path();
  start.socket_directory = options_.paths.socket_directory;
  start.private_directory = options_.paths.private_directory;
  start.state_directory = options_.paths.state_directory;
  start.config_directory = options_.paths.config_directory;
  start.config_files = options_.config_files;
  start.verbosity = static_cast<std::uint8_t>(options_.verbosity);
  start.foreground = options_.foreground;
  start.boot = options_.boot;
  if (!options_.upgrade_command.empty()) start.program = options_.upgrade_command[0];
  start.not_upgraded = not_upgraded_;
  start.listener = socket_.take_listener();
  start.model = model_.take_fd();
  std::deque<ToServer> messages;
  messages.emplace_back(std::move(start));
  for (auto& [pane, program] : table_.take()) messages.emplace_back(std::move(program));
  messages.emplace_back(Ready{});
  return messages;
}

void Keeper::Impl::schedule_server(milliseconds pause) {
  if (pause.count() == 0) {
    start_wanted_ = true;
    loop_->stop();
  } else {
    restart_timer_.start(pause);
  }
}

void Keeper::Impl::on_server_died(Death death, std::chrono::nanoseconds lived) {
  const bool clean = death.kind == Death::Kind::exited && death.detail == 0;
  if (proving_) {
    last_death_ = death;
    return;
  }
  if (phase_ == Phase::closing) return finish();
  if (phase_ == Phase::hanging_up) hang_up_all();  // nobody is left to stop jobs in their own ways
  if (phase_ != Phase::running) return;
  leave_wanted_ = false;  // the next server says it again if it still holds
  log::warn("the server {}", to_text(death));
  last_death_ = death;
  if (upgrade_wanted_) {
    loop_->stop();
    return;
  }
  settle_first_ = true;
  const auto pause = policy_.after_death(lived, RestartPolicy::cause_of(death));
  if (policy_.failed_starts() >= options_.give_up_after && table_.empty()) {
    log::error("{} servers in a row failed and no program is alive: giving up", policy_.failed_starts());
    return close_down(clean ? 0 : 1);
  }
  schedule_server(pause);
  if (policy_.failed_starts() >= options_.tell_after) refuse_clients(pause);
}

void Keeper::Impl::on_message(ToKeeper message) {
  if (proving_) return held_back_.push_back(std::move(message));
  if (auto* spawn = std::get_if<Spawn>(&message)) {
    if (phase_ != Phase::running) {
      return on_spawn_failed(start_count_, {spawn->request, spawn->pane, ESHUTDOWN, "the daemon is ending"});
    }
    leave_wanted_ = false;
    table_.start(*spawn, start_count_);
  } else if (const auto* forget = std::get_if<Forget>(&message)) {
    table_.forget(forget->pane);
  } else if (const auto* signal = std::get_if<Signal>(&message)) {
    table_.signal(*signal);
  } else if (std::holds_alternative<End>(message)) {
    if (phase_ == Phase::running) begin_end();
  } else if (std::holds_alternative<Leave>(message)) {
    // A program that was just hung up may take a moment: it is reaped first.
    leave_wanted_ = phase_ == Phase::running;
    leave_if_wanted();
  } else if (std::holds_alternative<Upgrade>(message)) {
    on_upgrade_wanted();
  } else if (const auto* ends = std::get_if<EndsWithin>(&message)) {
    if (phase_ != Phase::hanging_up) return;
    end_timer_.start(ends->time);
    options_.notifier.notify(fmt::format("EXTEND_TIMEOUT_USEC={}",
                                         std::chrono::microseconds(ends->time + kAfterKill * 2).count()));
  }
}

// ---- programs ---------------------------------------------------------------------------------------------

void Keeper::Impl::reap() {
  int status = 0;
  rusage usage{};
  while (true) {
    table_.send_wanted();
    const pid_t pid = wait4(-1, &status, WNOHANG, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) break;
    if (!server_.reaped(pid, status)) table_.reaped(pid, status, usage);
  }
  leave_if_wanted();
}

void Keeper::Impl::leave_if_wanted() {
  if (leave_wanted_ && phase_ == Phase::running && !table_.has_children()) close_down(0);
}

/// The next server, or the next code, may have waited for it.
void Keeper::Impl::on_start_decided() {
  if (table_.starting()) return;
  if (upgrade_wanted_) loop_->stop();
  if (!std::exchange(settling_, false)) return;
  restart_timer_.stop();
  schedule_server(milliseconds(0));
}

void Keeper::Impl::on_spawned(std::uint64_t request, std::uint64_t server, const std::string& note,
                              const Program& program) {
  log::info("pane {}: pid {} on {}", program.pane, program.pid, program.tty);
  auto master = os::duplicate(program.master.get());
  auto journal = os::duplicate(program.journal.get());
  if (!master || !journal) {
    // Whoever cannot be given a terminal is not kept: nobody would ever see it.
    const auto& error = master ? journal.error() : master.error();
    const SpawnFailed failure{request, program.pane, error.sys_errno, error.text};
    table_.signal({program.pane, SIGHUP, Signal::Whom::session});
    table_.forget(program.pane);
    return on_spawn_failed(server, failure);
  }
  if (server == start_count_) {
    Spawned out;
    out.request = request;
    out.pane = program.pane;
    out.pid = program.pid;
    out.tty = program.tty;
    out.note = note;
    out.started = program.started;
    out.master = std::move(*master);
    out.journal = std::move(*journal);
    out.holder = program.holder;
    return server_.send(std::move(out));
  }
  // The server that asked is gone, and the present one was started before there was anything to hand over.
  Program out;
  out.pane = program.pane;
  out.pid = program.pid;
  out.tty = program.tty;
  out.program = program.program;
  out.started = program.started;
  out.master = std::move(*master);
  out.journal = std::move(*journal);
  out.holder = program.holder;
  server_.send(std::move(out));
}

void Keeper::Impl::on_spawn_failed(std::uint64_t server, SpawnFailed failure) {
  log::info("pane {}: {}", failure.pane, failure.text);
  if (server == start_count_) server_.send(std::move(failure));
}

void Keeper::Impl::on_exited(const Program& program) {
  log::info("pane {}: pid {} ended, status {:#x}", program.pane, program.pid, program.wait_status);
  server_.send(Exited{program.pane, program.pid, program.wait_status, program.usage, program.ended,
                      program.holder > 0});
}

void Keeper::Impl::on_emptied(const Program& program) {
  log::info("pane {}: nothing is left of pid {}", program.pane, program.pid);
  server_.send(Emptied{program.pane, program.pid});
}

void Keeper::Impl::on_none_left() {
  if (phase_ == Phase::hanging_up || phase_ == Phase::killing) close_down(0);
}

// ---- rings ------------------------------------------------------------------------------------------------

void Keeper::Impl::on_ring() {
  if (phase_ != Phase::running) return;
  socket_.check();
  server_.ping();
}

void Keeper::Impl::on_listener_replaced() {
  refused_.reset();
  auto copy = os::duplicate(socket_.listener());
  if (!copy) return server_.cannot_tell(copy.error());
  server_.send(Listener{std::move(*copy)});
}

// ---- the end ----------------------------------------------------------------------------------------------

void Keeper::Impl::begin_end() {
  if (phase_ == Phase::hanging_up) return kill_all();
  if (phase_ != Phase::running) return;
  log::info("ending: hanging up on all programs");
  phase_ = Phase::hanging_up;
  upgrade_wanted_ = false;
  presume_timer_.stop();
  refused_.reset();
  restart_timer_.stop();
  options_.notifier.notify("STOPPING=1");
  server_.send(Stop{});
  if (!table_.has_children()) return close_down(0);
  if (!server_.running()) return hang_up_all();
  // A stopped program must wake up to see the hang-up. Held ones are the server's to stop.
  table_.signal_all({SIGHUP, SIGCONT}, ProgramTable::Which::plain);
  end_timer_.start(options_.grace);
}

void Keeper::Impl::hang_up_all() {
  table_.signal_all({SIGHUP, SIGCONT});
  end_timer_.start(options_.grace);
}

void Keeper::Impl::kill_all() {
  log::info("ending: killing what is left");
  phase_ = Phase::killing;
  table_.signal_all({SIGKILL});
  end_timer_.start(kAfterKill);
}

void Keeper::Impl::on_end_timer() {
  if (phase_ == Phase::hanging_up) {
    kill_all();
  } else if (phase_ == Phase::killing) {
    log::error("some programs survive SIGKILL (blocked in the kernel): leaving them");
    close_down(0);
  }
}

/// The name goes first, so that whoever comes now starts a new daemon; then the server, then this process.
void Keeper::Impl::close_down(int status) {
  if (phase_ == Phase::closing || phase_ == Phase::done) return;
  phase_ = Phase::closing;
  exit_status_ = status;
  end_timer_.stop();
  restart_timer_.stop();
  refused_.reset();
  socket_.remove();
  if (!server_.running()) return finish();
  server_.close_link(options_.server_leaves);
}

void Keeper::Impl::finish() {
  log::info("ended with status {}", exit_status_);
  phase_ = Phase::done;
  loop_->stop();
}

// ---- replacing the code -----------------------------------------------------------------------------------

void Keeper::Impl::on_upgrade_wanted() {
  if (upgrade_wanted_) return;
  const auto refuse = [this](const std::string& text) {
    log::error("not replacing this code: {}", text);
    server_.send(NotUpgraded{text});
  };
  if (phase_ != Phase::running) return refuse("the daemon is ending");
  if (options_.upgrade_command.empty()) return refuse("the daemon does not know where it is installed");
  if (auto works = check_upgrade(options_.upgrade_command[0]); !works) return refuse(works.error().text);
  not_upgraded_.clear();
  log::info("replacing this code by {}", options_.upgrade_command[0]);
  upgrade_wanted_ = true;
  server_.end_for_upgrade(kUpgradeLimit);
  loop_->stop();
}

/// Between turns, once nothing is half done. Comes back only when exec failed.
void Keeper::Impl::upgrade_when_ready() {
  if (server_.running()) return;
  // A start that is held up is handed on as a program that runs: nobody waits for who knows how long.
  if (table_.starting()) return presume_timer_.start(options_.settle_limit);
  presume_timer_.stop();
  HandoverFacts facts;
  facts.paths = options_.paths;
  facts.config_files = options_.config_files;
  facts.verbosity = static_cast<std::uint8_t>(options_.verbosity);
  facts.foreground = options_.foreground;
  facts.notify_address = options_.notifier.address();
  facts.descriptor_limit = os::original_descriptor_limit();
  facts.start_count = start_count_;
  facts.socket_identity = socket_.identity();
  facts.forgotten = table_.forgotten();
  const HandoverFds fds{socket_.claim().directory.get(), socket_.claim().lock.fd(), socket_.listener(),
                        model_.fd()};
  const auto state = encode_handover(facts, fds, table_.programs());
  const auto kept = handover_descriptors(fds, table_.programs());
  // Behind exec there is no way back: whoever cannot read the state would end with everything in it.
  if (auto able = check_resume(options_.upgrade_command, state, kept); !able) {
    not_upgraded_ = able.error().text;
  } else {
    not_upgraded_ = exec_upgrade(options_.upgrade_command, state, kept).text;
  }
  log::error("not replacing this code: {}", not_upgraded_);
  upgrade_wanted_ = false;
  start_wanted_ = true;
  start_server();
}

// ---- construction -----------------------------------------------------------------------------------------

Keeper::Keeper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Keeper::~Keeper() = default;

int Keeper::run() {
  return impl_->run();
}

Result<std::unique_ptr<Keeper>> Keeper::open(KeeperOptions options, Claim claim, UniqueFd inherited) {
  os::reserve_child_slots();  // while low numbers are free
  if (options.open_log) options.open_log(options.paths);
  os::ReadyPipe ready = std::move(options.ready);
  const auto refuse = [&](const Error& error) {
    log::error("{}", error.text);
    ready.report(1, error.text);
    return pass(error);
  };
  auto loop = os::Loop::open();
  if (!loop) return refuse(loop.error());
  auto model = os::SharedMemory::create("sess-model", 0);
  if (!model) return refuse(model.error());
  auto impl =
      std::make_unique<Impl>(std::move(*loop), std::move(options), std::move(claim), std::move(*model));
  if (auto opened = impl->open(std::move(inherited)); !opened) return refuse(opened.error());
  impl->set_ready(std::move(ready));
  return std::unique_ptr<Keeper>(new Keeper(std::move(impl)));
}

Result<> Keeper::can_resume(UniqueFd state) {
  auto handover = read_handover(state);
  if (!handover) return pass(handover.error());
  auto loop = os::Loop::open();
  if (!loop) return pass(loop.error());
  auto model = os::SharedMemory::adopt(std::move(handover->model));
  return model ? Result<>() : pass(model.error());
}

Result<std::unique_ptr<Keeper>> Keeper::resume(KeeperOptions options, UniqueFd state) {
  auto handover = read_handover(state);
  const auto refuse = [&](const Error& error) {
    Probation::fall_back(error.text.c_str());  // while all descriptors are open
    return pass(error);
  };
  if (!handover) return refuse(handover.error());
  auto kept = descriptors_of(*handover);
  kept.insert(kept.end(), {state.get(), Probation::descriptor()});
  os::close_other_descriptors(kept);
  os::reserve_child_slots();
  Probation::hold(std::move(state));
  auto loop = os::Loop::open();
  if (!loop) return refuse(loop.error());
  auto memory = os::duplicate(handover->model.get());
  if (!memory) return refuse(memory.error());
  auto model = os::SharedMemory::adopt(std::move(*memory));
  if (!model) return refuse(model.error());
  Probation::hold(std::move(handover->model));
  SESS_FAULT("keeper-resume");
  const auto& facts = handover->facts;
  options.paths = facts.paths;
  options.config_files = facts.config_files;
  options.verbosity = facts.verbosity;
  options.foreground = facts.foreground;
  options.notifier = os::Notifier(facts.notify_address);
  os::set_original_descriptor_limit(facts.descriptor_limit);
  if (options.open_log) options.open_log(options.paths);
  const auto failure = Probation::take_failure();
  if (!failure.empty())
    log::error("the code that replaced this one did not come up: {}; this one is back", failure);
  const int directory = handover->directory.get();
  Claim claim{std::move(handover->directory),
              os::LockFile::adopt(std::move(handover->lock), directory, facts.paths.lock_name)};
  auto impl =
      std::make_unique<Impl>(std::move(*loop), std::move(options), std::move(claim), std::move(*model));
  impl->resume(std::move(*handover), failure);
  return std::unique_ptr<Keeper>(new Keeper(std::move(impl)));
}

}  // namespace sess::keeper
