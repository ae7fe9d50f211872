#include "input/gestures.hpp"

#include "support/catch.hpp"

using namespace sess::input;

namespace {
using std::chrono::milliseconds;
Mouse at(MouseAction action, std::uint8_t button, int row = 1, int col = 1) {
  return {action, button, 0, row, col};
}
}  // namespace

TEST_CASE("one press is a click, two a double click once the third does not come", "[gestures]") {
  Gestures gestures;
  const Gestures::Time t0{};
  const auto press = [&](int ms) {
    return key_name(
        gestures.on_mouse(at(MouseAction::press, 1), MouseLocation::pane, 1, t0 + milliseconds(ms)).key);
  };
  CHECK(press(0) == "MouseDown1Pane");
  CHECK(press(100) == "SecondClick1Pane");
  CHECK_FALSE(gestures.on_timeout(t0 + milliseconds(200)));
  const auto twice = gestures.on_timeout(*gestures.deadline());
  REQUIRE(twice);
  CHECK(key_name(twice->key) == "DoubleClick1Pane");
  CHECK(press(1000) == "MouseDown1Pane");
  CHECK(press(1100) == "SecondClick1Pane");
  CHECK(press(1200) == "TripleClick1Pane");
  CHECK_FALSE(gestures.deadline());
  CHECK(press(1300) == "MouseDown1Pane");
  CHECK(press(1700) == "MouseDown1Pane");
}

TEST_CASE("a drag keeps where it began, and a click elsewhere is not a double click", "[gestures]") {
  Gestures gestures;
  const Gestures::Time now{};
  const auto name = [&](Mouse mouse, MouseLocation where, std::uint64_t target) {
    return key_name(gestures.on_mouse(mouse, where, target, now).key);
  };
  CHECK(name(at(MouseAction::press, 1), MouseLocation::border, 1) == "MouseDown1Border");
  CHECK(name(at(MouseAction::motion, 1, 2, 2), MouseLocation::pane, 2) == "MouseDrag1Border");
  CHECK(name(at(MouseAction::release, 0, 2, 2), MouseLocation::pane, 2) == "MouseDragEnd1Border");
  CHECK(name(at(MouseAction::press, 1), MouseLocation::pane, 1) == "MouseDown1Pane");
  CHECK(name(at(MouseAction::release, 1), MouseLocation::pane, 1) == "MouseUp1Pane");
  CHECK(name(at(MouseAction::press, 1), MouseLocation::pane, 2) == "MouseDown1Pane");
  CHECK(name(at(MouseAction::press, 4), MouseLocation::status, 0) == "WheelUpStatus");
  CHECK(name(at(MouseAction::press, 9), MouseLocation::pane, 0) == "None");
}
