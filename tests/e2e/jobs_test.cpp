// Long jobs with the real binaries: their exit status by every way there is to ask for it, whatever dies in
// between.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "job_rig.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

namespace {

struct Case {
  const char* name;
  const char* script;
  int status;
  const char* text;
};
constexpr Case kCases[] = {
    {"zero", "exit 0", 0, "exited with 0"},
    {"one", "exit 1", 1, "exited with 1"},
    {"most", "exit 255", 255, "exited with 255"},
    {"killed", "kill -KILL $$", 137, "killed by SIGKILL"},
    {"faulty", "kill -SEGV $$", 139, "killed by SIGSEGV"},
};

/// The same script, once a file lets it.
std::string held(const Rig& rig, const Case& one) {
  return "while ! [ -e " + rig.home().root() + "/go ]; do sleep 0.02; done; " + one.script;
}

void check_answers(const Rig& rig, const Case& one) {
  INFO(one.name);
  CHECK(rig.sess({"wait", one.name}).status.code() == one.status);
  CHECK(rig.sess({"status", one.name}).out.find(one.text) != std::string::npos);
  CHECK(rig.sess({"history", one.name}).out.find(one.text) != std::string::npos);
  CHECK(rig.sess({"history", "--json", one.name}).out.find("\"status\":" + std::to_string(one.status)) !=
        std::string::npos);
}

}  // namespace

TEST_CASE("run prints the output, waits, and exits with the job's status", "[e2e][jobs]") {
  const Rig rig;
  for (const auto& one : kCases) {
    INFO(one.name);
    const auto ran =
        rig.sess({"run", "-s", one.name, "--", "sh", "-c", std::string("echo out; ") + one.script});
    CHECK(ran.status.code() == one.status);
    CHECK(ran.out == "out\n");
    CHECK(ran.err.empty());
    check_answers(rig, one);
  }
}

TEST_CASE("run says 127 and 126 for what cannot be run, and 125 for what it cannot do itself",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  CHECK(rig.sess({"run", "--", "no-such-program"}).status.code() == 127);
  CHECK(rig.sess({"run", "--", "/etc/passwd"}).status.code() == 126);
  CHECK(rig.sess({"run", "--restart", "sometimes", "--", "true"}).status.code() == 125);
  CHECK(rig.sess({"run", "-s", "keep", "--", "true"}).status.code() == 125);
  CHECK(rig.sess({"wait", "nobody"}).status.code() == 125);
}

TEST_CASE("a detached job is waited for after it ended, and every answer is its status", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  for (const auto& one : kCases)
    CHECK(rig.ask({"run", "-d", "-s", one.name, "--", "sh", "-c", one.script}) == one.name);
  for (const auto& one : kCases) check_answers(rig, one);
  CHECK(rig.sess({"wait", "zero", "one", "most"}).status.code() == 1);  // the first that was not 0
}

TEST_CASE("the status is right when the server is killed while jobs run", "[e2e][jobs]") {
  const Rig rig;
  for (const auto& one : kCases) rig.ask({"run", "-d", "-s", one.name, "--", "sh", "-c", held(rig, one)});
  rig.kill_server();
  release(rig);
  for (const auto& one : kCases) check_answers(rig, one);
}

TEST_CASE("the status is right when programs end while no server lives", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  for (const auto& one : kCases) rig.ask({"run", "-d", "-s", one.name, "--", "sh", "-c", held(rig, one)});
  const pid_t stopped = rig.server();
  ::kill(stopped, SIGSTOP);
  release(rig);
  REQUIRE(wait_until([&] {
    const auto log = read_file(rig.home().state() + "/sess/sessd-default.log");
    std::size_t ends = 0;
    for (auto at = log.find(" ended, status"); at != std::string::npos;
         at = log.find(" ended, status", at + 1))
      ++ends;
    return ends == std::size(kCases);
  }));
  rig.kill_server();
  for (const auto& one : kCases) check_answers(rig, one);
  CHECK(records(rig) == static_cast<long>(std::size(kCases)));  // none twice
}

TEST_CASE("records outlive the daemon; what it stopped has ended by its stop signal", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  for (const auto& one : kCases) rig.sess({"run", "-s", one.name, "--", "sh", "-c", one.script});
  rig.ask({"run", "-d", "-s", "long", "--", "sleep", "1000"});
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  for (const auto& one : kCases) check_answers(rig, one);
  CHECK(rig.sess({"wait", "long"}).status.code() == 128 + SIGTERM);
}

