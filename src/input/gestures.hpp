// Gestures turns mouse reports into the keys that bindings name: clicks, double and triple clicks, drags,
// wheel.
//
// tmux's rules: a second press of the same button at the same place within kClickTime is SecondClick and,
// when no third follows in time, DoubleClick; a third is TripleClick. A motion with a button held is
// MouseDrag, its release MouseDragEnd. The caller says where a report happened; a drag keeps the location of
// its start.
#pragma once

#include <chrono>
#include <optional>

#include "input/event.hpp"

namespace sess::input {

class Gestures {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// tmux's KEYC_CLICK_TIMEOUT.
  static constexpr std::chrono::milliseconds kClickTime{300};

  struct Result {
    Key key;      ///< code::kNone when the report means no key (a button that has no name)
    Mouse mouse;  ///< the report it stands for
  };

  /// What one report means. `target` is anything that tells panes or status ranges apart: clicks on different
  /// targets are not a double click.
  [[nodiscard]] Result on_mouse(const Mouse& mouse, MouseLocation where, std::uint64_t target, Time now);

  /// When a timer must call on_timeout(), if at all: a second click may become a double click.
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }
  /// The double click whose third press did not come.
  [[nodiscard]] std::optional<Result> on_timeout(Time now);

  /// Whether a drag is going on, and where it began.
  [[nodiscard]] bool dragging() const { return dragging_; }

 private:
  enum class Clicks : std::uint8_t { none, one, two };
  Clicks clicks_ = Clicks::none;
  std::uint8_t button_ = 0;
  std::uint8_t held_ = 0;
  bool dragging_ = false;
  MouseLocation where_ = MouseLocation::pane;
  MouseLocation drag_where_ = MouseLocation::pane;
  std::uint64_t target_ = 0;
  Mouse last_;
  std::optional<Time> deadline_;
};

}  // namespace sess::input
