#include "job/supervisor.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/duration.hpp"

namespace sess::job {

namespace {

/// What a shell reports for a program that could not be run.
constexpr int kCannotRun = 127;
/// From SIGKILL until a run is not waited for any longer: what is left then hangs in the kernel, or nobody
/// can say what is left.
constexpr Milliseconds kAfterKill{2000};

Dependencies dependencies_of(const Spec& spec) {
  return {spec.after, spec.requires_, spec.oneshot};
}

}  // namespace

const Job* Supervisor::find(const std::string& name) const {
  const auto it = jobs_.find(name);
  return it == jobs_.end() ? nullptr : &it->second;
}

Result<Job*> Supervisor::require(const std::string& name) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end()) return fail(ErrorCode::not_found, "no such job: {}", name);
  return &it->second;
}

bool Supervisor::any_active() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const auto& entry) { return entry.second.active(); });
}

Result<> Supervisor::add(Job job) {
  const auto it = jobs_.find(job.name);
  if (it != jobs_.end() && it->second.active()) {
    return fail(ErrorCode::already_exists, "job {} is {} already", job.name, state_name(it->second.state));
  }
  if (it != jobs_.end() && it->second.left_behind) {
    // What the last run left behind is this job's to wait for.
    job.left_behind = true;
    job.kill_due = it->second.kill_due;
    job.killed = it->second.killed;
  }
  Graph changed = graph_;
  changed.set(job.name, dependencies_of(job.spec));
  if (auto ok = changed.check(); !ok) return ok;
  graph_ = std::move(changed);
  std::string name = job.name;
  jobs_.insert_or_assign(std::move(name), std::move(job));
  return {};
}

Result<> Supervisor::remove(const std::string& name) {
  auto job = require(name);
  if (!job) return pass(job.error());
  if ((*job)->active()) {
    return fail(ErrorCode::invalid_argument, "job {} is {}: stop it first", name, state_name((*job)->state));
  }
  if ((*job)->left_behind) {
    return fail(ErrorCode::invalid_argument, "job {} has left processes behind: stop it first", name);
  }
  graph_.remove(name);
  jobs_.erase(name);
  return {};
}

void Supervisor::adopt(Job job) {
  graph_.set(job.name, dependencies_of(job.spec));
  std::string name = job.name;
  jobs_.insert_or_assign(std::move(name), std::move(job));
}

void Supervisor::set_enabled(const std::string& name, bool enabled) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end()) return;
  it->second.spec.enabled = enabled;
  it->second.from_file = true;
}

Result<> Supervisor::start(const std::vector<std::string>& names, Now now) {
  auto order = graph_.start_order(names);
  if (!order) return pass(order.error());
  for (const auto& name : *order) {
    Job& job = jobs_.at(name);
    if (job.state == State::stopping) {
      job.asked = Job::Asked::restart;
      continue;
    }
    // A start by a person does not wait for the back-off.
    if (job.active() && job.state != State::restarting) continue;
    job.tracker.reset();
    job.due.reset();
    enter(job, State::waiting, now);
    if (job.left_behind && !job.kill_due) send_stop(job, now);
  }
  start_errors_.clear();
  start_ready(now);
  const auto errors = std::exchange(start_errors_, {});
  for (const auto& name : names) {
    const Job& job = jobs_.at(name);
    if (job.state != State::failed || job.exit) continue;
    const auto error = errors.find(name);
    return error != errors.end() ? Result<>(pass(error->second))
                                 : fail(ErrorCode::unavailable, "{}", job.reason);
  }
  return {};
}

Result<std::vector<std::string>> Supervisor::stop(const std::string& name, Now now) {
  if (auto job = require(name); !job) return pass(job.error());
  auto names = graph_.stopped_with(name);
  names.push_back(name);
  for (const auto& one : names) ask_to_stop(jobs_.at(one), now);
  stop_ready(now);
  return names;
}

void Supervisor::ask_to_stop(Job& job, Now now) {
  switch (job.state) {
    case State::waiting:
    case State::restarting:
      job.tracker.reset();
      if (job.starting) {
        job.asked = Job::Asked::stop;  // as soon as there is something to stop
      } else if (job.left_behind) {
        job.asked = Job::Asked::stop;
        begin_stop(job, now);
      } else {
        settle(job, State::inactive, now, "");
      }
      break;
    case State::running:
      job.asked = Job::Asked::stop;
      job.stop_pending = true;
      break;
    case State::stopping:
      job.asked = Job::Asked::stop;
      break;
    default:
      if (!job.left_behind) break;
      job.asked = Job::Asked::stop;
      begin_stop(job, now);
      break;
  }
}

Milliseconds Supervisor::stop_all(Now now) {
  ending_ = true;
  Milliseconds longest{0};
  for (const auto& name : graph_.chain([this](const std::string& one) {
         const Job& job = jobs_.at(one);
         return job.pid || job.left_behind ? job.spec.stop_timeout + kAfterKill : Milliseconds(0);
       })) {
    longest = std::max(longest, name.second);
  }
  for (auto& [name, job] : jobs_) ask_to_stop(job, now);
  stop_ready(now);
  return longest;
}

