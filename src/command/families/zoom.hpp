// A window unzoomed for the time of a command, and zoomed again behind it when the user asked for that (-Z).
//
// On the stack of a command that changes panes or layout, which work on the whole window. The model outlives
// it; the window need not: what a command removed is not zoomed again.
#pragma once

#include "model/model.hpp"

namespace sess::command {

class ZoomGuard {
 public:
  /// `keep`: the pane that is active at the end is zoomed then, if the window is zoomed now.
  ZoomGuard(model::Model& model, model::WindowId window, bool keep) : model_(model), window_(window) {
    const auto* found = model.window(window);
    again_ = keep && found != nullptr && found->zoomed;
    model.windows().unzoom(window);
  }
  ~ZoomGuard() {
    const auto* found = again_ ? model_.window(window_) : nullptr;
    if (found != nullptr) model_.windows().zoom(found->active);
  }
  ZoomGuard(const ZoomGuard&) = delete;
  ZoomGuard& operator=(const ZoomGuard&) = delete;

 private:
  model::Model& model_;
  model::WindowId window_;
  bool again_ = false;
};

}  // namespace sess::command
