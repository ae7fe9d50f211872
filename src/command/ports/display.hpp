// What commands need of the display: messages over what clients see, views, and drawing anew.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"
#include "model/viewport.hpp"

namespace sess::command {

using model::ClientId;

class DisplayPort {
 public:
  /// A line in an attached client's status line. Zero: until a key; negative: display-time.
  virtual void show_message(ClientId, std::string_view text, std::chrono::milliseconds duration) = 0;
  /// Text that an attached client asked for (list-keys from a key binding): shown until a key is pressed.
  virtual void show_text(ClientId, std::string_view text) = 0;
  /// The newest messages that were shown, oldest first: "time: text".
  [[nodiscard]] virtual std::vector<std::string> message_log() const = 0;
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
