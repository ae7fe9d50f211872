#include "jobs/table.hpp"

#include "base/log.hpp"
#include "job/name.hpp"
#include "jobs/encoding.hpp"
#include "jobs/history.hpp"
#include "jobs/usage.hpp"

namespace sess::jobs {

std::optional<model::PaneId> Table::pane_of(const std::string& name) const {
  const auto it = places_.find(name);
  if (it == places_.end() || !it->second.pane || parts_.model.pane(*it->second.pane) == nullptr)
    return std::nullopt;
  return it->second.pane;
}

std::optional<Size> Table::size_of(const std::string& name) const {
  const auto it = places_.find(name);
  return it == places_.end() ? std::nullopt : it->second.size;
}

std::string Table::take_pane(model::PaneId pane) {
  std::string whose;
  for (auto& [name, place] : places_) {
    if (place.pane != pane) continue;
    whose = name;
    place.pane.reset();
    place.encoded.reset();
  }
  return whose;
}

void Table::changed(const std::string& name) {
  if (const auto it = places_.find(name); it != places_.end()) it->second.encoded.reset();
}

Result<int> Table::status_of(const std::string& name) {
  const job::Job* job = find(name);
  if (job != nullptr && job->exit) return job->exit->shell_status();
  if (const job::Record* record = history_.newest(name)) return record->exit.shell_status();
  // Never ran: what it needed failed, or it was stopped before.
  if (job != nullptr) return job->state == job::State::failed ? 1 : 0;
  return fail(ErrorCode::not_found, "no such job: {}", name);
}

Error Table::unknown(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& [known, job] : supervisor_.jobs()) names.push_back(known);
  const std::string near = job::nearest(name, names);
  return {ErrorCode::not_found, 0,
          near.empty() ? fmt::format("no such job: {}", name)
                       : fmt::format("no such job: {}; did you mean {}?", name, near)};
}

command::JobUse Table::use(const std::string& name) const {
  const job::Job* job = find(name);
  if (job == nullptr || (!job->pid && !job->left_behind)) return {};
  for (const auto& [pane, run] : runs_) {
    if (run.job == name && run.holder > 0)
      return use_of(os::held_processes(run.holder), job->started, now().wall);
  }
  return job->pid ? use_of(std::vector<int>{*job->pid}, job->started, now().wall) : command::JobUse();
}

// --- across servers -------------------------------------------------------------------------------------

void Table::restore(const std::vector<std::shared_ptr<const std::string>>& saved) {
  for (const auto& bytes : saved) {
    auto one = decode_job(*bytes);
    if (!one) {
      log::error("{}", one.error().text);
      continue;
    }
    const std::string name = one->job.name;
    if (one->pane) {
      places_[name].pane = *one->pane;
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
      history_.restore_unwritten(std::move(*record));
    }
    supervisor_.adopt(std::move(one->job));
  }
}

std::vector<std::shared_ptr<const std::string>> Table::save() {
  std::vector<std::shared_ptr<const std::string>> out;
  for (const auto& [name, job] : supervisor_.jobs()) {
    Place& place = places_[name];
    if (place.encoded == nullptr) {
      SavedJob saved;
      saved.job = job;
      saved.pane = place.pane;
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
      saved.unwritten = history_.unwritten(name);
      place.encoded = std::make_shared<const std::string>(encode_job(saved));
    }
    out.push_back(place.encoded);
  }
  return out;
}

}  // namespace sess::jobs
