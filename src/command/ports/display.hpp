// What commands need of the display: views, and drawing anew.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "model/ids.hpp"
#include "model/viewport.hpp"

namespace sess::command {

using model::ClientId;

class DisplayPort {
 public:
  virtual void redraw(ClientId) = 0;
  /// Something drawn changed that is not in the model's events (a name, a flag, a style).
  virtual void redraw_all() = 0;
  /// What the client sees of its current window; none while it shows none.
  [[nodiscard]] virtual std::optional<model::Viewport> view(ClientId) const = 0;
  virtual Result<> move_view(ClientId, int dx, int dy) = 0;  ///< refresh-client -L -R -U -D; both 0: -c

 protected:
  ~DisplayPort() = default;
};

}  // namespace sess::command
