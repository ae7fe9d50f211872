// Where a job's program runs and with what: session, pane, environment, log.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "base/log.hpp"
#include "command/families/spawn.hpp"
#include "job/job_file.hpp"
#include "job/name.hpp"
#include "jobs/clients.hpp"
#include "jobs/scopes.hpp"
#include "model/names.hpp"
#include "os/directory.hpp"
#include "os/files.hpp"
#include "os/programs/spawn.hpp"

namespace sess::jobs {
namespace {

constexpr Size kDefaultSize{24, 80};

/// Variables of the caller that say something about its terminal or the session it sits in.
bool is_callers_own(std::string_view variable) {
  const auto name = variable.substr(0, variable.find('='));
  static constexpr std::string_view kNames[] = {"TERM",   "SESS",    "SESS_PANE", "TMUX",  "TMUX_PANE", "STY",
                                                "WINDOW", "COLUMNS", "LINES",     "SHLVL", "OLDPWD",    "_",
                                                "SHELL",  "PWD",     "TERM_PROGRAM", "TERM_PROGRAM_VERSION"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_of_a_login(std::string_view name) {
  static constexpr std::string_view kNames[] = {"HOME", "USER", "LOGNAME", "PATH", "LANG", "LANGUAGE", "TZ",
                                                "TMPDIR", "MAIL", "DBUS_SESSION_BUS_ADDRESS"};
  return name.starts_with("LC_") || name.starts_with("XDG_") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// EnvironmentFile= of systemd.exec(5), without continuation lines: NAME=value, quotes around a value are dropped.
Result<> read_environment_file(const std::string& path, model::Environment& environment) {
  auto text = os::read_file(path);
  if (!text) return fail(ErrorCode::invalid_argument, "{}", text.error().text);  // no errno: not the program's
  std::istringstream lines(*text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#' || line[begin] == ';') continue;
    line.erase(0, begin);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.pop_back();
    if (line.starts_with("export ")) line.erase(0, 7);
    const auto equals = line.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument, "{}:{}: not NAME=value", path, number);
    }
    std::string value = line.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    environment.set(line.substr(0, equals), value);
  }
  return {};
}

}  // namespace

std::optional<model::PaneId> JobControl::pane_of(const std::string& job) const {
  const auto it = panes_.find(job);
  if (it == panes_.end() || parts_.model.pane(it->second) == nullptr) return std::nullopt;
  return it->second;
}

Result<model::PaneId> JobControl::make_pane(const job::Job& job) {
  model::Model& model = parts_.model;
  const auto wall = parts_.clock.wall();
  const std::string directory = job.spec.directory.empty() ? parts_.facts.home : job.spec.directory;
  auto name = model::session_name(job.name);
  if (!name) return pass(name.error());
  model::Session* session = model.session_named(*name);
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
  const auto size = sizes_.find(job.name);
  window.size = size == sizes_.end() ? kDefaultSize : clamp(size->second);
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

model::Environment JobControl::environment_for(const job::Job& job) const {
  const model::Environment& global = parts_.model.environment();
  model::Environment inherited;
  for (const auto& variable : os::current_environment()) inherited.put(variable);
  model::Environment out;
  if (job.caller) {
    for (const auto& variable : job.caller->environment) {
      if (!is_callers_own(variable)) out.put(variable);
    }
  } else {
    // Nobody's: what the machine gave the daemon, but of one that some command started only what every login has.
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

Result<command::ProgramStart> JobControl::program_for(const job::Job& job, const model::Pane& pane,
                                                      const std::vector<std::string>& command) {
  model::Model& model = parts_.model;
  const auto& facts = parts_.facts;
  const auto sessions = model.sessions_with(pane.window);
  model::Environment environment = environment_for(job);
  if (!sessions.empty()) environment.merge(sessions.front()->environment);
  environment.set("TERM", model.server_options().string("default-terminal"));
  environment.set("TERM_PROGRAM", "sess");
  environment.set("TERM_PROGRAM_VERSION", facts.version);
  if (!job.spec.environment_file.empty()) {
    if (auto ok = read_environment_file(job.spec.environment_file, environment); !ok) return pass(ok.error());
  }
  for (const auto& [name, value] : job.spec.environment) environment.set(name, value);
  environment.set("SESS", fmt::format("{},{},{}", facts.socket_path, facts.pid,
                                      sessions.empty() ? 0 : sessions.front()->id.value));
  environment.set("SESS_PANE", to_string(pane.id));
  environment.set("SESS_JOB", job.name);
  if (!environment.value("PATH")) environment.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  if (!parts_.agent_path.empty()) environment.set("SSH_AUTH_SOCK", parts_.agent_path);
  environment.set("SHELL", pane.shell);
  environment.set("PWD", pane.start_path);

  command::ProgramStart start;
  if (command.empty()) {
    start.argv = {pane.shell};
    start.argv0 = "-" + pane.shell.substr(pane.shell.rfind('/') + 1);
  } else if (command.size() > 1 || command.front().find_first_of(" \t\n|&;<>()$`\\\"'*?[]#~=%!{}") == std::string::npos) {
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

Result<std::optional<int>> JobControl::start(const job::Job& job) {
  if (ending_) return fail(ErrorCode::unavailable, "the daemon is ending");
  auto id = pane_of(job.name);
  const bool fresh = !id;
  if (fresh) {
    auto made = make_pane(job);
    if (!made) return pass(made.error());
    id = *made;
  }
  panes_[job.name] = *id;
  encoded_.erase(job.name);
  const auto give_up = [&](const Error& error) {
    give_up_start(job.name, *id, fresh);
    return pass(error);
  };
  auto program = program_for(job, *parts_.model.pane(*id), main_command(job.spec));
  if (!program) return give_up(program.error());
  program->replace = !fresh;
  // A scope limits all of the job's processes together; this is the limit of each.
  if (job.spec.memory_limit > 0 && !scopes_->unavailable().empty()) program->memory_limit = job.spec.memory_limit;
  if (::access(program->cwd.c_str(), X_OK) != 0) {
    // A command in another directory than it was meant for does harm; systemd refuses it, too.
    return give_up(Error{ErrorCode::invalid_argument, 0, fmt::format("cannot enter {}: {}", program->cwd, std::strerror(errno))});
  }
  program->held = true;
  keep_laggards(*id);
  // What sess itself wrote above is no output of a program.
  if (panes::PaneIo* io = parts_.terminals.find(*id)) io->journal().start_log(io->journal().written());
  open_log(*id, job);
  parts_.outside.changed();
  const auto wall = parts_.clock.wall();
  const auto later = [this, name = job.name, pane = *id, fresh, wall](const Result<std::int32_t>& holder) {
    on_started_later(name, {pane, fresh, wall}, holder);
  };
  const auto holder = parts_.outside.start_program(*id, *program, later);
  if (!holder) return give_up(holder.error());
  if (!*holder) return std::optional<int>();
  return std::optional(take_program(job, {*id, fresh, wall}, **holder));
}

void JobControl::give_up_start(const std::string& name, model::PaneId pane, bool fresh) {
  logs_.erase(pane);
  panes_.erase(name);
  encoded_.erase(name);
  if (fresh && parts_.model.pane(pane) != nullptr) parts_.model.destroy_pane(pane);
}

/// The keeper took its time; meanwhile the job was waiting.
void JobControl::on_started_later(const std::string& name, Begun begun, const Result<std::int32_t>& holder) {
  const job::Job* job = supervisor_.find(name);
  if (ending_ || job == nullptr || !job->starting) return;
  if (holder) {
    supervisor_.on_started(name, take_program(*job, begun, *holder), now());
  } else {
    give_up_start(name, begun.pane, begun.fresh);
    supervisor_.on_started(name, pass(holder.error()), now());
  }
  after_change();
  auto waiting = start_waiters_.extract(name);
  while (!waiting.empty()) {
    waiting.mapped()(holder ? Result<>() : pass(holder.error()));
    waiting = start_waiters_.extract(name);
  }
}

/// A program that runs is its job's.
int JobControl::take_program(const job::Job& job, Begun begun, std::int32_t holder) {
  const auto& [pane, fresh, wall] = begun;
  if (Log& log = logs_[pane]; log.writer) {
    if (const auto report = log.writer->begin_run(wall)) parts_.outside.report(fmt::format("job {}: {}", job.name, *report));
  }
  if (panes::PaneIo* io = parts_.terminals.find(pane)) io->journal().start_log(io->journal().written());
  const int pid = parts_.model.pane(pane)->pid;
  runs_[pane] = {job.name, pid, wall, job.tracker.restarts(), false, holder, false, now().time};
  write_note(job, pid);
  log::info("job {}: started as pid {} in pane {}", job.name, pid, pane.value);
  scopes_->begin(job, pid, holder);
  if (!fresh) return pid;
  lay_out(job, pane);
  for (auto& follower : followers_) {
    if (follower->job != job.name || follower->status || follower->log) continue;
    follower->pane = pane;
    follower->offset = 0;
  }
  return pid;
}

void JobControl::open_log(model::PaneId pane, const job::Job& job) {
  Log& log = logs_[pane];
  log = {};
  if (!job.spec.log) return;
  std::string file = job.name + ".log";
  job::Directory* directory = nullptr;
  if (!job.spec.log_path.empty()) {
    const auto slash = job.spec.log_path.rfind('/');
    auto opened = job::DiskDirectory::open(slash == 0 ? "/" : job.spec.log_path.substr(0, slash));
    if (!opened) return parts_.outside.report(fmt::format("job {} is not logged: {}", job.name, opened.error().text));
    log.own_directory = std::move(*opened);
    directory = log.own_directory.get();
    file = job.spec.log_path.substr(slash + 1);
  } else {
    directory = &log_directory();
  }
  log.writer = std::make_unique<job::LogWriter>(*directory, file, job.spec.log_limits);
}

}  // namespace sess::jobs
