// Where the switcher can go: sessions, windows and jobs, with what each is doing, and the commands that go
// there. Lives as long as its mode, of which server-side facts it is the ports; called by pane_modes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "display/choosers.hpp"
#include "modes/choose/switcher.hpp"

namespace sess::display {

class Destinations final : public modes::SwitcherPorts {
 public:
  /// `world` knows who uses it, and outlives it.
  Destinations(const ChooserWorld::Parts& parts, ChooserWorld& world)
      : model_(parts.model), queue_(parts.queue), world_(world) {}

  [[nodiscard]] std::vector<modes::Destination> destinations() const override;
  [[nodiscard]] model::Style switcher_style() const override { return world_.style(); }
  void go(const std::string& command) override { world_.run(command, {}, {}); }

 private:
  [[nodiscard]] std::string last_line(model::PaneId pane) const;
  [[nodiscard]] std::string last_line_of_job(const std::string& name) const;

  const model::Model& model_;
  command::Queue& queue_;
  ChooserWorld& world_;
  mutable std::map<std::string, std::string> job_lines_;  ///< of stopped jobs: their logs are read once
};

}  // namespace sess::display
