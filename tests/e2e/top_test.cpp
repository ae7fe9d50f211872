// `sess top` on real terminals: what it shows, what its keys do, and that it leaves the terminal as it was.
#include <algorithm>

#include "base/width.hpp"
#include "job_rig.hpp"

using namespace sess::test;

namespace {

void make_some(const Rig& rig) {
  rig.ask({"run", "-d", "-s", "한글작업", "--", "echo 준비됨; exec sleep 1000"});
  rig.ask({"run", "-d", "-s", "web", "--", "echo listening; exec sleep 1000"});
  CHECK(rig.sess({"run", "-s", "bad", "--", "echo no room; exit 3"}).status.code() == 3);
  rig.ask({"new-session", "-d", "-s", "app", "echo hello from app; exec cat"});
}

/// Every row's width in columns.
void check_widths(Attached& terminal) {
  for (int row = 0; row < terminal.oracle().size().rows; ++row) {
    INFO(terminal.oracle().row(row));
    CHECK(sess::display_width(terminal.oracle().row(row)) <= terminal.oracle().size().cols);
  }
}

}  // namespace

TEST_CASE("top shows sessions and jobs, at 80 columns and at 40, and follows what changes", "[e2e][top]") {
  Rig rig;
  make_some(rig);
  auto wide = rig.terminal({"top", "-d", "200ms"});
  for (const auto* text : {"한글작업", "준비됨", "listening", "failed (3)", "hello from app",
                           "1 session, 2 running jobs, 1 failed"}) {
    INFO(text << "\n" << wide->screen());
    CHECK(wide->wait_for_text(text));
  }
  check_widths(*wide);
  wide->resize({12, 40});
  CHECK(wide->wait_for_no_text("listening"));
  CHECK(wide->wait_for_text("한글작업"));
  check_widths(*wide);
  wide->resize({24, 80});
  CHECK(wide->wait_for_text("listening"));
  rig.ask({"run", "-d", "-s", "later", "--", "echo came later; exec sleep 1000"});
  CHECK(wide->wait_for_text("came later"));
  // The list is asked for again when its server has died.
  rig.kill_server();
  rig.ask({"run", "-d", "-s", "after", "--", "echo after the crash; exec sleep 1000"});
  CHECK(wide->wait_for_text("after the crash"));
  wide->type("q");
  const auto status = wide->wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 0);
  // The terminal is as it was: no alternate screen, a cursor.
  CHECK(wide->transcript().find("\x1b[?1049l") != std::string::npos);
  CHECK_FALSE(wide->shows("한글작업"));
}

TEST_CASE("keys of top filter, stop, start, kill and show logs", "[e2e][top]") {
  Rig rig;
  make_some(rig);
  auto top = rig.terminal({"top", "-d", "200ms"});
  REQUIRE(top->wait_for_text("한글작업"));
  top->type("/we");
  CHECK(top->wait_for_no_text("한글작업"));
  top->type("b\r");
  top->type("s");
  CHECK(top->wait_for_text("stop web? (y/n)"));
  top->type("n");
  CHECK(top->wait_for_no_text("stop web?"));
  CHECK(job_state(rig, "web") == "running");
  top->type("s");
  REQUIRE(top->wait_for_text("stop web? (y/n)"));
  top->type("y");
  CHECK(top->wait_until([&] { return job_state(rig, "web") == "inactive"; }));
  CHECK(top->wait_for_text("inactive"));
  top->type("r");
  REQUIRE(top->wait_for_text("restart web? (y/n)"));
  top->type("y");
  CHECK(top->wait_until([&] { return job_state(rig, "web") == "running"; }));
  top->type("l");
  CHECK(top->wait_for_text("[sess: log of web; Ctrl-C: back to top]"));
  CHECK(top->wait_for_text("listening"));
  top->type("\003");
  REQUIRE(top->wait_for_text("any key: back to top"));
  top->type(" ");
  CHECK(top->wait_for_text("LAST LINE"));
  top->type("\033");
  REQUIRE(top->wait_for_text("한글작업"));
  top->type("/app\r");
  REQUIRE(top->wait_for_no_text("한글작업"));
  top->type("k");
  REQUIRE(top->wait_for_text("kill app? (y/n)"));
  top->type("y");
  CHECK(top->wait_until([&] { return rig.sess({"has-session", "-t", "=app"}).status.code() != 0; }));
  top->type("\033");
  REQUIRE(top->wait_for_text("한글작업"));
  top->type("?");
  CHECK(top->wait_for_text("s, r and k ask first"));
  top->type(" q");
  CHECK(top->wait_exit());
}

TEST_CASE("Enter attaches and detaching comes back; in a session it switches", "[e2e][top]") {
  Rig rig;
  make_some(rig);
  auto top = rig.terminal({"top", "-d", "200ms"});
  REQUIRE(top->wait_for_text("hello from app"));
  top->type("/app\r\r");
  REQUIRE(top->wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "app"; }));
  top->type("\002d");
  CHECK(top->wait_for_text("LAST LINE"));
  CHECK(top->wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}).empty(); }));
  top->type("q");
  REQUIRE(top->wait_exit());

  auto client = rig.terminal({"new-session", "-s", "here", "/bin/sh"});
  REQUIRE(client->wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "here"; }));
  client->type(Rig::bin("sess") + " top\r");
  REQUIRE(client->wait_for_text("hello from app"));
  client->type("/app\r\r");
  CHECK(client->wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "app"; }));
}

TEST_CASE("top says in one line that a terminal cannot show it", "[e2e][top]") {
  Rig rig;
  const auto piped = rig.sess({"top"});
  CHECK(piped.status.code() == 1);
  CHECK(piped.err.find("top needs a terminal") == 0);
  CHECK(std::count(piped.err.begin(), piped.err.end(), '\n') == 1);
  auto dumb = rig.terminal({"top"}, {24, 80}, {{"TERM", "dumb"}});
  const auto status = dumb->wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 1);
  CHECK(dumb->transcript() == "this terminal cannot show it (TERM=dumb); sess ps prints the same once\r\n");
  CHECK(rig.sess({"top", "web"}).err == "usage: sess top [-d duration] [--color when]\n");
}

TEST_CASE("ps --json --every prints a line each time, and CPU is what was used since the one before",
          "[e2e][top]") {
  Rig rig;
  rig.ask({"run", "-d", "-s", "busy", "--", "echo busy begins; while :; do :; done"});
  const Running every(rig, {"ps", "--json", "--every", "200ms"});
  const auto lines = [&] { return split_lines(every.out()); };
  REQUIRE(wait_until([&] { return lines().size() >= 4; }));
  CHECK(lines()[2].find("\"last_line\":\"busy begins\"") != std::string::npos);
  // Lines that used CPU since the one before: a loop does.
  const auto used = [](const std::string& line) {
    const auto at = line.find("\"cpu_percent\":");
    return at == std::string::npos ? 0.0 : std::stod(line.substr(at + 14));
  };
  CHECK(wait_until([&] {
    const auto all = lines();
    return std::any_of(all.begin() + 1, all.end(), [&](const auto& line) { return used(line) > 1; });
  }));
  CHECK(rig.sess({"ps", "--every", "1s"}).err.find("--every goes with --json") == 0);
  CHECK(rig.sess({"ps", "--json", "--every", "soon"}).status.code() == 1);
}
