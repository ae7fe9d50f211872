#include "render/format_draw.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::render;

namespace {

/// The line as it is drawn in `columns` columns.
std::string line(std::string_view text, int columns, std::vector<Range>* ranges = nullptr) {
  Frame frame({1, static_cast<std::uint16_t>(columns)});
  auto got = draw_format(frame, 0, 0, columns, {}, text);
  if (ranges != nullptr) *ranges = got;
  return frame.text(0);
}

constexpr std::string_view kLeftList =
    "L#[list=on align=left]#[list=left-marker]<#[list=right-marker]>#[list=on]0:aaaa #[list=on]1:bbbb "
    "#[list=focus]2:cccc#[list=on] 3:dddd 4:eeee#[nolist align=right]R";
constexpr std::string_view kCentreList =
    "LL#[list=on align=centre]#[list=left-marker]<#[list=right-marker]>#[list=on]0:aaaa "
    "#[list=focus]1:bbbb#[list=on] 2:cccc#[nolist align=centre]AFT#[align=right]RR";
constexpr std::string_view kRightList =
    "LL#[align=centre]mid#[list=on align=right]#[list=left-marker]<#[list=right-marker]>#[list=on]0:aaaa "
    "#[list=focus]1:bbbb#[list=on] 2:cccc#[nolist align=right]AFT";
constexpr std::string_view kAbsoluteList =
    "LL#[align=centre]mid#[align=absolute-centre]abs#[list=on "
    "align=absolute-centre]#[list=left-marker]<#[list=right-marker]>#[list=on]0:aaaa "
    "#[list=focus]1:bbbb#[list=on] 2:cccc#[nolist align=absolute-centre]AFT#[align=right]RR";
constexpr std::string_view kThreeParts = "left#[align=centre]mid#[align=right]right";
constexpr std::string_view kHashes = "##|a#b|##[x]|###[bold]y|100#";

}  // namespace

TEST_CASE("left, centre and right parts share a line", "[format]") {
  CHECK(line("left#[align=centre]mid#[align=right]right", 30) == "left         mid         right");
  CHECK(line("left#[align=right]right", 12) == "left   right");
  CHECK(line("left#[align=centre]mid#[align=right]right", 10) == "leftiright");
  CHECK(line("left#[align=right]right", 6) == "leftht");
  CHECK(line("#[align=absolute-centre]mid", 9) == "   mid");
}

TEST_CASE("lines are laid out as tmux 3.3a lays them out", "[format]") {
  // What tmux drew as its status-format[0] at these widths.
  struct Drawn {
    std::string_view text;
    int columns;
    std::string_view line;
  };
  const Drawn drawn[] = {
      {kLeftList, 60, "L0:aaaa 1:bbbb 2:cccc 3:dddd 4:eeee                        R"},
      {kLeftList, 30, "L<aa 1:bbbb 2:cccc 3:dddd 4:>R"},
      {kLeftList, 20, "L<bbbb 2:cccc 3:dd>R"},
      {kLeftList, 12, "L< 2:cccc >R"},
      {kLeftList, 6, "L<cc>R"},
      {kCentreList, 60, "LL                  0:aaaa 1:bbbb 2:ccccAFT               RR"},
      {kCentreList, 30, "LL   0:aaaa 1:bbbb 2:ccccAFTRR"},
      {kCentreList, 20, "LL  <a 1:bbbb 2:>AFT"},
      {kCentreList, 12, "LL  <bbb>AFT"},
      {kCentreList, 6, "LL  RR"},
      {kRightList, 60, "LL                mid                0:aaaa 1:bbbb 2:ccccAFT"},
      {kRightList, 30, "LL mid 0:aaaa 1:bbbb 2:ccccAFT"},
      {kRightList, 20, "LL<aa 1:bbbb 2:c>AFT"},
      {kRightList, 12, "LL<:bbbb>AFT"},
      {kRightList, 6, "LLbAFT"},
      {kAbsoluteList, 60, "LL                abs0:aaaa 1:bbbb 2:ccccAFT              RR"},
      {kAbsoluteList, 30, "LL abs0:aaaa 1:bbbb 2:ccccAFTR"},
      {kAbsoluteList, 20, "Labs<aa 1:bbbb 2:>AF"},
      {kAbsoluteList, 12, "Labs<:bbb>AF"},
      {kAbsoluteList, 6, "LabsAF"},
      {kThreeParts, 60, "left                        mid                        right"},
      {kThreeParts, 30, "left         mid         right"},
      {kThreeParts, 20, "left    mid    right"},
      {kThreeParts, 12, "leftmidright"},
      {kThreeParts, 6, "leftht"},
      {kHashes, 60, "#|a#b|#[x]|#y|100#"},
      {kHashes, 30, "#|a#b|#[x]|#y|100#"},
      {kHashes, 20, "#|a#b|#[x]|#y|100#"},
      {kHashes, 12, "#|a#b|#[x]|#"},
      {kHashes, 6, "#|a#b|"},
  };
  for (const auto& one : drawn) {
    INFO(one.text << " in " << one.columns);
    CHECK(line(one.text, one.columns) == one.line);
  }
}

