// The pure parts: when to try again, when to ring, which commands start a server.
#include "client/hello.hpp"
#include "client/attach/liveness.hpp"
#include "client/options.hpp"
#include "client/attach/outage.hpp"
#include "support/catch.hpp"

using namespace sess::client;
using namespace std::chrono_literals;

namespace {

const Outage::Time kStart{1000s};

Options parsed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "sess");
  const auto options = parse_options(arguments);
  REQUIRE(options);
  return *options;
}

}  // namespace

TEST_CASE("attempts come at once and then further apart, up to a second", "[client]") {
  Outage outage;
  outage.over(kStart);
  const auto lost = kStart + 1h;
  CHECK(outage.lost(lost) == 0ms);
  CHECK(outage.lost(lost) == 10ms);
  CHECK(outage.lost(lost) == 20ms);
  for (int i = 0; i < 10; ++i) (void)outage.lost(lost);
  CHECK(outage.lost(lost) == 1s);
}

TEST_CASE("a server that dies at once after each start is not hammered", "[client]") {
  Outage outage;
  outage.over(kStart);
  auto now = kStart + 10s;
  CHECK(outage.lost(now) == 0ms);
  outage.over(now);
  CHECK(outage.lost(now + 1ms) == 10ms);
  outage.over(now);
  CHECK(outage.lost(now + 2ms) == 20ms);
  outage.over(now);
  CHECK(outage.lost(now + 1s) == 0ms);
}

TEST_CASE("a client gives up when nobody has listened for ten seconds in a row", "[client]") {
  Outage outage;
  (void)outage.lost(kStart);
  CHECK_FALSE(outage.give_up(kStart + 1h));  // somebody listens, and takes long
  outage.absent(kStart);
  outage.absent(kStart + 9s);
  CHECK_FALSE(outage.give_up(kStart + 9s));
  CHECK(outage.give_up(kStart + 10s));
  outage.present();
  outage.absent(kStart + 11s);
  CHECK_FALSE(outage.give_up(kStart + 12s));
}

TEST_CASE("Ctrl-C counts after a second without a server and not while one is there", "[client]") {
  Outage outage;
  CHECK_FALSE(outage.may_abort(kStart));
  (void)outage.lost(kStart);
  CHECK_FALSE(outage.may_abort(kStart + 999ms));
  CHECK(outage.may_abort(kStart + 1s));
  outage.over(kStart + 2s);
  CHECK_FALSE(outage.may_abort(kStart + 3s));
}

TEST_CASE("nothing is asked while no answer is due", "[client]") {
  Liveness liveness;
  CHECK_FALSE(liveness.deadline());
  CHECK(liveness.due(kStart + 1h) == Liveness::Action::none);
}

TEST_CASE("silence leads to one ping, then to a ring every half second", "[client]") {
  Liveness liveness;
  liveness.expect(kStart);
  CHECK(liveness.due(kStart + 249ms) == Liveness::Action::none);
  CHECK(*liveness.deadline() == kStart + 250ms);
  CHECK(liveness.due(kStart + 250ms) == Liveness::Action::ping);
  CHECK(liveness.due(kStart + 499ms) == Liveness::Action::none);
  CHECK(liveness.due(kStart + 500ms) == Liveness::Action::ring);
  CHECK(liveness.due(kStart + 999ms) == Liveness::Action::none);
  CHECK(liveness.due(kStart + 1s) == Liveness::Action::ring);
}

TEST_CASE("any sign of life starts the wait anew, an answer ends it", "[client]") {
  Liveness liveness;
  liveness.expect(kStart);
  CHECK(liveness.due(kStart + 250ms) == Liveness::Action::ping);
  liveness.heard(kStart + 400ms);
  CHECK(liveness.due(kStart + 600ms) == Liveness::Action::none);
  CHECK(liveness.due(kStart + 650ms) == Liveness::Action::ping);
  liveness.settle();
  CHECK_FALSE(liveness.deadline());
  liveness.expect(kStart + 10s);
  liveness.expect(kStart + 10200ms);  // more input while waiting does not prolong the wait
  CHECK(*liveness.deadline() == kStart + 10250ms);
}

TEST_CASE("before welcome there is no ping, only the ring", "[client]") {
  Liveness liveness;
  liveness.expect(kStart, Liveness::Ping::no);
  CHECK(liveness.due(kStart + 300ms) == Liveness::Action::none);
  CHECK(liveness.due(kStart + 500ms) == Liveness::Action::ring);
}

