// ps, jobs, status, history: what jobs do and did.
#include <algorithm>
#include <limits>

#include "base/duration.hpp"
#include "base/printable.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "command/families/job_text.hpp"
#include "command/families/listing.hpp"

namespace sess::command {
namespace {

using Row = std::vector<std::string>;

std::string state_text(const JobView& view, job::WallTime now) {
  const job::Job& job = view.job;
  std::string text(state_name(job.state));
  if (job.state == job::State::restarting && view.next_start) {
    text += " in " + format_duration(std::chrono::ceil<std::chrono::seconds>(*view.next_start));
  } else if (job.since != job::WallTime()) {
    const auto since = ago(job.since, now);
    text += " " + (job.active() ? since.substr(0, since.size() - 4) : since);
  }
  return text;
}

Row job_row(const JobView& view, const JobUse& use, job::WallTime now) {
  const job::Job& job = view.job;
  return {job.name,
          state_text(view, now),
          job.exit ? std::to_string(job.exit->shell_status()) : "-",
          job.pid ? fmt::format("{:.1f}", use.cpu_percent) : "-",
          job.pid ? bytes_text(use.memory) : "-",
          std::to_string(view.restarts),
          std::to_string(view.attached),
          command_text(job.spec.command)};
}

const Row kHeader{"NAME", "STATE", "EXIT", "CPU%", "MEMORY", "RESTARTS", "ATTACHED", "COMMAND"};

Status run_jobs(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  const bool json = item.args().has(kJsonFlag);
  std::vector<std::string> objects;
  std::vector<Row> rows{kHeader};
  for (const auto& view : jobs.jobs()) {
    if (item.args().has('r') && !view.job.active()) continue;
    const auto use = jobs.use(view.job.name);
    if (json) {
      objects.push_back(job_json(view, use));
    } else {
      rows.push_back(job_row(view, use, item.ports().daemon.now()));
    }
  }
  item.print(json ? json_array(objects) : table(rows));
  return Status::normal;
}

/// Records that history shows of all jobs when it is not told how many.
constexpr std::size_t kShownRecords = 100;

/// Sessions without a job, as rows among the jobs.
Status run_ps(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  const bool json = item.args().has(kJsonFlag);
  const auto now = item.ports().daemon.now();
  std::vector<std::string> objects;
  std::vector<Row> rows{kHeader};
  std::vector<model::SessionId> of_jobs;
  for (const auto& view : jobs.jobs()) {
    if (view.session) of_jobs.push_back(*view.session);
    if (!view.job.active() && !item.args().has('a')) continue;
    const auto use = jobs.use(view.job.name);
    if (json) {
      objects.push_back(job_json(view, use));
    } else {
      rows.push_back(job_row(view, use, now));
    }
  }
  for (const auto* session : item.model().sessions_by_name()) {
    if (std::find(of_jobs.begin(), of_jobs.end(), session->id) != of_jobs.end()) continue;
    const auto attached = item.model().clients_of(session->id).size();
    std::vector<int> pids;
    for (const auto& [index, link] : session->windows) {
      const auto* window = item.model().window(link.window);
      if (window == nullptr) continue;
      for (const auto id : window->panes) {
        const auto* pane = item.model().pane(id);
        if (pane != nullptr && pane->pid > 0) pids.push_back(pane->pid);
      }
    }
    const auto use = jobs.use_of(pids, session->created);
    std::string command;
    if (const auto* window = item.model().current_window(session->id)) {
      command = item.ports().programs.current_command(window->active);
    }
    if (json) {
      objects.push_back(json_object({{"name", json_string(session->name)},
                                     {"state", json_string("session")},
                                     {"since", json_time(session->created)},
                                     {"windows", std::to_string(session->windows.size())},
                                     {"attached", std::to_string(attached)},
                                     {"command", json_words({command})},
                                     {"cpu_percent", fmt::format("{:.1f}", use.cpu_percent)},
                                     {"memory", std::to_string(use.memory)}}));
    } else {
      const auto age = ago(session->created, now);
      rows.push_back({session->name, "session " + age.substr(0, age.size() - 4), "-",
                      fmt::format("{:.1f}", use.cpu_percent), bytes_text(use.memory), "-", std::to_string(attached),
                      printable(command)});
    }
  }
  item.print(json ? json_array(objects) : table(rows));
  return Status::normal;
}

/// The colour of a state for a terminal, as systemctl has them.
std::string_view colour(job::State state) {
  switch (state) {
    case job::State::running:
      return "\x1b[32m";
    case job::State::failed:
      return "\x1b[31m";
    case job::State::restarting:
    case job::State::waiting:
    case job::State::stopping:
      return "\x1b[33m";
    default:
      return "";
  }
}

std::string status_text(Item& item, const JobView& view) {
  JobPort& jobs = *item.ports().jobs;
  const job::Job& job = view.job;
  const auto now = item.ports().daemon.now();
  const bool colours = item.client() != nullptr && !item.client()->tty.empty() && item.ports().clients.prints_on_terminal(item.client()->id);
  const std::string_view on = colours ? colour(job.state) : "";
  const std::string_view off = on.empty() ? "" : "\x1b[0m";
  std::string out = fmt::format("{}●{} {}", on, off, job.name);
  if (!job.spec.description.empty()) out += " - " + printable(job.spec.description);
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("\n{:>10}: {}", name, value);
  };
  std::string state = fmt::format("{}{}{}", on, state_name(job.state), off);
  if (!job.reason.empty()) state += " (" + printable(job.reason) + ")";
  if (job.since != job::WallTime()) state += fmt::format(" since {}; {}", date_text(job.since), ago(job.since, now));
  line("State", state);
  if (view.next_start) line("Next start", "in " + format_duration(*view.next_start));
  line("Command", command_text(job.spec.command));
  if (job.from_file) line("Enabled", job.spec.enabled ? "yes" : "no");
  if (view.session) {
    line("Session", view.attached > 0 ? fmt::format("{} ({} attached)", view.session_name, view.attached) : view.session_name);
  }
  if (job.exit) {
    line("Last exit", fmt::format("{}; {} after {}", job.exit->text(), ago(job.ended, now),
                                  format_duration(std::chrono::duration_cast<job::Milliseconds>(
                                      job.took.count() > 0 ? job.took : std::max(job.ended - job.started, job.ended - job.ended)))));
  }
  if (view.restarts > 0) line("Restarts", std::to_string(view.restarts));
  line("Scope", view.scope);
  line("Log", view.log_note.empty() ? "" : "stopped: " + view.log_note);
  const auto use = jobs.use(job.name);
  if (!use.processes.empty()) {
    line("CPU", fmt::format("{} ({:.1f} %)", format_duration(use.cpu), use.cpu_percent));
    line("Memory", bytes_text(use.memory));
    line(job.left_behind ? "Left behind" : "Processes",
         job.left_behind ? fmt::format("its first process has ended, {} others have not", use.processes.size()) : "");
    constexpr std::size_t kMost = 20;
    for (std::size_t i = 0; i < std::min(kMost, use.processes.size()); ++i) {
      const auto& process = use.processes[i];
      out += fmt::format("\n{:>12}{:{}}{} {}", "", "", process.depth * 2, process.pid,
                         printable(process.command));
    }
    if (use.processes.size() > kMost) out += fmt::format("\n{:>12}... {} more", "", use.processes.size() - kMost);
  }
  const auto lines = jobs.last_lines(job.name, 10);
  if (!lines.empty()) out += '\n';
  for (const auto& text : lines) out += "\n" + printable(text);
  return out;
}

Status run_status(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  if (item.args().empty()) return run_jobs(item);
  std::vector<std::string> objects;
  int exit_status = 0;
  bool first = true;
  for (const auto& name : item.args().strings()) {
    auto view = jobs.find(name);
    if (!view) {
      exit_status = 4;  // systemctl(1), LSB: no such unit
      if (const auto* client = item.client(); client != nullptr && !client->session) {
        item.ports().clients.note(client->id, view.error().text);
      } else {
        item.error(view.error());
      }
      continue;
    }
    if (item.args().has(kJsonFlag)) {
      objects.push_back(job_json(*view, jobs.use(name)));
    } else {
      if (!std::exchange(first, false)) item.print("");
      item.print(status_text(item, *view));
    }
    // As `systemctl status`: 3 when it is not active.
    if (exit_status == 0 && !view->job.active()) exit_status = 3;
  }
  if (!objects.empty()) item.print(objects.size() == 1 ? objects.front() : json_array(objects));
  item.set_exit_status(exit_status);
  return Status::normal;
}

Status run_history(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  const std::string name = item.args().empty() ? "" : item.args()[0];
  std::size_t count = name.empty() ? kShownRecords : 0;
  if (item.args().has('n')) {
    const auto lines = item.args().number('n', 0, 1'000'000, 0);
    if (!lines) return item.error("number of records " + lines.error().text);
    count = static_cast<std::size_t>(*lines);
  }
  auto records = jobs.history(name, count == 0 ? std::numeric_limits<std::size_t>::max() : count);
  if (!records) return item.error(records.error());
  if (records->empty() && !name.empty()) {
    if (auto known = jobs.find(name); !known) return item.error(known.error());
  }
  std::vector<std::string> objects;
  std::vector<Row> rows{{"NAME", "STARTED", "TOOK", "EXIT", "RESULT", "CPU", "PEAK", "RUN", "COMMAND"}};
  for (auto it = records->begin(); it != records->end(); ++it) {
    if (item.args().has(kJsonFlag)) {
      objects.push_back(record_json(*it));
      continue;
    }
    rows.push_back({it->name, date_text(it->start),
                    format_duration(std::chrono::duration_cast<job::Milliseconds>(job::time_taken(*it))),
                    std::to_string(it->exit.shell_status()),
                    it->exit.text() + (it->stopped ? " (stopped)" : it->success ? "" : " (failed)"),
                    format_duration(std::chrono::duration_cast<job::Milliseconds>(it->cpu_user + it->cpu_system)),
                    bytes_text(it->peak_memory), std::to_string(it->restart), command_text(it->command)});
  }
  item.print(item.args().has(kJsonFlag) ? json_array(objects) : table(rows));
  return Status::normal;
}

constexpr Flag kPsFlags[] = {{'a', "all", "", "ended jobs, too"}, {kJsonFlag, "json", "", "print JSON"}};
constexpr Flag kJobsFlags[] = {{'r', "running", "", "only those that run or will"},
                               {kJsonFlag, "json", "", "print JSON"}};
constexpr Flag kStatusFlags[] = {{kJsonFlag, "json", "", "print JSON"}};
constexpr Flag kHistoryFlags[] = {{'n', "number", "number", "how many, the newest; 0 for all"}, {kJsonFlag, "json", "", "print JSON"}};

constexpr Entry kEntries[] = {
    {.name = "ps", .alias = "", .purpose = Purpose::jobs, .args = {kPsFlags, 0, 0, nullptr, true}, .usage = "[-a] [--json]",
     .summary = "Sessions and jobs: state, exit, CPU, memory", .example = "sess ps",
     .flags = kStartServer | kReadOnly, .repeatable = kReads, .run = run_ps, .ours = true},
    {.name = "jobs", .alias = "", .purpose = Purpose::jobs, .args = {kJobsFlags, 0, 0, nullptr, true}, .usage = "[-r] [--json]",
     .summary = "The jobs and what became of them", .example = "sess jobs --json",
     .flags = kStartServer | kReadOnly, .repeatable = kReads, .run = run_jobs, .ours = true},
    {.name = "status", .alias = "", .purpose = Purpose::jobs, .args = {kStatusFlags, 0, -1, nullptr, true},
     .usage = "[--json] [job ...]", .summary = "Everything about a job", .example = "sess status web",
     .flags = kStartServer | kReadOnly, .repeatable = kReads, .run = run_status, .ours = true},
    {.name = "history", .alias = "", .purpose = Purpose::jobs, .args = {kHistoryFlags, 0, 1, nullptr, true},
     .usage = "[-n number] [--json] [job]", .summary = "How jobs ended, and what they took",
     .example = "sess history -n 10", .flags = kStartServer | kReadOnly, .repeatable = kReads, .run = run_history, .ours = true},
};

}  // namespace

Entries job_listing_entries() {
  return kEntries;
}

}  // namespace sess::command
