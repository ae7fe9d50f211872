#include "server/server.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "server/facts.hpp"
#include "server/run.hpp"

namespace sess::server {
namespace {

/// Commands, hooks and what follows from them in one turn; beyond it they go on in the next.
constexpr int kRounds = 16;

}  // namespace

int run(keeper::ServerLink link) {
  auto server = Server::open(std::move(link));
  if (!server) {
    log::error("the server cannot start: {}", server.error().text);
    return 1;
  }
  return (*server)->run();
}

Result<std::unique_ptr<Server>> Server::open(keeper::ServerLink link) {
  auto loop = os::Loop::open();
  if (!loop) return pass(loop.error());
  keeper::Start start;
  std::vector<keeper::Program> programs;
  for (bool ready = false; !ready;) {
    auto message = link.receive();
    if (!message) return pass(message.error());
    if (auto* first = std::get_if<keeper::Start>(&*message)) {
      start = std::move(*first);
    } else if (auto* program = std::get_if<keeper::Program>(&*message)) {
      programs.push_back(std::move(*program));
    } else {
      ready = std::holds_alternative<keeper::Ready>(*message);
    }
  }
  SESS_FAULT("start", start.start_count);
  log::info("server {} starts; the one before: {}; {} programs", start.start_count, to_text(start.previous),
            programs.size());
  auto store = store::ModelStore::open(std::move(start.model));
  if (!store) return pass(store.error());
  return std::unique_ptr<Server>(new Server(
      {std::move(link), std::move(start), std::move(programs), std::move(*loop), std::move(*store)}));
}

Server::Server(Given given)
    : link_(std::move(given.link)),
      start_(std::move(given.start)),
      loop_(std::move(given.loop)),
      clock_(os::Clock::real()),
      facts_(server_facts(start_, clock_)),
      tmux_link_(start_, facts_),
      keys_(input::KeyTables::with_defaults()),
      queue_(model_, ports_),
      shells_(*loop_),
      control_clients_(
          {*loop_, model_, [this](model::PaneId id) { return terminals_.find(id); },
           [this]() -> command::Queue& { return queue_; },
           [this](model::ClientId id) { clients_.detach(id, command::DetachReason::detached); }}),
      session_watch_(*loop_, model_,
                     {[this](model::ClientId id) { clients_.lock(id); },
                      [this](const model::Session& session) {
                        return daemon_.stopping() || has_job_or_start(session);
                      }}),
      checkpoint_(std::move(given.store), model_, keys_, queue_, message_log_),
      agent_(start_),
      starts_({*loop_, link_, agent_, peers::kForCommands, [this] { checkpoint_.save(); }}),
      limits_(model_, terminals_),
      pane_modes_({clock_, model_, keys_, queue_, remote_, control_clients_, terminals_, shells_, messages_}),
      messages_(model_, remote_, control_clients_, checkpoint_, pane_modes_, message_log_, facts_.user),
      alerts_(*loop_, clock_, model_, queue_, remote_, messages_),
      names_(*loop_, model_, queue_),
      programs_({*loop_, clock_, model_, link_, queue_, terminals_, reports_, checkpoint_, remote_, starts_,
                 limits_, names_, pane_modes_, identities_}),
      reports_({model_, queue_, remote_, terminals_, shells_, checkpoint_, messages_, alerts_, clients_,
                names_, jobs_, saved_sessions_, start_}),
      pane_commands_(model_, facts_, terminals_, shells_, remote_, starts_, limits_, pane_modes_),
      status_commands_(clock_, model_, facts_, shells_, [this] { remote_.redraw_all(); }),
      files_(*loop_, model_, remote_, facts_.home),
      identities_(model_, remote_, terminals_),
      clients_({*loop_, clock_, model_, queue_, remote_, terminals_, checkpoint_, messages_, agent_,
                control_clients_, display_, identities_, pane_modes_},
               {[this] {
                  const std::string saved = saved_sessions_.take_announcement();
                  const std::string missed = jobs_.note_on_coming();
                  return saved + (saved.empty() || missed.empty() ? "" : "; ") + missed;
                },
                [this](const std::string& job) { return jobs_.note_on_leaving(job); },
                [this](const std::string& job) { return jobs_.note_on_end(job); },
                [this](const std::string& job) { return jobs_.status_for(job); },
                [this](RemoteClient& client) { popups_.close(client); }}),
      display_(*loop_, clock_, model_, queue_, remote_, terminals_, pane_modes_, identities_),
      mouse_(clock_, model_, keys_, display_, terminals_, keyboard_, pane_modes_),
      prompts_(model_, queue_, remote_, messages_, keyboard_, overlays_, facts_.home),
      overlays_(model_, queue_, remote_, checkpoint_, display_, keyboard_, popups_),
      popups_({*loop_, clock_, model_, queue_, remote_, terminals_, checkpoint_, keyboard_, overlays_},
              {[this](model::PaneId id, Size size, command::ProgramStart start, Popups::Take take,
                      std::function<void(Result<>)> done) {
                 starts_.start(id, size, std::move(start), std::move(take), std::move(done));
               },
               [this](model::PaneId id) { programs_.end_terminal(id); },
               [this](model::ClientId id, std::string_view text) { clients_.copy_to_clipboard(id, text); },
               [this](model::ClientId id, std::string_view text) {
                 messages_.show_message(id, text, std::chrono::milliseconds(-1));
               },
               [this](const Popups::NewPane& pane) { return programs_.make_pane(pane); }}),
      keyboard_({*loop_, clock_, model_, keys_, queue_, remote_, terminals_, checkpoint_, identities_,
                 prompts_, overlays_, popups_, mouse_, session_watch_, pane_modes_},
                {[this](model::PaneId pane) { return starts_.is_starting(pane); }}),
      acknowledgements_(clock_, remote_, terminals_),
      job_outside_({clock_, model_, link_, remote_, terminals_, checkpoint_, messages_, clients_, programs_,
                    recovery_}),
      jobs_({*loop_, clock_, model_, start_, facts_, queue_, terminals_, shells_, clients_, agent_.path(),
             job_outside_}),
      boot_({*loop_, clock_, model_, start_, facts_, queue_, terminals_, shells_, clients_, agent_.path(),
             job_outside_},
            jobs_.files()),
      saved_sessions_(*loop_, model_, start_, terminals_,
                      {[this](const std::string& text) { messages_.report(text); },
                       [this](model::PaneId pane) { return jobs_.starts_at_boot(pane); }}),
      configuration_({model_, queue_, start_, facts_, remote_, checkpoint_, messages_, control_clients_},
                     [this] { jobs_.begin(); }),
      recovery_({clock_, model_, keys_, queue_, link_, start_, facts_, terminals_, checkpoint_, messages_,
                 clients_, programs_, popups_, pane_commands_, configuration_, session_watch_, jobs_,
                 saved_sessions_}),
      daemon_({*loop_, clock_, model_, queue_, link_, remote_, terminals_, shells_, checkpoint_, clients_,
               programs_, limits_, connections_, alerts_, names_, session_watch_, jobs_, saved_sessions_}),
      events_({model_, queue_, link_, remote_, terminals_, checkpoint_, clients_, display_, identities_,
               programs_, reports_, daemon_, names_, pane_modes_, control_clients_, session_watch_, jobs_,
               saved_sessions_}),
      debug_(*loop_, clock_, model_, facts_, remote_, terminals_),
      connections_({*loop_,      clock_,     model_,           queue_,         facts_,     start_,
                    remote_,     terminals_, checkpoint_,      messages_,      clients_,   display_,
                    identities_, keyboard_,  mouse_,           prompts_,       overlays_,  popups_,
                    events_,     daemon_,    control_clients_, session_watch_, tmux_link_, debug_}),
      ports_{facts_,           daemon_,   clients_, messages_, display_,         keyboard_,
             prompts_,         overlays_, keys_,    programs_, pane_commands_,   pane_commands_,
             status_commands_, files_,    &jobs_,   &boot_,    &saved_sessions_, &debug_},
      keeper_watch_(*loop_, link_.fd(), [this](bool, bool writable) {
        // An error is the link's end: reading tells it, too.
        if (writable) return static_cast<void>(link_.flush());
        on_keeper();
      }) {
  shells_.on_pipe_ended([this](model::PaneId id) {
    if (model::Pane* pane = model_.pane(id)) pane->pipe_command.clear();
    checkpoint_.changed();
  });
  programs_.on_terminal_ended([this](const keeper::Exited& exited) { return popups_.on_exited(exited); });
  queue_.around_hooks([this](bool after) { events_.tell_focus(after); });
  checkpoint_.when_saving(
      [this](store::SavedState& state) {
        saved_sessions_.model_changed();
        state.clients = clients_.saved();
        state.jobs = jobs_.save();
        state.config_files = facts_.config_files;
      },
      [this](const std::string& text) { messages_.report(text); });
  recovery_.recover(std::move(given.programs));
  keeper_watch_.want(true, link_.unsent());
  connections_.listen();
  daemon_.begin();
  loop_->at_turn_end([this] { end_of_turn(); });
}

Server::~Server() {
  // Views refer to panes and connections, connections to the loop.
  for (const auto& [id, client] : remote_) control_clients_.forget(id);
  remote_.clear();
  terminals_.clear();
}

int Server::run() {
  end_of_turn();
  loop_->run();
  // What ended last came with the link's last messages: its records are written before this process goes.
  programs_.deal_with_ended_programs(jobs_);
  jobs_.close();
  if (daemon_.left()) saved_sessions_.remove_ended();
  remote_.flush();
  return 0;
}

void Server::end_of_turn() {
  jobs_.end_of_turn();
  keyboard_.go_on_with_input();
  run_commands();
  configuration_.take_errors();
  pane_modes_.refresh();
  display_.update();
  identities_.follow();
  control_clients_.on_output(terminals_.printed(), clock_.now());
  control_clients_.end_of_turn(clock_.now());
  SESS_FAULT("turn-before-save");
  checkpoint_.save();
  SESS_FAULT("turn-saved");
  acknowledgements_.send();  // after it: what is acknowledged may stand there alone
  prompts_.save_answers();
  remote_.flush();
  if (jobs_.has_more()) loop_->defer([] {});
  if (pane_modes_.work()) loop_->defer([] {});
  connections_.sweep();
  debug_.tell();
  limits_.keep_budget();
  terminals_.end_turn();
  daemon_.leave_if_empty();
  keeper_watch_.want(true, link_.unsent());
}

/// Commands, what they and ended programs change in the model, and the hooks of that, until nothing follows
/// any more.
void Server::run_commands() {
  bool slice_over = false;
  for (int round = 0; round < kRounds && !slice_over; ++round) {
    if (!queue_.idle()) {
      slice_over = !queue_.run();
      checkpoint_.changed();
    }
    programs_.deal_with_ended_programs(jobs_);
    events_.follow_model();
    events_.tell_focus(false);
    if (round == 0) reports_.tell();
    if (queue_.idle() && !programs_.has_ended()) break;
  }
  if (!queue_.idle() || programs_.has_ended() || link_.has_queued()) loop_->defer([this] { on_keeper(); });
}

/// Whether a job runs in it, or something is being started.
bool Server::has_job_or_start(const model::Session& session) const {
  for (const auto& [index, link] : session.windows) {
    const model::Window* window = model_.window(link.window);
    for (const auto pane : window->panes) {
      if (jobs_.owns(pane) || starts_.is_starting(pane)) return true;
    }
  }
  return false;
}

void Server::on_keeper() noexcept {
  while (true) {
    auto message = link_.next();
    if (!message) {
      log::info("the keeper closed the link");
      return loop_->stop();
    }
    if (!*message) return;
    starts_.on_keeper_speaks();
    on_keeper_message(std::move(**message));
  }
}

void Server::on_keeper_message(keeper::ToServer message) {
  if (auto* exited = std::get_if<keeper::Exited>(&message)) {
    programs_.note_exited(std::move(*exited));
  } else if (const auto* emptied = std::get_if<keeper::Emptied>(&message)) {
    programs_.note_emptied(*emptied);
  } else if (auto* ping = std::get_if<keeper::Ping>(&message)) {
    if (auto sent = link_.send(keeper::Pong{ping->serial}); !sent) log::warn("{}", sent.error().text);
  } else if (std::holds_alternative<keeper::Stop>(message)) {
    daemon_.stop();
  } else if (const auto* refused = std::get_if<keeper::NotUpgraded>(&message)) {
    daemon_.on_not_upgraded(refused->text);
  } else if (auto* listener = std::get_if<keeper::Listener>(&message)) {
    connections_.replace_listener(std::move(listener->listener));
  } else if (auto* spawned = std::get_if<keeper::Spawned>(&message)) {
    const auto request = spawned->request;
    programs_.on_started(request, std::move(*spawned));
  } else if (auto* failed = std::get_if<keeper::SpawnFailed>(&message)) {
    programs_.on_started(failed->request,
                         pass(Error{ErrorCode::io, failed->sys_errno, std::move(failed->text)}));
  } else if (auto* program = std::get_if<keeper::Program>(&message)) {
    recovery_.adopt_orphan(*program);
  }
}

}  // namespace sess::server
