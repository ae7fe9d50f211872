// Stopping jobs, with the real binaries: nothing of a run is left, in whatever way it is stopped.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "job_rig.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

namespace {

/// A shell script in the home; its path.
std::string script(const Rig& rig, const std::string& name, const std::string& text) {
  const std::string path = rig.home().root() + "/" + name;
  std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
  ::chmod(path.c_str(), 0755);
  return path;
}

std::string noted(const Rig& rig, const std::string& name) {
  return read_file(rig.home().root() + "/" + name);
}

pid_t awaited_pid(const Rig& rig, const std::string& name) {
  REQUIRE(wait_until([&] { return noted(rig, name).ends_with('\n'); }));
  return static_cast<pid_t>(std::stol(noted(rig, name)));
}

bool lives(pid_t pid) {
  const auto state = status_field(pid, "State");
  return !state.empty() && state.front() != 'Z';
}

}  // namespace

TEST_CASE("stop waits for the program that a shell line runs, and its terminal stays", "[e2e][job-stop]") {
  const Rig rig;
  const std::string root = rig.home().root();
  const auto server =
      script(rig, "server",
             "trap 'sleep 0.3; echo flushed; echo flushed >" + root + "/log; exit 0' TERM\necho up >" + root +
                 "/up\nwhile :; do sleep 0.05; done");
  rig.ask({"run", "-d", "-s", "web", "--", server + "; echo finished"});
  REQUIRE(wait_until([&] { return !noted(rig, "up").empty(); }));
  rig.ask({"stop", "web"});
  CHECK(noted(rig, "log") == "flushed\n");
  CHECK(rig.sess({"logs", "web"}).out.find("flushed") != std::string::npos);
}

TEST_CASE("what ignores signals, and what left the session, is killed before stop returns",
          "[e2e][job-stop]") {
  const Rig rig;
  const std::string root = rig.home().root();
  rig.ask({"new", "-d", "-s", "keep"});
  const auto job = script(rig, "job",
                          "sh -c 'trap \"\" TERM HUP; echo $$ >" + root +
                              "/worker; exec sleep 600' &\n"
                              "setsid sh -c 'trap \"\" TERM HUP; echo $$ >" +
                              root +
                              "/apart; exec sleep 600' &\n"
                              "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done");
  rig.ask({"run", "-d", "-s", "web", "--stop-timeout", "300ms", "--", job});
  const pid_t worker = awaited_pid(rig, "worker");
  const pid_t apart = awaited_pid(rig, "apart");
  SECTION("by stop") {
    rig.ask({"stop", "web"});
  }
  SECTION("by stop after the server was killed") {
    rig.kill_server();
    rig.ask({"stop", "web"});
  }
  SECTION("by restart") {
    rig.ask({"restart", "web"});
    REQUIRE(wait_until([&] { return !lives(worker) && !lives(apart); }));
    rig.ask({"stop", "web"});
  }
  SECTION("by the daemon's end") {
    const pid_t keeper = rig.keeper();
    rig.ask({"kill-server"});
    REQUIRE(wait_until([&] { return !lives(keeper); }));
  }
  CHECK_FALSE(lives(worker));
  CHECK_FALSE(lives(apart));
}

TEST_CASE("a run has ended with its first process; what it leaves is told apart and stopped",
          "[e2e][job-stop]") {
  const Rig rig;
  const std::string root = rig.home().root();
  rig.ask({"new", "-d", "-s", "keep"});
  const std::string worker =
      "sh -c 'trap \"\" HUP; echo $$ >" + root + "/worker; exec sleep 600' >/dev/null 2>&1 & ";
  const std::string wait = "while ! [ -s " + root + "/worker ]; do sleep 0.02; done; exit 3";
  SECTION("by default at once") {
    CHECK(rig.sess({"run", "-s", "job", "--", worker + wait}).status.code() == 3);
    const pid_t pid = awaited_pid(rig, "worker");
    CHECK(wait_until([&] { return !lives(pid); }));
  }
  SECTION("with --leave-children at stop") {
    CHECK(rig.sess({"run", "-s", "job", "--leave-children", "--", worker + wait}).status.code() == 3);
    const pid_t pid = awaited_pid(rig, "worker");
    CHECK(rig.sess({"wait", "job"}).status.code() == 3);
    CHECK(rig.sess({"status", "job"}).out.find("Left behind") != std::string::npos);
    rig.kill_server();
    CHECK(lives(pid));
    rig.ask({"stop", "job"});
    CHECK_FALSE(lives(pid));
  }
}

TEST_CASE("the daemon's end stops a job with its own signal, and records it", "[e2e][job-stop]") {
  const Rig rig;
  const std::string root = rig.home().root();
  const auto db = script(rig, "db",
                         "trap 'echo HUP >>" + root + "/log' HUP\ntrap 'echo INT >>" + root +
                             "/log; exit 0' INT\necho up >" + root + "/up\nwhile :; do sleep 0.05; done");
  rig.ask({"run", "-d", "-s", "db", "--stop-signal", "INT", "--", db});
  REQUIRE(wait_until([&] { return !noted(rig, "up").empty(); }));
  const pid_t keeper = rig.keeper();
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return !lives(keeper); }));
  CHECK(noted(rig, "log") == "INT\n");
  CHECK(rig.sess({"history", "db"}).out.find("(stopped)") != std::string::npos);
  CHECK(rig.sess({"wait", "db"}).status.code() == 0);
}

TEST_CASE("a run that took too long says 124 everywhere, also after the daemon's end", "[e2e][job-stop]") {
  const Rig rig;
  const auto slow = rig.sess({"run", "-s", "slow", "--timeout", "300ms", "--", "sh", "-c",
                              "trap 'exit 0' TERM; while :; do sleep 0.02; done"});
  CHECK(slow.status.code() == 124);
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(rig.sess({"wait", "slow"}).status.code() == 124);
  CHECK(rig.sess({"history", "slow"}).out.find("took too long") != std::string::npos);
}

TEST_CASE("a job that ran when both processes died is lost, and says so", "[e2e][job-stop]") {
  const Rig rig;
  rig.ask({"run", "-d", "-s", "backup", "--", "sleep", "600"});
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  ::kill(keeper, SIGKILL);
  ::kill(server, SIGKILL);
  REQUIRE(wait_until([&] { return !lives(keeper) && !lives(server); }));
  const auto waited = rig.sess({"wait", "backup"});
  CHECK(waited.status.code() == 125);
  CHECK(waited.err.find("lost") != std::string::npos);
  CHECK(rig.sess({"status", "backup"}).out.find("lost") != std::string::npos);
  CHECK(rig.sess({"history", "backup"}).out.find("lost") != std::string::npos);
  CHECK(rig.sess({"ps", "-a"}).out.find("backup") != std::string::npos);
  // And it can be started again, as what it was.
  rig.ask({"start", "backup"});
  CHECK(job_state(rig, "backup") == "running");
}

TEST_CASE("a job has its caller's environment and umask, and nothing of the first one's", "[e2e][job-stop]") {
  const Rig rig;
  CHECK(rig.sess({"new", "-d", "-s", "keep"}, {{"TOKEN_OF_FIRST", "production"}}).status.success());
  rig.ask({"set-environment", "-g", "SAID", "for all"});
  CHECK(rig.sess({"run", "-s", "a", "--", "sh", "-c", "echo \"[$TOKEN_OF_FIRST][$SAID]\""}).out ==
        "[][for all]\n");
  CHECK(rig.sess({"run", "-s", "b", "--umask", "0027", "--", "sh", "-c", "umask"}).out == "0027\n");
}
