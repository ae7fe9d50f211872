#include "job/job_file.hpp"

#include <csignal>
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::parse_job_file;
using job::Spec;

namespace {

std::string fault(std::string_view text) {
  const auto spec = parse_job_file(text, "web.toml");
  return spec ? "accepted" : spec.error().text;
}

/// A value for every key, none of them a default.
constexpr std::string_view kEverything = R"(
description = "the web server"
command = ["/srv/web/run", "--port", "80 80", "\"q\"", "\t\u001b"]
directory = "/srv/web"
environment = { PORT = "80", "odd name" = "x=y" }
environment-file = "/srv/web/env"
input = "/srv/web/input"
type = "oneshot"
enabled = true
after = ["db", "cache"]
requires = "db"
restart = "on-failure"
restart-delay = "1500ms"
restart-max-delay = "5min"
restart-reset = 90
restart-limit = "5/10min 1ms"
success-exit = "2,SIGTERM"
timeout = "2h"
stop-signal = "INT"
stop-timeout = 20
leave-children = true
umask = "0027"
nice = -5
memory-limit = "512M"
cpu-limit = 150
log = "/srv/web/log"
log-size = "1G"
log-age = "1d"
log-keep = 3
notify = "mail -s $SESS_JOB me"

[[windows]]
name = "logs"
layout = "even-horizontal"
panes = [ { command = "tail -f a.log" }, { command = ["htop", "-d", "5"], directory = "/srv" }, {} ]

[[windows]]
name = "empty"
)";

}  // namespace

