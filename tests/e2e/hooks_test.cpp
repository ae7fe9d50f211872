// What runs by itself when something happens: which hooks, in which order, how often, and what their commands
// know.
#include "rig.hpp"

using namespace sess::test;

namespace {

/// A hook that notes `text` with what stands in its variables.
void note(const Rig& rig, const std::string& hook, const std::string& text) {
  rig.ask({"set-hook", "-g", hook, "set-option -gaF @log '#{hook} " + text + " '"});
}

std::string noted(const Rig& rig) {
  return rig.ask({"show-options", "-gqv", "@log"});
}

/// What was noted up to the last word, which is waited for.
std::string noted_until(const Rig& rig, std::string_view last) {
  wait_until([&] { return noted(rig).ends_with(std::string(last) + " "); });
  return noted(rig);
}

void forget(const Rig& rig) {
  rig.ask({"set-option", "-gu", "@log"});
}

std::string name_of(const Rig& rig) {
  return rig.ask({"list-clients", "-F", "#{client_name}"});
}

}  // namespace

TEST_CASE("a hook knows each thing that it is about in a variable of its own", "[hooks]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "-n", "one", "exec cat"});
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  for (const char* hook : {"pane-died", "pane-exited", "pane-title-changed"}) note(rig, hook, "#{hook_pane}");
  for (const char* hook : {"session-created", "session-renamed", "session-closed"}) {
    note(rig, hook, "#{hook_session}/#{hook_session_name}/#{hook_window_name}");
  }
  for (const char* hook : {"window-linked", "window-renamed", "window-unlinked"}) {
    note(rig, hook, "#{hook_window}/#{hook_window_name}");
  }
  note(rig, "alert-bell", "#{hook_session_name}/#{hook_window_name}");

  rig.ask({"new-window", "-d", "-t", "app", "-n", "two", "exec cat"});
  CHECK(noted_until(rig, "@1/two") == "window-linked @1/two ");
  forget(rig);
  rig.ask({"rename-window", "-t", "app:two", "three"});
  CHECK(noted_until(rig, "@1/three") == "window-renamed @1/three ");
  forget(rig);
  rig.ask({"kill-window", "-t", "app:three"});
  CHECK(noted_until(rig, "@1/three") == "window-unlinked @1/three ");
  forget(rig);
  rig.ask({"new-session", "-d", "-s", "other", "-n", "w", "exec cat"});
  CHECK(noted_until(rig, "@2/w") == "session-created $1/other/ window-linked @2/w ");
  forget(rig);
  rig.ask({"rename-session", "-t", "other", "another"});
  CHECK(noted_until(rig, "$1/another/") == "session-renamed $1/another/ ");
  forget(rig);
  rig.ask({"kill-session", "-t", "another"});
  CHECK(noted_until(rig, "@2/w") == "session-closed $1/another/ window-unlinked @2/w ");
  forget(rig);
  rig.ask({"split-window", "-d", "-t", "app", "printf '\\033]2;title\\007\\007'; read x; exit 3"});
  CHECK(noted_until(rig, "app/one") == "pane-title-changed %3 alert-bell app/one ");
  forget(rig);
  rig.ask({"send-keys", "-t", "%3", "Enter"});
  CHECK(noted_until(rig, "%3") == "pane-died %3 ");
  forget(rig);
  // A terminal that is reset keeps its title, as tmux's does.
  rig.ask({"respawn-pane", "-t", "%3", "printf '\\033c\\033]2;next\\007\\007'; read x; exit 3"});
  CHECK(noted_until(rig, "app/one") == "pane-title-changed %3 alert-bell app/one ");
  forget(rig);
  rig.ask({"send-keys", "-t", "%3", "Enter"});
  CHECK(noted_until(rig, "%3") == "pane-died %3 ");
  forget(rig);
  rig.ask({"set-option", "-g", "remain-on-exit", "off"});
  rig.ask({"split-window", "-d", "-t", "app", "exit 0"});
  CHECK(noted_until(rig, "%4") == "pane-exited %4 ");
}

