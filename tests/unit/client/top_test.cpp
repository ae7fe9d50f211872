// The pure parts of `sess top`: rows from a server's line, order and choice, the screen at several widths,
// what keys do.
#include <algorithm>

#include "base/width.hpp"
#include "client/top/board.hpp"
#include "client/top/live.hpp"
#include "client/top/rows.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::client::top;

namespace {

constexpr std::string_view kLine = R"([
 {"name":"web","state":"running","since":900,"command":["node","server.js"],"session":"web","status":null,"restarts":3,"pid":42,
  "cpu_percent":12.5,"memory":104857600,"last_line":"GET / 200"},
 {"name":"학습","state":"failed","since":400,"command":["train"],"session":null,"status":137,"restarts":0,
  "cpu_percent":0.0,"memory":0,"last_line":"메모리가 모자랍니다"},
 {"name":"app","state":"session","since":100.5,"command":["vim"],"cpu_percent":55.0,"memory":2048,"last_line":"~"}])";

Board board_with(std::string_view line, Looks looks = {false, true}) {
  Board board(looks);
  auto rows = parse_rows(line);
  REQUIRE(rows);
  board.take(std::move(*rows));
  return board;
}

std::string text(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\x1b') {
        i = line.find('m', i);
      } else {
        out += line[i];
      }
    }
    out += '\n';
  }
  return out;
}

Wish press(Board& board, std::uint32_t key, std::uint8_t mods = 0) {
  return board.on_key({key, mods}, 10);
}

std::size_t place(const std::string& in, std::string_view word) {
  return in.find(word);
}

}  // namespace

TEST_CASE("a line of the server becomes rows, whatever is missing in it", "[client][top]") {
  const auto rows = parse_rows(kLine);
  REQUIRE(rows);
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[0].command == "node server.js");
  CHECK((*rows)[0].restarts == 3);
  CHECK((*rows)[0].target == "web");
  CHECK((*rows)[0].active());
  CHECK((*rows)[1].status == 137);
  CHECK((*rows)[1].target.empty());
  CHECK_FALSE((*rows)[1].active());
  CHECK((*rows)[2].is_session);
  CHECK((*rows)[2].target == "app");
  for (const auto* odd :
       {R"([{"name":"a"},{},3,null,{"name":7}])",
        R"([{"name":"a","cpu_percent":"x","memory":-1,"since":1e300,"command":"x","restarts":1e99}])"}) {
    const auto got = parse_rows(odd);
    REQUIRE(got);
    CHECK(got->size() == 1);
    CHECK_FALSE(text(board_with(odd).lines({5, 80}, 1000)).empty());
  }
  for (const auto* wrong : {"", "{}", "[", "nonsense", "[{\"name\":"}) CHECK_FALSE(parse_rows(wrong));
}

TEST_CASE("no line of the screen is wider than the terminal, with Korean names, and each has its place",
          "[client][top]") {
  for (const bool colours : {false, true}) {
    auto board = board_with(kLine, {colours, true});
    for (const Size size :
         {Size{24, 80}, Size{10, 40}, Size{50, 160}, Size{3, 20}, Size{1, 1}, Size{24, 300}}) {
      INFO(size.cols);
      const auto lines = board.lines(size, 1000);
      CHECK(lines.size() == static_cast<std::size_t>(size.rows));
      for (std::string line; const auto& each : lines) {
        line = text({each});
        line.pop_back();
        INFO(line);
        CHECK(display_width(line) <= size.cols);
      }
    }
  }
  auto board = board_with(kLine);
  const auto narrow = text(board.lines({10, 40}, 1000));
  for (const auto* word : {"web", "학습", "app", "running 1min", "12.5", "failed (137)", "100.0M"}) {
    INFO(word << "\n" << narrow);
    CHECK(place(narrow, word) != std::string::npos);
  }
  const auto wide = text(board.lines({24, 80}, 1000));
  INFO(wide);
  CHECK(place(wide, "GET / 200") != std::string::npos);
  CHECK(place(wide, "RST") != std::string::npos);
  CHECK(place(wide, "1 session, 1 running job, 1 failed") != std::string::npos);
}

TEST_CASE("what waits to be started has no use of its own, and says when it starts", "[client][top]") {
  auto board = board_with(
      R"([{"name":"backup","state":"auto-restart","since":10,"pid":null,"next_start_ms":40500,"cpu_percent":0.0,"memory":0}])");
  const auto shown = text(board.lines({24, 80}, 1000));
  INFO(shown);
  CHECK(shown.find("auto-restart in 41s") != std::string::npos);
  CHECK(shown.find("0B ") == std::string::npos);
  CHECK(shown.find("0.0 ") == std::string::npos);
}

TEST_CASE("rows are in the order of their state, and of what o says", "[client][top]") {
  auto board = board_with(kLine);
  auto shown = text(board.lines({24, 80}, 1000));
  CHECK(place(shown, "\napp") < place(shown, "\nweb"));
  CHECK(place(shown, "\nweb") < place(shown, "\n학습"));
  press(board, 'o');
  press(board, 'o');
  shown = text(board.lines({24, 80}, 1000));
  CHECK(place(shown, "by CPU") != std::string::npos);
  CHECK(place(shown, "\napp") < place(shown, "\nweb"));
  press(board, 'o');
  shown = text(board.lines({24, 80}, 1000));
  CHECK(place(shown, "by memory") != std::string::npos);
  CHECK(place(shown, "\nweb") < place(shown, "\napp"));
}

