// Order, groups, waiting, hooks and files.
#include "command/language/queue.hpp"

#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {
struct Started : World {
  Started() { run({"new", "-d", "-s", "main"}); }
};
}  // namespace

TEST_CASE("an error ends its line and makes the exit status 1", "[command]") {
  Started world;
  Ran ran = world.run({"display", "-p", "x", ";", "kill-session", "-t", "nope", ";", "display", "-p", "y"});
  CHECK(ran.out == "x\n");
  CHECK(ran.err == "can't find session: nope\n");
  CHECK(ran.status == 1);
  ran = world.line("display -p x ; has -t nope ; display -p y\ndisplay -p z");
  CHECK(ran.out == "x\nz\n");
  ran = world.run({"foo", ";", "display", "-p", "x"});
  CHECK(ran.out.empty());
  CHECK(ran.err == "unknown command: foo\n");
  CHECK(world.run({"display", "-p", "ok"}).status == 0);
}

TEST_CASE("what only reads may be repeated, what changes something may not", "[command]") {
  Started world;
  const auto may = [&](std::vector<std::string> argv) {
    return world.queue.may_repeat(world.client, std::move(argv));
  };
  CHECK(may({"ls"}));
  CHECK(may({"display", "-p", "x", ";", "list-keys"}));
  CHECK(may({"nonsense"}));
  CHECK(may({"wait", "job"}));
  CHECK(may({"run", "true"}));
  CHECK(may({"attach"}));
  CHECK_FALSE(may({"ls", ";", "kill-session"}));
  CHECK_FALSE(may({"display", "x"}));
  CHECK_FALSE(may({"capture-pane"}));
  CHECK_FALSE(may({"wait", "-S", "channel"}));
  CHECK_FALSE(may({"run", "--input", "-", "cat"}));
  // Alone, sess attaches where there is a session, and makes one where there is none.
  CHECK(may({}));
  world.run({"kill-session", "-t", "main"});
  CHECK_FALSE(may({}));
}

TEST_CASE("run-shell waits, prints and hands on the exit status", "[command]") {
  Started world;
  world.host.job_results["echo hi; exit 3"] = {3, "hi\n"};
  Ran ran = world.run({"run-shell", "echo hi; exit 3", ";", "display", "-p", "after"});
  CHECK(ran.out == "hi\n'echo hi; exit 3' returned 3\nafter\n");
  CHECK(ran.status == 3);
  world.host.job_results["kill -9 $$"] = {137, ""};
  ran = world.run({"run-shell", "kill -9 $$"});
  CHECK(ran.out == "'kill -9 $$' terminated by signal 9\n");
  CHECK(ran.status == 137);
  CHECK(world.run({"run-shell", "-b", "exit 3"}).status == 0);
  CHECK(world.run({"run-shell", "-C", "foo"}).err == "unknown command: foo\n");
  CHECK(world.run({"run-shell", "-C", "display -p in"}).out == "in\n");
  CHECK(world.run({"run-shell", "-d", "x"}).err == "invalid delay time: x\n");
  CHECK(world.run({"run-shell", "-d", "0.5", "-C", "display -p later"}).out == "later\n");
  CHECK(world.host.called("after 500"));
  world.run({"run-shell", "echo #{session_name}"});
  CHECK(world.host.jobs.back().command == "echo main");
}

TEST_CASE("what run-shell prints for who speaks tmux is shown in the pane", "[command]") {
  Started world;
  world.model.client(world.client)->dialect = Dialect::tmux;
  world.host.job_results["echo hi; exit 3"] = {3, "hi\n"};
  Ran ran = world.run({"run-shell", "echo hi; exit 3"});
  CHECK(ran.out.empty());
  CHECK(ran.status == 3);
  CHECK(world.host.called("mode %0 view-mode 1"));
  CHECK_FALSE(world.host.called("mode %1 view-mode 1"));
  world.run({"new", "-d", "-s", "other"});
  world.run({"run-shell", "-b", "-t", "other", "echo hi; exit 3"});
  CHECK(world.host.called("mode %1 view-mode 1"));
}

TEST_CASE("who speaks tmux is listed tmux's commands and keys, and what the user bound", "[command]") {
  Started world;
  const auto shown = [&](std::vector<std::string> argv) { return world.run(std::move(argv)).out; };
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  REQUIRE(has(shown({"list-keys", "-T", "prefix"}), " g  "));
  world.run({"bind", "J", "switcher"});
  world.model.client(world.client)->dialect = Dialect::tmux;
  CHECK_FALSE(has(shown({"list-keys", "-T", "prefix"}), " g  "));
  CHECK_FALSE(has(shown({"list-keys", "-N"}), "C-b g "));
  CHECK(has(shown({"list-keys", "-T", "prefix"}), " J  "));
  CHECK_FALSE(has(shown({"list-commands"}), "switcher"));
  // It is shown when it was given another command, and it still works.
  world.run({"bind", "g", "display-panes"});
  CHECK(has(shown({"list-keys", "-T", "prefix"}), " g  "));
}