TEST_CASE("run and wait go on when the server is killed under them, and no line is lost or doubled",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  Running streaming(rig, {"run", "-s", "count", "--", "sh", "-c",
                          "i=0; while ! [ -e " + rig.home().root() +
                              "/go ]; do i=$((i+1)); echo line $i; sleep 0.01; done; echo end; exit 7"});
  REQUIRE(wait_until([&] { return streaming.out().find("line 3\n") != std::string::npos; }));
  Running waiting(rig, {"wait", "count"});
  for (int i = 0; i < 3; ++i) {
    const auto before = streaming.out().size();
    rig.kill_server();
    REQUIRE(wait_until([&] { return streaming.out().size() > before + 50; }));
  }
  release(rig);
  CHECK(streaming.wait() == 7);
  CHECK(waiting.wait() == 7);
  const auto lines = split_lines(streaming.out());
  REQUIRE(lines.size() > 5);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) CHECK(lines[i] == "line " + std::to_string(i + 1));
  CHECK(lines.back() == "end");
  CHECK(streaming.err().empty());
}

TEST_CASE("run on a terminal is attached, and its exit status is the job's, also of a later server",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  auto terminal =
      rig.terminal({"run", "-s", "shell", "--", "sh", "-c", "read x; echo got $x; read y; exit 42"});
  terminal->type("word\r");
  REQUIRE(terminal->wait_for_text("got word"));
  rig.kill_server();
  terminal->type("again\r");
  const auto status = terminal->wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 42);
  CHECK(rig.sess({"wait", "shell"}).status.code() == 42);
}

TEST_CASE("who leaves an attached run exits with 125 and is told how to wait, not with an earlier run's end",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  CHECK(rig.sess({"run", "-s", "make", "--", "true"}).status.code() == 0);
  auto terminal = rig.terminal({"run", "-s", "make", "--", "sh", "-c", "echo building; exec sleep 1000"});
  REQUIRE(terminal->wait_for_text("building"));
  rig.ask({"detach-client", "-s", "make"});
  const auto status = terminal->wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 125);
  CHECK(terminal->wait_for_text("[sess: job make goes on: sess wait make"));
  CHECK(job_state(rig, "make") == "running");
}

TEST_CASE("wait gives up after its time with 124, and --any names the first that ended", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"run", "-d", "-s", "slow", "--", "sleep", "1000"});
  CHECK(rig.sess({"wait", "slow", "--timeout", "50ms"}).status.code() == 124);
  rig.ask({"run", "-d", "-s", "quick", "--", "sh", "-c", "exit 3"});
  const auto any = rig.sess({"wait", "--any", "slow", "quick"});
  CHECK(any.status.code() == 3);
  CHECK(any.out == "quick\n");
}

TEST_CASE("stop sends the stop signal and then kills; a stopped job is not restarted", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"run", "-d", "-s", "polite", "--restart", "always", "--", "sh", "-c",
           "trap 'exit 5' INT; touch " + rig.home().root() + "/up; while :; do sleep 0.02; done"});
  rig.ask({"run", "-d", "-s", "stubborn", "--stop-timeout", "100ms", "--", "sh", "-c",
           "trap '' TERM HUP; while :; do sleep 1; done"});
  REQUIRE(wait_until([&] {
    return !read_file(rig.home().root() + "/up").empty() ||
           ::access((rig.home().root() + "/up").c_str(), F_OK) == 0;
  }));
  rig.ask({"stop", "polite"});
  CHECK(job_state(rig, "polite") == "inactive");
  rig.ask({"stop", "stubborn"});
  CHECK(rig.sess({"wait", "stubborn"}).status.code() == 137);
}