Result<> Supervisor::restart(const std::string& name, Now now) {
  auto job = require(name);
  if (!job) return pass(job.error());
  if ((*job)->state == State::running || (*job)->state == State::stopping) {
    // What requires it goes with it and comes back, each in its order.
    auto names = graph_.stopped_with(name);
    names.push_back(name);
    for (const auto& one : names) {
      Job& with = jobs_.at(one);
      if (with.state == State::running || &with == *job) with.asked = Job::Asked::restart;
      if (with.state == State::running) with.stop_pending = true;
    }
    stop_ready(now);
    return {};
  }
  return start({name}, now);
}

void Supervisor::on_ended(const std::string& name, const Exit& exit, WallTime end, Now now, Left left) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end()) return;
  Job& job = it->second;
  job.pid.reset();
  job.exit = exit;
  if (job.timed_out && job.asked == Job::Asked::nothing) job.exit->cause = Exit::Cause::timeout;
  job.ended = end;
  job.due.reset();
  job.left_behind = left == Left::processes;
  if (job.left_behind && job.stop_pending) {
    // It went before it was asked to, and that was not all of it.
    job.stop_pending = false;
    begin_stop(job, now);
  }
  if (job.left_behind && (job.asked != Job::Asked::nothing || job.timed_out)) {
    enter(job, State::stopping, now, "waits for what its first process left behind");
  } else {
    conclude(job, now);
    // Before the next run in any case: there is never a second copy.
    if (job.left_behind && !job.kill_due && (!job.spec.leave_children || job.active())) send_stop(job, now);
  }
  stop_ready(now);
  start_ready(now);
}

void Supervisor::on_emptied(const std::string& name, Now now) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end() || !it->second.left_behind) return;
  Job& job = it->second;
  job.left_behind = false;
  job.kill_due.reset();
  job.killed = false;
  if (job.state == State::stopping) {
    conclude(job, now);
  } else {
    actions_.changed(job);
  }
  stop_ready(now);
  start_ready(now);
}

void Supervisor::conclude(Job& job, Now now) {
  if (!job.left_behind) {
    job.kill_due.reset();
    job.killed = false;
  }
  job.stop_pending = false;
  const auto asked = std::exchange(job.asked, Job::Asked::nothing);
  const bool timed_out = std::exchange(job.timed_out, false);
  if (asked == Job::Asked::stop) {
    job.tracker.reset();
    settle(job, State::inactive, now, "stopped");
  } else if (asked == Job::Asked::restart) {
    job.tracker.reset();
    take_next_spec(job);
    enter(job, State::waiting, now);
  } else {
    auto verdict = job.tracker.on_ended(*job.exit, job.spec.restart, now.time);
    if (timed_out && verdict.action == Verdict::Action::fail) {
      verdict.reason = "took longer than " + format_duration(job.spec.timeout);
    }
    follow_verdict(job, verdict, now);
  }
}

void Supervisor::take_next_spec(Job& job) {
  if (!job.next_spec) return;
  job.spec = std::move(*job.next_spec);
  job.next_spec.reset();
  graph_.set(job.name, dependencies_of(job.spec));
}

void Supervisor::set_caller(const std::string& name, Caller caller) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end()) return;
  it->second.caller = std::move(caller);
  actions_.changed(it->second);
}

Result<> Supervisor::change(const std::string& name, Spec spec) {
  auto job = require(name);
  if (!job) return pass(job.error());
  Graph changed = graph_;
  changed.set(name, dependencies_of(spec));
  if (auto ok = changed.check(); !ok) return ok;
  (*job)->next_spec = std::move(spec);
  if (!(*job)->pid) take_next_spec(**job);
  actions_.changed(**job);
  return {};
}

void Supervisor::follow_verdict(Job& job, const Verdict& verdict, Now now) {
  switch (verdict.action) {
    case Verdict::Action::finish:
      return settle(job, State::exited, now, "");
    case Verdict::Action::fail:
    case Verdict::Action::give_up:
      return settle(job, State::failed, now, verdict.reason);
    case Verdict::Action::restart:
      job.due = verdict.at;
      return enter(job, State::restarting, now, job.exit ? job.exit->text() : "");
  }
}

void Supervisor::on_timer(Now now) {
  std::vector<std::string> given_up;
  for (auto& [name, job] : jobs_) {
    if (job.kill_due && *job.kill_due <= now.time) {
      job.kill_due.reset();
      if (!std::exchange(job.killed, true)) {
        actions_.signal(job, SIGKILL);
        job.kill_due = now.time + kAfterKill;
      } else if (job.left_behind) {
        given_up.push_back(name);
      }
      actions_.changed(job);
    }
    if (!job.due || *job.due > now.time) continue;
    job.due.reset();
    if (job.state == State::running) {
      job.timed_out = true;
      begin_stop(job, now);
    } else if (job.state == State::restarting) {
      enter(job, State::waiting, now, job.reason);
    }
  }
  for (const auto& name : given_up) on_emptied(name, now);
  stop_ready(now);
  start_ready(now);
}

