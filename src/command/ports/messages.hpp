// What commands say over what attached clients see, and what was said.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;

class MessagePort {
 public:
  /// A line in an attached client's status line. Zero: until a key; negative: display-time.
  virtual void show_message(ClientId, std::string_view text, std::chrono::milliseconds duration) = 0;
  /// Text that an attached client asked for (list-keys from a key binding): in view mode.
  virtual void show_text(ClientId, std::string_view text) = 0;
  /// The newest messages that were shown, oldest first: "time: text".
  [[nodiscard]] virtual std::vector<std::string> message_log() const = 0;

 protected:
  ~MessagePort() = default;
};

}  // namespace sess::command
