// What clients ask about jobs: listings, commands, waiting. What they are printed is shell_output.cpp's.
#include "jobs/clients.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "job/name.hpp"
#include "jobs/scopes.hpp"
#include "model/names.hpp"
#include "os/programs/process.hpp"
#include "terminal/show/capture.hpp"

namespace sess::jobs {
namespace {

/// Jobs of which only records are left that listings show.
constexpr std::size_t kListed = 50;
/// Requests that are known after their jobs have ended, for a client whose connection was lost meanwhile.
constexpr std::size_t kRequests = 1000;
/// Exit status of a client that leaves a job before its end: a script takes it for no success.
constexpr int kNotKnown = 125;

command::JobView view_of(const job::Record& record) {
  command::JobView out;
  out.job.name = record.name;
  out.job.spec.command = record.command;
  out.job.exit = record.exit;
  out.job.state = record.stopped   ? job::State::inactive
                  : record.success ? job::State::exited
                                   : job::State::failed;
  if (record.stopped) out.job.reason = "stopped";
  if (out.job.state == job::State::failed) out.job.reason = record.exit.text();
  out.job.started = record.start;
  out.job.ended = out.job.since = record.end;
  out.job.spec.log_path = record.log;
  out.restarts = record.restart;
  return out;
}

}  // namespace

// --- listings -------------------------------------------------------------------------------------------

command::JobView JobControl::view(const job::Job& job) const {
  command::JobView view;
  view.job = job;
  view.scope = scopes_->describe(job);
  view.restarts = job.tracker.restarts();
  if (const auto pane = pane_of(job.name)) {
    const auto sessions = parts_.model.sessions_with(parts_.model.pane(*pane)->window);
    if (!sessions.empty()) {
      view.session = sessions.front()->id;
      view.session_name = sessions.front()->name;
      view.attached = static_cast<int>(parts_.model.clients_of(sessions.front()->id).size());
    }
    if (const auto log = logs_.find(*pane); log != logs_.end() && log->second.writer) {
      view.log_note = log->second.writer->stopped_because();
    }
  }
  if (job.state == job::State::restarting && job.due) {
    view.next_start = std::chrono::ceil<job::Milliseconds>(*job.due - now().time);
  }
  find_files(view);
  return view;
}

void JobControl::find_files(command::JobView& view) const {
  const job::Job& job = view.job;
  if (job.from_file) view.file = config_path(job.name);
  if (!job.spec.log) return;
  view.log_path = job.spec.log_path.empty() ? parts_.start.state_directory + "/logs/" + job.name + ".log" : job.spec.log_path;
  struct stat facts {};
  if (::stat(view.log_path.c_str(), &facts) == 0) view.log_size = static_cast<std::uint64_t>(facts.st_size);
}

std::vector<command::JobView> JobControl::jobs() {
  std::vector<command::JobView> out;
  for (const auto& [name, job] : supervisor_.jobs()) out.push_back(view(job));
  // Jobs of an earlier daemon, and those that are no longer in the table.
  const auto ended = records().newest_of_each(kListed);
  if (ended) {
    for (const auto& record : *ended) {
      if (supervisor_.find(record.name) != nullptr) continue;
      out.push_back(view_of(record));
      find_files(out.back());
    }
  }
  return out;
}

Result<command::JobView> JobControl::find(const std::string& name) {
  if (const job::Job* job = supervisor_.find(name)) return view(*job);
  if (auto spec = read_job_file(name)) {
    command::JobView out;
    out.job.name = name;
    out.job.spec = std::move(*spec);
    out.job.from_file = true;
    if (const job::Record* record = newest_end(name)) {
      out.job.exit = record->exit;
      out.job.started = record->start;
      out.job.ended = out.job.since = record->end;
    }
    find_files(out);
    return out;
  } else if (spec.error().sys_errno != ENOENT && job::check_name(name)) {
    return pass(spec.error());
  }
  if (const job::Record* record = newest_end(name)) {
    auto out = view_of(*record);
    find_files(out);
    return out;
  }
  std::vector<std::string> names;
  for (const auto& [known, job] : supervisor_.jobs()) names.push_back(known);
  const std::string near = job::nearest(name, names);
  return near.empty() ? fail(ErrorCode::not_found, "no such job: {}", name)
                      : fail(ErrorCode::not_found, "no such job: {}; did you mean {}?", name, near);
}

command::JobUse JobControl::use(const std::string& name) const {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || (!job->pid && !job->left_behind)) return {};
  for (const auto& [pane, run] : runs_) {
    if (run.job == name && run.holder > 0) return use_of(os::held_processes(run.holder), job->started);
  }
  return job->pid ? use_of(std::vector<int>{*job->pid}, job->started) : command::JobUse();
}

