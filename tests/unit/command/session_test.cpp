// Sessions and clients: the commands of a first day.
#include "command/families/attach.hpp"
#include "command/families/listing.hpp"
#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

TEST_CASE("a detached session is made, listed and ended", "[command]") {
  World world;
  Ran ran = world.run({"new-session", "-d", "-s", "app", "-n", "w", "-x", "100", "-y", "30", "top"});
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  REQUIRE(world.host.started.size() == 1);
  const ProgramStart& start = world.host.started[0];
  CHECK(start.argv == std::vector<std::string>{"/bin/sh", "-c", "top"});
  CHECK(start.argv0 == "sh");
  CHECK(start.cwd == "/work");
  ran = world.run(
      {"ls", "-F", "#{session_name}:#{session_windows}:#{window_name}:#{window_width}x#{window_height}"});
  CHECK(ran.out == "app:1:w:100x30\n");
  CHECK(world.run({"has", "-t", "app"}).status == 0);
  CHECK(world.run({"kill-session", "-t", "app"}).status == 0);
  CHECK(world.model.sessions().empty());
}

TEST_CASE("a program starts with the session's environment and knows where it is", "[command]") {
  World world;
  world.model.globals().environment.set("GLOBAL", "1");
  world.model.globals().environment.set("SECRET", "x", model::Environment::Visibility::hidden);
  world.run({"new", "-d", "-e", "OWN=2"});
  const auto& env = world.host.started.at(0).env;
  const auto has = [&](std::string_view text) {
    return std::find(env.begin(), env.end(), text) != env.end();
  };
  CHECK(has("GLOBAL=1"));
  CHECK(has("OWN=2"));
  CHECK(has("PATH=/opt/bin:/bin"));
  CHECK(has("SESS=/run/sess/default,42,0"));
  CHECK(has("SESS_PANE=%0"));
  CHECK(has("TERM_PROGRAM=sess"));
  CHECK_FALSE(has("SECRET=x"));
  CHECK(world.host.started.at(0).argv0 == "-sh");
}

TEST_CASE("new-session refuses what tmux refuses, in its words", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "main"});
  CHECK(world.run({"new", "-d", "-s", "main"}).err == "duplicate session: main\n");
  CHECK(world.run({"new", "-d", "-s", ""}).err == "invalid session: \n");
  CHECK(world.run({"new", "-d", "-x", "foo"}).err == "width invalid\n");
  CHECK(world.run({"new", "-d", "-y", "0"}).err == "height too small\n");
  CHECK(world.run({"new", "-d", "-t", "main", "sh"}).err == "command or window name given with target\n");
  CHECK(world.run({"rename", ""}).err == "invalid session: \n");
  CHECK(world.run({"rename", "a:b"}).status == 0);
  CHECK(world.run({"ls", "-F", "#S"}).out == "a_b\n");
  CHECK(world.model.sessions().size() == 1);
}

TEST_CASE("without a terminal nothing is created", "[command]") {
  World world;
  world.host.terminal_error = "not a terminal";
  const Ran ran = world.run({"new", "-s", "app"});
  CHECK(ran.err == "open terminal failed: not a terminal\n");
  CHECK(ran.status == 1);
  CHECK(world.model.sessions().empty());
  CHECK(world.host.started.empty());
}

TEST_CASE("a new session is shown to its client", "[command]") {
  World world;
  const Ran ran = world.run({"new", "-s", "app"});
  CHECK(ran.err.empty());
  CHECK(world.host.called("attach $0"));
  CHECK(world.model.client(world.client)->session.has_value());
  CHECK(world.model.windows().begin()->second.size.cols == 100);
}

TEST_CASE("a program that cannot start leaves no session behind", "[command]") {
  World world;
  world.host.start_error = "fork: no memory";
  const Ran ran = world.run({"new", "-d"});
  CHECK(ran.err == "create session failed: fork: no memory\n");
  CHECK(ran.status == 1);
  CHECK(world.model.sessions().empty());
}

TEST_CASE("attaching within a session is refused, to another server it is not", "[command]") {
  World world;
  world.run({"new", "-d"});
  auto& environment = world.model.client(world.client)->environment;
  environment.set("SESS", "/run/sess/default,42,0");
  CHECK(world.run({"attach"}).err ==
        "sessions should be nested with care, unset $SESS to force; sess switch-client NAME goes to another "
        "session\n");
  CHECK(world.run({"new"}).err ==
        "sessions should be nested with care, unset $SESS to force; sess switch-client NAME goes to another "
        "session\n");
  environment.set("SESS", "/run/sess/other,7,0");
  CHECK(world.run({"attach"}).err.empty());
  CHECK(world.host.called("attach $0"));
}

