#include "keeper/program_table.hpp"

#include <algorithm>
#include <csignal>

#include "base/log.hpp"
#include "os/descriptor.hpp"
#include "os/memory_reserve.hpp"
#include "os/process.hpp"
#include "os/shared_memory.hpp"

namespace sess::keeper {
namespace {

/// Descriptors that stay free for what must always work: the link to the next server and its own needs, a look
/// into /proc, the log's rotation, a hand-over.
constexpr std::size_t kOwnNeeds = 12;
/// A program's: terminal, journal, the pipe that says whether exec worked, and copies on their way to the server.
constexpr std::size_t kProgramNeeds = 6;

Usage usage_of(const rusage& from) {
  const auto span = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  return {span(from.ru_utime), span(from.ru_stime), static_cast<std::uint64_t>(from.ru_maxrss)};
}

}  // namespace

ProgramTable::ProgramTable(os::Loop& loop, Observer& observer, const os::Clock& clock)
    : loop_(loop), observer_(observer), clock_(clock) {}

void ProgramTable::refuse(const Spawn& spawn, std::uint64_t server, int sys_errno, std::string text) {
  observer_.on_spawn_failed(server, {spawn.request, spawn.pane, sys_errno, std::move(text)});
}

void ProgramTable::start(const Spawn& spawn, std::uint64_t server) {
  const auto known = programs_.find(spawn.pane);
  const bool busy = std::any_of(starting_.begin(), starting_.end(),
                                [&](const auto& one) { return one.second.spawn.pane == spawn.pane; });
  if (busy || (known != programs_.end() && !known->second.exited && !spawn.keep_journal)) {
    return refuse(spawn, server, EEXIST, fmt::format("pane {} is still active", spawn.pane));
  }
  if (!os::memory_left()) return refuse(spawn, server, ENOMEM, "memory is used up: end something");
  const std::size_t under_way = 4 * starting_.size();
  if (!os::descriptors_free(kOwnNeeds + kProgramNeeds + under_way)) {
    return refuse(spawn, server, EMFILE,
                  "too many open files: close something, or raise the limit (ulimit -n) of what starts the daemon");
  }
  UniqueFd journal;
  if (!spawn.keep_journal || known == programs_.end()) {
    auto made = os::SharedMemory::create("sess-pane", 0);
    if (!made) return refuse(spawn, server, made.error().sys_errno, made.error().text);
    journal = made->take_fd();
  }
  os::SpawnRequest request;
  request.argv = spawn.argv;
  request.env = spawn.env;
  request.cwd = spawn.cwd;
  request.size = spawn.size;
  request.pixels = spawn.pixels;
  if (!spawn.argv0.empty()) request.argv0 = spawn.argv0;
  request.umask = static_cast<mode_t>(spawn.umask);
  request.nice = spawn.nice;
  request.memory_limit = spawn.memory_limit;
  request.input = spawn.input;
  auto pending = os::start_spawn_on_pty(request);
  if (!pending) return refuse(spawn, server, pending.error().sys_errno, pending.error().text);
  const pid_t pid = pending->pid();
  const int status = pending->status_fd();
  auto& entry = starting_[pid];
  entry = {spawn, server, std::move(*pending), clock_.wall(), std::move(journal), nullptr, false};
  entry.spawn.env.clear();
  entry.watch = std::make_unique<os::FdWatch>(loop_, status, [this, pid](bool, bool) { on_verdict(pid); });
  entry.watch->want(true, false);
}

void ProgramTable::on_verdict(pid_t pid) {
  auto node = starting_.extract(pid);
  if (node.empty()) return;
  Starting& entry = node.mapped();
  entry.watch.reset();
  auto done = entry.pending.finish();
  if (!done) {
    // Its pid is reaped as an unknown child.
    forgotten_.push_back(pid);
    return refuse(entry.spawn, entry.server, done.error().sys_errno, done.error().text);
  }
  if (entry.forgotten) {
    forgotten_.push_back(pid);
    return;
  }
  Program& program = programs_[entry.spawn.pane];
  UniqueFd journal = entry.journal ? std::move(entry.journal) : std::move(program.journal);
  if (program.pid > 0 && !program.exited) {
    // respawn -k: what runs there is hung up as its terminal goes; nobody asks any more how it ends.
    forgotten_.push_back(program.pid);
    os::signal_sessions({program.pid}, {SIGHUP, SIGCONT});
  }
  program = Program{};
  program.pane = entry.spawn.pane;
  program.pid = pid;
  program.tty = std::move(done->tty);
  program.program = entry.spawn.argv[0];
  program.started = entry.started;
  program.master = std::move(done->master);
  program.journal = std::move(journal);
  observer_.on_spawned(entry.spawn.request, entry.server, done->note, program);
}

bool ProgramTable::reaped(pid_t pid, int status, const rusage& usage) {
  // A program may end before its exec was taken note of: first things first.
  on_verdict(pid);
  const auto forgotten = std::find(forgotten_.begin(), forgotten_.end(), pid);
  bool known = forgotten != forgotten_.end();
  if (known) forgotten_.erase(forgotten);
  for (auto& [pane, program] : programs_) {
    if (program.pid != pid || program.exited) continue;
    known = true;
    program.exited = true;
    program.wait_status = status;
    program.usage = usage_of(usage);
    program.ended = clock_.wall();
    observer_.on_exited(program);
    break;
  }
  if (known && !has_children()) observer_.on_none_left();
  return known;
}

void ProgramTable::forget(PaneNumber pane) {
  for (auto& [pid, entry] : starting_) {
    if (entry.spawn.pane == pane) entry.forgotten = true;
  }
  const auto known = programs_.find(pane);
  if (known == programs_.end()) return;
  if (!known->second.exited) forgotten_.push_back(known->second.pid);
  programs_.erase(known);
}

void ProgramTable::signal(const Signal& signal) {
  const auto known = programs_.find(signal.pane);
  if (known == programs_.end() || known->second.exited) return;
  if (signal.signo < 1 || signal.signo >= NSIG) return;
  const pid_t pid = known->second.pid;
  switch (signal.whom) {
    case Signal::Whom::leader:
      ::kill(pid, signal.signo);
      break;
    case Signal::Whom::group:
      ::kill(-pid, signal.signo);
      break;
    case Signal::Whom::session:
      os::signal_sessions({pid}, {signal.signo});
      break;
  }
}

void ProgramTable::signal_all(const std::vector<int>& signals) {
  std::vector<pid_t> sessions = forgotten_;
  for (const auto& [pid, entry] : starting_) sessions.push_back(pid);
  for (const auto& [pane, program] : programs_) {
    if (!program.exited) sessions.push_back(program.pid);
  }
  os::signal_sessions(sessions, signals);
}

bool ProgramTable::has_children() const {
  return !starting_.empty() || !forgotten_.empty() ||
         std::any_of(programs_.begin(), programs_.end(), [](const auto& one) { return !one.second.exited; });
}

std::map<PaneNumber, Program> ProgramTable::take() {
  starting_.clear();
  forgotten_.clear();
  return std::exchange(programs_, {});
}

void ProgramTable::adopt(Program program) {
  const PaneNumber pane = program.pane;
  programs_[pane] = std::move(program);
}

}  // namespace sess::keeper
