// Control mode as programs use it: the real client on pipes, every line of it held against the protocol's
// rules.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>

#include "e2e/rig.hpp"
#include "support/control_client.hpp"

using namespace sess::test;

namespace {

std::unique_ptr<ControlClient> control(const Rig& rig, Rig::Arguments arguments) {
  arguments.insert(arguments.begin(), {Rig::bin("sess"), "-C"});
  return std::make_unique<ControlClient>(arguments, rig.env());
}

/// "1\r\n2\r\n" up to `last`, as a terminal gives the lines of seq(1).
std::string numbers(int last) {
  std::string out;
  for (int i = 1; i <= last; ++i) out += std::to_string(i) + "\r\n";
  return out;
}

long memory_of(pid_t pid) {
  return std::strtol(status_field(pid, "VmRSS").c_str(), nullptr, 10);
}

/// How many lines are sent to a checked client: 10 000 of them take minutes.
int interleavings() {
  const char* given = std::getenv("SESS_TEST_INTERLEAVINGS");
  return given != nullptr ? std::atoi(given) : 400;
}

/// One of many lines, now and then with a look at what came; `windows`: those that may be killed.
void send_something(ControlClient& client, std::mt19937& random, int& windows) {
  static const std::vector<std::string> lines{"display-message -p text",
                                              "new-window -d 'exec cat'",
                                              "kill-window -t '{end}'",
                                              "split-window -d 'exec cat'",
                                              "rename-window x",
                                              "select-window -t :0",
                                              "next-window",
                                              "set-buffer -b b text",
                                              "wrong",
                                              "select-window -t :999",
                                              "run-shell 'echo shell'",
                                              "if-shell true 'display -p yes' ''",
                                              "list-panes -s -F '#{pane_pid}'",
                                              "resize-window -x 70 -y 20",
                                              "set-option -g @x y ; show-options -gv @x",
                                              "send-keys -t :0 abc Enter",
                                              "run-shell -b 'true'",
                                              "new-session -d -s r 'exec cat'",
                                              "kill-session -t r"};
  const std::string& line = lines[random() % lines.size()];
  // The flood's window and the first one stay.
  if (line.starts_with("new-window")) windows += 1;
  if (line.starts_with("kill-window")) {
    if (windows == 0) return;
    windows -= 1;
  }
  if (line.starts_with("split") && random() % 4 != 0) return;
  client.send(line);
  if (random() % 3 == 0) client.read(Milliseconds(0));
}

/// The numbers of the lines "n NUMBER MILLISECONDS" in a piece of e2e_counter's output; none when they are
/// not one after the other.
std::optional<std::vector<long>> counted(std::string_view piece, std::string_view line_end) {
  std::vector<long> out;
  // The piece begins and ends anywhere in a line.
  for (std::size_t at = piece.find(line_end); at != std::string_view::npos;) {
    at += line_end.size();
    const auto end = piece.find(line_end, at);
    if (end == std::string_view::npos) break;
    const std::string line(piece.substr(at, end - at));
    long number = 0;
    long when = 0;
    if (std::sscanf(line.c_str(), "n %ld %ld", &number, &when) != 2) return std::nullopt;
    if (!out.empty() && number != out.back() + 1) return std::nullopt;
    out.push_back(number);
    at = end;
  }
  return out;
}

}  // namespace

