// The windows and panes that a job file lays out beside the job's own program. They come with its first start
// and go when it is over; which they are is written in the panes themselves (SESS_JOB), so that every server
// knows it.
#include "base/log.hpp"
#include "command/families/spawn.hpp"
#include "jobs/control.hpp"

namespace sess::jobs {
namespace {

constexpr const char* kOwner = "SESS_JOB";

Result<> arrange(model::Model& model, model::WindowId window, const std::string& layout) {
  if (layout.empty()) return {};
  if (const auto preset = model::find_preset(layout)) {
    model.arrange(window, *preset);
    return {};
  }
  return model.apply_layout(window, layout);
}

}  // namespace

const std::vector<std::string>& JobControl::main_command(const job::Spec& spec) {
  static const std::vector<std::string> kShell;
  if (!spec.command.empty()) return spec.command;
  return spec.windows.empty() || spec.windows.front().panes.empty()
             ? kShell
             : spec.windows.front().panes.front().command;
}

model::Model::PaneSpec JobControl::beside_spec(const job::Job& job, const job::PaneSpec& spec,
                                               const std::string& shell) const {
  model::Model::PaneSpec out;
  if (spec.command.size() == 1) {
    out.shell_command = spec.command.front();
  } else {
    out.argv = spec.command;
  }
  out.shell = shell;
  const std::string base = job.spec.directory.empty() ? parts_.facts.home : job.spec.directory;
  out.start_path = spec.directory.empty()          ? base
                   : spec.directory.front() == '/' ? spec.directory
                                                   : base + "/" + spec.directory;
  out.title = parts_.facts.host;
  out.environment.set(kOwner, job.name);
  out.now = parts_.clock.wall();
  return out;
}

void JobControl::start_beside(const job::Job& job, const job::PaneSpec& spec, model::PaneId id) {
  const auto started = [this, name = job.name, id](const Result<>& result) {
    if (result) return;
    parts_.outside.report(fmt::format("job {}: a pane beside it cannot start: {}", name, result.error().text));
    if (parts_.model.pane(id) != nullptr) parts_.model.destroy_pane(id);
  };
  auto program = program_for(job, *parts_.model.pane(id), spec.command);
  if (!program) return started(pass(program.error()));
  auto holder = parts_.outside.start_program(id, *program, [started](const Result<std::int32_t>& result) {
    started(result ? Result<>() : pass(result.error()));
  });
  if (!holder) started(pass(holder.error()));
}

void JobControl::lay_out(const job::Job& job, model::PaneId main) {
  if (job.spec.windows.empty()) return;
  model::Model& model = parts_.model;
  const auto sessions = model.sessions_with(model.pane(main)->window);
  if (sessions.empty()) return;
  const auto session = sessions.front()->id;
  const std::string shell = model.pane(main)->shell;
  const Size size = model.window(model.pane(main)->window)->size;
  const auto report = [&](const job::WindowSpec& window, const Error& error) {
    parts_.outside.report(fmt::format("job {}: window {}: {}", job.name, window.name, error.text));
  };
  // Without a command of its own the job is the first pane of the first window.
  bool holds_main = job.spec.command.empty();
  for (const auto& spec : job.spec.windows) {
    auto panes = spec.panes;
    if (panes.empty()) panes.emplace_back();
    model::WindowId window;
    model::PaneId last = main;
    if (std::exchange(holds_main, false)) {
      window = model.pane(main)->window;
      if (!spec.name.empty()) model.name_window(window, spec.name);
    } else {
      model::Model::NewWindow fresh;
      fresh.session = session;
      fresh.name = spec.name;
      fresh.size = size;
      fresh.pane = beside_spec(job, panes.front(), shell);
      auto created = model.create_window(fresh);
      if (!created) {
        report(spec, created.error());
        continue;
      }
      window = created->window;
      last = created->pane;
      command::name_window(model, window);
      start_beside(job, panes.front(), last);
    }
    for (std::size_t i = 1; i < panes.size() && model.pane(last) != nullptr; ++i) {
      auto pane = model.split_pane({last, {}, beside_spec(job, panes[i], shell)});
      if (!pane) {
        report(spec, pane.error());
        break;
      }
      last = (*pane)->id;
      // Room for the next: the layout is told the number of panes as they come.
      model.arrange(window, model::Preset::tiled);
      start_beside(job, panes[i], last);
    }
    if (model.window(window) == nullptr) continue;
    if (auto arranged = arrange(model, window, spec.layout); !arranged) report(spec, arranged.error());
  }
  parts_.outside.changed();
}

void JobControl::close_layout(const std::string& name) {
  std::vector<model::PaneId> panes;
  for (const auto& [id, pane] : parts_.model.panes()) {
    if (pane.environment.value(kOwner) == name) panes.push_back(id);
  }
  for (const auto id : panes) parts_.model.destroy_pane(id);
}

}  // namespace sess::jobs
