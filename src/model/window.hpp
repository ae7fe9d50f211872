// A window: panes that share a size, linked into one or more sessions at an index. Plain data; Model keeps
// the links, the layout and the geometry true.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/size.hpp"
#include "model/ids.hpp"
#include "model/layout/layout.hpp"
#include "model/options/options.hpp"
#include "model/pane.hpp"

namespace sess::model {

struct Window {
  WindowId id;
  std::string name;
  Size size;                          ///< Model's: what the layout fills
  std::optional<Size> manual_size;    ///< resize-window: used while window-size is manual
  std::optional<ClientId> latest;     ///< client that was active in it last: window-size latest
  Layout layout;                      ///< Model's: also while zoomed
  std::string old_layout;             ///< select-layout -o
  std::optional<Preset> last_preset;  ///< next-layout goes on from here
  std::vector<PaneId> panes;          ///< Model's: window order = pane-base-index numbering
  PaneId active;                      ///< Model's
  std::vector<PaneId> last_panes;     ///< Model's: formerly active ones, newest first
  bool zoomed = false;                ///< Model's: the active pane fills the window
  bool automatic_rename_off = false;  ///< the name was given by hand
  Time created{};
  Time activity{};
  Options options;       ///< parent: the global window options
  bool touched = false;  ///< Model's: named in its changes
};

/// A window's place in a session.
struct Winlink {
  int index = 0;
  WindowId window;
  bool bell = false;
  bool activity = false;
  bool silence = false;
  [[nodiscard]] bool alerted() const { return bell || activity || silence; }
};

}  // namespace sess::model