TEST_CASE("the first block is nobody's, then the client's own have the flag", "[control]") {
  Rig rig;
  const auto client = control(rig, {"new-session", "-s", "app", "exec cat"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  REQUIRE(client->blocks().size() == 1);
  CHECK_FALSE(client->blocks()[0].typed);
  const auto hello = client->ask("display-message -p hello");
  REQUIRE(hello);
  CHECK(hello->lines == std::vector<std::string>{"hello"});
  const auto wrong = client->ask("no-such-command");
  REQUIRE(wrong);
  CHECK(wrong->error);
  CHECK(wrong->lines == std::vector<std::string>{"parse error: unknown command: no-such-command"});
  const auto missing = client->ask("select-window -t :77");
  REQUIRE(missing);
  CHECK(missing->error);
  CHECK(client->ask("set-hook -g after-show-options 'display-message -p hooked'"));
  const auto shown = client->ask("show-options -gv base-index");
  REQUIRE(shown);
  CHECK(client->wait_until([&] { return !client->blocks().back().typed; }));
  CHECK(client->blocks().back().lines == std::vector<std::string>{"hooked"});
  CHECK(rig.ask({"list-clients", "-F", "#{client_control_mode}"}) == "1");
  client->send("");
  REQUIRE(client->wait_exit());
  CHECK(client->wait_exit()->success());
  CHECK(client->was_told("%exit"));
  CHECK(client->broken() == "");
}

TEST_CASE("a control client without a session leaves behind its block", "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto list = control(rig, {"list-sessions", "-F", "#{session_name}"});
  REQUIRE(list->wait_exit());
  CHECK(list->wait_exit()->success());
  REQUIRE(list->blocks().size() == 1);
  CHECK(list->blocks()[0].lines == std::vector<std::string>{"app"});
  CHECK(list->broken() == "");
  const auto wrong = control(rig, {"attach-session", "-t", "nope"});
  REQUIRE(wrong->wait_exit());
  CHECK(wrong->wait_exit()->code() == 1);
  REQUIRE(wrong->blocks().size() == 1);
  CHECK(wrong->blocks()[0].error);
  CHECK(wrong->broken() == "");
}

TEST_CASE("what happens is told behind the block that caused it", "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  const auto tells = [&](const std::string& line, const std::string& told) {
    INFO(line);
    REQUIRE(client->ask(line));
    CHECK(client->wait_until([&] { return client->was_told(told); }));
  };
  tells("new-window -n second 'exec cat'", "%window-add @1");
  CHECK(client->wait_until([&] { return client->was_told("%session-window-changed $0 @1"); }));
  tells("rename-window third", "%window-renamed @1 third");
  tells("split-window 'exec cat'", "%layout-change @1 ");
  tells("select-pane -t :.0", "%window-pane-changed @1 %1");
  tells("rename-session other", "%session-renamed $0 other");
  tells("set-buffer -b mine text", "%paste-buffer-changed mine");
  tells("delete-buffer -b mine", "%paste-buffer-deleted mine");
  tells("new-session -d -s far 'exec cat'", "%sessions-changed");
  CHECK(client->wait_until([&] { return client->was_told("%unlinked-window-add @2"); }));
  tells("display-message text", "%message text");
  tells("refresh-client -C 100x30", "%layout-change @1 ");
  CHECK(client->wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "other:1", "#{window_width}"}) == "100";
  }));
  tells("refresh-client -C @1:90x20", "%layout-change @1 ");
  CHECK(client->wait_until([&] {
    return rig.ask({"list-windows", "-t", "other", "-F", "#{window_width}x#{window_height}"}) ==
           "100x30\n90x20";
  }));
  tells("refresh-client -B 'names:@*:#{window_name}'", "%subscription-changed names $0 @1 1 - : third");
  const auto person = rig.terminal({"attach-session", "-t", "other"});
  CHECK(client->wait_until(
      [&] { return client->was_told("%client-session-changed " + person->pty().tty() + " $0 other"); }));
  rig.ask({"detach-client", "-t", person->pty().tty()});
  CHECK(client->wait_until([&] { return client->was_told("%client-detached " + person->pty().tty()); }));
  const auto dies = rig.terminal({"attach-session", "-t", "other"});
  const std::string dead = dies->pty().tty();
  CHECK(client->wait_until([&] { return client->was_told("%client-session-changed " + dead); }));
  const auto before = client->notifications().size();
  dies->pty().signal(SIGKILL);
  CHECK(client->wait_until([&] {
    const auto& told = client->notifications();
    return std::find(told.begin() + static_cast<std::ptrdiff_t>(before), told.end(),
                     "%client-detached " + dead) != told.end();
  }));
  tells("kill-window -t :1", "%unlinked-window-close @1");
  client->end_input();
  REQUIRE(client->wait_exit());
  CHECK(client->wait_exit()->success());
  CHECK(client->broken() == "");
}

