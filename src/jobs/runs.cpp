#include "jobs/runs.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/duration.hpp"
#include "base/log.hpp"
#include "job/files.hpp"
#include "job/job_file.hpp"
#include "jobs/followers.hpp"
#include "jobs/history.hpp"
#include "jobs/inputs.hpp"
#include "jobs/logs.hpp"
#include "jobs/notices.hpp"
#include "jobs/panes.hpp"
#include "jobs/scopes.hpp"
#include "jobs/waiters.hpp"

namespace sess::jobs {
namespace {

/// Jobs that are kept in the table after they ended, for `start` and `status`.
constexpr std::size_t kEndedJobs = 64;
/// What the daemon's end may take beyond the stop times of its jobs; and the grace of programs that are no
/// job's.
constexpr std::chrono::milliseconds kEndMargin{1000};
constexpr std::chrono::milliseconds kPlainGrace{5000};
/// Clocks that differ by more were set.
constexpr std::chrono::seconds kClockStep{2};
/// What a time loses on its way to a record.
constexpr std::chrono::milliseconds kRounding{1};

}  // namespace

Runs::Runs(const Parts& parts, const Others& others)
    : parts_(parts),
      supervisor_(others.supervisor),
      table_(others.table),
      history_(others.history),
      logs_(others.logs),
      panes_(others.panes),
      scopes_(others.scopes),
      inputs_(others.inputs),
      followers_(others.followers),
      waiters_(others.waiters),
      notices_(others.notices),
      timer_(parts.loop, [this] { on_time(); }) {}

void Runs::on_time() {
  supervisor_.on_timer(table_.now());
  after_change();
}

// --- what the keeper hands over -------------------------------------------------------------------------

bool Runs::on_program(const keeper::Program& program) {
  const model::PaneId pane{program.pane};
  if (const auto run = table_.runs().find(pane); run != table_.runs().end()) {
    if (run->second.pid == program.pid) {
      // What it had left behind may have ended while there was no server.
      if (!run->second.ended || program.holder > 0) handed_over_.insert(pane);
      run->second.holder = program.holder;
      logs_.open(pane, *table_.find(run->second.job));
    }
    return run->second.pid == program.pid;
  }
  // The last server died between the program's start and writing it down.
  for (const auto& [name, place] : table_.places()) {
    const job::Job* job = table_.find(name);
    if (place.pane != pane || job == nullptr ||
        (job->state != job::State::waiting && job->state != job::State::restarting)) {
      continue;
    }
    if (program.exited) {
      // The run before: its end is recorded, and the keeper has it for the pane that waits. The clocks that
      // said when it was started differ by what the start took.
      const job::Record* known = history_.newest(name);
      if (known != nullptr && known->pid == program.pid && known->end + kRounding >= program.ended)
        return false;
    }
    job::Job running = *job;
    running.state = job::State::running;
    running.pid = program.pid;
    running.started = program.started;
    running.exit.reset();
    running.tracker.on_started(table_.now().time);
    running.due.reset();
    running.stop_pending = running.asked == job::Job::Asked::stop;
    if (running.spec.timeout.count() > 0) running.due = table_.now().time + running.spec.timeout;
    table_.runs()[pane] = {name,  program.pid,   program.started, running.tracker.restarts(),
                           false, program.holder};
    handed_over_.insert(pane);
    logs_.open(pane, running);
    logs_.begin_run_later(pane);
    table_.changed(name);
    supervisor_.adopt(std::move(running));
    return true;
  }
  return false;
}

void Runs::recovered(bool first) {
  std::vector<model::PaneId> lost;
  for (const auto& [pane, run] : table_.runs()) {
    if (handed_over_.count(pane) == 0) lost.push_back(pane);
  }
  for (const auto pane : lost) lose(pane);
  handed_over_.clear();
  logs_.write_all();
  for (const auto& [name, job] : table_.jobs()) {
    if (!job.pid) continue;
    const auto run = std::find_if(table_.runs().begin(), table_.runs().end(),
                                  [&job = job](const auto& one) { return one.second.job == job.name; });
    scopes_.begin(job, *job.pid, run == table_.runs().end() ? -1 : run->second.holder);
  }
  history_.try_again();
  if (first) {
    if (auto keeps = job::check_keeps_files(parts_.start.state_directory); !keeps) {
      parts_.outside.report(
          fmt::format("nothing is kept on disk until that is possible: {}", keeps.error().text));
    }
    history_.record_lost_runs();
    inputs_.drop_unknown(history_);
  }
  // What waited when the last server died.
  on_time();
}

void Runs::lose(model::PaneId pane) {
  // Recorded, forgotten by the keeper, and then the server died before it wrote the table: the record knows.
  const Run run = table_.runs().at(pane);
  if (run.ended) return on_emptied({pane.value, run.pid});
  table_.runs().erase(pane);
  if (const job::Record* record = history_.newest(run.job); record != nullptr && record->pid == run.pid) {
    return supervisor_.on_ended(run.job, record->exit, record->end, table_.now());
  }
  log::error("job {}: its program {} is gone and nobody knows how it ended", run.job, run.pid);
  job::Record lost;
  lost.name = run.job;
  lost.exit = {125, 0, false, job::Exit::Cause::lost};
  lost.start = run.started;
  lost.end = table_.now().wall;
  lost.restart = run.restart;
  lost.pid = run.pid;
  if (const job::Job* job = table_.find(run.job)) {
    lost.command = job->spec.command;
    lost.log = job->spec.log_path;
    lost.spec = job::write_job_file(job->spec);
  }
  supervisor_.on_ended(run.job, lost.exit, lost.end, table_.now());
  if (history_.record_now({lost})) history_.drop_note(run.job);
}

// --- starts ---------------------------------------------------------------------------------------------

Result<std::optional<int>> Runs::start(const job::Job& job) {
  if (ending_) return fail(ErrorCode::unavailable, "the daemon is ending");
  auto id = table_.pane_of(job.name);
  const bool fresh = !id;
  if (fresh) {
    auto made = panes_.make(job, table_.size_of(job.name));
    if (!made) return pass(made.error());
    id = *made;
  }
  table_.place(job.name).pane = *id;
  table_.changed(job.name);
  const auto give_up = [&](const Error& error) {
    give_up_start(job.name, *id, fresh);
    return pass(error);
  };
  auto program = panes_.program_for(job, *parts_.model.pane(*id), panes_.main_command(job.spec));
  if (!program) return give_up(program.error());
  program->replace = !fresh;
  // A scope limits all of the job's processes together; this is the limit of each.
  if (job.spec.memory_limit > 0 && !scopes_.unavailable().empty())
    program->memory_limit = job.spec.memory_limit;
  if (::access(program->cwd.c_str(), X_OK) != 0) {
    // A command in another directory than it was meant for does harm; systemd refuses it, too.
    return give_up(Error{ErrorCode::invalid_argument, 0,
                         fmt::format("cannot enter {}: {}", program->cwd, std::strerror(errno))});
  }
  program->held = true;
  followers_.keep_laggards(*id);
  // What sess itself wrote above is no output of a program.
  if (panes::PaneIo* io = parts_.terminals.find(*id)) io->journal().start_log(io->journal().written());
  logs_.open(*id, job);
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

void Runs::give_up_start(const std::string& name, model::PaneId pane, bool fresh) {
  logs_.close(pane);
  table_.place(name).pane.reset();
  table_.changed(name);
  if (fresh && parts_.model.pane(pane) != nullptr) parts_.model.destroy_pane(pane);
}

/// The keeper took its time; meanwhile the job was waiting.
void Runs::on_started_later(const std::string& name, Begun begun, const Result<std::int32_t>& holder) {
  const job::Job* job = table_.find(name);
  if (ending_ || job == nullptr || !job->starting) return;
  if (holder) {
    supervisor_.on_started(name, take_program(*job, begun, *holder), table_.now());
  } else {
    give_up_start(name, begun.pane, begun.fresh);
    supervisor_.on_started(name, pass(holder.error()), table_.now());
  }
  after_change();
  auto waiting = start_waiters_.extract(name);
  while (!waiting.empty()) {
    waiting.mapped()(holder ? Result<>() : pass(holder.error()));
    waiting = start_waiters_.extract(name);
  }
}

/// A program that runs is its job's.
int Runs::take_program(const job::Job& job, Begun begun, std::int32_t holder) {
  const auto& [pane, fresh, wall] = begun;
  logs_.begin_run(pane, wall);
  if (panes::PaneIo* io = parts_.terminals.find(pane)) io->journal().start_log(io->journal().written());
  const int pid = parts_.model.pane(pane)->pid;
  table_.runs()[pane] = {job.name, pid,    wall,  job.tracker.restarts(),
                         false,    holder, false, table_.now().time};
  history_.write_note(job, pid);
  log::info("job {}: started as pid {} in pane {}", job.name, pid, pane.value);
  scopes_.begin(job, pid, holder);
  if (!fresh) return pid;
  panes_.lay_out(job, pane);
  followers_.on_new_pane(job.name, pane);
  return pid;
}

// --- ends -----------------------------------------------------------------------------------------------

bool Runs::on_exited(const keeper::Exited& exited) {
  const model::PaneId pane{exited.pane};
  const auto it = table_.runs().find(pane);
  if (it == table_.runs().end()) return false;
  Run& run = it->second;
  if (run.pid != exited.pid || run.recording || run.ended) return true;
  run.recording = true;
  ++recording_;
  if (panes::PaneIo* io = parts_.terminals.find(pane)) {
    if (!exited.left) io->finish();  // else somebody may print more
    logs_.write(*io);
  }
  job::Record record;
  record.name = run.job;
  record.exit = job::Exit::from_wait_status(exited.wait_status);
  record.start = run.started;
  record.end = exited.ended;
  record.cpu_user = exited.usage.user;
  record.cpu_system = exited.usage.system;
  record.peak_memory = exited.usage.max_resident_kib * 1024;
  record.restart = run.restart;
  record.pid = run.pid;
  if (const auto size = table_.size_of(run.job)) record.size = *size;
  if (const model::Pane* shown = parts_.model.pane(pane)) record.size = shown->size;
  if (const job::Job* job = table_.find(run.job)) {
    record.command = job->spec.command;
    record.log = job->spec.log_path;
    record.stopped = job->asked == job::Job::Asked::stop;
    record.spec = job::write_job_file(job->spec);
    if (job->timed_out && job->asked == job::Job::Asked::nothing)
      record.exit.cause = job::Exit::Cause::timeout;
    record.success = job->spec.restart.success.contains(record.exit);
  }
  if (run.began != job::Time()) {
    // The wall clock says when; when it was set meanwhile it does not say how long.
    const auto steady = std::chrono::duration_cast<std::chrono::microseconds>(table_.now().time - run.began);
    const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(record.end - record.start);
    record.took = wall.count() >= 0 && std::chrono::abs(steady - wall) < kClockStep ? wall : steady;
  }
  // Which record is the newest is told by its end: a clock that was set back does not make it an older one.
  if (const job::Record* before = history_.newest_from(run.job, record.end);
      before != nullptr && (before->pid != record.pid || before->start != record.start)) {
    record.end = before->end + std::chrono::microseconds(1);
  }
  auto done = [this, pane, exited, record](const Result<>& written) {
    on_recorded(pane, exited, record, written);
  };
  history_.write(std::move(record), std::move(done));
  return true;
}

void Runs::on_recorded(model::PaneId pane, const keeper::Exited& exited, const job::Record& record,
                       const Result<>& written) {
  --recording_;
  auto& runs = table_.runs();
  const auto run = runs.find(pane);
  const bool left = exited.left && run != runs.end() && !run->second.emptied;
  if (left) {
    run->second.recording = false;
    run->second.ended = true;
  } else {
    runs.erase(pane);
    logs_.close(pane);
  }
  history_.recorded(record, written);
  log::info("job {}: {}", record.name, record.exit.text());
  supervisor_.on_ended(record.name, record.exit, record.end, table_.now(),
                       left ? job::Supervisor::Left::processes : job::Supervisor::Left::nothing);
  // The keeper is about to forget how it ended.
  if (!written) parts_.outside.write_down();
  if (left) {
    // Its terminal stays as long as somebody may write to it; who looked at the job's run has seen it end.
    parts_.outside.pane_waits(pane, exited.wait_status, exited.ended);
    if (const job::Job* job = table_.find(record.name); job != nullptr && !job->active())
      dismiss_clients(*job);
  } else {
    release_pane(pane, record.name, exited.wait_status, exited.ended);
  }
  after_change();
}

void Runs::on_emptied(const keeper::Emptied& emptied) {
  const model::PaneId pane{emptied.pane};
  const auto it = table_.runs().find(pane);
  if (it == table_.runs().end() || it->second.pid != emptied.pid) return;
  if (!it->second.ended) {
    it->second.emptied = true;
    return;
  }
  if (panes::PaneIo* io = parts_.terminals.find(pane)) {
    io->finish();
    logs_.write(*io);
  }
  const std::string name = it->second.job;
  table_.runs().erase(it);
  logs_.close(pane);
  table_.changed(name);
  supervisor_.on_emptied(name, table_.now());
  const model::Pane* shown = parts_.model.pane(pane);
  release_pane(pane, name, shown != nullptr ? shown->dead_status : 0,
               shown != nullptr ? shown->dead_time : table_.now().wall);
  after_change();
}

void Runs::release_pane(model::PaneId pane, const std::string& name, int wait_status, job::WallTime ended) {
  const job::Job* job = table_.find(name);
  if (parts_.model.pane(pane) == nullptr) {
    parts_.outside.forget(pane);
  } else if (!table_.owns(pane)) {
    if (job != nullptr && job->state == job::State::restarting && !ending_) {
      parts_.outside.pane_waits(pane, wait_status, ended);
      const auto wait = job->due ? *job->due - table_.now().time : std::chrono::nanoseconds(0);
      if (panes::PaneIo* io = parts_.terminals.find(pane)) {
        io->announce(fmt::format("\r\n[sess: {} {}; starts again in {}]\r\n", name,
                                 job->exit ? job->exit->text() : "has ended",
                                 format_duration(std::chrono::ceil<std::chrono::milliseconds>(wait))));
      }
    } else if (job == nullptr || job->state != job::State::waiting) {
      parts_.outside.end_pane(pane, wait_status, ended);
    } else {
      parts_.outside.pane_waits(pane, wait_status, ended);
    }
  }
}

void Runs::dismiss_clients(const job::Job& job) {
  parts_.outside.dismiss(job.name, job.exit ? job.exit->shell_status() : 0);
}

bool Runs::on_pane_closed(model::PaneId pane) {
  const std::string name = table_.take_pane(pane);
  const auto run = table_.runs().find(pane);
  if (run == table_.runs().end()) {
    // Between two runs: whoever closed it does not want the next one.
    if (const job::Job* job = table_.find(name); job != nullptr && job->state == job::State::restarting) {
      static_cast<void>(supervisor_.stop(name, table_.now()));
      after_change();
    }
    return false;
  }
  if (run->second.recording) return true;
  // What tmux does to a program whose pane goes, and what a stop does if that does not help.
  static_cast<void>(parts_.outside.signal(pane, SIGHUP));
  static_cast<void>(supervisor_.stop(run->second.job, table_.now()));
  after_change();
  return true;
}

void Runs::close() {
  ending_ = true;
  timer_.stop();
}

bool Runs::busy() const {
  return recording_ > 0 || history_.waits_for_disk() || !table_.runs().empty() || supervisor_.any_active();
}

void Runs::stop_all() {
  if (std::exchange(stopping_all_, true)) return;
  stopped_all_ = table_.now().time;
  const auto longest = supervisor_.stop_all(table_.now());
  if (!table_.runs().empty()) {
    parts_.outside.ends_within(longest + kEndMargin);
  }
  after_change();
}

// --- job::SupervisorActions -----------------------------------------------------------------------------

void Runs::signal(const job::Job& job, int signo) {
  for (const auto& [pane, run] : table_.runs()) {
    if (run.job != job.name) continue;
    if (auto sent = parts_.outside.signal(pane, signo); !sent) {
      log::error("job {}: {}", job.name, sent.error().text);
    }
  }
}

void Runs::changed(const job::Job& job) {
  table_.changed(job.name);
  parts_.outside.changed();
}

void Runs::settled(const job::Job& job) {
  if (job.exit || job.state == job::State::failed) {
    log::info("job {} is {}{}{}", job.name, state_name(job.state), job.reason.empty() ? "" : ": ",
              job.reason);
  }
  settled_some_ = true;
  if (!job.spec.windows.empty()) panes_.close_layout(job.name);
  waiters_.on_ended(job.name);
  followers_.on_ended(job.name);
  if (!ending_ && !job.told) notices_.ended(job, table_.pane_of(job.name));
  // Followers print what is left from a copy: the pane goes.
  followers_.take_rest(job.name);
}

void Runs::after_change() {
  arm_timer();
  if (stopping_all_ && table_.runs().empty()) {
    // Programs without a job have the keeper's own grace time, which began with the stop.
    const auto left = std::max(
        kPlainGrace - std::chrono::duration_cast<std::chrono::milliseconds>(table_.now().time - stopped_all_),
        kEndMargin);
    parts_.outside.ends_within(left);
  }
  if (!std::exchange(settled_some_, false)) return;
  waiters_.check_all();
  forget_old();
}

void Runs::arm_timer() {
  const auto due = supervisor_.next_due();
  if (!due || ending_) return timer_.stop();
  timer_.start(std::max(*due - table_.now().time, std::chrono::nanoseconds(0)));
}

void Runs::forget_old() {
  std::vector<const job::Job*> ended;
  for (const auto& [name, job] : table_.jobs()) {
    if (job.active() || job.left_behind || job.from_file || history_.waits_for_disk(name)) continue;
    ended.push_back(&job);
  }
  if (ended.size() <= kEndedJobs) return;
  std::sort(ended.begin(), ended.end(), [](const auto* a, const auto* b) { return a->since < b->since; });
  ended.resize(ended.size() - kEndedJobs);
  std::vector<std::string> names;
  for (const auto* job : ended) names.push_back(job->name);
  for (const auto& name : names) {
    inputs_.drop(*table_.find(name));
    static_cast<void>(supervisor_.remove(name));
    table_.forget(name);
  }
}

}  // namespace sess::jobs
