#include "command/families/placement.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {

std::string value(const std::vector<std::pair<std::string, std::string>>& formats, std::string_view name) {
  for (const auto& [key, text] : formats) {
    if (key == name) return text;
  }
  return "none";
}

Surroundings around(bool top = false) {
  Surroundings out;
  out.terminal = {24, 80};
  out.status_lines = 1;
  out.status_top = top;
  out.window = Surroundings::InStatus{0, 12};
  return out;
}

}  // namespace

TEST_CASE("a box in the middle, at a pane and at the status line", "[placement]") {
  const auto formats = placement_formats(around(), {0, 41, {23, 39}}, std::nullopt, {6, 20});
  CHECK(value(formats, "popup_centre_x") == "29");
  CHECK(value(formats, "popup_centre_y") == "14");
  CHECK(value(formats, "popup_pane_left") == "41");
  CHECK(value(formats, "popup_pane_right") == "60");
  CHECK(value(formats, "popup_pane_bottom") == "23");
  CHECK(value(formats, "popup_pane_top") == "6");
  CHECK(value(formats, "popup_status_line_y") == "23");
  CHECK(value(formats, "popup_window_status_line_x") == "12");
  CHECK(value(formats, "popup_mouse_x") == "none");
  const auto upper = placement_formats(around(true), {0, 0, {23, 80}}, std::nullopt, {6, 20});
  CHECK(value(upper, "popup_status_line_y") == "7");
  CHECK(value(upper, "popup_window_status_line_y") == "7");
  CHECK(value(upper, "popup_pane_bottom") == "24");
}

TEST_CASE("a box at the mouse stays on the terminal", "[placement]") {
  const auto corner = placement_formats(around(), {}, ScreenPlace{23, 79}, {6, 20});
  CHECK(value(corner, "popup_mouse_centre_x") == "69");
  CHECK(value(corner, "popup_mouse_top") == "23");
  const auto place = placed("69", "23", {6, 20}, {24, 80});
  CHECK(place.col == 60);
  CHECK(place.row == 17);
}

TEST_CASE("whatever a position reads, the box is on the terminal", "[placement]") {
  for (const std::string_view text :
       {"", "x", "-5", "99999999999999999999", "-99999999999999999999", "7px"}) {
    const auto place = placed(text, text, {6, 20}, {24, 80});
    CHECK(place.row >= 0);
    CHECK(place.row <= 18);
    CHECK(place.col >= 0);
    CHECK(place.col <= 60);
  }
  CHECK(placed("3", "9", {6, 20}, {24, 80}).row == 3);
}
