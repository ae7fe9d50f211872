// Shell commands that formats show the output of (#()), and those that commands start. Owns the newest
// outputs.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "command/ports/daemon.hpp"
#include "command/ports/shells.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "panes/shell_commands.hpp"

namespace sess::panes {

class StatusCommands final : public command::ShellPort {
 public:
  /// `changed` is told when an output is another one than before.
  StatusCommands(os::Clock& clock, model::Model& model, const command::ServerFacts& facts,
                 ShellCommands& shells, std::function<void()> changed)
      : clock_(clock), model_(model), facts_(facts), shells_(shells), changed_(std::move(changed)) {}

  void run_shell(command::ShellRequest request, std::function<void(command::ShellResult)> done) override;
  std::string shell_output(std::string_view command, std::string_view cwd, unsigned umask) override;
  [[nodiscard]] std::vector<command::RunningShell> running_shells() const override {
    return shells_.running();
  }

 private:
  struct StatusCommand {
    std::string output;
    std::chrono::steady_clock::time_point started{};
    std::chrono::steady_clock::time_point asked{};
    bool running = false;
    bool known = false;  ///< it has ended once: its output stands, also an empty one
  };

  os::Clock& clock_;
  model::Model& model_;
  const command::ServerFacts& facts_;
  ShellCommands& shells_;
  std::function<void()> changed_;
  std::map<std::pair<std::string, unsigned>, StatusCommand> status_commands_;  ///< by text and umask
};

}  // namespace sess::panes
