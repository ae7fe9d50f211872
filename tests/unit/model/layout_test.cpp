#include "model/layout/layout.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::model;

namespace {

const std::vector<PaneId> kThree{PaneId{0}, PaneId{1}, PaneId{2}};

std::string with_checksum(const std::string& body) {
  return fmt::format("{:04x},{}", layout_checksum(body), body);
}

std::string parse_error(const std::string& body, const std::vector<PaneId>& panes = kThree) {
  const auto layout = Layout::parse(with_checksum(body), panes, BorderStatus::off);
  if (layout) return layout->text();
  return layout.error().text.substr(0, layout.error().text.find(':'));
}

}  // namespace

TEST_CASE("the checksum is tmux's", "[model][layout]") {
  CHECK(layout_checksum("159x48,0,0{79x48,0,0,79x48,80,0}") == 0xbb62);
}

TEST_CASE("a layout string read for other panes gets their ids in window order", "[model][layout]") {
  const std::string body = "80x24,0,0{40x24,0,0,7,39x24,41,0[39x12,41,0,8,39x11,41,13,9]}";
  CHECK(parse_error(body) == "d67e,80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}");
  const auto restored = Layout::restore(with_checksum(body));
  REQUIRE(restored);
  CHECK(restored->text() == with_checksum(body));
  CHECK(restored->panes() == std::vector<PaneId>{PaneId{7}, PaneId{8}, PaneId{9}});
}

TEST_CASE("a root of a wrong size is corrected, surplus cells are closed from the bottom right",
          "[model][layout]") {
  CHECK(parse_error("80x24,0,0{30x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}") ==
        "8d6d,70x24,0,0{30x24,0,0,0,39x24,31,0[39x12,31,0,1,39x11,31,13,2]}");
  CHECK(parse_error("80x24,0,0{20x24,0,0,0,19x24,21,0,4,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}") ==
        "a2a0,80x24,0,0{20x24,0,0,0,19x24,21,0,1,39x24,41,0,2}");
}

TEST_CASE("layout strings that cannot be are refused in tmux's words", "[model][layout]") {
  CHECK(parse_error("80x24,0,0,1") == "have 3 panes but need 1");
  CHECK(parse_error("80x24,0,0{40x24,0,0,0,39x23,41,0[39x12,41,0,1,39x12,41,13,2]}") ==
        "size mismatch after applying layout");
  for (const auto* bad :
       {"", "x", "80x24", "80x24,0,0,1}", "80x24,0,0{", "80x24,0,0{}", "80x24,0,0[1x1,0,0}",
        "80x24,0,0{40x24,0,0,0,39x24,41,0,1}x", "99999999999x24,0,0,1", "2000x24,0,0,1", "-1x24,0,0,1"}) {
    INFO(bad);
    CHECK(parse_error(bad, {PaneId{0}}) == "invalid layout");
  }
  CHECK(parse_error("0x0,0,0,1", {PaneId{0}}) == "size mismatch after applying layout");
  CHECK_FALSE(Layout::parse("0000,80x24,0,0,1", {PaneId{0}}, BorderStatus::off));
  CHECK_FALSE(Layout::parse("zzzz,80x24,0,0,1", {PaneId{0}}, BorderStatus::off));
  CHECK_FALSE(Layout::restore(with_checksum("80x24,0,0{40x24,0,0,1,39x24,41,0,1}")));
  CHECK_FALSE(Layout::restore(with_checksum("80x24,0,0")));
}

TEST_CASE("a hostile nesting or length is refused without recursion to match", "[model][layout]") {
  std::string deep;
  for (int i = 0; i < 6000; ++i) deep += "1x1,0,0{";
  CHECK(parse_error(deep, {PaneId{0}}) == "invalid layout");
  std::string wide = "1000x1,0,0{";
  for (int i = 0; i < 9000; ++i) wide += "1x1,0,0,";
  CHECK(parse_error(wide, {PaneId{0}}) == "invalid layout");
}

TEST_CASE("any prefix and any changed byte of a layout string is read or refused", "[model][layout]") {
  const std::string good = "80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}";
  for (std::size_t cut = 0; cut <= good.size(); ++cut) {
    const auto layout = Layout::parse(with_checksum(good.substr(0, cut)), kThree, BorderStatus::top);
    if (layout) CHECK(layout->validate().empty());
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'0', '9', ',', 'x', '{', '}', '[', ']', '\0', '\xff'}) {
      std::string changed = good;
      changed[at] = c;
      const auto layout = Layout::parse(with_checksum(changed), kThree, BorderStatus::off);
      if (layout) CHECK(layout->validate().empty());
    }
  }
}

