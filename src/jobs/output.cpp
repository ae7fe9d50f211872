// What a job has printed, for clients: `run` without a terminal, `logs`, the last lines of `status`.
#include <algorithm>

#include "jobs/clients.hpp"
#include "jobs/log_printer.hpp"

namespace sess::jobs {
namespace {

/// What waits in a client's connection before more output is read for it.
constexpr std::size_t kQueued = 256 * 1024;
constexpr std::size_t kPortion = 32 * 1024;

/// Exit status of a reader that could not be given everything.
constexpr int kIncomplete = 125;

/// Lines of a log that are read before the ones that were asked for: what is printed may go up and write over
/// them.
constexpr std::size_t kLinesBefore = 100;

}  // namespace

void JobControl::follow(command::ClientId client, command::JobFollow from, std::function<void(int)> done) {
  auto follower = std::make_unique<Follower>();
  follower->client = client;
  follower->job = from.name;
  follower->offset = from.offset;
  follower->skip = from.printed;
  follower->done = std::move(done);
  follower->pane = pane_of(from.name);
  const job::Job* job = supervisor_.find(from.name);
  if (job == nullptr || !job->active()) follower->status = status_of(from.name).value_or(1);
  if (from.place || (follower->status && !follower->pane)) open_ended_log(*follower, from);
  tell_place(*follower);
  followers_.push_back(std::move(follower));
}

void JobControl::open_ended_log(Follower& follower, const command::JobFollow& from) {
  auto log = find_log(from.name);
  if (log && !(*log)->reader) return;  // it has printed nothing
  Result<> found;
  if (!log) {
    found = pass(log.error());
  } else if (from.place) {
    found = (*log)->reader->seek_place(*from.place);
  } else if (const job::Record* record = newest_end(from.name); record != nullptr && record->restart > 0 && from.offset > 0) {
    found = fail(ErrorCode::not_found, "it has run more than once since");
  } else {
    found = (*log)->reader->seek_run(-1);
    if (found) static_cast<void>((*log)->reader->skip(from.offset));
  }
  if (found) {
    follower.log = std::make_unique<LogStream>(std::move((*log)->own), std::move(*(*log)->reader));
    return;
  }
  follower.gap = true;
  parts_.clients.note(follower.client, fmt::format("[sess: whether all of the output of {} was printed is not known: {}]", from.name,
                                    found.error().text));
}

void JobControl::tell_place(const Follower& follower) {
  const auto place = follower.log ? follower.log->place() : job::LogPlace{0, follower.offset};
  parts_.clients.resume_with(follower.client,
              {"run", "--resume-at", fmt::format("{}:{}:{}", place.file, place.offset, follower.skip), "-s", follower.job},
              true);
}

void JobControl::skip_gap(Follower& follower, std::uint64_t bytes) {
  const job::Job* job = supervisor_.find(follower.job);
  const bool logged = job != nullptr && job->spec.log;
  parts_.clients.note(follower.client, fmt::format("[sess: {} bytes were skipped: this reader is too slow, and {}]", bytes,
                                    logged ? "its log does not have them" : "there is no log"));
  follower.gap = true;
  follower.skip = 0;
}

std::optional<std::uint64_t> JobControl::end_of_log(panes::PaneIo& pane) {
  log_output(pane);
  const auto position = pane.journal().log_position();
  return position ? std::optional(position->logged - std::min(position->lost, position->logged)) : std::nullopt;
}

bool JobControl::leave_ring(Follower& follower, panes::PaneIo& pane) {
  const auto end = end_of_log(pane);
  if (!end || follower.offset >= *end) return false;
  auto log = find_log(follower.job);
  if (!log || !(*log)->reader) return false;
  const auto gone = (*log)->reader->seek_back(*end - follower.offset);
  if (!gone) return false;
  if (*gone > 0) skip_gap(follower, *gone);
  follower.offset += *gone;
  follower.log = std::make_unique<LogStream>(std::move((*log)->own), std::move(*(*log)->reader));
  return true;
}

void JobControl::keep_laggards(model::PaneId pane) {
  panes::PaneIo* io = parts_.terminals.find(pane);
  if (io == nullptr) return;
  for (auto& follower : followers_) {
    if (follower->pane != pane || follower->log) continue;
    pump(*follower);
    if (follower->offset < io->journal().written() && leave_ring(*follower, *io)) tell_place(*follower);
  }
}

void JobControl::take_rest(Follower& follower) {
  panes::PaneIo* io = follower.pane ? parts_.terminals.find(*follower.pane) : nullptr;
  if (io != nullptr) {
    const auto& journal = io->journal();
    if (!follower.log && follower.offset < journal.written() && leave_ring(follower, *io)) tell_place(follower);
    if (follower.log) follower.offset = end_of_log(*io).value_or(follower.offset);
    if (follower.offset < journal.oldest()) skip_gap(follower, journal.oldest() - follower.offset);
    follower.offset = std::max(follower.offset, journal.oldest());
    while (follower.offset < journal.written()) {
      const auto bytes = journal.output(follower.offset);
      follower.rest.append(bytes);
      follower.offset += bytes.size();
    }
    follower.rest = plain_lines(follower.rest);
  }
  follower.pane.reset();
}

void JobControl::print_output(Follower& follower, std::string_view text) {
  const auto skipped = std::min<std::uint64_t>(follower.skip, text.size());
  follower.skip -= skipped;
  parts_.outside.print(follower.client, text.substr(skipped));
}

/// False: nothing more for now.
bool JobControl::pump_log(Follower& follower) {
  auto piece = follower.log->next();
  panes::PaneIo* io = follower.pane ? parts_.terminals.find(*follower.pane) : nullptr;
  // A run that began after this job's end is somebody else's.
  const bool over = piece && *piece && (*piece)->what == job::Written::run_begins && follower.status;
  if (piece && *piece && !over) {
    follower.gap = follower.gap || (*piece)->what == job::Written::missing;
    print_output(follower, (*piece)->text);
    tell_place(follower);
    return true;
  }
  if (!piece) {
    parts_.clients.note(follower.client, fmt::format("[sess: the log of {} cannot be read: {}]", follower.job, piece.error().text));
    follower.gap = true;
  }
  const std::string_view waiting = follower.log->waiting();
  if (io != nullptr) {
    follower.offset = end_of_log(*io).value_or(io->journal().written()) - waiting.size();
  } else {
    print_output(follower, waiting);
  }
  follower.log.reset();
  return true;
}

bool JobControl::pump_ring(Follower& follower) {
  panes::PaneIo* io = follower.pane ? parts_.terminals.find(*follower.pane) : nullptr;
  if (io == nullptr) return false;
  const auto& journal = io->journal();
  if (follower.offset < journal.oldest()) {
    if (leave_ring(follower, *io)) return true;
    skip_gap(follower, journal.oldest() - follower.offset);
    follower.offset = journal.oldest();
  }
  if (follower.offset >= journal.written()) return false;
  auto bytes = journal.output(follower.offset).substr(0, kPortion);
  // A CR waits for what comes behind it.
  if (bytes.back() == '\r' && follower.offset + bytes.size() == journal.written()) bytes.remove_suffix(1);
  if (bytes.empty()) return false;
  // The ring may end between the two: they go together.
  if (bytes.back() == '\r' && bytes.size() > 1) bytes.remove_suffix(1);
  const bool line_end = bytes == "\r" && journal.output(follower.offset + 1).starts_with('\n');
  print_output(follower, line_end ? std::string() : plain_lines(bytes));
  follower.offset += bytes.size();
  tell_place(follower);
  return true;
}

void JobControl::pump(Follower& follower) {
  if (!parts_.outside.queued(follower.client)) {
    follower.done = nullptr;
    return;
  }
  while (takes_more(follower.client)) {
    if (!(follower.log ? pump_log(follower) : pump_ring(follower))) break;
  }
  while (!follower.pane && !follower.log && !follower.rest.empty() && takes_more(follower.client)) {
    const auto part = follower.rest.substr(0, kPortion);
    print_output(follower, part);
    follower.rest.erase(0, part.size());
  }
  if (follower.status && !follower.log && follower.rest.empty() && !follower.pane && follower.done) {
    auto done = std::exchange(follower.done, nullptr);
    done(follower.gap ? kIncomplete : *follower.status);
  }
}

void JobControl::end_of_turn() {
  for (auto& follower : followers_) pump(*follower);
  std::erase_if(followers_, [](const auto& follower) { return follower->done == nullptr; });
  if (!early_readers_.empty()) serve_early_readers();
  for (auto& printer : printers_) printer->step();
  std::erase_if(printers_, [](const auto& printer) { return printer->over(); });
}

Result<std::unique_ptr<JobControl::OpenLog>> JobControl::find_log(const std::string& name) {
  // A log elsewhere is known from the spec or the record; one in the state directory outlives both.
  auto found = std::make_unique<OpenLog>();
  job::Directory* directory = nullptr;
  std::string file = name + ".log";
  const auto known = find(name);
  if (known && !known->job.spec.log_path.empty()) {
    const auto& path = known->job.spec.log_path;
    auto opened = job::DiskDirectory::open(directory_of(path));
    if (!opened) return pass(opened.error());
    found->own = std::move(*opened);
    directory = found->own.get();
    file = path.substr(path.rfind('/') + 1);
  } else {
    directory = &log_directory();
  }
  auto reader = job::LogReader::open(*directory, file);
  if (!reader) {
    if (reader.error().code != ErrorCode::not_found) return pass(reader.error());
    if (!known) return pass(known.error());
    if (!known->job.spec.log) return fail(ErrorCode::not_found, "job {} is not logged", name);
    return found;  // it has printed nothing yet
  }
  found->reader.emplace(std::move(*reader));
  const auto pane = pane_of(name);
  const model::Pane* shown = pane ? parts_.model.pane(*pane) : nullptr;
  const auto size = sizes_.find(name);
  const job::Record* record = newest_end(name);
  if (shown != nullptr) {
    found->size = shown->size;
  } else if (size != sizes_.end()) {
    found->size = size->second;
  } else if (record != nullptr) {
    found->size = record->size;
  }
  return found;
}

std::vector<std::string> JobControl::last_logged_lines(const std::string& name, int count) {
  std::vector<std::string> lines;
  auto log = find_log(name);
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

void JobControl::logs(command::ClientId id, command::LogRequest request, std::function<void(Result<>)> done) {
  auto log = find_log(request.name);
  if (!log) return done(pass(log.error()));
  auto& reader = (*log)->reader;
  if (!reader) {
    const job::Job* job = supervisor_.find(request.name);
    if (!request.follow || job == nullptr || !job->active()) return done({});
    early_readers_.push_back(std::make_unique<EarlyReader>(EarlyReader{id, std::move(request), std::move(done)}));
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
  to.takes_more = [this, id] { return takes_more(id); };
  to.gone = [this, id] { return !parts_.outside.queued(id); };
  to.more_to_come = [this, name] {
    const job::Job* job = supervisor_.find(name);
    return job != nullptr && job->active();
  };
  to.tell = [this, id, request](const command::LogProgress& at, LogPrinter::Keeping keeping) {
    std::vector<std::string> again{"logs"};
    if (request.follow) again.emplace_back("-f");
    if (request.timestamps) again.emplace_back("-t");
    if (request.raw) again.emplace_back("--raw");
    if (request.colours) again.insert(again.end(), {"--color", "always"});
    if (request.run) again.insert(again.end(), {"--run", std::to_string(*request.run)});
    if (keeping == LogPrinter::Keeping::yes) again.insert(again.end(), {"-n", std::to_string(*request.lines)});
    again.insert(again.end(), {"--resume-at", fmt::format("{}:{}:{}:{}", at.place.file, at.place.offset, at.lines, at.bytes)});
    again.insert(again.end(), {"--", request.name});
    parts_.clients.resume_with(id, std::move(again), false);
  };
  printers_.push_back(std::make_shared<LogPrinter>(std::move((*log)->own), std::move(*reader),
                                                   std::move(request), (*log)->size, std::move(to),
                                                   std::move(done)));
}

void JobControl::serve_early_readers() {
  std::vector<std::unique_ptr<EarlyReader>> ready;
  for (auto& reader : early_readers_) {
    const job::Job* job = supervisor_.find(reader->request.name);
    if (!parts_.outside.queued(reader->client)) {
      reader.reset();
    } else if (reader->ready || job == nullptr || !job->active()) {
      ready.push_back(std::move(reader));
    }
  }
  std::erase(early_readers_, nullptr);
  for (auto& reader : ready) logs(reader->client, std::move(reader->request), std::move(reader->done));
}

bool JobControl::takes_more(command::ClientId id) const {
  return parts_.outside.queued(id).value_or(kQueued) < kQueued;
}

bool JobControl::has_more() const {
  for (const auto& follower : followers_) {
    if (follower->log && takes_more(follower->client)) return true;
    const panes::PaneIo* io = follower->pane ? parts_.terminals.find(*follower->pane) : nullptr;
    const auto end =
        io != nullptr ? std::max(io->journal().written(), follower->offset) : 0;  // any client may name one
    const auto left = io != nullptr ? end - follower->offset : follower->rest.size();
    if (left > 1 && takes_more(follower->client)) return true;  // one byte may be a CR that waits
  }
  return std::any_of(printers_.begin(), printers_.end(),
                     [](const auto& printer) { return printer->ready(); });
}

}  // namespace sess::jobs