TEST_CASE("show-messages says what each terminal is taken to have, and what runs", "[command]") {
  Started world;
  CHECK(world.run({"show-messages", "-T"}).out.empty());
  const ClientId attached = world.add_client("/dev/pts/7");
  model::Client& client = *world.model.client(attached);
  client.term = "xterm-256color";
  client.tty = "/dev/pts/7";
  world.run_as(attached, {"attach", "-t", "main"});
  const std::string out = world.run({"info"}).out;  // tmux's alias, and what people ask for true colour
  CHECK(out.find("Terminal 0: xterm-256color for /dev/pts/7, flags=0x30:\n") == 0);
  CHECK(out.find(": Tc: (flag) true\n") != std::string::npos);
  CHECK(out.find(": Ms: [missing]\n") != std::string::npos);
  world.host.shells_running = {{"sleep 30", 9, 4711}};
  CHECK(world.run({"show-messages", "-J"}).out == "Job 0: sleep 30 [fd=9, pid=4711, status=0]\n");
}

TEST_CASE("run with flags that no job has was refused instead of being run-shell", "[command]") {
  Started world;
  CHECK(world.run({"run", "-b", "work"}).status == 0);
  CHECK(world.host.jobs.back().command == "work");
  CHECK(world.run({"run", "-C", "display -p in"}).out == "in\n");
  CHECK(world.run({"run", "-d", "0.5", "-C", "display -p later"}).out == "later\n");
  CHECK(world.run({"run", "-t", "main:", "echo #S"}).status == 0);
  CHECK(world.host.jobs.back().command == "echo main");
  CHECK(world.run({"run", "-bt", "main:", "#S;", "display", "-p", "next"}).out == "next\n");
  CHECK(world.run({"display", "-p", "x", ";", "run", "-b", "second"}).out == "x\n");
  CHECK(world.host.jobs.back().command == "second");
  CHECK(world.run({"run", "-bd", "x"}).err == "invalid delay time: x\n");
  // What follows a job's command is the command's.
  const std::size_t before = world.host.jobs.size();
  world.run({"run", "-d", "make", "-b"});
  world.run({"run", "--", "-b"});
  world.run({"run", "make", "-t", "all"});
  CHECK(world.run({"run", "-s", "name", "-b", "x"}).err == "command run: unknown flag -b\n");
  CHECK(world.host.jobs.size() == before);
}

TEST_CASE("if-shell runs one branch in its place", "[command]") {
  Started world;
  world.host.job_results["false"] = {1, ""};
  CHECK(world.run({"if", "false", "display -p a", "display -p b", ";", "display", "-p", "c"}).out ==
        "b\nc\n");
  CHECK(world.run({"if", "true", "display -p a"}).out == "a\n");
  CHECK(world.run({"if", "-F", "#{==:#S,main}", "display -p yes", "display -p no"}).out == "yes\n");
  CHECK(world.line("if -F 0 { display -p yes } { display -p no ; display -p no2 } ; display -p end").out ==
        "no\nno2\nend\n");
  CHECK(world.run({"if", "-F", "1", "foo", "bar"}).err == "unknown command: foo\n");
  // In the background nobody reads what it prints; what it does is done.
  CHECK(world.run({"if", "-b", "true", "display -p a ; set -g @answer yes"}).out.empty());
  CHECK(world.run({"show", "-gv", "@answer"}).out == "yes\n");
}

