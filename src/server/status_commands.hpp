// Shell commands that formats show the output of (#()), and those that commands start. Owns the newest outputs.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "command/ports/shells.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "panes/shell_commands.hpp"
#include "server/remote_clients.hpp"

namespace sess::server {

class StatusCommands final : public command::ShellPort {
 public:
  StatusCommands(os::Clock& clock, model::Model& model, panes::ShellCommands& shells, RemoteClients& remote)
      : clock_(clock), model_(model), shells_(shells), remote_(remote) {}

  void run_shell(command::ShellRequest request, std::function<void(command::ShellResult)> done) override;
  std::string shell_output(std::string_view command, std::string_view cwd) override;

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
  panes::ShellCommands& shells_;
  RemoteClients& remote_;
  std::map<std::string, StatusCommand, std::less<>> status_commands_;
};

}  // namespace sess::server
