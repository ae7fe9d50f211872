#include "command/language/parser.hpp"

#include <map>

#include "support/catch.hpp"

using namespace sess::command;

namespace {

struct Variables {
  std::map<std::string, std::string, std::less<>> values{{"HOME", "/home/ann"}, {"NAME", "a b"}};
  ParseContext context() {
    ParseContext context;
    context.variable = [this](std::string_view name) -> std::optional<std::string> {
      const auto it = values.find(name);
      if (it == values.end()) return std::nullopt;
      return it->second;
    };
    context.assign = [this](std::string_view name, std::string_view value, bool) {
      values[std::string(name)] = std::string(value);
    };
    context.home = [](std::string_view user) { return user == "bob" ? "/home/bob" : ""; };
    context.expand = [](std::string_view text) {
      if (text == "#{yes}") return std::string("1");
      if (text == "#{no}") return std::string("0");
      return std::string(text);
    };
    return context;
  }
};

std::string printed(std::string_view text) {
  Variables variables;
  const Parsed parsed = parse(text, variables.context());
  REQUIRE(parsed.errors.empty());
  return print(*parsed.commands);
}

std::vector<std::string> errors(std::string_view text) {
  Variables variables;
  ParseContext context = variables.context();
  context.file = "c";
  return parse(text, context).errors;
}

/// The single argument of `display-message`.
std::string word(std::string_view text) {
  Variables variables;
  const Parsed parsed = parse("display-message " + std::string(text), variables.context());
  REQUIRE(parsed.errors.empty());
  REQUIRE(parsed.commands->size() == 1);
  return parsed.commands->front().args[0];
}

}  // namespace

TEST_CASE("quotes, escapes, tilde and variables make the words that tmux makes", "[command]") {
  CHECK(word("plain") == "plain");
  CHECK(word("'a b'") == "a b");
  CHECK(word("\"a b\"") == "a b");
  CHECK(word("'$NAME'") == "$NAME");
  CHECK(word("\"$NAME\"") == "a b");
  CHECK(word("$NAME") == "a b");
  CHECK(word("${NAME}x") == "a bx");
  CHECK(word("$NOPE.") == ".");
  CHECK(word("$1") == "$1");
  CHECK(word("a\"b\"'c'") == "abc");
  CHECK(word("a\\ b") == "a b");
  CHECK(word("\\;") == ";");
  CHECK(word("\\n\\t\\e\\101") == "\n\t\033A");
  CHECK(word("\\u00e9") == "é");
  CHECK(word("\\U0001F600") == "😀");
  CHECK(word("~") == "/home/ann");
  CHECK(word("~/x") == "/home/ann/x");
  CHECK(word("~bob/x") == "/home/bob/x");
  CHECK(word("x~") == "x~");
  CHECK(word("'~'") == "~");
  CHECK(word("a#b") == "a#b");
  CHECK(word("%") == "%");
  CHECK(word("%1") == "%1");
  CHECK(word("a=b") == "a=b");
  CHECK(word("a\\\nb") == "ab");
}

TEST_CASE("a newline inside quotes stays, the indentation and comments behind it do not", "[command]") {
  CHECK(word("'a\n   b'") == "a\nb");
  CHECK(word("'a\n  # comment\nb'") == "a\n\nb");
  CHECK(word("'a\n  #{x}'") == "a\n#{x}");
}

TEST_CASE("commands of one line are one group, those of two lines are two", "[command]") {
  CHECK(printed("next-window ; last-window") == "next-window ; last-window");
  CHECK(printed("next-window\nlast-window") == "next-window ;; last-window");
  CHECK(printed("next-window ;; last-window;") == "next-window ; last-window");
  CHECK(printed("# only a comment\n\n") == "");
  CHECK(printed("next-window # comment\n") == "next-window");
  CHECK(printed("next-window \\\n -t x") == "next-window -t x");
}

TEST_CASE("braces hold commands", "[command]") {
  CHECK(printed("bind x { next-window ; last-window }") == "bind-key x { next-window ; last-window }");
  CHECK(printed("bind x {\n next-window\n last-window\n}\nls") ==
        "bind-key x { next-window ;; last-window } ;; list-sessions");
  CHECK(printed("if -F 1 { bind y { ls } } { lsw }") ==
        "if-shell -F 1 { bind-key y { list-sessions } } { list-windows }");
  CHECK(printed("bind x { }") == "bind-key x {  }");
}

TEST_CASE("assignments are seen by the lines behind them", "[command]") {
  CHECK(printed("A=1\ndisplay $A") == "display-message 1");
  CHECK(printed("%hidden A=2\ndisplay $A") == "display-message 2");
  CHECK(printed("A=3 display x") == "display-message x");
  CHECK(printed("display A=3") == "display-message A=3");
}

