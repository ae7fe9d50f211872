// Which panes have the focus: the active ones of the windows that focused clients look at. Pure: who has
// gained and who has lost it since the last time is said once; Server tells their programs (mode 1004) and,
// with the option focus-events, runs the hooks pane-focus-in and pane-focus-out.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace sess::panes {

class PaneFocus {
 public:
  struct Change {
    model::PaneId pane;
    bool focused = false;
    bool operator==(const Change&) const = default;
  };

  /// What is different from the last call; those that lose the focus come first. Panes that are gone lose
  /// nothing.
  [[nodiscard]] std::vector<Change> update(const model::Model& model);

 private:
  std::vector<model::PaneId> focused_;
};

}  // namespace sess::panes
