// Where a text that was printed for a client is shown: view mode, in the pane that it looks at.
//
// Implemented by display/pane_modes, used by messages, which stand below it: a port, with no state of its
// own.
#pragma once

#include <optional>
#include <string_view>

#include "model/ids.hpp"

namespace sess::peers {

class TextViews {
 public:
  /// View mode opens in the pane, or goes on there.
  virtual void show_text(model::PaneId pane, std::optional<model::ClientId> client,
                         std::string_view text) = 0;
  /// Empty: the pane is in another mode or none.
  [[nodiscard]] virtual std::string_view shown_text(model::PaneId pane) const = 0;

 protected:
  ~TextViews() = default;
};

}  // namespace sess::peers