TEST_CASE("what -b left for later was dropped with the command client that asked for it", "[command]") {
  Started world;
  world.run({"new-window", "-n", "other"});
  world.host.job_results["false"] = {1, ""};
  world.host.files["/conf"] = "if -b true { set -g @file yes }\n";
  const auto ask = [&](std::vector<std::string> argv) {
    const ClientId asks = world.add_client("asks");
    world.queue.submit_arguments(asks, std::move(argv), {});
    // What has been read goes on; what waits for a shell or the clock has not begun when the client leaves.
    while (!world.queue.run()) continue;
    return asks;
  };
  const auto leave = [&](ClientId client) {
    world.model.clients().remove(client);
    world.queue.client_gone(client);
    while (world.host.deliver() || !world.queue.idle()) world.queue.run();
  };
  leave(ask({"if", "-b", "true", "set -g @text yes"}));
  leave(ask({"if", "-b", "false", "set -g @text no", "set -g @else yes"}));
  leave(ask({"run-shell", "-b", "-d", "0.1", "-C", "set -g @delayed yes"}));
  leave(ask({"run-shell", "-b", "-C", "set -g @at_once yes"}));
  leave(ask({"run-shell", "-b", "-d", "0.1", "work"}));
  CHECK(world.host.jobs.back().command == "work");
  const ClientId reader = ask({"source-file", "/conf"});
  while (world.host.jobs.back().command != "true" && world.host.deliver()) world.queue.run();
  leave(reader);
  for (const char* name : {"@text", "@else", "@delayed", "@at_once", "@file"}) {
    CAPTURE(name);
    CHECK(world.run({"show", "-gv", name}).out == "yes\n");
  }
}

TEST_CASE("an attached client that may only look does not act for what -b left", "[command]") {
  Started world;
  const ClientId looks = world.add_client("looks");
  world.model.clients().attach(looks, world.model.sessions().begin()->first, world.host.time);
  world.model.client(looks)->read_only = true;
  world.run({"if", "-b", "true", "set -g @answer yes"});
  CHECK(world.run({"show", "-gv", "@answer"}).out == "yes\n");
}

TEST_CASE("wait-for waits until it is signalled, in any order", "[command]") {
  Started world;
  const ClientId other = world.add_client("client-2");
  CHECK(world.run({"wait-for", "q"}).status == -1);
  CHECK(world.run_as(other, {"wait-for", "-S", "q"}).status == 0);
  CHECK(world.queue.idle());
  CHECK(world.run({"display", "-p", "x"}).out == "x\n");
  world.run({"wait-for", "-S", "early"});
  CHECK(world.run({"wait-for", "early"}).status == 0);
  CHECK(world.run({"wait-for", "early"}).status == -1);
  world.queue.client_gone(world.client);
  CHECK(world.run_as(other, {"wait-for", "-S", "early"}).status == 0);
}

TEST_CASE("a lock is handed on, also past one who left", "[command]") {
  Started world;
  const ClientId second = world.add_client("client-2");
  const ClientId third = world.add_client("client-3");
  CHECK(world.run({"wait", "-L", "l"}).status == 0);
  CHECK(world.run_as(second, {"wait", "-L", "l"}).status == -1);
  CHECK(world.run_as(third, {"wait", "-L", "l", ";", "display", "-p", "mine"}).status == -1);
  world.queue.client_gone(second);
  CHECK(world.run({"wait", "-U", "l"}).out == "mine\n");
  CHECK(world.run({"wait", "-U", "l"}).status == 0);
  CHECK(world.run({"wait", "-U", "l"}).err == "channel l not locked\n");
}

TEST_CASE("one client's wait does not hold up another", "[command]") {
  Started world;
  CHECK(world.run({"wait-for", "never"}).status == -1);
  const ClientId other = world.add_client("client-2");
  CHECK(world.run_as(other, {"display", "-p", "x"}).out == "x\n");
}

TEST_CASE("hooks run after their command, know it, and run no hooks themselves", "[command]") {
  Started world;
  world.run(
      {"set-hook", "-g", "after-rename-window", "display -p '#{hook} #{hook_argument_0} #{window_name}'"});
  CHECK(world.line("rename-window one ; display -p next").out == "after-rename-window one one\nnext\n");
  world.run({"set-hook", "-g", "after-rename-window", "rename-window again"});
  world.run({"rename-window", "two"});
  CHECK(world.format("#W") == "again\n");
  world.run({"set-hook", "-gu", "after-rename-window"});
  CHECK(world.run({"set-hook", "-g", "after-foo", "ls"}).err == "invalid option: after-foo\n");
  CHECK(world.run({"set-hook", "-g", "alert-bell", "foo"}).err == "unknown command: foo\n");
  world.run({"set-hook", "-g", "alert-bell", "ls ; lsw"});
  CHECK(world.run({"show-hooks", "-g", "alert-bell"}).out == "alert-bell[0] list-sessions ; list-windows\n");
}