command::JobUse JobControl::use_of(const std::vector<int>& pids, job::WallTime since) const {
  std::vector<os::ProcessInfo> processes;
  for (const int pid : pids) {
    for (auto& process : os::session_processes(pid)) processes.push_back(std::move(process));
  }
  return use_of(processes, since);
}

command::JobUse JobControl::use_of(const std::vector<os::ProcessInfo>& processes, job::WallTime since) const {
  command::JobUse use;
  const auto depth_of = [&](const os::ProcessInfo& process) {
    int depth = 0;
    for (pid_t parent = process.parent; depth < 32; ++depth) {
      const auto it = std::find_if(processes.begin(), processes.end(), [&](const auto& p) { return p.pid == parent; });
      if (it == processes.end()) break;
      parent = it->parent;
    }
    return depth;
  };
  // Each behind its parent: the order of a tree.
  std::vector<const os::ProcessInfo*> open;
  const auto add_children = [&](pid_t parent) {
    for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
      if (it->parent == parent) open.push_back(&*it);
    }
  };
  for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
    if (depth_of(*it) == 0) open.push_back(&*it);
  }
  while (!open.empty() && use.processes.size() < processes.size()) {
    const auto* process = open.back();
    open.pop_back();
    std::string text;
    for (const auto& word : os::process_arguments(process->pid)) text += (text.empty() ? "" : " ") + word;
    if (text.empty()) text = process->name;
    use.processes.push_back({process->pid, depth_of(*process), std::move(text)});
    use.cpu += process->cpu;
    use.memory += process->resident_bytes;
    add_children(process->pid);
  }
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(now().wall - since);
  if (life.count() > 0) use.cpu_percent = 100.0 * static_cast<double>(use.cpu.count()) / static_cast<double>(life.count());
  return use;
}

std::vector<std::string> JobControl::last_lines(const std::string& name, int count) {
  std::vector<std::string> lines;
  const auto pane = pane_of(name);
  const panes::PaneIo* io = pane ? parts_.terminals.find(*pane) : nullptr;
  if (io == nullptr) return last_logged_lines(name, count);
  terminal::CaptureOptions options;
  const std::string text = terminal::capture(io->screen(), options);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  while (!lines.empty() && lines.back().find_first_not_of(' ') == std::string::npos) lines.pop_back();
  if (lines.size() > static_cast<std::size_t>(count)) lines.erase(lines.begin(), lines.end() - count);
  return lines;
}

