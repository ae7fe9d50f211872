#include "input/line_editor.hpp"

#include <sstream>

#include "support/catch.hpp"

using namespace sess::input;

namespace {

using Outcome = LineEditor::Outcome;
constexpr std::string_view kSeparators = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~";

/// Presses keys by name ("a b Left C-w") and shows the line with its cursor: "ab|c".
std::string after(LineEditor& line, const std::string& keys, LineEditor::Keys how = LineEditor::Keys::emacs) {
  std::istringstream names(keys);
  for (std::string name; names >> name;) {
    const auto key = parse_key(name);
    REQUIRE(key);
    static_cast<void>(line.on_key(*key, how, kSeparators));
  }
  return line.before_cursor() + "|" + line.after_cursor();
}

std::string after(std::string_view text, const std::string& keys,
                  LineEditor::Keys how = LineEditor::Keys::emacs) {
  LineEditor line(text);
  return after(line, keys, how);
}

Outcome outcome(const char* name, LineEditor::Keys how = LineEditor::Keys::emacs) {
  LineEditor line("some text");
  return line.on_key(*parse_key(name), how, kSeparators);
}

}  // namespace

TEST_CASE("characters go in at the cursor, whatever their width", "[line]") {
  CHECK(after("", "a b c") == "abc|");
  CHECK(after("한글", "Left x") == "한x|글");
  CHECK(after("abc", "Home x End y") == "xabcy|");
  CHECK(after("abc", "C-a C-f x C-b C-b y") == "y|axbc");
  LineEditor line;
  line.insert("two\nlines\tand \xff bytes");
  CHECK(line.text() == "twolinesand \xff bytes");
}

TEST_CASE("emacs' keys erase, cut, put back and swap", "[line]") {
  CHECK(after("abc", "BSpace") == "ab|");
  CHECK(after("abc", "Home DC") == "|bc");
  CHECK(after("abc", "Home BSpace Left") == "|abc");
  CHECK(after("abc", "C-u") == "|");
  CHECK(after("one two", "M-b C-k") == "one |");
  CHECK(after("one two  ", "C-w") == "one |");
  CHECK(after("one two", "C-w C-a C-y") == "two|one ");
  CHECK(after("a/path/name", "C-w") == "a/path/|");
  CHECK(after("a/path/", "C-w") == "a/path|");
  CHECK(after("abc", "C-t") == "acb|");
  CHECK(after("abc", "C-a C-t") == "|abc");
  CHECK(after("one two three", "C-a M-f M-f") == "one two| three");
  CHECK(after("one two three", "C-Left C-Left") == "one |two three");
}

TEST_CASE("vi's keys: commands after Escape, text again after i, a, A, I, C, s and S", "[line]") {
  const auto vi = LineEditor::Keys::vi;
  CHECK(after("abc", "Escape", vi) == "abc|");
  CHECK(after("abc", "Escape h x", vi) == "ab|");
  CHECK(after("abc", "Escape 0 i x", vi) == "x|abc");
  CHECK(after("abc", "Escape 0 A x", vi) == "abcx|");
  CHECK(after("abc", "Escape I x", vi) == "x|abc");
  CHECK(after("abc def", "Escape b D", vi) == "abc |");
  CHECK(after("abc def", "Escape 0 w s x", vi) == "abc x|ef");
  CHECK(after("abc def", "Escape 0 e a x", vi) == "abcx| def");
  CHECK(after("abc", "Escape S x y", vi) == "xy|");
  CHECK(after("abc", "Escape d", vi) == "|");
  LineEditor line("abc");
  CHECK_FALSE(line.commanding());
  after(line, "Escape", vi);
  CHECK(line.commanding());
  CHECK(line.on_key(*parse_key("j"), vi, kSeparators) == Outcome::newer);
  CHECK(line.on_key(*parse_key("q"), vi, kSeparators) == Outcome::cancel);
  CHECK(line.on_key(*parse_key("z"), vi, kSeparators) == Outcome::nothing);
  CHECK(line.text() == "abc");
}

TEST_CASE("what the owner has to do is told", "[line]") {
  CHECK(outcome("Enter") == Outcome::accept);
  CHECK(outcome("C-j") == Outcome::accept);
  CHECK(outcome("Escape") == Outcome::cancel);
  CHECK(outcome("C-c") == Outcome::cancel);
  CHECK(outcome("Tab") == Outcome::complete);
  CHECK(outcome("Up") == Outcome::older);
  CHECK(outcome("C-n") == Outcome::newer);
  CHECK(outcome("C-y") == Outcome::paste);
  CHECK(outcome("C-r") == Outcome::search_backward);
  CHECK(outcome("x") == Outcome::changed);
  CHECK(outcome("Left") == Outcome::moved);
  CHECK(outcome("F5") == Outcome::nothing);
  CHECK(outcome("M-x") == Outcome::nothing);
  CHECK(outcome("Escape", LineEditor::Keys::vi) == Outcome::moved);
}

TEST_CASE("C-v takes the next key as it is", "[line]") {
  LineEditor line("a");
  after(line, "C-v C-a b");
  CHECK(line.text() ==
        "a\x01"
        "b");
}

TEST_CASE("the word at the cursor is found and replaced", "[line]") {
  LineEditor line("set -g sta");
  CHECK(line.text(line.word()) == "sta");
  line.replace(line.word(), "status ");
  CHECK(line.text() == "set -g status ");
  CHECK(line.after_cursor().empty());
  CHECK(line.word().begin == line.word().end);
  LineEditor middle("one two three");
  after(middle, "C-Left C-Left Right");
  CHECK(middle.text(middle.word()) == "two");
}

TEST_CASE("another editor goes on with a line where the first one was", "[line]") {
  LineEditor line("one two\xed\x95\x9c three");
  after(line, "C-w C-Left C-v C-a");
  LineEditor other("something else");
  other.restore(line.state());
  CHECK(other.before_cursor() == line.before_cursor());
  CHECK(other.after_cursor() == line.after_cursor());
  CHECK(other.text().find('\x01') != std::string::npos);
  after(line, "x C-y Left");
  after(other, "x C-y Left");
  CHECK(other.before_cursor() == line.before_cursor());
  CHECK(other.after_cursor() == line.after_cursor());
}
