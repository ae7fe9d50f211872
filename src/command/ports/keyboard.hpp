// What commands need of a client's keyboard and mouse: which table its next key is looked up in, and what it
// drags.
#pragma once

#include <string_view>

#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;

class KeyboardPort {
 public:
  virtual void set_key_table(ClientId, std::string_view table) = 0;
  [[nodiscard]] virtual bool prefix_pressed(ClientId) const = 0;
  /// resize-pane -M: the border under the mouse follows it until the button is released.
  virtual void drag_border(ClientId) = 0;

 protected:
  ~KeyboardPort() = default;
};

}  // namespace sess::command
