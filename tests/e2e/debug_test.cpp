// `sess debug`: what a pane shows beside what libvterm makes of the same bytes, messages as they come and go,
// and states.
#include <filesystem>

#include "behaviour.hpp"
#include "e2e/rig.hpp"
#include "play.hpp"
#include "support/wait.hpp"

using namespace sess::test;

namespace {

/// A session whose program prints this (as printf takes it) and stays.
void print_in(const Rig& rig, const std::string& text, const std::string& shown) {
  rig.ask({"new-session", "-d", "-s", "a", "printf '" + text + "'; exec sleep 1000"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "a"}).find(shown) != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("debug compare: text that both terminals know is the same on both", "[debug]") {
  Rig rig;
  print_in(rig, "\\033[1;31mred\\033[m plain \\355\\225\\234\\nsecond", "second");
  const auto outcome = rig.sess({"debug", "compare", "-t", "a"});
  CHECK(outcome.err == "");
  CHECK(outcome.out.find("sess and libvterm show the same") != std::string::npos);
  CHECK(outcome.status.success());
}

TEST_CASE("debug compare: the first cell that differs, with its offset, the bytes around it and a test of it",
          "[debug]") {
  // libvterm's DECSC keeps no character set (tests/terminal/charsets.vt).
  Rig rig;
  print_in(rig, "before\\n\\033(0\\033\\067\\033(Bq\\033\\070q\\033(Bend", "end");
  const std::string file = rig.home().root() + "/found.vt";
  const auto outcome = rig.sess({"debug", "compare", "-t", "a", "-o", file});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.out.find("row 1, column 0 differs from byte 19 on") != std::string::npos);
  CHECK(outcome.out.find("sess      \"─\" 1, none") != std::string::npos);
  CHECK(outcome.out.find("libvterm  \"q\" 1, none") != std::string::npos);
  CHECK(outcome.out.find("before    \"before\\r\\n\\e(0\\e7\\e(Bq\\e8\"") != std::string::npos);
  const auto behaviours = parse_behaviours("found.vt", read_file(file));
  REQUIRE(behaviours.size() == 1);
  CHECK(play_on_sess(behaviours[0], Feeding::whole) == std::vector<std::string>{});
  CHECK_FALSE(play_on_oracle(behaviours[0]).empty());
}

TEST_CASE("debug compare: where sess-debug is not installed, what is missing is said, and status 2",
          "[debug]") {
  Rig rig;
  const std::string alone = rig.home().root() + "/sess";
  std::filesystem::copy_file(Rig::bin("sess"), alone);
  for (const std::string what : {"compare", "replay"}) {
    const auto outcome = run({alone, "debug", what}, rig.env());
    CHECK(outcome.status.code() == 2);
    CHECK(outcome.out == "");
    CHECK(outcome.err ==
          "sess: cannot run " + alone + "-debug: No such file or directory\nsess debug " + what +
              " is a program of its own, which is built where libvterm is (Debian: libvterm-dev) "
              "and installed beside sess\n");
  }
}

TEST_CASE("debug compare: what cannot be is one line and status 2", "[debug]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec sleep 1000"});
  const auto missing = rig.sess({"debug", "compare", "-t", "nowhere"});
  CHECK(missing.status.code() == 2);
  CHECK(missing.out == "");
  CHECK(missing.err.find("sess-debug: sess names no such pane\n") != std::string::npos);
  const auto wrong = rig.sess({"debug", "compare", "more"});
  CHECK(wrong.status.code() == 2);
  const std::string usage =
      "usage: sess-debug [-L name | -S path] compare [-t pane] [-o file.vt]\n"
      "       sess-debug replay [-s COLUMNSxROWS] file\n";
  CHECK(wrong.err == usage);
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"debug", "replay"}, {"debug", "replay", "a", "b"}, {"debug", "replay", "-s", "80", "a"}}) {
    const auto outcome = rig.sess(words);
    CHECK(outcome.status.code() == 2);
    CHECK(outcome.err == usage);
  }
}