TEST_CASE("presets are found by unique prefix, the newer ones where no old one matches", "[model][layout]") {
  CHECK(find_preset("tiled") == Preset::tiled);
  CHECK(find_preset("main-v") == Preset::main_vertical);
  CHECK(find_preset("main-horizontal-m") == Preset::main_horizontal_mirrored);
  CHECK_FALSE(find_preset("even"));
  CHECK_FALSE(find_preset("main"));
  CHECK_FALSE(find_preset(""));
  CHECK_FALSE(find_preset("foo"));
}

TEST_CASE("next-layout and previous-layout go round the five of 3.3a", "[model][layout]") {
  std::optional<Preset> at;
  for (const Preset expected : {Preset::even_horizontal, Preset::even_vertical, Preset::main_horizontal,
                                Preset::main_vertical, Preset::tiled, Preset::even_horizontal}) {
    at = next_preset(at);
    CHECK(at == expected);
  }
  CHECK(previous_preset(std::nullopt) == Preset::tiled);
  CHECK(previous_preset(Preset::even_horizontal) == Preset::tiled);
  CHECK(previous_preset(Preset::tiled) == Preset::main_vertical);
  CHECK(next_preset(Preset::main_vertical_mirrored) == Preset::even_horizontal);
  CHECK(previous_preset(Preset::main_vertical_mirrored) == Preset::tiled);
}

TEST_CASE("a mirrored preset has the main pane last", "[model][layout]") {
  Layout layout = Layout::single(PaneId{0}, Size{24, 80});
  PresetSizes sizes;
  sizes.main_width = "50";
  layout.arrange(Preset::main_vertical_mirrored, kThree, Size{24, 80}, sizes, BorderStatus::off);
  CHECK(layout.text().substr(5) == "80x24,0,0{29x24,0,0[29x11,0,0,1,29x12,0,12,2],50x24,30,0,0}");
  CHECK(layout.validate().empty());
}

TEST_CASE("dragging a border moves it as far as the pointer went, and no further than panes allow",
          "[model][layout]") {
  Layout layout = Layout::single(PaneId{0}, Size{24, 80});
  Layout::Split how;
  how.axis = Axis::horizontal;
  REQUIRE(layout.split(PaneId{0}, PaneId{1}, how, BorderStatus::off));
  CHECK(layout.drag_border({40, 5}, {50, 9}, BorderStatus::off));
  CHECK(layout.text().substr(5) == "80x24,0,0{50x24,0,0,0,29x24,51,0,1}");
  CHECK(layout.drag_border({50, 5}, {79, 5}, BorderStatus::off));
  CHECK(layout.text().substr(5) == "80x24,0,0{78x24,0,0,0,1x24,79,0,1}");
  CHECK_FALSE(layout.drag_border({10, 5}, {20, 5}, BorderStatus::off));
  CHECK(layout.validate().empty());
}

TEST_CASE("dragging where two borders meet moves both", "[model][layout]") {
  Layout layout = Layout::single(PaneId{0}, Size{24, 80});
  PresetSizes sizes;
  layout.arrange(Preset::tiled, {PaneId{0}, PaneId{1}, PaneId{2}, PaneId{3}}, Size{24, 80}, sizes,
                 BorderStatus::off);
  const Rect before = *layout.pane_rect(PaneId{3}, BorderStatus::off);
  CHECK(layout.drag_border({before.left - 1, before.top - 1}, {before.left - 4, before.top - 3},
                           BorderStatus::off));
  const Rect after = *layout.pane_rect(PaneId{3}, BorderStatus::off);
  CHECK(after.top == before.top - 2);
  CHECK(layout.validate().empty());
}

TEST_CASE("splitting needs room, and a pane that is not there is no place to split", "[model][layout]") {
  Layout layout = Layout::single(PaneId{0}, Size{2, 3});
  Layout::Split how;
  how.axis = Axis::vertical;
  CHECK_FALSE(layout.split(PaneId{0}, PaneId{1}, how, BorderStatus::off));
  how.axis = Axis::horizontal;
  CHECK_FALSE(layout.split(PaneId{9}, PaneId{1}, how, BorderStatus::off));
  CHECK_FALSE(layout.split(PaneId{0}, PaneId{0}, how, BorderStatus::off));
  CHECK(layout.split(PaneId{0}, PaneId{1}, how, BorderStatus::off));
  CHECK_FALSE(layout.split(PaneId{0}, PaneId{2}, how, BorderStatus::off));
  layout.close(PaneId{0}, BorderStatus::off);
  CHECK(layout.text().substr(5) == "3x2,0,0,1");
  layout.close(PaneId{1}, BorderStatus::off);
  CHECK(layout.empty());
}
