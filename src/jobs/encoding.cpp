#include "jobs/encoding.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/saved_time.hpp"
#include "job/job_file.hpp"
#include "store/cbor_reader.hpp"
#include "store/json_fields.hpp"

namespace sess::jobs {
namespace {

using nlohmann::json;

job::WallTime time_of(const json& in, const char* name) {
  return time_saved(store::get<std::int64_t>(in, name));
}

template <class Enum>
Enum enum_of(const json& in, const char* name, Enum last) {
  return static_cast<Enum>(std::clamp(store::get<int>(in, name), 0, static_cast<int>(last)));
}

}  // namespace

std::string encode_job(const SavedJob& saved) {
  const job::Job& one = saved.job;
  ByteWriter tracker;
  one.tracker.save(tracker);
  json out = {{"name", one.name},
              {"spec", job::write_job_file(one.spec)},
              {"from_file", one.from_file},
              {"environment", one.caller ? one.caller->environment : std::vector<std::string>()},
              {"request", one.request},
              {"state", static_cast<int>(one.state)},
              {"since", saved_time(one.since)},
              {"tracker", tracker.take()},
              {"reason", one.reason},
              {"started", saved_time(one.started)},
              {"ended", saved_time(one.ended)},
              {"asked", static_cast<int>(one.asked)},
              {"timed_out", one.timed_out},
              {"run_pid", saved.run_pid},
              {"run_started", saved_time(saved.run_started)},
              {"run_restart", saved.run_restart}};
  for (const auto& text : saved.unwritten) out["unwritten"].push_back(text);
  if (one.pid) out["pid"] = *one.pid;
  if (one.exit) {
    out["exit"] = {{"code", one.exit->code},
                   {"signal", one.exit->signal},
                   {"core", one.exit->core},
                   {"cause", static_cast<int>(one.exit->cause)}};
  }
  if (one.caller) out["umask"] = one.caller->umask;
  if (one.took.count() > 0) out["took"] = one.took.count();
  // Fields that a job seldom has.
  if (one.next_spec) out["next_spec"] = job::write_job_file(*one.next_spec);
  if (one.left_behind) out["left_behind"] = true;
  if (one.stop_pending) out["stop_pending"] = true;
  if (one.told) out["told"] = true;
  if (one.killed) out["killed"] = true;
  if (one.kill_due) out["kill_due"] = one.kill_due->time_since_epoch().count();
  if (saved.run_holder > 0) out["run_holder"] = saved.run_holder;
  if (saved.run_began != job::Time()) out["run_began"] = saved.run_began.time_since_epoch().count();
  if (saved.run_ended) out["run_ended"] = true;
  if (one.due) out["due"] = one.due->time_since_epoch().count();
  if (saved.pane) out["pane"] = saved.pane->value;
  std::string bytes;
  json::to_cbor(out, bytes);
  return bytes;
}

Result<SavedJob> decode_job(std::string_view bytes) {
  const json in = store::read_cbor(bytes);
  if (in.is_discarded() || !in.is_object()) return fail(ErrorCode::protocol, "a saved job cannot be read");
  SavedJob saved;
  job::Job& one = saved.job;
  one.name = store::get<std::string>(in, "name");
  auto spec = job::parse_job_file(store::get<std::string>(in, "spec"), one.name);
  if (!spec)
    return fail(ErrorCode::protocol, "the saved job {} cannot be read: {}", one.name, spec.error().text);
  one.spec = std::move(*spec);
  one.from_file = store::get<bool>(in, "from_file");
  if (const auto it = in.find("environment"); it != in.end() && it->is_array()) {
    job::Caller caller;
    for (const auto& item : *it) {
      if (item.is_string()) caller.environment.push_back(item.get<std::string>());
    }
    // An earlier version had no umask, and an environment only of a caller.
    if (in.contains("umask")) caller.umask = store::get<unsigned>(in, "umask") & 0777U;
    if (in.contains("umask") || !caller.environment.empty()) one.caller = std::move(caller);
  }
  if (in.contains("next_spec")) {
    if (auto next = job::parse_job_file(store::get<std::string>(in, "next_spec"), one.name))
      one.next_spec = std::move(*next);
  }
  if (in.contains("took")) one.took = std::chrono::microseconds(store::get<std::int64_t>(in, "took"));
  one.state = enum_of(in, "state", job::State::failed);
  one.since = time_of(in, "since");
  const auto tracker = store::get<std::string>(in, "tracker");
  ByteReader reader(tracker);
  one.tracker = job::RestartTracker::restore(reader);
  one.reason = store::get<std::string>(in, "reason");
  one.request = store::get<std::string>(in, "request");
  one.started = time_of(in, "started");
  one.ended = time_of(in, "ended");
  one.asked = enum_of(in, "asked", job::Job::Asked::restart);
  one.timed_out = store::get<bool>(in, "timed_out");
  if (in.contains("pid")) one.pid = store::get<int>(in, "pid");
  if (const auto it = in.find("exit"); it != in.end() && it->is_object()) {
    one.exit = job::Exit{store::get<int>(*it, "code"), store::get<int>(*it, "signal"),
                         store::get<bool>(*it, "core"), enum_of(*it, "cause", job::Exit::Cause::lost)};
  }
  if (in.contains("due")) one.due = job::Time(job::Time::duration(store::get<std::int64_t>(in, "due")));
  if (in.contains("pane")) saved.pane = model::PaneId{store::get<std::uint32_t>(in, "pane")};
  if (const auto it = in.find("unwritten"); it != in.end() && it->is_array()) {
    for (const auto& item : *it) {
      if (item.is_string()) saved.unwritten.push_back(item.get<std::string>());
    }
  }
  one.left_behind = store::get<bool>(in, "left_behind");
  one.stop_pending = store::get<bool>(in, "stop_pending");
  one.told = store::get<bool>(in, "told");
  one.killed = store::get<bool>(in, "killed");
  if (in.contains("kill_due"))
    one.kill_due = job::Time(job::Time::duration(store::get<std::int64_t>(in, "kill_due")));
  // Version 0.1 kept the time of SIGKILL where the other times are.
  if (one.state == job::State::stopping && one.due) one.kill_due = std::exchange(one.due, std::nullopt);
  if (in.contains("run_holder")) saved.run_holder = store::get<int>(in, "run_holder");
  if (in.contains("run_began"))
    saved.run_began = job::Time(job::Time::duration(store::get<std::int64_t>(in, "run_began")));
  saved.run_ended = store::get<bool>(in, "run_ended");
  saved.run_pid = store::get<int>(in, "run_pid");
  saved.run_started = time_of(in, "run_started");
  saved.run_restart = store::get<int>(in, "run_restart");
  return saved;
}

}  // namespace sess::jobs
