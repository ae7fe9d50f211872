#include "panes/shell_commands.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "os/programs/spawn.hpp"
#include "os/signals.hpp"

namespace sess::panes {
namespace {

struct Ends {
  UniqueFd read;
  UniqueFd write;
};

Result<Ends> open_pipe_ends() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno(errno, "cannot open a pipe");
  return Ends{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void make_non_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int shell_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) return 128 + WTERMSIG(wait_status);
  return WEXITSTATUS(wait_status);
}

/// Appends what can be read now; false at end of file.
bool read_into(int fd, std::string& out, std::size_t limit) {
  char buffer[16 * 1024];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n <= 0) return false;
    if (out.size() < limit)
      out.append(buffer, std::min<std::size_t>(static_cast<std::size_t>(n), limit - out.size()));
  }
}

}  // namespace

struct ShellCommands::Job {
  std::string command;
  UniqueFd output;
  UniqueFd input;
  std::unique_ptr<os::FdWatch> output_watch;
  std::unique_ptr<os::FdWatch> input_watch;
  std::unique_ptr<os::Timer> limit;
  std::string to_write;
  command::ShellResult result;
  bool ended = false;
  std::function<void(command::ShellResult)> done;
};

struct ShellCommands::Pipe {
  pid_t pid = -1;
  UniqueFd to;
  UniqueFd from;
  std::unique_ptr<os::FdWatch> to_watch;
  std::unique_ptr<os::FdWatch> from_watch;
  std::string queued;
  std::function<void(std::string_view)> input;
};

ShellCommands::ShellCommands(os::Loop& loop)
    : loop_(loop), child_watch_(loop, SIGCHLD, [this] { on_child(); }) {}

ShellCommands::~ShellCommands() = default;

void ShellCommands::run(command::ShellRequest request, std::function<void(command::ShellResult)> done) {
  const auto give_up = [&](const Error& error) {
    loop_.defer([done, text = error.text] { done({127, text + "\n", false}); });
  };
  auto out = open_pipe_ends();
  if (!out) return give_up(out.error());
  Ends in;
  if (request.input) {
    auto opened = open_pipe_ends();
    if (!opened) return give_up(opened.error());
    in = std::move(*opened);
  }
  os::SpawnRequest spawn;
  spawn.argv = {"/bin/sh", "-c", request.command};
  spawn.env = std::move(request.env);
  spawn.cwd = std::move(request.cwd);
  spawn.umask = static_cast<mode_t>(request.umask);
  auto pending =
      os::start_spawn(spawn, in.read.get(), out->write.get(), request.errors ? out->write.get() : -1);
  if (!pending) return give_up(pending.error());
  const pid_t pid = pending->pid();
  out->write.reset();
  in.read.reset();
  if (auto started = pending->finish(); !started) {
    ::waitpid(pid, nullptr, 0);
    return give_up(started.error());
  }
  auto job = std::make_unique<Job>();
  job->command = std::move(request.command);
  job->done = std::move(done);
  job->output = std::move(out->read);
  make_non_blocking(job->output.get());
  job->output_watch =
      std::make_unique<os::FdWatch>(loop_, job->output.get(), [this, raw = job.get()](bool, bool) {
        if (!read_into(raw->output.get(), raw->result.output, kMaxOutput)) {
          raw->output_watch->want(false, false);
          raw->output.reset();
          finish(*raw);
        }
      });
  job->output_watch->want(true, false);
  if (request.input) {
    job->to_write = std::move(*request.input);
    job->input = std::move(in.write);
    make_non_blocking(job->input.get());
    job->input_watch = std::make_unique<os::FdWatch>(loop_, job->input.get(), [raw = job.get()](bool, bool) {
      const ssize_t n = ::write(raw->input.get(), raw->to_write.data(), raw->to_write.size());
      if (n > 0) raw->to_write.erase(0, static_cast<std::size_t>(n));
      if ((n < 0 && errno != EAGAIN && errno != EINTR) || raw->to_write.empty()) {
        raw->input_watch->want(false, false);
        raw->input.reset();
      }
    });
    job->input_watch->want(false, true);
  }
  if (request.limit.count() > 0) {
    job->limit = std::make_unique<os::Timer>(loop_, [pid, raw = job.get()] {
      if (raw->ended) return;
      raw->result.timed_out = true;
      ::kill(-pid, SIGKILL);  // it leads a session of its own
    });
    job->limit->start(request.limit);
  }
  jobs_[pid] = std::move(job);
  on_child();  // it may have ended before it was in the table
}

std::vector<command::RunningShell> ShellCommands::running() const {
  std::vector<command::RunningShell> out;
  for (const auto& [pid, job] : jobs_) {
    if (!job->ended) out.push_back({job->command, job->output.get(), pid});
  }
  return out;
}

