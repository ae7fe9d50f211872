// From the keeper's hand-over to a running model: the start-up path of every server. A first start is the same with
// nothing to recover.
#include <algorithm>

#include "base/log.hpp"
#include "command/format/format.hpp"
#include "server/host.hpp"
#include "server/job_control.hpp"
#include "server/saved_sessions.hpp"
#include "server/session_watch.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

/// A server that brought its end upon itself: its input may be to blame. What a sanitizer finds ends in an exit.
panes::PaneIo::Recovery recovery_after(const keeper::Death& death) {
  using Kind = keeper::Death::Kind;
  panes::PaneIo::Recovery recovery;
  recovery.fault = keeper::is_own_fault(death) || (death.kind == Kind::exited && death.detail != 0);
  recovery.upgraded = death.kind == Kind::upgraded;
  return recovery;
}

}  // namespace

Result<> Server::recover(std::vector<keeper::Program> programs) {
  store::SavedState state;
  auto loaded = store_->load({model_, keys_, queue_->buffers(), messages_}, state);
  if (!loaded) log::error("{}; what could not be read is made anew", loaded.error().text);
  for (const auto& change : model_.repair()) log::warn("recovery: {}", change);
  saved_clients_ = std::move(state.clients);
  for (const auto& client : saved_clients_) session_watch_->expect_return(client.session);

  job_control_->restore(state.jobs);
  const auto how = recovery_after(start_.previous);
  std::vector<keeper::Program> orphans;
  for (auto& program : programs) {
    const model::PaneId id{program.pane};
    model::Pane* pane = model_.pane(id);
    const bool of_job = job_control_->on_program(program);
    if (pane == nullptr && of_job) {
      // Its pane was closed: all that is left to come is its exit.
      if (program.exited) {
        ended_.push_back({program.pane, program.pid, program.wait_status, program.usage, program.ended,
                          program.holder > 0});
      }
      continue;
    }
    if (pane == nullptr) {
      orphans.push_back(std::move(program));
      continue;
    }
    pane->pid = pane->dead && program.exited && !of_job ? -1 : program.pid;
    pane->tty = program.tty;
    auto io = panes::PaneIo::open(*loop_, id, std::move(program.master), std::move(program.journal), pane->size,
                           history_limits(*pane), *this, how);
    if (!io) {
      log::error("pane {}: its journal is lost: {}", id.value, io.error().text);
      continue;
    }
    // select-pane -T may have given another one since the program did.
    if (pane->title.empty()) pane->title = std::string((*io)->screen().title());
    if ((*io)->aside() && how.fault) {
      report(fmt::format("pane {} is set aside: what it printed ended the server, or cannot be read", to_string(id)));
    }
    panes_[id] = std::move(*io);
    if (program.exited && (of_job || !pane->dead)) {
      ended_.push_back({program.pane, program.pid, program.wait_status, program.usage, program.ended,
                        program.holder > 0});
    }
  }
  // A pane without a program: its start was never answered, or its journal is beyond use.
  std::vector<model::PaneId> empty;
  for (const auto& [id, pane] : model_.panes()) {
    if (panes_.find(id) == panes_.end()) empty.push_back(id);
  }
  for (const auto id : empty) {
    log::warn("pane {}: there is no program behind it", id.value);
    model_.destroy_pane(id);
  }
  for (const auto& [id, pane] : model_.panes()) reopen_pipe(pane);
  for (auto& program : orphans) adopt_orphan(program);
  static_cast<void>(model_.take_events());  // hooks are for what happens, not for what is read back
  if (!model_.sessions().empty()) may_leave_ = true;
  facts_.config_files = std::move(state.config_files);
  job_control_->recovered(!state.configured);
  if (!state.configured) {
    load_configuration();
  } else if (state.configuring) {
    // The server before this one died while it read them. They begin with what they began with: nobody but they
    // could set anything until then.
    if (how.fault) {
      queue_->add_config_error("the configuration was not read to its end: the server crashed over it");
      job_control_->begin();
    } else {
      model_.server_options() = model::Options(model::OptionScope::server);
      model_.session_options() = model::Options(model::OptionScope::session);
      model_.window_options() = model::Options(model::OptionScope::window);
      model_.environment().clear();
      keys_ = input::KeyTables::with_defaults();
      load_configuration();
    }
  }
  saved_sessions_->begin(!state.configured);
  return {};
}

void Server::reopen_pipe(const model::Pane& pane) {
  // pipe-pane's command ended with the server that fed it.
  if (pane.pipe_command.empty()) return;
  const std::string command = pane.pipe_command;
  if (auto opened = host_->pipe_pane(pane.id, command, pane.pipe_input, pane.pipe_output); !opened) {
    log::warn("pane {}: pipe-pane: {}", pane.id.value, opened.error().text);
  }
}

void Server::adopt_orphan(const keeper::Program& program) {
  // The last server died between the program's start and writing the pane down. Nothing is lost that way: the
  // program gets a session of its own.
  auto& handed = const_cast<keeper::Program&>(program);
  if (model_.pane(model::PaneId{program.pane}) != nullptr) return;
  if (program.exited || !handed.master) {
    if (auto sent = link_.send(keeper::Forget{program.pane}); !sent) log::error("{}", sent.error().text);
    return;
  }
  adopted_orphans_ = true;
  const auto now = clock().wall();
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
  auto io = panes::PaneIo::open(*loop_, pane->id, std::move(handed.master), std::move(handed.journal), pane->size,
                         history_limits(*pane), *this, recovery_after(start_.previous));
  if (!io) {
    log::error("program {}: its journal is lost: {}", program.pid, io.error().text);
    return;
  }
  panes_[pane->id] = std::move(*io);
  log::warn("program {} was found without a pane; it is in session {} now", program.pid, (*session)->name);
}

}  // namespace sess::server
