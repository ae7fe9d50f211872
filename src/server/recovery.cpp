#include "server/recovery.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "dispatch/pane_commands.hpp"
#include "dispatch/popups.hpp"
#include "jobs/control.hpp"
#include "peers/messages.hpp"
#include "peers/session_watch.hpp"
#include "server/clients.hpp"
#include "server/configuration.hpp"
#include "server/programs.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"

namespace sess::server {
namespace {

/// A server that brought its end upon itself: its input may be to blame. What a sanitizer finds ends in an
/// exit.
panes::PaneIo::Recovery recovery_after(const keeper::Death& death) {
  using Kind = keeper::Death::Kind;
  panes::PaneIo::Recovery recovery;
  recovery.fault = keeper::is_own_fault(death) || (death.kind == Kind::exited && death.detail != 0);
  recovery.upgraded = death.kind == Kind::upgraded;
  return recovery;
}

}  // namespace

Recovery::Recovery(const Parts& parts)
    : clock_(parts.clock),
      model_(parts.model),
      keys_(parts.keys),
      queue_(parts.queue),
      link_(parts.link),
      start_(parts.start),
      facts_(parts.facts),
      terminals_(parts.terminals),
      checkpoint_(parts.checkpoint),
      messages_(parts.messages),
      clients_(parts.clients),
      programs_(parts.programs),
      popups_(parts.popups),
      pane_commands_(parts.pane_commands),
      configuration_(parts.configuration),
      session_watch_(parts.session_watch),
      jobs_(parts.jobs),
      saved_sessions_(parts.saved_sessions) {}

void Recovery::recover(std::vector<keeper::Program> programs) {
  store::SavedState state;
  auto loaded = checkpoint_.load(state);
  if (!loaded) log::error("{}; what could not be read is made anew", loaded.error().text);
  for (const auto& change : model_.repair()) log::warn("recovery: {}", change);
  popups_.restore(state.clients);
  clients_.restore(std::move(state.clients));
  for (const auto& client : clients_.saved()) {
    if (!client.detached) session_watch_.expect_return(client.session);
  }

  jobs_.restore(state.jobs);
  const auto how = recovery_after(start_.previous);
  std::vector<keeper::Program> orphans;
  for (auto& program : programs) {
    const model::PaneId id{program.pane};
    model::Pane* pane = model_.pane(id);
    const bool of_job = jobs_.runs().on_program(program);
    if (pane == nullptr && of_job) {
      // Its pane was closed: all that is left to come is its exit.
      if (program.exited) {
        programs_.note_exited({program.pane, program.pid, program.wait_status, program.usage, program.ended,
                               program.holder > 0});
      }
      continue;
    }
    if (pane == nullptr && popups_.take_up(program, how)) {
      if (program.exited)
        programs_.note_exited(
            {program.pane, program.pid, program.wait_status, program.usage, program.ended, false});
      continue;
    }
    if (pane == nullptr) {
      orphans.push_back(std::move(program));
      continue;
    }
    pane->pid = pane->dead && program.exited && !of_job ? -1 : program.pid;
    pane->tty = program.tty;
    if (!programs_.take_up(id, program, how)) continue;
    const panes::PaneIo* io = terminals_.find(id);
    // select-pane -T may have given another one since the program did.
    if (pane->title.empty()) pane->title = std::string(io->screen().title());
    if (io->aside() && how.fault) {
      messages_.report(fmt::format(
          "pane {} is set aside: what it printed ended the server, or cannot be read", to_string(id)));
    }
    if (program.exited && (of_job || !pane->dead)) {
      programs_.note_exited(
          {program.pane, program.pid, program.wait_status, program.usage, program.ended, program.holder > 0});
    }
  }
  // A pane without a program: its start was never answered, or its journal is beyond use.
  std::vector<model::PaneId> empty;
  for (const auto& [id, pane] : model_.panes()) {
    if (terminals_.find(id) == nullptr) empty.push_back(id);
  }
  for (const auto id : empty) {
    log::warn("pane {}: there is no program behind it", id.value);
    model_.destroy_pane(id);
  }
  popups_.recovered();
  for (const auto& [id, pane] : model_.panes()) reopen_pipe(pane);
  for (auto& program : orphans) adopt_orphan(program);
  static_cast<void>(model_.events().take());  // hooks are for what happens, not for what is read back
  facts_.config_files = std::move(state.config_files);
  model_.globals().follow_tmux_defaults();
  jobs_.runs().recovered(!state.configured);
  if (!state.configured) {
    configuration_.load();
  } else if (state.configuring) {
    // The server before this one died while it read them. They begin with what they began with: nobody but
    // they could set anything until then.
    if (how.fault) {
      queue_.add_config_error("the configuration was not read to its end: the server crashed over it");
      jobs_.begin();
    } else {
      model_.globals().server = model::Options(model::OptionScope::server);
      model_.globals().session = model::Options(model::OptionScope::session);
      model_.globals().window = model::Options(model::OptionScope::window);
      model_.globals().environment.clear();
      keys_ = input::KeyTables::with_defaults();
      configuration_.load();
    }
  }
  saved_sessions_.begin(!state.configured);
}

void Recovery::reopen_pipe(const model::Pane& pane) {
  // pipe-pane's command ended with the server that fed it.
  if (pane.pipe_command.empty()) return;
  const std::string command = pane.pipe_command;
  if (auto opened =
          pane_commands_.pipe_pane(pane.id, command, pane.pipe_input, pane.pipe_output, pane.pipe_umask);
      !opened) {
    log::warn("pane {}: pipe-pane: {}", pane.id.value, opened.error().text);
  }
}

void Recovery::adopt_orphan(keeper::Program& program) {
  if (model_.pane(model::PaneId{program.pane}) != nullptr) return;
  if (program.exited || !program.master) {
    if (auto sent = link_.send(keeper::Forget{program.pane}); !sent) log::error("{}", sent.error().text);
    return;
  }
  adopted_orphans_ = true;
  const auto now = clock_.wall();
  auto session = model_.create_session({"", facts_.home, "", now});
  if (!session) return;
  auto next = model_.next_ids();
  next.pane = program.pane;
  const auto following = std::max(model_.next_ids().pane, program.pane + 1);
  model_.set_next_ids(next);
  model::Model::NewWindow spec;
  spec.session = (*session)->id;
  spec.name = program.program;
  spec.select = true;
  spec.pane.argv = {program.program};
  spec.pane.now = now;
  auto created = model_.create_window(spec);
  next = model_.next_ids();
  next.pane = std::max(next.pane, following);
  model_.set_next_ids(next);
  if (!created) return;
  model::Pane* pane = model_.pane(created->pane);
  pane->pid = program.pid;
  pane->tty = program.tty;
  if (!programs_.take_up(pane->id, program, recovery_after(start_.previous))) return;
  log::warn("program {} was found without a pane; it is in session {} now", program.pid, (*session)->name);
}

}  // namespace sess::server