TEST_CASE("what creates something has its hook stand on what was created", "[command]") {
  Started world;
  world.run({"set-hook", "-g", "after-new-window", "set -gF @made '#{window_id}'"});
  world.run({"neww", "-d"});
  CHECK(world.format("#{@made}") == "@1\n");
  world.run({"set-hook", "-g", "after-new-session", "set -gF @made '#S'"});
  world.run({"new", "-d", "-s", "fresh"});
  CHECK(world.format("#{@made}") == "fresh\n");
  world.run({"set-hook", "-g", "after-split-window", "set -gF @made '#D'"});
  world.run({"splitw", "-d", "-t", "main:"});
  CHECK(world.format("#{@made}") == "%3\n");
}

TEST_CASE("a branch that is not taken may hold what nobody knows", "[command]") {
  Started world;
  CHECK(world.run({"if", "-F", "0", "frobnicate", "display -p ok"}).out == "ok\n");
  world.run({"if", "-b", "true", "set -g @ok yes", "frobnicate"});
  CHECK(world.format("#{@ok}") == "yes\n");
  CHECK(world.queue.take_config_errors().empty());
}

TEST_CASE("a client that goes takes its commands with it", "[command]") {
  Started world;
  const ClientId other = world.add_client("client-2");
  CHECK(world.run_as(other, {"wait-for", "x", ";", "set", "-g", "@ran", "1"}).status == -1);
  world.queue.client_gone(other);
  world.model.clients().remove(other);
  world.run({"wait-for", "-S", "x"});
  world.queue.submit_text(other, "set -g @ran 2");
  world.settle();
  CHECK(world.format("[#{@ran}]") == "[]\n");
}

TEST_CASE("an event's hook runs in its place with its variables", "[command]") {
  Started world;
  world.run({"set-hook", "-g", "session-created", "set -g @seen '#{hook}:#{hook_session_name}'"});
  world.run({"set-hook", "-g", "session-created[1]", "set -gF @seen '#{hook}:#{hook_session_name}'"});
  world.queue.submit_hook("session-created", find_from_client(world.model, std::nullopt), std::nullopt,
                          {{"hook_session_name", "main"}});
  world.settle();
  CHECK(world.format("#{@seen}") == "session-created:main\n");
}

TEST_CASE("a config's errors are collected, what is right is run", "[command]") {
  Started world;
  world.queue.submit_config("/c", "set -g @a 1\nfoo\nhas -t nope\nset -g @b 2\nA=3\nset -g @c \"$A\"\n");
  world.settle();
  CHECK(world.queue.take_config_errors() ==
        std::vector<std::string>{"/c:2: unknown command: foo", "/c:3: can't find session: nope"});
  CHECK(world.format("#{@a}#{@b}#{@c}") == "123\n");
}

TEST_CASE("source-file reads files in order and reports what is wrong", "[command]") {
  Started world;
  world.host.files["/work/a.conf"] = "foo\nset -g @a 1\nset -ga @order a\n";
  world.host.files["/b.conf"] = "set -ga @order b\nkill-session -t nope\n";
  Ran ran = world.run({"source", "a.conf", "/b.conf", ";", "display", "-p", "#{@order}"});
  CHECK(ran.out == "/work/a.conf:1: unknown command: foo\nab\n");
  CHECK(ran.err == "/b.conf:2: can't find session: nope\n");
  CHECK(ran.status == 1);
  ran = world.run({"source", "nonexist"});
  CHECK(ran.err == "nonexist: No such file or directory\n");
  CHECK(ran.status == 1);
  CHECK(world.run({"source", "-q", "nonexist"}).status == 0);
  ran = world.run({"source", "-n", "-v", "/b.conf"});
  CHECK(ran.out == "/b.conf:1: set-option -ag @order b\n/b.conf:2: kill-session -t nope\n");
  CHECK(world.format("#{@order}") == "ab\n");
  world.host.files["/self.conf"] = "source /self.conf\n";
  CHECK(world.run({"source", "/self.conf"}).err == "/self.conf:1: too many nested files\n");
}

TEST_CASE("command-alias and long commands of configs are understood", "[command]") {
  Started world;
  CHECK(world.run({"splitp", "-d"}).err.empty());
  CHECK(world.model.panes().size() == 2);
  world.run({"set", "-s", "command-alias[100]", "two=display -p 1 ; display -p"});
  CHECK(world.run({"two", "2"}).out == "1\n2\n");
}

TEST_CASE("a read-only client may only look", "[command]") {
  Started world;
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach", "-r", "-t", "main"});
  world.model.client(user)->read_only = true;
  world.run_as(user, {"kill-session"});
  CHECK(world.host.called("message Client is read-only"));
  CHECK(world.model.sessions().size() == 1);
  CHECK(world.run({"refresh-client", "-t", "/dev/pts/1", "-f", "!read-only,active-pane"}).err.empty());
  CHECK_FALSE(world.host.called("flag !read-only"));
  CHECK(world.host.called("flag active-pane"));
}

