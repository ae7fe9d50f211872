#include "command/families/table.hpp"

#include "base/width.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Table example(Look look) {
  Table table({{"NAME"}, {"STATE"}, {"RESTARTS", 1}, {"COMMAND", 6}}, look);
  table.add(
      {"한글작업", {"running 3s", Tone::good}, "0", "python3 train.py --epochs 100 --output somewhere/else"});
  table.add({"🚀", {"failed 1s ago", Tone::bad}, "12", "true"});
  return table;
}

}  // namespace

TEST_CASE("columns stand below their heads by what a terminal shows, whatever the script",
          "[command][table]") {
  const auto lines = lines_of(example({}).text());
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "NAME      STATE          RESTARTS  COMMAND");
  CHECK(lines[1] ==
        "한글작업  running 3s     0         python3 train.py --epochs 100 --output somewhere/else");
  CHECK(lines[2] == "🚀        failed 1s ago  12        true");
}

TEST_CASE("on a terminal no line is wider than it, and what was cut says so", "[command][table]") {
  for (const int columns : {1, 5, 12, 20, 40, 60, 80}) {
    INFO(columns);
    for (const auto& line : lines_of(example({false, columns}).text())) CHECK(display_width(line) <= columns);
  }
  const auto lines = lines_of(example({false, 60}).text());
  CHECK(lines[1].ends_with("…"));
  CHECK(lines[0].find("RESTARTS") != std::string::npos);
  CHECK(example({false, 44}).text().find("RESTARTS") == std::string::npos);
  CHECK(example({false, 44}).text().find("COMMAND") != std::string::npos);
}

TEST_CASE("colours begin and end within a cell and move no column", "[command][table]") {
  const auto text = example({true, 0}).text();
  CHECK(text.find("\x1b[32mrunning 3s\x1b[0m     0") != std::string::npos);
  CHECK(text.find("\x1b[31mfailed 1s ago\x1b[0m  12") != std::string::npos);
  CHECK(toned("x", Tone::plain, {true, 0}) == "x");
  CHECK(toned("x", Tone::bad, {false, 0}) == "x");
}

TEST_CASE("a text goes on below where it began", "[command][table]") {
  CHECK(wrapped("one two three", {false, 12}, 4) == "one two\n    three");
  CHECK(wrapped("one two three", {}, 4) == "one two three");
  CHECK(wrapped("a  b", {}, 4) == "a  b");
  CHECK(wrapped("한글 한글", {false, 10}, 2) == "한글\n  한글");
  CHECK(shortened("한글작업", 5) == "한글…");
  CHECK(shortened("한글", 4) == "한글");
}
