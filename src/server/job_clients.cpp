// What clients ask about jobs: listings, commands, waiting, output.
#include "server/job_clients.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "job/name.hpp"
#include "model/names.hpp"
#include "os/process.hpp"
#include "protocol/message.hpp"
#include "server/job_scopes.hpp"
#include "server/log_printer.hpp"
#include "server/server.hpp"
#include "terminal/capture.hpp"

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

/// Lines of a log that are read before the ones that were asked for: what is printed may go up and write over them.
constexpr std::size_t kLinesBefore = 100;

/// Of an absolute path.
std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Jobs of which only records are left that listings show.
constexpr std::size_t kListed = 50;

command::JobView view_of(const job::Record& record) {
  command::JobView out;
  out.job.name = record.name;
  out.job.spec.command = record.command;
  out.job.exit = record.exit;
  out.job.state = record.stopped   ? job::State::inactive
                  : record.success ? job::State::exited
                                   : job::State::failed;
  if (record.stopped) out.job.reason = "stopped";
  if (out.job.state == job::State::failed) out.job.reason = record.exit.text();
  out.job.started = record.start;
  out.job.ended = out.job.since = record.end;
  out.job.spec.log_path = record.log;
  out.restarts = record.restart;
  return out;
}

}  // namespace

// --- listings -------------------------------------------------------------------------------------------

command::JobView JobControl::view(const job::Job& job) const {
  command::JobView view;
  view.job = job;
  view.scope = scopes_->describe(job);
  view.restarts = job.tracker.restarts();
  if (const auto pane = pane_of(job.name)) {
    const auto sessions = server_.model().sessions_with(server_.model().pane(*pane)->window);
    if (!sessions.empty()) {
      view.session = sessions.front()->id;
      view.session_name = sessions.front()->name;
      view.attached = static_cast<int>(server_.model().clients_of(sessions.front()->id).size());
    }
    if (const auto log = logs_.find(*pane); log != logs_.end() && log->second.writer) {
      view.log_note = log->second.writer->stopped_because();
    }
  }
  if (job.state == job::State::restarting && job.due) {
    view.next_start = std::chrono::ceil<job::Milliseconds>(*job.due - now().time);
  }
  return view;
}

std::vector<command::JobView> JobControl::jobs() {
  std::vector<command::JobView> out;
  for (const auto& [name, job] : supervisor_.jobs()) out.push_back(view(job));
  // Jobs of an earlier daemon, and those that are no longer in the table.
  auto store = records();
  const auto ended = store ? (*store)->newest_of_each(kListed) : Result<std::vector<job::Record>>();
  if (ended) {
    for (const auto& record : *ended) {
      if (supervisor_.find(record.name) == nullptr) out.push_back(view_of(record));
    }
  }
  return out;
}

Result<command::JobView> JobControl::find(const std::string& name) {
  if (const job::Job* job = supervisor_.find(name)) return view(*job);
  if (auto spec = read_job_file(name)) {
    command::JobView out;
    out.job.name = name;
    out.job.spec = std::move(*spec);
    out.job.from_file = true;
    if (const job::Record* record = newest_end(name)) {
      out.job.exit = record->exit;
      out.job.started = record->start;
      out.job.ended = out.job.since = record->end;
    }
    return out;
  } else if (spec.error().sys_errno != ENOENT && job::check_name(name)) {
    return pass(spec.error());
  }
  if (const job::Record* record = newest_end(name)) return view_of(*record);
  std::vector<std::string> names;
  for (const auto& [known, job] : supervisor_.jobs()) names.push_back(known);
  const std::string near = job::nearest(name, names);
  return near.empty() ? fail(ErrorCode::not_found, "no such job: {}", name)
                      : fail(ErrorCode::not_found, "no such job: {}; did you mean {}?", name, near);
}

command::JobUse JobControl::use(const std::string& name) const {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || !job->pid) return {};
  return use_of({*job->pid}, job->started);
}

