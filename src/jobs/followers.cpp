#include "jobs/followers.hpp"

#include <algorithm>

#include "jobs/history.hpp"
#include "jobs/log_readers.hpp"
#include "jobs/log_stream.hpp"
#include "jobs/logs.hpp"
#include "jobs/table.hpp"

namespace sess::jobs {
namespace {

constexpr std::size_t kPortion = 32 * 1024;

/// Exit status of a reader that could not be given everything.
constexpr int kIncomplete = 125;

}  // namespace

/// A client that is sent a job's output: from the journal's ring while the pane lives and the reader keeps
/// up, else from the log, then from `rest`.
struct Followers::Follower {
  command::ClientId client;
  std::string job;
  std::optional<model::PaneId> pane;
  std::uint64_t offset = 0;        ///< in the pane's stream
  std::uint64_t skip = 0;          ///< bytes that were printed before the last server died
  std::unique_ptr<LogStream> log;  ///< read instead of the ring, which has lost what comes next or is gone
  std::string rest;                ///< what the pane held when the job was over, and no log has
  bool gap = false;                ///< something could not be printed
  std::optional<int> status;       ///< the job is over
  std::function<void(int)> done;
};

Followers::Followers(const Parts& parts, Table& table, History& history, Logs& logs, LogReaders& readers)
    : parts_(parts), table_(table), history_(history), logs_(logs), readers_(readers) {}

Followers::~Followers() = default;

void Followers::add(command::ClientId client, const command::JobFollow& from, std::function<void(int)> done) {
  auto follower = std::make_unique<Follower>();
  follower->client = client;
  follower->job = from.name;
  follower->offset = from.offset;
  follower->skip = from.printed;
  follower->done = std::move(done);
  follower->pane = table_.pane_of(from.name);
  const job::Job* job = table_.find(from.name);
  if (job == nullptr || !job->active()) follower->status = table_.status_of(from.name).value_or(1);
  if (from.place || (follower->status && !follower->pane)) open_ended_log(*follower, from);
  tell_place(*follower);
  followers_.push_back(std::move(follower));
}

void Followers::open_ended_log(Follower& follower, const command::JobFollow& from) {
  auto log = readers_.find(from.name);
  if (log && !(*log)->reader) return;  // it has printed nothing
  Result<> found;
  if (!log) {
    found = pass(log.error());
  } else if (from.place) {
    found = (*log)->reader->seek_place(*from.place);
  } else if (const job::Record* record = history_.newest(from.name);
             record != nullptr && record->restart > 0 && from.offset > 0) {
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
  parts_.clients.note(follower.client,
                      fmt::format("[sess: whether all of the output of {} was printed is not known: {}]",
                                  from.name, found.error().text));
}

void Followers::tell_place(const Follower& follower) {
  const auto place = follower.log ? follower.log->place() : job::LogPlace{0, follower.offset};
  parts_.clients.resume_with(
      follower.client,
      {"run", "--resume-at", fmt::format("{}:{}:{}", place.file, place.offset, follower.skip), "-s",
       follower.job},
      true);
}

void Followers::skip_gap(Follower& follower, std::uint64_t bytes) {
  const job::Job* job = table_.find(follower.job);
  const bool logged = job != nullptr && job->spec.log;
  parts_.clients.note(follower.client,
                      fmt::format("[sess: {} bytes were skipped: this reader is too slow, and {}]", bytes,
                                  logged ? "its log does not have them" : "there is no log"));
  follower.gap = true;
  follower.skip = 0;
}

bool Followers::leave_ring(Follower& follower, panes::PaneIo& pane) {
  const auto end = logs_.end_of(pane);
  if (!end || follower.offset >= *end) return false;
  auto log = readers_.find(follower.job);
  if (!log || !(*log)->reader) return false;
  const auto gone = (*log)->reader->seek_back(*end - follower.offset);
  if (!gone) return false;
  if (*gone > 0) skip_gap(follower, *gone);
  follower.offset += *gone;
  follower.log = std::make_unique<LogStream>(std::move((*log)->own), std::move(*(*log)->reader));
  return true;
}

void Followers::keep_laggards(model::PaneId pane) {
  panes::PaneIo* io = parts_.terminals.find(pane);
  if (io == nullptr) return;
  for (auto& follower : followers_) {
    if (follower->pane != pane || follower->log) continue;
    pump(*follower);
    if (follower->offset < io->journal().written() && leave_ring(*follower, *io)) tell_place(*follower);
  }
}

void Followers::take_rest(Follower& follower) {
  panes::PaneIo* io = follower.pane ? parts_.terminals.find(*follower.pane) : nullptr;
  if (io != nullptr) {
    const auto& journal = io->journal();
    if (!follower.log && follower.offset < journal.written() && leave_ring(follower, *io))
      tell_place(follower);
    if (follower.log) follower.offset = logs_.end_of(*io).value_or(follower.offset);
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

void Followers::print(Follower& follower, std::string_view text) {
  const auto skipped = std::min<std::uint64_t>(follower.skip, text.size());
  follower.skip -= skipped;
  parts_.outside.print(follower.client, text.substr(skipped));
}

/// False: nothing more for now.
bool Followers::pump_log(Follower& follower) {
  auto piece = follower.log->next();
  panes::PaneIo* io = follower.pane ? parts_.terminals.find(*follower.pane) : nullptr;
  // A run that began after this job's end is somebody else's.
  const bool over = piece && *piece && (*piece)->what == job::Written::run_begins && follower.status;
  if (piece && *piece && !over) {
    follower.gap = follower.gap || (*piece)->what == job::Written::missing;
    print(follower, (*piece)->text);
    tell_place(follower);
    return true;
  }
  if (!piece) {
    parts_.clients.note(follower.client, fmt::format("[sess: the log of {} cannot be read: {}]", follower.job,
                                                     piece.error().text));
    follower.gap = true;
  }
  const std::string_view waiting = follower.log->waiting();
  if (io != nullptr) {
    follower.offset = logs_.end_of(*io).value_or(io->journal().written()) - waiting.size();
  } else {
    print(follower, waiting);
  }
  follower.log.reset();
  return true;
}

bool Followers::pump_ring(Follower& follower) {
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
  print(follower, line_end ? std::string() : plain_lines(bytes));
  follower.offset += bytes.size();
  tell_place(follower);
  return true;
}

void Followers::pump(Follower& follower) {
  if (!parts_.outside.queued(follower.client)) {
    follower.done = nullptr;
    return;
  }
  while (takes_more(parts_.outside, follower.client)) {
    if (!(follower.log ? pump_log(follower) : pump_ring(follower))) break;
  }
  while (!follower.pane && !follower.log && !follower.rest.empty() &&
         takes_more(parts_.outside, follower.client)) {
    const auto part = follower.rest.substr(0, kPortion);
    print(follower, part);
    follower.rest.erase(0, part.size());
  }
  if (follower.status && !follower.log && follower.rest.empty() && !follower.pane && follower.done) {
    auto done = std::exchange(follower.done, nullptr);
    done(follower.gap ? kIncomplete : *follower.status);
  }
}

void Followers::pump_all() {
  for (auto& follower : followers_) pump(*follower);
}

void Followers::end_of_turn() {
  pump_all();
  std::erase_if(followers_, [](const auto& follower) { return follower->done == nullptr; });
}

bool Followers::has_more() const {
  for (const auto& follower : followers_) {
    if (follower->log && takes_more(parts_.outside, follower->client)) return true;
    const panes::PaneIo* io = follower->pane ? parts_.terminals.find(*follower->pane) : nullptr;
    const auto end =
        io != nullptr ? std::max(io->journal().written(), follower->offset) : 0;  // any client may name one
    const auto left = io != nullptr ? end - follower->offset : follower->rest.size();
    if (left > 1 && takes_more(parts_.outside, follower->client))
      return true;  // one byte may be a CR that waits
  }
  return false;
}

void Followers::on_new_pane(const std::string& job, model::PaneId pane) {
  for (auto& follower : followers_) {
    if (follower->job != job || follower->status || follower->log) continue;
    follower->pane = pane;
    follower->offset = 0;
  }
}

void Followers::on_ended(const std::string& job) {
  for (auto& follower : followers_) {
    if (follower->job == job && !follower->status) follower->status = table_.status_of(job).value_or(1);
  }
}

void Followers::take_rest(const std::string& job) {
  for (auto& follower : followers_) {
    if (follower->job == job) take_rest(*follower);
  }
}

}  // namespace sess::jobs