TEST_CASE("attach chooses the most recent session, an unattached one first", "[command]") {
  World world;
  CHECK(world.run({"attach"}).err == "no sessions\n");
  world.run({"new", "-d", "-s", "a"});
  world.run({"new", "-d", "-s", "b"});
  world.run({"new", "-d", "-s", "c"});
  const ClientId other = world.add_client("client-2");
  world.run_as(other, {"attach", "-t", "c"});
  world.run({"attach"});
  CHECK(world.host.calls.back() == "attach $1");
}

TEST_CASE("without a command the first session is made, then attached to", "[command]") {
  World world;
  CHECK(default_command(world.model) == std::vector<std::string>{"new-session"});
  world.run({"new", "-d"});
  CHECK(default_command(world.model) == std::vector<std::string>{"attach-session"});
  world.run({});
  CHECK(world.host.called("attach $0"));
}

TEST_CASE("-A attaches when the session exists, -D sends others away", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "app"});
  const ClientId other = world.add_client("client-2");
  world.run_as(other, {"attach", "-t", "app"});
  world.run({"new", "-A", "-D", "-s", "app"});
  CHECK(world.model.sessions().size() == 1);
  CHECK(world.host.called(fmt::format("detach {} ", other.value)));
}

TEST_CASE("a session joins another one's group", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "one"});
  const Ran ran = world.run({"new", "-d", "-s", "two", "-t", "one"});
  CHECK(ran.err.empty());
  CHECK(world.run({"ls", "-F", "#S #{session_group} #{session_windows}"}).out == "one one 1\ntwo one 1\n");
  CHECK(world.model.windows().size() == 1);
}

TEST_CASE("detach and switch go where they are told", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "a"});
  world.run({"new", "-d", "-s", "b"});
  CHECK(world.run({"detach"}).err == "no current client\n");
  CHECK(world.run({"switch-client", "-t", "a"}).err == "no current client\n");
  const ClientId user = world.add_client("/dev/pts/9");
  world.run_as(user, {"attach", "-t", "a"});
  CHECK(world.run({"switch-client", "-c", "/dev/pts/9", "-t", "b"}).err.empty());
  CHECK(world.model.client(user)->session == world.model.sessions().named("b")->id);
  CHECK(world.run({"switch-client", "-l"}).err.empty());
  CHECK(world.model.client(user)->session == world.model.sessions().named("a")->id);
  world.run({"switch-client", "-n"});
  CHECK(world.model.client(user)->session == world.model.sessions().named("b")->id);
  CHECK(world.run({"switch-client", "-T", "nope"}).err == "table nope doesn't exist\n");
  CHECK(world.run({"detach", "-t", "foo"}).err == "can't find client: foo\n");
  world.run({"detach", "-s", "b"});
  CHECK_FALSE(world.model.client(user)->session);
}

TEST_CASE("listings have tmux's lines", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "main", "-n", "bash", "-x", "80", "-y", "24"});
  world.run({"neww", "-d", "-t", "main:5", "-n", "vi"});
  const Ran sessions = world.run({"ls"});
  CHECK(sessions.out.find("main: 2 windows (created ") == 0);
  CHECK(world.run({"lsw", "-t", "main"}).out ==
        "0: bash* (1 panes) [80x24] [layout b25d,80x24,0,0,0] @0 (active)\n"
        "5: vi (1 panes) [80x24] [layout b25e,80x24,0,0,1] @1\n");
  CHECK(world.run({"lsw", "-a"}).out == "main:0: bash* (1 panes) [80x24] \nmain:5: vi (1 panes) [80x24] \n");
  CHECK(world.run({"lsp", "-t", "main"}).out == "0: [80x24] [history 0/0, 0 bytes] %0 (active)\n");
  CHECK(world.run({"lsp", "-a", "-F", "#{pane_id}", "-f", "#{==:#{window_index},5}"}).out == "%1\n");
  CHECK(world.run({"lsw", "-t", "nope"}).err == "can't find session: nope\n");
}

TEST_CASE("listings print JSON and sort", "[command]") {
  World world;
  world.run({"new", "-d", "-s", "b"});
  world.run({"new", "-d", "-s", "a \"q\""});
  CHECK(world.run({"ls", "-O", "index", "-F", "#{session_id}"}).out == "$0\n$1\n");
  CHECK(world.run({"ls", "-O", "name", "-r", "-F", "#S"}).out == "b\na \"q\"\n");
  CHECK(world.run({"ls", "-O", "colour"}).err == "invalid sort order\n");
  const std::string json = world.run({"ls", "--json"}).out;
  CHECK(json.find("{\"session_id\":\"$1\",\"session_name\":\"a "
                  "\\\"q\\\"\",\"session_windows\":1,\"session_attached\":0,") != std::string::npos);
  CHECK(world.run({"lsc", "--json"}).out == "[]\n");
  CHECK(json_string("a\"\\\n\x01\xff") == "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\"");
}