Result<std::vector<job::Record>> JobControl::history(const std::string& name, std::size_t limit) {
  auto listed = records().list(name, limit);
  if (unwritten_.empty()) return listed;
  std::vector<job::Record> all = listed ? std::move(*listed) : std::vector<job::Record>();
  for (const auto& [job, records] : unwritten_) {
    if (name.empty() || name == job) all.insert(all.end(), records.begin(), records.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  if (all.size() > limit) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(limit));
  return all;
}

std::string JobControl::free_name(const std::vector<std::string>& command) const {
  return job::name_for(command, [this](const std::string& name) {
    const auto session = model::session_name(name);
    return supervisor_.find(name) != nullptr || ends_.count(name) > 0 ||
           (session && parts_.model.session_named(*session) != nullptr);
  });
}

// --- commands -------------------------------------------------------------------------------------------

Result<> JobControl::run(command::JobRun run) {
  if (auto ok = job::check_name(run.name); !ok) return ok;
  const job::Job* known = supervisor_.find(run.name);
  if (known != nullptr && known->active()) {
    return fail(ErrorCode::already_exists, "job {} is {} already", run.name, state_name(known->state));
  }
  auto session = model::session_name(run.name);
  if (!session) return pass(session.error());
  // What the last run left behind keeps its terminal, and is being stopped.
  const bool own = known != nullptr && known->left_behind;
  if (!own && parts_.model.session_named(*session) != nullptr) {
    return fail(ErrorCode::already_exists, "duplicate session: {}", *session);
  }
  if (!run.spec.log_path.empty()) {
    // Better now than in a message that nobody sees.
    if (auto directory = job::DiskDirectory::open(directory_of(run.spec.log_path)); !directory) {
      return fail(ErrorCode::io, "the log cannot be kept: {}", directory.error().text);
    }
  }
  if (run.input) {
    auto directory = job::DiskDirectory::open(input_directory());
    if (!directory) return pass(directory.error());
    if (auto kept = (*directory)->write_atomically(run.name, *run.input); !kept) return kept;
    run.spec.input = input_directory() + "/" + run.name;
  }
  panes_.erase(run.name);
  sizes_[run.name] = run.size;
  job::Job job;
  job.name = run.name;
  job.spec = std::move(run.spec);
  job.caller = std::move(run.caller);
  job.request = std::move(run.request);
  const std::string request = job.request;
  for (const auto& other : job.spec.requires_) {
    if (auto ok = load(other); !ok) return ok;
  }
  if (auto added = supervisor_.add(std::move(job)); !added) return added;
  encoded_.erase(run.name);
  auto started = supervisor_.start({run.name}, now());
  if (!started) static_cast<void>(supervisor_.remove(run.name));  // it never was: nothing to keep
  if (started && !request.empty()) {
    begun_.emplace_back(request, run.name);
    if (begun_.size() > kRequests) begun_.pop_front();
  }
  after_change();
  if (started && is_starting(run.name)) {
    when_started(run.name, [this, name = run.name](const Result<>& result) {
      if (!result) forget_begun(name);
    });
  }
  return started;
}

void JobControl::forget_begun(const std::string& name) {
  std::erase_if(begun_, [&](const auto& begun) { return begun.second == name; });
  static_cast<void>(supervisor_.remove(name));
  encoded_.erase(name);
  parts_.outside.changed();
}

bool JobControl::is_starting(const std::string& name) const {
  const job::Job* job = supervisor_.find(name);
  return job != nullptr && job->starting;
}

void JobControl::when_started(const std::string& name, std::function<void(Result<>)> done) {
  start_waiters_.emplace(name, std::move(done));
}

Result<> JobControl::start(const std::vector<std::string>& names, std::optional<job::Caller> caller) {
  if (stopping_all_) return fail(ErrorCode::unavailable, "the daemon is ending");
  for (const auto& name : names) {
    if (auto ok = load(name); !ok) return ok;
    const job::Job* job = supervisor_.find(name);
    // Who ran it once with `run` is its caller for good.
    if (caller && !job->active() && (job->from_file || !job->caller)) supervisor_.set_caller(name, *caller);
  }
  auto started = supervisor_.start(names, now());
  after_change();
  return started;
}

Result<std::vector<std::string>> JobControl::stop(const std::string& name) {
  auto stopped = supervisor_.stop(name, now());
  after_change();
  return stopped;
}

Result<> JobControl::restart(const std::string& name) {
  if (auto ok = load(name); !ok) return ok;
  if (const job::Job* job = supervisor_.find(name); job->active()) {
    // What its file says by now; one that cannot be read leaves the job alone.
    auto spec = read_job_file(name);
    if (!spec && spec.error().sys_errno != ENOENT) return pass(spec.error());
    if (spec) {
      std::vector<std::string> needed;
      for (const auto& other : spec->requires_) {
        if (auto ok = load(other, {name}); !ok) return ok;
        if (const job::Job* one = supervisor_.find(other); one != nullptr && !one->active()) needed.push_back(other);
      }
      if (auto changed = supervisor_.change(name, std::move(*spec)); !changed) return changed;
      encoded_.erase(name);
      if (!needed.empty()) {
        if (auto started = supervisor_.start(needed, now()); !started) return started;
      }
    }
  }
  auto restarted = supervisor_.restart(name, now());
  after_change();
  return restarted;
}

Result<> JobControl::kill(const std::string& name, int signo) {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || (!job->pid && !job->left_behind)) return fail(ErrorCode::not_found, "job {} is not running", name);
  signal(*job, signo);
  return {};
}

