// `sess debug compare`: what a pane shows beside what libvterm makes of the same bytes.
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

TEST_CASE("debug compare: what cannot be is one line and status 2", "[debug]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "a", "exec sleep 1000"});
  const auto missing = rig.sess({"debug", "compare", "-t", "nowhere"});
  CHECK(missing.status.code() == 2);
  CHECK(missing.out == "");
  CHECK(missing.err.find("sess-debug: sess names no such pane\n") != std::string::npos);
  const auto wrong = rig.sess({"debug", "look"});
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
