#include "server/programs.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "command/format/format.hpp"
#include "display/pane_looks.hpp"
#include "display/pane_modes.hpp"
#include "jobs/control.hpp"
#include "os/descriptor.hpp"
#include "os/memory/reserve.hpp"
#include "os/programs/process.hpp"
#include "os/programs/pty.hpp"
#include "panes/agent.hpp"
#include "panes/window_names.hpp"
#include "render/format_draw.hpp"
#include "peers/identities.hpp"
#include "store/checkpoint.hpp"

namespace sess::server {

using peers::kForCommands;

namespace {

/// Descriptors that come with a program.
constexpr std::size_t kProgramNeeds = 2;
/// A keeper that does not answer within this is not waited for: other panes go on.
constexpr std::chrono::milliseconds kPromptAnswer{50};
/// Bytes that are kept for a program that is being started, about what a terminal's line discipline holds.
constexpr std::size_t kTypeAhead = 4096;

}  // namespace

Programs::Programs(const Parts& parts)
    : loop_(parts.loop),
      clock_(parts.clock),
      model_(parts.model),
      link_(parts.link),
      queue_(parts.queue),
      terminals_(parts.terminals),
      observer_(parts.observer),
      checkpoint_(parts.checkpoint),
      remote_(parts.remote),
      agent_(parts.agent),
      names_(parts.names),
      pane_modes_(parts.pane_modes),
      identities_(parts.identities) {}

// --- starting -------------------------------------------------------------------------------------------

/// The keeper has the request; its number. The pane is written down first: a server that dies in between
/// leaves a pane without a program, which the next one removes, and never a program that nobody knows.
Result<std::uint64_t> Programs::ask_for_program(model::PaneId id, Size size,
                                                const command::ProgramStart& start) {
  if (!os::memory_left())
    return pass(Error{ErrorCode::unavailable, ENOMEM, "memory is used up: end something"});
  // What comes with the answer must find room, else the link to the keeper is lost.
  if (!os::descriptors_free(kProgramNeeds + kForCommands)) {
    return pass(Error{
        ErrorCode::unavailable, EMFILE,
        "too many open files: close something, or raise the limit (ulimit -n) of what starts the daemon"});
  }
  checkpoint_.save();
  keeper::Spawn request;
  request.pane = id.value;
  request.argv = start.argv;
  request.env = start.env;
  request.argv0 = start.argv0;
  request.cwd = start.cwd;
  request.size = size;
  request.keep_journal = start.replace;
  request.nice = start.nice;
  request.memory_limit = start.memory_limit;
  request.input = start.input;
  request.umask = start.umask;
  request.held = start.held;
  return link_.start_spawn(std::move(request));
}

void Programs::start_program(model::PaneId id, command::ProgramStart start,
                             std::function<void(Result<>)> done) {
  const model::Pane* pane = model_.pane(id);
  if (pane == nullptr)
    return loop_.defer(
        [id, done] { done(fail(ErrorCode::not_found, "can't find pane: {}", to_string(id))); });
  const bool replace = start.replace;
  const Size asked = pane->size;
  this->start(
      id, asked, std::move(start),
      [this, id, replace, asked](keeper::Spawned spawned) {
        return take_program(id, replace, asked, std::move(spawned));
      },
      std::move(done));
}

void Programs::start_terminal(model::PaneId id, Size size, command::ProgramStart start, Take take,
                              std::function<void(Result<>)> done) {
  this->start(id, size, std::move(start), std::move(take), std::move(done));
}

void Programs::start(model::PaneId id, Size size, command::ProgramStart start, Take take,
                     std::function<void(Result<>)> done) {
  // SSH_AUTH_SOCK is the stable path that follows the newest client's agent, also when there is none yet.
  if (!agent_.path().empty()) {
    std::erase_if(start.env, [](const std::string& v) { return v.starts_with("SSH_AUTH_SOCK="); });
    start.env.push_back("SSH_AUTH_SOCK=" + agent_.path());
  }
  const auto tell = [done](const Result<std::int32_t>& holder) {
    done(holder ? Result<>() : pass(holder.error()));
  };
  auto started = start_soon(id, size, start, std::move(take), tell);
  if (started && !*started) return;
  loop_.defer(
      [tell, holder = started ? Result<std::int32_t>(**started) : pass(started.error())] { tell(holder); });
}

Result<std::optional<std::int32_t>> Programs::start_program_soon(model::PaneId id,
                                                                 const command::ProgramStart& start,
                                                                 Started later) {
  const model::Pane* pane = model_.pane(id);
  if (pane == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", to_string(id));
  const bool replace = start.replace;
  const Size asked = pane->size;
  return start_soon(
      id, asked, start,
      [this, id, replace, asked](keeper::Spawned spawned) {
        return take_program(id, replace, asked, std::move(spawned));
      },
      std::move(later));
}

Result<std::optional<std::int32_t>> Programs::start_soon(model::PaneId id, Size size,
                                                         const command::ProgramStart& start, Take take,
                                                         Started later) {
  auto number = ask_for_program(id, size, start);
  if (!number) return pass(number.error());
  auto spawned = link_.await_spawn(*number, keeper_deaf_ ? std::chrono::milliseconds(0) : kPromptAnswer);
  if (!spawned) return pass(spawned.error());
  if (!*spawned) {
    log::info("pane {}: the keeper takes its time", id.value);
    keeper_deaf_ = true;
    starting_[*number] = {id, std::move(take), std::move(later), {}};
    return std::optional<std::int32_t>();
  }
  const std::int32_t holder = (*spawned)->holder;
  auto taken = take(std::move(**spawned));
  if (!taken) return pass(taken.error());
  return std::optional(holder);
}

/// A program that runs becomes its pane's.
Result<> Programs::take_program(model::PaneId id, bool replace, Size asked, keeper::Spawned spawned) {
  model::Pane* pane = model_.pane(id);
  // Its end was told to the keeper, which lets go of the program as this lets go of its terminal.
  if (pane == nullptr) return fail(ErrorCode::not_found, "the pane was closed");
  pane->pid = spawned.pid;
  pane->tty = spawned.tty;
  pane->dead = false;
  panes::PaneIo* io = terminals_.find(id);
  if (replace && io != nullptr) {
    io->finish();  // not before: a program that cannot be started leaves the one before it alone
    if (io->aside()) {
      pane_modes_.on_terminal_gone(id);
      io->reset_terminal();
    }
    reset_terminal(id);
    io->replace_master(std::move(spawned.master));
  } else {
    auto opened = panes::PaneIo::open(loop_, id, std::move(spawned.master), std::move(spawned.journal), asked,
                                      history_limits(*pane), observer_, std::nullopt);
    if (!opened) return pass(opened.error());
    io = &terminals_.put(std::move(*opened));
    identities_.changed();
  }
  if (pane->size != asked) io->resize(pane->size, {});
  if (!spawned.note.empty()) io->announce(spawned.note + "\r\n");
  if (replace) names_.look_at(id);
  log::debug("pane {}: started pid {}", id.value, spawned.pid);
  return {};
}

bool Programs::take_up(model::PaneId id, keeper::Program& program, panes::PaneIo::Recovery how) {
  model::Pane& pane = *model_.pane(id);
  auto io = panes::PaneIo::open(loop_, id, std::move(program.master), std::move(program.journal), pane.size,
                                history_limits(pane), observer_, how);
  if (!io) {
    log::error("pane {}: its journal is lost: {}", id.value, io.error().text);
    return false;
  }
  auto& taken = terminals_.put(std::move(*io));
  history_.note(id, taken.screen().history().bytes());
  return true;
}

void Programs::on_started(std::uint64_t request, Result<keeper::Spawned> answer) {
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
  auto taken = answer ? start.take(std::move(*answer)) : Result<>(pass(answer.error()));
  if (panes::PaneIo* io = terminals_.find(start.pane); taken && io != nullptr && !start.typed.empty()) {
    io->input(start.typed);
  }
  start.done(taken ? Result<std::int32_t>(holder) : pass(taken.error()));
  checkpoint_.changed();
  remote_.display_changed();
}

void Programs::give_up_start(model::PaneId pane) {
  for (auto it = starting_.begin(); it != starting_.end();) {
    const auto here = it++;
    if (here->second.pane != pane) continue;
    loop_.defer(
        [done = std::move(here->second.done)] { done(fail(ErrorCode::not_found, "the pane was closed")); });
    starting_.erase(here);
  }
}

bool Programs::is_starting(model::PaneId pane) const {
  return std::any_of(starting_.begin(), starting_.end(),
                     [pane](const auto& start) { return start.second.pane == pane; });
}

void Programs::type_ahead(model::PaneId pane, std::string_view bytes) {
  for (auto& [number, start] : starting_) {
    if (start.pane == pane && start.typed.size() + bytes.size() <= kTypeAhead) start.typed += bytes;
  }
}

Result<> Programs::signal_pane(model::PaneId id, int signo, keeper::Signal::Whom whom) {
  return link_.send(keeper::Signal{id.value, signo, whom});
}

void Programs::reset_terminal(model::PaneId id) {
  panes::PaneIo* io = terminals_.find(id);
  const model::Pane* pane = model_.pane(id);
  if (io == nullptr || pane == nullptr) return;
  if (!io->aside()) return io->reset_terminal();
  remote_.display_changed();
  pane_modes_.on_terminal_gone(id);
  io->reset_terminal();
  // Of what was set aside nothing is left.
  if (const std::string title = pane->title; !title.empty()) io->announce("\x1b]2;" + title + "\x1b\\");
}

std::string Programs::current_command(model::PaneId id) const {
  const panes::PaneIo* io = terminals_.find(id);
  if (io == nullptr || io->master() < 0) return "";
  const auto pid = os::foreground_process(io->master());
  return pid ? os::process_name(*pid).value_or("") : "";
}

std::string Programs::current_path(model::PaneId id) const {
  const panes::PaneIo* io = terminals_.find(id);
  if (io == nullptr || io->master() < 0) return "";
  const auto pid = os::foreground_process(io->master());
  return pid ? os::process_cwd(*pid).value_or("") : "";
}

void Programs::apply_history_limits() {
  for (auto& [id, io] : terminals_) {
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr) continue;
    io->set_limits(history_limits(*pane));
  }
}

void Programs::keep_history_budget() {
  for (const auto id : terminals_.printed()) {
    if (const auto* io = terminals_.find(id)) history_.note(id, io->screen().history().bytes());
  }
  const auto asked = static_cast<std::uint64_t>(model_.server_options().number("history-total-bytes"));
  const std::uint64_t most = asked > 0 ? asked : panes::HistoryBudget::of_machine();
  if (history_.total() <= most) return;
  const model::Model& model = model_;  // a lookup for writing would count as a change
  std::vector<panes::HistoryBudget::Holder> holders;
  for (const auto& [id, io] : terminals_) {
    const model::Pane* pane = model.pane(id);
    if (pane == nullptr) continue;
    panes::HistoryBudget::Holder holder{id};
    for (const auto* session : model.sessions_with(pane->window)) {
      const auto* current = session->current_link();
      const bool on_top = current != nullptr && current->window == pane->window;
      holder.shown = holder.shown || (on_top && model.attached_count(session->id) > 0);
      if (on_top) holder.watched = std::max(holder.watched, session->activity_order);
    }
    holders.push_back(holder);
  }
  for (const auto& cut : history_.cuts(std::move(holders), most)) {
    auto* io = terminals_.find(cut.pane);
    io->trim_history(cut.keep);
    history_.note(cut.pane, io->screen().history().bytes());
  }
}

panes::PaneIo::Limits Programs::history_limits(const model::Pane& pane) {
  const auto sessions = model_.sessions_with(pane.window);
  const auto& table = sessions.empty() ? model_.session_options() : sessions.front()->options;
  panes::PaneIo::Limits limits;
  limits.history_bytes = static_cast<std::uint64_t>(table.number("history-bytes"));
  limits.history_lines = static_cast<std::uint64_t>(table.number("history-limit"));
  limits.settings.scroll_on_clear = pane.options.flag("scroll-on-clear");
  limits.settings.alternate_screen = pane.options.flag("alternate-screen");
  limits.settings.rectangle_checksums = model_.server_options().flag("rectangle-checksums");
  limits.settings.palette = display::wanted_palette(pane);
  return limits;
}

// --- ending ---------------------------------------------------------------------------------------------

void Programs::deal_with_ended_programs(jobs::JobControl& jobs) {
  auto ended = std::move(ended_);
  ended_.clear();
  for (const auto& exited : ended) {
    const model::PaneId id{exited.pane};
    if (terminal_ended_ && terminal_ended_(exited)) continue;
    if (jobs.runs().on_exited(exited)) {
      terminals_.note_printed(id);
      continue;
    }
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr || pane->pid != exited.pid) continue;  // respawned, or gone already
    end_pane(id, exited.wait_status, exited.ended);
  }
  for (const auto& emptied : std::exchange(emptied_, {})) jobs.runs().on_emptied(emptied);
}

