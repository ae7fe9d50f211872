// What a shell says of its prompts and its commands' output stays with the rows: on the screen, into the
// history, through other sizes and crashes.
#include "machine.hpp"

namespace sess::terminal {
namespace {

std::string kinds(std::uint8_t marks) {
  return std::string((marks & kPromptMark) != 0 ? "A" : "") + ((marks & kOutputMark) != 0 ? "C" : "");
}

/// Every mark and the text that begins at it.
std::vector<std::string> marked(const Machine& m) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view text, LineMark mark) {
    out.push_back(kinds(mark.marks) + " " + std::string(text.substr(mark.offset, 10)));
  };
  const auto& history = m.screen().history();
  history.visit_marks(history.first_line(), history.end_line(), [&](std::uint64_t number, LineMark mark) {
    HistoryLine line;
    REQUIRE(history.read(number, line));
    add(line.text, mark);
    return true;
  });
  const auto open = history.open_line();
  for (const auto& mark : open.marks) add(open.text, mark);
  for (int r = 0; r < m.screen().size().rows; ++r) {
    if (m.screen().marks(r) != 0) add(m.row(r), {0, m.screen().marks(r)});
  }
  return out;
}

const std::string kPrompt = "\x1b]133;A\a$ ";
const std::string kOutput = "\x1b]133;C\x1b\\";

std::string command(const std::string& line, const std::string& output) {
  return kPrompt + line + "\r\n" + kOutput + output + "\r\n\x1b]133;D;0\a";
}

std::string session() {
  return command("one", "first") + command("two", "") + "\x1b[31m" + kPrompt + "red\x1b[m\r\n" + kOutput +
         "a line that is far longer than the width of it all, wrapped over several rows\r\n" + "no newline " +
         command("three", "\xed\x95\x9c\xea\xb8\x80 wide") + kPrompt;
}

const std::vector<std::string> kMarks = {"A $ one",      "C first",      "A $ two",    "C",  "A $ red",
                                         "C a line tha", "A no newline", "C 한글 wid", "A $"};

/// The same without blanks at the end.
std::vector<std::string> trimmed(std::vector<std::string> lines) {
  for (auto& line : lines) {
    while (line.ends_with(' ')) line.pop_back();
  }
  return lines;
}

}  // namespace

TEST_CASE("a shell's marks stay with their rows, on the screen and in the history", "[terminal][marks]") {
  for (const Size size : {Size{24, 80}, Size{4, 20}, Size{2, 9}, Size{1, 40}}) {
    INFO(size.rows << "x" << size.cols);
    Machine m(size);
    m.feed(session());
    CHECK(trimmed(marked(m)).size() == kMarks.size());
    if (size.cols >= 20) CHECK(trimmed(marked(m)) == kMarks);
  }
}

TEST_CASE("a shell's marks stay with their text when the size changes", "[terminal][marks]") {
  Machine m({4, 40});
  m.feed(session());
  REQUIRE(trimmed(marked(m)) == kMarks);
  for (const Size size : {Size{4, 80}, Size{12, 80}, Size{3, 21}, Size{30, 30}, Size{4, 40}, Size{40, 80}}) {
    INFO(size.rows << "x" << size.cols);
    m.emulator->resize(size);
    CHECK(trimmed(marked(m)) == kMarks);
  }
  m.emulator->resize({50, 1});
  m.emulator->resize({50, 80});
  CHECK(marked(m).size() == kMarks.size());
}

TEST_CASE("a crash after any byte loses no mark", "[terminal][marks][checkpoint]") {
  const std::string bytes = session();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Machine m({4, 20});
    m.feed(std::string_view(bytes).substr(0, cut));
    const auto before = m.saved();
    m.crash();
    REQUIRE(m.saved() == before);
    m.feed(std::string_view(bytes).substr(cut));
    INFO("cut at " << cut);
    REQUIRE(trimmed(marked(m)) == kMarks);
  }
}

TEST_CASE("a build that does not know of marks reads what is in front of them", "[terminal][marks]") {
  Machine with({10, 30});
  Machine without({10, 30});
  with.feed("one\r\n" + kPrompt);
  without.feed("one\r\n$ ");
  CHECK(with.saved().starts_with(without.saved()));
  CHECK(with.saved() != without.saved());
}

TEST_CASE("marks of a line that is cut stay at their place", "[terminal][marks]") {
  // A row of a single column each, marked or not, more than a line of the history keeps.
  Machine m({2, 10});
  const auto total = History::kMaxLine * 2;
  m.feed("\x1b[31m");
  for (std::size_t i = 0; i < total; i += 10) {
    if (i % 1000 == 0) m.feed(kPrompt.substr(0, kPrompt.size() - 2));
    m.feed("x" + std::to_string(100'000'000 + i));
  }
  m.feed("\r\n\r\n\r\n");
  const auto all = marked(m);
  REQUIRE(all.size() == (total + 999) / 1000);
  // The mark came while the cursor waited to wrap: on the row before.
  for (std::size_t i = 1; i < all.size(); ++i) {
    CHECK(all[i] == "A x" + std::to_string(100'000'000 + i * 1000 - 10));
  }
}

TEST_CASE("what is erased is marked no more, but where the prompt is drawn anew", "[terminal][marks]") {
  Machine m({6, 20});
  m.feed(command("ls", "file") + kPrompt + "\r\x1b[J$ again");
  CHECK(marked(m) == std::vector<std::string>{"A $ ls", "C file", "A $ again"});
  m.feed("\r\x1b[K$ ");
  CHECK(marked(m).size() == 3);
  m.feed("\x1b[1;1H\x1b[2J");
  CHECK(marked(m).empty());
  m.feed(command("ls", "file") + "\x1b[1;1H\x1b[L");
  CHECK(m.screen().marks(0) == 0);
  CHECK(marked(m) == std::vector<std::string>{"A $ ls", "C file"});
  m.feed("\x1b[2M\x1b[?1049h" + kPrompt);
  CHECK(marked(m).empty());  // the alternate screen has none
  m.feed("\x1b[?1049l");
  CHECK(marked(m) == std::vector<std::string>{"C file"});
}

}  // namespace sess::terminal
