#include "model/viewport.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::model;

namespace {

constexpr WindowId kWindow{7};

std::string where(Size window, Size room, std::optional<ViewCursor> cursor, std::optional<Pan> pan = {}) {
  const auto view = viewport(kWindow, window, room, cursor, pan);
  return std::to_string(view.top) + "," + std::to_string(view.left) + (view.bigger ? " bigger" : "");
}

}  // namespace

TEST_CASE("a window that fits is seen from its corner", "[viewport]") {
  CHECK(where({24, 80}, {24, 80}, ViewCursor{23, 79}) == "0,0");
  CHECK(where({20, 60}, {24, 80}, ViewCursor{19, 59}) == "0,0");
  CHECK(where({24, 80}, {24, 80}, ViewCursor{3, 3}, Pan{kWindow, 5, 5}) == "0,0");
}

TEST_CASE("the view follows the cursor: begin, middle, end", "[viewport]") {
  CHECK(where({50, 200}, {20, 80}, ViewCursor{0, 79}) == "0,0 bigger");
  CHECK(where({50, 200}, {20, 80}, ViewCursor{0, 80}) == "0,40 bigger");
  CHECK(where({50, 200}, {20, 80}, ViewCursor{49, 199}) == "30,120 bigger");
  CHECK(where({24, 200}, {24, 80}, ViewCursor{23, 100}) == "0,60 bigger");
  CHECK(where({50, 200}, {20, 80}, std::nullopt) == "0,0 bigger");
}

TEST_CASE("a view moved by hand stays, within its window", "[viewport]") {
  CHECK(where({50, 200}, {20, 80}, ViewCursor{0, 0}, Pan{kWindow, 10, 30}) == "10,30 bigger");
  CHECK(where({50, 200}, {20, 80}, ViewCursor{0, 0}, Pan{kWindow, 100, 300}) == "30,120 bigger");
  CHECK(where({50, 200}, {20, 80}, ViewCursor{0, 90}, Pan{WindowId{8}, 10, 30}) == "0,50 bigger");
  const auto now = viewport(kWindow, {50, 200}, {20, 80}, ViewCursor{0, 100}, std::nullopt);
  const auto pan = moved(kWindow, {50, 200}, now, 5, -70);
  CHECK(pan.top == 5);
  CHECK(pan.left == 0);
  CHECK(moved(kWindow, {50, 200}, now, -5, 700).left == 120);
}
