#include "render/borders.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::render;

namespace {

std::string draw(std::vector<BorderPane> panes, Size size, BorderOptions options = {}, Size client = {}) {
  if (client == Size{}) client = size;
  Frame frame(client);
  for (const auto& pane : panes) frame.fill(pane.area, 0, U'.');
  draw_borders(frame, {0, 0, client.rows, client.cols}, {0, 0, size.rows, size.cols}, panes, options);
  std::string out;
  for (int r = 0; r < client.rows; ++r) out += frame.text(r) + "\n";
  return out;
}

/// Left pane, and the right side split in two.
std::vector<BorderPane> three() {
  std::vector<BorderPane> panes(3);
  panes[0].area = {0, 0, 5, 4};
  panes[1].area = {0, 5, 2, 4};
  panes[2].area = {3, 5, 2, 4};
  panes[1].index = 1;
  panes[2].index = 2;
  panes[1].active = true;
  return panes;
}

}  // namespace

TEST_CASE("lines join where panes meet", "[borders]") {
  CHECK(draw(three(), {5, 9}) == "....│....\n....│....\n....├────\n....│....\n....│....\n");
  CHECK(draw(three(), {5, 9}, {.lines = BorderLines::double_}) ==
        "....║....\n....║....\n....╠════\n....║....\n....║....\n");
  CHECK(draw(three(), {5, 9}, {.lines = BorderLines::heavy}) ==
        "....┃....\n....┃....\n....┣━━━━\n....┃....\n....┃....\n");
  CHECK(draw(three(), {5, 9}, {.lines = BorderLines::simple}) ==
        "....|....\n....|....\n....+----\n....|....\n....|....\n");
  CHECK(draw(three(), {5, 9}, {.lines = BorderLines::number}) ==
        "....1....\n....1....\n....11111\n....2....\n....2....\n");
}

TEST_CASE("a window smaller than the client has an edge and dots beyond", "[borders]") {
  std::vector<BorderPane> panes(1);
  panes[0].area = {0, 0, 2, 4};
  panes[0].active = true;
  CHECK(draw(panes, {2, 4}, {}, {4, 7}) == "....│··\n....│··\n────┘··\n·······\n");
}

TEST_CASE("the border of the active pane has its colour, the marked one's is reversed", "[borders]") {
  auto panes = three();
  for (auto& pane : panes) REQUIRE(model::apply_style(pane.active_style, {}, "fg=green"));
  Frame frame({5, 9});
  draw_borders(frame, {0, 0, 5, 9}, {0, 0, 5, 9}, panes, {});
  const auto fg = [&](int r, std::size_t c) { return frame.atlas().style(frame.row(r)[c].style).fg; };
  const auto green = terminal::Color::indexed(2);
  CHECK(fg(0, 4) == green);
  CHECK(fg(2, 7) == green);
  CHECK(fg(4, 4) == terminal::Color{});
  panes[2].marked = true;
  draw_borders(frame, {0, 0, 5, 9}, {0, 0, 5, 9}, panes, {});
  CHECK((frame.atlas().style(frame.row(4)[4].style).attrs & terminal::inverse) != 0);
  CHECK((frame.atlas().style(frame.row(0)[4].style).attrs & terminal::inverse) == 0);
}

TEST_CASE("with two panes the coloured half of the line tells which is active", "[borders]") {
  std::vector<BorderPane> panes(2);
  panes[0].area = {0, 0, 6, 4};
  panes[1].area = {0, 5, 6, 4};
  panes[0].active = true;
  for (auto& pane : panes) REQUIRE(model::apply_style(pane.active_style, {}, "fg=green"));
  Frame frame({6, 9});
  const auto green = [&](int r) {
    return frame.atlas().style(frame.row(r)[4].style).fg == terminal::Color::indexed(2);
  };
  draw_borders(frame, {0, 0, 6, 9}, {0, 0, 6, 9}, panes, {});
  CHECK(green(0));
  CHECK(green(3));
  CHECK_FALSE(green(4));
  panes[0].active = false;
  panes[1].active = true;
  draw_borders(frame, {0, 0, 6, 9}, {0, 0, 6, 9}, panes, {});
  CHECK_FALSE(green(0));
  CHECK(green(4));
}

TEST_CASE("arrows point at the active pane", "[borders]") {
  std::vector<BorderPane> panes(2);
  panes[0].area = {0, 0, 4, 4};
  panes[1].area = {0, 5, 4, 4};
  panes[1].active = true;
  CHECK(draw(panes, {4, 9}, {.indicators = BorderIndicators::arrows}) ==
        "....│....\n....→....\n....│....\n....│....\n");
}

TEST_CASE("pane status lines carry their text on the border", "[borders]") {
  std::vector<BorderPane> panes(2);
  panes[0].area = {1, 0, 2, 12};
  panes[1].area = {4, 0, 2, 12};
  panes[0].active = true;
  panes[0].status = "one";
  panes[1].status = "#[align=right]two";
  CHECK(draw(panes, {6, 12}, {.status = BorderStatus::top}) ==
        "──one───────\n............\n............\n───────two──\n............\n............\n");
}

TEST_CASE("borders are where tmux 3.3a draws them", "[borders]") {
  // Three panes in a window of 13x9, the lower left one active; what tmux drew in a client of 18x12.
  std::vector<BorderPane> panes(3);
  panes[0].area = {0, 0, 4, 6};
  panes[1].area = {5, 0, 4, 6};
  panes[2].area = {0, 7, 9, 6};
  panes[1].active = true;
  for (auto& pane : panes) REQUIRE(model::apply_style(pane.active_style, {}, "fg=green"));
  panes[2].marked = true;
  const BorderOptions options{.indicators = BorderIndicators::both};
  Frame frame({12, 18});
  draw_borders(frame, {0, 0, 12, 18}, {0, 0, 9, 13}, panes, options);
  const char* want[] = {"      │      │····", "      │      │····", "      │      │····",
                        "      │      │····", "─↓────┤      │····", "      │      │····",
                        "      ←      │····", "      │      │····", "      │      │····",
                        "──────┴──────┘····", "··················", "··················"};
  for (int r = 0; r < 12; ++r) CHECK(frame.text(r) == want[r]);
  const auto look = [&](int r, std::size_t c) { return frame.atlas().style(frame.row(r)[c].style); };
  const auto green = terminal::Color::indexed(2);
  CHECK(look(0, 6).fg == terminal::Color{});
  CHECK((look(0, 6).attrs & terminal::inverse) != 0);
  CHECK(look(4, 6).fg == green);
  CHECK(look(4, 0).fg == green);
  CHECK((look(4, 0).attrs & terminal::inverse) == 0);
  CHECK(look(5, 13) == terminal::Style{});
  CHECK(look(9, 6) == terminal::Style{});
}

TEST_CASE("with two panes half a line has an arrow only in the active pane's half", "[borders]") {
  std::vector<BorderPane> panes(2);
  panes[0].area = {0, 0, 9, 6};
  panes[1].area = {0, 7, 9, 6};
  panes[0].active = true;
  BorderOptions options{.indicators = BorderIndicators::both};
  CHECK(draw(panes, {9, 13}, options).find("←") != std::string::npos);
  panes[0].active = false;
  panes[1].active = true;
  CHECK(draw(panes, {9, 13}, options).find("→") == std::string::npos);
}