TEST_CASE("what is chosen stays chosen when rows come and go", "[client][top]") {
  Rows rows;
  rows.take(*parse_rows(kLine));
  rows.move(1);
  CHECK(rows.chosen_row()->name == "web");
  rows.take(*parse_rows(R"([{"name":"aaa","state":"running"},{"name":"web","state":"running"}])"));
  CHECK(rows.chosen_row()->name == "web");
  rows.take(*parse_rows(R"([{"name":"aaa","state":"running"}])"));
  CHECK(rows.chosen_row()->name == "aaa");
  rows.take({});
  CHECK(rows.chosen_row() == nullptr);
  rows.move(5);
  CHECK(rows.chosen() == 0);
}

TEST_CASE("the list narrows with each letter, Enter keeps it so, Escape shows all again", "[client][top]") {
  auto board = board_with(kLine);
  const auto shows = [&](std::string_view word) {
    const auto shown = text(board.lines({24, 80}, 1000));
    return shown.find(word) != std::string::npos;
  };
  press(board, '/');
  // Letters are text now, not commands.
  for (const char c : std::string_view("SERver"))
    CHECK(press(board, static_cast<std::uint32_t>(c)).kind == Wish::Kind::redraw);
  CHECK(shows("web"));
  CHECK_FALSE(shows("학습"));
  CHECK_FALSE(shows("\napp"));
  press(board, input::code::kEnter);
  CHECK(press(board, input::code::kEnter).words == std::vector<std::string>{"web"});
  press(board, input::code::kEscape);
  CHECK(shows("학습"));
  press(board, '/');
  // A syllable typed as its letters finds the one that is composed.
  board.paste("\u1112\u1161\u11a8");
  CHECK(shows("학습"));
  CHECK_FALSE(shows("web "));
  press(board, input::code::kBSpace);
  press(board, 'z');
  press(board, 'z');
  CHECK(shows("nothing has these words"));
  CHECK(press(board, input::code::kEscape).kind == Wish::Kind::redraw);
  CHECK(shows("web"));
}

TEST_CASE("stop, restart and kill ask first, and only y is yes", "[client][top]") {
  auto board = board_with(kLine);
  press(board, input::code::kDown);  // web
  CHECK(press(board, 's').kind == Wish::Kind::redraw);
  CHECK(text(board.lines({24, 80}, 1000)).find("stop web? (y/n)") != std::string::npos);
  CHECK(press(board, 'n').kind == Wish::Kind::redraw);
  press(board, 's');
  CHECK(press(board, 'q').kind == Wish::Kind::redraw);
  press(board, 's');
  CHECK(press(board, 'y').words == std::vector<std::string>{"stop", "--", "web"});
  press(board, 'r');
  CHECK(press(board, 'y').words == std::vector<std::string>{"restart", "--", "web"});
  press(board, 'k');
  CHECK(press(board, 'y').words == std::vector<std::string>{"kill", "-s", "KILL", "--", "web"});
  CHECK(press(board, 'l').words == std::vector<std::string>{"web"});
  press(board, input::code::kUp);  // app, a session
  press(board, 's');
  CHECK(text(board.lines({24, 80}, 1000)).find("app is a session") != std::string::npos);
  press(board, 'k');
  CHECK(press(board, 'y').words == std::vector<std::string>{"kill-session", "-t", "=app"});
  press(board, input::code::kEnd);  // one that has ended
  CHECK(press(board, input::code::kEnter).kind == Wish::Kind::redraw);
  CHECK(text(board.lines({24, 80}, 1000)).find("does not run: r starts it again") != std::string::npos);
  press(board, 'r');
  CHECK(press(board, 'y').words == std::vector<std::string>{"restart", "--", "학습"});
  // Nothing that a hand may do by mistake stops anything.
  CHECK(press(board, 's', input::mod::kCtrl).kind == Wish::Kind::nothing);
  CHECK(press(board, 'q', input::mod::kMeta).kind == Wish::Kind::nothing);
  CHECK(press(board, 'q').kind == Wish::Kind::quit);
  CHECK(press(board, 'z', input::mod::kCtrl).kind == Wish::Kind::suspend);
}

TEST_CASE("only lines that changed are written, and nothing where none has", "[client][top]") {
  auto board = board_with(kLine);
  const auto first = board.lines({24, 40}, 1000);
  CHECK(difference(first, first).empty());
  CHECK(difference(first, board.lines({24, 40}, 1000)).empty());
  auto line = std::string(kLine);
  line.replace(line.find("12.5"), 4, "13.5");
  board.take(*parse_rows(line));
  const auto second = board.lines({24, 40}, 1000);
  const auto written = difference(first, second);
  CHECK(written.find("13.5") != std::string::npos);
  CHECK(written.find("app") == std::string::npos);
  CHECK(written.size() < 400);
}

TEST_CASE("a curve has a column for each moment, and a full one is a whole CPU or more", "[client][top]") {
  CHECK(curve({0, 50, 100}, 5, true) == "  ▁▄█");
  CHECK(curve({0, 50, 100}, 5, false) == "  _=@");
  CHECK(curve({400, 100}, 2, true) == "█▂");
  CHECK(curve({}, 3, true) == "   ");
  CHECK(curve({1, 2, 3}, 0, true).empty());
  CHECK(display_width(curve({1, 2, 3, 4}, 3, true)) == 3);
}

TEST_CASE("top's own words are read", "[client][top]") {
  CHECK(parse_words({"-d", "5s"})->every == "5s");
  CHECK(parse_words({"--delay=2s", "--color", "never"})->color == protocol::ColorChoice::never);
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"-d"}, {"-d", "soon"}, {"--color", "blue"}, {"web"}, {"-x"}}) {
    CHECK_FALSE(parse_words(wrong));
  }
}
