#include "command/language/args.hpp"

#include "command/language/parser.hpp"
#include "support/catch.hpp"

using namespace sess::command;

namespace {

/// What tmux would print on its stderr.
std::string problem(std::vector<std::string> arguments) {
  const Parsed parsed = parse_arguments(arguments, {});
  return parsed.errors.empty() ? "" : parsed.errors.front();
}

const Command& only(const Parsed& parsed) {
  REQUIRE(parsed.errors.empty());
  REQUIRE(parsed.commands->size() == 1);
  return parsed.commands->front();
}

}  // namespace

// Recorded from tmux 3.3a.
TEST_CASE("wrong arguments are refused in tmux's words", "[command]") {
  CHECK(problem({"new-session", "-q", "-d"}) == "command new-session: unknown flag -q");
  CHECK(problem({"new-session", "-t"}) == "command new-session: -t expects an argument");
  CHECK(problem({"ls", "-!"}) == "command list-sessions: invalid flag -!");
  CHECK(problem({"ls", "-?"}) == "usage: list-sessions [-F format] [-f filter]");
  CHECK(problem({"rename-session"}) == "command rename-session: too few arguments (need at least 1)");
  CHECK(problem({"rename-session", "a", "b", "c"}) ==
        "command rename-session: too many arguments (need at most 1)");
  CHECK(problem({"if-shell", "-F"}) == "command if-shell: too few arguments (need at least 2)");
  CHECK(problem({"bind", "-T", "x"}) == "command bind-key: too few arguments (need at least 1)");
  CHECK(problem({"set-option", "-q"}) == "command set-option: too few arguments (need at least 1)");
  CHECK(problem({"kill-session", "a"}) == "command kill-session: too many arguments (need at most 0)");
  CHECK(problem({"foo"}) == "unknown command: foo");
  CHECK(
      problem({"list-"}) ==
      "ambiguous command: list-, could be: list-buffers, list-clients, list-commands, list-keys, list-panes, "
      "list-sessions, list-windows");
}

TEST_CASE("a misspelt command gets the nearest one suggested", "[command]") {
  CHECK(problem({"atach"}) == "unknown command: atach; did you mean attach-session?");
  CHECK(problem({"kill-sesion"}) == "unknown command: kill-sesion; did you mean kill-session?");
  CHECK(problem({"xyzzy"}) == "unknown command: xyzzy");
}

TEST_CASE("who speaks tmux is understood as by tmux", "[command]") {
  const auto& registry = Registry::standard();
  const auto name = [&](std::string_view word) {
    const auto found = registry.find(word, Words::tmux);
    return found ? std::string((*found)->name) : found.error().text;
  };
  CHECK(name("run") == "run-shell");
  CHECK(name("wait") == "wait-for");
  CHECK(name("start") == "start-server");
  CHECK(name("lsp") == "list-panes");
  CHECK(name("new-s") == "new-session");
  CHECK(name("ps") == "unknown command: ps");
  CHECK(name("run-job") == "unknown command: run-job");
  CHECK(name("atach") == "unknown command: atach");
  CHECK(name("sta") == "start-server");
  CHECK(name("res") ==
        "ambiguous command: res, could be: resize-pane, resize-window, respawn-pane, respawn-window");
}

TEST_CASE("names may be shortened, and aliases are exact", "[command]") {
  CHECK(only(parse("new-s -d", {})).entry->name == "new-session");
  CHECK(only(parse("splitw", {})).entry->name == "split-window");
  CHECK(only(parse("new", {})).entry->name == "new-session");
  CHECK(only(parse("has", {})).entry->name == "has-session");
  CHECK(only(parse("he", {})).entry->name == "help");
}

