#include "server/programs.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "command/format/format.hpp"
#include "display/pane_modes.hpp"
#include "jobs/control.hpp"
#include "os/programs/process.hpp"
#include "os/programs/pty.hpp"
#include "panes/window_names.hpp"
#include "render/format_draw.hpp"
#include "peers/identities.hpp"
#include "store/checkpoint.hpp"

namespace sess::server {

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
      starts_(parts.starts),
      limits_(parts.limits),
      names_(parts.names),
      pane_modes_(parts.pane_modes),
      identities_(parts.identities) {}

// --- starting -------------------------------------------------------------------------------------------

void Programs::start_program(model::PaneId id, command::ProgramStart start,
                             std::function<void(Result<>)> done) {
  const model::Pane* pane = model_.pane(id);
  if (pane == nullptr)
    return loop_.defer(
        [id, done] { done(fail(ErrorCode::not_found, "can't find pane: {}", to_string(id))); });
  const bool replace = start.replace;
  const Size asked = pane->size;
  starts_.start(
      id, asked, std::move(start),
      [this, id, replace, asked](keeper::Spawned spawned) {
        return take_program(id, replace, asked, std::move(spawned));
      },
      std::move(done));
}

Result<std::optional<std::int32_t>> Programs::start_program_soon(model::PaneId id,
                                                                 const command::ProgramStart& start,
                                                                 panes::ProgramStarts::Started later) {
  const model::Pane* pane = model_.pane(id);
  if (pane == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", to_string(id));
  const bool replace = start.replace;
  const Size asked = pane->size;
  return starts_.start_soon(
      id, asked, start,
      [this, id, replace, asked](keeper::Spawned spawned) {
        return take_program(id, replace, asked, std::move(spawned));
      },
      std::move(later));
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
    pane_modes_.reset_terminal(id);
    io->replace_master(std::move(spawned.master));
  } else {
    auto opened = panes::PaneIo::open(loop_, id, std::move(spawned.master), std::move(spawned.journal), asked,
                                      limits_.of(*pane), observer_, std::nullopt);
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
                                limits_.of(pane), observer_, how);
  if (!io) {
    log::error("pane {}: its journal is lost: {}", id.value, io.error().text);
    return false;
  }
  auto& taken = terminals_.put(std::move(*io));
  limits_.note(id, taken.screen().history().bytes());
  return true;
}

void Programs::on_started(std::uint64_t request, Result<keeper::Spawned> answer) {
  const auto typed = [this](model::PaneId pane, std::string_view bytes) {
    if (panes::PaneIo* io = terminals_.find(pane)) io->input().type(bytes);
  };
  if (!starts_.on_started(request, answer, typed)) {
    // Who asked was told that it failed: nobody would know of this program.
    if (answer && model_.pane(model::PaneId{answer->pane}) != nullptr) {
      signal_pane(model::PaneId{answer->pane}, SIGKILL, keeper::Signal::Whom::session);
    }
    return;
  }
  checkpoint_.changed();
  remote_.display_changed();
}

Result<> Programs::signal_pane(model::PaneId id, int signo, keeper::Signal::Whom whom) {
  return link_.send(keeper::Signal{id.value, signo, whom});
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
  starts_.give_up(id);
  if (!terminals_.erase(id)) return;
  limits_.forget(id);
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
  model::Windows::NewSplit spec;
  spec.beside = request.beside;
  spec.how.axis = request.axis;
  spec.pane.now = clock_.wall();
  const model::Pane* neighbour = model_.pane(request.beside);
  spec.pane.shell = neighbour != nullptr ? neighbour->shell : "/bin/sh";
  spec.pane.start_path = neighbour != nullptr ? neighbour->start_path : "/";
  auto made = model_.windows().split_pane(spec);
  next = model_.next_ids();
  next.pane = std::max(next.pane, following);
  model_.set_next_ids(next);
  if (!made) return pass(made.error());
  model::Pane& pane = **made;
  pane.pid = static_cast<pid_t>(request.pid);
  pane.tty = request.tty;
  if (panes::PaneIo* io = terminals_.find(pane.id)) {
    io->set_observer(observer_);
    io->set_limits(limits_.of(pane));
    io->resize(pane.size, {});
  }
  model_.windows().select_pane(pane.window, pane.id);
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
