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
  rig.ask({"run", "-d", "-s", name, "--", "sh", "-c",
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
  CHECK(wait_until([&] { return fs::is_directory(state + "/records") && !fs::is_empty(state + "/records"); }));
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
