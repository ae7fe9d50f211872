// What a client's terminal keeps, beneath what is drawn on its alternate screen, of the panes that it showed
// directly: how much of each is in its scrollback, and whose screen its main screen shows. Pure; the client's
// owner notes it when a direct view ends and asks when the next one begins.
#pragma once

#include <map>
#include <optional>

#include "base/scrolled.hpp"
#include "model/ids.hpp"

namespace sess::views {

class Scrollback {
 public:
  /// The pane was shown directly until now.
  void remember(model::PaneId pane, const Scrolled& scrolled) {
    if (panes_.size() >= kMost && panes_.count(pane) == 0) panes_.erase(panes_.begin());
    panes_[pane] = scrolled;
    shown_ = pane;
  }
  /// Others wrote on the terminal: what it shows will scroll away.
  void written_on() { shown_.reset(); }
  void forget(model::PaneId pane) {
    panes_.erase(pane);
    if (shown_ == pane) shown_.reset();
  }

  [[nodiscard]] std::optional<Scrolled> of(model::PaneId pane) const {
    const auto it = panes_.find(pane);
    return it == panes_.end() ? std::nullopt : std::optional(it->second);
  }
  /// Whose screen the main screen shows, as it was then.
  [[nodiscard]] const std::optional<model::PaneId>& shown() const { return shown_; }

 private:
  static constexpr std::size_t kMost = 64;
  std::map<model::PaneId, Scrolled> panes_;
  std::optional<model::PaneId> shown_;
};

}  // namespace sess::views
