// Programs that the keeper was asked for, until it has answered.
//
// The keeper answers within milliseconds; when it does not it is not waited for: other panes go on, and what
// is typed meanwhile is kept for the program. What a program that runs becomes is the caller's business, who
// takes it (Take); so is what its end means.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "command/ports/panes.hpp"
#include "keeper/link.hpp"
#include "model/ids.hpp"
#include "os/loop.hpp"
#include "panes/agent.hpp"

namespace sess::panes {

class ProgramStarts {
 public:
  /// What runs when a program was started: its holder, if it has one.
  using Started = std::function<void(Result<std::int32_t>)>;
  /// Makes a terminal of what the keeper started.
  using Take = std::function<Result<>(keeper::Spawned)>;

  struct Parts {
    os::Loop& loop;
    keeper::ServerLink& link;
    AgentLink& agent;
    std::size_t spare_descriptors;     ///< left for others when a program is started
    std::function<void()> write_down;  ///< the model, before the keeper is asked
  };
  explicit ProgramStarts(Parts parts) : parts_(std::move(parts)) {}

  /// `done` is never called from inside.
  void start(model::PaneId id, Size size, command::ProgramStart start, Take take,
             std::function<void(Result<>)> done);
  /// The same for who goes on at once when it can: the holder, or nothing when the keeper takes its time;
  /// then, and only then, `later` is told.
  Result<std::optional<std::int32_t>> start_soon(model::PaneId id, Size size,
                                                 const command::ProgramStart& start, Take take,
                                                 Started later);
  /// Nobody waits for this pane's program any more: whoever asked is told so.
  void give_up(model::PaneId pane);

  /// Whether a pane's program is still being started, and what commands type into it meanwhile.
  [[nodiscard]] bool is_starting(model::PaneId pane) const;
  void type_ahead(model::PaneId pane, std::string_view bytes);

  // What the keeper says.
  void on_keeper_speaks() { keeper_deaf_ = false; }
  /// The answer to a request that was not waited for; false: nobody asked, or who asked was told that it
  /// failed. `typed` gets what was typed ahead, once the terminal is there.
  bool on_started(std::uint64_t request, Result<keeper::Spawned>& answer,
                  const std::function<void(model::PaneId, std::string_view)>& typed);

 private:
  Result<std::uint64_t> ask(model::PaneId pane, Size size, const command::ProgramStart& start);

  struct Starting {
    model::PaneId pane;
    Take take;
    Started done;
    std::string typed;
  };

  Parts parts_;
  std::map<std::uint64_t, Starting> starting_;  ///< by the request's number
  bool keeper_deaf_ = false;  ///< an answer did not come in time, and nothing has come since
};

}  // namespace sess::panes
