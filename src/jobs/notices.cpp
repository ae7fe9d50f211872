#include "jobs/notices.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "command/format/format.hpp"
#include "model/environment.hpp"
#include "jobs/panes.hpp"
#include "panes/shell_commands.hpp"

namespace sess::jobs {
namespace {

constexpr std::chrono::seconds kPause{1};
/// A failure is not over in the blink that display-time gives other messages.
constexpr std::chrono::milliseconds kFailureShown{5000};
/// Names in a message about many.
constexpr std::size_t kNamed = 3;

std::string end_text(const job::Job& job) {
  if (job.state == job::State::failed) {
    return fmt::format("job {} failed: {}", job.name, job.reason.empty() ? "unknown reason" : job.reason);
  }
  if (!job.exit) return fmt::format("job {} is {}", job.name, state_name(job.state));
  return fmt::format("job {} {}{}", job.name, job.exit->text(),
                     job.reason.empty() ? "" : " (" + job.reason + ")");
}

/// "train failed (137)", "prep well", "web stopped".
std::string brief_text(const job::Job& job) {
  if (job.state == job::State::failed)
    return fmt::format("{} failed{}", job.name,
                       job.exit ? fmt::format(" ({})", job.exit->shell_status()) : "");
  return job.name + (job.state == job::State::inactive ? " stopped" : " well");
}

/// Names in the line about what was missed.
constexpr std::size_t kMissedNamed = 5;

}  // namespace

JobNotices::JobNotices(const Parts& parts, const JobPanes& panes)
    : parts_(parts), panes_(panes), timer_(parts.loop, [this] { tell(); }) {}

void JobNotices::ended(const job::Job& job, std::optional<model::PaneId> pane) {
  queue_hooks(job, pane);
  if (!job.spec.notify.empty()) run_command(job);
  End end{job.name, end_text(job), brief_text(job), job.state == job::State::failed, std::nullopt};
  if (const model::Pane* shown = pane ? parts_.model.pane(*pane) : nullptr) {
    const auto sessions = parts_.model.links().sessions_with(shown->window);
    if (!sessions.empty()) end.session = sessions.front()->id;
  }
  ends_.push_back(std::move(end));
  if (!pausing_ && !timer_.armed()) timer_.start(std::chrono::milliseconds(0));
}

void JobNotices::queue_hooks(const job::Job& job, std::optional<model::PaneId> pane) {
  command::Target target;
  if (pane && parts_.model.pane(*pane) != nullptr) target = command::find_from_pane(parts_.model, *pane);
  std::vector<std::pair<std::string, std::string>> formats{
      {"hook_job", job.name},
      {"hook_job_state", std::string(state_name(job.state))},
      {"hook_job_status", job.exit ? std::to_string(job.exit->shell_status()) : ""},
      {"hook_job_reason", job.reason}};
  if (job.state == job::State::failed) parts_.queue.submit_hook("job-failed", target, {}, formats);
  parts_.queue.submit_hook("job-exited", target, {}, std::move(formats));
}

void JobNotices::run_command(const job::Job& job) {
  model::Environment environment = panes_.environment_for(job);
  for (const auto& [name, value] : job.spec.environment) environment.set(name, value);
  environment.set("SESS_JOB", job.name);
  environment.set("SESS_JOB_STATE", std::string(state_name(job.state)));
  environment.set("SESS_JOB_STATUS", job.exit ? std::to_string(job.exit->shell_status()) : "");
  environment.set("SESS_JOB_REASON", job.reason);
  command::ShellRequest request;
  request.umask = job.spec.umask ? *job.spec.umask : job.caller ? job.caller->umask : 022;
  request.command = job.spec.notify;
  request.cwd = job.spec.directory.empty() ? parts_.facts.home : job.spec.directory;
  request.env = environment.block();
  parts_.shells.run(std::move(request), [this, name = job.name](const command::ShellResult& result) {
    if (result.exit_status == 0) return;
    const auto line = result.output.substr(0, result.output.find('\n'));
    parts_.outside.report(fmt::format("job {}: its notify command exited with {}{}{}", name,
                                      result.exit_status, line.empty() ? "" : ": ", line));
  });
}

std::string JobNotices::sentence(const std::vector<const End*>& ends) {
  if (ends.size() == 1) return ends.front()->text;
  const auto failed = std::count_if(ends.begin(), ends.end(), [](const End* end) { return end->failed; });
  std::string names;
  std::size_t named = 0;
  // Those that failed are what one wants to know.
  for (const bool which : {true, false}) {
    for (const End* end : ends) {
      if (end->failed != which || named >= kNamed) continue;
      names += (names.empty() ? "" : ", ") + end->name + (which ? " (failed)" : "");
      ++named;
    }
  }
  if (named < ends.size()) names += ", ...";
  return fmt::format("{} jobs ended, {} failed: {}", ends.size(), failed, names);
}

void JobNotices::keep_missed(const std::vector<End>& ends) {
  const auto wanted = parts_.model.globals().session.choice("job-message");
  for (const End& end : ends) {
    if (wanted == "off" || (wanted == "failed" && !end.failed)) continue;
    ++missed_count_;
    if (missed_.size() < kMissedNamed) missed_.push_back(end.brief);
  }
}

std::string JobNotices::take_missed() {
  if (missed_count_ == 0) return {};
  std::string names;
  for (const auto& one : missed_) names += (names.empty() ? "" : ", ") + one;
  if (missed_count_ > missed_.size()) names += ", ...";
  const auto count = std::exchange(missed_count_, 0);
  missed_.clear();
  return fmt::format("{} job{} ended while you were away: {}", count, count == 1 ? "" : "s", names);
}

void JobNotices::tell() {
  pausing_ = false;
  if (ends_.empty()) return;
  const auto ends = std::exchange(ends_, {});
  auto& model = parts_.model;
  const model::Client* latest = model.clients().latest();
  for (const auto& [id, session] : model.sessions()) {
    const auto wanted = session.options.choice("job-message");
    std::vector<const End*> told;
    for (const End& end : ends) {
      // Whoever looked at it has seen it end.
      if (end.session == id || wanted == "off" || (wanted == "failed" && !end.failed)) continue;
      told.push_back(&end);
    }
    if (told.empty()) continue;
    const std::string text = sentence(told);
    const bool failed = std::any_of(told.begin(), told.end(), [](const End* end) { return end->failed; });
    auto shown = std::chrono::milliseconds(session.options.number("display-time"));
    if (failed) shown = std::max(shown, kFailureShown);
    const auto kind = session.options.choice("job-notification");
    for (const auto* seen : model.clients().of(id)) {
      parts_.outside.notify(seen->id, text, shown, seen == latest ? kind : "off");
    }
  }
  if (latest == nullptr) keep_missed(ends);
  for (const End& end : ends) parts_.outside.log_message(end.text);
  parts_.outside.changed();
  pausing_ = true;
  timer_.start(kPause);
}

}  // namespace sess::jobs
