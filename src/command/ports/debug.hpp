// What `debug` needs of the server: its messages as they come and go, and what stands where.
//
// peers/debug gives it. Contents of messages and panes are no part of it, and neither is anything that
// changes the server; what `debug compare` and `replay` do needs no server's help (cli/debug).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/ids.hpp"

namespace sess::command {

class DebugPort {
 public:
  /// From here on each message from or to `of` (none: anybody but those who trace) is a line that `to`
  /// prints. `done` is called, never from inside the call, when `of` has gone; it is dropped with `to`.
  virtual void trace(model::ClientId to, std::optional<model::ClientId> of, std::function<void()> done) = 0;
  /// A line for the server, each client and each pane: states by name, and numbers; and one for each thing
  /// that is wrong with the model.
  [[nodiscard]] virtual std::string state() const = 0;

 protected:
  ~DebugPort() = default;
};

}  // namespace sess::command
