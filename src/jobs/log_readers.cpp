#include "jobs/log_readers.hpp"

#include <algorithm>

#include "jobs/history.hpp"
#include "jobs/listing.hpp"
#include "jobs/log_printer.hpp"
#include "jobs/logs.hpp"
#include "jobs/table.hpp"

namespace sess::jobs {
namespace {

/// Lines of a log that are read before the ones that were asked for: what is printed may go up and write over
/// them.
constexpr std::size_t kLinesBefore = 100;

}  // namespace

LogReaders::LogReaders(const Parts& parts, Table& table, History& history, Logs& logs, Listing& listing)
    : parts_(parts), table_(table), history_(history), logs_(logs), listing_(listing) {
  logs_.when_written([this] {
    for (auto& reader : early_) reader->ready = true;
  });
}

LogReaders::~LogReaders() = default;

Result<std::unique_ptr<OpenLog>> LogReaders::find(const std::string& name) {
  // A log elsewhere is known from the spec or the record; one in the state directory outlives both.
  auto found = std::make_unique<OpenLog>();
  job::Directory* directory = nullptr;
  std::string file = name + ".log";
  const auto known = listing_.find(name);
  if (known && !known->job.spec.log_path.empty()) {
    const auto& path = known->job.spec.log_path;
    auto opened = job::DiskDirectory::open(directory_of(path));
    if (!opened) return pass(opened.error());
    found->own = std::move(*opened);
    directory = found->own.get();
    file = path.substr(path.rfind('/') + 1);
  } else {
    directory = &logs_.directory();
  }
  auto reader = job::LogReader::open(*directory, file);
  if (!reader) {
    if (reader.error().code != ErrorCode::not_found) return pass(reader.error());
    if (!known) return pass(known.error());
    if (!known->job.spec.log) return fail(ErrorCode::not_found, "job {} is not logged", name);
    return found;  // it has printed nothing yet
  }
  found->reader.emplace(std::move(*reader));
  const auto pane = table_.pane_of(name);
  const model::Pane* shown = pane ? parts_.model.pane(*pane) : nullptr;
  const auto size = table_.size_of(name);
  const job::Record* record = history_.newest(name);
  if (shown != nullptr) {
    found->size = shown->size;
  } else if (size) {
    found->size = *size;
  } else if (record != nullptr) {
    found->size = record->size;
  }
  return found;
}

std::vector<std::string> LogReaders::last_lines(const std::string& name, int count) {
  std::vector<std::string> lines;
  auto log = find(name);
  if (!log || !(*log)->reader) return lines;
  command::LogRequest request;
  request.name = name;
  request.lines = static_cast<std::size_t>(count);
  static_cast<void>((*log)->reader->seek_run(-1));
  if (!(*log)->reader->seek_last_lines(*request.lines + kLinesBefore)) return lines;
  std::string text;
  LogPrinter::Reader to;
  to.print = [&text](std::string_view part) { text += part; };
  to.takes_more = [] { return true; };
  to.gone = to.more_to_come = [] { return false; };
  LogPrinter printer(std::move((*log)->own), std::move(*(*log)->reader), std::move(request), (*log)->size,
                     std::move(to), [](const Result<>&) {});
  // Lines without an end would take long: status does not.
  for (int portion = 0; portion < 4 && !printer.over(); ++portion) printer.step();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

void LogReaders::read(command::ClientId id, command::LogRequest request, std::function<void(Result<>)> done) {
  auto log = find(request.name);
  if (!log) return done(pass(log.error()));
  auto& reader = (*log)->reader;
  if (!reader) {
    const job::Job* job = table_.find(request.name);
    if (!request.follow || job == nullptr || !job->active()) return done({});
    early_.push_back(std::make_unique<EarlyReader>(EarlyReader{id, std::move(request), std::move(done)}));
    return;
  }
  if (request.from) {
    if (auto ok = reader->seek_place(request.from->place); !ok) return done(ok);
    if (request.run) reader->keep_to_run();
  } else if (request.run) {
    if (auto ok = reader->seek_run(*request.run); !ok) return done(ok);
  }
  if (request.from) {
    // It stands where the server before began, or had come to.
  } else if (request.since) {
    if (auto ok = reader->seek_since(*request.since); !ok) return done(ok);
  } else if (request.lines) {
    // The emulator needs some lines before, to end up with as many behind.
    if (auto ok = reader->seek_last_lines(request.raw ? *request.lines : *request.lines + kLinesBefore); !ok)
      return done(ok);
  }
  const std::string name = request.name;
  LogPrinter::Reader to;
  to.print = [this, id](std::string_view text) { parts_.outside.print(id, text); };
  to.takes_more = [this, id] { return jobs::takes_more(parts_.outside, id); };
  to.gone = [this, id] { return !parts_.outside.queued(id); };
  to.more_to_come = [this, name] {
    const job::Job* job = table_.find(name);
    return job != nullptr && job->active();
  };
  if (request.prefix.empty())
    to.tell = [this, id, request](const command::LogProgress& at, LogPrinter::Keeping keeping) {
      std::vector<std::string> again{"logs"};
      if (request.follow) again.emplace_back("-f");
      if (request.timestamps) again.emplace_back("-t");
      if (request.raw) again.emplace_back("--raw");
      if (request.colours) again.insert(again.end(), {"--color", "always"});
      if (request.run) again.insert(again.end(), {"--run", std::to_string(*request.run)});
      if (keeping == LogPrinter::Keeping::yes)
        again.insert(again.end(), {"-n", std::to_string(*request.lines)});
      again.insert(again.end(), {"--resume-at", fmt::format("{}:{}:{}:{}", at.place.file, at.place.offset,
                                                            at.lines, at.bytes)});
      again.insert(again.end(), {"--", request.name});
      parts_.clients.resume_with(id, std::move(again), false);
    };
  printers_.push_back(std::make_shared<LogPrinter>(std::move((*log)->own), std::move(*reader),
                                                   std::move(request), (*log)->size, std::move(to),
                                                   std::move(done)));
}

void LogReaders::serve_early() {
  std::vector<std::unique_ptr<EarlyReader>> ready;
  for (auto& reader : early_) {
    const job::Job* job = table_.find(reader->request.name);
    if (!parts_.outside.queued(reader->client)) {
      reader.reset();
    } else if (reader->ready || job == nullptr || !job->active()) {
      ready.push_back(std::move(reader));
    }
  }
  std::erase(early_, nullptr);
  for (auto& reader : ready) read(reader->client, std::move(reader->request), std::move(reader->done));
}

void LogReaders::step() {
  if (!early_.empty()) serve_early();
  for (auto& printer : printers_) printer->step();
  std::erase_if(printers_, [](const auto& printer) { return printer->over(); });
}

bool LogReaders::has_more() const {
  return std::any_of(printers_.begin(), printers_.end(),
                     [](const auto& printer) { return printer->ready(); });
}

}  // namespace sess::jobs