bool JobControl::prints_on_terminal(command::ClientId id) const {
  const RemoteClient* client = server_.client(id);
  return client != nullptr && client->hello.stdout_tty;
}

command::JobUse JobControl::use_of(const std::vector<int>& pids, job::WallTime since) const {
  command::JobUse use;
  std::vector<os::ProcessInfo> processes;
  for (const int pid : pids) {
    for (auto& process : os::session_processes(pid)) processes.push_back(std::move(process));
  }
  const auto depth_of = [&](const os::ProcessInfo& process) {
    int depth = 0;
    for (pid_t parent = process.parent; depth < 32; ++depth) {
      const auto it = std::find_if(processes.begin(), processes.end(), [&](const auto& p) { return p.pid == parent; });
      if (it == processes.end()) break;
      parent = it->parent;
    }
    return depth;
  };
  // Each behind its parent: the order of a tree.
  std::vector<const os::ProcessInfo*> open;
  const auto add_children = [&](pid_t parent) {
    for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
      if (it->parent == parent) open.push_back(&*it);
    }
  };
  for (auto it = processes.rbegin(); it != processes.rend(); ++it) {
    if (depth_of(*it) == 0) open.push_back(&*it);
  }
  while (!open.empty() && use.processes.size() < processes.size()) {
    const auto* process = open.back();
    open.pop_back();
    std::string text;
    for (const auto& word : os::process_arguments(process->pid)) text += (text.empty() ? "" : " ") + word;
    if (text.empty()) text = process->name;
    use.processes.push_back({process->pid, depth_of(*process), std::move(text)});
    use.cpu += process->cpu;
    use.memory += process->resident_bytes;
    add_children(process->pid);
  }
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(now().wall - since);
  if (life.count() > 0) use.cpu_percent = 100.0 * static_cast<double>(use.cpu.count()) / static_cast<double>(life.count());
  return use;
}

std::vector<std::string> JobControl::last_lines(const std::string& name, int count) {
  std::vector<std::string> lines;
  const auto pane = pane_of(name);
  const PaneIo* io = pane ? server_.pane_io(*pane) : nullptr;
  if (io == nullptr) return last_logged_lines(name, count);
  terminal::CaptureOptions options;
  const std::string text = terminal::capture(io->screen(), options);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  while (!lines.empty() && lines.back().find_first_not_of(' ') == std::string::npos) lines.pop_back();
  if (lines.size() > static_cast<std::size_t>(count)) lines.erase(lines.begin(), lines.end() - count);
  return lines;
}

Result<std::vector<job::Record>> JobControl::history(const std::string& name, std::size_t limit) {
  auto store = records();
  if (!store) return pass(store.error());
  return (*store)->list(name, limit);
}

std::string JobControl::free_name(const std::vector<std::string>& command) const {
  return job::name_for(command, [this](const std::string& name) {
    const auto session = model::session_name(name);
    return supervisor_.find(name) != nullptr || ends_.count(name) > 0 ||
           (session && server_.model().session_named(*session) != nullptr);
  });
}

// --- commands -------------------------------------------------------------------------------------------

Result<> JobControl::run(command::JobRun run) {
  if (auto ok = job::check_name(run.name); !ok) return ok;
  const job::Job* known = supervisor_.find(run.name);
  if (known != nullptr && known->active()) {
    return fail(ErrorCode::already_exists, "job {} is {} already", run.name, state_name(known->state));
  }
  auto session = model::session_name(run.name);
  if (!session) return pass(session.error());
  if (server_.model().session_named(*session) != nullptr) {
    return fail(ErrorCode::already_exists, "duplicate session: {}", *session);
  }
  if (!run.spec.log_path.empty()) {
    // Better now than in a message that nobody sees.
    if (auto directory = job::DiskDirectory::open(directory_of(run.spec.log_path)); !directory) {
      return fail(ErrorCode::io, "the log cannot be kept: {}", directory.error().text);
    }
  }
  if (run.input) {
    auto directory = job::DiskDirectory::open(input_directory());
    if (!directory) return pass(directory.error());
    if (auto kept = (*directory)->write_atomically(run.name, *run.input); !kept) return kept;
    run.spec.input = input_directory() + "/" + run.name;
  }
  panes_.erase(run.name);
  sizes_[run.name] = run.size;
  job::Job job;
  job.name = run.name;
  job.spec = std::move(run.spec);
  job.environment = std::move(run.environment);
  for (const auto& other : job.spec.requires_) {
    if (auto ok = load(other); !ok) return ok;
  }
  if (auto added = supervisor_.add(std::move(job)); !added) return added;
  encoded_.erase(run.name);
  auto started = supervisor_.start({run.name}, now());
  if (!started) static_cast<void>(supervisor_.remove(run.name));  // it never was: nothing to keep
  after_change();
  return started;
}

