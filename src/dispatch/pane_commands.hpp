// What commands do to panes and read of them: typing, pipes, modes, capture, facts about the terminal.
//
// Owns nothing. What people type is Keyboard's; starting and ending a pane's program is server/programs'.
#pragma once

#include "command/ports/daemon.hpp"
#include "command/ports/panes.hpp"
#include "command/ports/screens.hpp"
#include "display/pane_limits.hpp"
#include "model/model.hpp"
#include "panes/program_starts.hpp"
#include "panes/shell_commands.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::display {
class PaneModes;
}

namespace sess::dispatch {

using display::PaneModes;
using peers::RemoteClients;

class PaneCommands final : public command::PanePort, public command::ScreenPort {
 public:
  using PaneId = model::PaneId;
  using ClientId = model::ClientId;

  PaneCommands(model::Model& model, const command::ServerFacts& facts, panes::Terminals& terminals,
               panes::ShellCommands& shells, RemoteClients& remote, panes::ProgramStarts& starts,
               display::PaneLimits& limits, PaneModes& pane_modes)
      : model_(model),
        facts_(facts),
        terminals_(terminals),
        shells_(shells),
        remote_(remote),
        starts_(starts),
        limits_(limits),
        pane_modes_(pane_modes) {}

  Typed write_pane(PaneId pane, std::string_view bytes) override;
  Typed send_key(PaneId pane, std::string_view key_name) override;
  Typed send_code_point(PaneId pane, std::uint32_t code_point) override;
  Typed send_mouse(PaneId pane, std::optional<ClientId> client, std::string_view key,
                   std::string_view mouse_event) override;
  Typed paste(PaneId pane, std::string_view text, bool bracketed) override;
  [[nodiscard]] bool input_waits(PaneId pane) const override;
  void when_input_taken(PaneId pane, std::function<void()> done) override;
  Result<> pipe_pane(PaneId pane, std::string_view shell_command, bool input, bool output,
                     unsigned umask) override;
  Result<> enter_mode(PaneId pane, std::optional<ClientId> client, std::string_view mode,
                      const std::vector<std::string>& arguments) override;
  void leave_modes(PaneId pane) override;
  Result<> mode_command(PaneId pane, std::optional<ClientId> client,
                        const std::vector<std::string>& arguments, int repeat,
                        std::string_view mouse_event) override;

  void feed_pane(PaneId pane, std::string_view bytes) override;
  void reset_terminal(PaneId pane) override;
  void clear_history(PaneId pane) override;
  void trim_below_cursor(PaneId pane, int lines) override;
  Result<std::string> capture(PaneId pane, const command::CaptureRequest& request) override;
  [[nodiscard]] command::PaneFacts pane_facts(PaneId pane) const override;
  [[nodiscard]] int search_pane(PaneId pane, std::string_view pattern, bool regex,
                                bool ignore_case) const override;

 private:
  [[nodiscard]] bool takes_no_input(PaneId id) const;

  model::Model& model_;
  const command::ServerFacts& facts_;
  panes::Terminals& terminals_;
  panes::ShellCommands& shells_;
  RemoteClients& remote_;
  panes::ProgramStarts& starts_;
  display::PaneLimits& limits_;
  PaneModes& pane_modes_;
};

}  // namespace sess::dispatch
