#include "command/language/target.hpp"

#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {

/// Sessions main (windows 0 bash, 1 vi, 5 bash-two), mail (0 mutt), group-a, group-b; main:1 has three panes:
/// %1 on the left, %6 right above, %7 right below. main is the most recently used one.
struct Places : World {
  Places() {
    run({"new", "-d", "-s", "main", "-n", "bash", "-x", "80", "-y", "24"});  // %0 @0 $0
    run({"neww", "-d", "-t", "main:1", "-n", "vi"});                         // %1 @1
    run({"neww", "-d", "-t", "main:5", "-n", "bash-two"});                   // %2 @2
    run({"new", "-d", "-s", "mail", "-n", "mutt"});                          // %3 @3 $1
    run({"new", "-d", "-s", "group-a"});                                     // %4 @4 $2
    run({"new", "-d", "-s", "group-b"});                                     // %5 @5 $3
    run({"splitw", "-h", "-t", "main:1"});                                   // %6
    run({"splitw", "-v", "-t", "main:1.1"});                                 // %7
    run({"selectp", "-t", "main:1.0"});
    host.time += std::chrono::seconds(10);
    model.sessions().note_activity(model.sessions().named("main")->id, host.time);
  }
  std::string where(std::string_view text, TargetKind kind, unsigned flags = 0) {
    FindContext context;
    context.model = &model;
    context.client = client;
    auto found = find_target(context, text.empty() ? std::nullopt : std::optional(text), kind, flags);
    if (!found) return found.error().text;
    std::string out = model.session(*found->session)->name + ":";
    out += found->link ? std::to_string(*found->link) : "-";
    if (found->pane) out += "." + to_string(*found->pane);
    if ((flags & kFindWindowIndex) != 0) out += " " + std::to_string(found->index);
    return out;
  }
};

}  // namespace

TEST_CASE("a session is found by id, name, prefix and pattern", "[command]") {
  Places world;
  const auto find = [&](std::string_view text) { return world.where(text, TargetKind::session); };
  CHECK(find("") == "main:0.%0");
  CHECK(find("main") == "main:0.%0");
  CHECK(find("$1") == "mail:0.%3");
  CHECK(find("mai") == "can't find session: mai");
  CHECK(find("mail") == "mail:0.%3");
  CHECK(find("=mail") == "mail:0.%3");
  CHECK(find("=mai") == "can't find session: mai");
  CHECK(find("group") == "can't find session: group");
  CHECK(find("*-b") == "group-b:0.%5");
  CHECK(find("g*") == "can't find session: g*");
  CHECK(find("nope") == "can't find session: nope");
  CHECK(find("$99") == "can't find session: $99");
  CHECK(find("main:1") == "main:1.%1");
  CHECK(find("main:") == "main:0.%0");
}

TEST_CASE("a window is found by id, offset, token, index, name and pattern", "[command]") {
  Places world;
  const auto find = [&](std::string_view text) { return world.where(text, TargetKind::window); };
  CHECK(find("@2") == "main:5.%2");
  CHECK(find("@99") == "can't find window: @99");
  CHECK(find("+") == "main:1.%1");
  CHECK(find("+2") == "main:5.%2");
  CHECK(find("-") == "main:5.%2");
  CHECK(find("+3") == "main:0.%0");
  CHECK(find("{next}") == "main:1.%1");
  CHECK(find("^") == "main:0.%0");
  CHECK(find("{end}") == "main:5.%2");
  CHECK(find("!") == "can't find window: !");
  CHECK(find("5") == "main:5.%2");
  CHECK(find("main:5") == "main:5.%2");
  CHECK(find(":5") == "main:5.%2");
  CHECK(find("vi") == "main:1.%1");
  CHECK(find("bash") == "main:0.%0");
  CHECK(find("bas") == "can't find window: bas");
  CHECK(find("*two") == "main:5.%2");
  CHECK(find("=v") == "can't find window: v");
  CHECK(find("main:=vi") == "main:1.%1");
  CHECK(find("mail") == "mail:0.%3");  // a bare word may be a session
  CHECK(find(":mail") == "can't find window: mail");
  CHECK(find("main:nope") == "can't find window: nope");
  CHECK(find("$1:0") == "mail:0.%3");
  CHECK(find("9") == "can't find window: 9");
  world.run({"selectw", "-t", "main:5"});
  CHECK(find("!") == "main:0.%0");
  CHECK(find("{last}") == "main:0.%0");
}