TEST_CASE("a pane that enters or leaves a mode is told of", "[control]") {
  Rig rig;
  const auto client = control(rig, {"new-session", "-s", "app", "exec cat"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  CHECK_FALSE(client->was_told("%pane-mode-changed %0"));
  REQUIRE(client->ask("copy-mode"));
  CHECK(client->wait_until([&] { return client->was_told("%pane-mode-changed %0"); }));
  client->send("");
  REQUIRE(client->wait_exit());
  CHECK(client->broken() == "");
}

TEST_CASE("a command that waits keeps neither output nor notifications waiting, and its block is whole",
          "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  client->send("wait-for later");
  rig.ask({"send-keys", "-t", "app", "typed", "Enter"});
  CHECK(client->wait_until(
      [&] { return client->output("%0").find("typed\r\ntyped\r\n") != std::string::npos; }));
  rig.ask({"rename-session", "-t", "app", "named"});
  CHECK(client->wait_until([&] { return client->was_told("%session-renamed $0 named"); }));
  CHECK(client->blocks().size() == 1);
  rig.ask({"wait-for", "-S", "later"});
  CHECK(client->wait_until([&] { return client->blocks().size() == 2; }));
  CHECK(client->broken() == "");
}

TEST_CASE("panes can be turned off, paused and gone on with", "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  const auto types = [&](const std::string& text) {
    REQUIRE(client->ask("send-keys " + text + " Enter"));
    REQUIRE(client->wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", "app"}).find(text + "\n" + text) != std::string::npos;
    }));
    REQUIRE(client->ask("display-message -p done"));
  };
  REQUIRE(client->ask("refresh-client -A '%0:off'"));
  types("one");
  CHECK(client->output("%0") == "");
  REQUIRE(client->ask("refresh-client -A '%0:on'"));
  types("two");
  CHECK(client->wait_until([&] { return client->output("%0") == "two\r\ntwo\r\n"; }));
  REQUIRE(client->ask("refresh-client -A '%0:pause'"));
  CHECK(client->wait_until([&] { return client->was_told("%pause %0"); }));
  types("three");
  CHECK(client->output("%0") == "two\r\ntwo\r\n");
  REQUIRE(client->ask("refresh-client -f pause-after=30"));
  REQUIRE(client->ask("refresh-client -A '%0:continue'"));
  CHECK(client->wait_until([&] { return client->was_told("%continue %0"); }));
  types("four");
  CHECK(client->wait_until([&] { return client->output("%0") == "two\r\ntwo\r\nfour\r\nfour\r\n"; }));
  REQUIRE(client->ask("refresh-client -f no-output"));
  types("five");
  CHECK(client->output("%0").find("five") == std::string::npos);
  const auto wrong = client->ask("refresh-client -A '%0:sideways'");
  REQUIRE(wrong);
  CHECK(wrong->error);
  CHECK(client->broken() == "");
}

TEST_CASE("random commands beside a flood: blocks are whole, and every byte comes once and in order",
          "[control]") {
  const int rounds = interleavings();
  constexpr int kLast = 60'000;
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  const std::string count = "seq 1 " + std::to_string(kLast);
  const auto made = client->ask("new-window -P -F '#{pane_id}' '" + count + "'");
  REQUIRE(made);
  REQUIRE(made->lines.size() == 1);
  const std::string flood = made->lines[0];

  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same each time
  int windows = 0;
  for (int round = 0; round < rounds; ++round) send_something(*client, random, windows);
  const auto last = client->ask("display-message -p last", kPatience + Milliseconds(50 * rounds));
  REQUIRE(last);
  CHECK(client->wait_until([&] {
    return client->output(flood).find("\n" + std::to_string(kLast) + "\r\n") != std::string::npos;
  }));
  const std::string expected = numbers(kLast);
  CHECK((client->output(flood).substr(0, expected.size()) == expected));
  CHECK(client->broken() == "");
}