TEST_CASE("conditions choose what is loaded", "[command]") {
  CHECK(printed("%if #{yes}\nls\n%else\nlsw\n%endif") == "list-sessions");
  CHECK(printed("%if #{no}\nls\n%elif #{yes}\nlsc\n%else\nlsw\n%endif") == "list-clients");
  CHECK(printed("%if #{no}\nls\n%elif 0\nlsc\n%else\nlsw\n%endif\nlsk") == "list-windows ;; list-keys");
  CHECK(printed("%if 1\n%if 0\nls\n%endif\nlsw\n%endif") == "list-windows");
  CHECK(printed("%if #{yes} ls %else lsw %endif") == "list-sessions");
  CHECK(printed("bind x { %if 0\n ls\n%else\n lsw\n%endif\n}") == "bind-key x { list-windows }");
  CHECK(printed("%if 0\nA=1\n%endif\ndisplay \"x$A\"") == "display-message x");
}

// Recorded from tmux 3.3a, with its file names replaced. tmux stops at the first; here the rest still loads.
TEST_CASE("errors name file and line in tmux's words, and all of them are reported", "[command]") {
  using List = std::vector<std::string>;
  CHECK(errors("set @b foo }\nset @c x") == List{"c:1: syntax error"});
  CHECK(errors("foo\nset -g @q 1") == List{"c:1: unknown command: foo"});
  CHECK(errors("ls\n%if 1\nlsw\n") == List{"c:4: syntax error"});
  CHECK(errors("ls\n%foo 1\nlsw\n") == List{"c:2: syntax error"});
  CHECK(errors("ls\n%endif\nlsw\n") == List{"c:2: syntax error"});
  CHECK(errors("ls \"${a-b}\"") == List{"c:1: invalid environment variable"});
  CHECK(errors("ls \"\\u12\"") == List{"c:1: invalid \\u argument"});
  CHECK(errors("ls \"\\777\"") == List{"c:1: invalid octal escape"});
  CHECK(errors("bind x { lsw\nls\n") == List{"c:3: syntax error"});
  CHECK(errors("zzz\nls\nyyy\n") == List{"c:1: unknown command: zzz", "c:3: unknown command: yyy"});
  CHECK(errors("; ls") == List{"c:1: syntax error"});
}

TEST_CASE("what is right is loaded when something else is wrong", "[command]") {
  Variables variables;
  const Parsed parsed = parse("zzz\nls\nlsw \"\\8\\7\" x\nlsc \"${x-y}\" z\nlsk }\nlsp", variables.context());
  CHECK(parsed.errors.size() == 4);
  CHECK(print(*parsed.commands) == "list-sessions ;; list-panes");
}

TEST_CASE("a block with a mistake runs none of its commands at the top", "[command]") {
  Variables variables;
  const Parsed parsed = parse("bind x {\n set -g @a \"\\9 \\401\"\n kill-server\n}\nls", variables.context());
  CHECK(parsed.errors.size() == 1);
  CHECK(print(*parsed.commands) == "list-sessions");
}

TEST_CASE("an argument vector ends commands at a semicolon", "[command]") {
  const auto run = [](std::vector<std::string> arguments) {
    const Parsed parsed = parse_arguments(arguments, {});
    REQUIRE(parsed.errors.empty());
    return print(*parsed.commands);
  };
  CHECK(run({"ls", ";", "lsw"}) == "list-sessions ; list-windows");
  CHECK(run({"display", "a;", "lsw"}) == "display-message a ; list-windows");
  CHECK(run({"display", "a\\;"}) == "display-message \"a;\"");
  CHECK(run({"ls", ";"}) == "list-sessions");
  CHECK(run({"display", "$HOME ~ 'x'"}) == "display-message \"\\$HOME ~ 'x'\"");
}

TEST_CASE("an alias is replaced by its commands, the arguments follow the last", "[command]") {
  ParseContext context;
  context.alias = [](std::string_view name) -> std::optional<std::string> {
    if (name == "info") return "ls ; show-messages -JT";
    if (name == "ls") return "ls -F x";  // an alias is not looked up again
    return std::nullopt;
  };
  const Parsed parsed = parse("info -t a\nls", context);
  REQUIRE(parsed.errors.empty());
  CHECK(print(*parsed.commands) == "list-sessions ; show-messages -JT -t a ;; list-sessions -F x");
}

TEST_CASE("nesting and size are bounded", "[command]") {
  std::string deep = "bind x ";
  for (int i = 0; i < 100'000; ++i) deep += "{ bind x ";
  CHECK_FALSE(parse(deep, {}).errors.empty());
  std::string ifs;
  for (int i = 0; i < 100'000; ++i) ifs += "%if 1\n";
  CHECK_FALSE(parse(ifs, {}).errors.empty());
  CHECK_FALSE(parse(std::string(100'000, '{'), {}).errors.empty());
  CHECK_FALSE(parse(std::string(100'000, '}'), {}).errors.empty());
}

TEST_CASE("any bytes are parsed without harm", "[command]") {
  std::uint32_t seed = 7;
  const std::string_view alphabet = "ab {};'\"\\$#%~=\n\r\t\x80\xff\0-";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += alphabet[(seed >> 16) % alphabet.size()];
    }
    Variables variables;
    const Parsed parsed = parse(text, variables.context());
    REQUIRE(parsed.commands != nullptr);
  }
}
