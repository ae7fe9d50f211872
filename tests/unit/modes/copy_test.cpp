#include "desk.hpp"

using namespace sess;
using namespace sess::modes;

namespace {

std::string numbers(int from, int to) {
  std::string out;
  for (int i = from; i <= to; ++i) out += std::to_string(i) + (i < to ? "\r\n" : "");
  return out;
}

}  // namespace

TEST_CASE("what scrolled away is seen and what is printed meanwhile is not", "[copy]") {
  Desk desk({5, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.send({"page-up"});
  CHECK(desk.drawn().text(1) == "44");
  CHECK(desk.drawn().text(0).ends_with("  [3/45]"));
  desk.feed("\r\n" + numbers(51, 500));
  CHECK(desk.drawn().text(0).starts_with("43"));
  CHECK(desk.drawn().text(0).ends_with("  +450 [3/45]"));
  desk.send({"history-bottom"});
  CHECK(desk.drawn().text(4) == "50");
  desk.send({"refresh-from-pane"});
  CHECK(desk.drawn().text(4) == "500");
}

TEST_CASE("lines that the history's limit drops go away at the top, the view stays", "[copy]") {
  Desk desk({5, 20});
  desk.emulator.set_history_limits(100, 1 << 20);
  desk.feed(numbers(1, 105));
  desk.enter();
  desk.send({"page-up"});
  const auto before = desk.drawn().text(2);
  desk.send({"begin-selection"});
  desk.feed("\r\n" + numbers(106, 150));
  CHECK(desk.drawn().text(2) == before);
  desk.send({"copy-line"});
  CHECK(desk.copied.back() == "102\n");
  desk.send({"history-top"});
  CHECK(desk.drawn().text(1) == "47");
  desk.feed("\r\n" + numbers(151, 1000));
  CHECK(desk.drawn().text(4) == "105");  // the history is gone: the screen as it was is left
}

TEST_CASE("a selection over wrapped rows is one line, wide characters are whole, nothing is padded",
          "[copy]") {
  Desk desk({6, 10});
  desk.feed("one 日本語 two three\r\n  x   \r\nend");
  desk.enter();
  desk.send({"history-top"});
  desk.send({"begin-selection"});
  desk.send({"cursor-down"}, 3);
  desk.send({"end-of-line"});
  desk.send({"copy-selection"});
  REQUIRE(desk.copied.size() == 1);
  CHECK(desk.copied[0] == "one 日本語 two three\n  x\nend\n");
}

TEST_CASE("the text copied is the same when it lies in the history", "[copy]") {
  Desk desk({4, 10});
  desk.feed("one 日本語 two three\r\nend\r\n" + numbers(1, 30));
  desk.enter();
  desk.send({"history-top"});
  desk.send({"copy-line"});
  CHECK(desk.copied.back() == "one 日本語 two three\n");
}

TEST_CASE("a search finds what wraps, counts all matches and goes round", "[copy]") {
  Desk desk({5, 10});
  desk.feed("aaaaaaneedle\r\n" + numbers(1, 40) + "\r\nneedle");
  desk.enter();
  desk.send({"search-backward", "needle"});
  CHECK(desk.cursor() == "0,4");
  desk.send({"search-again"});
  CHECK(desk.cursor() == "6,0");
  CHECK(desk.format("search_match") == "needle");
  CHECK(desk.format("scroll_position") == "38");
  CHECK(desk.mode->search_string() == "needle");
  desk.send({"search-again"});
  CHECK(desk.cursor() == "0,4");
  desk.options.wrap_search = false;
  desk.send({"search-reverse"});
  desk.send({"search-reverse"});
  CHECK(desk.cursor() == "0,4");
}

TEST_CASE("capital letters in a pattern are looked for as they are", "[copy]") {
  Desk desk({5, 20});
  desk.feed("Error\r\nerror\r\nERROR\r\n");
  desk.enter();
  desk.send({"search-backward", "error"});
  CHECK(desk.cursor() == "0,2");
  desk.send({"search-backward", "Err"});
  CHECK(desk.cursor() == "0,0");
  desk.send({"search-forward", "[E]r+o"});
  CHECK(desk.cursor() == "0,0");
  desk.send({"search-backward", "("});  // no expression: finds nothing, harms nothing
  CHECK(desk.cursor() == "0,0");
}

TEST_CASE("copy-pipe gives the selection to the command and to a buffer", "[copy]") {
  Desk desk({5, 20});
  desk.feed("alpha beta");
  desk.enter();
  desk.send({"start-of-line"});
  desk.send({"select-word"});
  CHECK(desk.send({"copy-pipe-and-cancel", "cat"}) == Outcome::leave);
  REQUIRE(desk.piped.size() == 1);
  CHECK(desk.piped[0] == std::pair<std::string, std::string>("cat", "alpha"));
  CHECK(desk.copied.back() == "alpha");
}

TEST_CASE("a pane that is made wider keeps the cursor on its character", "[copy]") {
  Desk desk({5, 10});
  desk.feed(numbers(1, 20) + "\r\n0123456789abcdefghij\r\n" + numbers(21, 40));
  desk.enter();
  desk.send({"search-backward", "f"});
  CHECK(desk.format("search_match") == "f");
  const Size wider{7, 25};
  desk.emulator.resize(wider);
  desk.mode->resize(wider);
  CHECK(desk.format("copy_cursor_x") == "15");
  desk.send({"copy-line"});
  CHECK(desk.copied.back() == "0123456789abcdefghij\n");
}

TEST_CASE("an unknown command and a wrong number of arguments do nothing", "[copy]") {
  Desk desk({5, 10});
  desk.feed("x");
  desk.enter();
  CHECK(desk.send({"no-such-command"}) == Outcome::nothing);
  CHECK(desk.send({"goto-line"}) == Outcome::nothing);
  CHECK(desk.send({"goto-line", "many"}) == Outcome::redraw);
  CHECK(desk.send({"cancel"}) == Outcome::leave);
}

TEST_CASE("dragging past the edge scrolls, and selects what comes", "[copy]") {
  Desk desk({5, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.mode->begin_drag({4, 1, false});
  desk.mode->drag({0, 0, false});
  desk.mode->drag({0, 0, false});
  CHECK(desk.format("scroll_position") == "1");
  desk.send({"copy-selection"});
  CHECK(desk.copied.back() == "45\n46\n47\n48\n49\n50");
}

TEST_CASE("prompts and outputs that a shell marks are gone to, in the history and on the screen", "[copy]") {
  Desk desk({5, 20});
  const auto run = [](const std::string& name, const std::string& output) {
    return "\x1b]133;A\a$ " + name + "\r\n\x1b]133;C\a" + output + "\r\n";
  };
  desk.feed(numbers(1, 30) + "\r\n" + run("one", numbers(1, 10)) + run("two", std::string(200, 'x')) +
            run("three", "3") + "\x1b]133;A\a$ ");
  desk.enter();
  const auto at = [&] { return desk.format("copy_cursor_line") + " " + desk.cursor(); };
  desk.send({"previous-prompt"});
  CHECK(at() == "$ three 0,2");
  desk.send({"previous-prompt"});
  CHECK(at() == "$ two 0,0");
  CHECK(desk.drawn().text(0).starts_with("$ two"));
  desk.send({"previous-prompt", "-o"});
  CHECK(at() == "1 0,0");
  desk.send({"previous-prompt"});
  CHECK(at() == "$ one 0,0");
  desk.send({"previous-prompt"});
  CHECK(at() == "$ one 0,0");  // there is none before
  desk.send({"next-prompt", "-o"}, 2);
  CHECK(at() == std::string(20, 'x') + " 0,0");
  desk.send({"begin-selection"});
  desk.send({"next-prompt"});
  desk.send({"copy-selection-no-clear"});
  REQUIRE(desk.copied.size() == 1);
  CHECK(desk.copied[0].starts_with(std::string(200, 'x') + "\n$"));
  desk.send({"next-prompt"});
  CHECK(at() == "$ 0,4");
  desk.send({"next-prompt"});
  CHECK(at() == "$ 0,4");
  CHECK(desk.send({"next-prompt", "-x"}) == Outcome::nothing);
  // The limit of the history drops what was marked first; a wider pane has other rows.
  desk.emulator.set_history_limits(8, 1 << 20);
  desk.emulator.resize({5, 30});
  desk.mode->resize({5, 30});
  desk.send({"history-bottom"});
  desk.send({"previous-prompt"}, 9);
  CHECK(at() == "$ two 0,0");
}

TEST_CASE("the row under the cursor goes to the top, the middle and the bottom, as far as there is text",
          "[copy]") {
  Desk desk({5, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.send({"history-top"});
  desk.send({"cursor-down"}, 20);
  const auto at = [&] { return desk.format("copy_cursor_line") + " " + desk.format("copy_cursor_y"); };
  CHECK(at() == "21 4");
  desk.send({"scroll-top"});
  CHECK(at() == "21 0");
  desk.send({"scroll-middle"});
  CHECK(at() == "21 2");
  desk.send({"scroll-bottom"});
  CHECK(at() == "21 4");
  desk.send({"history-bottom"});
  desk.send({"scroll-top"});
  CHECK(at() == "50 4");  // there is nothing below
}

TEST_CASE("whether the end of the history ends copy mode is switched while it is on", "[copy]") {
  Desk desk({5, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.send({"page-up"});
  CHECK(desk.send({"page-down"}) == Outcome::redraw);
  for (const char* on : {"scroll-exit-on", "scroll-exit-toggle"}) {
    desk.send({"page-up"});
    desk.send({on});
    CHECK(desk.send({"page-down"}) == Outcome::leave);
    desk.send({"scroll-exit-off"});
  }
}

TEST_CASE("a selection reaches to what is found, which the cursor of emacs keys is behind", "[copy]") {
  Desk desk({6, 20});
  desk.options.vi = false;
  desk.feed("alpha beta\r\none foo two\r\n" + std::string(18, 'x') + "foo bar");
  desk.enter();
  desk.send({"history-top"});
  desk.send({"begin-selection"});
  desk.send({"search-forward", "foo"});
  CHECK(desk.cursor() == "7,1");
  desk.send({"copy-selection-no-clear"});
  CHECK(desk.copied.back() == "alpha beta\none ");
  desk.send({"search-again"});
  CHECK(desk.cursor() == "1,3");
  CHECK(desk.format("selection_end_y") == "2");
  CHECK(desk.format("selection_end_x") == "18");
}

TEST_CASE("a regular expression finds what it means, whatever it is looked for by", "[copy]") {
  Desk desk({3, 40});
  desk.feed("xx ab1c AB2C a{b aab a.b a+b abbb [x] ac \xc3\xa9t\xc3\xa9\r\nlast");
  desk.enter();
  const auto finds = [&](const std::string& pattern) -> std::string {
    desk.send({"history-bottom"});
    desk.send({"search-backward", pattern});
    const auto match = desk.format("search_match");
    return match.empty() ? "none" : match;
  };
  const std::pair<std::string, std::string> kFinds[] = {{"ab[0-9]c", "AB2C"},
                                                        {"Ab[0-9]c", "none"},
                                                        {"(ab1|none)c", "ab1c"},
                                                        {"(none)|ab1c", "ab1c"},
                                                        {"a\\{b", "a{b"},
                                                        {"a\\.b", "a.b"},
                                                        {"a\\+b", "a+b"},
                                                        {"az*c", "ac"},
                                                        {"az?c", "ac"},
                                                        {"az{0}[c]", "ac"},
                                                        {"az{0,2}[c]", "ac"},
                                                        {"abb+$", "none"},
                                                        {"abb+", "abbb"},
                                                        {"^xx.ab", "xx ab"},
                                                        {"[[]x]", "[x]"},
                                                        {"[]x]+", "x]"},
                                                        {"[^]x]z?ab[[:digit:]]", " AB2"},
                                                        {"(no)?ab2", "AB2"},
                                                        {"(no)*(a)b2", "AB2"},
                                                        {"\\bac\\b", "ac"}};
  for (const auto& [pattern, match] : kFinds) {
    INFO(pattern);
    CHECK(finds(pattern) == match);
  }
}

TEST_CASE("a search in emacs keys goes on behind a match that wraps in the last row shown", "[copy]") {
  Desk desk({4, 10});
  desk.options.vi = false;
  desk.feed("1\r\n2\r\n3\r\n12345678needle\r\n" + numbers(10, 19) + "\r\nneedle\r\n" + numbers(20, 29));
  desk.enter();
  desk.send({"history-top"});
  desk.send({"search-forward", "needle"});
  CHECK(desk.format("copy_cursor_line") == "edle");
  CHECK(desk.cursor() == "4,3");
  desk.send({"search-forward", "needle"});
  CHECK(desk.format("copy_cursor_line") == "needle");
}

TEST_CASE("line numbers stand left of the text, which is cut, in each of the five ways", "[copy]") {
  Desk desk({5, 12});
  desk.feed(numbers(1, 49) + "\r\nabcdefghijkl");
  desk.enter();
  const auto rows = [&] {
    const auto frame = desk.drawn();
    std::vector<std::string> out;
    for (int row = 0; row < 5; ++row) out.push_back(frame.text(row));
    return out;
  };
  using Rows = std::vector<std::string>;
  desk.send({"toggle-position"});
  CHECK(rows() == Rows{"46", "47", "48", "49", "abcdefghijkl"});
  desk.options.numbers = LineNumbers::absolute;
  CHECK(rows() == Rows{" 46 46", " 47 47", " 48 48", " 49 49", " 50 abcdefgh"});
  desk.options.numbers = LineNumbers::screen;
  CHECK(rows() == Rows{"  0 46", "  1 47", "  2 48", "  3 49", "  4 abcdefgh"});
  desk.send({"scroll-up"}, 2);
  desk.send({"cursor-up"}, 2);
  CHECK(rows() == Rows{"  2 44", "  1 45", "  0 46", "  1 47", "  2 48"});
  desk.options.numbers = LineNumbers::relative;
  CHECK(rows() == Rows{"  2 44", "  1 45", "  0 46", "  1 47", "  2 48"});
  desk.options.numbers = LineNumbers::hybrid;
  CHECK(rows() == Rows{"  2 44", "  1 45", " 46 46", "  1 47", "  2 48"});
}

TEST_CASE("line numbers are as wide as the largest may be, and go where they would leave no text", "[copy]") {
  const auto first = [](int lines, std::uint16_t cols) {
    Desk desk({3, cols});
    desk.feed(numbers(1, lines));
    desk.options.numbers = LineNumbers::absolute;
    desk.enter();
    desk.send({"history-top"});
    desk.send({"toggle-position"});
    return desk.drawn().text(0);
  };
  CHECK(first(10, 20) == "  1 1");
  CHECK(first(998, 20) == "  1 1");
  CHECK(first(999, 20) == "   1 1");
  CHECK(first(10, 5) == "  1 1");
  CHECK(first(10, 4) == "1");
}

TEST_CASE("commands switch line numbers, and the position counts as they do", "[copy]") {
  Desk desk({5, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.send({"page-up"});
  CHECK(desk.drawn().text(0).ends_with("[3/45]"));
  desk.send({"line-numbers-toggle"});  // of the screen, where the option asks for none
  CHECK(desk.drawn().text(0).starts_with("  3 43"));
  CHECK(desk.drawn().text(0).ends_with("[3/45]"));
  desk.send({"line-numbers-toggle"});
  CHECK(desk.drawn().text(0).starts_with("43"));
  desk.options.numbers = LineNumbers::absolute;
  CHECK(desk.drawn().text(0).starts_with("43"));
  desk.send({"line-numbers-on"});
  CHECK(desk.drawn().text(0).starts_with(" 43 43"));
  CHECK(desk.drawn().text(0).ends_with("[43/50]"));
  CHECK(desk.format("copy_position") == "43");
  CHECK(desk.format("copy_position_limit") == "50");
  desk.send({"line-numbers-off"});
  CHECK(desk.drawn().text(0).ends_with("[3/45]"));
  CHECK(desk.format("copy_position") == "3");
  desk.enter({.numbers = CopyOptions::Numbers::off});
  CHECK(desk.drawn().text(1).starts_with("47"));
}

TEST_CASE("the mouse, the cursor and what is marked stand where line numbers put the text", "[copy]") {
  Desk desk({4, 20});
  desk.feed("alpha beta gamma delta\r\nx\r\n");
  desk.options.numbers = LineNumbers::relative;
  desk.options.selection.attributes = model::kReverse;
  desk.options.match.attributes = desk.options.current_match.attributes = model::kItalics;
  desk.enter();
  desk.send({"toggle-position"});
  const auto looks = [&](terminal::Attr attribute, int row) {
    const auto frame = desk.drawn();
    std::string out;
    for (const auto& cell : frame.row(row)) {
      out += (frame.atlas().style(cell.style).attrs & attribute) != 0 ? '#' : '.';
    }
    return out;
  };
  Request click;
  const std::vector<std::string> select{"select-word"};
  click.arguments = select;
  click.mouse = MouseAt{0, 11};  // column 7 of the text, in "beta"
  REQUIRE(desk.mode->command(click));
  CHECK(looks(terminal::Attr::inverse, 0) == "..........####......");
  CHECK(desk.drawn().cursor.col == 13);
  desk.send({"copy-selection"});
  CHECK(desk.copied.back() == "beta");

  desk.mode->begin_drag({0, 4});
  static_cast<void>(desk.mode->drag({0, 8}));
  CHECK(looks(terminal::Attr::inverse, 0) == "....#####...........");
  static_cast<void>(desk.mode->drag({0, 1}));  // over the numbers: the line's beginning
  CHECK(desk.cursor() == "0,0");
  desk.send({"clear-selection"});

  desk.send({"search-forward", "ta ga"});
  CHECK(looks(terminal::Attr::italic, 0) == "............#####...");
  desk.send({"end-of-line"});
  CHECK(desk.cursor() == "2,1");
  desk.send({"cursor-up"});
  desk.send({"cursor-right"}, 19);
  CHECK(desk.drawn().cursor.col <= 19);

  // A client that sees the pane's columns from 2 on.
  render::Frame part(Size{4, 10});
  desk.mode->draw(part, {0, 0, 4, 10}, {0, 2, {}, true});
  CHECK(part.text(0).ends_with(" alpha be"));
  render::Frame beyond(Size{4, 10});
  desk.mode->draw(beyond, {0, 0, 4, 10}, {0, 6, {}, true});
  CHECK(beyond.text(0).starts_with("pha beta"));
}

TEST_CASE("a format says what stands in the corner, in its own style", "[copy]") {
  Desk desk({4, 30});
  desk.feed(numbers(1, 20));
  desk.options.position_format = "#[align=right]<here>";
  desk.options.position.attributes = model::kReverse;
  desk.enter();
  desk.send({"search-backward", "1"});
  const auto frame = desk.drawn();
  CHECK(frame.text(0).ends_with("<here>"));
  CHECK(frame.text(0).starts_with("17"));
  CHECK(frame.atlas().style(frame.row(0)[29].style).attrs == terminal::Attr::inverse);
  CHECK(desk.format("search_count") == "12");
  CHECK(desk.format("search_count_partial") == "0");
}

TEST_CASE("the cursor goes to the middle of what is shown", "[copy]") {
  Desk desk({10, 20});
  desk.feed(numbers(1, 50));
  desk.enter();
  desk.send({"cursor-centre-vertical"});
  CHECK(desk.cursor() == "2,5");
  CHECK(desk.format("scroll_position") == "0");
  desk.send({"begin-selection"});
  desk.send({"cursor-centre-horizontal"});
  CHECK(desk.cursor() == "10,5");
  CHECK(desk.format("selection_end_x") == "10");
}
