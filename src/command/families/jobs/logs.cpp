// logs: what jobs have printed, of one or of several, now or as it grows.
//
// Reads what the command line says and asks the jobs' port, which writes to the client; no log is opened
// here.
#include <algorithm>
#include <ctime>
#include <functional>
#include <memory>

#include "base/duration.hpp"
#include "base/time_text.hpp"
#include "base/width.hpp"
#include "command/families/jobs/names.hpp"
#include "command/families/jobs/resume.hpp"
#include "command/families/listing.hpp"
#include "command/families/table.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"

namespace sess::command {
namespace {

// Letters of options that have a long form only.
enum LongOnly : char { kResumeAt = kJsonFlag + 1, kSince, kRaw, kRun, kTail };

/// "10min" ago, or a point in time: "2026-01-31 12:00:00", "2026-01-31", "12:00", "yesterday" and "today"
/// from midnight on.
Result<job::WallTime> parse_since(std::string_view text, job::WallTime now) {
  if (text.ends_with(" ago")) text.remove_suffix(4);
  if (const auto before = parse_duration(text)) return now - *before;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (text == "now") return now;
  if (text == "today" || text == "yesterday") {
    std::tm midnight = local_time(seconds);
    midnight.tm_hour = midnight.tm_min = midnight.tm_sec = 0;
    if (text == "yesterday") --midnight.tm_mday;
    midnight.tm_isdst = -1;
    return std::chrono::system_clock::from_time_t(std::mktime(&midnight));
  }
  for (const char* format :
       {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"}) {
    std::tm local = local_time(seconds);
    local.tm_sec = 0;
    if (format[1] == 'Y') local.tm_hour = local.tm_min = 0;
    local.tm_isdst = -1;
    const std::string word(text);
    const char* end = ::strptime(word.c_str(), format, &local);
    if (end != nullptr && *end == '\0') return std::chrono::system_clock::from_time_t(std::mktime(&local));
  }
  return fail(ErrorCode::invalid_argument,
              "'{}' is neither a duration nor a time: write 10min, today, yesterday or 2026-01-31 12:00",
              text);
}

/// What the flags say; the name is the caller's to set.
Result<LogRequest> log_request(const Item& item, const Look& look) {
  const Args& args = item.args();
  LogRequest request;
  request.colours = look.colours;
  request.follow = args.has('f');
  request.raw = args.has(kRaw);
  request.timestamps = args.has('t');
  for (const char flag : {'n', static_cast<char>(kTail)}) {
    if (!args.has(flag)) continue;
    const auto lines = args.number(flag, 0, 1'000'000, 0);
    if (!lines) return fail(ErrorCode::invalid_argument, "number of lines {}", lines.error().text);
    request.lines = static_cast<std::size_t>(*lines);
  }
  if (const auto text = args.get(kSince)) {
    auto since = parse_since(*text, item.ports().daemon.now());
    if (!since) return pass(since.error());
    request.since = *since;
  }
  if (args.has(kRun)) {
    const auto run = args.number(kRun, -1'000'000, 1'000'000, 0);
    if (!run) return fail(ErrorCode::invalid_argument, "number of a run {}", run.error().text);
    if (*run == 0)
      return fail(ErrorCode::invalid_argument,
                  "--run takes 1 for the oldest run in the log, -1 for the newest");
    if (request.since) return fail(ErrorCode::invalid_argument, "--run and --since exclude each other");
    request.run = static_cast<int>(*run);
  }
  if (const auto text = args.get(kResumeAt)) {
    const auto [file, offset, lines, bytes] = resume_numbers(*text);
    request.from = {{file, offset}, lines, bytes};
  }
  return request;
}

/// The logs of several jobs, each line behind the name of its job: one after the other, or with -f as they
/// grow.
Status print_logs(Item& item, LogRequest request, std::vector<std::string> names, const Look& look) {
  int widest = 0;
  for (const auto& name : names) widest = std::max(widest, display_width(name));
  struct Progress {
    std::size_t left = 0;
    std::vector<std::string> errors;
  };
  const auto progress = std::make_shared<Progress>();
  progress->left = names.size();
  const Waker waker = item.wait();
  JobPort& jobs = *item.ports().jobs;
  const ClientId client = *item.client_id();
  const auto requested = [request, widest, look](const std::string& name) {
    LogRequest one = request;
    one.name = name;
    const auto blanks = static_cast<std::size_t>(widest - display_width(name));
    one.prefix = toned(name + std::string(blanks, ' ') + " |", Tone::uncertain, look) + " ";
    return one;
  };
  const auto done = [progress, waker](const std::string& name, const Result<>& result) {
    if (!result) progress->errors.push_back(name + ": " + result.error().text);
    if (--progress->left > 0) return;
    waker([errors = progress->errors](Item& self) {
      Status status = Status::normal;
      for (const auto& error : errors) status = self.error(error);
      return status;
    });
  };
  if (request.follow) {
    for (const auto& name : names)
      jobs.logs(client, requested(name), [done, name](const Result<>& result) { done(name, result); });
    return Status::wait;
  }
  const auto next = std::make_shared<std::function<void(std::size_t)>>();
  *next = [&jobs, client, names = std::move(names), requested, done,
           weak = std::weak_ptr(next)](std::size_t index) {
    const auto again = weak.lock();
    jobs.logs(client, requested(names[index]),
              [done, again, name = names[index], index, count = names.size()](const Result<>& result) {
                done(name, result);
                if (index + 1 < count) (*again)(index + 1);
              });
  };
  (*next)(0);
  return Status::wait;
}

Status run_logs(Item& item) {
  if (item.client() == nullptr || item.client()->session) return item.error("logs is for the command line");
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  auto names = chosen_jobs(item, Among::all);
  if (!names) return item.error(names.error());
  if (names->empty()) return Status::normal;
  auto request = log_request(item, *look);
  if (!request) return item.error(request.error());
  if (names->size() == 1) {
    request->name = names->front();
    const Waker waker = item.wait();
    item.ports().jobs->logs(
        *item.client_id(), std::move(*request), [waker, name = names->front()](const Result<>& result) {
          waker([result, name](Item& self) {
            return result ? Status::normal : self.error(about_name(self, name, result.error()));
          });
        });
    return Status::wait;
  }
  if (request->raw) return item.error("--raw shows the log of one job");
  return print_logs(item, std::move(*request), std::move(*names), *look);
}

constexpr Flag kLogFlags[] = {
    {'f', "follow", "", "go on as it grows, until the job ends"},
    {'n', "lines", "number", "only the last lines"},
    {kTail, "tail", "number", "the same"},
    {'a', "all", "", "of every job"},
    {'t', "timestamps", "", "when each line came"},
    {kSince, "since", "time", "from then on: 10min, today, yesterday, 12:00, 2026-01-31 12:00"},
    {kRun, "run", "number", "one run alone: 1 is the oldest in the log, -1 the newest"},
    {kResumeAt, "resume-at", "place", {}},  // when the server was replaced
    {kRaw, "raw", "", "the bytes as they were printed, control characters too"},
    kColorRow,
};

constexpr Entry kEntries[] = {
    {.name = "logs",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kLogFlags, 0, -1, nullptr, true},
     .usage = "[-aft] [-n lines] [--tail lines] [--since time] [--run number] [--raw] [--color when] job ...",
     .summary = "What a job has printed",
     .example = "sess logs -f -n 20 build",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_logs,
     .ours = true},
};

}  // namespace

Entries log_entries() {
  return kEntries;
}

}  // namespace sess::command
