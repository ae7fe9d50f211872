#include "render/features.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::render;
using Colours = TerminalFeatures::Colours;

TEST_CASE("names of terminals give a first idea", "[features]") {
  CHECK(TerminalFeatures::from_names("xterm-256color").colours == Colours::indexed);
  CHECK(TerminalFeatures::from_names("xterm-256color", "truecolor").colours == Colours::rgb);
  CHECK(TerminalFeatures::from_names("foot").sync);
  CHECK(TerminalFeatures::from_names("linux").colours == Colours::eight);
  CHECK_FALSE(TerminalFeatures::from_names("linux").title);
  CHECK(TerminalFeatures::from_names("dumb").colours == Colours::none);
  CHECK(TerminalFeatures::from_names("vt100").colours == Colours::none);
  CHECK_FALSE(TerminalFeatures::from_names("screen-256color").italics);
  CHECK_FALSE(TerminalFeatures::from_names("stterm").sync);
}

TEST_CASE("terminal-overrides' capabilities stand for features", "[features]") {
  TerminalFeatures features = TerminalFeatures::from_names("xterm");
  features.add(":Tc:Ms=\\E]52;%p1%s:Sync:Smulx=\\E[4::%p1%dm:nothing:smcup@");
  CHECK(features.colours == Colours::rgb);
  CHECK(features.clipboard);
  CHECK(features.sync);
  CHECK(features.underline_styles);
}

TEST_CASE("answers of the terminal add to it", "[features]") {
  TerminalFeatures features = TerminalFeatures::from_names("xterm-256color");
  CHECK(features.learn("\033P>|foot(1.13.1)\033\\"));
  CHECK(features.name == "foot(1.13.1)");
  CHECK(features.colours == Colours::rgb);
  CHECK(features.hyperlinks);
  CHECK(features.learn("\033[?2026;0$y"));
  CHECK_FALSE(features.sync);
  CHECK(features.learn("\033[?2026;2$y"));
  CHECK(features.sync);
  CHECK(features.learn("\033[?62;4;22c"));
  CHECK(features.sixel);
  CHECK(features.learn("\033[?0u"));
  CHECK(features.kitty_keyboard);
  CHECK_FALSE(features.dark());
  CHECK(features.learn("\033]11;rgb:ffff/ffff/f000\033\\"));
  CHECK(*features.dark() == false);
  CHECK(features.learn("\033]11;rgb:00/2b/36\a"));
  CHECK(*features.background == terminal::Color::rgb(0, 0x2b, 0x36));
  CHECK(*features.dark());
  for (const char* bad :
       {"", "\033", "\033[", "\033[?", "\033]11;", "\033]11;rgb:zz/1/2\a", "\033[?$y", "x"}) {
    INFO(bad);
    CHECK_FALSE(features.learn(bad));
  }
}

TEST_CASE("tmux's feature names read and write", "[features]") {
  TerminalFeatures features = TerminalFeatures::from_names("dumb");
  features.add("RGB,clipboard:sync nonsense,usstyle");
  CHECK(features.list() == "256,RGB,clipboard,sync,usstyle");
}

TEST_CASE("colours become the nearest that there is", "[features]") {
  const auto red = terminal::Color::rgb(255, 0, 0);
  CHECK(reduce(red, Colours::rgb) == red);
  CHECK(reduce(red, Colours::indexed) == terminal::Color::indexed(196));
  CHECK(reduce(terminal::Color::rgb(8, 8, 8), Colours::indexed) == terminal::Color::indexed(232));
  CHECK(reduce(red, Colours::sixteen) == terminal::Color::indexed(9));
  CHECK(reduce(terminal::Color::indexed(196), Colours::eight) == terminal::Color::indexed(1));
  CHECK(reduce(terminal::Color::indexed(12), Colours::eight) == terminal::Color::indexed(4));
  CHECK(reduce(red, Colours::none) == terminal::Color{});
  // Every grey and colour of the palette is its own nearest.
  for (unsigned i = 16; i < 256; ++i) {
    const auto same = terminal::Color::indexed(static_cast<std::uint8_t>(i));
    CHECK(reduce(same, Colours::indexed) == same);
  }
}

TEST_CASE("terminfo decides what it has a place for, names and answers the rest", "[features]") {
  const std::vector<std::string> plain{"colors=8", "csr", "ech"};
  auto features = TerminalFeatures::from_names("unheard-of", "", plain);
  CHECK(features.colours == Colours::eight);
  CHECK_FALSE(features.italics);
  CHECK_FALSE(features.back_colour_erase);
  CHECK(features.erase_characters);
  CHECK(features.title);
  const std::vector<std::string> rich{"colors=256", "bce", "sitm", "dim", "Smulx", "Ms", "Sync", "RGB"};
  features = TerminalFeatures::from_names("unheard-of", "", rich);
  CHECK(features.colours == Colours::rgb);
  CHECK((features.italics && features.faint && features.back_colour_erase));
  CHECK((features.underline_styles && features.clipboard && features.sync));
  // A terminal of a known name has its colours whatever an old entry says, and COLORTERM counts, too.
  CHECK(TerminalFeatures::from_names("foot", "", plain).colours == Colours::rgb);
  CHECK(TerminalFeatures::from_names("xterm-256color", "truecolor", plain).colours == Colours::rgb);
  CHECK(TerminalFeatures::from_names("dumb", "", rich).colours == Colours::none);
}