TEST_CASE("every key is read", "[job]") {
  const auto parsed = parse_job_file(kEverything, "web.toml");
  REQUIRE(parsed);
  const Spec& spec = *parsed;
  CHECK(spec.description == "the web server");
  CHECK(spec.command == std::vector<std::string>{"/srv/web/run", "--port", "80 80", "\"q\"", "\t\033"});
  CHECK(spec.directory == "/srv/web");
  CHECK(spec.environment == std::map<std::string, std::string>{{"PORT", "80"}, {"odd name", "x=y"}});
  CHECK(spec.environment_file == "/srv/web/env");
  CHECK(spec.input == "/srv/web/input");
  CHECK(spec.oneshot);
  CHECK(spec.enabled);
  CHECK(spec.after == std::vector<std::string>{"db", "cache"});
  CHECK(spec.requires_ == std::vector<std::string>{"db"});
  CHECK(spec.restart.when == job::Restart::on_failure);
  CHECK(spec.restart.delay == 1500ms);
  CHECK(spec.restart.max_delay == 5min);
  CHECK(spec.restart.healthy_after == 90s);
  CHECK(spec.restart.limit == job::RestartLimit{5, 600'001ms});
  CHECK(spec.restart.success.text() == "2,SIGTERM");
  CHECK(spec.timeout == 2h);
  CHECK(spec.stop_signal == SIGINT);
  CHECK(spec.stop_timeout == 20s);
  CHECK(spec.nice == -5);
  CHECK(spec.memory_limit == 512ULL << 20U);
  CHECK(spec.cpu_limit == 150);
  CHECK(spec.log_path == "/srv/web/log");
  CHECK(spec.log_limits == job::LogLimits{1ULL << 30U, 24h, 3});
  CHECK(spec.notify == "mail -s $SESS_JOB me");
  REQUIRE(spec.windows.size() == 2);
  CHECK(spec.windows[0].panes.size() == 3);
  CHECK(spec.windows[0].panes[1] == job::PaneSpec{{"htop", "-d", "5"}, "/srv"});
}

TEST_CASE("a spec that is written reads back the same", "[job]") {
  for (const auto text :
       {kEverything, std::string_view("command = 'make'\n"), std::string_view("command = ['make']\n"),
        std::string_view("command = [\"it's\"]\nlog = false\n"),
        std::string_view("[[windows]]\npanes = [{}]\n")}) {
    const auto spec = parse_job_file(text, "web.toml");
    REQUIRE(spec);
    const std::string written = job::write_job_file(*spec);
    INFO(written);
    const auto again = parse_job_file(written, "web.toml");
    REQUIRE(again);
    CHECK(*again == *spec);
  }
}

TEST_CASE("a job file that is cut at any length names its fault, or is a job that reads back the same",
          "[job]") {
  for (std::size_t length = 0; length < kEverything.size(); ++length) {
    INFO("cut at " << length);
    const auto spec = parse_job_file(kEverything.substr(0, length), "web.toml");
    if (!spec) {
      CHECK(spec.error().text.find("web.toml") != std::string::npos);
      continue;
    }
    const auto again = parse_job_file(job::write_job_file(*spec), "web.toml");
    REQUIRE(again);
    CHECK(*again == *spec);
  }
}

TEST_CASE("what is not said is not written", "[job]") {
  CHECK(job::write_job_file(*parse_job_file("command = 'make -j8'", "x")) == "command = \"make -j8\"\n");
}

TEST_CASE("every key is documented, and the example above uses every one", "[job]") {
  const auto keys = job::job_file_keys();
  CHECK(keys.size() == 30);
  for (const auto& key : keys) {
    INFO(key.key);
    CHECK_FALSE(key.value.empty());
    CHECK(key.summary.size() > 10);
    const std::string line = "\n" + key.key + " = ";
    const std::string heading = "\n[[" + key.key + "]]";
    CHECK((kEverything.find(line) != std::string_view::npos ||
           kEverything.find(heading) != std::string_view::npos));
  }
}

TEST_CASE("every option of run is a key of job files", "[job]") {
  // {option, what is typed behind it, the line of a file that says the same}
  const std::vector<std::array<std::string, 3>> said{
      {"description", "a job", "description = \"a job\""},
      {"env-file", "vars", "environment-file = \"vars\""},
      {"input", "data", "input = \"data\""},
      {"oneshot", "", "type = \"oneshot\""},
      {"after", "db,net", "after = [\"db\", \"net\"]"},
      {"requires", "db", "requires = "},
      {"restart", "always", "restart = \"always\""},
      {"restart-delay", "3s", "restart-delay = \"3s\""},
      {"restart-max-delay", "2min", "restart-max-delay = \"120s\""},
      {"restart-limit", "5/1min", "restart-limit = "},
      {"success-exit", "2", "success-exit = \"2\""},
      {"timeout", "1h", "timeout = \"3600s\""},
      {"stop-signal", "INT", "stop-signal = "},
      {"stop-timeout", "1s", "stop-timeout = \"1s\""},
      {"leave-children", "", "leave-children = true"},
      {"umask", "077", "umask = \"0077\""},
      {"nice", "5", "nice = 5"},
      {"memory", "1K", "memory-limit = \"1024\""},
      {"cpu", "50%", "cpu-limit = 50"},
      {"log", "/tmp/x.log", "log = \"/tmp/x.log\""},
      {"no-log", "", "log = false"},
      {"log-size", "1M", "log-size = \"1048576\""},
      {"log-age", "1h", "log-age = \"3600s\""},
      {"log-keep", "2", "log-keep = 2"},
      {"notify", "mail me", "notify = \"mail me\""},
  };
  const auto& options = job::run_options();
  CHECK(options.size() == said.size());
  for (const auto& option : options) {
    INFO(option.name);
    const auto row =
        std::find_if(said.begin(), said.end(), [&](const auto& one) { return one[0] == option.name; });
    REQUIRE(row != said.end());
    CHECK(option.value.empty() == (*row)[1].empty());
    CHECK_FALSE(option.help.empty());
    job::Spec spec;
    CHECK(option.read((*row)[1], spec) == "");
    CHECK(job::write_job_file(spec).find((*row)[2]) == 0);
  }
}

TEST_CASE("what is wrong with an option of run names the option", "[job]") {
  const auto fault_of = [](std::string_view name, const std::string& word) -> std::string {
    job::Spec spec;
    for (const auto& option : job::run_options()) {
      if (option.name == name) return option.read(word, spec);
    }
    return "there is none";
  };
  CHECK(fault_of("restart", "sometimes") == "--restart takes no, on-failure or always, not 'sometimes'");
  CHECK(fault_of("nice", "20") == "--nice takes a number from -20 to 19");
  CHECK(fault_of("nice", "x") == "--nice takes a number from -20 to 19");
  CHECK(fault_of("cpu", "0%") == "--cpu takes percent of one processor, for example 50%");
  CHECK(fault_of("stop-signal", "NOSUCH") == "there is no signal 'NOSUCH'");
  CHECK_FALSE(fault_of("after", "a/b,c").empty());
  CHECK_FALSE(fault_of("restart-delay", "soon").empty());
}

TEST_CASE("the manual has every key", "[job]") {
  std::ifstream file(test::test_data() + "/../contrib/sess.1");
  const std::string manual((std::istreambuf_iterator<char>(file)), {});
  const auto begin = manual.find(".Ss Job files");
  REQUIRE(begin != std::string::npos);
  const std::string section = manual.substr(begin, manual.find(".Ss \\&At boot") - begin);
  for (const auto& key : job::job_file_keys()) {
    bool found = false;
    for (auto at = section.find(".It Ic "); at != std::string::npos; at = section.find(".It Ic ", at + 1)) {
      const std::string line = " " + section.substr(at + 7, section.find('\n', at) - at - 7) + " ";
      found = found || line.find(" " + key.key + " ") != std::string::npos;
    }
    INFO(key.key);
    CHECK(found);
  }
}

TEST_CASE("a wrong key is refused with its line and the nearest right one", "[job]") {
  CHECK(fault("command = 'x'\n\nrestrat = 'no'\n") ==
        "web.toml:3: unknown key 'restrat', did you mean 'restart'?");
  CHECK(fault("command = 'x'\ncolour = 1\n") == "web.toml:2: unknown key 'colour'");
  CHECK(fault("command = 'x'\nafter = [}\n").starts_with("web.toml:2: "));
  CHECK(fault("command = 'x'\nenabled = \xcb\x8e\n").starts_with("web.toml:2: "));
  CHECK(fault("command = 'x'\nenabled = 4[\"\xcb\x8e{\"\n").starts_with("web.toml:2: "));
  CHECK(fault("[[windows]]\nnmae = 'x'\n").find("did you mean 'name'?") != std::string::npos);
  CHECK(fault("[[windows]]\npanes = [{ comand = 'x' }]\n").find("did you mean 'command'?") !=
        std::string::npos);
}

TEST_CASE("a fault inside a table of several lines has its own line", "[job]") {
  CHECK(fault("[[windows]]\nname = 'a'\n\n[[windows]]\nname = 'b'\nlayuot = 'tiled'\n") ==
        "web.toml:6: unknown key 'layuot' in a window, did you mean 'layout'?");
  CHECK(fault("[[windows]]\npanes = [\n  { command = 'x' },\n  { directroy = '/' },\n]\n") ==
        "web.toml:4: unknown key 'directroy' in a pane, did you mean 'directory'?");
  CHECK(fault("command = 'x'\n[environment]\nA = 'x'\nB = 1\n") == "web.toml:4: the variable 'B' takes text");
}

TEST_CASE("enabling changes one line of a file and leaves what a person wrote", "[job]") {
  const std::string plain = "# the web server\ncommand = 'x'   # with a reason\n\n[[windows]]\nname = 'w'\n";
  const std::string on = job::write_enabled(plain, true);
  CHECK(on == "enabled = true\n" + plain);
  CHECK(parse_job_file(on, "web.toml")->enabled);
  CHECK(job::write_enabled(on, false) == plain);
  CHECK(job::write_enabled("command = 'x'\nenabled = false # later\nnice = 1", true) ==
        "command = 'x'\nenabled = true\nnice = 1");
  CHECK(job::write_enabled(on, true) == on);
  CHECK(job::write_enabled("no toml", true) == "no toml");
}

TEST_CASE("all faults of a file are told at once, in order", "[job]") {
  CHECK(fault("command = 'x'\nnice = 20\nafter = 3\nenabled = 'yes'\n") ==
        "web.toml:2: 'nice' takes a number from -20 to 19\n"
        "web.toml:3: 'after' takes a name or a list of names\n"
        "web.toml:4: 'enabled' takes true or false");
}

TEST_CASE("a wrong value is refused", "[job]") {
  for (const auto* line : {"command = ''",
                           "command = []",
                           "command = [1]",
                           "command = 1",
                           "restart = 'maybe'",
                           "restart = true",
                           "restart-delay = 'soon'",
                           "restart-limit = '5'",
                           "success-exit = '300'",
                           "stop-signal = 'SIGNONE'",
                           "memory-limit = '12X'",
                           "memory-limit = '99999999999G'",
                           "cpu-limit = 0",
                           "log = 'relative'",
                           "log = 1",
                           "environment = 'A=1'",
                           "environment = { A = 1 }",
                           "environment = { 'A=B' = 'x' }",
                           "after = ['../x']",
                           "type = 'forking'",
                           "windows = 1",
                           "log-keep = -1"}) {
    INFO(line);
    const std::string text =
        fault(std::string(line).starts_with("command") ? line : "command = 'x'\n" + std::string(line));
    CHECK(text.find("web.toml:") == 0);
  }
}

TEST_CASE("a file that is no TOML is refused with its line", "[job]") {
  CHECK(fault("command = 'x'\nnice = = 3\n").find("web.toml:2: ") == 0);
  CHECK(fault("\xff\xfe").find("web.toml:1: ") == 0);
}

TEST_CASE("a job without a command or windows is refused", "[job]") {
  CHECK(fault("nice = 3\n") ==
        "web.toml:1: there is no command: write command = \"...\", or lay out windows");
  CHECK(fault("").find("web.toml:1: there is no command") == 0);
}

TEST_CASE("sizes take K, M, G and T", "[job]") {
  CHECK(job::parse_bytes("1048576").value() == 1048576);
  CHECK(job::parse_bytes("2K").value() == 2048);
  CHECK(job::parse_bytes("1T").value() == 1ULL << 40U);
  for (const auto* wrong : {"", "K", "1KB", "-1", "1.5G", "1 G"}) CHECK_FALSE(job::parse_bytes(wrong));
}