Result<> JobControl::start(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (auto ok = load(name); !ok) return ok;
  }
  auto started = supervisor_.start(names, now());
  after_change();
  return started;
}

Result<> JobControl::stop(const std::string& name) {
  auto stopped = supervisor_.stop(name, now());
  after_change();
  return stopped;
}

Result<> JobControl::restart(const std::string& name) {
  if (auto ok = load(name); !ok) return ok;
  auto restarted = supervisor_.restart(name, now());
  after_change();
  return restarted;
}

Result<> JobControl::kill(const std::string& name, int signo) {
  const job::Job* job = supervisor_.find(name);
  if (job == nullptr || !job->pid) return fail(ErrorCode::not_found, "job {} is not running", name);
  signal(*job, signo);
  return {};
}

Result<> JobControl::remove(const std::string& name) {
  const bool known = supervisor_.find(name) != nullptr;
  if (known) {
    drop_input(*supervisor_.find(name));
    if (auto removed = supervisor_.remove(name); !removed) return removed;
  }
  encoded_.erase(name);
  panes_.erase(name);
  sizes_.erase(name);
  const bool ended = newest_end(name) != nullptr;
  if (!known && !ended) return fail(ErrorCode::not_found, "no such job: {}", name);
  if (ends_.erase(name) > 0) std::erase(ends_order_, name);
  server_.model_changed();
  if (auto store = records()) {
    if (auto removed = (*store)->remove(name); !removed) return pass(removed.error());
  }
  if (auto directory = log_directory()) {
    const auto files = (*directory)->list();
    const std::string log = name + ".log";
    for (const auto& file : files ? *files : std::vector<std::string>()) {
      if (file == log || file.starts_with(log + ".")) static_cast<void>((*directory)->remove(file));
    }
  }
  return {};
}

// --- waiting --------------------------------------------------------------------------------------------

Result<int> JobControl::status_of(const std::string& name) {
  const job::Job* job = supervisor_.find(name);
  if (job != nullptr && job->exit) return job->exit->shell_status();
  if (const job::Record* record = newest_end(name)) return record->exit.shell_status();
  // Never ran: what it needed failed, or it was stopped before.
  if (job != nullptr) return job->state == job::State::failed ? 1 : 0;
  return fail(ErrorCode::not_found, "no such job: {}", name);
}

void JobControl::wait(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done) {
  auto waiter = std::make_unique<Waiter>();
  for (const auto& name : wait.names) {
    const job::Job* job = supervisor_.find(name);
    if (job != nullptr && job->active()) continue;
    auto status = status_of(name);
    if (!status) return done(pass(status.error()));
    waiter->ended.emplace(name, *status);
  }
  waiter->wait = std::move(wait);
  waiter->done = std::move(done);
  if (check(*waiter)) return;
  if (waiter->wait.until) {
    Waiter* raw = waiter.get();
    waiter->timer = std::make_unique<os::Timer>(server_.loop(), [this, raw] {
      auto told = std::move(raw->done);
      std::erase_if(waiters_, [raw](const auto& one) { return one.get() == raw; });
      told(fail(ErrorCode::unavailable, "timed out"));
    });
    waiter->timer->start(std::max<std::chrono::nanoseconds>(*waiter->wait.until - now().wall, std::chrono::nanoseconds(0)));
  }
  waiters_.push_back(std::move(waiter));
}

