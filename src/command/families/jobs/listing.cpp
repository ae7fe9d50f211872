// jobs, status, history: what jobs do and did.
#include <algorithm>
#include <limits>

#include "base/duration.hpp"
#include "base/normal_form.hpp"
#include "base/printable.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "command/families/jobs/cells.hpp"
#include "command/families/jobs/files.hpp"
#include "command/families/jobs/names.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/families/table.hpp"

namespace sess::command {
namespace {

Tone outcome_tone(const job::Record& record) {
  return record.stopped ? Tone::dim : record.success ? Tone::good : Tone::bad;
}

/// What starts it next, without anybody doing anything.
std::string next_text(const JobView& view) {
  if (view.next_start)
    return "in " + format_duration(std::chrono::ceil<std::chrono::seconds>(*view.next_start));
  if (view.job.state == job::State::waiting)
    return view.job.reason.empty() ? "soon" : printable(view.job.reason);
  return view.job.spec.enabled && !view.job.active() ? "at boot" : "-";
}

/// Beside what is listed: a client that ends prints it as an error.
void say(Item& item, const std::string& text) {
  const auto* client = item.client();
  if (client != nullptr && !client->session) return item.ports().clients.note(client->id, text);
  item.error(text);
}

Status run_jobs(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  const bool json = item.args().has(kJsonFlag);
  const auto now = item.ports().daemon.now();
  std::vector<std::string> objects;
  Table table({{"NAME"}, {"STATE"}, {"EXIT", 3}, {"RESTARTS", 2}, {"BOOT", 4}, {"NEXT", 5}, {"COMMAND", 6}},
              *look);
  for (const auto& view : jobs.jobs()) {
    const job::Job& job = view.job;
    if (item.args().has('r') && !job.active()) continue;
    if (json) {
      objects.push_back(job_json(view, jobs.use(job.name)));
    } else {
      table.add({job.name,
                 {state_text(view, now), tone_of(job.state)},
                 exit_cell(job),
                 std::to_string(view.restarts),
                 job.spec.enabled ? "yes" : "-",
                 next_text(view),
                 what_text(job.spec)});
    }
  }
  item.print(json ? json_array(objects) : table.text());
  if (!item.args().has('r')) {
    for (const auto& text : jobs.unreadable_files()) say(item, text);
  }
  return Status::normal;
}

/// Records that history shows of all jobs when it is not told how many.
constexpr std::size_t kShownRecords = 100;

std::string words_text(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + printable(word);
  return out;
}

std::string restart_text(const job::RestartPolicy& policy) {
  std::string out(restart_name(policy.when));
  if (policy.when == job::Restart::no) return out;
  out += fmt::format(" after {}", format_duration(policy.delay));
  if (policy.max_delay > policy.delay) out += fmt::format(", at most {}", format_duration(policy.max_delay));
  if (policy.limit.count > 0) out += fmt::format("; {} and it has failed", restart_limit_text(policy.limit));
  return out;
}

std::string log_text(const JobView& view) {
  if (!view.job.spec.log) return "none is kept";
  std::string out = printable(view.log_path);
  if (view.log_size) out += fmt::format(" ({})", bytes_text(*view.log_size));
  if (!view.log_note.empty()) out += ", stopped: " + view.log_note;
  return out;
}

/// "name: value" lines below the first, cut or wrapped for the reader's terminal.
class StatusLines {
 public:
  StatusLines(std::string_view first, const Look& look) : out_(shortened_to(first, look)), look_(look) {}
  void add(std::string_view name, const std::string& value, Tone tone = Tone::plain) {
    if (value.empty()) return;
    constexpr int kIndent = 13;
    // Colours take no columns: the line is laid out without them.
    std::string text = wrapped(value, look_, kIndent);
    const auto word = text.substr(0, text.find_first_of(" \n"));
    text.replace(0, word.size(), toned(word, tone, look_));
    out_ += fmt::format("\n{:>11}: {}", name, text);
  }
  void raw(std::string_view text) { out_ += '\n' + shortened_to(text, look_); }
  [[nodiscard]] std::string text() const { return out_; }

