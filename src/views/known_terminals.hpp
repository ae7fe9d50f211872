// Terminals that somebody left: what their scrollback has of each pane, for when a client attaches in one of
// them again.
//
// A terminal goes by the name that its client gave it (hello's `terminal`), which lasts as long as the shell
// that the client was started from. Pure; forgets who left longest ago. A server that dies forgets all of
// them.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "views/scrollback.hpp"

namespace sess::views {

class KnownTerminals {
 public:
  static constexpr std::size_t kMost = 100;

  void left(const std::string& terminal, Scrollback scrollback) {
    if (terminal.empty()) return;
    static_cast<void>(take(terminal));
    scrollback.written_on();  // the shell writes there now
    known_.emplace_back(terminal, std::move(scrollback));
    if (known_.size() > kMost) known_.pop_front();
  }
  /// What the terminal has; nothing when it is not known. Whoever attaches there takes it along.
  [[nodiscard]] Scrollback take(const std::string& terminal) {
    const auto it =
        std::find_if(known_.begin(), known_.end(), [&](const auto& one) { return one.first == terminal; });
    if (terminal.empty() || it == known_.end()) return {};
    Scrollback scrollback = std::move(it->second);
    known_.erase(it);
    return scrollback;
  }

 private:
  std::deque<std::pair<std::string, Scrollback>> known_;
};

}  // namespace sess::views