TEST_CASE("runs of # before a bracket are escapes", "[format]") {
  CHECK(line("##", 10) == "#");
  CHECK(line("a#b", 10) == "a#b");
  CHECK(line("##[x]", 10) == "#[x]");
  CHECK(line("###[bold]x", 10) == "#x");
  CHECK(line("100#", 10) == "100#");
  CHECK(line("a\tb\033[31m\xff", 20) == "ab[31m");
  CHECK(line("cut#[bold", 20) == "cut");
  CHECK(line("#[nonsense]x", 20) == "x");
}

TEST_CASE("styles apply from where they stand, and default returns to the base", "[format]") {
  Frame frame({1, 20});
  model::Style base;
  REQUIRE(model::apply_style(base, {}, "fg=black,bg=green"));
  draw_line(frame, 0, 0, 20, base, "a#[fg=red,bold]b#[default]c#[push-default]#[fg=blue]#[default]d");
  const auto style = [&](std::size_t c) { return frame.atlas().style(frame.row(0)[c].style); };
  CHECK(style(0).fg == terminal::Color::indexed(0));
  CHECK(style(1).fg == terminal::Color::indexed(1));
  CHECK(style(1).bg == terminal::Color::indexed(2));
  CHECK((style(1).attrs & terminal::bold) != 0);
  CHECK(style(2) == style(0));
  CHECK(style(19).bg == terminal::Color::indexed(2));
}

TEST_CASE("fill colours what the parts leave free", "[format]") {
  Frame frame({1, 10});
  draw_format(frame, 0, 0, 10, {}, "#[fill=red]a#[align=right]b");
  CHECK(frame.atlas().style(frame.row(0)[5].style).bg == terminal::Color::indexed(1));
  CHECK(frame.text(0) == "a        b");
}

TEST_CASE("ranges tell what a click on the line means", "[format]") {
  std::vector<Range> ranges;
  line(
      "#[range=left]abc#[norange]-#[list=on]#[range=window|1]w1#[norange] "
      "#[range=window|7]w7#[norange]#[nolist]",
      20, &ranges);
  // The list has no alignment: it is not drawn, as in tmux.
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0] == Range{model::Style::Range::left, 0, 0, 3});
  line(
      "#[range=left]abc#[norange]-#[list=on align=left]#[range=window|1]w1#[norange] "
      "#[range=window|7]w7#[norange]x",
      20, &ranges);
  REQUIRE(ranges.size() == 3);
  CHECK(ranges[1] == Range{model::Style::Range::window, 1, 4, 6});
  CHECK(ranges[2] == Range{model::Style::Range::window, 7, 7, 9});
}

TEST_CASE("a width counts columns, not styles", "[format]") {
  CHECK(format_width("a#[bold]한##") == 4);
}

TEST_CASE("acs letters are lines", "[format]") {
  CHECK(line("#[acs]qx", 5) == "─│");
}
