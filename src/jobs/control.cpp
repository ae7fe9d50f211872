#include "jobs/control.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/log.hpp"
#include "job/job_file.hpp"
#include "job/name.hpp"
#include "jobs/clients.hpp"
#include "jobs/scopes.hpp"
#include "jobs/log_printer.hpp"

namespace sess::jobs {
namespace {

/// Ends that are kept in memory, and jobs that are kept in the table after they ended, for `start` and `status`.
/// Older ones are found by their records.
constexpr std::size_t kEnds = 4096;
constexpr std::size_t kEndedJobs = 64;
/// Output goes to the log in portions of this size, at the latest when so much waits.
constexpr std::uint64_t kLogPortion = 16 * 1024;
constexpr std::uint64_t kLogLag = 64 * 1024;
/// Between two tries to write records that could not be written; and how many of one job wait for that.
constexpr std::chrono::milliseconds kFirstRetry{250};
constexpr std::chrono::milliseconds kLongestRetry{60'000};
constexpr std::size_t kMostUnwritten = 1024;
/// What the daemon's end may take beyond the stop times of its jobs; and the grace of programs that are no job's.
constexpr std::chrono::milliseconds kEndMargin{1000};
constexpr std::chrono::milliseconds kPlainGrace{5000};
/// Clocks that differ by more were set.
constexpr std::chrono::seconds kClockStep{2};
/// What a time loses on its way to a record.
constexpr std::chrono::milliseconds kRounding{1};
/// How often records are looked through for those that are older than record-age.
constexpr std::chrono::hours kExpiry{1};

}  // namespace

JobControl::JobControl(const Parts& parts)
    : parts_(parts),
      supervisor_(*this),
      scopes_(std::make_unique<JobScopes>(parts, *this)),
      timer_(std::make_unique<os::Timer>(parts.loop, [this] {
        supervisor_.on_timer(now());
        after_change();
      })),
      notices_(parts, *this) {
  retry_timer_ = std::make_unique<os::Timer>(parts.loop, [this] { write_again(); });
}

JobControl::~JobControl() = default;

job::Now JobControl::now() const { return {parts_.clock.now(), parts_.clock.wall()}; }

// --- the table across servers ---------------------------------------------------------------------------

void JobControl::restore(const std::vector<std::shared_ptr<const std::string>>& saved) {
  for (const auto& bytes : saved) {
    auto one = decode_job(*bytes);
    if (!one) {
      log::error("{}", one.error().text);
      continue;
    }
    const std::string name = one->job.name;
    if (one->pane) {
      panes_[name] = *one->pane;
      if (one->run_pid > 0) {
        runs_[*one->pane] = {name,  one->run_pid,    one->run_started, one->run_restart,
                             false, one->run_holder, one->run_ended,   one->run_began};
      }
    }
    for (const auto& text : one->unwritten) {
      auto record = job::decode_record(text);
      if (!record) {
        log::error("job {}: a record that was not written: {}", name, record.error().text);
        continue;
      }
      remember_end(*record);
      unwritten_[name].push_back(std::move(*record));
    }
    supervisor_.adopt(std::move(one->job));
  }
}

bool JobControl::on_program(const keeper::Program& program) {
  const model::PaneId pane{program.pane};
  if (const auto run = runs_.find(pane); run != runs_.end()) {
    if (run->second.pid == program.pid) {
      // What it had left behind may have ended while there was no server.
      if (!run->second.ended || program.holder > 0) handed_over_.insert(pane);
      run->second.holder = program.holder;
      open_log(pane, *supervisor_.find(run->second.job));
    }
    return run->second.pid == program.pid;
  }
  // The last server died between the program's start and writing it down.
  for (const auto& [name, where] : panes_) {
    const job::Job* job = supervisor_.find(name);
    if (where != pane || job == nullptr || (job->state != job::State::waiting && job->state != job::State::restarting)) {
      continue;
    }
    if (program.exited) {
      // The run before: its end is recorded, and the keeper has it for the pane that waits. The clocks that said when it
      // was started differ by what the start took.
      const job::Record* known = newest_end(name);
      if (known != nullptr && known->pid == program.pid && known->end + kRounding >= program.ended) return false;
    }
    job::Job running = *job;
    running.state = job::State::running;
    running.pid = program.pid;
    running.started = program.started;
    running.exit.reset();
    running.tracker.on_started(now().time);
    running.due.reset();
    running.stop_pending = running.asked == job::Job::Asked::stop;
    if (running.spec.timeout.count() > 0) running.due = now().time + running.spec.timeout;
    runs_[pane] = {name, program.pid, program.started, running.tracker.restarts(), false, program.holder};
    handed_over_.insert(pane);
    open_log(pane, running);
    logs_[pane].begins = true;
    encoded_.erase(name);
    supervisor_.adopt(std::move(running));
    return true;
  }
  return false;
}

void JobControl::recovered(bool first) {
  std::vector<model::PaneId> lost;
  for (const auto& [pane, run] : runs_) {
    if (handed_over_.count(pane) == 0) lost.push_back(pane);
  }
  for (const auto pane : lost) lose(pane);
  handed_over_.clear();
  for (const auto& [pane, log] : logs_) {
    if (panes::PaneIo* io = parts_.terminals.find(pane)) log_output(*io);
  }
  for (const auto& [name, job] : supervisor_.jobs()) {
    if (!job.pid) continue;
    const auto run = std::find_if(runs_.begin(), runs_.end(), [&job = job](const auto& one) { return one.second.job == job.name; });
    scopes_->begin(job, *job.pid, run == runs_.end() ? -1 : run->second.holder);
  }
  if (!unwritten_.empty()) arm_retry();
  if (first) {
    if (auto keeps = job::check_keeps_files(parts_.start.state_directory); !keeps) {
      parts_.outside.report(fmt::format("nothing is kept on disk until that is possible: {}", keeps.error().text));
    }
    record_lost_runs();
    drop_inputs();
  }
  // What waited when the last server died.
  supervisor_.on_timer(now());
  after_change();
}

void JobControl::begin() {
  start_enabled();
  supervisor_.on_timer(now());
  after_change();
}

void JobControl::lose(model::PaneId pane) {
  // Recorded, forgotten by the keeper, and then the server died before it wrote the table: the record knows.
  const Run run = runs_.at(pane);
  if (run.ended) return on_emptied({pane.value, run.pid});
  runs_.erase(pane);
  if (const job::Record* record = newest_end(run.job); record != nullptr && record->pid == run.pid) {
    return supervisor_.on_ended(run.job, record->exit, record->end, now());
  }
  log::error("job {}: its program {} is gone and nobody knows how it ended", run.job, run.pid);
  job::Record lost;
  lost.name = run.job;
  lost.exit = {125, 0, false, job::Exit::Cause::lost};
  lost.start = run.started;
  lost.end = now().wall;
  lost.restart = run.restart;
  lost.pid = run.pid;
  if (const job::Job* job = supervisor_.find(run.job)) {
    lost.command = job->spec.command;
    lost.log = job->spec.log_path;
    lost.spec = job::write_job_file(job->spec);
  }
  supervisor_.on_ended(run.job, lost.exit, lost.end, now());
  if (record_now({lost})) drop_note(run.job);
}

std::vector<std::shared_ptr<const std::string>> JobControl::save() const {
  std::vector<std::shared_ptr<const std::string>> out;
  for (const auto& [name, job] : supervisor_.jobs()) {
    auto& bytes = encoded_[name];
    if (bytes == nullptr) {
      SavedJob saved;
      saved.job = job;
      if (const auto pane = panes_.find(name); pane != panes_.end()) saved.pane = pane->second;
      for (const auto& [pane, run] : runs_) {
        if (run.job != name) continue;
        saved.pane = pane;
        saved.run_pid = run.pid;
        saved.run_started = run.started;
        saved.run_restart = run.restart;
        saved.run_holder = run.holder;
        saved.run_ended = run.ended;
        saved.run_began = run.began;
      }
      if (const auto kept = unwritten_.find(name); kept != unwritten_.end()) {
        for (const auto& record : kept->second) saved.unwritten.push_back(job::encode_record(record));
      }
      bytes = std::make_shared<const std::string>(encode_job(saved));
    }
    out.push_back(bytes);
  }
  return out;
}

// --- ends -----------------------------------------------------------------------------------------------

bool JobControl::on_exited(const keeper::Exited& exited) {
  const model::PaneId pane{exited.pane};
  const auto it = runs_.find(pane);
  if (it == runs_.end()) return false;
  Run& run = it->second;
  if (run.pid != exited.pid || run.recording || run.ended) return true;
  run.recording = true;
  ++recording_;
  if (panes::PaneIo* io = parts_.terminals.find(pane)) {
    if (!exited.left) io->finish();  // else somebody may print more
    log_output(*io);
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
  if (const auto size = sizes_.find(run.job); size != sizes_.end()) record.size = size->second;
  if (const model::Pane* shown = parts_.model.pane(pane)) record.size = shown->size;
  if (const job::Job* job = supervisor_.find(run.job)) {
    record.command = job->spec.command;
    record.log = job->spec.log_path;
    record.stopped = job->asked == job::Job::Asked::stop;
    record.spec = job::write_job_file(job->spec);
    if (job->timed_out && job->asked == job::Job::Asked::nothing) record.exit.cause = job::Exit::Cause::timeout;
    record.success = job->spec.restart.success.contains(record.exit);
  }
  if (run.began != job::Time()) {
    // The wall clock says when; when it was set meanwhile it does not say how long.
    const auto steady = std::chrono::duration_cast<std::chrono::microseconds>(now().time - run.began);
    const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(record.end - record.start);
    record.took = wall.count() >= 0 && std::chrono::abs(steady - wall) < kClockStep ? wall : steady;
  }
  // Which record is the newest is told by its end: a clock that was set back does not make it an older one.
  if (const job::Record* before = newest_end_from(run.job, record.end);
      before != nullptr && (before->pid != record.pid || before->start != record.start)) {
    record.end = before->end + std::chrono::microseconds(1);
  }
  auto done = [this, pane, exited, record](const Result<>& written) { on_recorded(pane, exited, record, written); };
  static_cast<void>(records());
  writer_->add(std::move(record), std::move(done));
  return true;
}

void JobControl::on_recorded(model::PaneId pane, const keeper::Exited& exited, const job::Record& record,
                             const Result<>& written) {
  --recording_;
  if (record_store_ && now().wall - expired_ > kExpiry) expire_records();
  const auto run = runs_.find(pane);
  const bool left = exited.left && run != runs_.end() && !run->second.emptied;
  if (left) {
    run->second.recording = false;
    run->second.ended = true;
  } else {
    runs_.erase(pane);
    logs_.erase(pane);
  }
  encoded_.erase(record.name);
  remember_end(record);
  drop_note(record.name);
  if (written) {
    record_store_->added(record);
    if (!unwritten_.empty() && rewriting_ == 0) write_again();  // the disk takes something
  } else {
    keep_unwritten(record, written.error());
  }
  log::info("job {}: {}", record.name, record.exit.text());
  supervisor_.on_ended(record.name, record.exit, record.end, now(),
                       left ? job::Supervisor::Left::processes : job::Supervisor::Left::nothing);
  // The keeper is about to forget how it ended.
  if (!written) parts_.outside.write_down();
  if (left) {
    // Its terminal stays as long as somebody may write to it; who looked at the job's run has seen it end.
    parts_.outside.pane_waits(pane, exited.wait_status, exited.ended);
    if (const job::Job* job = supervisor_.find(record.name); job != nullptr && !job->active()) dismiss_clients(*job);
  } else {
    release_pane(pane, record.name, exited.wait_status, exited.ended);
  }
  after_change();
}

void JobControl::on_emptied(const keeper::Emptied& emptied) {
  const model::PaneId pane{emptied.pane};
  const auto it = runs_.find(pane);
  if (it == runs_.end() || it->second.pid != emptied.pid) return;
  if (!it->second.ended) {
    it->second.emptied = true;
    return;
  }
  if (panes::PaneIo* io = parts_.terminals.find(pane)) {
    io->finish();
    log_output(*io);
  }
  const std::string name = it->second.job;
  runs_.erase(it);
  logs_.erase(pane);
  encoded_.erase(name);
  supervisor_.on_emptied(name, now());
  const model::Pane* shown = parts_.model.pane(pane);
  release_pane(pane, name, shown != nullptr ? shown->dead_status : 0, shown != nullptr ? shown->dead_time : now().wall);
  after_change();
}

void JobControl::release_pane(model::PaneId pane, const std::string& name, int wait_status, job::WallTime ended) {
  const job::Job* job = supervisor_.find(name);
  if (parts_.model.pane(pane) == nullptr) {
    parts_.outside.forget(pane);
  } else if (!owns(pane)) {
    if (job != nullptr && job->state == job::State::restarting && !ending_) {
      parts_.outside.pane_waits(pane, wait_status, ended);
      const auto wait = job->due ? *job->due - now().time : std::chrono::nanoseconds(0);
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

void JobControl::dismiss_clients(const job::Job& job) {
  parts_.outside.dismiss(job.name, job.exit ? job.exit->shell_status() : 0);
}

bool JobControl::on_pane_closed(model::PaneId pane) {
  std::string name;
  for (const auto& [job, where] : panes_) {
    if (where == pane) name = job;
  }
  panes_.erase(name);
  encoded_.erase(name);
  const auto run = runs_.find(pane);
  if (run == runs_.end()) {
    // Between two runs: whoever closed it does not want the next one.
    if (const job::Job* job = supervisor_.find(name); job != nullptr && job->state == job::State::restarting) {
      static_cast<void>(supervisor_.stop(name, now()));
      after_change();
    }
    return false;
  }
  if (run->second.recording) return true;
  // What tmux does to a program whose pane goes, and what a stop does if that does not help.
  static_cast<void>(parts_.outside.signal(pane, SIGHUP));
  static_cast<void>(supervisor_.stop(run->second.job, now()));
  after_change();
  return true;
}

void JobControl::on_pane_bytes(panes::PaneIo& pane) {
  if (logs_.empty()) return;
  const auto position = pane.journal().log_position();
  if (position && pane.journal().written() - position->logged >= kLogLag) log_output(pane);
}

void JobControl::log_output(panes::PaneIo& pane) {
  const auto it = logs_.find(pane.id());
  if (it == logs_.end() || it->second.writer == nullptr) return;
  job::LogWriter& writer = *it->second.writer;
  panes::Journal& journal = pane.journal();
  auto position = journal.log_position();
  if (!position) {
    // The server before died between the program's start and this.
    journal.start_log(journal.oldest());
    position = journal.log_position();
  }
  const auto wall = parts_.clock.wall();
  const auto report = [&](const std::optional<std::string>& text) {
    if (text) parts_.outside.report(fmt::format("job {}: {}", runs_.count(pane.id()) > 0 ? runs_.at(pane.id()).job : "", *text));
  };
  std::uint64_t logged = position->logged;
  if (!std::exchange(it->second.found, true)) {
    if (position->base) logged = std::min(logged + writer.written_since(*position->base, wall), journal.written());
    writer.resume(position->lost);
    journal.end_log_write(logged, position->lost);
  }
  if (std::exchange(it->second.begins, false)) report(writer.begin_run(wall));
  while (logged < journal.written()) {
    const std::uint64_t from = std::max(logged, journal.oldest());
    const auto bytes = journal.output(from).substr(0, kLogPortion);
    for (auto& reader : early_readers_) reader->ready = true;
    report(writer.write(bytes, wall, [&](std::uint64_t size) { journal.begin_log_write(size); }));
    logged = from + bytes.size();
    journal.end_log_write(logged, writer.lost());
  }
}

void JobControl::close() {
  ending_ = true;
  timer_->stop();
  if (writer_) writer_->drain();
  if (!unwritten_.empty()) {
    write_again();
    writer_->drain();
  }
  for (const auto& [name, records] : unwritten_) {
    for (const auto& record : records) log::error("job {}: its exit ({}) is recorded nowhere", name, record.exit.text());
  }
  for (auto& follower : followers_) pump(*follower);
}

bool JobControl::busy() const {
  return recording_ > 0 || !unwritten_.empty() || !runs_.empty() || supervisor_.any_active();
}

void JobControl::stop_all() {
  if (std::exchange(stopping_all_, true)) return;
  stopped_all_ = now().time;
  const auto longest = supervisor_.stop_all(now());
  if (!runs_.empty()) {
    parts_.outside.ends_within(longest + kEndMargin);
  }
  after_change();
}

// --- runs that nobody saw end ---------------------------------------------------------------------------

job::Directory& JobControl::notes() {
  if (!note_directory_) {
    const auto& start = parts_.start;
    std::string of = start.name;
    // Sockets of any path may have the same name.
    if (!start.private_directory) of += fmt::format("-{:x}", std::hash<std::string>()(start.socket_path));
    note_directory_ = job::DiskDirectory::opened_later(start.state_directory + "/running/" + of);
  }
  return *note_directory_;
}

void JobControl::write_note(const job::Job& job, int pid) {
  job::RunningNote note;
  note.run.name = job.name;
  note.run.command = job.spec.command;
  note.run.exit = {125, 0, false, job::Exit::Cause::lost};
  note.run.start = note.run.end = now().wall;
  note.run.restart = job.tracker.restarts();
  note.run.pid = pid;
  note.run.log = job.spec.log_path;
  note.run.spec = job::write_job_file(job.spec);
  note.host = parts_.facts.host;
  note.daemon = parts_.facts.pid;
  // Without a sync: it is for the end of processes, and a power cut some seconds later.
  static_cast<void>(notes().remove(job.name));
  auto file = notes().open_append(job.name);
  std::size_t written = 0;
  const auto result = file ? (*file)->append(job::encode_note(note), written) : Result<>(pass(file.error()));
  if (!result) log::warn("job {}: {}", job.name, result.error().text);
}

void JobControl::drop_note(const std::string& name) {
  // What was left behind belongs to the run before; a note of a new one stays.
  static_cast<void>(notes().remove(name));
}

void JobControl::record_lost_runs() {
  if (::access((parts_.start.state_directory + "/running").c_str(), F_OK) != 0) return;
  const auto names = notes().list();
  std::vector<job::Record> lost;
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    constexpr std::size_t kMost = 256 * 1024;
    const auto text = notes().read(name, kMost);
    auto note = text ? job::decode_note(*text) : Result<job::RunningNote>(pass(text.error()));
    if (!note) {
      log::warn("the note of running job {} cannot be read: {}", name, note.error().text);
      static_cast<void>(notes().remove(name));
      continue;
    }
    const auto other = note->daemon != parts_.facts.pid ? os::process_info(note->daemon) : std::nullopt;
    if (note->host != parts_.facts.host || (other && other->state != 'Z' && other->name == "sessd: keeper")) continue;
    if (const job::Record* known = newest_end(name); known != nullptr && known->pid == note->run.pid && known->start >= note->run.start) {
      static_cast<void>(notes().remove(name));
      continue;
    }
    note->run.end = now().wall;
    lost.push_back(std::move(note->run));
    parts_.outside.report(fmt::format("job {} is lost: the daemon was killed while it ran", name));
  }
  // A note that stays is told again by the next daemon.
  if (lost.empty() || !record_now(lost)) return;
  for (const auto& record : lost) drop_note(record.name);
}

bool JobControl::record_now(const std::vector<job::Record>& lost) {
  const auto written = records().add(lost);
  for (const auto& record : lost) {
    remember_end(record);
    if (written) {
      record_store_->added(record);
    } else {
      keep_unwritten(record, written.error());
    }
  }
  return written.has_value();
}

std::optional<job::Spec> JobControl::recorded_spec(const std::string& name) {
  const job::Record* record = newest_end(name);
  if (record == nullptr || record->spec.empty()) return std::nullopt;
  auto spec = job::parse_job_file(record->spec, name);
  return spec ? std::optional(std::move(*spec)) : std::nullopt;
}

// --- records that wait for a disk -----------------------------------------------------------------------

void JobControl::keep_unwritten(const job::Record& record, const Error& why) {
  log::error("job {}: its exit ({}) is not recorded yet: {}", record.name, record.exit.text(), why.text);
  if (unwritten_.empty()) parts_.outside.report(fmt::format("how jobs ended cannot be written, and is kept until it can: {}", why.text));
  auto& kept = unwritten_[record.name];
  kept.push_back(record);
  if (kept.size() > kMostUnwritten) kept.pop_front();
  encoded_.erase(record.name);
  if (!ending_ && !retry_timer_->armed() && rewriting_ == 0) arm_retry();
}

void JobControl::arm_retry() {
  retry_pause_ = retry_pause_.count() == 0 ? kFirstRetry : std::min(retry_pause_ * 2, kLongestRetry);
  retry_timer_->start(retry_pause_);
}

void JobControl::write_again() {
  static_cast<void>(records());
  retry_timer_->stop();
  for (const auto& [name, records] : unwritten_) {
    for (const auto& record : records) {
      ++rewriting_;
      writer_->add(record, [this, record](const Result<>& written) {
        --rewriting_;
        const auto kept = unwritten_.find(record.name);
        if (written && kept != unwritten_.end()) {
          std::erase(kept->second, record);
          if (kept->second.empty()) unwritten_.erase(kept);
          if (const auto newest = ends_.find(record.name); newest == ends_.end() || newest->second.end <= record.end) {
            record_store_->added(record);
          }
          encoded_.erase(record.name);
          parts_.outside.changed();
        }
        if (rewriting_ > 0) return;
        if (!unwritten_.empty()) {
          if (!ending_) arm_retry();
          return;
        }
        retry_pause_ = std::chrono::milliseconds(0);
        parts_.outside.report("how jobs ended is written again");
      });
    }
  }
}

// --- job::SupervisorActions -----------------------------------------------------------------------------

void JobControl::signal(const job::Job& job, int signo) {
  for (const auto& [pane, run] : runs_) {
    if (run.job != job.name) continue;
    if (auto sent = parts_.outside.signal(pane, signo); !sent) {
      log::error("job {}: {}", job.name, sent.error().text);
    }
  }
}

void JobControl::changed(const job::Job& job) {
  encoded_.erase(job.name);
  parts_.outside.changed();
}

void JobControl::settled(const job::Job& job) {
  if (job.exit || job.state == job::State::failed) {
    log::info("job {} is {}{}{}", job.name, state_name(job.state), job.reason.empty() ? "" : ": ", job.reason);
  }
  settled_some_ = true;
  if (!job.spec.windows.empty()) close_layout(job.name);
  tell_ended(job);
  if (!ending_ && !job.told) notices_.ended(job, pane_of(job.name));
  // Followers print what is left from a copy: the pane goes.
  for (auto& follower : followers_) {
    if (follower->job == job.name) take_rest(*follower);
  }
}

void JobControl::after_change() {
  arm_timer();
  if (stopping_all_ && runs_.empty()) {
    // Programs without a job have the keeper's own grace time, which began with the stop.
    const auto left = std::max(kPlainGrace - std::chrono::duration_cast<std::chrono::milliseconds>(now().time - stopped_all_), kEndMargin);
    parts_.outside.ends_within(left);
  }
  if (!std::exchange(settled_some_, false)) return;
  check_waiters();
  forget_old();
}

std::string JobControl::input_directory() const { return parts_.start.state_directory + "/inputs"; }

void JobControl::drop_input(const job::Job& job) {
  if (job.active() || job.spec.input != input_directory() + "/" + job.name) return;
  if (auto directory = job::DiskDirectory::open(input_directory())) static_cast<void>((*directory)->remove(job.name));
}

/// An earlier daemon's, of jobs that cannot be started again.
void JobControl::drop_inputs() {
  if (::access(input_directory().c_str(), F_OK) != 0) return;
  auto directory = job::DiskDirectory::open(input_directory());
  const auto names = directory ? (*directory)->list() : Result<std::vector<std::string>>();
  if (!directory || !names) return;
  for (const auto& name : *names) {
    if (!recorded_spec(name)) static_cast<void>((*directory)->remove(name));
  }
}

void JobControl::arm_timer() {
  const auto due = supervisor_.next_due();
  if (!due || ending_) return timer_->stop();
  timer_->start(std::max(*due - now().time, std::chrono::nanoseconds(0)));
}

void JobControl::forget_old() {
  std::vector<const job::Job*> ended;
  for (const auto& [name, job] : supervisor_.jobs()) {
    if (job.active() || job.left_behind || job.from_file || unwritten_.count(name) > 0) continue;
    ended.push_back(&job);
  }
  if (ended.size() <= kEndedJobs) return;
  std::sort(ended.begin(), ended.end(), [](const auto* a, const auto* b) { return a->since < b->since; });
  ended.resize(ended.size() - kEndedJobs);
  std::vector<std::string> names;
  for (const auto* job : ended) names.push_back(job->name);
  for (const auto& name : names) {
    drop_input(*supervisor_.find(name));
    static_cast<void>(supervisor_.remove(name));
    encoded_.erase(name);
    panes_.erase(name);
    sizes_.erase(name);
  }
}

void JobControl::remember_end(const job::Record& record) {
  if (ends_.insert_or_assign(record.name, record).second) ends_order_.push_back(record.name);
  while (ends_order_.size() > kEnds) {
    ends_.erase(ends_order_.front());
    ends_order_.pop_front();
  }
}

const job::Record* JobControl::newest_end(const std::string& name) {
  if (const auto it = ends_.find(name); it != ends_.end()) return &it->second;
  if (!job::check_name(name)) return nullptr;
  auto record = records().newest(name);
  if (!record) return nullptr;
  remember_end(*record);
  return &ends_.at(name);
}

const job::Record* JobControl::newest_end_from(const std::string& name, job::WallTime time) {
  if (ends_.count(name) == 0) {
    const auto end = records().newest_end(name);
    if (!end || *end < time) return nullptr;
  }
  const job::Record* record = newest_end(name);
  return record != nullptr && record->end >= time ? record : nullptr;
}

job::RecordStore& JobControl::records() {
  if (!record_store_) {
    record_directory_ = job::DiskDirectory::opened_later(parts_.start.state_directory + "/records");
    record_store_ = std::make_unique<job::RecordStore>(*record_directory_);
    writer_ = std::make_unique<store::RecordWriter>(parts_.loop, *record_store_);
    expire_records();
  }
  return *record_store_;
}

void JobControl::expire_records() {
  const std::chrono::hours age(24 * parts_.model.server_options().number("record-age"));
  expired_ = now().wall;
  if (age.count() == 0) return;
  if (auto expired = record_store_->expire(age, expired_); !expired) log::warn("{}", expired.error().text);
}

job::Directory& JobControl::log_directory() {
  if (!log_directory_) {
    log_directory_ = job::DiskDirectory::opened_later(parts_.start.state_directory + "/logs");
  }
  return *log_directory_;
}

}  // namespace sess::jobs
