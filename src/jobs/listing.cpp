#include "jobs/listing.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "job/name.hpp"
#include "jobs/files.hpp"
#include "jobs/history.hpp"
#include "jobs/logs.hpp"
#include "jobs/scopes.hpp"
#include "jobs/table.hpp"

namespace sess::jobs {
namespace {

/// Jobs of which only records are left that listings show.
constexpr std::size_t kListed = 50;

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

command::JobView Listing::view(const job::Job& job) const {
  command::JobView view;
  view.job = job;
  view.scope = scopes_.describe(job);
  view.restarts = job.tracker.restarts();
  if (const auto pane = table_.pane_of(job.name)) {
    const auto sessions = parts_.model.links().sessions_with(parts_.model.pane(*pane)->window);
    if (!sessions.empty()) {
      view.session = sessions.front()->id;
      view.session_name = sessions.front()->name;
      view.attached = static_cast<int>(parts_.model.clients().of(sessions.front()->id).size());
    }
    view.log_note = logs_.note(*pane);
  }
  if (job.state == job::State::restarting && job.due) {
    view.next_start = std::chrono::ceil<job::Milliseconds>(*job.due - table_.now().time);
  }
  find_files(view);
  return view;
}

void Listing::find_files(command::JobView& view) const {
  const job::Job& job = view.job;
  // Whoever wrote it: what runs may be older.
  std::error_code failed;
  if (const auto file = files_.path_of(job.name); job.from_file || std::filesystem::exists(file, failed))
    view.file = file;
  if (!job.spec.log) return;
  view.log_path = job.spec.log_path.empty() ? parts_.start.state_directory + "/logs/" + job.name + ".log"
                                            : job.spec.log_path;
  struct stat facts {};
  if (::stat(view.log_path.c_str(), &facts) == 0) view.log_size = static_cast<std::uint64_t>(facts.st_size);
}

std::vector<command::JobView> Listing::all() {
  std::vector<command::JobView> out;
  for (const auto& [name, job] : table_.jobs()) out.push_back(view(job));
  // Jobs of an earlier daemon, and those that are no longer in the table.
  auto files = files_.names();
  std::erase_if(files, [this](const auto& name) { return table_.find(name) != nullptr; });
  const auto ended = history_.newest_of_each(kListed);
  if (ended) {
    for (const auto& record : *ended) {
      if (table_.find(record.name) != nullptr) continue;
      out.push_back(view_of(record));
      if (std::erase(files, record.name) > 0) {
        if (auto spec = files_.read(record.name)) out.back().job.spec = std::move(*spec);
        out.back().job.from_file = true;
      }
      find_files(out.back());
    }
  }
  // Those that have not run yet, or so long ago that nobody remembers.
  for (const auto& name : files) {
    if (auto view = find(name)) out.push_back(std::move(*view));
  }
  return out;
}

Result<command::JobView> Listing::find(const std::string& name) {
  if (const job::Job* job = table_.find(name)) return view(*job);
  if (auto spec = files_.read(name)) {
    command::JobView out;
    out.job.name = name;
    out.job.spec = std::move(*spec);
    out.job.from_file = true;
    if (const job::Record* record = history_.newest(name)) {
      out.job.exit = record->exit;
      out.job.started = record->start;
      out.job.ended = out.job.since = record->end;
    }
    find_files(out);
    return out;
  } else if (spec.error().sys_errno != ENOENT && job::check_name(name)) {
    return pass(spec.error());
  }
  if (const job::Record* record = history_.newest(name)) {
    auto out = view_of(*record);
    find_files(out);
    return out;
  }
  return pass(table_.unknown(name));
}

}  // namespace sess::jobs
