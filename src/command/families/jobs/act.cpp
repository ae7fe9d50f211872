// start, stop, restart, kill, rm: what is done to jobs that are there, several at once.
//
// Reads which are meant (names.hpp) and asks the jobs' port for each; what a job does next is
// job/supervisor's to decide. Jobs are begun in run.cpp.
#include "command/families/jobs/act.hpp"

#include <fmt/format.h>

#include <utility>

#include "command/families/jobs/names.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "job/signal_name.hpp"

namespace sess::command {
namespace {

// The letter of an option that has a long form only.
constexpr char kEnded = kJsonFlag + 1;

/// Acts on each; what went wrong with some is said, and the others are acted on all the same.
Status each(Item& item, const std::vector<std::string>& names,
            const std::function<Result<>(const std::string&)>& act) {
  Status status = Status::normal;
  for (const auto& name : names) {
    if (auto done = act(name); !done) status = item.error(about_name(item, name, done.error()));
  }
  return status;
}

Status run_start(Item& item) {
  // tmux's start-server: that it runs is all.
  if (item.args().empty() && !item.args().has('a')) return Status::normal;
  const auto names = chosen_jobs(item, Among::files);
  if (!names) return item.error(names.error());
  if (names->empty()) return Status::normal;
  if (auto started = item.ports().jobs->start(*names, caller_of(item)); !started) {
    return item.error(names->size() == 1 ? about_name(item, names->front(), started.error())
                                         : started.error().text);
  }
  return when_all_started(item, *names, [](Item& self, const Result<>& started) {
    return started ? Status::normal : self.error(started.error());
  });
}

Status run_stop(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  const auto names = chosen_jobs(item, Among::active);
  if (!names) return item.error(names.error());
  JobWait wait;
  const Status status = each(item, *names, [&](const std::string& name) -> Result<> {
    const auto stopped = jobs.stop(name);
    if (!stopped) return pass(stopped.error());
    wait.names.insert(wait.names.end(), stopped->begin(), stopped->end());
    return {};
  });
  if (status != Status::normal || wait.names.empty() || item.args().has('n')) return status;
  // Until they are gone: what comes next in a script may rely on it.
  const Waker waker = item.wait();
  wait.tell = item.client_id();
  jobs.wait(std::move(wait), [waker](const Result<JobEnd>&) { waker(Status::normal); });
  return Status::wait;
}

Status run_restart(Item& item) {
  const auto names = chosen_jobs(item, Among::active);
  if (!names) return item.error(names.error());
  const Status status =
      each(item, *names, [&](const std::string& name) { return item.ports().jobs->restart(name); });
  if (status != Status::normal) return status;
  return when_all_started(item, *names, [](Item& self, const Result<>& started) {
    return started ? Status::normal : self.error(started.error());
  });
}

Status run_kill(Item& item) {
  int signo = 15;
  if (const auto text = item.args().get('s')) {
    const auto parsed = job::parse_signal(*text);
    if (!parsed) return item.error(fmt::format("there is no signal '{}'", *text));
    signo = *parsed;
  }
  const auto names = chosen_jobs(item, Among::active);
  if (!names) return item.error(names.error());
  return each(item, *names, [&](const std::string& name) { return item.ports().jobs->kill(name, signo); });
}

Status run_remove(Item& item) {
  if (item.args().has(kEnded) && !item.args().empty())
    return item.error("--ended and names exclude each other");
  Result<std::vector<std::string>> names;
  if (item.args().has(kEnded)) {
    names = jobs_among(item, Among::ended);
  } else {
    names = chosen_jobs(item, Among::ended);
  }
  if (!names) return item.error(names.error());
  return each(item, *names, [&](const std::string& name) { return item.ports().jobs->remove(name); });
}

constexpr Flag kStartFlags[] = {{'a', "all", "", "every job that has a file and does not run"}};
constexpr Flag kStopFlags[] = {{'a', "all", "", "every job that runs"},
                               {'n', "no-wait", "", "do not wait until it has ended"}};
constexpr Flag kRestartFlags[] = {{'a', "all", "", "every job that runs"}};
constexpr Flag kKillFlags[] = {{'a', "all", "", "every job that runs"},
                               {'s', "signal", "signal", "which one (SIGTERM); -9 and -HUP will do"}};
constexpr Flag kRemoveFlags[] = {{'a', "all", "", "every job that has ended"},
                                 {kEnded, "ended", "", "the same"}};

constexpr Entry kEntries[] = {
    {.name = "start",
     .alias = "start-job",
     .purpose = Purpose::jobs,
     .args = {kStartFlags, 0, -1, nullptr, true},
     .usage = "[-a] job ...",
     .summary = "Start jobs, and what they require",
     .example = "sess start web",
     .flags = kStartServer,
     .run = run_start,
     .ours = true},
    {.name = "stop",
     .alias = "stop-job",
     .purpose = Purpose::jobs,
     .args = {kStopFlags, 0, -1, nullptr, true},
     .usage = "[-an] job ...",
     .summary = "Stop jobs: stop signal, grace, SIGKILL",
     .example = "sess stop web",
     .run = run_stop,
     .ours = true},
    {.name = "restart",
     .alias = "restart-job",
     .purpose = Purpose::jobs,
     .args = {kRestartFlags, 0, -1, nullptr, true},
     .usage = "[-a] job ...",
     .summary = "Stop jobs if they run, then start them",
     .example = "sess restart web",
     .flags = kStartServer,
     .run = run_restart,
     .ours = true},
    {.name = "kill",
     .alias = "kill-job",
     .purpose = Purpose::jobs,
     .args = {kKillFlags, 0, -1, nullptr, true},
     .usage = "[-a] [-s signal] job ...",
     .summary = "Send a signal to every process of jobs",
     .example = "sess kill -s HUP web",
     .run = run_kill,
     .ours = true},
    {.name = "rm",
     .alias = "remove-job",
     .purpose = Purpose::jobs,
     .args = {kRemoveFlags, 0, -1, nullptr, true},
     .usage = "[-a] [--ended] job ...",
     .summary = "Forget ended jobs with their records and logs",
     .example = "sess rm build",
     .flags = kStartServer,
     .run = run_remove,
     .ours = true},
};

}  // namespace

Status when_all_started(Item& item, std::vector<std::string> names,
                        std::function<Status(Item&, Result<>)> then) {
  JobPort* jobs = item.ports().jobs;
  while (!names.empty() && !jobs->is_starting(names.back())) names.pop_back();
  if (names.empty()) return then(item, {});
  const std::string name = names.back();
  const Waker waker = item.wait();
  jobs->when_started(name,
                     [waker, names = std::move(names), then = std::move(then)](const Result<>& started) {
                       waker([names, then, started](Item& self) {
                         return started ? when_all_started(self, names, then) : then(self, started);
                       });
                     });
  return Status::wait;
}

Entries job_act_entries() {
  return kEntries;
}

}  // namespace sess::command
