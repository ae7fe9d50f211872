// How a job ended is known whatever becomes of the disk and of the daemon's processes.
#include <filesystem>
#include <fstream>

#include "job_rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

std::string state_of(const Rig& rig) {
  auto path = run({"/bin/sh", "-c", "printf %s \"$XDG_STATE_HOME/sess\""}, rig.env()).out;
  return path;
}

/// A job that ends with that status once release() was called.
void run_held(const Rig& rig, const std::string& name, int status) {
  rig.ask(
      {"run", "-d", "-s", name, "--", "sh", "-c",
       "while ! [ -e " + rig.home().root() + "/go ]; do sleep 0.02; done; exit " + std::to_string(status)});
}

}  // namespace

TEST_CASE("a status that cannot be written is kept, over a crash, until it can", "[e2e][job-ends]") {
  const Rig rig;
  run_held(rig, "job", 5);
  const std::string records = state_of(rig) + "/records";
  fs::remove_all(records);
  std::ofstream(records) << "in the way\n";
  release(rig);
  CHECK(rig.sess({"wait", "job"}).status.code() == 5);
  CHECK(rig.sess({"history", "job"}).out.find("exited with 5") != std::string::npos);
  const pid_t keeper = rig.keeper();
  rig.kill_server();
  CHECK(rig.sess({"wait", "job"}).status.code() == 5);
  // Nothing else is left, and still the daemon stays.
  CHECK(rig.keeper() == keeper);
  fs::remove(records);
  CHECK(wait_until([&] { return fs::is_directory(records) && !fs::is_empty(records); }));
  CHECK(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(rig.sess({"wait", "job"}).status.code() == 5);
}

TEST_CASE("a state directory that cannot be made is told once, and used when it can", "[e2e][job-ends]") {
  const Rig rig;
  const std::string state = state_of(rig);
  fs::create_directories(fs::path(state).parent_path());
  fs::remove_all(state);
  std::ofstream(state) << "in the way\n";
  rig.ask({"new", "-d", "-s", "keep"});
  CHECK(rig.sess({"show-messages"}).out.find("nothing is kept on disk") != std::string::npos);
  CHECK(rig.sess({"doctor"}).out.find("no log, record or session is kept on disk") != std::string::npos);
  CHECK(rig.sess({"run", "-s", "one", "--", "sh", "-c", "echo out; exit 3"}).status.code() == 3);
  CHECK(rig.sess({"wait", "one"}).status.code() == 3);
  fs::remove(state);
  CHECK(
      wait_until([&] { return fs::is_directory(state + "/records") && !fs::is_empty(state + "/records"); }));
  CHECK(rig.sess({"run", "-s", "two", "--", "echo", "kept"}).status.code() == 0);
  CHECK(rig.sess({"logs", "two"}).out == "kept\n");
}

TEST_CASE("a job that ends after a live upgrade has its own status", "[e2e][job-ends]") {
  // The keeper's new code closed the pipe on which the job's holder reports, and took its end for a kill.
  const Rig rig;
  run_held(rig, "job", 48);
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  REQUIRE(::kill(keeper, SIGUSR2) == 0);
  REQUIRE(wait_until([&] { return rig.server() != server && rig.server() > 0; }));
  CHECK(rig.keeper() == keeper);
  release(rig);
  CHECK(rig.sess({"wait", "job"}).status.code() == 48);
}

TEST_CASE("a job that waits for its restart has ended once, however often the server dies meanwhile",
          "[e2e][job-ends]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "again", "--restart", "on-failure", "--restart-delay", "1h", "--", "sh", "-c",
           "echo hi; exit 5"});
  REQUIRE(wait_until([&] { return job_state(rig, "again") == "auto-restart"; }));
  const std::string status = rig.ask({"status", "--json", "again"});
  const std::string history = rig.ask({"history", "again"});
  const auto told = [&] {
    const std::string messages = rig.ask({"show-messages"});
    std::size_t count = 0;
    for (std::size_t at = 0; (at = messages.find("job again", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  const std::size_t before = told();
  for (int i = 0; i < 3; ++i) {
    rig.kill_server();
    INFO("death " << i + 1);
    CHECK(job_state(rig, "again") == "auto-restart");
    CHECK(rig.ask({"history", "again"}) == history);
    CHECK(told() == before);
  }
  const auto field = [](const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\":");
    return json.substr(at, json.find(',', at) - at);
  };
  const std::string now = rig.ask({"status", "--json", "again"});
  for (const char* name : {"since", "started", "ended", "restarts"})
    CHECK(field(now, name) == field(status, name));
  const std::string screen = rig.ask({"capture-pane", "-p", "-t", "again"});
  CHECK(screen.find("starts again in") != std::string::npos);
  CHECK(screen.find("starts again in") == screen.rfind("starts again in"));
}

TEST_CASE("what a shell does around run is told: a reader that has enough, input that nobody reads",
          "[e2e][job-ends]") {
  const Rig rig;
  const std::string sess = Rig::bin("sess");
  rig.ask({"new", "-d", "-s", "keep"});
  const auto head =
      run({"/bin/sh", "-c", sess + " run -s talker -- sh -c 'while :; do echo line; done' | head -n 1"},
          rig.env());
  CHECK(head.out == "line\n");
  CHECK(head.err.find("job talker goes on if it has not ended: sess status talker") != std::string::npos);
  CHECK(job_state(rig, "talker") == "running");
  rig.ask({"stop", "talker"});
  // The writer has ended before sess looks.
  const auto piped = run({"/bin/sh", "-c", "echo text | { " + sess + " run -s reader -- cat; }"}, rig.env());
  CHECK(piped.err == "[sess: what was piped into sess run was not read: a job reads it with --input -]\n");
  const auto given =
      run({"/bin/sh", "-c", "echo text | " + sess + " run -s given --input - -- cat"}, rig.env());
  CHECK(given.out == "text\n");
  CHECK(given.err.empty());
}

TEST_CASE("run in the background of an interactive shell is detached", "[e2e][job-ends]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  Attached terminal({"/bin/sh", "-i"}, rig.env());
  terminal.type(Rig::bin("sess") + " run -s back -- sleep 1000 & wait $!; echo status $?\r");
  CHECK(terminal.wait_for_text("status 0"));
  CHECK(job_state(rig, "back") == "running");
  rig.ask({"stop", "back"});
}

TEST_CASE("a job file that others can write is not started, enabled or disabled", "[e2e][job-ends]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const std::string path = rig.home().config() + "/sess/jobs/web.toml";
  run({"/bin/sh", "-c",
       "mkdir -p \"${0%/*}\" && echo 'command = [\"sleep\", \"1000\"]' >\"$0\" && chmod 666 \"$0\"", path},
      rig.env());
  for (const auto* command : {"start", "enable", "disable"}) {
    CAPTURE(command);
    const auto refused = rig.sess({command, "web"});
    CHECK(refused.status.code() == 1);
    CHECK(refused.err == "others can write " + path + " (mode 0666): chmod go-w it first\n");
  }
  run({"/bin/chmod", "644", path}, rig.env());
  rig.ask({"start", "web"});
  CHECK(job_state(rig, "web") == "running");
  // A directory that a person made with mkdir(1) is looked through as one of ours is: the cycle is seen.
  run({"/bin/sh", "-c",
       "chmod 755 \"${0%/*}\"; for job in app:web web:app; do printf 'command = \"true\"\\nafter = "
       "[\"%s\"]\\n' ${job#*:} "
       ">\"${0%/*}/${job%:*}.toml\"; done",
       path},
      rig.env());
  const auto cycle = rig.sess({"enable", "app"});
  CHECK(cycle.status.code() == 1);
  CHECK(cycle.err.find("cycle") != std::string::npos);
}

TEST_CASE("the end of the daemon has one answer for who comes then", "[e2e][job-ends]") {
  const Rig rig;
  for (int i = 0; i < 5; ++i) {
    rig.ask({"new", "-d", "-s", "only"});
    rig.ask({"kill-session", "-t", "only"});
    const auto asked = rig.sess({"ls"});
    CHECK(asked.status.code() == 1);
    CHECK(asked.err.starts_with("no server running on "));
  }
}

TEST_CASE("the end of an attached run says how it ended", "[e2e][job-ends]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  Attached terminal({Rig::bin("sess"), "run", "-s", "task", "--", "sh", "-c", "read x; exit 3"}, rig.env());
  REQUIRE(wait_until([&] { return job_state(rig, "task") == "running"; }));
  terminal.type("\r");
  CHECK(terminal.wait_for_text("[exited] job task: exited with 3"));
}

TEST_CASE("status turns no direction and no colour by what a job has printed", "[e2e][job-ends]") {
  const Rig rig;
  rig.sess({"run", "-s", "marks", "--", "printf", "one \\342\\200\\256two"});
  const auto status = rig.sess({"status", "marks"}).out;
  CHECK(status.find("\xe2\x80\xae") == std::string::npos);
  CHECK(status.find("one \\u202etwo") != std::string::npos);
}
