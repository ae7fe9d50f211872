#include "jobs/control.hpp"

#include <algorithm>

#include "job/name.hpp"
#include "job/files.hpp"
#include "jobs/usage.hpp"
#include "model/names.hpp"
#include "terminal/show/capture.hpp"

namespace sess::jobs {
namespace {

/// Requests that are known after their jobs have ended, for a client whose connection was lost meanwhile.
constexpr std::size_t kRequests = 1000;
/// Exit status of a client that leaves a job before its end: a script takes it for no success.
constexpr int kNotKnown = 125;

}  // namespace

JobControl::JobControl(const Parts& parts)
    : parts_(parts),
      supervisor_(runs_),
      history_(parts, [this](const std::string& job) { table_.changed(job); }),
      table_(parts, supervisor_, history_),
      logs_(parts),
      scopes_(parts, table_),
      panes_(parts),
      files_(parts, supervisor_, table_, history_),
      inputs_(parts.start),
      listing_(parts, table_, history_, logs_, files_, scopes_),
      readers_(parts, table_, history_, logs_, listing_),
      followers_(parts, table_, history_, logs_, readers_),
      waiters_(parts, table_, history_),
      notices_(parts, panes_),
      runs_(parts, {supervisor_, table_, history_, logs_, panes_, scopes_, inputs_, followers_, waiters_,
                    notices_}) {}

JobControl::~JobControl() = default;

// --- for Server -----------------------------------------------------------------------------------------

void JobControl::begin() {
  files_.start_enabled();
  runs_.on_time();
}

void JobControl::end_of_turn() {
  followers_.end_of_turn();
  readers_.step();
}

bool JobControl::has_more() const {
  return followers_.has_more() || readers_.has_more();
}

void JobControl::close() {
  runs_.close();
  history_.close();
  followers_.pump_all();
}

bool JobControl::starts_at_boot(model::PaneId pane) const {
  const auto& places = table_.places();
  return std::any_of(places.begin(), places.end(), [&](const auto& entry) {
    const job::Job* job = entry.second.pane == pane ? table_.find(entry.first) : nullptr;
    return job != nullptr && job->spec.enabled;
  });
}

int JobControl::status_for(const std::string& name) {
  // An end that is recorded is an earlier run's.
  const job::Job* job = table_.find(name);
  return job != nullptr && job->active() ? kNotKnown : table_.status_of(name).value_or(kNotKnown);
}

std::string JobControl::note_on_end(const std::string& name) const {
  const job::Job* job = table_.find(name);
  if (job == nullptr || job->active() || !job->exit) return {};
  return fmt::format(" job {}: {}", job->name, job->exit->text());
}

std::string JobControl::note_on_leaving(const std::string& name) const {
  const job::Job* job = table_.find(name);
  if (job == nullptr || !job->active()) return {};
  if (runs_.stopping_all() || job->asked == job::Job::Asked::stop) {
    return fmt::format("[sess: job {0} is being stopped: sess wait {0}]", job->name);
  }
  return fmt::format("[sess: job {0} goes on: sess wait {0}, sess attach -t {0}, sess stop {0}]", job->name);
}

// --- listings -------------------------------------------------------------------------------------------

std::vector<std::string> JobControl::last_lines(const std::string& name, int count) {
  std::vector<std::string> lines;
  const auto pane = table_.pane_of(name);
  const panes::PaneIo* io = pane ? parts_.terminals.find(*pane) : nullptr;
  if (io == nullptr) return readers_.last_lines(name, count);
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

std::string JobControl::free_name(const std::vector<std::string>& command) const {
  return job::name_for(command, [this](const std::string& name) {
    const auto session = model::session_name(name);
    return table_.find(name) != nullptr || history_.remembers(name) ||
           (session && parts_.model.sessions().named(*session) != nullptr);
  });
}

command::JobUse JobControl::use_of(const std::vector<int>& pids, job::WallTime since) const {
  return jobs::use_of(pids, since, table_.now().wall);
}

// --- commands -------------------------------------------------------------------------------------------

Result<> JobControl::run(command::JobRun run) {
  if (auto ok = job::check_name(run.name); !ok) return ok;
  const job::Job* known = table_.find(run.name);
  if (known != nullptr && known->active()) {
    return fail(ErrorCode::already_exists, "job {} is {} already", run.name, state_name(known->state));
  }
  auto session = model::session_name(run.name);
  if (!session) return pass(session.error());
  // What the last run left behind keeps its terminal, and is being stopped.
  const bool own = known != nullptr && known->left_behind;
  if (!own && parts_.model.sessions().named(*session) != nullptr) {
    return fail(ErrorCode::already_exists, "duplicate session: {}", *session);
  }
  if (!run.spec.log_path.empty()) {
    // Better now than in a message that nobody sees.
    if (auto directory = job::DiskDirectory::open(directory_of(run.spec.log_path)); !directory) {
      return fail(ErrorCode::io, "the log cannot be kept: {}", directory.error().text);
    }
  }
  if (run.input) {
    auto kept = inputs_.keep(run.name, *run.input);
    if (!kept) return pass(kept.error());
    run.spec.input = std::move(*kept);
  }
  Place& place = table_.place(run.name);
  place.pane.reset();
  place.size = run.size;
  job::Job job;
  job.name = run.name;
  job.spec = std::move(run.spec);
  job.caller = std::move(run.caller);
  job.request = std::move(run.request);
  const std::string request = job.request;
  for (const auto& other : job.spec.requires_) {
    if (auto ok = files_.load(other); !ok) return ok;
  }
  if (auto added = supervisor_.add(std::move(job)); !added) return added;
  table_.changed(run.name);
  auto started = supervisor_.start({run.name}, table_.now());
  if (!started) static_cast<void>(supervisor_.remove(run.name));  // it never was: nothing to keep
  if (started && !request.empty()) {
    begun_.emplace_back(request, run.name);
    if (begun_.size() > kRequests) begun_.pop_front();
  }
  runs_.after_change();
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
  table_.changed(name);
  parts_.outside.changed();
}

bool JobControl::is_starting(const std::string& name) const {
  const job::Job* job = table_.find(name);
  return job != nullptr && job->starting;
}

Result<> JobControl::start(const std::vector<std::string>& names, std::optional<job::Caller> caller) {
  if (runs_.stopping_all()) return fail(ErrorCode::unavailable, "the daemon is ending");
  for (const auto& name : names) {
    if (auto ok = files_.load(name); !ok) return ok;
    const job::Job* job = table_.find(name);
    // Who ran it once with `run` is its caller for good.
    if (caller && !job->active() && (job->from_file || !job->caller)) supervisor_.set_caller(name, *caller);
  }
  auto started = supervisor_.start(names, table_.now());
  runs_.after_change();
  return started;
}

Result<std::vector<std::string>> JobControl::stop(const std::string& name) {
  auto stopped = supervisor_.stop(name, table_.now());
  runs_.after_change();
  return stopped;
}

Result<> JobControl::restart(const std::string& name) {
  if (auto ok = files_.load(name); !ok) return ok;
  if (const job::Job* job = table_.find(name); job->active()) {
    // What its file says by now; one that cannot be read leaves the job alone.
    auto spec = files_.read(name);
    if (!spec && spec.error().sys_errno != ENOENT) return pass(spec.error());
    if (spec) {
      std::vector<std::string> needed;
      for (const auto& other : spec->requires_) {
        if (auto ok = files_.load(other, {name}); !ok) return ok;
        if (const job::Job* one = table_.find(other); one != nullptr && !one->active())
          needed.push_back(other);
      }
      if (auto changed = supervisor_.change(name, std::move(*spec)); !changed) return changed;
      table_.changed(name);
      if (!needed.empty()) {
        if (auto started = supervisor_.start(needed, table_.now()); !started) return started;
      }
    }
  }
  auto restarted = supervisor_.restart(name, table_.now());
  runs_.after_change();
  return restarted;
}

Result<> JobControl::kill(const std::string& name, int signo) {
  const job::Job* job = table_.find(name);
  if (job == nullptr || (!job->pid && !job->left_behind))
    return fail(ErrorCode::not_found, "job {} is not running", name);
  runs_.signal(*job, signo);
  return {};
}

Result<> JobControl::remove(const std::string& name) {
  const bool known = table_.find(name) != nullptr;
  if (known) {
    inputs_.drop(*table_.find(name));
    if (auto removed = supervisor_.remove(name); !removed) return removed;
  }
  table_.forget(name);
  const bool ended = history_.newest(name) != nullptr;
  if (!known && !ended) return fail(ErrorCode::not_found, "no such job: {}", name);
  parts_.outside.changed();
  if (auto removed = history_.remove(name); !removed) return removed;
  logs_.remove_files(name);
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
  for (const auto& [name, job] : table_.jobs()) {
    if (!out.id.empty() && job.request == out.id) out.job = name;
  }
  out.in_doubt = requester.found_orphans;
  return out;
}

}  // namespace sess::jobs