void ShellCommands::on_child() {
  for (auto& [pid, job] : jobs_) {
    int status = 0;
    if (job->ended || ::waitpid(pid, &status, WNOHANG) != pid) continue;
    job->ended = true;
    job->result.exit_status = shell_status(status);
    // Something that it left in the background may hold the pipe open: what is there is read, the rest is not
    // waited for.
    if (job->output && !read_into(job->output.get(), job->result.output, kMaxOutput)) {
      // The watch first: a closed descriptor's number may be the next client's, whose events would be lost.
      job->output_watch.reset();
      job->output.reset();
    }
  }
  std::erase_if(closed_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == pid; });
  std::vector<model::PaneId> ended;
  for (auto& [pane, pipe] : pipes_) {
    if (pipe->pid <= 0 || ::waitpid(pipe->pid, nullptr, WNOHANG) != pipe->pid) continue;
    pipe->pid = -1;
    ended.push_back(pane);
  }
  loop_.defer([this, ended = std::move(ended)] {
    for (const auto pane : ended) end_pipe(pane);
    std::vector<std::unique_ptr<Job>> over;
    for (auto it = jobs_.begin(); it != jobs_.end();) {
      if (it->second->ended) {
        over.push_back(std::move(it->second));
        it = jobs_.erase(it);
      } else {
        ++it;
      }
    }
    for (auto& job : over) job->done(std::move(job->result));
  });
}

void ShellCommands::finish(Job&) {
  on_child();
}

// --- pipe-pane ------------------------------------------------------------------------------------------

Result<> ShellCommands::open_pipe(model::PaneId pane, std::string command, std::vector<std::string> env,
                                  unsigned umask, bool output, std::function<void(std::string_view)> input) {
  close_pipe(pane);
  auto in = open_pipe_ends();
  if (!in) return pass(in.error());
  auto out = open_pipe_ends();
  if (!out) return pass(out.error());
  os::SpawnRequest spawn;
  spawn.argv = {"/bin/sh", "-c", std::move(command)};
  spawn.env = std::move(env);
  spawn.umask = static_cast<mode_t>(umask);
  auto pending = os::start_spawn(spawn, output ? in->read.get() : -1, input ? out->write.get() : -1, -1);
  if (!pending) return pass(pending.error());
  const pid_t pid = pending->pid();
  if (auto started = pending->finish(); !started) {
    ::waitpid(pid, nullptr, 0);
    return pass(started.error());
  }
  auto pipe = std::make_unique<Pipe>();
  Pipe* raw = pipe.get();
  raw->pid = pid;
  raw->input = std::move(input);
  if (output) {
    raw->to = std::move(in->write);
    make_non_blocking(raw->to.get());
    raw->to_watch = std::make_unique<os::FdWatch>(loop_, raw->to.get(), [raw](bool, bool) {
      const ssize_t n = ::write(raw->to.get(), raw->queued.data(), raw->queued.size());
      if (n > 0) raw->queued.erase(0, static_cast<std::size_t>(n));
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        // It reads no more; what it may still print is read until it ends.
        raw->queued.clear();
        raw->to_watch->want(false, false);
        return;
      }
      if (raw->queued.empty()) raw->to_watch->want(false, false);
    });
  }
  if (raw->input) {
    raw->from = std::move(out->read);
    make_non_blocking(raw->from.get());
    raw->from_watch = std::make_unique<os::FdWatch>(loop_, raw->from.get(), [raw](bool, bool) {
      std::string bytes;
      const bool more = read_into(raw->from.get(), bytes, kMaxOutput);
      if (!bytes.empty()) raw->input(bytes);
      if (!more) raw->from_watch->want(false, false);
    });
    raw->from_watch->want(true, false);
  }
  pipes_[pane] = std::move(pipe);
  return {};
}

void ShellCommands::end_pipe(model::PaneId pane) {
  const auto it = pipes_.find(pane);
  if (it == pipes_.end() || it->second->pid > 0) return;  // closed, or another one by now
  if (it->second->input) {
    std::string bytes;
    read_into(it->second->from.get(), bytes, kMaxOutput);
    if (!bytes.empty()) it->second->input(bytes);
  }
  close_pipe(pane);
  if (pipe_ended_) pipe_ended_(pane);
}

void ShellCommands::close_pipe(model::PaneId pane) {
  const auto it = pipes_.find(pane);
  if (it == pipes_.end()) return;
  if (it->second->pid > 0) closed_.push_back(it->second->pid);
  pipes_.erase(it);
}

void ShellCommands::pane_printed(model::PaneId pane, std::string_view bytes) {
  const auto it = pipes_.find(pane);
  if (it == pipes_.end() || !it->second->to) return;
  Pipe& pipe = *it->second;
  pipe.queued.append(bytes);
  if (pipe.queued.size() > kMaxPipe) {
    log::warn("pane {}: its pipe does not read; {} bytes are dropped", pane.value,
              pipe.queued.size() - kMaxPipe);
    pipe.queued.erase(0, pipe.queued.size() - kMaxPipe);
  }
  pipe.to_watch->want(false, true);
}

}  // namespace sess::panes
