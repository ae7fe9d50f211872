// run and wait: jobs begun and awaited. What is done to those that are there: act.cpp.
//
// Reads what the command line says, and asks the jobs' port; what a job does next is job/supervisor's to
// decide.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/duration.hpp"
#include "base/normal_form.hpp"
#include "command/families/attach.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "command/families/jobs/act.hpp"
#include "command/families/jobs/names.hpp"
#include "command/families/jobs/resume.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/families/spawn.hpp"
#include "job/job_file.hpp"
#include "base/quote.hpp"

namespace sess::command {
namespace {

/// docker(1)'s and timeout(1)'s: the command itself failed, not what it was to run; and time ran out.
constexpr int kOwnFailure = 125;
constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;
constexpr int kTimedOut = 124;

// Letters of options that have a long form only; those of a job's settings follow.
enum LongOnly : char { kResumeAt = kJsonFlag + 1, kAny, kTimeout, kUntil, kFirstSetting };

char letter_of(std::size_t setting) {
  return static_cast<char>(kFirstSetting + setting);
}

/// An error whose exit status cannot be mistaken for a job's.
Status fail_with(Item& item, int status, std::string_view text) {
  const auto* client = item.client();
  if (client == nullptr || client->session || item.ports().jobs == nullptr) return item.error(text);
  item.ports().clients.note(client->id, text);
  item.set_exit_status(status);
  return Status::error;
}
Status fail_with(Item& item, const Error& error) {
  // What a shell reports for a program that is not there, and for one that cannot be executed.
  const int status = error.sys_errno == ENOENT                                 ? kNotFound
                     : error.sys_errno == EACCES || error.sys_errno == ENOEXEC ? kCannotExecute
                                                                               : kOwnFailure;
  return fail_with(item, status, error.text);
}

Result<job::Milliseconds> duration(const Item& item, char flag, job::Milliseconds fallback) {
  const auto text = item.args().get(flag);
  return text ? parse_duration(*text) : Result<job::Milliseconds>(fallback);
}

std::string absolute(std::string path, const std::string& directory) {
  return path.empty() || path.front() == '/' ? path : directory + "/" + path;
}

/// Everything but the command.
Result<job::Spec> read_spec(Item& item) {
  const Args& args = item.args();
  job::Spec spec;
  spec.directory = start_directory(item, args.get('c'), nullptr);
  for (const auto& variable : args.all('e')) {
    const auto equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(ErrorCode::invalid_argument, "'{}' is not NAME=VALUE", variable);
    spec.environment[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  const auto& settings = job::run_options();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (!args.has(letter_of(i))) continue;
    const std::string nothing;
    const std::span<const std::string> none(&nothing, 1);
    for (const auto& word : settings[i].value.empty() ? none : args.all(letter_of(i))) {
      if (auto fault = settings[i].read(word, spec); !fault.empty())
        return fail(ErrorCode::invalid_argument, "{}", fault);
    }
  }
  spec.environment_file = absolute(std::move(spec.environment_file), spec.directory);
  if (spec.input != "-") spec.input = absolute(std::move(spec.input), spec.directory);
  spec.log_path = absolute(std::move(spec.log_path), spec.directory);
  return spec;
}

/// Prints what the job prints and ends with its status; goes on after the server was replaced.
Status stream(Item& item, JobFollow from) {
  const Waker waker = item.wait();
  JobPort& jobs = *item.ports().jobs;
  jobs.follow(*item.client_id(), std::move(from), [waker](int status) {
    waker([status](Item& self) {
      self.set_exit_status(status);
      return Status::normal;
    });
  });
  return Status::wait;
}

/// The client came back with the place that it was told and the bytes it has printed since.
Status resume_stream(Item& item) {
  JobFollow from{std::string(item.args().get_or('s', "")), 0, std::nullopt,
                 resume_numbers(item.args()[0])[0]};
  const std::string at(item.args().get_or(kResumeAt, "0"));
  const auto [first, second, third, fourth] = resume_numbers(at);
  if (at.find(':') == std::string::npos) {
    from.offset = first;
  } else {
    if (first == 0) from.offset = second;
    if (first != 0) from.place = {first, second};
    from.printed += third;
  }
  return stream(item, std::move(from));
}

/// What becomes of the client that typed `run`.
enum class Way { detached, attach, stream };

Way way_of(const Item& item) {
  const auto* client = item.client();
  const bool typed = client != nullptr && !client->session;
  if (item.args().has('d') || !typed) return Way::detached;
  const bool terminal =
      item.ports().clients.can_attach(client->id) && item.ports().clients.prints_on_terminal(client->id);
  return !client->control && !is_nested(item) && terminal ? Way::attach : Way::stream;
}

/// What the client that typed `run` sees of the job.
Status show_run(Item& item, const std::string& name, Way way) {
  JobPort* jobs = item.ports().jobs;
  const auto* client = item.client();
  auto view = jobs->find(name);
  if (way == Way::stream) return stream(item, {.name = name});
  if (way == Way::attach && view && view->session) {
    item.ports().clients.report_status_of(client->id, name);
    if (auto attached = item.ports().clients.attach(client->id, *view->session, {}); !attached) {
      return fail_with(item, attached.error());
    }
    return Status::normal;
  }
  item.print(name);
  return Status::normal;
}

Status start_run(Item& item, job::Spec spec, std::optional<std::string> input) {
  JobPort* jobs = item.ports().jobs;
  const auto* client = item.client();
  const Way way = way_of(item);
  RunRequest request;
  if (client != nullptr && !client->session) request = jobs->request_of(client->id);
  if (request.job) return show_run(item, *request.job, way);
  if (request.in_doubt) {
    return fail_with(
        item, kOwnFailure,
        "the server died while a program was started: whether it was this one is not known; see sess ps");
  }
  // Nobody types on a terminal that nobody is attached to: who reads there gets an end of file, as in a
  // pipeline, and does not wait for ever.
  if (way == Way::stream && spec.input.empty()) spec.input = "/dev/null";
  JobRun run;
  run.name =
      item.args().has('s') ? composed(item.expand(*item.args().get('s'))) : jobs->free_name(spec.command);
  run.spec = std::move(spec);
  run.input = std::move(input);
  run.request = std::move(request.id);
  if (client != nullptr) {
    run.caller = caller_of(item);
    run.size = client->size;
  }
  const std::string name = run.name;
  if (auto ran = jobs->run(std::move(run)); !ran) return fail_with(item, ran.error());
  return when_all_started(item, {name}, [name, way](Item& self, const Result<>& started) {
    return started ? show_run(self, name, way) : fail_with(self, started.error());
  });
}

Status run_run(Item& item) {
  JobPort* jobs = item.ports().jobs;
  if (jobs == nullptr) return item.error("no jobs here");
  if (item.args().has(kResumeAt) && item.client() != nullptr) return resume_stream(item);
  if (item.args().empty())
    return fail_with(item, kOwnFailure, "no command to run; usage: sess run [-d] [-s name] -- command");
  auto spec = read_spec(item);
  if (!spec) return fail_with(item, kOwnFailure, spec.error().text);
  spec->command = item.args().strings();
  if (spec->input != "-") return start_run(item, std::move(*spec), std::nullopt);
  if (!item.client_id()) return fail_with(item, kOwnFailure, "--input -: there is no standard input to read");
  // All of it before the job starts: what is there then is not lost with this client.
  const Waker waker = item.wait();
  item.ports().files.read_file(
      *item.client_id(), "-", [waker, spec = std::move(*spec)](const Result<std::string>& text) {
        waker([spec, text](Item& self) {
          return text ? start_run(self, spec, *text) : fail_with(self, kOwnFailure, text.error().text);
        });
      });
  return Status::wait;
}

// --- waiting --------------------------------------------------------------------------------------------

std::string wall_text(job::WallTime time) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// Waits and ends with the status; `then` is what else is to be said.
Status wait_for_jobs(Item& item, JobWait wait, bool print_name) {
  const Waker waker = item.wait();
  const auto names = wait.names;
  item.ports().jobs->wait(std::move(wait), [waker, print_name, names](const Result<JobEnd>& end) {
    waker([end, print_name, names](Item& self) {
      if (!end) {
        if (end.error().code == ErrorCode::unavailable) return fail_with(self, kTimedOut, end.error().text);
        const auto unknown = std::find_if(names.begin(), names.end(),
                                          [&](const auto& name) { return !self.ports().jobs->find(name); });
        return fail_with(self, kOwnFailure,
                         unknown == names.end() ? end.error().text : about_name(self, *unknown, end.error()));
      }
      if (print_name) self.print(end->name);
      if (!end->note.empty() && self.client_id()) self.ports().clients.note(*self.client_id(), end->note);
      self.set_exit_status(end->status);
      return Status::normal;
    });
  });
  return Status::wait;
}

Status run_wait(Item& item) {
  const Args& args = item.args();
  // tmux's wait-for goes by this name, too.
  for (const char flag : {'S', 'L', 'U'}) {
    if (args.has(flag)) {
      item.run_text_after(fmt::format("wait-for -{} {}", flag, escape_argument(args[0])));
      return Status::normal;
    }
  }
  JobWait wait;
  for (const auto& name : args.strings()) wait.names.push_back(composed(name));
  wait.any = args.has(kAny);
  if (args.has(kTimeout)) {
    auto limit = duration(item, kTimeout, {});
    if (!limit) return fail_with(item, kOwnFailure, limit.error().text);
    wait.until = item.ports().daemon.now() + *limit;
  }
  if (args.has(kUntil)) {
    std::int64_t ms = 0;
    const auto text = *args.get(kUntil);
    std::from_chars(text.data(), text.data() + text.size(), ms);
    wait.until = job::WallTime(std::chrono::milliseconds(ms));
  }
  if (item.client() != nullptr && !item.client()->session) {
    std::vector<std::string> again{"wait"};
    if (wait.any) again.emplace_back("--any");
    if (wait.until) again.insert(again.end(), {"--until", wall_text(*wait.until)});
    again.emplace_back("--");
    again.insert(again.end(), wait.names.begin(), wait.names.end());
    item.ports().clients.resume_with(*item.client_id(), std::move(again), false);
  }
  const bool any = wait.any;
  return wait_for_jobs(item, std::move(wait), any);
}

/// The job says whose request began it: one that was begun goes on, one that was not is begun. What standard
/// input held is gone with the first server.
bool run_is_repeatable(const Args& args) {
  const auto& settings = job::run_options();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (settings[i].name == "input") return args.get_or(letter_of(i), "") != "-";
  }
  return true;
}
/// As tmux's wait-for it changes a channel.
bool wait_is_repeatable(const Args& args) {
  return !args.has('S') && !args.has('L') && !args.has('U');
}

constexpr Flag kRunFlags[] = {
    {'d', "detach", "", "print the job's name and return; without it: attach, or print its output and wait"},
    {'s', "name", "name", "name of the job and its session; made from the command without it"},
    {'c', "directory", "directory", "where it runs"},
    {'e', "env", "NAME=value", "set a variable; may be given several times"},
    {kResumeAt, "resume-at", "offset", {}},  // when the server was replaced
};
/// These and a job's settings.
std::vector<Flag> run_flags() {
  std::vector<Flag> flags(std::begin(kRunFlags), std::end(kRunFlags));
  const auto& settings = job::run_options();
  for (std::size_t i = 0; i < settings.size(); ++i)
    flags.push_back({letter_of(i), settings[i].name, settings[i].value, settings[i].help});
  return flags;
}

constexpr Flag kWaitFlags[] = {
    {kAny, "any", "", "the first that ends; prints its name"},
    {kTimeout, "timeout", "duration", "give up with status 124"},
    {kUntil, "until", "milliseconds", {}},  // the same as a point in time since 1970
    {'S', "signal", "", "as wait-for -S"},
    {'L', "lock", "", "as wait-for -L"},
    {'U', "unlock", "", "as wait-for -U"},
};
constexpr Entry kEntries[] = {
    {.name = "run",
     .alias = "run-job",
     .purpose = Purpose::jobs,
     .args = {{}, 0, -1},
     .usage = "[-d] [-s name] [-c directory] [-e NAME=value] [options] [--] command [argument ...]",
     .summary = "Run a job: it survives, is logged, and its exit status is kept",
     .example = "sess run -d --restart on-failure -- ./server --port 8080",
     .flags = kStartServer,
     .repeatable = run_is_repeatable,
     .run = run_run,
     .ours = true},
    {.name = "wait",
     .alias = "wait-job",
     .purpose = Purpose::jobs,
     .args = {kWaitFlags, 1, -1, nullptr, true},
     .usage = "[--any] [--timeout duration] job ...",
     .summary = "Wait for jobs and exit with their status",
     .example = "sess wait build && ./deploy",
     .flags = kStartServer | kReadOnly,
     .repeatable = wait_is_repeatable,
     .run = run_wait,
     .ours = true},
};

}  // namespace

Entries job_entries() {
  static const std::vector<Flag> flags = run_flags();
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> rows(std::begin(kEntries), std::end(kEntries));
    rows[0].args.flags = flags;
    return rows;
  }();
  return entries;
}

}  // namespace sess::command