 private:
  static std::string shortened_to(std::string_view text, const Look& look) {
    return look.columns > 0 ? shortened(text, look.columns) : std::string(text);
  }
  std::string out_;
  Look look_;
};

std::string run_text(const job::Job& job, job::WallTime now) {
  if (job.started == job::WallTime()) return {};
  return fmt::format("{}; {}", date_text(job.started), ago(job.started, now));
}

void add_processes(StatusLines& lines, const JobView& view, const JobUse& use) {
  if (use.processes.empty()) return;
  lines.add("CPU", fmt::format("{} ({:.1f} %)", format_duration(use.cpu), use.cpu_percent));
  lines.add("Memory", bytes_text(use.memory));
  if (view.job.left_behind) {
    lines.add("Left behind",
              fmt::format("its first process has ended, {} others have not", use.processes.size()),
              Tone::uncertain);
  } else {
    lines.raw(fmt::format("{:>11}:", "Processes"));
  }
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(kMost, use.processes.size()); ++i) {
    const auto& process = use.processes[i];
    lines.raw(
        fmt::format("{:>13}{:{}}{} {}", "", "", process.depth * 2, process.pid, printable(process.command)));
  }
  if (use.processes.size() > kMost)
    lines.raw(fmt::format("{:>13}... {} more", "", use.processes.size() - kMost));
}

std::string status_text(Item& item, const JobView& view, const Look& look) {
  JobPort& jobs = *item.ports().jobs;
  const job::Job& job = view.job;
  const job::Spec& spec = job.spec;
  const auto now = item.ports().daemon.now();
  const Tone tone = tone_of(job.state);
  StatusLines lines(job.name + (spec.description.empty() ? "" : " - " + printable(spec.description)),
                    {look.colours, look.columns > 0 ? look.columns - 2 : 0});
  std::string state(state_name(job.state));
  if (!job.reason.empty()) state += " (" + printable(job.reason) + ")";
  if (job.since != job::WallTime())
    state += fmt::format(" since {}; {}", date_text(job.since), ago(job.since, now));
  lines.add("State", state, tone);
  if (view.next_start) lines.add("Next start", "in " + format_duration(*view.next_start), Tone::uncertain);
  lines.add("Command", command_text(spec.command));
  lines.add("Directory", printable(spec.directory));
  lines.add("File", printable(view.file));
  lines.add("Enabled", spec.enabled ? "yes, it starts at boot" : job.from_file ? "no" : "");
  lines.add("Restart", restart_text(spec.restart));
  lines.add("Requires", words_text(spec.requires_));
  lines.add("After", words_text(spec.after));
  if (view.session) {
    lines.add("Session", view.attached > 0 ? fmt::format("{} ({} attached)", view.session_name, view.attached)
                                           : view.session_name);
  }
  lines.add("Started", run_text(job, now));
  if (job.exit) {
    lines.add("Ended", fmt::format("{}; {}", date_text(job.ended), ago(job.ended, now)));
    lines.add("Last exit", fmt::format("{}; {} after {}", job.exit->text(), ago(job.ended, now),
                                       format_duration(std::chrono::duration_cast<job::Milliseconds>(
                                           job.took.count() > 0
                                               ? job.took
                                               : std::max(job.ended - job.started, job.ended - job.ended)))));
  }
  if (view.restarts > 0) lines.add("Restarts", std::to_string(view.restarts));
  lines.add("Scope", view.scope);
  lines.add("Log", log_text(view), view.log_note.empty() ? Tone::plain : Tone::bad);
  add_processes(lines, view, jobs.use(job.name));
  const auto last = jobs.last_lines(job.name, 10);
  if (!last.empty()) lines.raw("");
  for (const auto& text : last) lines.raw(printable(text));
  return toned("●", tone, look) + " " + lines.text();
}

Status run_status(Item& item) {
  JobPort& jobs = *item.ports().jobs;
  if (item.args().empty() && !item.args().has('a')) return run_jobs(item);
  const auto chosen = chosen_jobs(item, Among::all);
  if (!chosen) return item.error(chosen.error());
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  std::vector<std::string> objects;
  int exit_status = 0;
  bool first = true;
  for (const auto& name : *chosen) {
    auto view = jobs.find(name);
    if (!view) {
      exit_status = 4;  // systemctl(1), LSB: no such unit
      say(item, about_name(item, name, view.error()));
      continue;
    }
    if (item.args().has(kJsonFlag)) {
      objects.push_back(job_json(*view, jobs.use(name)));
    } else {
      if (!std::exchange(first, false)) item.print("");
      item.print(status_text(item, *view, *look));
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
  const std::string name = item.args().empty() ? "" : composed(item.args()[0]);
  std::size_t count = name.empty() ? kShownRecords : 0;
  if (item.args().has('n')) {
    const auto lines = item.args().number('n', 0, 1'000'000, 0);
    if (!lines) return item.error("number of records " + lines.error().text);
    count = static_cast<std::size_t>(*lines);
  }
  auto records = jobs.history(name, count == 0 ? std::numeric_limits<std::size_t>::max() : count);
  if (!records) return item.error(records.error());
  if (records->empty() && !name.empty()) {
    if (auto known = jobs.find(name); !known) return item.error(about_name(item, name, known.error()));
  }
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  std::vector<std::string> objects;
  Table table({{"NAME"},
               {"STARTED", 5},
               {"TOOK", 7},
               {"EXIT", 3},
               {"RESULT", 8},
               {"CPU", 2},
               {"PEAK", 2},
               {"RUN", 1},
               {"COMMAND", 4}},
              *look);
  for (auto it = records->begin(); it != records->end(); ++it) {
    if (item.args().has(kJsonFlag)) {
      objects.push_back(record_json(*it));
      continue;
    }
    table.add({it->name,
               date_text(it->start),
               format_duration(std::chrono::duration_cast<job::Milliseconds>(job::time_taken(*it))),
               std::to_string(it->exit.shell_status()),
               {it->exit.text() + (it->stopped   ? " (stopped)"
                                   : it->success ? ""
                                                 : " (failed)"),
                outcome_tone(*it)},
               format_duration(std::chrono::duration_cast<job::Milliseconds>(it->cpu_user + it->cpu_system)),
               bytes_text(it->peak_memory),
               std::to_string(it->restart),
               command_text(it->command)});
  }
  item.print(item.args().has(kJsonFlag) ? json_array(objects) : table.text());
  return Status::normal;
}

constexpr Flag kJsonRow = {kJsonFlag, "json", "", "print JSON"};
constexpr Flag kJobsFlags[] = {
    {'r', "running", "", "only those that run or will"}, kWideRow, kColorRow, kJsonRow};
constexpr Flag kStatusFlags[] = {kAllJobsRow, kWideRow, kColorRow, kJsonRow};
constexpr Flag kHistoryFlags[] = {
    {'n', "number", "number", "how many, the newest; 0 for all"}, kWideRow, kColorRow, kJsonRow};

constexpr Flag kCatFlags[] = {{'q', "quiet", "", "only say what is wrong with it"}};

constexpr Entry kEntries[] = {
    {.name = "cat",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kCatFlags, 1, 1, nullptr, true},
     .usage = "[-q] job",
     .summary = "Print a job's file, and what is wrong with it",
     .example = "sess cat web",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_cat,
     .ours = true},
    {.name = "edit",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {{}, 1, 1},
     .usage = "job",
     .summary = "Edit a job's file, which is made when there is none",
     .example = "sess edit web",
     .flags = kStartServer,
     .run = run_edit,
     .ours = true},
    {.name = "jobs",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kJobsFlags, 0, 0, nullptr, true},
     .usage = "[-rw] [--color when] [--json]",
     .summary = "The jobs and what became of them",
     .example = "sess jobs --json",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_jobs,
     .ours = true},
    {.name = "status",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kStatusFlags, 0, -1, nullptr, true},
     .usage = "[-aw] [--color when] [--json] [job ...]",
     .summary = "Everything about a job",
     .example = "sess status web",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_status,
     .ours = true},
    {.name = "history",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kHistoryFlags, 0, 1, nullptr, true},
     .usage = "[-w] [-n number] [--color when] [--json] [job]",
     .summary = "How jobs ended, and what they took",
     .example = "sess history -n 10",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_history,
     .ours = true},
};

}  // namespace

Entries job_listing_entries() {
  return kEntries;
}

}  // namespace sess::command
