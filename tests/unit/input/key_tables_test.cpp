#include "input/key_tables.hpp"

#include "base/quote.hpp"

#include <fstream>
#include <sstream>
#include <utility>

#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace sess::input;

namespace {

/// What tmux 3.3a printed with its default bindings.
std::string golden(const std::string& name) {
  std::ifstream file(sess::test::test_data() + "/unit/input/golden/" + name);
  REQUIRE(file);
  std::stringstream all;
  all << file.rdbuf();
  return all.str();
}

Key key(std::string_view name) {
  return parse_key(name).value();
}

/// The defaults without the keys that tmux does not bind.
KeyTables tmux_defaults() {
  KeyTables tables = KeyTables::with_defaults();
  REQUIRE(tables.find("prefix", key("g"))->command == "switcher -Z");
  tables.unbind("prefix", key("g"));
  for (const auto* name : {"/", "?", "C-l", "M-l"}) {
    REQUIRE(tables.find("copy-mode", key(name)) != nullptr);
    tables.unbind("copy-mode", key(name));
  }
  return tables;
}

}  // namespace

TEST_CASE("list-keys prints the defaults as tmux 3.3a does, byte for byte", "[key_tables]") {
  const KeyTables tables = tmux_defaults();
  CHECK(tables.list({}) == golden("list-keys.txt"));
  ListKeys how;
  how.table = "prefix";
  CHECK(tables.list(how) == golden("list-keys-T-prefix.txt"));
  how.table = "copy-mode-vi";
  CHECK(tables.list(how) == golden("list-keys-T-copy-mode-vi.txt"));
}

TEST_CASE("list-keys -N prints the notes as tmux 3.3a does, byte for byte", "[key_tables]") {
  const KeyTables tables = tmux_defaults();
  ListKeys how;
  how.notes = true;
  CHECK(tables.list(how) == golden("list-keys-N.txt"));
  how.all = true;
  CHECK(tables.list(how) == golden("list-keys-Na.txt"));
  how.all = false;
  how.table = "prefix";
  CHECK(tables.list(how) == golden("list-keys-N-T-prefix.txt"));
  how.table.reset();
  how.only = key("c");
  how.first = true;
  CHECK(tables.list(how) == "C-b c Create a new window\n");
  how.prefix = "<p> ";
  CHECK(tables.list(how) == "<p> c Create a new window\n");
}

TEST_CASE("a binding replaces, and its command's separators are shown escaped outside of braces",
          "[key_tables]") {
  KeyTables tables;
  tables.bind("mine", key("x"),
              {"display-message \"a ; b\" ; if-shell true { kill-pane ; kill-window }", "", false});
  CHECK(tables.list({}) ==
        "bind-key -T mine x display-message \"a ; b\" \\; if-shell true { kill-pane ; kill-window }\n");
  tables.bind("mine", key("x"), {"new-window", "", true});
  CHECK(tables.list({}) == "bind-key -r -T mine x new-window\n");
}

TEST_CASE("a table goes with its last binding, but root and prefix stay", "[key_tables]") {
  KeyTables tables = KeyTables::with_defaults();
  tables.bind("mine", key("x"), {"new-window", "", false});
  CHECK(tables.has_table("mine"));
  CHECK(tables.unbind("mine", key("x")));
  CHECK_FALSE(tables.unbind("mine", key("x")));
  CHECK_FALSE(tables.has_table("mine"));
  CHECK_FALSE(tables.unbind_all("mine"));
  CHECK(tables.unbind_all("prefix"));
  CHECK(tables.has_table("prefix"));
  CHECK(tables.find("prefix", key("c")) == nullptr);
}

TEST_CASE("Any stands in for keys without a binding of their own", "[key_tables]") {
  KeyTables tables;
  tables.bind("t", key("Any"), {"display-message any", "", false});
  tables.bind("t", key("x"), {"display-message x", "", false});
  CHECK(tables.find("t", key("y")) == nullptr);
  CHECK(tables.find_or_any("t", key("y"))->command == "display-message any");
  CHECK(tables.find_or_any("t", key("x"))->command == "display-message x");
}

TEST_CASE("a key of an extended keyboard finds what a legacy one would", "[key_tables]") {
  KeyTables tables;
  tables.bind("t", key("Tab"), {"display-message tab", "", false});
  CHECK(tables.find("t", {'i', mod::kCtrl}) != nullptr);
  CHECK(tables.find("t", {'i', 0}) == nullptr);
}

TEST_CASE("only changes are saved, and come back", "[key_tables]") {
  KeyTables tables = KeyTables::with_defaults();
  sess::ByteWriter unchanged;
  tables.save(unchanged);
  CHECK(unchanged.size() < 8);
  tables.bind("prefix", key("c"), {"new-window -c /", "here", false});
  tables.unbind("root", key("WheelUpPane"));
  tables.bind("mine", key("M-한"), {"kill-server", "", true});
  CHECK(tables.annotate("prefix", key("d"), "go away", false));
  sess::ByteWriter out;
  tables.save(out);
  sess::ByteReader in(out.bytes());
  const auto back = KeyTables::restore(in);
  REQUIRE(back);
  CHECK(back->list({}) == tables.list({}));
  CHECK(back->find("prefix", key("d"))->note == "go away");
  for (std::size_t n = 0; n < out.size(); ++n) {
    sess::ByteReader cut(std::string_view(out.bytes()).substr(0, n));
    CHECK_FALSE(KeyTables::restore(cut));
  }
}

TEST_CASE("every kind of change after a save is in the next one", "[key_tables]") {
  KeyTables tables = KeyTables::with_defaults();
  const auto saved = [&] {
    sess::ByteWriter out;
    tables.save(out);
    return out.take();
  };
  std::string before = saved();
  const auto changed = [&] { return before != std::exchange(before, saved()); };
  CHECK_FALSE(changed());
  tables.bind("mine", key("x"), {"kill-server", "", false});
  CHECK(changed());
  CHECK(tables.annotate("mine", key("x"), "ends all", false));
  CHECK(changed());
  CHECK(tables.unbind("mine", key("x")));
  CHECK(changed());
  CHECK(tables.unbind_all("prefix"));
  CHECK(changed());
  CHECK_FALSE(changed());
}

TEST_CASE("words are quoted as tmux quotes them", "[key_tables]") {
  CHECK(sess::escape_argument("") == "''");
  CHECK(sess::escape_argument("a b") == "\"a b\"");
  CHECK(sess::escape_argument("~") == "\\~");
  CHECK(sess::escape_argument("~x") == "\\~x");
  CHECK(sess::escape_argument(";") == "\\;");
  CHECK(sess::escape_argument("M-$") == "\"M-$\"");
  CHECK(sess::escape_argument("M-\"") == "'M-\"'");
  CHECK(sess::escape_argument("C-\\") == "C-\\\\");
  CHECK(sess::escape_argument("$HOME") == "\"\\$HOME\"");
}