TEST_CASE("stop ends every process group of a job", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const std::string pid = rig.home().root() + "/pid";
  // A background job of a shell with job control has a group of its own.
  rig.ask({"run", "-d", "-s", "groups", "--stop-timeout", "50ms", "--", "bash", "-c",
           "set -m; trap '' TERM HUP; sh -c 'trap \"\" TERM HUP; echo $$ >" + pid +
               "; while :; do sleep 1; done' & wait"});
  REQUIRE(wait_until([&] { return read_file(pid).ends_with('\n'); }));
  const pid_t child = std::stoi(read_file(pid));
  REQUIRE(::kill(child, 0) == 0);
  rig.ask({"stop", "groups"});
  CHECK(wait_until([&] { return ::kill(child, 0) != 0 || status_field(child, "State").starts_with("Z"); }));
  CHECK(rig.sess({"wait", "groups"}).status.code() == 137);
}

TEST_CASE("attach to a job that is over says so", "[e2e][jobs]") {
  const Rig rig;
  rig.sess({"run", "-s", "over", "--", "false"});
  CHECK(rig.sess({"attach", "-t", "over"}).err.starts_with("job over has ended: it exited with 1 "));
  CHECK(rig.sess({"attach", "-t", "nobody"}).err == "no sessions\n");
}

TEST_CASE("a job whose session is killed has ended and is recorded", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "doomed", "--restart", "always", "--", "sleep", "1000"});
  Running waiting(rig, {"wait", "doomed"});
  rig.ask({"kill-session", "-t", "doomed"});
  CHECK(waiting.wait() == 128 + SIGHUP);
  CHECK(job_state(rig, "doomed") == "inactive");
}

TEST_CASE("a job that fails is started again until its limit, then it has failed loudly", "[e2e][jobs]") {
  const Rig rig;
  const std::string runs = rig.home().root() + "/runs";
  rig.ask({"run", "-d", "-s", "flaky", "--restart", "on-failure", "--restart-delay", "20ms",
           "--restart-max-delay", "50ms", "--restart-limit", "3/1min", "--", "sh", "-c",
           "echo run >>" + runs + "; exit 1"});
  CHECK(rig.sess({"wait", "flaky"}).status.code() == 1);
  CHECK(split_lines(read_file(runs)).size() == 4);
  CHECK(job_state(rig, "flaky") == "failed");
  CHECK(records(rig) == 4);
}

TEST_CASE("the end of a job is told: hooks, its own command, attached clients and their terminal",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep", "cat"});
  const std::string told = rig.home().root() + "/told";
  rig.ask({"set-hook", "-g", "job-exited",
           "run-shell 'echo hook #{hook_job} #{hook_job_state} #{hook_job_status} >>" + told + "'"});
  rig.ask({"set-hook", "-g", "job-failed", "run-shell 'echo failed #{hook_job} >>" + told + "'"});
  auto terminal = rig.terminal({"attach", "-t", "keep"});
  terminal->type("ready\r");
  REQUIRE(terminal->wait_for_text("ready"));

  const std::string notify = "echo $SESS_JOB $SESS_JOB_STATE $SESS_JOB_STATUS >>" + told;
  rig.ask({"run", "-d", "-s", "good", "--notify", notify, "--", "true"});
  CHECK(terminal->wait_for_text("job good exited with 0"));
  REQUIRE(wait_until([&] { return split_lines(read_file(told)).size() == 2; }));
  CHECK(read_file(told).find("hook good exited 0\n") != std::string::npos);
  CHECK(("\n" + read_file(told)).find("\ngood exited 0\n") != std::string::npos);

  rig.ask({"run", "-d", "-s", "bad", "--restart", "on-failure", "--restart-delay", "10ms", "--restart-limit",
           "2/1min", "--notify", notify, "--", "sh", "-c", "exit 3"});
  CHECK(terminal->wait_for_text("job bad failed: exited with 3, restarted 2 times within 1min"));
  CHECK(terminal->wait_until(
      [&] { return terminal->transcript().find("\x1b]9;sess: job bad failed") != std::string::npos; }));
  REQUIRE(wait_until(
      [&] { return split_lines(read_file(told)).size() == 5; }));  // three for the end, none for a restart
  CHECK(read_file(told).find("failed bad\n") != std::string::npos);
  CHECK(read_file(told).find("bad failed 3\n") != std::string::npos);
  CHECK(rig.ask({"show-messages"}).find("job bad failed") != std::string::npos);
}