TEST_CASE("debug replay: bytes that do no harm say so, and a file that is not there is one line", "[debug]") {
  Rig rig;
  const std::string file = rig.home().write("kept", "plain\033[31m text\r\n");
  const auto outcome = rig.sess({"debug", "replay", "-s", "100x40", file});
  CHECK(outcome.err == "");
  CHECK(outcome.out.find(file + ": 17 bytes on an empty screen of 100x40\nthey do no harm there") == 0);
  CHECK(outcome.status.success());
  const auto missing = rig.sess({"debug", "replay", file + "x"});
  CHECK(missing.status.code() == 2);
  CHECK(missing.err == "sess-debug: cannot open " + file + "x: No such file or directory\n");
}

TEST_CASE("debug: what it does not do is one line and status 1", "[debug]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec sleep 1000"});
  const auto wrong = rig.sess({"debug", "look"});
  CHECK(wrong.status.code() == 1);
  CHECK(wrong.err == "debug takes trace, state, compare or replay, not 'look'\n");
  CHECK(rig.sess({"debug"}).status.code() == 1);
  const auto missing = rig.sess({"debug", "trace", "-c", "nobody"});
  CHECK(missing.status.code() == 1);
  CHECK(missing.err.find("can't find client: nobody") == 0);
}

TEST_CASE("debug trace: messages of all by name and size, never contents", "[debug]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec sleep 1000"});
  const auto tracer = rig.terminal({"debug", "trace"}, {50, 200});
  // It has begun when a message of somebody else is shown.
  REQUIRE(tracer->wait_until([&] {
    rig.ask({"has-session", "-t", "a"});
    return tracer->shows(" < command argv=3");
  }));
  rig.ask({"set-buffer", "hunter2"});
  CHECK(tracer->wait_for_text("< command argv=2"));
  rig.ask({"show-buffer"});
  CHECK(tracer->wait_for_text("> print stream=1 7 bytes"));
  CHECK(tracer->wait_for_text("> exit status=0"));
  CHECK(tracer->transcript().find("hunter2") == std::string::npos);
}

TEST_CASE("debug trace -c: one client's messages, until it has gone", "[debug]") {
  Rig rig;
  const auto seen = rig.terminal({"new-session", "-s", "a", "exec cat"});
  std::string name;
  REQUIRE(seen->wait_until([&] {
    name = rig.sess({"list-clients", "-F", "#{client_name}"}).out;
    return !name.empty();
  }));
  name.pop_back();
  const auto tracer = rig.terminal({"debug", "trace", "-c", name}, {50, 200});
  REQUIRE(tracer->wait_until([&] {
    seen->type("x");
    seen->pump();
    rig.ask({"has-session", "-t", "a"});
    return tracer->shows(name + " < input seq=");
  }));
  CHECK(tracer->wait_for_text(name + " > output offset="));
  CHECK(tracer->transcript().find("client-") == std::string::npos);
  rig.ask({"detach-client", "-t", name});
  CHECK(seen->wait_exit());
  const auto end = tracer->wait_exit();
  REQUIRE(end);
  CHECK(end->success());
  CHECK(tracer->transcript().find(name + " > detached reason=detached") != std::string::npos);
}

TEST_CASE("debug state: the server, each client and each pane", "[debug]") {
  Rig rig;
  const auto seen = rig.terminal({"new-session", "-s", "a", "printf hello; exec sleep 1000"});
  REQUIRE(seen->wait_for_text("hello"));
  const std::string text = rig.ask({"debug", "state"});
  INFO(text);
  CHECK(text.find("server pid=" + std::to_string(rig.server()) + " keeper=") == 0);
  CHECK(text.find(" attached direct 80x24 sent=") != std::string::npos);
  CHECK(text.find("\npane %0 80x24 written=5 parsed=5 ") != std::string::npos);
}
