// ps and top: sessions and jobs that run, once, again and again as JSON, or live.
//
// What they use is read from /proc when it is asked for. `ps --json --every` is what `sess top` draws from: a
// line for each moment, made only while its reader reads, and what a moment needs of the one before is kept
// in the waiting command.
#include <algorithm>
#include <map>
#include <memory>

#include "base/duration.hpp"
#include "base/printable.hpp"
#include "command/families/jobs/cells.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/families/table.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"

namespace sess::command {
namespace {

using std::chrono::milliseconds;

/// Letter of a flag that has a long form only.
constexpr char kEveryFlag = kJsonFlag + 1;

/// More often costs more than it shows; more seldom nobody waits for.
constexpr milliseconds kMostOften{200};
constexpr milliseconds kMostSeldom{3'600'000};

/// A session without a job, or a job.
struct Shown {
  std::optional<JobView> job;
  const model::Session* session = nullptr;
  JobUse use;
  std::string command;         ///< a session's: what runs in the pane that is active
  std::optional<PaneId> pane;  ///< likewise
  [[nodiscard]] const std::string& name() const { return job ? job->job.name : session->name; }
};

void add_session(Item& item, const model::Session& session, std::vector<Shown>& out) {
  Shown one;
  one.session = &session;
  std::vector<int> pids;
  for (const auto& [index, link] : session.windows) {
    const auto* window = item.model().window(link.window);
    if (window == nullptr) continue;
    for (const auto id : window->panes) {
      const auto* pane = item.model().pane(id);
      if (pane != nullptr && pane->pid > 0) pids.push_back(pane->pid);
    }
  }
  one.use = item.ports().jobs->use_of(pids, session.created);
  if (const auto* window = item.model().current_window(session.id)) {
    one.pane = window->active;
    one.command = item.ports().programs.current_command(window->active);
  }
  out.push_back(std::move(one));
}

/// Jobs, then sessions without one.
std::vector<Shown> all_shown(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  std::vector<Shown> out;
  std::vector<model::SessionId> of_jobs;
  for (auto& view : jobs.jobs()) {
    if (view.session) of_jobs.push_back(*view.session);
    if (!view.job.active() && !item.args().has('a')) continue;
    Shown one;
    one.use = jobs.use(view.job.name);
    one.job = std::move(view);
    out.push_back(std::move(one));
  }
  for (const auto* session : item.model().sessions().by_name()) {
    if (std::find(of_jobs.begin(), of_jobs.end(), session->id) == of_jobs.end())
      add_session(item, *session, out);
  }
  return out;
}

int attached_to(Item& item, const Shown& one) {
  return one.job ? one.job->attached : static_cast<int>(item.model().clients().of(one.session->id).size());
}

std::vector<Cell> row_of(Item& item, const Shown& one, job::WallTime now) {
  const auto attached = std::to_string(attached_to(item, one));
  if (!one.job) {
    const auto age = ago(one.session->created, now);
    return {one.session->name,
            {"session " + age.substr(0, age.size() - 4), Tone::good},
            "-",
            fmt::format("{:.1f}", one.use.cpu_percent),
            bytes_text(one.use.memory),
            "-",
            attached,
            printable(one.command)};
  }
  const job::Job& job = one.job->job;
  return {job.name,
          {state_text(*one.job, now), tone_of(job.state)},
          exit_cell(job),
          job.pid ? fmt::format("{:.1f}", one.use.cpu_percent) : "-",
          job.pid ? bytes_text(one.use.memory) : "-",
          std::to_string(one.job->restarts),
          attached,
          what_text(job.spec)};
}

std::string json_of(Item& item, const Shown& one) {
  if (one.job) return job_json(*one.job, one.use);
  return json_object({{"name", json_string(one.session->name)},
                      {"state", json_string("session")},
                      {"since", json_time(one.session->created)},
                      {"windows", std::to_string(one.session->windows.size())},
                      {"attached", std::to_string(attached_to(item, one))},
                      {"command", json_words({one.command})},
                      {"cpu_percent", fmt::format("{:.1f}", one.use.cpu_percent)},
                      {"memory", std::to_string(one.use.memory)}});
}

/// What one moment leaves for the next.
struct Moments {
  struct Spent {
    milliseconds cpu{0};
    job::WallTime at;
  };
  std::map<std::string, Spent> spent;
  /// Of what has ended, by name and when: it does not change any more, and is read from a file.
  std::map<std::pair<std::string, job::WallTime>, std::string> last_lines;
  milliseconds every{0};
};

std::string last_line_of(Item& item, const Shown& one) {
  if (one.job) {
    const auto lines = item.ports().jobs->last_lines(one.job->job.name, 1);
    return lines.empty() ? std::string() : lines.back();
  }
  if (!one.pane) return {};
  auto text = item.ports().screens.capture(*one.pane, {});
  if (!text) return {};
  text->erase(text->find_last_not_of(" \n") + 1);
  return text->substr(text->rfind('\n') + 1);
}

/// All of this moment as one line: CPU is what was used since the moment before.
std::string moment(Item& item, Moments& before) {
  const auto now = item.ports().daemon.now();
  Moments next;
  next.every = before.every;
  std::vector<std::string> objects;
  for (auto& one : all_shown(item)) {
    const auto& name = one.name();
    if (const auto found = before.spent.find(name); found != before.spent.end()) {
      const std::chrono::duration<double, std::milli> passed = now - found->second.at;
      const auto used = std::max(one.use.cpu - found->second.cpu, milliseconds(0));
      if (passed.count() > 0)
        one.use.cpu_percent = 100.0 * static_cast<double>(used.count()) / passed.count();
    }
    next.spent[name] = {one.use.cpu, now};
    std::string last;
    if (one.job && !one.job->job.active()) {
      const std::pair key(name, one.job->job.ended);
      const auto known = before.last_lines.find(key);
      last = next.last_lines[key] =
          known != before.last_lines.end() ? known->second : last_line_of(item, one);
    } else {
      last = last_line_of(item, one);
    }
    std::string object = json_of(item, one);
    object.pop_back();
    objects.push_back(object + ",\"last_line\":" + json_string(last) + '}');
  }
  before = std::move(next);
  return json_array(objects);
}

Status print_moments(Item& item, const std::shared_ptr<Moments>& moments) {
  if (item.ports().clients.takes_more(*item.client_id())) item.print(moment(item, *moments));
  item.ports().daemon.after(moments->every, [waker = item.wait(), moments] {
    if (waker.alive()) waker([moments](Item& self) { return print_moments(self, moments); });
  });
  return Status::wait;
}

Status run_every(Item& item, std::string_view text) {
  if (!item.args().has(kJsonFlag)) return item.error("--every goes with --json; live for people: sess top");
  if (item.client() == nullptr || item.client()->session)
    return item.error("--every is for the command line");
  const auto every = parse_duration(text);
  if (!every) return item.error(every.error());
  const auto moments = std::make_shared<Moments>();
  moments->every = std::clamp(*every, kMostOften, kMostSeldom);
  std::vector<std::string> again{"ps", "--json", "--every", std::string(text)};
  if (item.args().has('a')) again.emplace_back("-a");
  item.ports().clients.resume_with(*item.client_id(), std::move(again), false);
  return print_moments(item, moments);
}

Status run_ps(Item& item) {
  if (const auto every = item.args().get(kEveryFlag)) return run_every(item, *every);
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  const auto now = item.ports().daemon.now();
  if (item.args().has(kJsonFlag)) {
    std::vector<std::string> objects;
    for (const auto& one : all_shown(item)) objects.push_back(json_of(item, one));
    item.print(json_array(objects));
    return Status::normal;
  }
  Table table({{"NAME"},
               {"STATE"},
               {"EXIT", 3},
               {"CPU%", 4},
               {"MEMORY", 5},
               {"RESTARTS", 2},
               {"ATTACHED", 1},
               {"COMMAND", 6}},
              *look);
  for (const auto& one : all_shown(item)) table.add(row_of(item, one, now));
  item.print(table.text());
  return Status::normal;
}

/// The screen is the client's: a server that is asked for it has no terminal to draw on.
Status run_top(Item& item) {
  return item.error("top is for a shell: sess top");
}

constexpr Flag kPsFlags[] = {
    {'a', "all", "", "ended jobs, too"},
    kWideRow,
    kColorRow,
    {kJsonFlag, "json", "", "print JSON"},
    {kEveryFlag, "every", "duration", "with --json: a line each time, CPU since the one before"}};
constexpr Flag kTopFlags[] = {{'d', "delay", "duration", "how often it looks (1s)"}, kColorRow};

constexpr Entry kEntries[] = {
    {.name = "ps",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kPsFlags, 0, 0, nullptr, true},
     .usage = "[-aw] [--color when] [--json] [--every duration]",
     .summary = "Sessions and jobs: state, exit, CPU, memory",
     .example = "sess ps",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_ps,
     .ours = true},
    {.name = "top",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kTopFlags, 0, 0, nullptr, true},
     .usage = "[-d duration] [--color when]",
     .summary = "Sessions and jobs live: attach, stop, restart, kill, logs by a key",
     .example = "sess top",
     .flags = kReadOnly,
     .repeatable = kReads,
     .run = run_top,
     .ours = true},
};

}  // namespace

Entries ps_entries() {
  return kEntries;
}

}  // namespace sess::command