TEST_CASE("client-detached runs once for each way of leaving, with the client's name", "[hooks]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"new-session", "-d", "-s", "stays", "exec cat"});
  note(rig, "client-detached", "#{hook_client}");
  note(rig, "session-closed", "#{hook_session_name}");
  const auto attach = [&] {
    auto client = rig.terminal({"attach-session", "-t", "app"});
    REQUIRE(client->wait_until([&] { return !name_of(rig).empty(); }));
    return client;
  };
  const auto left = [&](const std::string& name) {
    const std::string text = "client-detached " + name + " ";
    wait_until([&] { return noted(rig).find(text) != std::string::npos; });
    rig.ask({"display-message", "-p", "x"});  // a turn later nothing has been added
    return text;
  };
  SECTION("detach-client") {
    const auto client = attach();
    const std::string name = name_of(rig);
    rig.ask({"detach-client", "-s", "app"});
    const std::string text = left(name);
    CHECK(noted(rig) == text);
  }
  SECTION("the terminal is closed") {
    auto client = attach();
    const std::string name = name_of(rig);
    client.reset();
    const std::string text = left(name);
    CHECK(noted(rig) == text);
  }
  SECTION("the session is killed") {
    const auto client = attach();
    const std::string name = name_of(rig);
    rig.ask({"kill-session", "-t", "app"});
    const std::string text = left(name);
    CHECK(noted(rig) == text + "session-closed app ");
  }
}

TEST_CASE("the hooks of attaching run in tmux's order, and client-active for who becomes active", "[hooks]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  for (const char* hook : {"client-attached", "client-session-changed", "client-resized", "client-active"}) {
    note(rig, hook, "#{hook_client}#{hook_session_name}");
  }
  const auto one = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(one->wait_until([&] { return noted(rig).find("client-resized") != std::string::npos; }));
  const std::string first = name_of(rig);
  CHECK(noted(rig) ==
        "client-session-changed " + first + " client-attached " + first + " client-resized " + first + " ");
  const auto two = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(two->wait_until([&] { return split_lines(name_of(rig)).size() == 2; }));
  forget(rig);
  one->type("x");
  CHECK(noted_until(rig, first) == "client-active " + first + " ");
  forget(rig);
  one->type("y");
  REQUIRE(one->wait_for_text("xy"));
  CHECK(noted(rig).empty());
}

TEST_CASE("a terminal's theme runs the theme hooks when it is known and when it changes", "[hooks]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "status", "on"});
  for (const char* hook : {"client-dark-theme", "client-light-theme"}) note(rig, hook, "#{hook_client}");
  const auto client = rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return !name_of(rig).empty(); }));
  const std::string name = name_of(rig);
  client->type("\x1b[?997;1n");
  CHECK(noted_until(rig, name) == "client-dark-theme " + name + " ");
  forget(rig);
  client->type("\x1b[?997;1n\x1b[?997;2n");
  CHECK(noted_until(rig, name) == "client-light-theme " + name + " ");
}

TEST_CASE("what a program copies is a buffer with set-clipboard on, and its hook runs", "[hooks]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  note(rig, "pane-set-clipboard", "#{hook_pane}");
  const std::string copies = "printf '\\033]52;c;aGVsbG8=\\007'; exec cat";
  rig.ask({"set-option", "-s", "set-clipboard", "on"});
  rig.ask({"split-window", "-d", "-t", "app", copies});
  CHECK(noted_until(rig, "%1") == "pane-set-clipboard %1 ");
  CHECK(rig.ask({"show-buffer"}) == "hello");
  forget(rig);
  rig.ask({"delete-buffer"});
  rig.ask({"set-option", "-s", "set-clipboard", "external"});
  rig.ask({"split-window", "-d", "-t", "app", "printf '\\033]52;c;aGVsbG8=\\007there'; exec cat"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "%2"}).find("there") != std::string::npos;
  }));
  CHECK(noted(rig).empty());
  CHECK(rig.ask({"list-buffers"}).empty());
}