Result<> JobControl::remove(const std::string& name) {
  const bool known = supervisor_.find(name) != nullptr;
  if (known) {
    drop_input(*supervisor_.find(name));
    if (auto removed = supervisor_.remove(name); !removed) return removed;
  }
  encoded_.erase(name);
  panes_.erase(name);
  sizes_.erase(name);
  const bool ended = newest_end(name) != nullptr;
  if (!known && !ended) return fail(ErrorCode::not_found, "no such job: {}", name);
  if (ends_.erase(name) > 0) std::erase(ends_order_, name);
  parts_.outside.changed();
  unwritten_.erase(name);
  if (auto removed = records().remove(name); !removed) return pass(removed.error());
  const auto files = log_directory().list();
  const std::string log = name + ".log";
  for (const auto& file : files ? *files : std::vector<std::string>()) {
    if (file == log || file.starts_with(log + ".")) static_cast<void>(log_directory().remove(file));
  }
  return {};
}

command::RunRequest JobControl::request_of(command::ClientId id) const {
  command::RunRequest out;
  const auto requester = parts_.outside.requester(id);
  out.id = requester.request;
  if (!requester.asked_again) return out;
  for (const auto& [request, job] : begun_) {
    if (request == out.id) out.job = job;
  }
  for (const auto& [name, job] : supervisor_.jobs()) {
    if (!out.id.empty() && job.request == out.id) out.job = name;
  }
  out.in_doubt = requester.found_orphans;
  return out;
}

// --- waiting --------------------------------------------------------------------------------------------

Result<int> JobControl::status_of(const std::string& name) {
  const job::Job* job = supervisor_.find(name);
  if (job != nullptr && job->exit) return job->exit->shell_status();
  if (const job::Record* record = newest_end(name)) return record->exit.shell_status();
  // Never ran: what it needed failed, or it was stopped before.
  if (job != nullptr) return job->state == job::State::failed ? 1 : 0;
  return fail(ErrorCode::not_found, "no such job: {}", name);
}

void JobControl::wait(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done) {
  auto waiter = std::make_unique<Waiter>();
  for (const auto& name : wait.names) {
    const job::Job* job = supervisor_.find(name);
    if (job != nullptr && job->active()) continue;
    auto status = status_of(name);
    if (!status) return done(pass(status.error()));
    waiter->ended.emplace(name, *status);
  }
  waiter->wait = std::move(wait);
  waiter->done = std::move(done);
  if (check(*waiter)) return;
  if (waiter->wait.until) {
    Waiter* raw = waiter.get();
    waiter->timer = std::make_unique<os::Timer>(parts_.loop, [this, raw] {
      auto told = std::move(raw->done);
      std::erase_if(waiters_, [raw](const auto& one) { return one.get() == raw; });
      told(fail(ErrorCode::unavailable, "timed out"));
    });
    waiter->timer->start(std::max<std::chrono::nanoseconds>(*waiter->wait.until - now().wall, std::chrono::nanoseconds(0)));
  }
  if (waiter->wait.tell && parts_.clients.prints_on_terminal(*waiter->wait.tell)) {
    Waiter* raw = waiter.get();
    waiter->tell_timer = std::make_unique<os::Timer>(parts_.loop, [this, raw] { tell_what_is_awaited(*raw); });
    waiter->tell_timer->start(std::chrono::seconds(1));
  }
  waiters_.push_back(std::move(waiter));
}

