#include "keeper/program_table.hpp"

#include <algorithm>
#include <csignal>

#include "base/log.hpp"
#include "os/descriptor.hpp"
#include "os/memory/reserve.hpp"
#include "os/memory/shared.hpp"
#include "os/programs/holder.hpp"
#include "os/programs/process.hpp"

namespace sess::keeper {
namespace {

/// Descriptors that stay free for what must always work: the link to the next server and its own needs, a
/// look into /proc, the log's rotation, a hand-over.
constexpr std::size_t kOwnNeeds = 12;
/// A program's: terminal, journal, the socket that says whether exec worked, and copies: on their way to the
/// server, before that what the child is given (os/programs/child_slots.hpp).
constexpr std::size_t kProgramNeeds = 10;

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
  const std::size_t under_way = 5 * starting_.size();
  if (!os::descriptors_free(kOwnNeeds + kProgramNeeds + under_way)) {
    return refuse(
        spawn, server, EMFILE,
        "too many open files: close something, or raise the limit (ulimit -n) of what starts the daemon");
  }
  UniqueFd journal;
  if (!spawn.keep_journal || known == programs_.end()) {
    auto made = os::SharedMemory::create(fmt::format("sess-pane-{}", spawn.pane), 0);
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
  request.held = spawn.held;
  auto pending = os::start_spawn_on_pty(request);
  if (!pending) return refuse(spawn, server, pending.error().sys_errno, pending.error().text);
  const pid_t child = pending->child();
  const int status = pending->status_fd();
  auto& entry = starting_[child];
  entry = {spawn, server, std::move(*pending), clock_.wall(), std::move(journal), nullptr, false};
  entry.spawn.env.clear();
  entry.watch = std::make_unique<os::FdWatch>(loop_, status, [this, child](bool, bool) { on_report(child); });
  entry.watch->want(true, false);
}

void ProgramTable::on_report(pid_t child) {
  const auto known = starting_.find(child);
  if (known != starting_.end() && known->second.pending.advance()) on_verdict(child);
}

void ProgramTable::conclude(pid_t child) {
  const auto known = starting_.find(child);
  if (known == starting_.end()) return;
  known->second.pending.conclude();
  on_verdict(child);
}

void ProgramTable::presume_started() {
  std::vector<pid_t> children;
  for (const auto& [child, entry] : starting_) {
    if (entry.pending.is_apart()) children.push_back(child);
  }
  for (const pid_t child : children) conclude(child);
}

void ProgramTable::on_verdict(pid_t child) {
  auto node = starting_.extract(child);
  Starting& entry = node.mapped();
  entry.watch.reset();
  observer_.on_start_decided();
  auto done = entry.pending.finish();
  if (!done) {
    // Its pid is reaped as an unknown child.
    forgotten_.push_back(child);
    return refuse(entry.spawn, entry.server, done.error().sys_errno, done.error().text);
  }
  if (entry.forgotten) {
    forgotten_.push_back(child);
    return;
  }
  Program& program = programs_[entry.spawn.pane];
  UniqueFd journal = entry.journal ? std::move(entry.journal) : std::move(program.journal);
  held_.erase(program.pane);
  if (program.holder > 0) {
    forgotten_.push_back(program.holder);
    os::signal_held({{program.holder, program.exited ? -1 : program.pid}}, {SIGHUP, SIGCONT});
  } else if (program.pid > 0 && !program.exited) {
    // respawn -k: what runs there is hung up as its terminal goes; nobody asks any more how it ends.
    forgotten_.push_back(program.pid);
    os::signal_sessions({program.pid}, {SIGHUP, SIGCONT});
  }
  program = Program{};
  program.pane = entry.spawn.pane;
  program.pid = done->pid;
  program.holder = done->holder;
  program.held_end = std::move(done->held_end);
  program.tty = std::move(done->tty);
  program.program = entry.spawn.argv[0];
  program.started = entry.started;
  program.master = std::move(done->master);
  program.journal = std::move(journal);
  watch_held(program);
  // Last: who is told may forget the program.
  observer_.on_spawned(entry.spawn.request, entry.server, done->note, program);
}

void ProgramTable::watch_held(const Program& program) {
  if (program.holder <= 0 || program.exited) return;
  auto& watch = held_[program.pane];
  watch =
      std::make_unique<os::FdWatch>(loop_, program.held_end.get(), [this, pane = program.pane](bool, bool) {
        // Its own watch goes in here: not inside its callback.
        loop_.defer([this, pane] { on_held_end(pane); });
      });
  watch->want(true, false);
}

void ProgramTable::on_held_end(PaneNumber pane) {
  const auto known = programs_.find(pane);
  if (known == programs_.end() || known->second.holder <= 0 || known->second.exited) return;
  Program& program = known->second;
  const auto end = os::read_held_end(program.held_end.get());
  if (!end) return;  // at end of file the holder is about to be reaped
  held_.erase(pane);
  program.exited = true;
  program.wait_status = end->wait_status;
  program.usage = usage_of(end->usage);
  program.ended = clock_.wall();
  // Without anything left the holder ends by itself: it is a child that nobody asks for.
  if (!end->left) forgotten_.push_back(std::exchange(program.holder, -1));
  observer_.on_exited(program);
}

void ProgramTable::on_holder_reaped(Program& program, bool killed) {
  on_held_end(program.pane);
  held_.erase(program.pane);
  program.held_end.reset();
  if (program.holder < 0) return;  // it had told that it is the last
  const pid_t holder = std::exchange(program.holder, -1);
  if (program.exited) {
    if (killed) os::signal_orphans(holder, program.pid, true, {SIGKILL});
    return observer_.on_emptied(program);
  }
  // Somebody killed the holder, and the kernel has hung the terminal up. How the program ends cannot be
  // known, and nobody could find later what it started.
  log::error("pane {}: the holder of pid {} was killed", program.pane, program.pid);
  os::signal_orphans(holder, program.pid, false, {SIGKILL});
  program.exited = true;
  program.wait_status = SIGKILL;
  program.ended = clock_.wall();
  observer_.on_exited(program);
}

bool ProgramTable::reaped(pid_t pid, int status, const rusage& usage) {
  // A program may end before its exec was taken note of: first things first. What it had to say is there. The
  // program of a holder that somebody killed may be held up, and say nothing for as long.
  conclude(pid);
  const auto forgotten = std::find(forgotten_.begin(), forgotten_.end(), pid);
  bool known = forgotten != forgotten_.end();
  if (known) forgotten_.erase(forgotten);
  for (auto& [pane, program] : programs_) {
    if (program.holder == pid) {
      on_holder_reaped(program, WIFSIGNALED(status));
      // What it told last made it a child that nobody asks for.
      std::erase(forgotten_, pid);
      known = true;
      break;
    }
    if (program.pid != pid || program.exited || program.holder > 0) continue;
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
  held_.erase(pane);
  if (known->second.holder > 0) {
    forgotten_.push_back(known->second.holder);
  } else if (!known->second.exited) {
    forgotten_.push_back(known->second.pid);
  }
  programs_.erase(known);
}

void ProgramTable::signal(const Signal& signal) {
  const auto known = programs_.find(signal.pane);
  if (known == programs_.end()) return;
  const Program& program = known->second;
  if (program.exited && (program.holder <= 0 || signal.whom != Signal::Whom::session)) return;
  if (signal.signo < 1 || signal.signo >= NSIG) return;
  if (signal.whom == Signal::Whom::session) {
    if (wanted_.empty()) loop_.defer([this] { send_wanted(); });
    auto& [pid, signals] = wanted_[program.holder > 0 ? program.holder : program.pid];
    pid = program.exited ? -1 : program.pid;
    return signals.push_back(signal.signo);
  }
  send_wanted();  // in the order in which they were asked for
  ::kill(signal.whom == Signal::Whom::group ? -program.pid : program.pid, signal.signo);
}

void ProgramTable::send_wanted() {
  std::map<std::vector<int>, std::pair<std::vector<pid_t>, std::vector<os::HeldProgram>>> alike;
  for (auto& [child, wanted] : std::exchange(wanted_, {})) {
    auto& [sessions, held] = alike[wanted.signals];
    if (child == wanted.program) {
      sessions.push_back(child);
    } else {
      held.push_back({child, wanted.program});
    }
  }
  for (const auto& [signals, whom] : alike) {
    os::signal_sessions(whom.first, signals);
    os::signal_held(whom.second, signals);
  }
}

void ProgramTable::signal_all(const std::vector<int>& signals, Which which) {
  std::vector<pid_t> sessions = forgotten_;
  std::vector<os::HeldProgram> held;
  for (const auto& [pid, entry] : starting_) sessions.push_back(pid);
  for (const auto& [pane, program] : programs_) {
    if (program.holder > 0) {
      if (which == Which::all) held.push_back({program.holder, program.exited ? -1 : program.pid});
    } else if (!program.exited) {
      sessions.push_back(program.pid);
    }
  }
  os::signal_sessions(sessions, signals);
  os::signal_held(held, signals);
}

bool ProgramTable::has_children() const {
  return !starting_.empty() || !forgotten_.empty() ||
         std::any_of(programs_.begin(), programs_.end(),
                     [](const auto& one) { return !one.second.exited || one.second.holder > 0; });
}

std::map<PaneNumber, Program> ProgramTable::take() {
  wanted_.clear();  // the keeper itself sends them
  starting_.clear();
  held_.clear();
  forgotten_.clear();
  return std::exchange(programs_, {});
}

void ProgramTable::adopt(Program program) {
  const PaneNumber pane = program.pane;
  programs_[pane] = std::move(program);
  watch_held(programs_[pane]);
}

}  // namespace sess::keeper