TEST_CASE("flags cluster, values are attached or separate, and -- ends them", "[command]") {
  const Parsed parsed = parse("new-session -dPs app -x80 -e A=1 -e B=2 -- -cmd arg", {});
  const Args& args = only(parsed).args;
  CHECK(args.has('d'));
  CHECK(args.has('P'));
  CHECK(args.get('s') == "app");
  CHECK(args.get('x') == "80");
  CHECK(args.all('e').size() == 2);
  CHECK(args.all('e')[1] == "B=2");
  CHECK(args.get('e') == "B=2");
  CHECK_FALSE(args.get('n'));
  CHECK(args.strings() == std::vector<std::string>{"-cmd", "arg"});
  CHECK(only(parse("send -", {})).args[0] == "-");
}

TEST_CASE("long options stand beside the short ones", "[command]") {
  const Parsed parsed = parse("new-session --detached --session app --env=A=1 --width=90 top", {});
  const Args& args = only(parsed).args;
  CHECK(args.has('d'));
  CHECK(args.get('s') == "app");
  CHECK(args.get('e') == "A=1");
  CHECK(args.get('x') == "90");
  CHECK(args[0] == "top");
  CHECK(only(parse("ls --json --format x", {})).print() == "list-sessions --json -F x");
  CHECK(problem({"ls", "--nope"}) == "command list-sessions: unknown flag --nope");
  CHECK(problem({"ls", "--format"}) == "command list-sessions: --format expects an argument");
  CHECK(problem({"new", "--detached=1"}) == "command new-session: --detached takes no argument");
  CHECK(problem({"ls", "--help"}) == "usage: list-sessions [-F format] [-f filter]");
}

TEST_CASE("a command block is no string", "[command]") {
  CHECK(parse("display { ls }", {}).errors ==
        std::vector<std::string>{"command display-message: argument 1 must be \"string\""});
  CHECK(parse("display -t { ls }", {}).errors ==
        std::vector<std::string>{"command display-message: -t argument must be a string"});
}

// Recorded from `tmux list-keys` after `bind-key -T t a display-message TEXT`.
TEST_CASE("arguments are printed quoted as list-keys prints them", "[command]") {
  const auto print_one = [](std::string text) {
    const Parsed parsed =
        parse_arguments(std::vector<Value>{Value("display-message"), Value(std::move(text))}, {});
    return only(parsed).print().substr(16);
  };
  CHECK(print_one("a b") == "\"a b\"");
  CHECK(print_one("it's") == "\"it's\"");
  CHECK(print_one("a\"b") == "'a\"b'");
  CHECK(print_one("a\\b") == "a\\\\b");
  CHECK(print_one("~x") == "\\~x");
  CHECK(print_one("~") == "\\~");
  CHECK(print_one("$HOME") == "\"\\$HOME\"");
  CHECK(print_one("a$") == "\"a$\"");
  CHECK(print_one("$5") == "\"$5\"");
  CHECK(print_one("#{x}") == "\"#{x}\"");
  CHECK(print_one("tab\tx") == "tab\\tx");
  CHECK(print_one("nl\nx") == "nl\\nx");
  CHECK(print_one("é ü") == "\"é ü\"");
  CHECK(print_one("a\"b c") == "\"a\\\"b c\"");
  CHECK(print_one("\"") == "\\\"");
  CHECK(print_one("%") == "\\%");
  CHECK(print_one("}") == "\\}");
  CHECK(print_one("\\") == "\\\\");
  CHECK(print_one("") == "''");
  CHECK(print_one(" ") == "\" \"");
  CHECK(print_one("\001x") == "\\001x");
  CHECK(print_one("=") == "=");
  CHECK(print_one("a~") == "a~");
  CHECK(print_one("C-a") == "C-a");
}

TEST_CASE("a command prints its flags in order, then their values, then its arguments", "[command]") {
  CHECK(only(parse("new -s app -d -n w -P sh", {})).print() == "new-session -Pd -n w -s app sh");
  const Parsed parsed = parse("bind -n M-x { select-pane -t = ; send-keys -M }", {});
  CHECK(only(parsed).print() == "bind-key -n M-x { select-pane -t = ; send-keys -M }");
  CHECK(print(*only(parsed).args.values()[1].commands(), true) == "select-pane -t = \\; send-keys -M");
}
