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