TEST_CASE("a pane is found by id, index, offset and place", "[command]") {
  Places world;
  const auto find = [&](std::string_view text) { return world.where(text, TargetKind::pane); };
  CHECK(find("%2") == "main:5.%2");
  CHECK(find("%99") == "can't find pane: %99");
  CHECK(find("main:1.2") == "main:1.%7");
  CHECK(find("main:1.7") == "can't find pane: 7");
  CHECK(find("main:1.+") == "main:1.%6");
  CHECK(find("main:1.-") == "main:1.%7");
  CHECK(find("main:1.{top-right}") == "main:1.%6");
  CHECK(find("main:1.{bottom-right}") == "main:1.%7");
  CHECK(find("main:1.left") == "main:1.%1");
  CHECK(find("main:1.{right-of}") == "main:1.%7");
  CHECK(find("main:1.{left-of}") == "main:1.%7");  // around the edge, to the one used last
  CHECK(find("main:1.!") == "main:1.%7");
  CHECK(find("vi") == "main:1.%1");
  CHECK(find("mail") == "mail:0.%3");
  CHECK(find("vi.1") == "main:1.%6");
  CHECK(find("nope") == "can't find pane: nope");
  CHECK(find("main:nope.0") == "can't find window: nope");
  CHECK(find("nope:0.0") == "can't find session: nope");
}

TEST_CASE("a free index is a place for a window", "[command]") {
  Places world;
  const auto find = [&](std::string_view text) {
    return world.where(text, TargetKind::window, kFindWindowIndex);
  };
  CHECK(find("main:7") == "main:0.%0 7");
  CHECK(find("main:5") == "main:5.%2 5");
  CHECK(find("main:") == "main:0.%0 -1");
  CHECK(find("") == "main:0.%0 -1");
  CHECK(find("+3") == "main:0.%0 3");
  CHECK(find("1.0") == "can't specify pane here");
}

TEST_CASE("marked and mouse targets are errors without one", "[command]") {
  Places world;
  CHECK(world.where("~", TargetKind::pane) == "no marked target");
  CHECK(world.where("=", TargetKind::pane) == "no mouse target");
  world.run({"selectp", "-m", "-t", "main:1.1"});
  CHECK(world.where("{marked}", TargetKind::pane) == "main:1.%6");
  FindContext context;
  context.model = &world.model;
  context.mouse = find_from_pane(world.model, PaneId{7});
  CHECK(find_target(context, "=", TargetKind::pane)->pane == PaneId{7});
  CHECK(find_target(context, "{mouse}", TargetKind::window)->pane == PaneId{1});
}

TEST_CASE("a client in a pane stands on that pane's session", "[command]") {
  Places world;
  world.model.client(world.client)->environment.set("SESS_PANE", "%3");
  CHECK(world.where("", TargetKind::session) == "mail:0.%3");
  world.model.client(world.client)->tty = "/dev/pts/104";
  CHECK(world.where("", TargetKind::session) == "group-a:0.%4");
}

TEST_CASE("without any session there is no target", "[command]") {
  World world;
  CHECK(world.run({"lsw"}).err == "no current target\n");
  CHECK(world.run({"has"}).err == "no current target\n");
  CHECK(world.run({"has", "-t", "x"}).err == "no current target\n");
}

// Recorded from tmux 3.3a.
TEST_CASE("commands report targets in tmux's words", "[command]") {
  Places world;
  CHECK(world.run({"selectw", "-t", "nope"}).err == "can't find window: nope\n");
  CHECK(world.run({"selectp", "-t", "nope"}).err == "can't find pane: nope\n");
  CHECK(world.run({"swapp", "-s", "@9"}).err == "can't find window: @9\n");
  CHECK(world.run({"movew", "-s", "0.0", "-t", "1.0"}).err == "can't specify pane here\n");
  CHECK(world.run({"killp", "-t", "%99"}).err == "can't find pane: %99\n");
  CHECK(world.run({"display", "-p", "-t", "=", "x"}).out == "x\n");
  CHECK(world.run({"neww", "-d", "-t", "main:5"}).err == "create window failed: index 5 in use\n");
}
