#include "panes/program_starts.hpp"

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "os/descriptor.hpp"
#include "os/memory/reserve.hpp"

namespace sess::panes {
namespace {

/// Descriptors that come with a program.
constexpr std::size_t kProgramNeeds = 2;
/// A keeper that does not answer within this is not waited for: other panes go on.
constexpr std::chrono::milliseconds kPromptAnswer{50};
/// Bytes that are kept for a program that is being started, about what a terminal's line discipline holds.
constexpr std::size_t kTypeAhead = 4096;

}  // namespace

/// The keeper has the request; its number. The pane is written down first: a server that dies in between
/// leaves a pane without a program, which the next one removes, and never a program that nobody knows.
Result<std::uint64_t> ProgramStarts::ask(model::PaneId id, Size size, const command::ProgramStart& start) {
  if (!os::memory_left())
    return pass(Error{ErrorCode::unavailable, ENOMEM, "memory is used up: end something"});
  // What comes with the answer must find room, else the link to the keeper is lost.
  if (!os::descriptors_free(kProgramNeeds + parts_.spare_descriptors)) {
    return pass(Error{
        ErrorCode::unavailable, EMFILE,
        "too many open files: close something, or raise the limit (ulimit -n) of what starts the daemon"});
  }
  parts_.write_down();
  keeper::Spawn request;
  request.pane = id.value;
  request.argv = start.argv;
  request.env = start.env;
  request.argv0 = start.argv0;
  request.cwd = start.cwd;
  request.size = size;
  request.keep_journal = start.replace;
  request.nice = start.nice;
  request.memory_limit = start.memory_limit;
  request.input = start.input;
  request.umask = start.umask;
  request.held = start.held;
  return parts_.link.start_spawn(std::move(request));
}

void ProgramStarts::start(model::PaneId id, Size size, command::ProgramStart start, Take take,
                          std::function<void(Result<>)> done) {
  // SSH_AUTH_SOCK is the stable path that follows the newest client's agent, also when there is none yet.
  if (const auto& path = parts_.agent.path(); !path.empty()) {
    std::erase_if(start.env, [](const std::string& v) { return v.starts_with("SSH_AUTH_SOCK="); });
    start.env.push_back("SSH_AUTH_SOCK=" + path);
  }
  const auto tell = [done](const Result<std::int32_t>& holder) {
    done(holder ? Result<>() : pass(holder.error()));
  };
  auto started = start_soon(id, size, start, std::move(take), tell);
  if (started && !*started) return;
  parts_.loop.defer(
      [tell, holder = started ? Result<std::int32_t>(**started) : pass(started.error())] { tell(holder); });
}

Result<std::optional<std::int32_t>> ProgramStarts::start_soon(model::PaneId id, Size size,
                                                              const command::ProgramStart& start, Take take,
                                                              Started later) {
  auto number = ask(id, size, start);
  if (!number) return pass(number.error());
  auto spawned =
      parts_.link.await_spawn(*number, keeper_deaf_ ? std::chrono::milliseconds(0) : kPromptAnswer);
  if (!spawned) return pass(spawned.error());
  if (!*spawned) {
    log::info("pane {}: the keeper takes its time", id.value);
    keeper_deaf_ = true;
    starting_[*number] = {id, std::move(take), std::move(later), {}};
    return std::optional<std::int32_t>();
  }
  const std::int32_t holder = (*spawned)->holder;
  auto taken = take(std::move(**spawned));
  if (!taken) return pass(taken.error());
  return std::optional(holder);
}

bool ProgramStarts::on_started(std::uint64_t request, Result<keeper::Spawned>& answer,
                               const std::function<void(model::PaneId, std::string_view)>& typed) {
  auto node = starting_.extract(request);
  if (node.empty()) return false;
  Starting& start = node.mapped();
  const std::int32_t holder = answer ? answer->holder : -1;
  auto taken = answer ? start.take(std::move(*answer)) : Result<>(pass(answer.error()));
  if (taken && !start.typed.empty()) typed(start.pane, start.typed);
  start.done(taken ? Result<std::int32_t>(holder) : pass(taken.error()));
  return true;
}

void ProgramStarts::give_up(model::PaneId pane) {
  for (auto it = starting_.begin(); it != starting_.end();) {
    const auto here = it++;
    if (here->second.pane != pane) continue;
    parts_.loop.defer(
        [done = std::move(here->second.done)] { done(fail(ErrorCode::not_found, "the pane was closed")); });
    starting_.erase(here);
  }
}

bool ProgramStarts::is_starting(model::PaneId pane) const {
  return std::any_of(starting_.begin(), starting_.end(),
                     [pane](const auto& start) { return start.second.pane == pane; });
}

void ProgramStarts::type_ahead(model::PaneId pane, std::string_view bytes) {
  for (auto& [number, start] : starting_) {
    if (start.pane == pane && start.typed.size() + bytes.size() <= kTypeAhead) start.typed += bytes;
  }
}

}  // namespace sess::panes