TEST_CASE("global flags are read up to the command and not beyond", "[client]") {
  const Options options = parsed({"-2u", "-L", "other", "-f", "a", "-fb", "-T", "RGB", "-T", "sync", "-CC",
                                  "-vv", "new", "-d", "-s", "x", "-L"});
  CHECK(options.colours_256);
  CHECK(options.utf8);
  CHECK(options.name == "other");
  CHECK(options.config_files == std::vector<std::string>{"a", "b"});
  CHECK(options.terminal_features == "RGB,sync");
  CHECK(options.control == sess::protocol::ControlMode::raw);
  CHECK(options.verbose == 2);
  CHECK(options.command == std::vector<std::string>{"new", "-d", "-s", "x", "-L"});
}

TEST_CASE("version and help are answered locally, in short and long", "[client]") {
  CHECK(parsed({"-V"}).action == Options::Action::version);
  CHECK(parsed({"--version"}).action == Options::Action::version);
  CHECK(parsed({"-h"}).action == Options::Action::help);
  CHECK(parsed({"--help"}).action == Options::Action::help);
  CHECK(parsed({"ls", "--help"}).action == Options::Action::run);
  CHECK(parsed({}).command.empty());
}

TEST_CASE("an unknown flag and contradicting ones give the usage line", "[client]") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"sess", "-y"},
                                                    {"sess", "-L"},
                                                    {"sess", "--nonsense"},
                                                    {"sess", "-c", "x", "ls"},
                                                    {"sess", "-D", "ls"}}) {
    const auto options = parse_options(arguments);
    REQUIRE_FALSE(options);
    CHECK(options.error().text.rfind("usage: sess ", 0) == 0);
  }
}

TEST_CASE("the last part of the client's name is its dialect", "[client]") {
  const auto dialect = [](const std::vector<std::string>& arguments) {
    return parse_options(arguments)->dialect;
  };
  CHECK(dialect({"sess", "ls"}) == sess::Dialect::sess);
  CHECK(dialect({"/opt/bin/tmux", "ls"}) == sess::Dialect::tmux);
  CHECK(dialect({"tmux"}) == sess::Dialect::tmux);
  const auto job = parse_options({"tmux", "-L", "x", "job", "run", "--", "make"});
  REQUIRE(job);
  CHECK(job->dialect == sess::Dialect::sess);
  CHECK(job->called_tmux);
  CHECK(job->command == std::vector<std::string>{"run", "--", "make"});
  // No host, no long options.
  CHECK(parse_options({"tmux", "-H", "far", "ls"})
            .error()
            .text.rfind("tmux: unknown option -- H\nusage: tmux ", 0) == 0);
  CHECK(parse_options({"tmux", "-L"}).error().text.rfind("tmux: option requires an argument -- L\n", 0) == 0);
  CHECK(parse_options({"tmux", "attach", "-H", "x"})->command ==
        std::vector<std::string>{"attach", "-H", "x"});
  CHECK(sess::client::make_hello(*parse_options({"tmux"})).dialect == sess::Dialect::tmux);
}

TEST_CASE("only commands that make something start a server", "[client]") {
  CHECK(may_start_server({}));
  CHECK(may_start_server({"new"}));
  CHECK(may_start_server({"new-session", "-d"}));
  CHECK(may_start_server({"new-s"}));
  CHECK(may_start_server({"attach"}));
  CHECK(may_start_server({"a"}));
  CHECK(may_start_server({"start-server"}));
  CHECK(may_start_server({"run", "--", "make"}));
  CHECK(may_start_server({"set", "-g", "x", "y", ";", "new", "-d"}));
  CHECK(may_start_server({"set", "-g", "x", "y;", "new"}));
  CHECK_FALSE(may_start_server({"ls"}));
  CHECK_FALSE(may_start_server({"new-window"}));
  CHECK_FALSE(may_start_server({"kill-server"}));
  CHECK_FALSE(may_start_server({"send-keys", "x\\;", "new"}));
  CHECK_FALSE(may_start_server({"run-shell", "true"}));
  CHECK(may_start_server({"start-server;", "show"}));
  CHECK(may_start_server({"show;", "new;", "ls"}));
  using sess::Dialect;
  CHECK(may_start_server({"start", ";", "show"}, Dialect::tmux));
  CHECK(may_start_server({"list-keys"}, Dialect::tmux));
  CHECK_FALSE(may_start_server({"wait", "x"}, Dialect::tmux));
  CHECK_FALSE(may_start_server({"run", "true"}, Dialect::tmux));
}

TEST_CASE("the first locale variable that is set tells the character set", "[client]") {
  CHECK(utf8_locale({"LANG=C.UTF-8"}));
  CHECK(utf8_locale({"LANG=de_DE.utf8"}));
  CHECK_FALSE(utf8_locale({"LANG=C.UTF-8", "LC_ALL=C"}));
  CHECK(utf8_locale({"LANG=C", "LC_ALL=", "LC_CTYPE=en_US.UTF-8"}));
  CHECK_FALSE(utf8_locale({"LANGUAGE=C.UTF-8"}));
}
