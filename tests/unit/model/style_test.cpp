#include "model/style.hpp"

#include "support/catch.hpp"

using namespace sess::model;

namespace {

std::string canonical(std::string_view text) {
  const auto colour = parse_colour(text);
  return colour ? to_string(*colour) : "!";
}

/// The style that a text gives, printed; "!" when it is refused.
std::string applied(std::string_view text, const Style& base = {}) {
  Style style = base;
  return apply_style(style, base, text) ? to_string(style) : "!";
}

}  // namespace

TEST_CASE("colours are read and printed as tmux does", "[model][style]") {
  CHECK(canonical("RED") == "red");
  CHECK(canonical("brightred") == "brightred");
  CHECK(canonical("colour8") == "colour8");
  CHECK(canonical("color208") == "colour208");
  CHECK(canonical("colour0") == "colour0");
  CHECK(canonical("0") == "black");
  CHECK(canonical("3") == "yellow");
  CHECK(canonical("93") == "brightyellow");
  CHECK(canonical("#FF00aa") == "#ff00aa");
  CHECK(canonical("orange") == "#ffa500");
  CHECK(canonical("grey50") == "#7f7f7f");
  CHECK(canonical("gray10") == "#1a1a1a");
  CHECK(canonical("grey90") == "#e5e5e5");
  CHECK(canonical("Dark Slate Blue") == "#483d8b");
  CHECK(canonical("DeepPink4") == "#8b0a50");
  CHECK(canonical("default") == "default");
  CHECK(canonical("terminal") == "terminal");
  for (const auto* bad : {"", "colour", "color300", "colour256", "RGB", "#ff", "#gg0000", "none", "8", "98",
                          "grey101", "LightGoldenRod8", "#+12345"}) {
    CHECK(canonical(bad) == "!");
  }
}

TEST_CASE("a style is words separated by spaces and commas", "[model][style]") {
  CHECK(applied("") == "default");
  CHECK(applied("fg=red,bg=colour4 bold") == "fg=red,bg=colour4,bright");
  CHECK(applied("bold,nobold,us=blue,italics|dim") == "us=blue,dim,italics");
  CHECK(applied("reverse none overline") == "overline");
  CHECK(applied("align=centre list=on range=window|3 fill=green push-default") ==
        "list=on,range=window|3,align=centre,push-default,fill=green");
  CHECK(applied("align=right noalign list=focus nolist range=left norange pop-default") == "pop-default");
}

TEST_CASE("`default` returns to the base", "[model][style]") {
  Style base;
  REQUIRE(apply_style(base, Style{}, "fg=green,bold"));
  CHECK(applied("fg=red,nobold,default", base) == "fg=green,bright");
  CHECK(applied("fg=default", base) == "fg=green,bright");
}

TEST_CASE("a style with one wrong word changes nothing", "[model][style]") {
  for (const auto* bad : {"fg=nope", "blod", "xg=red", "align=up", "list=maybe", "range=window",
                          "range=left|2", "range=window|x", "noblod", "fill=x", "bold|", "us=1x"}) {
    INFO(bad);
    Style style;
    REQUIRE(apply_style(style, Style{}, "fg=red"));
    CHECK_FALSE(apply_style(style, Style{}, std::string("bg=blue ") + bad));
    CHECK(to_string(style) == "fg=red");
  }
  CHECK(applied(std::string(300, 'x')) == "!");
}
