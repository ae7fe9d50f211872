// What prompts need beside their line: completion and history.
#include "command/language/completion.hpp"
#include "command/language/prompt_history.hpp"
#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {

struct Typed : World {
  Typed() {
    run({"new", "-d", "-s", "main", "-n", "editor"});
    run({"neww", "-d", "-t", "main:12", "-n", "logs"});
    run({"new", "-d", "-s", "mail"});
  }
  std::string complete(std::string_view word, bool at_start = false, std::string_view type = "command") {
    const auto session = model.sessions().named("main")->id;
    return complete_word(model, type, word, at_start, session).value_or("(nothing)");
  }
};

}  // namespace

TEST_CASE("commands are completed at the start, options and layouts behind it", "[prompt]") {
  Typed world;
  CHECK(world.complete("rename-w", true) == "rename-window ");
  CHECK(world.complete("choose-", true) == "(nothing)");
  CHECK(world.complete("clear-p", true) == "clear-prompt-history ");
  CHECK(world.complete("kill-", true) == "(nothing)");
  CHECK(world.complete("kill-s", true) == "kill-se");
  CHECK(world.complete("pane-border-l", true) == "(nothing)");
  CHECK(world.complete("pane-border-l") == "pane-border-lines ");
  CHECK(world.complete("even-h") == "even-horizontal ");
  CHECK(world.complete("no-such-word") == "(nothing)");
  world.run({"set", "-s", "command-alias[70]", "zoomy=resize-pane -Z"});
  CHECK(world.complete("zoo", true) == "zoomy ");
}

TEST_CASE("targets are completed: sessions, then windows", "[prompt]") {
  Typed world;
  CHECK(world.complete("-tm") == "-tmai");
  CHECK(world.complete("-tmain") == "-tmain:");
  CHECK(world.complete("-smai") == "(nothing)");
  CHECK(world.complete("-t$0") == "-t$0:");
  CHECK(world.complete("-tmain:1") == "-tmain:12");
  CHECK(world.complete("-tmain:ed") == "-tmain:editor");
  CHECK(world.complete("-tnone:") == "(nothing)");
  CHECK(world.complete("mail", false, "target") == "mail:");
  CHECK(world.complete("lo", false, "window-target") == "logs");
  CHECK(world.complete("ma", false, "search") == "(nothing)");
}

TEST_CASE("a history keeps the newest lines, each once in a row, and its file gives it back", "[prompt]") {
  PromptHistory history;
  for (const char* line : {"one", "two", "two", "three", "", "four"}) history.add("command", line, 3);
  CHECK(history.lines("command") == std::vector<std::string>{"two", "three", "four"});
  history.add("search", "a:b", 3);
  history.add("nonsense", "x", 3);
  CHECK(history.lines("nonsense").empty());
  CHECK(history.text() == "command:two\ncommand:three\ncommand:four\nsearch:a:b\n");
  PromptHistory again;
  again.load("old style\n" + history.text(), 100);
  CHECK(again.lines("command") == std::vector<std::string>{"old style", "two", "three", "four"});
  CHECK(again.lines("search") == std::vector<std::string>{"a:b"});
  again.clear("command");
  CHECK(again.lines("command").empty());
  CHECK(again.lines("search").size() == 1);
  again.clear(std::nullopt);
  CHECK(again.text().empty());
}

TEST_CASE("histories are shown and cleared by type", "[prompt]") {
  Typed world;
  world.queue.prompt_history().add("search", "needle", 100);
  CHECK(world.run({"show-prompt-history", "-T", "search"}).out == "History for search:\n\n1: needle\n\n");
  CHECK(world.run({"showphist", "-T", "other"}).err == "invalid type: other\n");
  world.run({"clear-prompt-history", "-T", "search"});
  CHECK(world.run({"show-prompt-history", "-T", "search"}).out == "History for search:\n\n\n");
}

TEST_CASE("an incremental prompt runs its template at every change and nothing waits for it", "[prompt]") {
  Typed world;
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach", "-t", "main"});
  world.run_as(user, {"command-prompt", "-i", "-p", "find", "rename-window -- '%%'"});
  REQUIRE(world.host.prompts.size() == 1);
  CHECK(world.queue.idle());
  REQUIRE(world.host.prompts[0].changed);
  world.host.prompts[0].changed("=a");
  world.settle();
  CHECK(world.format("#W") == "=a\n");
  world.host.prompts[0].changed("=ab");
  world.settle();
  CHECK(world.format("#W") == "=ab\n");
  world.host.answers[0]("ab");
  world.settle();
  CHECK(world.format("#W") == "=ab\n");
}

TEST_CASE("access to the server cannot be given to others", "[prompt]") {
  Typed world;
  CHECK(world.run({"server-access", "-l"}).out == "ann (W)\n");
  CHECK(world.run({"server-access"}).err == "missing user argument\n");
  CHECK(world.run({"server-access", "-a", "nobody-at-all"}).err == "unknown user: nobody-at-all\n");
  CHECK(world.run({"server-access", "-d", "bob"}).err == "user bob not found\n");
  CHECK(world.run({"server-access", "-a", "bob"}).err ==
        "user bob not added: only ann may use this server\n");
}
