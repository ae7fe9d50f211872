#include "jobs/panes.hpp"

#include <algorithm>
#include <sstream>

#include "base/log.hpp"
#include "command/families/spawn.hpp"
#include "model/names.hpp"
#include "os/files.hpp"
#include "os/programs/spawn.hpp"

namespace sess::jobs {
namespace {

constexpr Size kDefaultSize{24, 80};

/// Variables of the caller that say something about its terminal or the session it sits in.
bool is_callers_own(std::string_view variable) {
  const auto name = variable.substr(0, variable.find('='));
  static constexpr std::string_view kNames[] = {
      "TERM",  "SESS",  "SESS_PANE", "TMUX", "TMUX_PANE", "STY", "WINDOW",       "COLUMNS",
      "LINES", "SHLVL", "OLDPWD",    "_",    "SHELL",     "PWD", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_of_a_login(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "HOME",     "USER", "LOGNAME", "PATH", "LANG",
      "LANGUAGE", "TZ",   "TMPDIR",  "MAIL", "DBUS_SESSION_BUS_ADDRESS"};
  return name.starts_with("LC_") || name.starts_with("XDG_") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// EnvironmentFile= of systemd.exec(5), without continuation lines: NAME=value, quotes around a value are
/// dropped.
Result<> read_environment_file(const std::string& path, model::Environment& environment) {
  auto text = os::read_file(path);
  if (!text)
    return fail(ErrorCode::invalid_argument, "{}", text.error().text);  // no errno: not the program's
  std::istringstream lines(*text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#' || line[begin] == ';') continue;
    line.erase(0, begin);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.pop_back();
    if (line.starts_with("export ")) line.erase(0, 7);
    const auto equals = line.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument, "{}:{}: not NAME=value", path, number);
    }
    std::string value = line.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    environment.set(line.substr(0, equals), value);
  }
  return {};
}

/// Of a pane beside a job's own: whose it is.
constexpr const char* kOwner = "SESS_JOB";

Result<> arrange(model::Model& model, model::WindowId window, const std::string& layout) {
  if (layout.empty()) return {};
  if (const auto preset = model::find_preset(layout)) {
    model.windows().arrange(window, *preset);
    return {};
  }
  return model.windows().apply_layout(window, layout);
}

}  // namespace

Result<model::PaneId> JobPanes::make(const job::Job& job, std::optional<Size> size) {
  model::Model& model = parts_.model;
  const auto wall = parts_.clock.wall();
  const std::string directory = job.spec.directory.empty() ? parts_.facts.home : job.spec.directory;
  auto name = model::session_name(job.name);
  if (!name) return pass(name.error());
  model::Session* session = model.sessions().named(*name);
  const bool made_session = session == nullptr;
  if (made_session) {
    auto made = model.create_session({*name, directory, "", wall});
    if (!made) return pass(made.error());
    session = *made;
  }
  const auto session_id = session->id;
  model::Model::NewWindow window;
  window.session = session_id;
  window.select = true;
  window.size = size ? clamp(*size) : kDefaultSize;
  window.pane.shell = session->options.string("default-shell");
  if (window.pane.shell.empty()) window.pane.shell = "/bin/sh";
  const auto& command = main_command(job.spec);
  if (command.size() == 1) {
    window.pane.shell_command = command.front();
  } else {
    window.pane.argv = command;
  }
  window.pane.start_path = directory;
  window.pane.title = parts_.facts.host;
  window.pane.now = wall;
  auto created = model.create_window(window);
  if (!created) {
    if (made_session) model.destroy_session(session_id);
    return pass(created.error());
  }
  command::name_window(model, created->window);
  return created->pane;
}

model::Environment JobPanes::environment_for(const job::Job& job) const {
  const model::Environment& global = parts_.model.globals().environment;
  model::Environment inherited;
  for (const auto& variable : os::current_environment()) inherited.put(variable);
  model::Environment out;
  if (job.caller) {
    for (const auto& variable : job.caller->environment) {
      if (!is_callers_own(variable)) out.put(variable);
    }
  } else {
    // Nobody's: what the machine gave the daemon, but of one that some command started only what every login
    // has.
    for (const auto& [name, entry] : inherited.entries()) {
      if (parts_.start.boot || is_of_a_login(name)) out.set(name, *entry.value);
    }
  }
  // What the configuration or set-environment -g said; the rest is of whoever started the daemon.
  for (const auto& [name, entry] : global.entries()) {
    if (entry.value && inherited.value(name) == entry.value) continue;
    if (entry.value) {
      out.set(name, *entry.value, entry.visibility);
    } else {
      out.remove(name);
    }
  }
  return out;
}

Result<command::ProgramStart> JobPanes::program_for(const job::Job& job, const model::Pane& pane,
                                                    const std::vector<std::string>& command) const {
  model::Model& model = parts_.model;
  const auto& facts = parts_.facts;
  const auto sessions = model.links().sessions_with(pane.window);
  model::Environment environment = environment_for(job);
  if (!sessions.empty()) environment.merge(sessions.front()->environment);
  environment.set("TERM", model.globals().server.string("default-terminal"));
  environment.set("TERM_PROGRAM", "sess");
  environment.set("TERM_PROGRAM_VERSION", facts.version);
  if (!job.spec.environment_file.empty()) {
    if (auto ok = read_environment_file(job.spec.environment_file, environment); !ok) return pass(ok.error());
  }
  for (const auto& [name, value] : job.spec.environment) environment.set(name, value);
  if (!environment.value("PATH")) environment.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  command::name_daemon(environment, model, facts,
                       sessions.empty() ? model::SessionId{0} : sessions.front()->id);
  command::name_pane(environment, pane.id);
  environment.set("SESS_JOB", job.name);
  if (!parts_.agent_path.empty()) environment.set("SSH_AUTH_SOCK", parts_.agent_path);
  environment.set("SHELL", pane.shell);
  environment.set("PWD", pane.start_path);

  command::ProgramStart start;
  if (command.empty()) {
    start.argv = {pane.shell};
    start.argv0 = "-" + pane.shell.substr(pane.shell.rfind('/') + 1);
  } else if (command.size() > 1 ||
             command.front().find_first_of(" \t\n|&;<>()$`\\\"'*?[]#~=%!{}") == std::string::npos) {
    // A plain word needs no shell; without one the exit status cannot be anybody else's.
    start.argv = command;
  } else {
    start.argv = {pane.shell, "-c", command.front()};
    start.argv0 = pane.shell.substr(pane.shell.rfind('/') + 1);
  }
  start.env = environment.block();
  start.cwd = pane.start_path;
  start.umask = job.spec.umask ? *job.spec.umask : job.caller ? job.caller->umask : 022;
  start.nice = job.spec.nice;
  start.input = job.spec.input;
  return start;
}

// --- beside the job's own -------------------------------------------------------------------------------

const std::vector<std::string>& JobPanes::main_command(const job::Spec& spec) {
  static const std::vector<std::string> kShell;
  if (!spec.command.empty()) return spec.command;
  return spec.windows.empty() || spec.windows.front().panes.empty()
             ? kShell
             : spec.windows.front().panes.front().command;
}

model::PaneSpec JobPanes::beside_spec(const job::Job& job, const job::PaneSpec& spec,
                                      const std::string& shell) const {
  model::PaneSpec out;
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

void JobPanes::start_beside(const job::Job& job, const job::PaneSpec& spec, model::PaneId id) {
  const auto started = [this, name = job.name, id](const Result<>& result) {
    if (result) return;
    parts_.outside.report(
        fmt::format("job {}: a pane beside it cannot start: {}", name, result.error().text));
    if (parts_.model.pane(id) != nullptr) parts_.model.destroy_pane(id);
  };
  auto program = program_for(job, *parts_.model.pane(id), spec.command);
  if (!program) return started(pass(program.error()));
  auto holder = parts_.outside.start_program(id, *program, [started](const Result<std::int32_t>& result) {
    started(result ? Result<>() : pass(result.error()));
  });
  if (!holder) started(pass(holder.error()));
}

void JobPanes::lay_out(const job::Job& job, model::PaneId main) {
  if (job.spec.windows.empty()) return;
  model::Model& model = parts_.model;
  const auto sessions = model.links().sessions_with(model.pane(main)->window);
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
      if (!spec.name.empty()) model.windows().set_name(window, spec.name);
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
      auto pane = model.windows().split_pane({last, {}, beside_spec(job, panes[i], shell)});
      if (!pane) {
        report(spec, pane.error());
        break;
      }
      last = (*pane)->id;
      // Room for the next: the layout is told the number of panes as they come.
      model.windows().arrange(window, model::Preset::tiled);
      start_beside(job, panes[i], last);
    }
    if (model.window(window) == nullptr) continue;
    if (auto arranged = arrange(model, window, spec.layout); !arranged) report(spec, arranged.error());
  }
  parts_.outside.changed();
}

void JobPanes::close_layout(const std::string& name) {
  std::vector<model::PaneId> panes;
  for (const auto& [id, pane] : parts_.model.panes()) {
    if (pane.environment.value(kOwner) == name) panes.push_back(id);
  }
  for (const auto id : panes) parts_.model.destroy_pane(id);
}

}  // namespace sess::jobs
