// Every pane, whichever window it is in, and the one on a terminal.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "model/graph/event_log.hpp"
#include "model/graph/node_table.hpp"
#include "model/pane.hpp"
#include "model/window.hpp"

namespace sess::model {

/// What a new pane starts; the caller starts it when the model has a place for it.
struct PaneSpec {
  std::vector<std::string> argv;
  std::string shell_command;
  std::string shell;
  std::string start_path;
  std::string title;
  Environment environment;
  Time now{};
};

class Panes : public NodeTable<PaneId, Pane> {
 public:
  Panes(EventLog& events, ActivityOrder& order) : events_(events), order_(order) {}

  /// The pane whose program lives on this terminal.
  [[nodiscard]] const Pane* on(const std::string& tty) const;

  /// One that a checkpoint has (Model::repair() makes the rest of it true). False when its id is taken.
  bool adopt(Pane pane);

 private:
  friend class Windows;
  friend class Model;

  /// The caller gives it its place in the window.
  Pane& make(Window& window, const PaneSpec& spec);
  void erase(PaneId id);
  [[nodiscard]] std::vector<PaneId> take_changed();

  EventLog& events_;
  ActivityOrder& order_;
  std::unordered_map<std::string, PaneId> by_tty_;  ///< as of take_changed(): whoever uses an entry checks it
};

}  // namespace sess::model
