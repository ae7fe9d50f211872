// What a job has printed, for clients: `run` without a terminal, `logs`, the last lines of `status`.
#include <algorithm>

#include "protocol/message.hpp"
#include "server/job_clients.hpp"
#include "server/log_printer.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

/// What waits in a client's connection before more output is read for it.
constexpr std::size_t kQueued = 256 * 1024;
constexpr std::size_t kPortion = 32 * 1024;

void send_text(RemoteClient& client, std::uint8_t stream, std::string_view text) {
  while (!text.empty()) {
    const auto part = text.substr(0, protocol::kMaxChunk);
    client.connection->send(protocol::encode(protocol::Print{stream, part}));
    text.remove_prefix(part.size());
  }
}

/// A line's end as files have it: the terminal driver has put a CR before every LF (ONLCR, termios(3)).
std::string plain_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    out += bytes[i];
  }
  return out;
}

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
  followers_.push_back(std::move(follower));
}

void JobControl::take_rest(Follower& follower) {
  const panes::PaneIo* io = follower.pane ? server_.pane_io(*follower.pane) : nullptr;
  follower.pane.reset();
  if (io == nullptr) return;
  const auto& journal = io->journal();
  follower.offset = std::max(follower.offset, journal.oldest());
  while (follower.offset < journal.written()) {
    const auto bytes = journal.output(follower.offset);
    follower.rest.append(bytes);
    follower.offset += bytes.size();
  }
  follower.rest = plain_lines(follower.rest);
}

void JobControl::pump(Follower& follower) {
  RemoteClient* client = server_.client(follower.client);
  if (client == nullptr) {
    follower.done = nullptr;
    return;
  }
  const auto print = [&](std::string_view text) {
    const auto skipped = std::min<std::uint64_t>(follower.skip, text.size());
    follower.skip -= skipped;
    send_text(*client, 1, text.substr(skipped));
  };
  const panes::PaneIo* io = follower.pane ? server_.pane_io(*follower.pane) : nullptr;
  while (io != nullptr && client->connection->queued() < kQueued) {
    const auto& journal = io->journal();
    if (follower.offset < journal.oldest()) {
      note(follower.client,
           fmt::format("[sess: {} bytes were skipped, this reader is too slow; sess logs {} has them]",
                       journal.oldest() - follower.offset, follower.job));
      follower.offset = journal.oldest();
      follower.skip = 0;
    }
    if (follower.offset >= journal.written()) break;
    auto bytes = journal.output(follower.offset).substr(0, kPortion);
    // A CR waits for what comes behind it.
    if (bytes.back() == '\r' && follower.offset + bytes.size() == journal.written()) bytes.remove_suffix(1);
    if (bytes.empty()) break;
    // The ring may end between the two: they go together.
    if (bytes.back() == '\r' && bytes.size() > 1) bytes.remove_suffix(1);
    const bool line_end = bytes == "\r" && journal.output(follower.offset + 1).starts_with('\n');
    print(line_end ? std::string() : plain_lines(bytes));
    follower.offset += bytes.size();
    resume_with(follower.client, {"run", "--resume-at", std::to_string(follower.offset), "-s", follower.job},
                true);
  }
  while (io == nullptr && !follower.rest.empty() && client->connection->queued() < kQueued) {
    const auto part = follower.rest.substr(0, kPortion);
    print(part);
    follower.rest.erase(0, part.size());
  }
  if (follower.status && follower.rest.empty() && !follower.pane && follower.done) {
    auto done = std::exchange(follower.done, nullptr);
    done(*follower.status);
  }
}

void JobControl::end_of_turn() {
  for (auto& follower : followers_) pump(*follower);
  std::erase_if(followers_, [](const auto& follower) { return follower->done == nullptr; });
  for (auto& printer : printers_) printer->step();
  std::erase_if(printers_, [](const auto& printer) { return printer->over(); });
}

void JobControl::report_status_of(command::ClientId id, const std::string& job) {
  if (RemoteClient* client = server_.client(id)) client->job = job;
}

void JobControl::resume_with(command::ClientId id, std::vector<std::string> argv, bool count) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != RemoteClient::Phase::command) return;
  client->connection->send(protocol::encode(protocol::Retry{std::move(argv), count}));
}

void JobControl::note(command::ClientId id, std::string_view line) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != RemoteClient::Phase::command) return;
  send_text(*client, 2, std::string(line) + "\n");
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
  const model::Pane* shown = pane ? server_.model().pane(*pane) : nullptr;
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
  if (!reader) return done({});
  if (request.run) {
    if (auto ok = reader->seek_run(*request.run); !ok) return done(ok);
  }
  if (request.since) {
    if (auto ok = reader->seek_since(*request.since); !ok) return done(ok);
  } else if (request.lines) {
    // The emulator needs some lines before, to end up with as many behind.
    if (auto ok = reader->seek_last_lines(request.raw ? *request.lines : *request.lines + kLinesBefore); !ok)
      return done(ok);
  }
  const std::string name = request.name;
  LogPrinter::Reader to;
  to.print = [this, id](std::string_view text) {
    if (RemoteClient* client = server_.client(id)) send_text(*client, 1, text);
  };
  to.takes_more = [this, id] {
    const RemoteClient* client = server_.client(id);
    return client != nullptr && client->connection->queued() < kQueued;
  };
  to.gone = [this, id] { return server_.client(id) == nullptr; };
  to.more_to_come = [this, name] {
    const job::Job* job = supervisor_.find(name);
    return job != nullptr && job->active();
  };
  printers_.push_back(std::make_shared<LogPrinter>(std::move((*log)->own), std::move(*reader),
                                                   std::move(request), (*log)->size, std::move(to),
                                                   std::move(done)));
}

bool JobControl::has_more() const {
  const auto takes_more = [this](command::ClientId id) {
    const RemoteClient* client = server_.client(id);
    return client != nullptr && client->connection->queued() < kQueued;
  };
  for (const auto& follower : followers_) {
    const panes::PaneIo* io = follower->pane ? server_.pane_io(*follower->pane) : nullptr;
    const auto end =
        io != nullptr ? std::max(io->journal().written(), follower->offset) : 0;  // any client may name one
    const auto left = io != nullptr ? end - follower->offset : follower->rest.size();
    if (left > 1 && takes_more(follower->client)) return true;  // one byte may be a CR that waits
  }
  return std::any_of(printers_.begin(), printers_.end(),
                     [](const auto& printer) { return printer->ready(); });
}

}  // namespace sess::server
