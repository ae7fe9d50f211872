// What people see: listings on terminals of several widths, with colours and without, and in a pipe.
#include <algorithm>

#include "base/width.hpp"
#include "job_rig.hpp"

using namespace sess::test;

namespace {

/// What `sess ARGUMENTS` writes on a terminal of that width.
std::string on_terminal(const Rig& rig, const Rig::Arguments& arguments, int columns,
                        const Rig::Variables& extra = {}) {
  auto terminal = rig.terminal(arguments, {24, static_cast<std::uint16_t>(columns)}, extra);
  REQUIRE(terminal->wait_exit());
  terminal->pump();
  return terminal->transcript();
}

std::vector<std::string> without_colours(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else if (text[i] != '\r') {
      plain += text[i];
    }
  }
  return split_lines(plain);
}

void make_some(const Rig& rig) {
  rig.ask({"run", "-d", "-s", "한글작업", "--restart", "on-failure", "--description", "서버를 돌립니다", "--",
           "sleep", "1000"});
  CHECK(rig.sess({"run", "-s", "bad", "--", "echo once; exit 3"}).status.code() == 3);
  CHECK(rig.sess({"run", "-s", "짧은일", "--", "true"}).status.code() == 0);
}

}  // namespace

TEST_CASE("listings keep to the width of the terminal, with Korean names too, and are whole in a pipe",
          "[e2e][looks]") {
  Rig rig;
  make_some(rig);
  for (const std::string command : {"ps", "jobs", "history", "doctor"}) {
    const auto piped = rig.sess({command}).out;
    CHECK(piped.find('\x1b') == std::string::npos);
    CHECK(piped.find("…") == std::string::npos);
    for (const int columns : {40, 80, 160}) {
      INFO(command << " at " << columns);
      for (const auto& line : without_colours(on_terminal(rig, {command}, columns))) {
        INFO(line);
        // Words are not broken: a path in doctor's lines can be copied.
        const bool path = command == "doctor" && columns == 40 && line.find('/') != std::string::npos;
        CHECK((path || sess::display_width(line) <= columns));
      }
    }
    CHECK(without_colours(on_terminal(rig, {command, "-w"}, 40)).front() ==
          split_lines(rig.sess({command}).out).front());
  }
  CHECK(rig.sess({"jobs"}).out.find("서버를 돌립니다 (sleep 1000)") != std::string::npos);
}

TEST_CASE("states have colours on a terminal that shows them, and where --color says so", "[e2e][looks]") {
  Rig rig;
  make_some(rig);
  const std::string red = "\x1b[31mfailed";
  const std::string green = "\x1b[32mrunning";
  const auto shown = on_terminal(rig, {"jobs"}, 120);
  CHECK(shown.find(red) != std::string::npos);
  CHECK(shown.find(green) != std::string::npos);
  CHECK(on_terminal(rig, {"status", "bad"}, 120).find(red) != std::string::npos);
  CHECK(on_terminal(rig, {"history"}, 120).find("\x1b[31mexited with 3") != std::string::npos);
  CHECK(on_terminal(rig, {"jobs"}, 120, {{"NO_COLOR", "1"}}).find('\x1b') == std::string::npos);
  CHECK(on_terminal(rig, {"jobs"}, 120, {{"TERM", "dumb"}}).find('\x1b') == std::string::npos);
  CHECK(on_terminal(rig, {"jobs", "--color", "never"}, 120).find('\x1b') == std::string::npos);
  CHECK(rig.sess({"jobs"}).out.find('\x1b') == std::string::npos);
  CHECK(rig.sess({"jobs", "--color=always"}).out.find(red) != std::string::npos);
  // In front of the command it is for any, and for errors.
  CHECK(rig.sess({"--color", "always", "jobs"}).out.find(red) != std::string::npos);
  CHECK(rig.sess({"--color=always", "jobs", "--color", "never"}).out.find('\x1b') == std::string::npos);
  CHECK(on_terminal(rig, {"--color", "never", "jobs"}, 120).find('\x1b') == std::string::npos);
  CHECK(rig.sess({"--color", "always", "nonsense"}).err.find("\x1b[31munknown\x1b[0m command") == 0);
  CHECK(on_terminal(rig, {"--color", "never", "nonsense"}, 120).find("unknown command: nonsense") == 0);
  CHECK(rig.sess({"--color", "blue", "ls"}).err == "--color takes always, auto or never, not 'blue'\n");
  const auto wrong = rig.sess({"jobs", "--color", "green"});
  CHECK(wrong.status.code() == 1);
  CHECK(wrong.err.find("--color takes always, auto or never") == 0);

  // Our own words in a log, and errors.
  CHECK(rig.sess({"run", "-s", "bad", "--", "echo again; exit 3"}).status.code() == 3);
  CHECK(on_terminal(rig, {"logs", "bad"}, 120).find("\x1b[2m[sess: run began ") != std::string::npos);
  CHECK(rig.sess({"logs", "bad"}).out.find('\x1b') == std::string::npos);
  CHECK(on_terminal(rig, {"nonsense"}, 120).find("\x1b[31munknown\x1b[0m command") != std::string::npos);
  CHECK(on_terminal(rig, {"nonsense"}, 120, {{"NO_COLOR", "1"}}).find("unknown command: nonsense") == 0);
}

TEST_CASE("status says where a job's file and log are, what restarts it and what it needs", "[e2e][looks]") {
  Rig rig;
  rig.ask({"run", "-d", "-s", "db", "--", "echo some output; sleep 1000"});
  rig.ask({"run", "-d", "-s", "web", "--restart", "always", "--restart-limit", "5/10min", "--after", "db",
           "--requires", "db", "--", "sleep", "1000"});
  rig.ask({"enable", "db"});
  rig.ask({"enable", "web"});
  CHECK(wait_until([&] { return rig.sess({"status", "db"}).out.find("db.log (") != std::string::npos; }));
  const auto text = rig.sess({"status", "web"}).out;
  INFO(text);
  for (const auto* line :
       {"Restart: always after 1s, at most 1min; 5/10min and it has failed", "Requires: db", "After: db",
        "Enabled: yes, it starts at boot", "jobs/web.toml", "logs/web.log", "Started: 20"}) {
    INFO(line);
    CHECK(text.find(line) != std::string::npos);
  }
  const auto json = rig.sess({"status", "--json", "web"}).out;
  for (const auto* field : {"\"restart\":\"always\"", "\"requires\":[\"db\"]", "\"after\":[\"db\"]",
                            "\"enabled\":true", "jobs/web.toml\"", "logs/web.log\"", "\"log_size\":"}) {
    INFO(field);
    CHECK(json.find(field) != std::string::npos);
  }
  const auto listed = split_lines(rig.sess({"jobs"}).out);
  CHECK(listed.front().find("BOOT  NEXT") != std::string::npos);
  CHECK(std::any_of(listed.begin(), listed.end(), [](const auto& line) {
    return line.rfind("web", 0) == 0 && line.find("yes") != std::string::npos;
  }));
}
