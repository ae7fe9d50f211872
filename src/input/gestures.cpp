#include "input/gestures.hpp"

namespace sess::input {
namespace {

enum class Phase { down, up, drag, drag_end, second, double_click, triple };

/// The event of button 1 to 3 in a phase.
[[nodiscard]] MouseEvent event_of(Phase phase, std::uint8_t button) {
  constexpr MouseEvent kFirst[] = {
      MouseEvent::down1,         MouseEvent::up1,           MouseEvent::drag1,        MouseEvent::drag_end1,
      MouseEvent::second_click1, MouseEvent::double_click1, MouseEvent::triple_click1};
  return static_cast<MouseEvent>(static_cast<int>(kFirst[static_cast<int>(phase)]) + button - 1);
}

[[nodiscard]] bool has_name(std::uint8_t button) {
  return button >= 1 && button <= 3;
}

}  // namespace

Gestures::Result Gestures::on_mouse(const Mouse& mouse, MouseLocation where, std::uint64_t target, Time now) {
  Result none{{code::kNone, 0}, mouse};
  if (mouse.button == 4 || mouse.button == 5) {
    return {mouse_key(mouse.button == 4 ? MouseEvent::wheel_up : MouseEvent::wheel_down, where, mouse.mods),
            mouse};
  }
  if (mouse.action == MouseAction::motion) {
    if (mouse.button == 0) return {mouse_key(MouseEvent::move, where, mouse.mods), mouse};
    if (!has_name(mouse.button)) return none;
    if (!dragging_) {
      dragging_ = true;
      // Motion may be the first that is heard of this button; then it began here.
      drag_where_ = held_ == mouse.button ? where_ : where;
      held_ = mouse.button;
    }
    clicks_ = Clicks::none;
    deadline_.reset();
    return {mouse_key(event_of(Phase::drag, mouse.button), drag_where_, mouse.mods), mouse};
  }
  if (mouse.action == MouseAction::release) {
    const std::uint8_t button = mouse.button != 0 ? mouse.button : held_;
    held_ = 0;
    if (!has_name(button)) return none;
    if (dragging_) {
      dragging_ = false;
      return {mouse_key(event_of(Phase::drag_end, button), drag_where_, mouse.mods), mouse};
    }
    return {mouse_key(event_of(Phase::up, button), where, mouse.mods), mouse};
  }

  if (!has_name(mouse.button)) return none;
  dragging_ = false;
  held_ = mouse.button;
  const bool again = clicks_ != Clicks::none && deadline_ && now <= *deadline_ && mouse.button == button_ &&
                     where == where_ && target == target_ && mouse.row == last_.row && mouse.col == last_.col;
  Phase phase = Phase::down;
  if (again && clicks_ == Clicks::one) {
    phase = Phase::second;
    clicks_ = Clicks::two;
    deadline_ = now + kClickTime;
  } else if (again) {
    phase = Phase::triple;
    clicks_ = Clicks::none;
    deadline_.reset();
  } else {
    clicks_ = Clicks::one;
    deadline_ = now + kClickTime;
  }
  button_ = mouse.button;
  where_ = where;
  target_ = target;
  last_ = mouse;
  return {mouse_key(event_of(phase, mouse.button), where, mouse.mods), mouse};
}

std::optional<Gestures::Result> Gestures::on_timeout(Time now) {
  if (!deadline_ || now < *deadline_) return std::nullopt;
  const bool twice = clicks_ == Clicks::two;
  clicks_ = Clicks::none;
  deadline_.reset();
  if (!twice) return std::nullopt;
  return Result{mouse_key(event_of(Phase::double_click, button_), where_, last_.mods), last_};
}

}  // namespace sess::input
