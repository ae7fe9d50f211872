// Keys that are not for the program: a question, a pressed prefix, a key table outlive the server, and so
// nothing of what is typed for them reaches a program.
#include "rig.hpp"

using namespace sess::test;

namespace {

struct Asked {
  Asked() {
    client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat > " + file});
    REQUIRE(client->wait_for_text("ready"));
  }
  void kill_server() {
    rig.kill_server();
    REQUIRE(client->wait_until([&] { return !rig.sess({"list-clients"}).out.empty(); }));
  }
  /// Everything that the program got, once `last` came behind it.
  std::string typed(const std::string& last) {
    client->type(last + "\r");
    client->wait_until([&] { return read_file(file).find(last + "\n") != std::string::npos; });
    return read_file(file);
  }

  Rig rig;
  std::string file = rig.home().root() + "/typed";
  std::unique_ptr<Attached> client;
};

}  // namespace

TEST_CASE("a command half typed at the prompt goes on after the server died, and its rest runs it",
          "[crash]") {
  Asked app;
  app.client->type("\x02:rename-window he");
  REQUIRE(app.client->wait_for_text(":rename-window he"));
  app.kill_server();
  CHECK(app.client->wait_for_text(":rename-window he"));
  app.client->type("llo\r");
  CHECK(app.client->wait_until([&] { return app.rig.ask({"display-message", "-p", "#W"}) == "hello"; }));
  CHECK(app.typed("end") == "end\n");
}

TEST_CASE("what is typed at a prompt while the server is away stands there afterwards", "[crash]") {
  Asked app;
  app.client->type("\x02:rename-window he");
  REQUIRE(app.client->wait_for_text(":rename-window he"));
  const pid_t old = app.rig.server();
  ::kill(old, SIGKILL);
  app.client->type("llo\r");
  CHECK(app.client->wait_until([&] { return app.rig.ask({"display-message", "-p", "#W"}) == "hello"; }));
  CHECK(app.typed("end") == "end\n");
}

TEST_CASE("several questions go on where they were", "[crash]") {
  Asked app;
  app.rig.ask({"bind-key", "-n", "F5", "command-prompt -p one,two 'set-option -g @got \"%1 %2\"'"});
  app.client->type("\x1b[15~first\rsec");
  REQUIRE(app.client->wait_for_text("two sec"));
  app.kill_server();
  REQUIRE(app.client->wait_for_text("two sec"));
  app.client->type("ond\r");
  CHECK(app.client->wait_until([&] {
    return app.rig.ask({"show-options", "-gqv", "@got"}) == "first second";
  }));
  CHECK(app.typed("end") == "end\n");
}

TEST_CASE("a confirmation is asked again after the server died, and does what it asked once", "[crash]") {
  Asked app;
  app.rig.ask({"bind-key", "-n", "F5", "confirm-before -p sure? 'set-option -ga @got x'"});
  app.client->type("\x1b[15~");
  REQUIRE(app.client->wait_for_text("sure?"));
  app.kill_server();
  REQUIRE(app.client->wait_for_text("sure?"));
  app.client->type("y");
  CHECK(app.client->wait_until([&] { return app.rig.ask({"show-options", "-gqv", "@got"}) == "x"; }));
  CHECK(app.typed("end") == "end\n");
}

TEST_CASE("a pressed prefix and a key table for one key outlive the server", "[crash]") {
  Asked app;
  app.rig.ask({"bind-key", "T", "set-option -ga @got prefix"});
  app.rig.ask({"bind-key", "-T", "mine", "x", "set-option -ga @got table"});
  app.rig.ask({"bind-key", "-n", "F5", "switch-client -T mine"});
  app.client->type("\x02");
  CHECK(app.client->wait_until([&] {
    return app.rig.ask({"list-clients", "-F", "#{client_prefix}"}) == "1";
  }));
  app.kill_server();
  app.client->type("T");
  CHECK(app.client->wait_until([&] { return app.rig.ask({"show-options", "-gqv", "@got"}) == "prefix"; }));
  app.client->type("\x1b[15~");
  CHECK(app.client->wait_until([&] {
    return app.rig.ask({"list-clients", "-F", "#{client_key_table}"}) == "mine";
  }));
  app.kill_server();
  app.client->type("x");
  CHECK(app.client->wait_until([&] {
    return app.rig.ask({"show-options", "-gqv", "@got"}) == "prefixtable";
  }));
  CHECK(app.typed("end") == "end\n");
}

TEST_CASE("pane numbers and a text are shown again after the server died, and take their key", "[crash]") {
  Asked app;
  app.rig.ask({"split-window", "-t", "app:", "exec cat"});
  app.rig.ask({"select-pane", "-t", "app:.0"});
  app.rig.ask({"bind-key", "-n", "F5", "display-panes -d 0"});
  app.client->type("\x1b[15~");
  app.kill_server();
  app.client->type("1");
  CHECK(app.client->wait_until([&] { return app.rig.ask({"display-message", "-p", "#P"}) == "1"; }));
  app.rig.ask({"select-pane", "-t", "app:.0"});
  app.client->type("\x02?");
  REQUIRE(app.client->wait_for_text("C-b"));
  app.kill_server();
  REQUIRE(app.client->wait_for_text("C-b"));
  app.client->type("q");
  REQUIRE(app.client->wait_for_no_text("C-b"));
  CHECK(app.typed("end") == "end\n");
}