void Programs::end_pane(model::PaneId id, int wait_status, model::Time ended) {
  model::Pane* pane = model_.pane(id);
  panes::PaneIo* io = terminals_.find(id);
  if (io != nullptr) io->finish();
  terminals_.note_printed(id);
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
    names_.look_at(id);
    queue_.submit_hook("pane-died", target, {}, {{"hook_pane", to_string(id)}});
  } else {
    if (!stopping_) queue_.submit_hook("pane-exited", target, {}, {{"hook_pane", to_string(id)}});
    model_.destroy_pane(id);
  }
  checkpoint_.changed();
}

void Programs::pane_waits(model::PaneId id, int wait_status, model::Time ended) {
  model::Pane* pane = model_.pane(id);
  if (pane == nullptr) return;
  pane->dead = true;
  pane->pid = -1;
  pane->dead_status = wait_status;
  pane->dead_time = ended;
  terminals_.note_printed(id);
  names_.look_at(id);
  checkpoint_.changed();
}

void Programs::pane_closed(model::PaneId id) {
  give_up_start(id);
  if (!terminals_.erase(id)) return;
  history_.forget(id);
  signal_pane(id, SIGHUP, keeper::Signal::Whom::session);
  signal_pane(id, SIGCONT, keeper::Signal::Whom::session);
}