bool JobControl::check(Waiter& waiter) {
  const auto& names = waiter.wait.names;
  if (waiter.ended.empty() || (!waiter.wait.any && waiter.ended.size() < std::set(names.begin(), names.end()).size())) {
    return false;
  }
  command::JobEnd end;
  for (const auto& name : names) {
    const auto it = waiter.ended.find(name);
    if (it == waiter.ended.end()) continue;
    if (end.name.empty() || end.status == 0) end = {name, it->second};
    if (waiter.wait.any) break;
  }
  waiter.done(end);
  return true;
}

void JobControl::tell_ended(const job::Job& job) {
  for (auto& waiter : waiters_) {
    const auto& names = waiter->wait.names;
    if (std::find(names.begin(), names.end(), job.name) == names.end()) continue;
    waiter->ended.insert_or_assign(job.name, status_of(job.name).value_or(1));
  }
  for (auto& follower : followers_) {
    if (follower->job == job.name && !follower->status) follower->status = status_of(job.name).value_or(1);
  }
}

void JobControl::check_waiters() {
  std::erase_if(waiters_, [this](const auto& waiter) { return check(*waiter); });
}

int JobControl::status_for(const RemoteClient& client) {
  return client.job.empty() ? 0 : status_of(client.job).value_or(0);
}

// --- output ---------------------------------------------------------------------------------------------

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
  const PaneIo* io = follower.pane ? server_.pane_io(*follower.pane) : nullptr;
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
  const PaneIo* io = follower.pane ? server_.pane_io(*follower.pane) : nullptr;
  while (io != nullptr && client->connection->queued() < kQueued) {
    const auto& journal = io->journal();
    if (follower.offset < journal.oldest()) {
      note(follower.client, fmt::format("[sess: {} bytes were skipped, this reader is too slow; sess logs {} has them]",
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
    resume_with(follower.client,
                {"run", "--resume-at", std::to_string(follower.offset), "-s", follower.job}, true);
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
    auto opened = log_directory();
    if (!opened) return pass(opened.error());
    directory = *opened;
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
  if (!(*log)->reader->seek_last_lines(*request.lines + kLinesBefore)) return lines;
  std::string text;
  LogPrinter::Reader to;
  to.print = [&text](std::string_view part) { text += part; };
  to.takes_more = [] { return true; };
  to.gone = to.more_to_come = [] { return false; };
  LogPrinter printer(std::move((*log)->own), std::move(*(*log)->reader), std::move(request), (*log)->size, std::move(to),
                     [](const Result<>&) {});
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
  if (request.since) {
    if (auto ok = reader->seek_since(*request.since); !ok) return done(ok);
  } else if (request.lines) {
    // The emulator needs some lines before, to end up with as many behind.
    if (auto ok = reader->seek_last_lines(request.raw ? *request.lines : *request.lines + kLinesBefore); !ok) return done(ok);
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
  printers_.push_back(std::make_shared<LogPrinter>(
      std::move((*log)->own), std::move(*reader), std::move(request), (*log)->size, std::move(to),
      std::move(done)));
}

bool JobControl::has_more() const {
  const auto takes_more = [this](command::ClientId id) {
    const RemoteClient* client = server_.client(id);
    return client != nullptr && client->connection->queued() < kQueued;
  };
  for (const auto& follower : followers_) {
    const PaneIo* io = follower->pane ? server_.pane_io(*follower->pane) : nullptr;
    const auto left = io != nullptr ? io->journal().written() - follower->offset : follower->rest.size();
    if (left > 1 && takes_more(follower->client)) return true;  // one byte may be a CR that waits
  }
  return std::any_of(printers_.begin(), printers_.end(), [](const auto& printer) { return printer->ready(); });
}

}  // namespace sess::server