TEST_CASE("an attached client's errors and output are shown to it", "[command]") {
  Started world;
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach"});
  world.run_as(user, {"has", "-t", "nope"});
  CHECK(world.host.called("message Can't find session: nope"));
  world.run_as(user, {"ls", "-F", "#S"});
  CHECK(world.host.called("text main"));
}

TEST_CASE("a long list of commands leaves the loop its turns and the others theirs", "[command]") {
  Started world;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "set -g @n " + std::to_string(i) + "\n";
  const ClientId other = world.add_client("client-2");
  world.queue.submit_text(world.client, text);
  int answered = -1;
  world.queue.submit_arguments(other, {"has", "-t", "main"}, [&](int status) { answered = status; });
  const auto begin = std::chrono::steady_clock::now();
  const bool done = world.queue.run();
  CHECK_FALSE(done);
  CHECK(std::chrono::steady_clock::now() - begin < 50 * Queue::kSlice);
  CHECK_FALSE(world.queue.idle());
  int slices = 1;
  for (; answered < 0 && slices < 10; ++slices) world.queue.run();
  CHECK(answered == 0);
  CHECK_FALSE(world.queue.idle());
  world.settle();
  CHECK(world.format("#{@n}") == "19999\n");
}

TEST_CASE("what an after-hook does may start hooks, which start none", "[command]") {
  Started world;
  world.run({"set-hook", "-g", "after-rename-session", "rename-window of-the-hook"});
  static_cast<void>(world.model.events().take());
  world.run({"rename-session", "other"});
  bool by_user = false;
  bool by_hook = false;
  for (const auto& event : world.model.events().take()) {
    if (event.kind == model::Event::Kind::session_renamed) by_user = event.hooks;
    if (event.kind == model::Event::Kind::window_renamed) by_hook = event.hooks;
  }
  CHECK(by_user);
  CHECK(by_hook);  // as in tmux 3.3a, where it runs in its client's line
  // Its own commands start none.
  world.run({"set-hook", "-g", "after-rename-window", "set -ga @after x"});
  world.run({"rename-session", "third"});
  CHECK(world.format("#{@after}") == "\n");
  world.run({"rename-window", "by-hand"});
  CHECK(world.format("#{@after}") == "x\n");
  // Nor does a hook that asks for itself.
  world.run({"set-hook", "-g", "client-detached", "set -ga @count x ; set-hook -R client-detached"});
  world.run({"set-hook", "-R", "client-detached"});
  CHECK(world.format("#{@count}") == "x\n");
}

TEST_CASE("clients' commands wait for the whole configuration", "[command]") {
  Started world;
  const ClientId inside = world.add_client("client-2");
  const ClientId impatient = world.add_client("client-3");
  world.queue.begin_configuration();
  world.queue.submit_config("/c.conf",
                            "run-shell slow\nset -gF @file '#{current_file}'\n"
                            "%if #{==:#{current_file},/c.conf}\nset -g @if yes\n%endif");
  bool ended = false;
  world.queue.end_configuration([&] { ended = true; });
  std::map<ClientId, int> status;
  const auto ask = [&](ClientId who, std::vector<std::string> argv) {
    world.queue.submit_arguments(who, std::move(argv), [&status, who](int result) { status[who] = result; });
  };
  ask(world.client, {"display", "-p", "#{@file} #{@if}"});
  ask(inside, {"has", "-t", "main"});
  ask(impatient, {"kill-server"});
  world.queue.let_through(inside);
  world.host.out.clear();
  while (!world.queue.idle()) world.queue.run();
  CHECK_FALSE(ended);
  CHECK(status.count(world.client) == 0);
  CHECK(status.count(inside) == 1);
  CHECK(world.host.called("end"));
  world.settle();
  CHECK(ended);
  CHECK(status.count(world.client) == 1);
  CHECK(world.host.out == "/c.conf yes\n");
}

TEST_CASE("what fails in a configuration is said, also a shell command", "[command]") {
  Started world;
  world.host.job_results["exit 3"] = {3, "no such thing\n"};
  world.queue.submit_config("/c.conf", "set -g no-such-option 1\nrun-shell 'exit 3'\nset -g @after yes");
  world.settle();
  CHECK(world.queue.take_config_errors() ==
        std::vector<std::string>{"/c.conf:1: invalid option: no-such-option",
                                 "/c.conf:2: no such thing\n'exit 3' returned 3"});
  CHECK(world.format("#{@after}") == "yes\n");
}