void Programs::end_terminal(model::PaneId id) {
  pane_closed(id);
  if (auto sent = link_.send(keeper::Forget{id.value}); !sent) log::error("{}", sent.error().text);
}

Result<> Programs::make_pane(const dispatch::Popups::NewPane& request) {
  auto next = model_.next_ids();
  const auto following = next.pane;
  next.pane = request.terminal.value;
  model_.set_next_ids(next);
  model::Model::NewSplit spec;
  spec.beside = request.beside;
  spec.how.axis = request.axis;
  spec.pane.now = clock_.wall();
  const model::Pane* neighbour = model_.pane(request.beside);
  spec.pane.shell = neighbour != nullptr ? neighbour->shell : "/bin/sh";
  spec.pane.start_path = neighbour != nullptr ? neighbour->start_path : "/";
  auto made = model_.split_pane(spec);
  next = model_.next_ids();
  next.pane = std::max(next.pane, following);
  model_.set_next_ids(next);
  if (!made) return pass(made.error());
  model::Pane& pane = **made;
  pane.pid = static_cast<pid_t>(request.pid);
  pane.tty = request.tty;
  if (panes::PaneIo* io = terminals_.find(pane.id)) {
    io->set_observer(observer_);
    io->set_limits(history_limits(pane));
    io->resize(pane.size, {});
  }
  model_.select_pane(pane.window, pane.id);
  checkpoint_.changed();
  return {};
}

void Programs::write_death(const model::Pane& pane, panes::PaneIo& io) {
  const std::string text = queue_.expand(pane.options.string("remain-on-exit-format"),
                                         command::find_from_pane(model_, pane.id), {});
  if (text.empty()) return;
  // In the last line, below what the program wrote; no cursor, as nothing reads.
  render::Frame line({1, pane.size.cols});
  render::draw_format(line, 0, 0, pane.size.cols, {}, text);
  io.announce(fmt::format("\x1b[m\x1b[r\x1b[{};1H\n{}\x1b[?25l", pane.size.rows, render::row_text(line, 0)));
}

}  // namespace sess::server