TEST_CASE(
    "kill -9 of the server between random commands: each client is told, with whole blocks and in order",
    "[control][crash]") {
  const int rounds = interleavings();
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  rig.ask({"set-option", "-g", "history-limit", "1000000"});
  const std::string flood = rig.ask(
      {"new-window", "-d", "-t", "app:1", "-P", "-F", "#{pane_id}", Rig::bin("e2e_counter") + " n 0 300"});
  // What a block is cut in: a line of more than one frame.
  rig.ask({"set-buffer", "-b", "big", std::string(120'000, 'b')});

  std::mt19937 random(12);  // NOLINT(cert-msc51-cpp): the same each time
  int kills = 0;
  long seen = 0;
  for (int round = 0; round < rounds; ++kills) {
    INFO("after " << round << " lines and " << kills << " kills");
    const auto client = control(rig, {"attach-session", "-t", "app"});
    REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
    const auto count = client->ask("display-message -p '#{session_windows}'");
    REQUIRE(count);
    REQUIRE(count->lines.size() == 1);
    // What was asked of a server that died is done or not: windows are counted anew.
    int windows = std::atoi(count->lines[0].c_str()) - 2;
    for (int left = 50 + static_cast<int>(random() % 100); left > 0 && round < rounds; --left, ++round)
      send_something(*client, random, windows);
    const auto answered = client->blocks().size();
    if (kills % 2 != 0) client->send("show-buffer -b big ; show-buffer -b big");
    if (kills % 4 == 3) client->wait_until([&] { return client->blocks().size() > answered; });
    rig.kill_server();
    REQUIRE(client->wait_exit());
    CHECK(client->wait_exit()->code() == 1);
    CHECK(client->notifications().back() == "%exit server exited unexpectedly");
    CHECK(client->broken() == "");
    const auto numbers = counted(client->output(flood), "\r\n");
    REQUIRE(numbers);
    if (numbers->empty()) continue;
    CHECK(numbers->front() > seen);  // each client has what is printed from its attaching on
    seen = numbers->back();
  }
  // The program in the flood's window went on through all of it, and the pane has every byte.
  std::string all = "\n";
  for (const auto& line : rig.history(flood)) all += line + "\n";
  const auto numbers = counted(all, "\n");
  REQUIRE(numbers);
  REQUIRE_FALSE(numbers->empty());
  CHECK(numbers->front() == 1);
  CHECK(numbers->back() >= seen);
  std::cout << rounds << " lines, " << kills << " kills, " << numbers->back() << " lines of the flood\n";
}

TEST_CASE("a control client that does not read is paused; then it has the screen and the lines before it",
          "[control]") {
  constexpr int kLast = 1'500'000;
  const SmallQuarantine memory;
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  rig.ask({"set-option", "-g", "remain-on-exit", "on"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  const pid_t server = rig.server();
  rig.ask({"new-window", "-d", "-t", "app", "seq 1 1000"});
  REQUIRE(client->wait_until([&] { return client->output("%1").find("1000\r\n") != std::string::npos; }));
  const long before = memory_of(server);
  // Nobody reads from here on.
  rig.ask({"new-window", "-d", "-n", "flood", "-t", "app", "seq 1 " + std::to_string(kLast)});
  REQUIRE(wait_until(
      [&] {
        return rig.ask({"display-message", "-p", "-t", "app:flood", "#{pane_dead}"}) == "1";
      },
      Milliseconds(120'000)));
  for (int i = 0; i < 20'000; ++i) {
    if (i % 1000 == 0) rig.ask({"rename-session", "-t", "$0", "name" + std::to_string(i)});
  }
  CHECK(rig.server() == server);
  // Its history and two rings are a pane's own; what waits for the client is a quarter of a megabyte.
  CHECK(memory_of(server) - before < 64 * 1024);
  CHECK(client->wait_until([&] { return client->was_told("%continue %2"); }, Milliseconds(120'000)));
  CHECK(client->was_told("%pause %2"));
  CHECK(client->wait_until(
      [&] { return client->output("%2").find("\n" + std::to_string(kLast)) != std::string::npos; }));
  const auto answer = client->ask("display-message -p '#{session_name}'");
  REQUIRE(answer);
  CHECK(answer->lines == std::vector<std::string>{"name19000"});
  CHECK(client->broken() == "");
}

TEST_CASE("the server's death ends a control client with a word; the next one finds everything",
          "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto client = control(rig, {"attach-session", "-t", "app"});
  REQUIRE(client->wait_until([&] { return client->was_told("%session-changed $0 app"); }));
  REQUIRE(client->ask("send-keys kept Enter"));
  REQUIRE(client->wait_until([&] { return client->output("%0").find("kept\r\nkept") != std::string::npos; }));
  rig.kill_server();
  REQUIRE(client->wait_exit());
  CHECK(client->wait_exit()->code() == 1);
  CHECK(client->was_told("%exit server exited unexpectedly"));
  const auto next = control(rig, {"attach-session", "-t", "app"});
  const auto shown = next->ask("capture-pane -p");
  REQUIRE(shown);
  REQUIRE(shown->lines.size() > 1);
  CHECK(shown->lines[1] == "kept");
  CHECK(client->broken() == "");
  CHECK(next->broken() == "");
}

TEST_CASE("-CC frames it for a terminal, and wait-exit waits for its program", "[control]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  ControlClient client({Rig::bin("sess"), "-CC", "attach-session", "-t", "app"}, rig.env());
  REQUIRE(client.wait_until([&] { return client.was_told("%session-changed $0 app"); }));
  REQUIRE(client.ask("refresh-client -f wait-exit"));
  REQUIRE(client.ask("detach-client"));
  REQUIRE(client.wait_until([&] { return client.was_told("%exit"); }));
  ExitStatus status;
  CHECK_FALSE(reap(client.pid(), status, Milliseconds(100)));
  client.send("");
  REQUIRE(client.wait_exit());
  CHECK(client.wait_exit()->success());
  CHECK(client.raw() == "\x1bP1000p\x1b\\");
  CHECK(client.broken() == "");
}
