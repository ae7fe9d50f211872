// What a client's terminal keeps, beneath what is drawn on its alternate screen, of the panes that it showed
// directly: how much of each is in its scrollback, and whose screen its main screen shows. Pure; the client's
// owner notes it when a direct view ends and asks when the next one begins.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "base/scrolled.hpp"
#include "model/ids.hpp"

namespace sess::views {

class Scrollback {
 public:
  /// The pane was shown directly until now. Of its lines before `owed` none may be left out next time.
  void remember(model::PaneId pane, const Scrolled& scrolled, std::uint64_t owed = 0) {
    if (panes_.size() >= kMost && panes_.count(pane) == 0) panes_.erase(panes_.begin());
    panes_[pane] = {scrolled, owed};
    shown_ = pane;
  }
  /// The terminal was away while what stands before that line came.
  void owe(model::PaneId pane, std::uint64_t line) {
    if (const auto it = panes_.find(pane); it != panes_.end())
      it->second.owed = std::max(it->second.owed, line);
  }
  /// Others wrote on the terminal: what it shows will scroll away.
  void written_on() { shown_.reset(); }
  void forget(model::PaneId pane) {
    panes_.erase(pane);
    if (shown_ == pane) shown_.reset();
  }

  [[nodiscard]] std::optional<Scrolled> of(model::PaneId pane) const {
    const auto it = panes_.find(pane);
    return it == panes_.end() ? std::nullopt : std::optional(it->second.scrolled);
  }
  [[nodiscard]] std::uint64_t owed(model::PaneId pane) const {
    const auto it = panes_.find(pane);
    return it == panes_.end() ? 0 : it->second.owed;
  }
  /// Whose screen the main screen shows, as it was then.
  [[nodiscard]] const std::optional<model::PaneId>& shown() const { return shown_; }

 private:
  static constexpr std::size_t kMost = 64;
  struct Kept {
    Scrolled scrolled;
    std::uint64_t owed = 0;
  };
  std::map<model::PaneId, Kept> panes_;
  std::optional<model::PaneId> shown_;
};

}  // namespace sess::views
