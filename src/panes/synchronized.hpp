// Panes in the middle of a synchronized update (private mode 2026): a drawn view keeps showing what was there
// before, so that nobody sees half of an update.
//
// Knows when each pane was first seen like that; ends the wait of one that does not come to its end. Pure:
// numbers and times. A direct view needs none of it: the user's own terminal is told by the same bytes.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "model/ids.hpp"

namespace sess::panes {

class SynchronizedPanes {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Longest wait. Terminals take 0.15 s to 1 s. A program that does not rest between two updates is drawn as
  /// it is from then on, until it does.
  static constexpr std::chrono::milliseconds kLimit{250};

  /// Call at the end of a turn in which the pane printed.
  void on_output(model::PaneId pane, bool synchronized, Time now) {
    if (synchronized) {
      since_.try_emplace(pane, now);
    } else {
      since_.erase(pane);
    }
  }
  void forget(model::PaneId pane) { since_.erase(pane); }

  /// Until when the pane is to be shown as it was; nothing when it may be drawn as it is.
  [[nodiscard]] std::optional<Time> held_until(model::PaneId pane, Time now) const {
    const auto it = since_.find(pane);
    if (it == since_.end() || now >= it->second + kLimit) return std::nullopt;
    return it->second + kLimit;
  }

 private:
  std::map<model::PaneId, Time> since_;
};

}  // namespace sess::panes