TEST_CASE("a restart that is due survives the death of the server", "[e2e][jobs]") {
  const Rig rig;
  const std::string runs = rig.home().root() + "/runs";
  rig.ask({"run", "-d", "-s", "flaky", "--restart", "always", "--restart-delay", "700ms", "--", "sh", "-c",
           "echo run >>" + runs + "; [ $(wc -l <" + runs + ") -lt 2 ] || exec sleep 1000"});
  REQUIRE(wait_until([&] { return job_state(rig, "flaky") == "auto-restart"; }));
  rig.kill_server();
  CHECK(wait_until([&] { return split_lines(read_file(runs)).size() == 2; }));
  CHECK(wait_until([&] { return job_state(rig, "flaky") == "running"; }));
}

TEST_CASE("a real job that fails every second waits one second, then two", "[e2e][jobs]") {
  const Rig rig;
  const std::string times = rig.home().root() + "/times";
  rig.ask({"run", "-d", "-s", "slow", "--restart", "on-failure", "--", "sh", "-c",
           "date +%s.%N >>" + times + "; sleep 1; exit 1"});
  REQUIRE(wait_until([&] { return split_lines(read_file(times)).size() == 3; }));
  const auto lines = split_lines(read_file(times));
  const double first = std::stod(lines[1]) - std::stod(lines[0]);
  const double second = std::stod(lines[2]) - std::stod(lines[1]);
  CHECK(first > 1.99);   // ran a second, waited one
  CHECK(second > 2.99);  // ran a second, waited two
  CHECK(first < second);
}

TEST_CASE("a run that takes too long is stopped and has failed", "[e2e][jobs]") {
  const Rig rig;
  const auto ran = rig.sess({"run", "-s", "slow", "--timeout", "100ms", "--", "sleep", "1000"});
  CHECK(ran.status.code() == 124);
  CHECK(rig.sess({"jobs"}).out.find("failed") != std::string::npos);
}

TEST_CASE("a chain of dependencies starts in order, and what requires a failed job does not start",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const std::string order = rig.home().root() + "/order";
  const auto job = [&](const std::string& name, const std::string& more, const std::string& command) {
    rig.home().write("config/sess/jobs/" + name + ".toml",
                     "command = [\"sh\", \"-c\", \"" + command + "\"]\ntype = \"oneshot\"\n" + more);
  };
  job("fetch", "", "sleep 0.1; echo fetch >>" + order);
  job("build", "after = [\"fetch\"]\nrequires = [\"fetch\"]\n", "sleep 0.1; echo build >>" + order);
  job("ship", "after = [\"build\"]\nrequires = [\"build\"]\n", "echo ship >>" + order);
  rig.ask({"start", "ship"});
  CHECK(rig.sess({"wait", "ship"}).status.code() == 0);
  CHECK(read_file(order) == "fetch\nbuild\nship\n");

  job("broken", "", "exit 1");
  job("never", "after = [\"broken\"]\nrequires = [\"broken\"]\n", "echo never >>" + order);
  rig.sess({"start", "never"});
  REQUIRE(wait_until([&] { return job_state(rig, "never") == "failed"; }));
  CHECK(rig.sess({"status", "never"}).out.find("job broken failed, which it requires") != std::string::npos);

  job("a", "after = [\"b\"]\nrequires = [\"b\"]\n", "true");
  job("b", "after = [\"a\"]\nrequires = [\"a\"]\n", "true");
  CHECK(rig.sess({"start", "a"}).err.find("dependency cycle") != std::string::npos);
}

#ifdef SESS_SANITIZED
constexpr int kQuickJobs = 500;
#define QUICK_JOBS "500 (as the build has sanitizers)"
#else
constexpr int kQuickJobs = 10'000;
#define QUICK_JOBS "10 000"
#endif

