// A window unzoomed for the time of a command, and zoomed again behind it when the user asked for that (-Z).
#pragma once

#include "model/model.hpp"

namespace sess::command {

class ZoomGuard {
 public:
  ZoomGuard(model::Model& model, model::WindowId window, bool keep) : model_(model), window_(window) {
    const auto* found = model.window(window);
    again_ = keep && found != nullptr && found->zoomed;
    model.unzoom(window);
  }
  ~ZoomGuard() {
    const auto* found = again_ ? model_.window(window_) : nullptr;
    if (found != nullptr) model_.zoom(found->active);
  }
  ZoomGuard(const ZoomGuard&) = delete;
  ZoomGuard& operator=(const ZoomGuard&) = delete;

 private:
  model::Model& model_;
  model::WindowId window_;
  bool again_ = false;
};

}  // namespace sess::command