void JobControl::tell_what_is_awaited(const Waiter& waiter) {
  for (const auto& name : waiter.wait.names) {
    const job::Job* job = supervisor_.find(name);
    if (job == nullptr || waiter.ended.count(name) > 0) continue;
    std::string text = fmt::format("waiting for {}", name);
    if (job->stop_pending) {
      text += ", which " + job->reason;
    } else if (job->kill_due) {
      const auto left = format_duration(std::chrono::ceil<std::chrono::seconds>(*job->kill_due - now().time));
      text += job->killed ? ", which was killed" : fmt::format(", which is killed in {}", left);
    }
    std::string processes;
    constexpr std::size_t kShown = 5;
    const auto used = use(name);
    for (std::size_t i = 0; i < std::min(kShown, used.processes.size()); ++i) {
      processes += fmt::format("{}{} {}", i == 0 ? ": " : ", ", used.processes[i].pid,
                               printable(used.processes[i].command));
    }
    if (used.processes.size() > kShown) processes += fmt::format(" and {} more", used.processes.size() - kShown);
    parts_.clients.note(*waiter.wait.tell, text + processes);
  }
}

bool JobControl::check(Waiter& waiter) {
  const auto& names = waiter.wait.names;
  if (waiter.ended.empty() || (!waiter.wait.any && waiter.ended.size() < std::set(names.begin(), names.end()).size())) {
    return false;
  }
  command::JobEnd end;
  for (const auto& name : names) {
    const auto it = waiter.ended.find(name);
    if (it == waiter.ended.end()) continue;
    if (end.name.empty() || end.status == 0) end = {name, it->second, note_about(name)};
    if (waiter.wait.any) break;
  }
  waiter.done(end);
  return true;
}

std::string JobControl::note_about(const std::string& name) {
  const job::Job* job = supervisor_.find(name);
  const job::Record* record = job != nullptr && job->exit ? nullptr : newest_end(name);
  const job::Exit exit = job != nullptr && job->exit ? *job->exit : record != nullptr ? record->exit : job::Exit{};
  return exit.cause == job::Exit::Cause::lost ? fmt::format("job {} is {}", name, exit.text()) : "";
}

void JobControl::tell_ended(const job::Job& job) {
  for (auto& waiter : waiters_) {
    const auto& names = waiter->wait.names;
    if (std::find(names.begin(), names.end(), job.name) == names.end()) continue;
    waiter->ended.insert_or_assign(job.name, status_of(job.name).value_or(1));
  }
  for (auto& follower : followers_) {
    if (follower->job == job.name && !follower->status) follower->status = status_of(job.name).value_or(1);
  }
}

void JobControl::check_waiters() {
  std::erase_if(waiters_, [this](const auto& waiter) { return check(*waiter); });
}

int JobControl::status_for(const std::string& name) {
  // An end that is recorded is an earlier run's.
  const job::Job* job = supervisor_.find(name);
  return job != nullptr && job->active() ? kNotKnown : status_of(name).value_or(kNotKnown);
}

std::string JobControl::note_on_end(const std::string& name) const {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || job->active() || !job->exit) return {};
  return fmt::format(" job {}: {}", job->name, job->exit->text());
}

std::string JobControl::note_on_leaving(const std::string& name) const {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || !job->active()) return {};
  if (stopping_all_ || job->asked == job::Job::Asked::stop) {
    return fmt::format("[sess: job {0} is being stopped: sess wait {0}]", job->name);
  }
  return fmt::format("[sess: job {0} goes on: sess wait {0}, sess attach -t {0}, sess stop {0}]", job->name);
}

}  // namespace sess::jobs
