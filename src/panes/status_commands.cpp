#include "panes/status_commands.hpp"

#include <utility>

#include "base/log.hpp"
#include "command/language/shell_environment.hpp"

namespace sess::panes {
namespace {

/// Longest run of a #() command: what takes longer hangs, and would keep its old output in the status line
/// for ever.
constexpr std::chrono::seconds kStatusCommandLimit{30};
/// Outputs of #() that nobody has asked for so long are forgotten; when there are very many, sooner.
constexpr std::chrono::hours kForgetStatusCommand{1};
constexpr std::size_t kManyStatusCommands = 500;
constexpr std::chrono::minutes kForgetSoon{1};

}  // namespace

void StatusCommands::run_shell(command::ShellRequest request,
                               std::function<void(command::ShellResult)> done) {
  shells_.run(std::move(request), std::move(done));
}

std::string StatusCommands::shell_output(std::string_view command, std::string_view cwd, unsigned umask) {
  const auto now = clock_.now();
  std::pair key(std::string(command), umask);
  auto it = status_commands_.find(key);
  if (it == status_commands_.end()) {
    // A command whose text changes (it has the time in it) leaves one behind each time.
    std::erase_if(status_commands_, [&](const auto& entry) {
      const auto& [name, old] = entry;
      return !old.running &&
             now - old.asked >
                 (status_commands_.size() < kManyStatusCommands ? kForgetStatusCommand : kForgetSoon);
    });
    it = status_commands_.try_emplace(key).first;
  }
  auto& job = it->second;
  job.asked = now;
  const bool due =
      job.started == std::chrono::steady_clock::time_point{} || now - job.started >= std::chrono::seconds(1);
  if (!job.running && due) {
    job.started = now;
    job.running = true;
    command::ShellRequest request;
    request.command = command;
    request.cwd = cwd;
    request.env = command::shell_environment(model_, facts_, nullptr).block();
    request.umask = umask;
    request.limit = kStatusCommandLimit;
    request.errors = false;
    run_shell(std::move(request), [this, key](command::ShellResult result) {
      auto& entry = status_commands_[key];
      entry.running = false;
      entry.known = true;
      auto& text = result.output;
      while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
      text.erase(0, text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
      if (result.timed_out) text = fmt::format("<'{}' timed out>", key.first);
      if (entry.output != text) {
        entry.output = std::move(text);
        changed_();
      }
    });
  }
  // As in tmux: nothing at first, so that a quick command's place does not flash.
  const bool slow = !job.known && job.running && now - job.started > std::chrono::seconds(1);
  return slow ? fmt::format("<'{}' not ready>", command) : job.output;
}

}  // namespace sess::panes