TEST_CASE(QUICK_JOBS " quick jobs: every status is right, and none is recorded twice", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  // Four clients at a time, fifty jobs each. (Alone, `run` takes semicolons for its program's.)
  const std::string sess = Rig::bin("sess");
  const std::string all = std::to_string(kQuickJobs);
  const auto started = run({"/bin/sh", "-c",
                            "seq 1 " + all +
                                " | xargs -P 4 -n 50 sh -c 'for i; do set -- \"$@\" \\; run -d -s q$i -- "
                                "sh -c \"exit $((i%256))\"; shift; done; " +
                                sess + " has -t keep \"$@\" >/dev/null || echo failed' x"},
                           rig.env(), {}, 300'000ms);
  REQUIRE_FALSE(started.timed_out);
  CHECK(started.out.empty());
  CHECK(started.err.empty());
  const auto waited =
      run({"/bin/sh", "-c",
           "for i in $(seq 1 97 " + all + "); do " + sess +
               " wait q$i; s=$?; [ $s = $((i%256)) ] || echo wrong $i $s; done; seq -f q%.0f 1 " + all +
               " | xargs -n 500 " + sess + " wait; true"},
          rig.env(), {}, 300'000ms);
  REQUIRE_FALSE(waited.timed_out);
  CHECK(waited.out.empty());
  CHECK(waited.err.empty());
  CHECK(records(rig) == kQuickJobs);
  const auto table = rig.sess({"history", "-n", "0"}).out;
  std::vector<int> status(static_cast<std::size_t>(kQuickJobs) + 1, -1);
  int wrong = 0;
  for (const auto& line : split_lines(table)) {
    int job = 0, exit = -1;
    char date[16], time[16], took[16];
    if (std::sscanf(line.c_str(), "q%d %15s %15s %15s %d", &job, date, time, took, &exit) != 5) continue;
    REQUIRE(job <= kQuickJobs);
    if (exit != job % 256) ++wrong;
    status[static_cast<std::size_t>(job)] = exit;
  }
  CHECK(wrong == 0);
  CHECK(std::count(status.begin() + 1, status.end(), -1) == 0);
}

TEST_CASE("jobs are named after their program, each by another name", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  CHECK(rig.ask({"run", "-d", "--", "/bin/true"}) == "true");
  CHECK(rig.ask({"run", "-d", "true"}) == "true-2");
  CHECK(rig.ask({"run", "-d", "A=b /bin/true --all; false"}) == "true-3");
}

TEST_CASE("status on a terminal has the state's colour", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "up", "--", "sleep", "1000"});
  auto terminal = rig.terminal({"status", "up"});
  CHECK(terminal->wait_for_text("State: running since "));
  CHECK(terminal->transcript().find("\x1b[32mrunning\x1b[0m") != std::string::npos);
}

TEST_CASE("every listing speaks JSON", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "up", "--", "sleep", "1000"});
  rig.sess({"run", "-s", "over", "--", "false"});
  for (const auto* command : {"ls", "lsw", "lsp", "lsc", "lsb", "ps", "jobs", "status", "history"}) {
    INFO(command);
    const auto printed = rig.sess({command, "--json"});
    CHECK(printed.status.success());
    const auto parsed = run({"/usr/bin/python3", "-c",
                             "import json,sys; print(type(json.loads(sys.argv[1])).__name__)", printed.out},
                            rig.env());
    CHECK(parsed.out == "list\n");
  }
}

TEST_CASE("without a terminal a job's input is empty, or what it is given", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  CHECK(rig.sess({"run", "--", "sh", "-c", "cat; test -t 0 || test -t 1 && echo end"}).out == "end\n");
  rig.home().write("lines", "b\na\n");
  CHECK(rig.sess({"run", "--input", rig.home().root() + "/lines", "--", "sort"}).out == "a\nb\n");
  const auto piped =
      run({"/bin/sh", "-c", "printf 'y\\nx\\n' | " + Rig::bin("sess") + " run -s piped --input - -- sort"},
          rig.env());
  CHECK(piped.out == "x\ny\n");
  // Kept for the next run, gone with the job.
  rig.ask({"start", "piped"});
  CHECK(rig.sess({"wait", "piped"}).status.code() == 0);
  for (const char* run : {"1", "-1"}) CHECK(rig.sess({"logs", "--run", run, "piped"}).out == "x\ny\n");
  rig.ask({"rm", "piped"});
  CHECK(std::filesystem::is_empty(rig.home().state() + "/sess/inputs"));
  const auto missing = rig.sess({"run", "--input", "/no/such/file", "--", "cat"});
  CHECK(missing.status.code() == 125);
  CHECK(missing.err == "cannot start cat: its input /no/such/file: No such file or directory\n");
}

TEST_CASE("a job does not run in another directory than the one it was meant for", "[e2e][jobs]") {
  const Rig rig;
  const auto ran = rig.sess({"run", "-c", "/no/such/directory", "--", "pwd"});
  CHECK(ran.status.code() == 125);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("/no/such/directory") != std::string::npos);
}
