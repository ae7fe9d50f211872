// The names that windows take from what runs in their active panes (automatic-rename): looked at some time
// after something happened from which another name may follow.
#pragma once

#include "command/language/queue.hpp"
#include "model/model.hpp"
#include "os/loop.hpp"

namespace sess::panes {

class WindowNames {
 public:
  WindowNames(os::Loop& loop, model::Model& model, command::Queue& queue)
      : model_(model), queue_(queue), timer_(loop, [this] { rename_windows(); }) {}

  void look_at(model::PaneId pane);
  void look_at(const model::Window& window);
  /// An option changed from which the names of windows follow.
  void look_at_all();

 private:
  void rename_windows();

  model::Model& model_;
  command::Queue& queue_;
  os::Timer timer_;
};

}  // namespace sess::panes
