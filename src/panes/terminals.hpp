// The panes' terminals, by pane, and which of them printed in this turn.
//
// Owns every PaneIo of the server. A pane of the model has none while its program is being started, and for
// good when its journal is beyond use. Whoever works on what a pane shows or takes is given this and no more.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "model/ids.hpp"
#include "panes/pane_io.hpp"

namespace sess::panes {

class Terminals {
 public:
  using Map = std::map<model::PaneId, std::unique_ptr<PaneIo>>;

  /// Null: the pane has no terminal (yet).
  [[nodiscard]] PaneIo* find(model::PaneId id) const {
    const auto it = terminals_.find(id);
    return it == terminals_.end() ? nullptr : it->second.get();
  }
  PaneIo& put(std::unique_ptr<PaneIo> terminal) {
    auto& place = terminals_[terminal->id()];
    place = std::move(terminal);
    return *place;
  }
  /// Whether there was one.
  bool erase(model::PaneId id) { return terminals_.erase(id) > 0; }
  void clear() { terminals_.clear(); }
  [[nodiscard]] std::size_t size() const { return terminals_.size(); }
  [[nodiscard]] Map::const_iterator begin() const { return terminals_.begin(); }
  [[nodiscard]] Map::const_iterator end() const { return terminals_.end(); }

  // What happened in this turn of the loop.
  void note_printed(model::PaneId id) { printed_.insert(id); }
  [[nodiscard]] const std::set<model::PaneId>& printed() const { return printed_; }
  void end_turn() {
    printing_ = printed_.size();
    printed_.clear();
  }
  /// What one pane may read in a turn: with more floods each gets less, down to one read(2), so that a key
  /// waits for a turn of the same length.
  [[nodiscard]] std::size_t read_budget() const { return kTurnBudget / std::max<std::size_t>(1, printing_); }
  static constexpr std::size_t kTurnBudget = 16 * 1024;  ///< of all panes together

 private:
  Map terminals_;
  std::set<model::PaneId> printed_;
  std::size_t printing_ = 0;  ///< how many printed in the turn before
};

}  // namespace sess::panes