std::optional<Time> Supervisor::next_due() const {
  std::optional<Time> next;
  for (const auto& [name, job] : jobs_) {
    for (const auto& due : {job.due, job.kill_due}) {
      if (due && (!next || *due < *next)) next = due;
    }
  }
  return next;
}

void Supervisor::enter(Job& job, State state, Now now, std::string reason) {
  job.state = state;
  job.since = now.wall;
  job.reason = std::move(reason);
  actions_.changed(job);
}

void Supervisor::settle(Job& job, State state, Now now, std::string reason) {
  job.due.reset();
  job.pid.reset();
  enter(job, state, now, std::move(reason));
  actions_.settled(job);
  job.told = true;
}

void Supervisor::begin_stop(Job& job, Now now) {
  enter(job, State::stopping, now,
        job.timed_out ? "took longer than " + format_duration(job.spec.timeout) : "");
  job.due.reset();
  job.stop_pending = false;
  send_stop(job, now);
}

void Supervisor::send_stop(Job& job, Now now) {
  job.killed = false;
  job.kill_due = now.time + job.spec.stop_timeout;
  actions_.signal(job, job.spec.stop_signal);
  // A stopped program has to wake up to see it.
  if (job.spec.stop_signal != SIGKILL) actions_.signal(job, SIGCONT);
}

void Supervisor::stop_ready(Now now) {
  const auto busy = [this](const std::string& name) {
    const auto it = jobs_.find(name);
    return it != jobs_.end() && (it->second.stop_pending || it->second.state == State::stopping);
  };
  bool waits = false;
  bool stopping = false;
  for (auto& [name, job] : jobs_) {
    stopping = stopping || job.state == State::stopping;
    if (!job.stop_pending) continue;
    const auto later = graph_.stops_before(name, busy);
    if (later.empty()) {
      begin_stop(job, now);
      stopping = true;
    } else {
      waits = true;
      job.reason = "stops when " + later + " has ended";
    }
  }
  if (!waits || stopping) return;
  // They wait for each other (one requires what comes after it): none is first.
  for (auto& [name, job] : jobs_) {
    if (job.stop_pending) begin_stop(job, now);
  }
}

void Supervisor::start_ready(Now now) {
  const auto state = [this](const std::string& name) {
    const Job* job = find(name);
    if (job == nullptr) return State::inactive;
    // Between two runs: who comes after it waits for the next one.
    const bool between = job->stop_pending || job->state == State::stopping;
    return between && job->asked == Job::Asked::restart ? State::waiting : job->state;
  };
  for (bool again = true; again;) {
    again = false;
    for (auto& [name, job] : jobs_) {
      if (job.state != State::waiting || job.starting || ending_) continue;
      if (job.left_behind) {
        job.reason = "waits for what the last run left behind";
        continue;
      }
      if (std::exchange(job.asked, Job::Asked::nothing) == Job::Asked::stop) {
        // Stopped while its program was being started, and the server before this one died then.
        settle(job, State::inactive, now, "stopped");
        again = true;
        continue;
      }
      const auto answer = graph_.may_start(name, state);
      if (answer.ready == Graph::Ready::wait) {
        job.reason = "waits for " + answer.because;
        continue;
      }
      again = true;
      if (answer.ready == Graph::Ready::refused) {
        job.exit.reset();
        settle(job, State::failed, now, "job " + answer.because + " failed, which it requires");
      } else {
        start_now(job, now);
      }
    }
  }
}

void Supervisor::start_now(Job& job, Now now) {
  const auto pid = actions_.start(job);
  if (!pid) return take_start(job, pass(pid.error()), now);
  if (*pid) return take_start(job, **pid, now);
  job.starting = true;
  job.reason = "its program is being started";
  actions_.changed(job);
}

void Supervisor::on_started(const std::string& name, Result<int> pid, Now now) {
  const auto it = jobs_.find(name);
  if (it == jobs_.end() || !it->second.starting) return;
  Job& job = it->second;
  job.starting = false;
  const bool stop = std::exchange(job.asked, Job::Asked::nothing) == Job::Asked::stop;
  if (!pid && stop) {
    settle(job, State::inactive, now, "stopped");
  } else {
    take_start(job, pid, now);
    if (stop) ask_to_stop(job, now);
  }
  start_errors_.clear();
  stop_ready(now);
  start_ready(now);
}

void Supervisor::take_start(Job& job, const Result<int>& pid, Now now) {
  if (!pid) {
    if (job.tracker.restarts() > 0) {
      // It ran before: what is missing may come back, so the policy decides.
      job.exit = Exit{kCannotRun, 0, false};
      job.ended = now.wall;
      return follow_verdict(job, job.tracker.on_ended(*job.exit, job.spec.restart, now.time), now);
    }
    job.exit.reset();
    start_errors_.insert_or_assign(job.name, pid.error());
    return settle(job, State::failed, now, pid.error().text);
  }
  job.pid = *pid;
  job.started = now.wall;
  job.exit.reset();
  job.told = false;
  job.tracker.on_started(now.time);
  if (job.spec.timeout.count() > 0) job.due = now.time + job.spec.timeout;
  enter(job, State::running, now);
}

}  // namespace sess::job
